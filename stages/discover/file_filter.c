/*
 * Patterns over the files of a searched folder.
 */
#include "file_filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last `parts` parts of a path, or all of it. */
static const char *last_parts(const char *path, size_t parts)
{
	const char *at = path + strlen(path);

	while (at > path && (at[-1] != '/' || --parts))
		at--;
	return at;
}

static size_t count_parts(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '/';
	return n;
}

static bool fits_one(const struct text_list *patterns, const char *path)
{
	for (unsigned i = 0; i < patterns->n; i++) {
		const char *pattern = patterns->text[i];

		if (fnmatch(pattern, last_parts(path, count_parts(pattern)), FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

bool file_filter_takes(const struct file_filter *filter, const char *dir, const char *name)
{
	char *path;
	bool takes;

	if (!filter->include || (!filter->include->n && !filter->exclude->n))
		return true;
	if (asprintf(&path, "%s%s%s", dir, *dir ? "/" : "", name) < 0)
		return false;
	takes = (!filter->include->n || fits_one(filter->include, path)) &&
		!fits_one(filter->exclude, path);
	free(path);
	return takes;
}
