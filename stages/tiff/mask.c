/*
 * The per-dataset mask of a TIFF file: a directory marked as mask, or a file NAME.msk beside it, by
 * GDAL's rules. The mask is decoded by whole blocks into memory of its own, which the plan counts
 * with the codec's; the block decoded last is kept for the next window.
 */
#include "mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "codec.h"
#include "fetch.h"
#include "ifd.h"
#include "metadata.h"
#include "predictor.h"
#include "window.h"

/* GDAL's flag in INTERNAL_MASK_FLAGS_1: one mask for all bands. */
enum { PER_DATASET = 2 };

struct tiff_mask {
	struct tiff_image image;
	unsigned char *block; /* block_bytes, and raw_bytes behind them; NULL until needed */
	bool held;            /* `block` is the decoded block `strile` */
	uint32_t strile;
};

/* A mask of one bit or one byte a pixel, as large as the image. */
static int check_mask(const struct tiff_image *mask, const struct tiff_image *image,
		      struct error *err)
{
	if (mask->x_size != image->x_size || mask->y_size != image->y_size)
		return PROBE_DECLINED;
	if (mask->samples != 1 || (mask->bits != 1 && mask->bits != 8) ||
	    !tiff_codec_name(mask->compression) || !tiff_image_codec(mask))
		return error_set(err, EX_UNAVAILABLE,
				 "%s: a mask of %u bands of %u bits, compression %u: not read by "
				 "the TIFF reader",
				 mask->path, mask->samples, mask->bits, mask->compression);
	return PROBE_OK;
}

static int open_beside(struct tiff_mask *mask, const struct tiff_image *image, struct error *err)
{
	size_t size = strlen(image->path) + sizeof(".msk");
	char *path = malloc(size);
	struct error why = {0};
	int rc, flags = 0;

	if (!path)
		return error_memory(err, "a file name", size);
	(void)snprintf(path, size, "%s.msk", image->path);
	rc = tiff_image_open(&mask->image, path, 0, TIFF_HEADER_ALLOC, &why);
	free(path);
	if (rc == PROBE_OK) {
		rc = tiff_metadata_mask_flags(&mask->image, &flags, &why);
		if (rc || flags < 0 || !(flags & PER_DATASET))
			tiff_image_close(&mask->image);
		if (!rc && flags < 0)
			return PROBE_DECLINED;
		if (!rc && !(flags & PER_DATASET))
			return TIFF_MASK_OF_BANDS;
	}
	if (rc < 0 && why.code == EX_NOINPUT)
		return PROBE_DECLINED;
	if (rc == PROBE_DECLINED && why.code != EX_NOINPUT)
		return error_set(err, EX_UNAVAILABLE, "%s.msk: a mask that is no TIFF",
				 image->path);
	return rc < 0 ? error_set(err, why.code, "%s", why.text) : rc;
}

/* Predictors of masks that are undone here, rare as they are. */
static bool can_undo(const struct tiff_image *mask)
{
	return mask->predictor == PREDICTOR_NONE ||
	       (mask->predictor == PREDICTOR_HORIZONTAL && mask->bits == 8);
}

static int open_image(struct tiff_mask *mask, const struct tiff_image *image, struct error *err)
{
	struct tiff_ifd ifd;
	int rc;

	if (tiff_ifd_mask(image, &ifd))
		rc = tiff_image_open(&mask->image, image->path, ifd.offset, TIFF_HEADER_ALLOC, err);
	else
		rc = open_beside(mask, image, err);
	if (rc != PROBE_OK)
		return rc;
	rc = check_mask(&mask->image, image, err);
	if (rc == PROBE_OK) {
		(void)tiff_codec_memory(&mask->image); /* for tiff_codec_check() */
		if (stream_takes(mask->image.compression) && can_undo(&mask->image))
			rc = tiff_direct_open(&mask->image, err);
	}
	if (rc != PROBE_OK)
		tiff_image_close(&mask->image);
	return rc;
}

int tiff_mask_open(struct tiff_mask **mask, const struct tiff_image *image, struct error *err)
{
	int rc;

	*mask = calloc(1, sizeof(**mask));
	if (!*mask)
		return error_memory(err, "a mask", sizeof(**mask));
	rc = open_image(*mask, image, err);
	if (rc != PROBE_OK) {
		free(*mask);
		*mask = NULL;
	}
	return rc;
}

