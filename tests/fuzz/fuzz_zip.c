/*
 * Fuzz the directory of a zip archive. Input: its bytes. Judge: whatever is accepted lies within
 * the file, is sorted and plain.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct archive archive = {.kind = ARCHIVE_ZIP};
	int fd = archive_fd(data, size);

	if (archive_read_zip(&archive, fd, size) == ARCHIVE_FINE &&
	    archive_finish(&archive) == ARCHIVE_FINE)
		archive_check(&archive, size);
	free(archive.member);
	free(archive.names);
	return 0;
}
