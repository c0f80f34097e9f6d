/*
 * From the header of a TIFF file to a raster_info: which forms this reader takes, which it leaves
 * to GDAL, and what memory reading will take. It reads no pixel.
 */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "fetch.h"
#include "geo.h"
#include "handle.h"
#include "ifd.h"
#include "io.h"
#include "mask.h"
#include "metadata.h"
#include "window.h"

enum {
	MAX_BANDS = 4096, /* more samples a pixel are taken for damage */
	MAX_RATIO = 1024, /* to which stored blocks shrink, as a rule: DEFLATE's */
};

static int declined(const struct tiff_image *image, struct error *err, const char *what)
{
	(void)error_set(err, EX_UNAVAILABLE, "%s: %s: not read by the TIFF reader", image->path,
			what);
	return PROBE_DECLINED;
}

/* -1 where samples of this kind are not read. */
static int sample_type_of(const struct tiff_image *image)
{
	static const struct {
		uint16_t bits, format;
		enum sample_type type;
	} row[] = {
		{8, SAMPLEFORMAT_UINT, SAMPLE_U8},     {8, SAMPLEFORMAT_INT, SAMPLE_I8},
		{16, SAMPLEFORMAT_UINT, SAMPLE_U16},   {16, SAMPLEFORMAT_INT, SAMPLE_I16},
		{32, SAMPLEFORMAT_UINT, SAMPLE_U32},   {32, SAMPLEFORMAT_INT, SAMPLE_I32},
		{32, SAMPLEFORMAT_IEEEFP, SAMPLE_F32}, {64, SAMPLEFORMAT_IEEEFP, SAMPLE_F64},
	};
	uint16_t format = image->format == SAMPLEFORMAT_VOID ? SAMPLEFORMAT_UINT : image->format;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (row[i].bits == image->bits && row[i].format == format)
			return (int)row[i].type;
	return -1;
}

/* Colour spaces that GDAL converts are GDAL's; those it delivers as stored are read here. */
static bool colors_as_stored(const struct tiff_image *image)
{
	switch (image->photometric) {
	case PHOTOMETRIC_MINISWHITE:
	case PHOTOMETRIC_MINISBLACK:
	case PHOTOMETRIC_RGB:
		return true;
	case PHOTOMETRIC_PALETTE:
		return image->bits == 8;
	case PHOTOMETRIC_YCBCR:
		return image->compression == COMPRESSION_JPEG && !image->planar &&
		       image->samples == 3 && image->bits == 8;
	default:
		return false;
	}
}

/* Does libtiff count the bytes of a block as we do? (Not with subsampled colours, say.) */
static bool plain_blocks(const struct tiff_image *image)
{
	const struct libtiff *t = image->libtiff;
	const uint64_t ours = (uint64_t)image->across * image->down;
	uint64_t bytes, striles;

	if (!image->tif)
		return true;
	bytes = image->tiled ? t->TIFFTileSize64(image->tif)
			     : t->TIFFVStripSize64(image->tif, image->block_y_size);
	striles =
		image->tiled ? t->TIFFNumberOfTiles(image->tif) : t->TIFFNumberOfStrips(image->tif);
	return bytes == image->block_bytes &&
	       striles == ours * (image->planar ? image->samples : 1u);
}

static int check_form(const struct tiff_image *image, struct error *err)
{
	char text[80];

	if (!tiff_codec_name(image->compression) || !tiff_image_codec(image)) {
		(void)snprintf(text, sizeof(text), "compression %u", image->compression);
		return declined(image, err, text);
	}
	if (sample_type_of(image) < 0) {
		(void)snprintf(text, sizeof(text), "%u-bit samples of format %u", image->bits,
			       image->format);
		return declined(image, err, text);
	}
	if (!colors_as_stored(image)) {
		(void)snprintf(text, sizeof(text), "colour space %u", image->photometric);
		return declined(image, err, text);
	}
	if (!plain_blocks(image))
		return declined(image, err, "subsampled or three-dimensional blocks");
	if (image->samples > MAX_BANDS)
		return error_set(err, EX_DATAERR,
				 "%s: broken TIFF: it claims %u bands, more than the %d that are "
				 "taken for real; fetch or copy the file again",
				 image->path, image->samples, MAX_BANDS);
	return PROBE_OK;
}

