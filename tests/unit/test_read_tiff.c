/*
 * The TIFF reader against files written here with libtiff, of which every sample follows from a
 * formula: all types, layouts, codecs, byte orders; windows that cut blocks; streamed against whole
 * blocks; sparse blocks; masks; and damage, which must never come back as numbers.
 */
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

#include "reader.h"

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

static char path[64], mask_path[80];

/* A sample: fits every type, and neighbours differ. */
static double truth(uint32_t x, uint32_t y, uint32_t band)
{
	return (x * 7 + y * 13 + band * 31 + x * y % 11) % 120;
}

static void store(enum sample_type type, void *at, double value)
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

/* --- writing -----------------------------------------------------------------------------------
 */

static uint16_t format_of(enum sample_type type)
{
	if (type == SAMPLE_F32 || type == SAMPLE_F64)
		return SAMPLEFORMAT_IEEEFP;
	return type == SAMPLE_I8 || type == SAMPLE_I16 || type == SAMPLE_I32 ? SAMPLEFORMAT_INT
									     : SAMPLEFORMAT_UINT;
}

static void set_tags(TIFF *tif, const struct spec *s)
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

static void write_block(TIFF *tif, const struct spec *s, uint32_t x0, uint32_t y0, uint16_t plane,
			uint32_t strile)
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

static void write_blocks(TIFF *tif, const struct spec *s)
{
	uint32_t bx = s->block_x ? s->block_x : s->x_size, strile = 0;

	for (uint16_t plane = 0; plane < (s->planar ? s->samples : 1); plane++)
		for (uint32_t y = 0; y < s->y_size; y += s->block_y)
			for (uint32_t x = 0; x < s->x_size; x += bx, strile++)
				if ((int)strile != s->hole)
					write_block(tif, s, x, y, plane, strile);
}

static void write_file(const struct spec *s)
{
	TIFF *tif = TIFFOpen(path, s->mode);

	assert_non_null(tif);
	set_tags(tif, s);
	write_blocks(tif, s);
	TIFFClose(tif);
}

/* --- reading -----------------------------------------------------------------------------------
 */

struct file {
	struct raster_info info;
	void *handle;
	struct arena arena;
	struct meter meter;
	struct error err;
};

static void file_open(struct file *f)
{
	*f = (struct file){0};
	if (reader_tiff.probe(path, &f->info, &f->err) != PROBE_OK ||
	    reader_tiff.open(&f->handle, path, &f->info, &f->err))
		fail_msg("%s", f->err.text);
}

static void file_close(struct file *f)
{
	reader_tiff.close(f->handle);
	raster_info_release(&f->info);
}

/* Read into fresh planes, with exactly the scratch that was announced. */
static int file_read(struct file *f, struct read_request *request)
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

static void request_free(struct read_request *request)
{
	for (unsigned i = 0; i < request->n_bands; i++)
		free(request->plane[i]);
}

static void check_plane(const struct file *f, const struct read_request *request, unsigned i)
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

