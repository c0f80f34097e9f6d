/*
 * Texts of inputs, read back: where a scene that is no more in a run had its files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scene_inputs.h"

static const char digits[] = "0123456789";

/* Where the field begins that ends at `end`, of such characters alone; NULL: it is none. */
static const char *field(const char *line, const char *end, const char *of)
{
	const char *at = end;

	while (at > line && strchr(of, at[-1]))
		at--;
	return at > line && at < end && at[-1] == ' ' ? at : NULL;
}

/* The end of the name in front of " BYTES MTIME_NS"; NULL: there are no such. */
static const char *before_facts(const char *line, const char *end)
{
	const char *mtime = field(line, end, "-0123456789");
	const char *bytes = mtime ? field(line, mtime - 1, digits) : NULL;

	return bytes ? bytes - 1 : NULL;
}

/* The same where a checksum may follow. */
static const char *name_end(const char *line, const char *end)
{
	const char *sum = field(line, end, "0123456789abcdef?"), *name = NULL;

	if (sum && (end - sum == 8 || *sum == '?'))
		name = before_facts(line, sum - 1);
	return name ? name : before_facts(line, end);
}

/* In place: what stands for a line's end, and for the sign of it. */
static void restore(char *name)
{
	char *to = name;

	for (; *name; name++)
		if (*name == '\\' && name[1])
			*to++ = *++name == 'n' ? '\n' : *name;
		else
			*to++ = *name;
	*to = '\0';
}

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool scene_inputs_there(const char *source, const char *text)
{
	const char *end = strchrnul(text, '\n'), *slash = strrchr(source, '/');
	const char *name = name_end(text, end);
	const int folder = *text != '/' && slash ? (int)(slash - source) + 1 : 0;
	char *path, *own;
	bool there;

	if (!name)
		return end - text > 2 && memcmp(end - 2, " ?", 2) == 0;
	own = strndup(text, (size_t)(name - text));
	if (!own)
		return true;
	restore(own);
	there = asprintf(&path, "%.*s%s", folder, source, own) < 0;
	free(own);
	if (there) /* no memory: it is not said that it has gone */
		return true;
	there = is_there(path);
	free(path);
	return there;
}
