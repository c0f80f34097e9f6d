/*
 * What is known of each codec: its name, whether it has a predictor, how large a stored
 * block can get and what its decoder allocates. Kept apart so that every such number has its
 * derivation beside it. Decoding itself is done elsewhere.
 */
#include "codec.h"

#include <stdio.h>
#include <string.h>

#include "io.h"
#include "window.h"

enum {
	KIB = 1024,
	MIB = 1024 * 1024,
	HEAD_BYTES = 32, /* hold a ZSTD frame's header, and an xz block's up to its filters */
};

/*
 * fixed_bytes and blocks: the decoder allocates fixed_bytes + blocks * block_bytes.
 *   LZW: our table, 4096 entries of 10 bytes; libtiff's for old streams, 5119 entries of 16 bytes.
 *   DEFLATE: zlib's window 32 KiB and state 10 KiB, libdeflate's tables 11 KiB.
 *   ZSTD, LZMA: context and input buffer; the window comes on top, see first_window().
 *   JPEG: rows of coefficients; a progressive stream keeps 2-byte coefficients of the whole block.
 *   LERC: the block, its mask, and the stream where that is deflated or in ZSTD once more.
 *   WebP: the decoded picture in YUV and the rows on their way to RGB.
 */
static const struct codec {
	uint16_t compression;
	const char *name;
	bool predictor;
	size_t fixed_bytes;
	unsigned blocks;
} codecs[] = {
	{COMPRESSION_NONE, "none", false, 0, 0},
	{COMPRESSION_LZW, "LZW", true, 128 * KIB, 0},
	{COMPRESSION_ADOBE_DEFLATE, "DEFLATE", true, 64 * KIB, 0},
	{COMPRESSION_DEFLATE, "DEFLATE", true, 64 * KIB, 0},
	{COMPRESSION_PACKBITS, "PackBits", false, 0, 0},
	{COMPRESSION_ZSTD, "ZSTD", true, 512 * KIB, 0},
	{COMPRESSION_LZMA, "LZMA", true, 256 * KIB, 0},
	{COMPRESSION_JPEG, "JPEG", false, MIB, 3},
	{COMPRESSION_LERC, "LERC", false, 256 * KIB, 3},
	{COMPRESSION_WEBP, "WEBP", false, MIB, 2},
};

static const struct codec *find(uint16_t compression)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (codecs[i].compression == compression)
			return &codecs[i];
	return NULL;
}

const char *tiff_codec_name(uint16_t compression)
{
	const struct codec *codec = find(compression);

	return codec ? codec->name : NULL;
}

bool tiff_codec_has_predictor(uint16_t compression)
{
	const struct codec *codec = find(compression);

	return codec && codec->predictor;
}

/*
 * LZW writes at most 12 bits for a byte; the other codecs fall back on stored data (DEFLATE: 5
 * bytes more in 64 KiB, PackBits: one in 128), so 1/8 more is ample. 64 KiB: headers and tables.
 */
size_t tiff_codec_raw_bytes(uint16_t compression, size_t block_bytes)
{
	size_t extra = compression == COMPRESSION_LZW ? block_bytes / 2 : block_bytes / 8;

	return size_add(size_add(block_bytes, extra), 64 * KIB);
}

/* Window that a ZSTD frame needs, from its header (RFC 8878, 3.1.1.1); 0 if it is no frame. */
static size_t zstd_window(const unsigned char *p, size_t n)
{
	static const unsigned char fcs_bytes[4] = {0, 2, 4, 8}, did_bytes[4] = {0, 1, 2, 4};
	unsigned fcs, did;
	uint64_t size = 0;

	if (n < 18 || memcmp(p, "\x28\xb5\x2f\xfd", 4) != 0)
		return 0;
	if (!(p[4] & 0x20)) {
		uint64_t base = (uint64_t)1 << (10 + (p[5] >> 3));

		return (size_t)(base + base / 8 * (p[5] & 7));
	}
	fcs = p[4] >> 6 ? fcs_bytes[p[4] >> 6] : 1;
	did = did_bytes[p[4] & 3];
	for (unsigned i = 0; i < fcs; i++)
		size |= (uint64_t)p[5 + did + i] << 8 * i;
	return (size_t)(fcs == 2 ? size + 256 : size);
}

