/*
 * From content to encoded bytes for one block. Each plane goes through a libtiff handle of its own
 * in memory, an image of one block: so every codec, predictor and byte order that libtiff has
 * works, on many threads. Knows neither the file nor the other blocks.
 */
#include "block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

const char *write_mode(const struct scene_spec *spec, bool big, char mode[8])
{
	snprintf(mode, 8, "w%c%c", spec->big_endian ? 'b' : 'l', big ? '8' : '4');
	return mode;
}

static void store(unsigned char *at, enum sample_type type, double value)
{
	union {
		uint8_t u8;
		int8_t i8;
		uint16_t u16;
		int16_t i16;
		uint32_t u32;
		int32_t i32;
		float f32;
		double f64;
	} sample;

	switch (type) {
	case SAMPLE_U8:
		sample.u8 = (uint8_t)value;
		break;
	case SAMPLE_I8:
		sample.i8 = (int8_t)value;
		break;
	case SAMPLE_U16:
		sample.u16 = (uint16_t)value;
		break;
	case SAMPLE_I16:
		sample.i16 = (int16_t)value;
		break;
	case SAMPLE_U32:
		sample.u32 = (uint32_t)value;
		break;
	case SAMPLE_I32:
		sample.i32 = (int32_t)value;
		break;
	case SAMPLE_F32:
		sample.f32 = (float)value;
		break;
	case SAMPLE_F64:
	case N_SAMPLE_TYPES:
		sample.f64 = value;
		break;
	}
	memcpy(at, &sample, sample_bits(type) / 8);
}

/* Put a run at column `column` of the row that starts at row[plane]. */
static void put_samples(const struct scene_spec *spec, const struct directory *dir,
			const struct run_pixels *pixels, unsigned n, uint32_t column,
			unsigned char *const *row)
{
	const size_t size = sample_bits(spec->type) / 8, pitch = size * dir->samples;
	const double hole = spec->has_nodata ? spec->nodata : 0;

	for (unsigned b = 0; b < spec->n_bands; b++) {
		const unsigned plane = dir->planes > 1 ? b : 0, sample = dir->planes > 1 ? 0 : b;
		unsigned char *at = row[plane] + column * pitch + sample * size;

		for (unsigned i = 0; i < n; i++, at += pitch) {
			int32_t v = pixels->value[b][i];

			store(at, spec->type, v == HOLE ? hole : v);
		}
	}
}

static void put_mask(const unsigned char *keep, unsigned n, uint32_t column, unsigned char *row)
{
	for (unsigned i = 0; i < n; i++)
		if (keep[i])
			row[(column + i) / 8] |= (unsigned char)(128u >> (column + i) % 8);
}

/* Does any band of the run's first n pixels hold data? */
static bool any_data(const struct scene_spec *spec, const struct run_pixels *pixels, unsigned n)
{
	for (unsigned b = 0; b < spec->n_bands; b++)
		for (unsigned i = 0; i < n; i++)
			if (pixels->value[b][i] != HOLE)
				return true;
	return false;
}

/* Fill the planes' rows; true where there is data inside the image, not only in the padding. */
static bool fill_planes(const struct block *block, const struct scene_spec *spec,
			const struct directory *dir, unsigned char *const *planes, size_t row_bytes)
{
	struct run_pixels pixels;
	unsigned char keep[RUN_MAX], *row[MAX_BANDS];
	bool data = dir->mask;

	for (uint32_t y = 0; y < block->y_size; y++) {
		for (unsigned p = 0; p < dir->planes; p++)
			row[p] = planes[p] + y * row_bytes;
		for (uint32_t x = 0; x < block->x_size; x += RUN_MAX) {
			uint32_t n = block->x_size - x < RUN_MAX ? block->x_size - x : RUN_MAX;
			uint32_t inside =
				block->x + x < dir->x_size ? dir->x_size - block->x - x : 0;
			struct run run = {(block->x + x) * dir->step, (block->y + y) * dir->step,
					  dir->step, n};

			if (dir->mask) {
				spec->content->mask(spec, &run, keep);
				put_mask(keep, n, x, row[0]);
				continue;
			}
			spec->content->fill(spec, &run, &pixels);
			put_samples(spec, dir, &pixels, n, x, row);
			if (spec->sparse && !data && block->y + y < dir->y_size)
				data = any_data(spec, &pixels, inside < n ? inside : n);
		}
	}
	return data;
}

static int encode(struct blob *blob, const struct block *block, const struct scene_spec *spec,
		  const struct directory *dir, unsigned char *plane, size_t plane_bytes,
		  struct error *err)
{
	struct sink sink;
	char mode[8];
	TIFF *tif;
	tmsize_t done = -1;

	sink_memory(&sink);
	write_mode(spec, plane_bytes > UINT32_MAX / 2, mode);
	/*
	 * Predictor 3 stores the same bytes in files of either byte order, but libtiff 4.5 swaps
	 * the samples before it predicts them: written through a handle of the host's order they
	 * come out right.
	 */
	if (spec->predictor == 3 && !dir->mask)
		strcpy(mode, plane_bytes > UINT32_MAX / 2 ? "w8" : "w4");
	tif = sink_open(&sink, mode);
	if (tif && !tags_layout(tif, spec, dir, block->x_size, block->y_size, dir->samples))
		done = spec->tiled ? TIFFWriteEncodedTile(tif, 0, plane, (tmsize_t)plane_bytes)
				   : TIFFWriteEncodedStrip(tif, 0, plane, (tmsize_t)plane_bytes);
	if (done >= 0) {
		blob->begin = (size_t)TIFFGetStrileOffset(tif, 0);
		blob->size = (size_t)TIFFGetStrileByteCount(tif, 0);
	} else {
		sink_error(&sink, "tile", err);
	}
	if (tif)
		TIFFClose(tif);
	blob->data = sink.data;
	if (done >= 0 && size_add(blob->begin, blob->size) > sink.size)
		return error_set(err, EX_SOFTWARE, "tile: libtiff gave no encoded bytes");
	return done >= 0 ? 0 : -1;
}

int block_make(struct block *block, const struct scene_spec *spec, const struct directory *dir,
	       bool raw, struct error *err)
{
	size_t row_bytes = directory_row_bytes(spec, dir, block->x_size);
	size_t plane_bytes = size_mul(row_bytes, block->y_size);
	unsigned char *planes[MAX_BANDS] = {NULL};
	int status = 0;
	bool data;

	for (unsigned p = 0; p < dir->planes; p++) {
		planes[p] = calloc(1, plane_bytes);
		if (!planes[p]) {
			status = error_memory(err, "a block", plane_bytes);
			goto out;
		}
	}
	data = fill_planes(block, spec, dir, planes, row_bytes);
	for (unsigned p = 0; p < dir->planes && !status; p++) {
		if (raw) {
			block->blobs[p] = (struct blob){planes[p], 0, plane_bytes};
			planes[p] = NULL;
		} else if (data || !spec->sparse) {
			status = encode(&block->blobs[p], block, spec, dir, planes[p], plane_bytes,
					err);
			free(planes[p]);
			planes[p] = NULL;
		}
	}
out:
	for (unsigned p = 0; p < dir->planes; p++)
		free(planes[p]);
	return status;
}

void block_release(struct block *block)
{
	for (unsigned p = 0; p < MAX_BANDS; p++)
		free(block->blobs[p].data);
	memset(block->blobs, 0, sizeof(block->blobs));
}
