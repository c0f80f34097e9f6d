/*
 * TIFF files of which every sample follows from a formula, written with libtiff, and reading them
 * through the reader's table. Each test program that includes this has its own file under /tmp.
 */
#ifndef IMGPIPE_TIFF_FIXTURE_H
#define IMGPIPE_TIFF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <tiffio.h>

#include "tiff/read.h"

enum { HOLE = -1, TAG_METADATA = 42112, TAG_NODATA = 42113 };

struct spec {
	uint32_t x_size, y_size, block_x, block_y; /* block_x 0: strips of block_y rows */
	uint16_t samples;
	bool planar;
	enum sample_type type;
	uint16_t codec, predictor;
	const char *mode; /* "wl": little-endian, "wb": big-endian, with "8": BigTIFF */
	int hole;         /* a block that is not written, HOLE for none */
};

static const struct spec plain = {
	.x_size = 37,
	.y_size = 29,
	.block_x = 16,
	.block_y = 16,
	.samples = 3,
	.type = SAMPLE_U16,
	.codec = COMPRESSION_NONE,
	.predictor = PREDICTOR_NONE,
	.mode = "wl",
	.hole = HOLE,
};

static char path[64];

/* A sample: fits every type, and neighbours differ. */
static inline double truth(uint32_t x, uint32_t y, uint32_t band)
{
	return (x * 7 + y * 13 + band * 31 + x * y % 11) % 120;
}

static inline void store(enum sample_type type, void *at, double value)
{
	unsigned char small = (unsigned char)value;
	uint16_t u16 = (uint16_t)value;
	uint32_t u32 = (uint32_t)value;
	float f32 = (float)value;

	if (type == SAMPLE_F64)
		memcpy(at, &value, 8);
	else if (type == SAMPLE_F32)
		memcpy(at, &f32, 4);
	else if (sample_size(type) == 4)
		memcpy(at, &u32, 4);
	else if (sample_size(type) == 2)
		memcpy(at, &u16, 2);
	else
		memcpy(at, &small, 1);
}

/* --- writing --- */

static inline uint16_t format_of(enum sample_type type)
{
	if (type == SAMPLE_F32 || type == SAMPLE_F64)
		return SAMPLEFORMAT_IEEEFP;
	return type == SAMPLE_I8 || type == SAMPLE_I16 || type == SAMPLE_I32 ? SAMPLEFORMAT_INT
									     : SAMPLEFORMAT_UINT;
}

static inline void set_tags(TIFF *tif, const struct spec *s)
{
	TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, s->x_size);
	TIFFSetField(tif, TIFFTAG_IMAGELENGTH, s->y_size);
	TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, s->samples);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, (uint16_t)(8 * sample_size(s->type)));
	TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, format_of(s->type));
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
	TIFFSetField(tif, TIFFTAG_PLANARCONFIG,
		     s->planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
	TIFFSetField(tif, TIFFTAG_COMPRESSION, s->codec);
	if (s->predictor != PREDICTOR_NONE)
		TIFFSetField(tif, TIFFTAG_PREDICTOR, s->predictor);
	if (s->block_x) {
		TIFFSetField(tif, TIFFTAG_TILEWIDTH, s->block_x);
		TIFFSetField(tif, TIFFTAG_TILELENGTH, s->block_y);
	} else {
		TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, s->block_y);
	}
}

static inline void write_block(TIFF *tif, const struct spec *s, uint32_t x0, uint32_t y0,
			       uint16_t plane, uint32_t strile)
{
	uint32_t bx = s->block_x ? s->block_x : s->x_size, by = s->block_y;
	uint16_t n = s->planar ? 1 : s->samples;
	size_t size = sample_size(s->type);
	unsigned char *block, *at;

	if (!s->block_x && by > s->y_size - y0)
		by = s->y_size - y0;
	at = block = malloc((size_t)bx * by * n * size);
	assert_non_null(block);
	for (uint32_t y = y0; y < y0 + by; y++)
		for (uint32_t x = x0; x < x0 + bx; x++)
			for (uint16_t b = 0; b < n; b++, at += size)
				store(s->type, at, truth(x, y, s->planar ? plane : b));
	if (s->block_x)
		assert_true(TIFFWriteEncodedTile(tif, strile, block, at - block) > 0);
	else
		assert_true(TIFFWriteEncodedStrip(tif, strile, block, at - block) > 0);
	free(block);
}

