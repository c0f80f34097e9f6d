/*
 * What the user names: arguments and lines of lists, each a file, a directory, or a name that GDAL
 * alone knows. Lists are read with bounds, as they may be anything: a pipe without an end, a
 * device, somebody's image.
 */
#include "arguments.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archives.h"
#include "input/archive.h"
#include "input/input_file.h"
#include "walk.h"

enum {
	LINE_MOST = PATH_MAX - 1, /* no longer path can be opened */
	SKIP_MOST = 1 << 20       /* of a line that is too long; beyond it this is no list */
};

/* GDAL's own names: /vsizip/..., NETCDF:"file":variable. The file system does not know them. */
static bool is_gdal_name(const char *path)
{
	size_t n = 0;

	if (strncmp(path, "/vsi", 4) == 0)
		return true;
	while (isupper((unsigned char)path[n]) || isdigit((unsigned char)path[n]) || path[n] == '_')
		n++;
	return n > 1 && path[n] == ':';
}

/* A file or directory that an argument or a line of a list names. */
static int add_path(struct file_list *list, const char *path, struct error *err)
{
	static const struct file_entry file = {.named = true};
	static const struct file_entry virtual = {.named = true, .virtual = true};
	struct stat st;

	if (strncmp(path, "/vsi", 4) == 0)
		return file_list_path_entry(list, path, &virtual, err);
	if (stat(path, &st)) {
		size_t archive = errno == ENOTDIR ? archive_part(path) : 0;

		if (archive)
			return file_list_in_archive(list, path, archive, err);
		if (errno == ENOENT && is_gdal_name(path))
			return file_list_path_entry(list, path, &virtual, err);
		return file_list_problem(list, path, FILE_CANNOT_OPEN, errno, err);
	}
	if (S_ISDIR(st.st_mode))
		return file_list_walk(list, path, err);
	if (!S_ISREG(st.st_mode))
		return file_list_problem(list, path, FILE_NOT_REGULAR, 0, err);
	if (archive_named(path))
		return file_list_archive(list, path, true, err);
	if (archive_named_other(path))
		return file_list_problem(list, path, FILE_OTHER_ARCHIVE, 0, err);
	return file_list_path_entry(list, path, &file, err);
}

/* --- lines --- */

enum line_kind { LINE_FINE, LINE_END, LINE_NOT_TEXT, LINE_TOO_LONG };

struct line {
	char text[LINE_MOST + 1];
	size_t length;
	unsigned long long number; /* of the line, from 1 */
};

/* The next line without its end. */
static enum line_kind read_line(FILE *in, struct line *line)
{
	size_t skipped = 0;
	int c = getc_unlocked(in);

	if (c == EOF)
		return LINE_END;
	line->number++;
	for (line->length = 0; c != EOF && c != '\n'; c = getc_unlocked(in)) {
		if (c == '\0' || skipped > SKIP_MOST)
			return LINE_NOT_TEXT;
		if (line->length < LINE_MOST)
			line->text[line->length++] = (char)c;
		else
			skipped++;
	}
	line->text[line->length] = '\0';
	return skipped ? LINE_TOO_LONG : LINE_FINE;
}

/*
 * The path of a line: without blanks around it, the carriage return that Windows puts at ends, and
 * the byte order mark that it puts in front. A file whose name ends with a blank can be named all
 * the same.
 */
