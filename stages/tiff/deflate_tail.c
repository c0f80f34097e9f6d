/*
 * DEFLATE streams that go on behind their block, as libtiff reads them (for GDAL, and for the TIFF
 * reader where it leaves a block to it). libtiff takes "no more room" for success; but libdeflate
 * stops in front of the first copy that does not fit, so the end of the block is then whatever lay
 * in the buffer before: other pixels, in another order of reading. This definition replaces the
 * library's. It decodes such a stream again, with room after the block. For every other stream the
 * result is unchanged.
 */
#include <dlfcn.h>
#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * One symbol of DEFLATE makes at most 258 bytes (RFC 1951, 3.2.5), but a stored block comes whole
 * or not at all: 65535 bytes.
 */
enum { LARGEST_STEP = 1 << 16 };

typedef enum libdeflate_result inflate_function(struct libdeflate_decompressor *, const void *,
						size_t, void *, size_t, size_t *);

/* The block's bytes are then there, whether the stream ends behind them or goes on further. */
static enum libdeflate_result inflate_past(inflate_function *inflate,
					   struct libdeflate_decompressor *decompressor,
					   const void *in, size_t in_bytes, void *out, size_t room)
{
	unsigned char *more = room <= SIZE_MAX - LARGEST_STEP ? malloc(room + LARGEST_STEP) : NULL;
	enum libdeflate_result result;
	size_t got = 0;

	if (!more)
		return LIBDEFLATE_BAD_DATA;
	result = inflate(decompressor, in, in_bytes, more, room + LARGEST_STEP, &got);
	if (result == LIBDEFLATE_SUCCESS || result == LIBDEFLATE_INSUFFICIENT_SPACE) {
		memcpy(out, more, room);
		result = LIBDEFLATE_INSUFFICIENT_SPACE;
	}
	free(more);
	return result;
}

__attribute__((visibility("default"))) enum libdeflate_result libdeflate_zlib_decompress(
	struct libdeflate_decompressor *decompressor, const void *in, size_t in_bytes, void *out,
	size_t room, size_t *got)
{
	static inflate_function *next;
	inflate_function *inflate = __atomic_load_n(&next, __ATOMIC_RELAXED);
	enum libdeflate_result result;

	if (!inflate) {
		*(void **)&inflate = dlsym(RTLD_NEXT, "libdeflate_zlib_decompress");
		__atomic_store_n(&next, inflate, __ATOMIC_RELAXED);
	}
	if (!inflate)
		return LIBDEFLATE_BAD_DATA;
	result = inflate(decompressor, in, in_bytes, out, room, got);
	if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
		result = inflate_past(inflate, decompressor, in, in_bytes, out, room);
	return result;
}
