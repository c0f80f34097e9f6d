/*
 * Fuzz the directory of a tar archive, plain or in gzip by its first bytes. Input: its bytes.
 * Judge: whatever is accepted lies within the file, unpacked, is sorted and plain.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How long it is unpacked. */
static uint64_t end_of(struct archive_source *source)
{
	static unsigned char sink[16 << 10];

	while (source->read(source, sink, sizeof(sink)) == (ssize_t)sizeof(sink))
		;
	return source->position;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct archive_source source;
	struct archive archive = {.kind = ARCHIVE_TAR};
	bool gzip = size > 2 && data[0] == 0x1f && data[1] == 0x8b;
	int fd = archive_fd(data, size);

	if (!gzip)
		archive_source_plain(&source, fd, 0, size);
	else if (archive_source_packed(&source, fd, 0, size, true) != ARCHIVE_FINE)
		abort();
	if (archive_read_tar(&archive, &source) == ARCHIVE_FINE &&
	    archive_finish(&archive) == ARCHIVE_FINE)
		archive_check(&archive, gzip ? end_of(&source) : size);
	if (gzip)
		archive_source_release(&source);
	free(archive.member);
	free(archive.names);
	return 0;
}