static const char *path_of(struct line *line)
{
	static const char mark[] = "\xEF\xBB\xBF";
	char *text = line->text, *end = text + line->length;

	if (line->number == 1 && strncmp(text, mark, sizeof(mark) - 1) == 0)
		text += sizeof(mark) - 1;
	text += strspn(text, " \t");
	while (end > text && end[-1] == '\r')
		*--end = '\0';
	if (end > text && strchr(" \t", end[-1]) && access(text, F_OK) == 0)
		return text;
	while (end > text && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return text;
}

/* "~" and "~/..." as the shell has them; ./~ names a file that is called so. */
static int add_line(struct file_list *list, const char *path, struct error *err)
{
	const char *home = getenv("HOME");
	char *whole;
	int rc;

	if (path[0] != '~' || (path[1] && path[1] != '/') || !home || !*home)
		return add_path(list, path, err);
	if (asprintf(&whole, "%s%s", home, path + 1) < 0)
		return error_memory(err, "a path", strlen(path));
	rc = add_path(list, whole, err);
	free(whole);
	return rc;
}

/* A line that is too long fails in its place, under the list's name and its number. */
static int add_too_long(struct file_list *list, const char *argument, const struct line *line,
			struct error *err)
{
	char *place;
	int rc;

	if (asprintf(&place, "%s, line %llu", argument, line->number) < 0)
		return error_memory(err, "a path", strlen(argument));
	rc = file_list_problem(list, place, FILE_LINE_TOO_LONG, 0, err);
	free(place);
	return rc;
}

static int add_lines(struct file_list *list, FILE *in, const char *argument, struct error *err)
{
	struct line line = {.number = 0};
	enum line_kind kind;
	size_t n_paths = 0;
	int rc = 0;

	while (rc == 0 && (kind = read_line(in, &line)) != LINE_END) {
		const char *path = kind == LINE_FINE ? path_of(&line) : "";

		if (kind == LINE_NOT_TEXT)
			return file_list_problem(list, argument, FILE_LIST_NOT_TEXT, 0, err);
		if (kind == LINE_TOO_LONG)
			rc = add_too_long(list, argument, &line, err);
		else if (*path == '\0' || *path == '#')
			continue;
		else
			rc = add_line(list, path, err);
		n_paths++;
	}
	if (rc == 0 && ferror(in))
		return file_list_problem(list, argument, FILE_CANNOT_OPEN, errno, err);
	if (rc == 0 && n_paths == 0)
		return file_list_problem(list, argument, FILE_EMPTY_LIST, 0, err);
	return rc;
}

/* --- lists --- */

/* Remember which file was read as a list: no report may replace it. */
static int note_list(struct file_list *list, FILE *in, struct error *err)
{
	struct identity *grown;
	struct stat st;

	if (fstat(fileno(in), &st) || !S_ISREG(st.st_mode))
		return 0;
	if (file_list_within(list, sizeof(*grown), err))
		return -1;
	grown = realloc(list->read, (list->n_read + 1) * sizeof(*grown));
	if (!grown)
		return error_memory(err, "the list of lists", sizeof(*grown));
	list->read = grown;
	list->read[list->n_read++] = (struct identity){.dev = st.st_dev, .ino = st.st_ino};
	return 0;
}

static int add_problem(struct file_list *list, const char *argument, enum input_problem problem,
		       int errno_value, struct error *err)
{
	static const enum file_problem problems[] = {
		[INPUT_CANNOT_OPEN] = FILE_CANNOT_OPEN,
		[INPUT_IS_FOLDER] = FILE_LIST_IS_FOLDER,
		[INPUT_NOT_REGULAR] = FILE_LIST_NOT_FILE,
		[INPUT_NO_WRITER] = FILE_LIST_NO_WRITER,
	};

	return file_list_problem(list, argument, problems[problem], errno_value, err);
}

/* What the lines of a list name; `argument` is @FILE or -. */
static int add_list(struct file_list *list, const char *argument, struct error *err)
{
	enum input_problem problem;
	FILE *in;
	int rc;

	if (strcmp(argument, "-") == 0 || strcmp(argument, "@-") == 0)
		return note_list(list, stdin, err) || add_lines(list, stdin, "standard input", err)
			       ? -1
			       : 0;
	in = input_open(argument + 1, &problem);
	if (!in)
		return add_problem(list, argument, problem, errno, err);
	rc = note_list(list, in, err);
	if (rc == 0)
		rc = add_lines(list, in, argument, err);
	(void)fclose(in);
	return rc;
}

int file_list_add(struct file_list *list, const char *argument, struct error *err)
{
	if (argument[0] == '@' || strcmp(argument, "-") == 0)
		return add_list(list, argument, err);
	return add_path(list, argument, err);
}
