/*
 * Plain headers. Whatever is not as most writers write it is left to libtiff, so that there is one
 * opinion on it: a tag of another type or length, a value out of the usual, any tag not named here.
 */
#include "plain.h"

#include <string.h>

#include "block.h"
#include "codec.h"
#include "fetch.h"
#include "geo_tags.h"
#include "ifd.h"
#include "predictor.h"

enum {
	MOST_SAMPLES = TIFF_PLAIN_SAMPLES,
	MOST_SIDE = INT32_MAX,
	MOST_BLOCK_BYTES = 1 << 30,
};

/* Fields of one number as they are taken. */
struct field {
	uint16_t tag;
	bool wide; /* it may be of 32 bits */
	uint32_t least, most;
};

/* It must be there. */
static bool take(struct tiff_image *image, const struct field *field, uint32_t *value)
{
	const struct tiff_entry *entry = tiff_entry_find(image, field->tag);
	uint16_t narrow;

	if (!entry || entry->count != 1)
		return false;
	if (entry->type == TIFF_SHORT) {
		if (tiff_values(image, field->tag, TIFF_SHORT, 0, 1, &narrow) != 1)
			return false;
		*value = narrow;
	} else if (!field->wide || entry->type != TIFF_LONG ||
		   tiff_values(image, field->tag, TIFF_LONG, 0, 1, value) != 1) {
		return false;
	}
	return *value >= field->least && *value <= field->most;
}

/* The same into 16 bits; `missing` where it is not there. */
static bool take_short(struct tiff_image *image, const struct field *field, uint16_t missing,
		       uint16_t *value)
{
	uint32_t number = missing;

	if (tiff_entry_find(image, field->tag) && !take(image, field, &number))
		return false;
	*value = (uint16_t)number;
	return true;
}

/* A number for each sample, all the same. */
static bool take_samples(struct tiff_image *image, uint16_t tag, uint16_t missing, uint16_t *value)
{
	const struct tiff_entry *entry = tiff_entry_find(image, tag);
	uint16_t numbers[MOST_SAMPLES];

	*value = missing;
	if (!entry)
		return missing != 0;
	if (entry->count != image->samples || image->samples > MOST_SAMPLES ||
	    tiff_values(image, tag, TIFF_SHORT, 0, image->samples, numbers) != image->samples)
		return false;
	for (unsigned i = 1; i < image->samples; i++)
		if (numbers[i] != numbers[0])
			return false;
	*value = numbers[0];
	return true;
}

/* As libtiff: where the tag is there, samples that are neither colours nor in it are added to it.
 */
static bool take_extra(struct tiff_image *image)
{
	const struct tiff_entry *entry = tiff_entry_find(image, TIFFTAG_EXTRASAMPLES);
	const uint16_t colors = image->photometric == PHOTOMETRIC_RGB ? 3 : 1;
	const uint64_t n = entry ? entry->count : 0;

	memset(image->own_extra, 0, sizeof(image->own_extra));
	image->extra = image->own_extra;
	if (n > image->samples || (n && tiff_values(image, TIFFTAG_EXTRASAMPLES, TIFF_SHORT, 0, n,
						    image->own_extra) != n))
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (image->own_extra[i] > EXTRASAMPLE_UNASSALPHA)
			return false;
	image->n_extra = (uint16_t)n;
	if (n && image->samples - n > colors)
		image->n_extra = image->samples - colors;
	return true;
}

/* --- which tags --- */

static bool is_known(uint16_t tag, bool tiled)
{
	switch (tag) {
	case TIFFTAG_IMAGEWIDTH:
	case TIFFTAG_IMAGELENGTH:
	case TIFFTAG_BITSPERSAMPLE:
	case TIFFTAG_COMPRESSION:
	case TIFFTAG_PHOTOMETRIC:
	case TIFFTAG_SAMPLESPERPIXEL:
	case TIFFTAG_PLANARCONFIG:
	case TIFFTAG_PREDICTOR:
	case TIFFTAG_EXTRASAMPLES:
	case TIFFTAG_SAMPLEFORMAT:
	case TIFFTAG_XMLPACKET:
	case TIFFTAG_GDAL_METADATA:
	case TIFFTAG_GDAL_NODATA:
	case GEO_PIXEL_SCALE:
	case GEO_TIEPOINT:
	case GEO_TRANSFORMATION:
	case GEO_KEYS:
	case GEO_DOUBLES:
	case GEO_ASCII:
		return true;
	case TIFFTAG_TILEWIDTH:
	case TIFFTAG_TILELENGTH:
	case TIFFTAG_TILEOFFSETS:
	case TIFFTAG_TILEBYTECOUNTS:
		return tiled;
	case TIFFTAG_STRIPOFFSETS:
	case TIFFTAG_ROWSPERSTRIP:
	case TIFFTAG_STRIPBYTECOUNTS:
		return !tiled;
	default:
		return false;
	}
}