static void check_window(struct file *f, struct window w, unsigned n_bands, uint32_t b0,
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

static void check_file(const struct spec *s)
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

/* --- tests -------------------------------------------------------------------------------------
 */

static void check_layouts(struct spec s)
{
	static const uint32_t block[][2] = {{16, 16}, {48, 32}, {0, 1}, {0, 8}, {0, 29}};

	for (unsigned i = 0; i < sizeof(block) / sizeof(block[0]); i++)
		for (unsigned planar = 0; planar < 2; planar++)
			for (uint16_t samples = 1; samples <= 4; samples += planar ? 3 : 1) {
				s.block_x = block[i][0];
				s.block_y = block[i][1];
				s.planar = planar;
				s.samples = samples;
				check_file(&s);
			}
}

static void types_layouts_orders(void **state)
{
	static const char *const mode[] = {"wl", "wb", "wl8", "wb8"};

	(void)state;
	for (int type = 0; type < N_SAMPLE_TYPES; type++)
		for (unsigned m = 0; m < sizeof(mode) / sizeof(mode[0]); m++) {
			struct spec s = plain;

			s.type = (enum sample_type)type;
			s.mode = mode[m];
			check_layouts(s);
			s.codec = COMPRESSION_LZW;
			check_layouts(s);
		}
}

static void codecs_and_predictors(void **state)
{
	static const uint16_t codec[] = {COMPRESSION_ADOBE_DEFLATE, COMPRESSION_LZW,
					 COMPRESSION_PACKBITS,      COMPRESSION_ZSTD,
					 COMPRESSION_LZMA,          COMPRESSION_LERC};

	(void)state;
	for (unsigned i = 0; i < sizeof(codec) / sizeof(codec[0]); i++)
		for (uint16_t predictor = PREDICTOR_NONE; predictor <= PREDICTOR_FLOATINGPOINT;
		     predictor++) {
			struct spec s = plain;
			bool takes =
				codec[i] != COMPRESSION_PACKBITS && codec[i] != COMPRESSION_LERC;

			if (!TIFFIsCODECConfigured(codec[i]) ||
			    (!takes && predictor != PREDICTOR_NONE))
				continue;
			s.codec = codec[i];
			s.predictor = predictor;
			s.type = predictor == PREDICTOR_FLOATINGPOINT ? SAMPLE_F32 : SAMPLE_I16;
			check_layouts(s);
			s.mode = "wb";
			/* libtiff 4.5 swaps bytes twice when it writes these; readers agree on one.
			 */
			if (predictor != PREDICTOR_FLOATINGPOINT)
				check_layouts(s);
		}
}

/* A file of one block of some 10 MB: read in slices it is streamed, as a whole it is not. */
static void check_streamed(struct spec s)
{
	struct file f;

	s.x_size = 1100;
	s.y_size = 2003;
	s.samples = 2;
	s.block_y = s.block_x ? 2016 : s.y_size;
	s.block_x = s.block_x ? 1104 : 0;
	write_file(&s);
	file_open(&f);
	assert_true(f.info.rows_can_stream);
	assert_true(reader_tiff.scratch(&f.info, s.x_size, 100, 2, false) < 1 << 20);
	for (uint32_t y = 0; y < s.y_size; y += 301)
		check_window(
			&f,
			(struct window){0, y, s.x_size, s.y_size - y < 301 ? s.y_size - y : 301}, 2,
			2, 1);
	assert_int_equal(f.meter.bytes_needed, f.meter.bytes_decoded);
	check_window(&f, (struct window){7, 1000, 300, 10}, 1, 2, 0);
	check_window(&f, (struct window){7, 990, 300, 30}, 1, 2, 0);
	check_window(&f, (struct window){0, 1900, 40, 103}, 2, 1, 2);
	check_window(&f, (struct window){0, 0, s.x_size, s.y_size}, 2, 1, 2);
	file_close(&f);
}

static void large_blocks_are_streamed(void **state)
{
	static const uint16_t codec[] = {COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE,
					 COMPRESSION_LZW,  COMPRESSION_PACKBITS,
					 COMPRESSION_ZSTD, COMPRESSION_LZMA};

	(void)state;
	for (unsigned i = 0; i < sizeof(codec) / sizeof(codec[0]); i++)
		for (unsigned variant = 0; variant < 3; variant++) {
			struct spec s = plain;

			if (!TIFFIsCODECConfigured(codec[i]))
				continue;
			s.codec = codec[i];
			s.block_x = variant == 1 ? 16 : 0;
			s.planar = variant == 2;
			s.mode = variant == 2 ? "wb" : "wl";
			s.type = SAMPLE_U32;
			if (codec[i] == COMPRESSION_ZSTD || codec[i] == COMPRESSION_LZW)
				s.predictor = PREDICTOR_HORIZONTAL;
			check_streamed(s);
		}
}

static void sparse_blocks(void **state)
{
	struct read_request inside = {.window = {0, 0, 16, 16}, .n_bands = 2, .band = {1, 3}};
	struct read_request half = {.window = {8, 0, 16, 16}, .n_bands = 1, .band = {2}};
	struct spec s = plain;
	struct file f;

	(void)state;
	s.hole = 0;
	write_file(&s);
	file_open(&f);
	assert_int_equal(file_read(&f, &inside), 0);
	assert_true(inside.constant);
	assert_int_equal(*(uint16_t *)inside.plane[1], 0);
	assert_int_equal(file_read(&f, &half), 0);
	assert_false(half.constant);
	assert_int_equal(((uint16_t *)half.plane[0])[7], 0);
	assert_int_equal(((uint16_t *)half.plane[0])[8], (uint16_t)truth(16, 0, 1));
	request_free(&inside);
	request_free(&half);
	file_close(&f);
}

static const TIFFFieldInfo gdal_fields[] = {
	{TAG_METADATA, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0, (char *)"GDALMetadata"},
	{TAG_NODATA, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0, (char *)"GDALNoData"},
	{33550, -1, -1, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1, (char *)"ModelPixelScale"},
	{33922, -1, -1, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1, (char *)"ModelTiepoint"},
	{34735, -1, -1, TIFF_SHORT, FIELD_CUSTOM, 1, 1, (char *)"GeoKeyDirectory"},
};

static void facts_of_the_header(void **state)
{
	static const char xml[] =
		"<GDALMetadata><Item name=\"SCALE\" sample=\"1\" role=\"scale\">0.5</Item>"
		"<Item name=\"OFFSET\" sample=\"1\" role=\"offset\">-2</Item>"
		"<Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">B4 &amp;amp; x</Item>"
		"</GDALMetadata>";
	const double scale[3] = {10, 10, 0}, tie[6] = {0, 0, 0, 600000, 5000000, 0};
	const uint16_t keys[] = {1, 1, 0, 3, 1024, 0, 1, 1, 3072, 0, 1, 32633, 3076, 0, 1, 9001};
	struct read_request request = {.window = {0, 0, 1, 1}, .n_bands = 1, .band = {1}};
	struct spec s = plain;
	struct file f;
	TIFF *tif = TIFFOpen(path, "wl");

	(void)state;
	s.hole = 0;
	assert_non_null(tif);
	TIFFMergeFieldInfo(tif, gdal_fields, 5);
	set_tags(tif, &s);
	TIFFSetField(tif, TAG_METADATA, xml);
	TIFFSetField(tif, TAG_NODATA, "77");
	TIFFSetField(tif, 33550, 3, scale);
	TIFFSetField(tif, 33922, 6, tie);
	TIFFSetField(tif, 34735, 16, keys);
	write_blocks(tif, &s);
	TIFFClose(tif);
	file_open(&f);
	assert_string_equal(f.info.crs, "EPSG:32633");
	assert_true(f.info.projected && f.info.unit_metres == 1 && f.info.has_geotransform);
	assert_true(f.info.geotransform[0] == 600000 && f.info.geotransform[5] == -10);
	assert_string_equal(f.info.bands[0].description, "B4 & x");
	assert_true(f.info.bands[1].has_scale && f.info.bands[1].scale == 0.5 &&
		    f.info.bands[1].offset == -2 && !f.info.bands[0].has_scale);
	assert_true(f.info.bands[2].has_nodata && f.info.bands[2].nodata == 77);
	assert_int_equal(f.info.bands[0].color, COLOR_GRAY);
	assert_int_equal(file_read(&f, &request), 0);
	assert_int_equal(*(uint16_t *)request.plane[0], 77);
	request_free(&request);
	file_close(&f);
}

static void mask_directory(void **state)
{
	struct read_request request = {.window = {10, 2, 20, 5}, .n_bands = 1, .band = {1}};
	uint8_t mask[20 * 5], bits[5 * 29];
	struct file f;
	TIFF *tif = TIFFOpen(path, "wl");

	(void)state;
	assert_non_null(tif);
	set_tags(tif, &plain);
	write_blocks(tif, &plain);
	assert_true(TIFFWriteDirectory(tif));
	TIFFSetField(tif, TIFFTAG_SUBFILETYPE, FILETYPE_MASK);
	TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, plain.x_size);
	TIFFSetField(tif, TIFFTAG_IMAGELENGTH, plain.y_size);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MASK);
	TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, plain.y_size);
	TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
	for (unsigned i = 0; i < sizeof(bits); i++)
		bits[i] = i % 5 == 2 ? 0x0f : 0xff; /* columns 16 to 19 are masked */
	assert_true(TIFFWriteEncodedStrip(tif, 0, bits, sizeof(bits)) > 0);
	TIFFClose(tif);
	file_open(&f);
	assert_true(f.info.has_mask);
	request.mask = mask;
	assert_int_equal(file_read(&f, &request), 0);
	for (unsigned i = 0; i < sizeof(mask); i++)
		assert_int_equal(mask[i] != 0, i % 20 < 6 || i % 20 > 9);
	request_free(&request);
	file_close(&f);
}

