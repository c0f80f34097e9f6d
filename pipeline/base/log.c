/*
 * Where lines of the log go. What is set by log_open() does not change while threads speak: a file
 * that is opened anew takes the descriptor of the old one. So there is no lock, and nobody waits
 * for a line of another thread.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log_form.h"
#include "screen.h"
#include "signals.h"

enum { LOOK_BYTES = 512 };

static struct {
	bool has_file;
	int fd;
	char *path;
	struct log_form form;
	bool quiet; /* -q: on standard error errors alone */
	atomic_bool told_full, told_gone, torn;
} target;

/* --- the file --- */

/* What stands in it already is no log of ours: a line behind it could spoil it. */
static bool is_other_data(const char *path)
{
	char bytes[LOOK_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : read(fd, bytes, sizeof(bytes));

	if (fd >= 0)
		(void)close(fd);
	return n > 0 && !memmem(bytes, (size_t)n, " imgpipe[", 9) &&
	       !memmem(bytes, (size_t)n, "{\"ts\":\"", 7);
}

/* O_NONBLOCK: a pipe that nobody reads is not waited for. A regular file does not know it. */
static int open_file(const char *path, struct error *err)
{
	int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
	struct stat st;
	int rc = 0;

	if (fd < 0 && errno != ENXIO)
		return error_errno(err, EX_CANTCREAT, errno, "%s: cannot open the log", path);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		rc = error_set(err, EX_CANTCREAT,
			       "%s: is no file that a log can be kept in; without --log-file lines "
			       "go to standard error",
			       path);
	else if (st.st_size && is_other_data(path))
		rc = error_set(err, EX_CANTCREAT,
			       "%s: holds something else than a log; give the log another name",
			       path);
	if (rc && fd >= 0)
		(void)close(fd);
	return rc ? -1 : fd;
}

/* A line on standard error, in one write: on a terminal its first word has the colour of the level,
 * and progress makes room for it. */
static void tell(const char *line, enum log_level level)
{
	static const char program[] = "imgpipe:";
	enum ink ink = level == LOG_LEVEL_ERROR     ? INK_BAD
		       : level == LOG_LEVEL_WARNING ? INK_WARNING
						    : INK_HEADING;
	size_t n = strncmp(line, program, strlen(program)) == 0 ? strlen(program) : 0;

	(void)fprintf(stderr, "%s%s%.*s%s%s", screen_line_end(), n ? screen_ink(stderr, ink) : "",
		      (int)n, line, n ? screen_ink(stderr, INK_PLAIN) : "", line + n);
}

/* Of the log itself: on standard error, once. */
static void tell_once(atomic_bool *told, const struct error *error)
{
	char line[LOG_FORM_BYTES];
	const struct log_entry entry = {LOG_LEVEL_WARNING, "log", NULL, NULL, error->text, false};

	if (atomic_exchange(told, true))
		return;
	(void)log_form(line, (struct log_form){0}, &entry);
	tell(line, LOG_LEVEL_WARNING);
}

static void open_anew(void)
{
	struct error error;
	int fd = open_file(target.path, &error);

	if (fd < 0) {
		(void)error_prefix(&error, "the log is kept under its old name");
		tell_once(&target.told_gone, &error);
		return;
	}
	(void)dup3(fd, target.fd, O_CLOEXEC);
	(void)close(fd);
}

/* line[-1] is a newline: behind a line that was cut short a new one begins. False: it is lost. */
static bool write_file(const char *line, size_t n)
{
	bool torn = atomic_exchange(&target.torn, false);
	struct error error;
	ssize_t done;

	if (signals_hungup())
		open_anew();
	do
		done = write(target.fd, line - torn, n + torn);
	while (done < 0 && errno == EINTR);
	if (done == (ssize_t)(n + torn))
		return true;
	if (done > 0 || torn)
		atomic_store(&target.torn, true);
	(void)error_errno(&error, EX_IOERR, done < 0 ? errno : ENOSPC,
			  "%s: cannot write to the log; errors go to standard error", target.path);
	tell_once(&target.told_full, &error);
	return false;
}

/* --- open, close --- */

/* Is standard error what systemd has connected to the journal? */
static bool is_journal(void)
{
	const char *text = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	device = strtoull(text, &end, 10);
	if (*end != ':' || end[1] < '0' || end[1] > '9')
		return false;
	inode = strtoull(end + 1, &end, 10);
	return !*end && fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static int open_target(const char *path, struct error *err)
{
	int fd = open_file(path, err);

	if (fd < 0)
		return -1;
	target.path = strdup(path);
	if (!target.path) {
		(void)close(fd);
		return error_memory(err, "the log's name", strlen(path));
	}
	target.fd = fd;
	target.has_file = true;
	signals_hangup_asks();
	return 0;
}

int log_open(const struct options *options, struct error *err)
{
	const struct nightly *nightly = &options->nightly;
	bool file = nightly->log_file != NULL, journal = !file && is_journal();

	log_close();
	if (file && open_target(nightly->log_file, err))
		return -1;
	tzset();
	target.quiet = options->verbosity < 0;
	target.form.json = nightly->log_format == LOG_FORMAT_JSON;
	target.form.levels = journal;
	target.form.stamped = file || (nightly->log_format == LOG_FORMAT_TEXT && !journal &&
				       !isatty(STDERR_FILENO));
	return 0;
}

void log_close(void)
{
	if (target.has_file)
		(void)close(target.fd);
	free(target.path);
	target.has_file = false;
	target.path = NULL;
	target.form = (struct log_form){0};
	target.quiet = false;
	target.torn = false;
}

bool log_is_record(void)
{
	return target.has_file || (target.form.json && !target.quiet);
}

bool log_has_levels(void)
{
	return target.form.levels;
}

/* --- lines --- */

/* To standard error as plain text, too, where it is `urgent`, or the file has lost it. */
static void say(const struct log_entry *entry, bool urgent)
{
	char buffer[1 + LOG_FORM_BYTES], *line = buffer + 1;
	struct log_form form = target.form;

	if (target.has_file) {
		bool lost;

		*buffer = '\n';
		lost = !write_file(line, log_form(line, form, entry));
		if (!urgent && !(lost && entry->level <= LOG_LEVEL_WARNING))
			return;
		form = (struct log_form){0};
	}
	(void)log_form(line, form, entry);
	tell(line, entry->level);
}

void log_line(enum log_level level, const char *event, const char *scene, const char *format, ...)
{
	char text[LOG_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		*text = '\0';
	va_end(args);
	say(&(struct log_entry){level, event, scene, NULL, text, false}, false);
}

void log_event(enum log_level level, const char *event, const char *scene,
	       const struct log_number *numbers, const char *format, ...)
{
	char text[LOG_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		*text = '\0';
	va_end(args);
	say(&(struct log_entry){level, event, scene, numbers, text, false}, false);
}

void log_error(const char *event, const struct error *error)
{
	const struct log_number numbers[] = {{"code", error->code}, {0}};

	say(&(struct log_entry){LOG_LEVEL_ERROR, event, NULL, numbers, error->text, true}, true);
}
