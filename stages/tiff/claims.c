/*
 * Checks the sizes that the header of a stored JPEG, WebP or LERC stream claims: decoders allocate
 * by these before anybody compares them with the block's. Looked at in each block before it is
 * decoded. It decodes nothing but the wrapping of LERC.
 */
#include "claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "ifd.h"
#include "window.h"

enum { MIB = 1 << 20, LERC_HEAD = 64, WEBP_CHUNK = 8 };

/* A size that a stream claims; `wrong` where it is refused, whatever that size is. */
struct claim {
	uint32_t x_size, y_size;
	const char *wrong;
};

static uint32_t big16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t little32(const unsigned char *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* --- JPEG (ITU-T T.81, annex B) --- */

enum {
	JPEG_SOF0 = 0xc0,
	JPEG_DHT = 0xc4,
	JPEG_JPG = 0xc8,
	JPEG_DAC = 0xcc,
	JPEG_SOF15 = 0xcf,
	JPEG_RST0 = 0xd0,
	JPEG_SOI = 0xd8,
	JPEG_EOI = 0xd9,
	JPEG_SOS = 0xda,
};

static bool is_frame(unsigned marker)
{
	return marker >= JPEG_SOF0 && marker <= JPEG_SOF15 && marker != JPEG_DHT &&
	       marker != JPEG_JPG && marker != JPEG_DAC;
}

/*
 * The segment of the next marker from *at on, which is put behind it: its first byte behind the
 * length, *size of them. Markers without a segment and what stands between are passed, as libjpeg
 * does. NULL at the end.
 */
static const unsigned char *next_segment(const unsigned char *p, size_t n, size_t *at,
					 unsigned *marker, size_t *size)
{
	while (*at + 4 <= n) {
		*marker = p[*at + 1];
		if (p[*at] != 0xff || *marker == 0xff || *marker <= 1 ||
		    (*marker >= JPEG_RST0 && *marker <= JPEG_EOI)) {
			(*at)++;
			continue;
		}
		*size = big16(p + *at + 2);
		if (*size < 2 || *size > n - *at - 2)
			return NULL;
		*size -= 2;
		*at += 4 + *size;
		return p + *at - *size;
	}
	return NULL;
}

/* Coefficients of all components, 2 bytes each, in blocks of 8 x 8 and whole units of these. */
static size_t coefficients(const unsigned char *frame, size_t size)
{
	uint64_t y_size = big16(frame + 1), x_size = big16(frame + 3), bytes = 0;
	unsigned n = frame[5], h_most = 1, v_most = 1;

	if (size < 6 + 3 * (size_t)n)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		unsigned h = frame[6 + 3 * i + 1] >> 4, v = frame[6 + 3 * i + 1] & 15;

		h_most = h > h_most ? h : h_most;
		v_most = v > v_most ? v : v_most;
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned h = frame[6 + 3 * i + 1] >> 4, v = frame[6 + 3 * i + 1] & 15;
		uint64_t across = ceil_div(x_size, 8 * h_most) * h;
		uint64_t down = ceil_div(y_size, 8 * v_most) * v;

		bytes += across * down * 128;
	}
	return (size_t)bytes;
}

/*
 * What has to be held of the whole stream: nothing where one scan has all components (rows of it
 * are), all coefficients where there are more scans, as always in progressive streams.
 */
static size_t jpeg_held(const unsigned char *stored, size_t n)
{
	const unsigned char *segment, *frame = NULL;
	size_t at = 0, size, frame_size = 0;
	unsigned marker, frame_marker = 0;

	while ((segment = next_segment(stored, n, &at, &marker, &size))) {
		if (is_frame(marker) && size >= 6 && !frame) {
			frame = segment;
			frame_size = size;
			frame_marker = marker;
		} else if (marker == JPEG_SOS) {
			break;
		}
	}
	if (!segment || !frame || !size)
		return 0; /* not decoded either */
	if ((frame_marker & 3) != 2 && segment[0] >= frame[5])
		return 0;
	return coefficients(frame, frame_size);
}

/* Planned are three blocks and a MiB; rows on their way to colours need the third of these. */
static int check_jpeg(const struct tiff_image *image, const struct tiff_block *block,
		      const unsigned char *stored, size_t n, struct error *err)
{
	size_t held = jpeg_held(stored, n);
	char text[200];

	if (held <= size_add(size_mul(2, image->block_bytes), MIB))
		return 0;
	(void)snprintf(
		text, sizeof(text),
		"its JPEG stream has several scans, so that %zu MiB of it must be held, more "
		"than a block of this size needs; fetch the file again, or rewrite it",
		held / MIB);
	return tiff_block_error(image, block, err, EX_DATAERR, text);
}

/* --- WebP (RFC 9649) --- */

static struct claim webp_lossy(const unsigned char *p)
{
	return (struct claim){(p[6] | (uint32_t)p[7] << 8) & 0x3fff,
			      (p[8] | (uint32_t)p[9] << 8) & 0x3fff, NULL};
}

static struct claim webp_lossless(const unsigned char *p)
{
	uint32_t bits = little32(p + 1);