/* Change one byte of the file. */
static void poke(long at, unsigned char xor)
{
	FILE *file = fopen(path, "r+b");
	int c;

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	c = fgetc(file);
	assert_true(c != EOF);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_true(fputc(c ^ xor, file) != EOF);
	assert_int_equal(fclose(file), 0);
}

static void block_place(uint32_t strile, uint64_t *offset, uint64_t *bytes)
{
	TIFF *tif = TIFFOpen(path, "r");

	assert_non_null(tif);
	*offset = TIFFGetStrileOffset(tif, strile);
	*bytes = TIFFGetStrileByteCount(tif, strile);
	TIFFClose(tif);
}

/* Let the only strip of a little-endian file begin `bytes` before the file's end. */
static void move_strip(long bytes)
{
	FILE *file = fopen(path, "r+b");
	uint32_t ifd, end;
	unsigned char entry[12];

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	end = (uint32_t)(ftell(file) - bytes);
	assert_int_equal(fseek(file, 4, SEEK_SET), 0);
	assert_int_equal(fread(&ifd, 4, 1, file), 1);
	for (long at = ifd + 2;; at += 12) {
		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		assert_int_equal(fread(entry, 12, 1, file), 1);
		if ((entry[0] | entry[1] << 8) != TIFFTAG_STRIPOFFSETS)
			continue;
		assert_int_equal(fseek(file, at + 8, SEEK_SET), 0);
		assert_int_equal(fwrite(&end, 4, 1, file), 1);
		break;
	}
	assert_int_equal(fclose(file), 0);
}