static bool all_known(struct tiff_image *image)
{
	image->tiled = tiff_entry_find(image, TIFFTAG_TILEWIDTH) != NULL;
	for (unsigned i = 0; i < image->n_entries; i++)
		if (!is_known(image->entry[i].tag, image->tiled))
			return false;
	return true;
}

/* --- the fields --- */

static bool take_blocks(struct tiff_image *image)
{
	static const struct field width = {TIFFTAG_TILEWIDTH, true, 1, MOST_SIDE},
				  length = {TIFFTAG_TILELENGTH, true, 1, MOST_SIDE},
				  rows = {TIFFTAG_ROWSPERSTRIP, true, 1, UINT32_MAX};

	if (image->tiled)
		return take(image, &width, &image->block_x_size) &&
		       take(image, &length, &image->block_y_size);
	if (!take(image, &rows, &image->block_y_size))
		return false;
	image->block_x_size = image->x_size;
	if (image->block_y_size > image->y_size)
		image->block_y_size = image->y_size;
	return true;
}

static bool take_colors(struct tiff_image *image)
{
	static const struct field photometric = {TIFFTAG_PHOTOMETRIC, false, 0, PHOTOMETRIC_MASK};

	return tiff_entry_find(image, TIFFTAG_PHOTOMETRIC) &&
	       take_short(image, &photometric, 0, &image->photometric) &&
	       image->photometric != PHOTOMETRIC_PALETTE &&
	       (image->photometric != PHOTOMETRIC_MASK || image->samples == 1) && take_extra(image);
}

static bool take_layout(struct tiff_image *image)
{
	static const struct field samples = {TIFFTAG_SAMPLESPERPIXEL, false, 1, MOST_SAMPLES},
				  planar = {TIFFTAG_PLANARCONFIG, false, PLANARCONFIG_CONTIG,
					    PLANARCONFIG_SEPARATE};
	uint16_t layout;

	if (!take_short(image, &samples, 1, &image->samples) ||
	    !take_short(image, &planar, PLANARCONFIG_CONTIG, &layout))
		return false;
	image->planar = layout == PLANARCONFIG_SEPARATE;
	image->block_samples = image->planar ? 1 : image->samples;
	return take_samples(image, TIFFTAG_BITSPERSAMPLE, 0, &image->bits) &&
	       take_samples(image, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT, &image->format) &&
	       image->format >= SAMPLEFORMAT_UINT && image->format <= SAMPLEFORMAT_IEEEFP;
}

/* Decoded without libtiff, as image or as mask. */
static bool decodes(const struct tiff_image *image)
{
	return tiff_direct_takes(image) ||
	       (image->bits == 1 && image->predictor == PREDICTOR_NONE &&
		stream_takes(image->compression));
}

static bool take_codec(struct tiff_image *image)
{
	static const struct field compression = {TIFFTAG_COMPRESSION, false, 2, UINT16_MAX},
				  predictor = {TIFFTAG_PREDICTOR, false, PREDICTOR_NONE,
					       PREDICTOR_FLOATINGPOINT};

	if (!tiff_entry_find(image, TIFFTAG_COMPRESSION) ||
	    !take_short(image, &compression, 0, &image->compression))
		return false;
	image->fill_order = FILLORDER_MSB2LSB;
	image->predictor = PREDICTOR_NONE;
	if (!tiff_codec_has_predictor(image->compression))
		return !tiff_entry_find(image, TIFFTAG_PREDICTOR) && decodes(image);
	return take_short(image, &predictor, PREDICTOR_NONE, &image->predictor) && decodes(image);
}

bool tiff_plain_fields(struct tiff_image *image)
{
	static const struct field width = {TIFFTAG_IMAGEWIDTH, true, 1, MOST_SIDE},
				  length = {TIFFTAG_IMAGELENGTH, true, 1, MOST_SIDE};

	return all_known(image) && take(image, &width, &image->x_size) &&
	       take(image, &length, &image->y_size) && take_blocks(image) && take_layout(image) &&
	       take_colors(image) && take_codec(image);
}

/* --- places --- */

static bool is_array(const struct tiff_entry *entry, uint64_t n)
{
	return entry && entry->count == n &&
	       (entry->type == TIFF_SHORT || entry->type == TIFF_LONG || entry->type == TIFF_LONG8);
}

/* Of a single one libtiff makes up what cannot be. */
static bool lies_in_file(struct tiff_image *image)
{
	struct tiff_block block;
	uint64_t end;

	return tiff_block_find(image, 0, 0, 0, &block, NULL) == 0 && block.bytes &&
	       !__builtin_add_overflow(block.offset, block.bytes, &end) && end <= image->file_bytes;
}

bool tiff_plain_places(struct tiff_image *image)
{
	const uint64_t blocks = (uint64_t)image->across * image->down,
		       n = blocks * (image->planar ? image->samples : 1u);

	if (image->block_bytes > MOST_BLOCK_BYTES || !is_array(image->offsets.entry, n) ||
	    !is_array(image->counts.entry, n))
		return false;
	image->own_places = true;
	return blocks > 1 || (n == 1 && lies_in_file(image));
}