	return (struct claim){(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, NULL};
}

static bool has_tag(const unsigned char *p, size_t n, const char tag[5])
{
	return n >= WEBP_CHUNK && memcmp(p, tag, 4) == 0;
}

static bool has_frame(const unsigned char *p, size_t n)
{
	return has_tag(p, n, "VP8 ") || has_tag(p, n, "VP8L");
}

/*
 * Where the frame's chunk begins in a stream without a container, as libwebp finds it: behind
 * transparency and whatever follows that. SIZE_MAX where it lies behind the end.
 */
static size_t webp_frame(const unsigned char *p, size_t n)
{
	size_t at = 0;

	if (!has_tag(p, n, "ALPH"))
		return 0;
	while (n - at >= WEBP_CHUNK && !has_frame(p + at, n - at)) {
		size_t size = (WEBP_CHUNK + (size_t)little32(p + at + 4) + 1) & ~(size_t)1;

		if (size > n - at)
			return SIZE_MAX;
		at += size;
	}
	return at;
}

/* libwebp takes a frame also without its container, and without the head of its chunk. */
static struct claim webp_claim(const unsigned char *p, size_t n)
{
	static const struct claim none = {0, 0, NULL};
	const size_t container = n >= 12 && memcmp(p, "RIFF", 4) == 0 ? 12 : 0;
	size_t at = container;

	if (has_tag(p + at, n - at, "VP8X"))
		return n - at < 18 ? none
				   : (struct claim){(little32(p + at + 12) & 0xffffff) + 1,
						    (little32(p + at + 14) >> 8) + 1, NULL};
	if (!container)
		at = webp_frame(p, n);
	if (at <= n && has_frame(p + at, n - at))
		at += WEBP_CHUNK;
	if (at >= n)
		return none;
	if (p[at] == 0x2f)
		return n - at < 5 ? none : webp_lossless(p + at);
	return n - at < 10 ? none : webp_lossy(p + at);
}

/* --- LERC --- */

/* The start of a LERC stream that DEFLATE is wrapped round: bytes that came out. */
static size_t unwrap_deflate(const unsigned char *in, size_t n, unsigned char out[LERC_HEAD])
{
	z_stream z = {0};

	if (inflateInit(&z) != Z_OK)
		return 0;
	z.next_in = (unsigned char *)(uintptr_t)in;
	z.avail_in = n < MIB ? (unsigned)n : MIB;
	z.next_out = out;
	z.avail_out = LERC_HEAD;
	(void)inflate(&z, Z_NO_FLUSH);
	(void)inflateEnd(&z);
	return LERC_HEAD - z.avail_out;
}

static size_t unwrap_zstd(const unsigned char *in, size_t n, unsigned char out[LERC_HEAD])
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	ZSTD_inBuffer from = {in, n, 0};
	ZSTD_outBuffer to = {out, LERC_HEAD, 0};

	while (stream && to.pos < to.size && from.pos < from.size) {
		size_t rc = ZSTD_decompressStream(stream, &to, &from);

		if (ZSTD_isError(rc) || rc == 0)
			break;
	}
	(void)ZSTD_freeDStream(stream);
	return to.pos;
}

/* Version 1 has a header that its decoder believes, 20,000 x 20,000; no TIFF has it. */
static struct claim lerc_claim(const unsigned char *p, size_t n)
{
	size_t at;

	if (n >= 10 && memcmp(p, "CntZImage ", 10) == 0)
		return (struct claim){0, 0, "holds LERC of version 1, which TIFF files never do"};
	if (n < 26 || memcmp(p, "Lerc2 ", 6) != 0)
		return (struct claim){0, 0, NULL};
	at = little32(p + 6) >= 3 ? 14 : 10; /* behind the version, and the checksum */
	return (struct claim){little32(p + at + 4), little32(p + at), NULL};
}

static struct claim lerc_inside(struct tiff_image *image, const unsigned char *stored, size_t n)
{
	uint32_t parameter[2] = {0}; /* version, wrapping */
	unsigned char head[LERC_HEAD] = {0};

	(void)tiff_values(image, TIFFTAG_LERC_PARAMETERS, TIFF_LONG, 0, 2, parameter);
	if (parameter[1] == LERC_ADD_COMPRESSION_DEFLATE)
		return lerc_claim(head, unwrap_deflate(stored, n, head));
	if (parameter[1] == LERC_ADD_COMPRESSION_ZSTD)
		return lerc_claim(head, unwrap_zstd(stored, n, head));
	return lerc_claim(stored, n);
}

/*
 * LERC's decoder, in C++, ends the program where it finds no memory. It takes what is planned for
 * it, so it is not begun where that is not to be had.
 */
static int check_lerc_memory(const struct tiff_image *image, const struct tiff_block *block,
			     struct error *err)
{
	void *volatile reserve = malloc(size_add(size_mul(3, image->block_bytes), 256 << 10));
	bool had = reserve != NULL;

	free(reserve);
	return had ? 0
		   : tiff_block_error(image, block, err, EX_TEMPFAIL,
				      "there is no memory to decode it");
}

/* --- */

static int check_size(const struct tiff_image *image, const struct tiff_block *block,
		      const struct claim *claim, struct error *err)
{
	char text[160];

	if (claim->wrong)
		return tiff_block_damaged(image, block, err, claim->wrong);
	if (claim->x_size <= image->block_x_size && claim->y_size <= image->block_y_size)
		return 0;
	(void)snprintf(text, sizeof(text), "its stream is of %u x %u pixels, the block has %u x %u",
		       claim->x_size, claim->y_size, image->block_x_size, block->y_size);
	return tiff_block_damaged(image, block, err, text);
}

int tiff_claims_check(struct tiff_image *image, const struct tiff_block *block, const void *stored,
		      size_t n, struct error *err)
{
	struct claim claim = {0, 0, NULL};

	if (image->compression == COMPRESSION_JPEG)
		return check_jpeg(image, block, stored, n, err);
	if (image->compression == COMPRESSION_LERC && check_lerc_memory(image, block, err))
		return -1;
	if (image->compression == COMPRESSION_WEBP)
		claim = webp_claim(stored, n);
	else if (image->compression == COMPRESSION_LERC)
		claim = lerc_inside(image, stored, n);
	return check_size(image, block, &claim, err);
}
