/*
 * Where an archive's bytes come from. It knows no names and no members.
 */
#include "archive_source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "archive_dir.h"

/* Up to n bytes from the file's next on; 0 at the end. */
static ssize_t fetch(struct archive_source *source, void *out, size_t n)
{
	uint64_t left = source->end - source->at;
	ssize_t got;

	if (n > left)
		n = (size_t)left;
	do
		got = n ? pread(source->fd, out, n, (off_t)source->at) : 0;
	while (got < 0 && errno == EINTR);
	if (got < 0)
		source->problem = ARCHIVE_UNREADABLE;
	else
		source->at += (uint64_t)got;
	return got;
}

/* --- as they are --- */

static ssize_t plain_read(struct archive_source *source, void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = fetch(source, (char *)buffer + done, size - done);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	source->position += done;
	return (ssize_t)done;
}

static bool plain_skip(struct archive_source *source, uint64_t bytes)
{
	if (bytes > source->end - source->at) {
		source->problem = ARCHIVE_CUT;
		return false;
	}
	source->at += bytes;
	source->position += bytes;
	return true;
}

void archive_source_plain(struct archive_source *source, int fd, uint64_t begin, uint64_t end)
{
	memset(source, 0, offsetof(struct archive_source, piece));
	source->read = plain_read;
	source->skip = plain_skip;
	source->fd = fd;
	source->at = begin;
	source->end = end;
}

/* --- unpacked --- */

static bool refill(struct archive_source *source)
{
	ssize_t got = source->z.avail_in ? 1 : fetch(source, source->piece, sizeof(source->piece));

	if (got < 0)
		return false;
	if (got == 0) {
		source->problem = ARCHIVE_CUT;
		return false;
	}
	if (!source->z.avail_in) {
		source->z.next_in = source->piece;
		source->z.avail_in = (unsigned)got;
		source->consumed += (uint64_t)got;
	}
	return true;
}

/* One stream has ended; in gzip's format another may follow, else what is there does not count. */
static bool next_stream(struct archive_source *source)
{
	if (!source->gzip || (!source->z.avail_in && source->at == source->end)) {
		source->ended = true;
		return true;
	}
	if (!refill(source))
		return false;
	source->ended = *source->z.next_in != 0x1f;
	return source->ended || inflateReset(&source->z) == Z_OK;
}

/* Unpack until the output is full or the end; false with the problem. */
static bool inflate_some(struct archive_source *source)
{
	while (source->z.avail_out && !source->ended) {
		int rc;

		if (!refill(source))
			return false;
		rc = inflate(&source->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END ? !next_stream(source) : rc != Z_OK && rc != Z_BUF_ERROR) {
			if (source->problem == ARCHIVE_FINE)
				source->problem =
					rc == Z_MEM_ERROR ? ARCHIVE_NO_MEMORY : ARCHIVE_DAMAGED;
			return false;
		}
	}
	return true;
}

static ssize_t packed_read(struct archive_source *source, void *buffer, size_t size)
{
	size_t n;

	source->z.next_out = buffer;
	source->z.avail_out = (unsigned)size; /* pieces and headers: below 4 GiB */
	if (!inflate_some(source))
		return -1;
	n = size - source->z.avail_out;
	source->position += n;
	source->problem = archive_ratio(source->consumed, source->position);
	return source->problem == ARCHIVE_FINE ? (ssize_t)n : -1;
}

static bool packed_skip(struct archive_source *source, uint64_t bytes)
{
	unsigned char sink[16 << 10];

	while (bytes) {
		size_t n = bytes < sizeof(sink) ? (size_t)bytes : sizeof(sink);
		ssize_t got = packed_read(source, sink, n);

		if (got < 0)
			return false;
		if ((size_t)got < n) {
			source->problem = ARCHIVE_CUT;
			return false;
		}
		bytes -= n;
	}
	return true;
}

enum archive_problem archive_source_packed(struct archive_source *source, int fd, uint64_t begin,
					   uint64_t end, bool gzip)
{
	archive_source_plain(source, fd, begin, end);
	source->read = packed_read;
	source->skip = packed_skip;
	source->gzip = gzip;
	return inflateInit2(&source->z, gzip ? 16 + MAX_WBITS : -MAX_WBITS) == Z_OK
		       ? ARCHIVE_FINE
		       : ARCHIVE_NO_MEMORY;
}

void archive_source_release(struct archive_source *source)
{
	(void)inflateEnd(&source->z);
}
