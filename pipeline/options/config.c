/*
 * From a file or a variable to words.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLANKS " \t\r"

enum { POINTERS_A_LINE = 4 /* the program, an option, its value, NULL */ };

/* --- words --- */

enum word_status { WORD_NONE, WORD_FOUND, WORD_OPEN_QUOTE };

/* Cuts a line into words, which it writes behind each other. */
struct cutter {
	const char *at, *end; /* of the line */
	char *out;            /* has room for what is left of the line, and an end for each word */
};

/* The blanks before a word and a comment behind the last are passed. */
static bool at_end(struct cutter *cutter)
{
	while (cutter->at < cutter->end && strchr(BLANKS, *cutter->at))
		cutter->at++;
	if (cutter->at < cutter->end && *cutter->at == '#')
		cutter->at = cutter->end;
	return cutter->at == cutter->end;
}

/* To the next blank outside quotes; it is added to `out`, which is not ended. */
static enum word_status copy_word(struct cutter *cutter)
{
	char quote = 0;

	for (; cutter->at < cutter->end; cutter->at++) {
		char c = *cutter->at;

		if (!quote && strchr(BLANKS, c))
			break;
		if (quote ? c == quote : c == '\'' || c == '"')
			quote = quote ? 0 : c;
		else
			*cutter->out++ = c;
	}
	*cutter->out++ = '\0';
	return quote ? WORD_OPEN_QUOTE : WORD_FOUND;
}

static enum word_status next_word(struct cutter *cutter, char **word)
{
	if (at_end(cutter))
		return WORD_NONE;
	*word = cutter->out;
	return copy_word(cutter);
}

/* --- a line of a file --- */

static bool is_of_name(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* "--NAME", and "=" where a value follows; written, but not ended. */
static bool put_name(struct cutter *cutter)
{
	const char *name = cutter->at;
	size_t n;

	while (name < cutter->end && *name == '-')
		name++;
	for (n = 0; name + n < cutter->end && is_of_name(name[n]);)
		n++;
	if (!n || (name + n < cutter->end && name[n] != '=' && !strchr(BLANKS, name[n])))
		return false;
	memcpy(cutter->out, "--", 2);
	memcpy(cutter->out + 2, name, n);
	cutter->out += 2 + n;
	cutter->at = name + n;
	if (at_end(cutter))
		return true;
	cutter->at += *cutter->at == '=';
	(void)at_end(cutter);
	*cutter->out++ = '=';
	return true;
}

static int bad_line(const struct config_source *source, unsigned line, const char *what,
		    struct error *err)
{
	return error_set(err, EX_USAGE, "%s:%u: %s", source->name, line, what);
}

/* The words of a line, which has some, behind the program's name. -1 with the error. */
static int cut_option(const struct config_source *source, struct config_words *words,
		      struct cutter *cutter, struct error *err)
{
	const bool letter =
		cutter->end - cutter->at > 1 && cutter->at[0] == '-' && cutter->at[1] != '-';
	enum word_status status = WORD_FOUND;

	words->argv[1] = cutter->out;
	words->argc = 2;
	if (letter) { /* -j 4, -j4 */
		status = next_word(cutter, &words->argv[1]);
		if (status == WORD_FOUND)
			status = next_word(cutter, &words->argv[2]);
		words->argc += status == WORD_FOUND;
	} else if (!put_name(cutter)) {
		return bad_line(source, words->line,
				"no name of an option; a line is an option as on the command line, "
				"as in: memory = 2G",
				err);
	} else if (at_end(cutter)) {
		*cutter->out++ = '\0';
	} else {
		status = copy_word(cutter);
	}
	if (status == WORD_OPEN_QUOTE)
		return bad_line(source, words->line, "a quote that is not closed on its line", err);
	if (!at_end(cutter))
		return bad_line(source, words->line,
				"more than one value; put a value that has blanks in quotes", err);
	return 0;
}

/* --- reading --- */

static char program[] = "imgpipe";

static int too_large(const char *name, struct error *err)
{
	return error_set(err, EX_USAGE, "%s: more than %d KiB of options", name,
			 CONFIG_BYTES_MOST >> 10);
}

static int make_room(struct config_source *source, size_t n_items, size_t text_bytes,
		     size_t n_pointers, struct error *err)
{
	source->item = calloc(n_items, sizeof(*source->item));
	source->text = malloc(text_bytes);
	source->pointers = calloc(n_pointers, sizeof(*source->pointers));
	if (!source->item || !source->text || !source->pointers)
		return error_memory(err, "options",
				    n_items * sizeof(*source->item) + text_bytes +
					    n_pointers * sizeof(*source->pointers));
	return 0;
}

/* One line; nothing comes of one that is empty or a comment. */
static int take_line(struct config_source *source, unsigned line, struct cutter *cutter,
		     struct error *err)
{
	struct config_words *words = &source->item[source->n];

	if (cutter->end - cutter->at > CONFIG_LINE_MOST)
		return error_set(err, EX_USAGE, "%s:%u: a line of more than %d bytes", source->name,
				 line, CONFIG_LINE_MOST);
	if (at_end(cutter))
		return 0;
	if (source->n == CONFIG_OPTIONS_MOST)
		return error_set(err, EX_USAGE, "%s:%u: more than %d options", source->name, line,
				 CONFIG_OPTIONS_MOST);
	words->line = line;
	words->argv = source->pointers + (size_t)POINTERS_A_LINE * source->n;
	words->argv[0] = program;
	source->n++;
	return cut_option(source, words, cutter, err);
}

static int take_lines(struct config_source *source, const char *text, size_t size,
		      struct error *err)
{
	const char *end = text + size;
	struct cutter cutter = {0};
	unsigned line = 0;

	/* A line of n bytes makes n + 5 at most: dashes, a sign, two ends. */
	if (make_room(source, CONFIG_OPTIONS_MOST, size + 5 * CONFIG_OPTIONS_MOST,
		      (size_t)POINTERS_A_LINE * CONFIG_OPTIONS_MOST, err))
		return -1;
	cutter.out = source->text;
	for (const char *at = text; at < end; at = cutter.end + 1) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		cutter.at = at;
		cutter.end = newline ? newline : end;
		if (take_line(source, ++line, &cutter, err))
			return -1;
	}
	return 0;
}