/* Is this sample (from 0) transparency? */
static bool is_alpha(const struct tiff_image *image, uint16_t sample)
{
	unsigned base = image->samples - (image->n_extra < image->samples ? image->n_extra : 0u);

	return sample >= base && sample - base < image->n_extra &&
	       (image->extra[sample - base] == EXTRASAMPLE_ASSOCALPHA ||
		image->extra[sample - base] == EXTRASAMPLE_UNASSALPHA);
}

/* The label GDAL gives. */
static enum color_label label(const struct tiff_image *image, uint16_t sample)
{
	static const enum color_label rgb[] = {COLOR_RED, COLOR_GREEN, COLOR_BLUE};
	bool colors =
		image->photometric == PHOTOMETRIC_RGB || image->photometric == PHOTOMETRIC_YCBCR;

	if (colors && sample < 3)
		return rgb[sample];
	if (image->photometric == PHOTOMETRIC_PALETTE && sample == 0)
		return COLOR_OTHER;
	if (image->photometric == PHOTOMETRIC_MINISWHITE && sample == 0) /* GDAL: a palette */
		return image->samples == 1 && image->bits <= 16 ? COLOR_OTHER : COLOR_UNKNOWN;
	if (image->photometric == PHOTOMETRIC_MINISBLACK && sample == 0)
		return COLOR_GRAY;
	return is_alpha(image, sample) ? COLOR_ALPHA : COLOR_UNKNOWN;
}

static int fill_bands(const struct tiff_image *image, struct raster_info *info, struct error *err)
{
	info->bands = calloc(image->samples, sizeof(*info->bands));
	if (!info->bands)
		return error_memory(err, "bands", image->samples * sizeof(*info->bands));
	info->n_bands = image->samples;
	for (uint16_t i = 0; i < image->samples; i++)
		info->bands[i] = (struct band_info){.color = label(image, i), .scale = 1};
	return 0;
}

static bool may_stream(const struct raster_info *info)
{
	return info->rows_can_stream && tiff_direct_large(info->block_bytes, info->raw_bytes);
}

/* Row decoders that may be open at once, should the blocks be streamed; see rows.c. */
static size_t cursors(const struct raster_info *info, unsigned n_bands)
{
	uint64_t n = ceil_div(info->x_size, info->block_x_size) *
		     (info->band_interleaved ? n_bands : 1u);

	if (!may_stream(info))
		return 1;
	return n < TIFF_MAX_CURSORS ? (size_t)n : TIFF_MAX_CURSORS;
}

/* What one of them takes. */
static size_t cursor_memory(struct tiff_image *image, const struct raster_info *info)
{
	bool large = tiff_direct_large(info->block_bytes, info->raw_bytes);

	return size_add(tiff_codec_memory(image), large ? TIFF_INPUT_BYTES : 0);
}

/* Not where we do it; but of a JPEG in YCbCr it looks at the first one (JPEGFixupTags()). */
static bool libtiff_looks_blocks_up(const struct tiff_image *image)
{
	return !image->own_places || (image->compression == COMPRESSION_JPEG &&
				      image->photometric == PHOTOMETRIC_YCBCR && !image->planar);
}

/*
 * Where libtiff looks blocks up it keeps offset and size of each once one of them was asked for (16
 * bytes); where there are more than a million, only of so many as the file's size allows. And its
 * own records: of the other tags that it sees there are two copies while they are read.
 */
static size_t handle_memory(struct tiff_image *image, const struct raster_info *info)
{
	uint64_t striles = libtiff_looks_blocks_up(image)
				   ? (uint64_t)image->across * image->down *
					     (image->planar ? image->samples : 1u)
				   : 0;
	uint64_t likely = image->file_bytes / 2 < 1 << 20 ? 1 << 20 : image->file_bytes / 2;
	size_t decoders = size_mul(cursors(info, RASTER_USUAL_BANDS), cursor_memory(image, info));

	striles = striles < likely ? striles : likely;
	decoders = size_add(decoders, size_mul(2, (size_t)image->ifd.tag_bytes));
	return size_add(size_add(decoders, size_mul(striles, 16)),
			sizeof(struct tiff_handle) + 16384);
}

