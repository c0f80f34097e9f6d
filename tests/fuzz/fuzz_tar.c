/*
 * Fuzz the directory of a tar archive. Input: its bytes. Judge: whatever is accepted lies within
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
	static struct archive_source source;
	struct archive archive = {.kind = ARCHIVE_TAR};
	int fd = archive_fd(data, size);

	archive_source_plain(&source, fd, 0, size);
	if (archive_read_tar(&archive, &source) == ARCHIVE_FINE &&
	    archive_finish(&archive) == ARCHIVE_FINE)
		archive_check(&archive, size);
	free(archive.member);
	free(archive.names);
	return 0;
}