/* At most `most` bytes. Their number, or -1 with errno. */
static ssize_t read_all(int fd, char *bytes, size_t most)
{
	size_t n = 0;
	ssize_t more = 1;

	while (n < most && more > 0) {
		more = read(fd, bytes + n, most - n);
		if (more < 0 && errno != EINTR)
			return -1;
		n += more > 0 ? (size_t)more : 0;
		more = more < 0 ? 1 : more;
	}
	return (ssize_t)n;
}

/* A regular file: a pipe could make every rank wait. -1 with the error. */
static int open_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return error_errno(err, EX_NOINPUT, errno, "%s: cannot be opened", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	(void)close(fd);
	return error_set(err, EX_NOINPUT, "%s: not a regular file; options are read from those",
			 path);
}

int config_read_file(struct config_source *source, const char *path, struct error *err)
{
	const size_t most = CONFIG_BYTES_MOST + 1;
	char *text = malloc(most);
	int fd, status = -1;
	ssize_t n;

	*source = (struct config_source){.name = path};
	if (!text)
		return error_memory(err, "options", most);
	fd = open_file(path, err);
	n = fd < 0 ? -1 : read_all(fd, text, most);
	if (fd >= 0 && n < 0)
		(void)error_errno(err, EX_IOERR, errno, "%s: cannot be read", path);
	else if (n > CONFIG_BYTES_MOST)
		(void)too_large(path, err);
	else if (n >= 0 && memchr(text, '\0', (size_t)n))
		(void)error_set(err, EX_USAGE, "%s: holds a NUL byte; it is no file of options",
				path);
	else if (n >= 0)
		status = take_lines(source, text, (size_t)n, err);
	if (fd >= 0)
		(void)close(fd);
	free(text);
	return status;
}

int config_read_words(struct config_source *source, const char *name, const char *words,
		      struct error *err)
{
	const size_t size = strlen(words);
	struct cutter cutter = {.at = words, .end = words + size};
	enum word_status status;
	struct config_words *all;

	*source = (struct config_source){.name = name};
	if (size > CONFIG_BYTES_MOST)
		return too_large(name, err);
	if (make_room(source, 1, 2 * size + 2, size + 3, err))
		return -1;
	cutter.out = source->text;
	all = source->item;
	*all = (struct config_words){.argc = 1, .argv = source->pointers};
	all->argv[0] = program;
	while ((status = next_word(&cutter, &all->argv[all->argc])) == WORD_FOUND)
		all->argc++;
	all->argv[all->argc] = NULL;
	source->n = all->argc > 1;
	if (status == WORD_OPEN_QUOTE)
		return error_set(err, EX_USAGE, "%s: a quote that is not closed", name);
	return 0;
}

void config_release(struct config_source *source)
{
	free(source->item);
	free(source->text);
	free(source->pointers);
	*source = (struct config_source){0};
}