/*
 * Is nothing stored of the image? Only looked up where so many pixels could hardly be in a file of
 * that size, so that it costs others nothing.
 */
static bool is_empty(struct tiff_image *image)
{
	uint64_t rows = size_mul(image->y_size, image->planar ? image->samples : 1u);
	uint64_t bytes = size_mul(rows, size_mul(image->row_bytes, image->across));
	uint16_t planes = image->planar ? image->samples : 1;
	struct tiff_block block;

	if (bytes / MAX_RATIO <= image->file_bytes)
		return false;
	for (uint16_t plane = 0; plane < planes; plane++)
		for (uint32_t row = 0; row < image->down; row++)
			for (uint32_t column = 0; column < image->across; column++)
				if (tiff_block_find(image, column, row, plane, &block, NULL) ||
				    !tiff_block_sparse(&block))
					return false;
	return true;
}

static void fill_info(struct tiff_image *image, struct raster_info *info)
{
	info->x_size = image->x_size;
	info->y_size = image->y_size;
	info->type = (enum sample_type)sample_type_of(image);
	info->block_x_size = image->block_x_size;
	info->block_y_size = image->block_y_size;
	info->tiled = image->tiled;
	info->band_interleaved = image->planar && image->samples > 1;
	info->file_bytes = image->file_bytes;
	info->changed = image->changed;
	info->written = image->written;
	info->inode = image->inode;
	info->empty = is_empty(image);
	info->n_pages = tiff_ifd_pages(image, &info->other_page);
	info->block_bytes = image->block_bytes;
	info->raw_bytes = image->raw_bytes;
	info->rows_can_stream = image->compression == COMPRESSION_NONE || tiff_direct_takes(image);
	info->codec_bytes = handle_memory(image, info);
	if (info->band_interleaved && may_stream(info))
		info->codec_band = size_mul(cursors(info, 1), cursor_memory(image, info));
	(void)snprintf(info->reader, sizeof(info->reader), "tiff");
	(void)snprintf(info->codec, sizeof(info->codec), "%s", tiff_codec_name(image->compression));
	if (image->predictor > PREDICTOR_NONE)
		(void)snprintf(info->codec, sizeof(info->codec), "%s+p%u",
			       tiff_codec_name(image->compression), image->predictor);
}

static int fill_mask(const struct tiff_image *image, struct raster_info *info, struct error *err)
{
	struct tiff_mask *mask;
	struct error why = {0};
	int rc = tiff_mask_open(&mask, image, &why);

	if (rc < 0) {
		(void)error_set(err, why.code, "%s", why.text);
		return why.code == EX_UNAVAILABLE ? PROBE_DECLINED : -1;
	}
	if (rc == TIFF_MASK_OF_BANDS)
		raster_note_band_masks(info, image->path);
	if (rc == PROBE_DECLINED || rc == TIFF_MASK_OF_BANDS)
		return PROBE_OK;
	info->has_mask = true;
	info->changed = (struct timespec){0}; /* the mask may be a file of its own */
	info->codec_bytes = size_add(info->codec_bytes, tiff_mask_memory(mask));
	tiff_mask_close(mask);
	return PROBE_OK;
}

int tiff_probe(const char *path, struct raster_info *info, struct error *err)
{
	struct tiff_image image;
	int rc;

	*info = (struct raster_info){0};
	rc = tiff_image_open(&image, path, 0, TIFF_HEADER_ALLOC, err);
	if (rc != PROBE_OK)
		return rc;
	rc = check_form(&image, err);
	if (rc == PROBE_OK)
		rc = fill_bands(&image, info, err);
	if (rc == PROBE_OK) {
		fill_info(&image, info);
		tiff_geo(&image, info);
		rc = tiff_metadata(&image, info, err);
	}
	if (rc == PROBE_OK && image.io_errno)
		rc = tiff_io_error(&image, err);
	if (rc == PROBE_OK)
		rc = fill_mask(&image, info, err);
	tiff_image_close(&image);
	return rc;
}
