/*
 * --include and --exclude: which of the files that are found in folders and archives are taken.
 * Pure, thread-safe.
 */
#ifndef IMGPIPE_FILE_FILTER_H
#define IMGPIPE_FILE_FILTER_H

#include <stdbool.h>

#include "options.h"

struct file_filter {
	const struct text_list *include, *exclude; /* of the options */
};

/*
 * A pattern without '/' is compared with the file's name, one with '/' with the end of its path
 * that has as many parts: "old/B0?.tif" are those in any folder "old". Wildcards do not match '/'.
 * Taken is what fits no pattern of `exclude` and, if there are any, one of `include`.
 */
bool file_filter_takes(const struct file_filter *filter, const char *dir, const char *name);

#endif
