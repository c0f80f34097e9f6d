/*
 * --include and --exclude: what is taken of the files and folders that a search finds, in folders
 * of the file system and in archives. Not thread-safe: it counts.
 */
#ifndef IMGPIPE_FILE_FILTER_H
#define IMGPIPE_FILE_FILTER_H

#include <stddef.h>
#include <stdint.h>

#include "options.h"

enum filtered { FILTERED_FILE, FILTERED_FOLDER /* an archive is one, too */ };

struct file_filter {
	const struct text_list *include, *exclude; /* of the options; NULL: everything is taken */
	size_t below;      /* bytes of a path that name the folder or archive that is searched */
	uint64_t left_out; /* files and folders, so far */
};

/*
 * 1: `name` in `dir` is not taken; 0; -1 without memory. A pattern without '/' is held against the
 * name, one with '/' against the path below the searched folder; '*' fits '/', too. `include` is
 * for files alone.
 */
int file_filter_leaves_out(struct file_filter *filter, const char *dir, const char *name,
			   enum filtered kind);

#endif
