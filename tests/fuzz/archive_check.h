/*
 * What both readers of archives promise of the members that they accept.
 */
#ifndef IMGPIPE_FUZZ_ARCHIVE_CHECK_H
#define IMGPIPE_FUZZ_ARCHIVE_CHECK_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/archive_dir.h"

/* All lie within the file of `size` bytes, are sorted and plain. */
static inline void archive_check(const struct archive *archive, uint64_t size)
{
	for (uint32_t i = 0; i < archive->n; i++) {
		const struct archive_member *member = &archive->member[i];
		const char *name = archive_name(archive, i);

		if (member->offset > size || member->stored > size - member->offset ||
		    *name == '/' || !*name || strchr(name, '\\') || strstr(name, "//") ||
		    strncmp(name, "../", 3) == 0 || strstr(name, "/../") ||
		    (i && archive_compare(archive_name(archive, i - 1), name) >= 0))
			abort();
	}
}

#endif