static void expect_failure(struct window w, const char *words)
{
	struct read_request request = {.window = w, .n_bands = 1, .band = {1}};
	struct file f;

	file_open(&f);
	assert_int_equal(file_read(&f, &request), -1);
	assert_int_equal(f.err.code, EX_DATAERR);
	if (!strstr(f.err.text, words))
		fail_msg("\"%s\" not in: %s", words, f.err.text);
	request_free(&request);
	file_close(&f);
}

static void damage_is_an_error(void **state)
{
	uint64_t offset, bytes;
	struct spec s = plain;

	(void)state;
	s.codec = COMPRESSION_ADOBE_DEFLATE;
	write_file(&s);
	block_place(4, &offset, &bytes);
	poke((long)(offset + bytes) - 1, 0x55); /* the Adler-32 */
	expect_failure((struct window){0, 0, 37, 29}, "tile 4 (column 1, row 1)");
}

static void cut_off_file_is_an_error(void **state)
{
	struct spec s = plain;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		s.codec = i ? COMPRESSION_LZW : COMPRESSION_NONE;
		s.block_x = 0;
		s.block_y = s.y_size;
		write_file(&s);
		move_strip(100);
		expect_failure((struct window){0, 0, 37, 29}, "the file ends at byte");
	}
}

/* The checksum stands behind the last row: a streamed block must look there too. */
static void damaged_checksum_of_streamed_block(void **state)
{
	uint64_t offset, bytes;
	struct spec s = plain;

	(void)state;
	s.codec = COMPRESSION_ADOBE_DEFLATE;
	s.block_x = 0;
	s.x_size = 1100;
	s.y_size = s.block_y = 2003;
	s.samples = 1;
	s.type = SAMPLE_U32;
	write_file(&s);
	block_place(0, &offset, &bytes);
	poke((long)(offset + bytes) - 1, 0x55);
	expect_failure((struct window){0, 1990, 1100, 13}, "incorrect data check");
	expect_failure((struct window){0, 0, 1100, 2003}, "strip 0");
	poke((long)(offset + bytes) - 1, 0x55);
	poke((long)(offset + bytes / 2), 0xff);
	expect_failure((struct window){0, 1990, 1100, 13}, "strip 0");
}

static void write_text(const char *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void expect_probe(const char *name, int rc, int code, const char *words)
{
	struct raster_info info;
	struct error err = {0};

	assert_int_equal(reader_tiff.probe(name, &info, &err), rc);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" not in: %s", words, err.text);
	if (code)
		assert_int_equal(err.code, code);
	raster_info_release(&info);
}

static void what_is_refused(void **state)
{
	struct spec s = plain;
	unsigned char tile[16 * 16 * 3 * 12 / 8] = {0};
	TIFF *tif;

	(void)state;
	write_text("");
	expect_probe(path, -1, EX_DATAERR, "empty");
	write_text("This is not an image.");
	expect_probe(path, PROBE_DECLINED, 0, "not a TIFF");
	write_text("II*");
	expect_probe(path, PROBE_DECLINED, 0, "not a TIFF");
	expect_probe("/nonexistent/file.tif", -1, EX_NOINPUT, "no such file");
	expect_probe("/dev/null", -1, EX_NOINPUT, "not a regular file");
	expect_probe("/", PROBE_DECLINED, 0, "directory");
	tif = TIFFOpen(path, "wl");
	assert_non_null(tif);
	s.hole = 0;
	set_tags(tif, &s);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 12);
	assert_true(TIFFWriteEncodedTile(tif, 1, tile, sizeof(tile)) > 0);
	TIFFClose(tif);
	expect_probe(path, PROBE_DECLINED, 0, "12-bit samples");
}

static int set_up(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/imgpipe-test-XXXXXX");
	fd = mkstemp(path);
	(void)snprintf(mask_path, sizeof(mask_path), "%s.msk", path);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(mask_path);
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_layouts_orders),
		cmocka_unit_test(codecs_and_predictors),
		cmocka_unit_test(large_blocks_are_streamed),
		cmocka_unit_test(sparse_blocks),
		cmocka_unit_test(facts_of_the_header),
		cmocka_unit_test(mask_directory),
		cmocka_unit_test(damage_is_an_error),
		cmocka_unit_test(cut_off_file_is_an_error),
		cmocka_unit_test(damaged_checksum_of_streamed_block),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests_name("read_tiff", tests, set_up, tear_down);
}
