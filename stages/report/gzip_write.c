/*
 * The writing half of gzip.h.
 */
#include "gzip.h"

#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	LEVEL = 6,
	WINDOW_BITS = 15,
	OF_GZIP = 16, /* added to the window bits: gzip's header and sum */
	MEMORY = 8,   /* zlib's own default */
	PACKED_BYTES = 4096,
	NO_SYSTEM = 255 /* the file does not say where it was made */
};

static const char comment[] = "imgpipe";

struct gzip_writer {
	z_stream z;
	gz_header header;
	FILE *out, *below;
	bool abandoned;
	unsigned char packed[PACKED_BYTES];
};

/* Deflate what is at hand, and hand it on. 0, or -1 with errno. */
static int deflate_to_below(struct gzip_writer *writer, int flush)
{
	z_stream *z = &writer->z;
	size_t n;

	do {
		z->next_out = writer->packed;
		z->avail_out = PACKED_BYTES;
		if (deflate(z, flush) == Z_STREAM_ERROR) {
			errno = EIO;
			return -1;
		}
		n = PACKED_BYTES - z->avail_out;
		if (fwrite(writer->packed, 1, n, writer->below) != n)
			return -1;
	} while (z->avail_out == 0);
	return 0;
}

static ssize_t pass(void *cookie, const char *bytes, size_t size)
{
	struct gzip_writer *writer = cookie;

	if (writer->abandoned)
		return (ssize_t)size;
	writer->z.next_in = (Bytef *)bytes;
	writer->z.avail_in = (unsigned)size; /* of a buffer of stdio, or a line */
	return deflate_to_below(writer, Z_NO_FLUSH) ? 0 : (ssize_t)size;
}

int gzip_writer_open(struct gzip_writer **writer, FILE *below, struct error *err)
{
	struct gzip_writer *w = calloc(1, sizeof(*w));

	*writer = NULL;
	if (!w)
		return error_memory(err, "a compressed report", sizeof(*w));
	w->below = below;
	w->header = (gz_header){.os = NO_SYSTEM, .comment = (Bytef *)comment};
	if (deflateInit2(&w->z, LEVEL, Z_DEFLATED, WINDOW_BITS + OF_GZIP, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflateSetHeader(&w->z, &w->header) != Z_OK ||
	    !(w->out = fopencookie(w, "w", (cookie_io_functions_t){.write = pass}))) {
		(void)deflateEnd(&w->z);
		free(w);
		return error_memory(err, "a compressed report", 1u << (WINDOW_BITS + 3));
	}
	*writer = w;
	return 0;
}

FILE *gzip_writer_stream(const struct gzip_writer *writer)
{
	return writer->out;
}

static void writer_free(struct gzip_writer *writer)
{
	(void)deflateEnd(&writer->z);
	free(writer);
}

int gzip_writer_finish(struct gzip_writer *writer)
{
	int rc = fclose(writer->out), why;

	writer->z.avail_in = 0;
	rc = rc || deflate_to_below(writer, Z_FINISH) ? -1 : 0;
	why = errno;
	writer_free(writer);
	errno = why;
	return rc;
}

void gzip_writer_abandon(struct gzip_writer *writer)
{
	if (!writer)
		return;
	writer->abandoned = true;
	(void)fclose(writer->out);
	writer_free(writer);
}

bool gzip_is_ours(const void *head, size_t bytes)
{
	enum { FLAGS = 3, FIXED_BYTES = 10, COMMENT = 0x10 };
	const unsigned char *h = head;

	return bytes >= FIXED_BYTES + sizeof(comment) && h[0] == 0x1f && h[1] == 0x8b &&
	       h[FLAGS] == COMMENT && memcmp(h + FIXED_BYTES, comment, sizeof(comment)) == 0;
}
