/*
 * Fuzz the directory of a zip archive. Input: its bytes. Judge: whatever is accepted lies within
 * the file, is sorted and plain.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input/archive_dir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct archive *archive, uint64_t size)
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "/tmp/fuzz-zip-XXXXXX";
	static int fd = -1;
	struct archive archive = {.kind = ARCHIVE_ZIP};

	if (fd < 0)
		fd = mkstemp(path);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	if (archive_read_zip(&archive, fd, size) == ARCHIVE_FINE &&
	    archive_finish(&archive) == ARCHIVE_FINE)
		check(&archive, size);
	free(archive.member);
	free(archive.names);
	return 0;
}
