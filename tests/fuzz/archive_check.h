/*
 * What both readers of archives promise of the members that they accept.
 */
#ifndef IMGPIPE_FUZZ_ARCHIVE_CHECK_H
#define IMGPIPE_FUZZ_ARCHIVE_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "input/archive_dir.h"

/* ".." as a part of a name leads out. */
static inline bool archive_leads_out(const char *name)
{
	for (size_t n; *name; name += n + (name[n] == '/')) {
		n = strcspn(name, "/");
		if (n == 2 && strncmp(name, "..", 2) == 0)
			return true;
	}
	return false;
}

/* All lie within the file of `size` bytes, are sorted and plain. */
static inline void archive_check(const struct archive *archive, uint64_t size)
{
	for (uint32_t i = 0; i < archive->n; i++) {
		const struct archive_member *member = &archive->member[i];
		const char *name = archive_name(archive, i);

		if (member->offset > size || member->stored > size - member->offset ||
		    *name == '/' || !*name || strchr(name, '\\') || strstr(name, "//") ||
		    archive_leads_out(name) || !memchr(name, 0, ARCHIVE_NAME_BYTES) ||
		    (i && archive_compare(archive_name(archive, i - 1), name) >= 0))
			abort();
	}
}

/* A file in memory that holds these bytes; the same one at each call. */
static inline int archive_fd(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("archive", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return fd;
}

#endif
