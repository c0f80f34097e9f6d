/*
 * The reading half of gzip.h. The data may be damaged or made to unpack to any size: what is not
 * asked for is not unpacked.
 */
#include "gzip.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum { FIRST_BYTE = 0x1f, WINDOW_BITS = 15, OF_GZIP = 16, IN_BYTES = 4096 };

struct gzip_reader {
	z_stream z;
	FILE *in, *below;
	bool ended; /* of the member; its sum was right */
	const char *problem;
	unsigned char packed[IN_BYTES];
};

static ssize_t bad(struct gzip_reader *reader, const char *problem)
{
	reader->problem = problem;
	errno = EBADMSG;
	return -1;
}

/* More of the file to unpack. 1, 0 at its end, -1 with errno. */
static int fill(struct gzip_reader *reader)
{
	if (reader->z.avail_in)
		return 1;
	reader->z.next_in = reader->packed;
	reader->z.avail_in = (unsigned)fread(reader->packed, 1, IN_BYTES, reader->below);
	if (ferror(reader->below))
		return -1;
	return reader->z.avail_in > 0;
}

/* Behind the member there must be nothing. */
static ssize_t look_behind(struct gzip_reader *reader)
{
	int more = fill(reader);

	if (more <= 0)
		return more;
	return bad(reader,
		   *reader->z.next_in == FIRST_BYTE
			   ? "several gzip files in one; imgpipe writes one: unpack it with "
			     "gunzip and give that"
			   : "something stands behind the end of the gzip data");
}

static ssize_t unpack(void *cookie, char *bytes, size_t size)
{
	struct gzip_reader *reader = cookie;
	z_stream *z = &reader->z;

	z->next_out = (unsigned char *)bytes;
	z->avail_out = (unsigned)size; /* a buffer of stdio */
	while (z->avail_out == size && !reader->ended) {
		int more = fill(reader), status;

		if (more < 0)
			return -1;
		if (!more)
			return bad(reader, "the gzip data end in the middle; the file is cut off");
		status = inflate(z, Z_NO_FLUSH);
		reader->ended = status == Z_STREAM_END;
		if (status == Z_MEM_ERROR) {
			errno = ENOMEM;
			return -1;
		}
		if (status != Z_OK && !reader->ended)
			return bad(reader, "the gzip data are damaged");
	}
	if (z->avail_out == size)
		return look_behind(reader);
	return (ssize_t)(size - z->avail_out);
}

bool gzip_begins(FILE *in)
{
	int c = getc(in);

	return c != EOF && ungetc(c, in) == FIRST_BYTE;
}

int gzip_reader_open(struct gzip_reader **reader, FILE *below, struct error *err)
{
	struct gzip_reader *r = calloc(1, sizeof(*r));

	*reader = NULL;
	if (!r)
		return error_memory(err, "a compressed file", sizeof(*r));
	if (inflateInit2(&r->z, WINDOW_BITS + OF_GZIP) != Z_OK ||
	    !(r->in = fopencookie(r, "r", (cookie_io_functions_t){.read = unpack}))) {
		(void)inflateEnd(&r->z);
		free(r);
		return error_memory(err, "a compressed file", 1u << WINDOW_BITS);
	}
	r->below = below;
	*reader = r;
	return 0;
}

FILE *gzip_reader_stream(const struct gzip_reader *reader)
{
	return reader->in;
}

const char *gzip_reader_problem(const struct gzip_reader *reader)
{
	return reader ? reader->problem : NULL;
}

void gzip_reader_free(struct gzip_reader *reader)
{
	if (!reader)
		return;
	(void)fclose(reader->in);
	(void)fclose(reader->below);
	(void)inflateEnd(&reader->z);
	free(reader);
}