static inline void write_blocks(TIFF *tif, const struct spec *s)
{
	uint32_t bx = s->block_x ? s->block_x : s->x_size, strile = 0;

	for (uint16_t plane = 0; plane < (s->planar ? s->samples : 1); plane++)
		for (uint32_t y = 0; y < s->y_size; y += s->block_y)
			for (uint32_t x = 0; x < s->x_size; x += bx, strile++)
				if ((int)strile != s->hole)
					write_block(tif, s, x, y, plane, strile);
}

static inline void write_file(const struct spec *s)
{
	TIFF *tif = TIFFOpen(path, s->mode);

	assert_non_null(tif);
	set_tags(tif, s);
	write_blocks(tif, s);
	TIFFClose(tif);
}

/* --- reading --- */

struct file {
	struct raster_info info;
	void *handle;
	struct arena arena;
	struct meter meter;
	struct error err;
};

static inline void file_open(struct file *f)
{
	*f = (struct file){0};
	if (reader_tiff.probe(path, &f->info, &f->err) != PROBE_OK ||
	    reader_tiff.open(&f->handle, path, &f->info, &f->err))
		fail_msg("%s", f->err.text);
}

static inline void file_close(struct file *f)
{
	reader_tiff.close(f->handle);
	raster_info_release(&f->info);
}

/* Read into fresh planes, with exactly the scratch that was announced. */
static inline int file_read(struct file *f, struct read_request *request)
{
	size_t pixels = window_pixels(&request->window);
	size_t scratch = reader_tiff.scratch(&f->info, request->window.x_size,
					     request->window.y_size, request->n_bands, false);
	int rc;

	for (unsigned i = 0; i < request->n_bands; i++) {
		request->plane[i] = malloc(pixels * 8);
		memset(request->plane[i], 0xee, pixels * 8);
	}
	assert_int_equal(arena_init(&f->arena, scratch, &f->err), 0);
	rc = reader_tiff.read(f->handle, request, &f->arena, &f->meter, &f->err);
	assert_true(rc || !f->arena.used);
	arena_release(&f->arena);
	return rc;
}

static inline void request_free(struct read_request *request)
{
	for (unsigned i = 0; i < request->n_bands; i++)
		free(request->plane[i]);
}

static inline void check_plane(const struct file *f, const struct read_request *request, unsigned i)
{
	size_t size = sample_size(f->info.type);
	const unsigned char *at = request->plane[i];
	const struct window *w = &request->window;

	for (uint32_t y = w->y_off; y < w->y_off + w->y_size; y++)
		for (uint32_t x = w->x_off; x < w->x_off + w->x_size; x++, at += size) {
			unsigned char expected[8];

			store(f->info.type, expected, truth(x, y, request->band[i] - 1));
			if (memcmp(at, expected, size) != 0)
				fail_msg("%s, %ux%u: band %u, pixel (%u, %u) is wrong",
					 f->info.codec, f->info.block_x_size, f->info.block_y_size,
					 request->band[i], x, y);
		}
}

static inline void check_window(struct file *f, struct window w, unsigned n_bands, uint32_t b0,
				uint32_t b1)
{
	struct read_request request = {.window = w, .n_bands = n_bands, .band = {b0, b1}};

	if (file_read(f, &request))
		fail_msg("%s", f->err.text);
	assert_false(request.constant);
	for (unsigned i = 0; i < n_bands; i++)
		check_plane(f, &request, i);
	request_free(&request);
}

static inline void check_file(const struct spec *s)
{
	struct window whole = {0, 0, s->x_size, s->y_size};
	struct file f;

	write_file(s);
	file_open(&f);
	assert_int_equal(f.info.type, s->type);
	check_window(&f, whole, 1, s->samples, 0);
	assert_int_equal(f.meter.bytes_needed, f.meter.bytes_decoded);
	check_window(&f, whole, s->samples > 1 ? 2 : 1, s->samples, 1);
	check_window(&f, (struct window){5, 3, 20, 17}, 1, 1, 0);
	check_window(&f, (struct window){s->x_size - 1, s->y_size - 1, 1, 1}, 1, s->samples, 0);
	check_window(&f, (struct window){0, 7, s->x_size, 9}, s->samples > 1 ? 2 : 1, 1, 2);
	file_close(&f);
}

static inline int set_up(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/imgpipe-test-XXXXXX");
	fd = mkstemp(path);
	TIFFSetWarningHandler(NULL); /* of libtiff as a writer; the reader has its own */
	return fd < 0 ? -1 : close(fd);
}

static inline int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

#endif