size_t tiff_mask_memory(struct tiff_mask *mask)
{
	const struct tiff_image *image = &mask->image;
	size_t buffers = size_add(image->block_bytes, image->raw_bytes);
	size_t striles = image->own_places ? 0 : size_mul(size_mul(image->across, image->down), 16);
	size_t tags = size_mul(2, (size_t)image->ifd.tag_bytes);

	return size_add(
		size_add(buffers, striles),
		size_add(size_add(tiff_codec_memory(&mask->image), tags), sizeof(*mask) + 16384));
}

struct tiff_image *tiff_mask_image(struct tiff_mask *mask)
{
	return &mask->image;
}

void tiff_mask_close(struct tiff_mask *mask)
{
	if (!mask)
		return;
	tiff_image_close(&mask->image);
	free(mask->block);
	free(mask);
}

static void undo_predictor(const struct tiff_image *image, unsigned char *row, uint32_t n)
{
	struct predictor_row undo = {.x_size = image->block_x_size,
				     .n = image->block_x_size,
				     .samples = 1,
				     .n_bands = 1};

	for (; n; n--, row += image->row_bytes) {
		undo.row = undo.to[0] = row;
		predictor_undo(&undo, PREDICTOR_HORIZONTAL, 1, NULL);
	}
}

static int decode_block(struct tiff_mask *mask, const struct tiff_block *block, struct meter *meter,
			struct error *err)
{
	const struct tiff_image *image = &mask->image;
	size_t bytes = size_add(image->block_bytes, image->raw_bytes);

	if (mask->held && mask->strile == block->strile)
		return 0;
	if (!mask->block)
		mask->block = malloc(bytes);
	if (!mask->block)
		return error_memory(err, "a block of the mask", bytes);
	mask->held = false;
	if (tiff_block_decode(&mask->image, block, mask->block + image->block_bytes, mask->block,
			      meter, err))
		return error_prefix(err, "mask");
	if (image->decoder && image->predictor == PREDICTOR_HORIZONTAL)
		undo_predictor(image, mask->block, block->window.y_size);
	mask->held = true;
	mask->strile = block->strile;
	return 0;
}

/* Pixels of one row of the decoded block, from column x of it on. */
static void copy_row(const struct tiff_mask *mask, uint32_t y, uint32_t x, uint32_t n, uint8_t *out)
{
	const unsigned char *row = mask->block + (size_t)y * mask->image.row_bytes;

	if (mask->image.bits == 8) {
		memcpy(out, row + x, n);
		return;
	}
	for (uint32_t i = 0; i < n; i++, x++)
		out[i] = row[x / 8] >> (7 - x % 8) & 1 ? 255 : 0;
}

/* The part of the window that one block covers. A sparse block masks its pixels, as in GDAL. */
static int read_block(struct tiff_mask *mask, uint32_t column, uint32_t row,
		      const struct window *window, uint8_t *out, struct meter *meter,
		      struct error *err)
{
	struct tiff_block block;
	struct window part;

	if (tiff_block_find(&mask->image, column, row, 0, &block, err))
		return error_prefix(err, "mask");
	if (!window_intersect(&block.window, window, &part))
		return 0;
	if (!tiff_block_sparse(&block) && decode_block(mask, &block, meter, err))
		return -1;
	for (uint32_t y = part.y_off; y < part.y_off + part.y_size; y++) {
		uint8_t *to = out + (size_t)(y - window->y_off) * window->x_size +
			      (part.x_off - window->x_off);

		if (tiff_block_sparse(&block))
			memset(to, 0, part.x_size);
		else
			copy_row(mask, y - block.window.y_off, part.x_off - block.window.x_off,
				 part.x_size, to);
	}
	return 0;
}

int tiff_mask_read(struct tiff_mask *mask, const struct window *window, uint8_t *out,
		   struct meter *meter, struct error *err)
{
	const struct tiff_image *image = &mask->image;
	uint32_t last_column = (window->x_off + window->x_size - 1) / image->block_x_size;
	uint32_t last_row = (window->y_off + window->y_size - 1) / image->block_y_size;

	for (uint32_t row = window->y_off / image->block_y_size; row <= last_row; row++)
		for (uint32_t column = window->x_off / image->block_x_size; column <= last_column;
		     column++)
			if (read_block(mask, column, row, window, out, meter, err))
				return -1;
	return 0;
}
