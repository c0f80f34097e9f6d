/*
 * Patterns over what a search finds.
 */
#include "file_filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fits(const struct text_list *patterns, const char *below, const char *name)
{
	for (unsigned i = 0; i < patterns->n; i++) {
		const char *pattern = patterns->text[i];

		if (fnmatch(pattern, strchr(pattern, '/') ? below : name, 0) == 0)
			return true;
	}
	return false;
}

static bool asks(const struct file_filter *filter)
{
	return filter->include && (filter->include->n || filter->exclude->n);
}

int file_filter_leaves_out(struct file_filter *filter, const char *dir, const char *name,
			   enum filtered kind)
{
	char *below;
	bool out;

	if (!asks(filter))
		return 0;
	if (filter->below <= strlen(dir))
		dir += filter->below;
	dir += strspn(dir, "/");
	if (asprintf(&below, "%s%s%s", dir, *dir ? "/" : "", name) < 0)
		return -1;
	out = fits(filter->exclude, below, name) ||
	      (kind == FILTERED_FILE && filter->include->n && !fits(filter->include, below, name));
	free(below);
	filter->left_out += out;
	return out;
}
