/*
 * Terminals: asked for their width by the kernel, then by COLUMNS. Colours are those 16 that every
 * terminal's own scheme makes readable on its background.
 */
#include "screen.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COLUMNS_OF_A_SILENT_TERMINAL = 80 };

static const char *const escapes[N_INKS] = {
	[INK_PLAIN] = "\033[0m",    [INK_HEADING] = "\033[1m", [INK_GOOD] = "\033[32m",
	[INK_WARNING] = "\033[33m", [INK_BAD] = "\033[1;31m",
};

/* Set once, before there are threads. */
static enum screen_color chosen = SCREEN_COLOR_AUTO;

static atomic_bool line_stands;

void screen_choose_color(enum screen_color when)
{
	chosen = when;
}

/* fileno() knows no descriptor of the standard streams (output_stream.h). */
static int descriptor(FILE *out)
{
	return out == stdout ? STDOUT_FILENO : out == stderr ? STDERR_FILENO : fileno(out);
}

static unsigned terminal_columns(int fd)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	long columns = 0;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0)
		columns = size.ws_col;
	if (columns <= 0 && said)
		columns = strtol(said, NULL, 10);
	if (columns <= 0)
		columns = COLUMNS_OF_A_SILENT_TERMINAL;
	if (columns < SCREEN_LEAST)
		return SCREEN_LEAST;
	return columns < SCREEN_MOST ? (unsigned)columns : SCREEN_MOST;
}

/*
 * Open MPI's launcher gives ranks a terminal of their own, and hands on what they write there to
 * wherever its own output goes.
 */
static bool is_handed_on(void)
{
	return getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMIX_RANK");
}

bool screen_is_terminal(FILE *out)
{
	int fd = descriptor(out);

	return fd >= 0 && isatty(fd) && !is_handed_on();
}

unsigned screen_columns(FILE *out)
{
	return screen_is_terminal(out) ? terminal_columns(descriptor(out)) : SCREEN_PLAIN;
}

unsigned screen_fold_columns(FILE *out)
{
	unsigned columns = screen_columns(out);

	return columns < SCREEN_PLAIN ? columns : SCREEN_PLAIN;
}

bool screen_has_color(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	int fd = descriptor(out);

	if (chosen != SCREEN_COLOR_AUTO)
		return chosen == SCREEN_COLOR_ALWAYS &&
		       (fd == STDOUT_FILENO || fd == STDERR_FILENO);
	return !(no && *no) && term && strcmp(term, "dumb") != 0 && screen_is_terminal(out);
}

const char *screen_ink(FILE *out, enum ink ink)
{
	return screen_has_color(out) ? escapes[ink] : "";
}

void screen_put(FILE *out, enum ink ink, const char *text)
{
	if (ink != INK_PLAIN && screen_has_color(out))
		(void)fprintf(out, "%s%s%s", escapes[ink], text, escapes[INK_PLAIN]);
	else
		(void)fputs(text, out);
}

bool screen_is_one(void)
{
	struct stat out, err;

	if (isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
		return true;
	return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
	       out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

void screen_line_stands(bool stands)
{
	atomic_store(&line_stands, stands);
}

/* Wiping out an empty line does no harm: it may have been ended meanwhile. */
const char *screen_line_end(void)
{
	return atomic_load(&line_stands) ? "\r\033[K" : "";
}