/* Dictionary that an xz block needs: of its LZMA2 filter (.xz format, 3.1.5 and 5.3.1); 0: none. */
static size_t xz_dictionary(const unsigned char *p, size_t n)
{
	size_t at = 14;

	if (n < 32 ||
	    memcmp(p,
		   "\xfd"
		   "7zXZ\0",
		   6) != 0 ||
	    !p[12] || (p[13] & 0xc0))
		return 0;
	for (unsigned filter = 0; filter <= (p[13] & 3u) && at + 3 <= n; filter++) {
		unsigned bits = p[at + 2] & 0x3f;

		if (p[at] == 0x21)
			return bits >= 40 ? UINT32_MAX
					  : (size_t)(2 | (bits & 1)) << (bits / 2 + 11);
		at += 2u + p[at + 1];
	}
	return 0;
}

static bool has_window(const struct tiff_image *image)
{
	return image->compression == COMPRESSION_ZSTD || image->compression == COMPRESSION_LZMA;
}

static size_t window_of(const struct tiff_image *image, const unsigned char head[HEAD_BYTES])
{
	return image->compression == COMPRESSION_ZSTD ? zstd_window(head, HEAD_BYTES)
						      : xz_dictionary(head, HEAD_BYTES);
}

/* The first stored block among the first few; sparse files may have none there. */
static bool first_block(struct tiff_image *image, struct tiff_block *block)
{
	for (uint32_t row = 0; row < image->down && row < 64; row++)
		for (uint32_t column = 0; column < image->across && column < 8; column++)
			if (tiff_block_find(image, column, row, 0, block, NULL) == 0 &&
			    !tiff_block_sparse(block))
				return true;
	return false;
}

/*
 * All blocks of a file are as a rule written by one encoder with one setting, so the first one
 * tells. Where there is none: 8 MiB, the window of ZSTD's level 19 and of xz's preset 6.
 */
static size_t first_window(struct tiff_image *image)
{
	unsigned char head[HEAD_BYTES] = {0};
	struct tiff_block block;
	ssize_t n;

	if (!has_window(image))
		return 0;
	if (!first_block(image, &block))
		return 8 * MIB;
	n = tiff_pread(image, head, sizeof(head), block.offset);
	if (n < 0)
		return 8 * MIB;
	return window_of(image, head);
}

size_t tiff_codec_memory(struct tiff_image *image)
{
	const struct codec *codec = find(image->compression);
	size_t bytes = size_add(codec->fixed_bytes, size_mul(codec->blocks, image->block_bytes));

	image->window_bytes = first_window(image);
	bytes = size_add(bytes, image->window_bytes);
	if (image->predictor == PREDICTOR_FLOATINGPOINT)
		bytes = size_add(bytes,
				 image->row_bytes); /* libtiff unshuffles into a second row */
	return bytes;
}

/* A decoder would allocate whatever window a block names: 128 MiB of ZSTD, 4 GiB of LZMA. */
int tiff_codec_check(const struct tiff_image *image, const struct tiff_block *block,
		     const void *stored, size_t n, struct error *err)
{
	unsigned char head[HEAD_BYTES] = {0};
	char text[200];
	size_t window;

	if (!has_window(image))
		return 0;
	memcpy(head, stored, n < sizeof(head) ? n : sizeof(head));
	window = window_of(image, head);
	if (window <= size_add(image->window_bytes, TIFF_WINDOW_MARGIN))
		return 0;
	(void)snprintf(text, sizeof(text),
		       "needs %zu MiB to decode, more than was planned by the file's first block "
		       "(%zu MiB); rewrite the file with one setting for all blocks",
		       window / MIB, image->window_bytes / MIB);
	return tiff_block_error(image, block, err, EX_TEMPFAIL, text);
}
