/*
 * Bytes of an archive's file in order: as they are, or unpacked by zlib. Private to the readers of
 * archives; archive_source.c.
 */
#ifndef IMGPIPE_ARCHIVE_SOURCE_H
#define IMGPIPE_ARCHIVE_SOURCE_H

#include <zlib.h>

#include "archive.h"

enum { ARCHIVE_PIECE_BYTES = 64 << 10 };

struct archive_source {
	/* As many bytes as asked for but at the end; -1 with `problem`, ARCHIVE_CUT for one. */
	ssize_t (*read)(struct archive_source *source, void *buffer, size_t size);
	/* false with `problem`, ARCHIVE_CUT where the end comes before. */
	bool (*skip)(struct archive_source *source, uint64_t bytes);
	uint64_t position; /* in what is delivered */
	enum archive_problem problem;
	int fd;
	uint64_t at, end; /* of the file: the next byte, and behind the last */
	/* Only where bytes are unpacked: */
	bool gzip, ended;
	uint64_t consumed;
	z_stream z;
	unsigned char piece[ARCHIVE_PIECE_BYTES];
};

/* Bytes [begin, end) of the file as they are. */
void archive_source_plain(struct archive_source *source, int fd, uint64_t begin, uint64_t end);

/*
 * The same unpacked: gzip's format, of several parts one behind the other, with its checksums, or a
 * bare DEFLATE stream. What unpacks to suspiciously much fails. Takes 64 KiB of memory; release it
 * where this is FINE.
 */
enum archive_problem archive_source_packed(struct archive_source *source, int fd, uint64_t begin,
					   uint64_t end, bool gzip);
void archive_source_release(struct archive_source *source);

#endif
