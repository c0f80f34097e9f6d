/*
 * The TIFF reader on good files: all types, layouts, codecs, byte orders; windows that cut blocks;
 * streamed against whole blocks; sparse blocks; masks; what the header says.
 */
#include "tiff_fixture.h"

#include <zlib.h>

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

/* Codes of 9 bits, the lowest bit first: Clear, bytes, EOI. */
static size_t old_style_lzw(unsigned char *stream, const unsigned char *bytes, size_t n)
{
	size_t bit = 0;

	for (size_t i = 0; i < n + 2; i++) {
		unsigned code = i == 0 ? 256 : i <= n ? bytes[i - 1] : 257;

		for (unsigned b = 0; b < 9; b++, bit++)
			stream[bit / 8] |= (unsigned char)((code >> b & 1) << bit % 8);
	}
	return (bit + 7) / 8;
}

/*
 * A stream of before TIFF 6.0 between new ones, and the predictor is undone in each. 64 bytes, so
 * that no code is longer than 9 bits.
 */
static void old_lzw_beside_new(void **state)
{
	unsigned char bytes[64], stream[80];
	struct spec s = plain;

	(void)state;
	s.x_size = 16;
	s.y_size = 6;
	s.block_x = 0;
	s.block_y = 2;
	s.samples = 1;
	s.codec = COMPRESSION_LZW;
	for (s.predictor = PREDICTOR_NONE; s.predictor <= PREDICTOR_HORIZONTAL; s.predictor++) {
		struct file f;
		TIFF *tif;

		s.hole = 1;
		write_file(&s);
		for (uint32_t y = 0, at = 0; y < 2; y++)
			for (uint32_t x = 0; x < 16; x++, at += 2) {
				bool plus = s.predictor == PREDICTOR_HORIZONTAL && x > 0;
				int left = plus ? (int)truth(x - 1, y + 2, 0) : 0;
				int value = (int)truth(x, y + 2, 0) - left;

				bytes[at] = (unsigned char)(value & 0xff);
				bytes[at + 1] = (unsigned char)(value >> 8 & 0xff);
			}
		memset(stream, 0, sizeof(stream));
		tif = TIFFOpen(path, "r+");
		assert_non_null(tif);
		assert_true(TIFFWriteRawStrip(
				    tif, 1, stream,
				    (tmsize_t)old_style_lzw(stream, bytes, sizeof(bytes))) > 0);
		TIFFClose(tif);
		file_open(&f);
		check_window(&f, (struct window){3, 1, 9, 4}, 1, 1, 0);
		check_window(&f, (struct window){0, 0, 16, 6}, 1, 1, 0); /* straight to the plane */
		file_close(&f);
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
	{34264, -1, -1, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1, (char *)"ModelTransformation"},
	{34735, -1, -1, TIFF_SHORT, FIELD_CUSTOM, 1, 1, (char *)"GeoKeyDirectory"},
};
enum { N_GDAL_FIELDS = sizeof(gdal_fields) / sizeof(gdal_fields[0]) };

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
	TIFFMergeFieldInfo(tif, gdal_fields, N_GDAL_FIELDS);
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

/* A file that says where it lies by tag 34264, or by a scale and a tiepoint; of corners or centres.
 */
static void check_place(const double *matrix, const double *scale, const double *tie, bool point,
			const double want[6])
{
	const uint16_t keys[] = {1, 1, 0, 1, 1025, 0, 1, point ? 2 : 1};
	TIFF *tif = TIFFOpen(path, "wl");
	struct file f;

	assert_non_null(tif);
	TIFFMergeFieldInfo(tif, gdal_fields, N_GDAL_FIELDS);
	set_tags(tif, &plain);
	if (matrix)
		TIFFSetField(tif, 34264, 16, matrix);
	if (scale) {
		TIFFSetField(tif, 33550, 3, scale);
		TIFFSetField(tif, 33922, 6, tie);
	}
	TIFFSetField(tif, 34735, 8, keys);
	write_blocks(tif, &plain);
	TIFFClose(tif);
	file_open(&f);
	assert_int_equal(f.info.has_geotransform, want != NULL);
	for (int i = 0; want && i < 6; i++)
		assert_true(f.info.geotransform[i] == want[i]);
	file_close(&f);
}

static void places_of_the_header(void **state)
{
	const double turned[16] = {8, 2, 0, 600000, 4, -16, 0, 5000000, 0, 0, 0, 0, 0, 0, 0, 1};
	const double flat[16] = {8, 4, 0, 600000, 4, 2, 0, 5000000, 0, 0, 0, 0, 0, 0, 0, 1};
	const double scale[3] = {10, 20, 0}, tie[6] = {3, 5, 0, 600000, 5000000, 0};

	(void)state;
	check_place(turned, NULL, NULL, false, (double[]){600000, 8, 2, 5000000, 4, -16});
	check_place(turned, NULL, NULL, true, (double[]){599995, 8, 2, 5000006, 4, -16});
	check_place(flat, NULL, NULL, false, NULL); /* of no area */
	check_place(NULL, scale, tie, false, (double[]){599970, 10, 0, 5000100, 0, -20});
	check_place(NULL, scale, tie, true, (double[]){599965, 10, 0, 5000110, 0, -20});
}

/* EPSG codes of which the unit is known without a register, where the file states none. */
static void units_known_by_code(void **state)
{
	static const struct {
		uint16_t epsg;
		double metres;
	} row[] = {{32633, 1}, {2154, 1}, {28992, 1}, {3413, 1},
		   {3395, 1},  {3031, 1}, {7855, 1},  {2263, 0} /* New York, in feet */,
		   {4326, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const uint16_t keys[] = {1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, row[i].epsg};
		TIFF *tif = TIFFOpen(path, "wl");
		struct file f;

		assert_non_null(tif);
		TIFFMergeFieldInfo(tif, gdal_fields, N_GDAL_FIELDS);
		set_tags(tif, &plain);
		TIFFSetField(tif, 34735, 12, keys);
		write_blocks(tif, &plain);
		TIFFClose(tif);
		file_open(&f);
		assert_true(f.info.unit_metres == row[i].metres);
		file_close(&f);
	}
}

/* The plain image and a mask of one bit a pixel in strips; the last `holes` of them are not
 * written. */
static void write_masked(uint32_t x_size, uint32_t y_size, uint32_t rows, uint32_t holes)
{
	TIFF *tif = TIFFOpen(path, "wl");
	unsigned char bits[5 * 64];

	assert_non_null(tif);
	set_tags(tif, &plain);
	write_blocks(tif, &plain);
	assert_true(TIFFWriteDirectory(tif));
	TIFFSetField(tif, TIFFTAG_SUBFILETYPE, FILETYPE_MASK);
	TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, x_size);
	TIFFSetField(tif, TIFFTAG_IMAGELENGTH, y_size);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MASK);
	TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, rows);
	TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
	for (unsigned i = 0; i < sizeof(bits); i++)
		bits[i] = i % 5 == 2 ? 0x0f : 0xff; /* columns 16 to 19 are masked */
	for (uint32_t s = 0; s + holes < (y_size + rows - 1) / rows; s++) {
		uint32_t n = y_size - s * rows < rows ? y_size - s * rows : rows;

		assert_true(TIFFWriteEncodedStrip(tif, s, bits, (tmsize_t)n * 5) > 0);
	}
	TIFFClose(tif);
}

/* Rows below `stored` are all masked. */
static void check_mask(uint32_t stored)
{
	struct read_request request = {.window = {10, 2, 20, 25}, .n_bands = 1, .band = {1}};
	uint8_t mask[20 * 25];
	struct file f;

	file_open(&f);
	assert_true(f.info.has_mask);
	request.mask = mask;
	assert_int_equal(file_read(&f, &request), 0);
	for (unsigned i = 0; i < sizeof(mask); i++)
		assert_int_equal(mask[i] != 0, (i % 20 < 6 || i % 20 > 9) && 2 + i / 20 < stored);
	request_free(&request);
	file_close(&f);
}

static void mask_directory(void **state)
{
	(void)state;
	write_masked(plain.x_size, plain.y_size, plain.y_size, 0);
	check_mask(plain.y_size);
	write_masked(plain.x_size, plain.y_size, 8, 0);
	check_mask(plain.y_size);
	write_masked(plain.x_size, plain.y_size, 8, 2); /* not stored: masked */
	check_mask(16);
}

/* What a mask of bytes says of a pixel: columns 16 to 19 are masked, the others differ. */
static uint8_t byte_of_mask(uint32_t x, uint32_t y)
{
	return x / 4 == 4 ? 0 : (uint8_t)(1 + (x * 37 + y * 11) % 255);
}

static void write_mask_block(TIFF *tif, const struct spec *s, uint32_t x0, uint32_t y0,
			     uint32_t strile)
{
	uint32_t bx = s->block_x ? s->block_x : s->x_size, rows = s->block_y;
	uint8_t block[48 * 32];

	if (!s->block_x && rows > s->y_size - y0)
		rows = s->y_size - y0;
	assert_true(bx * rows <= sizeof(block));
	for (uint32_t i = 0; i < bx * rows; i++)
		block[i] = byte_of_mask(x0 + i % bx, y0 + i / bx);
	if (s->block_x)
		assert_true(TIFFWriteEncodedTile(tif, strile, block, bx * rows) > 0);
	else
		assert_true(TIFFWriteEncodedStrip(tif, strile, block, bx * rows) > 0);
}

/* The plain image, and the tags of a mask as the spec has it; its pixels are to follow. */
static TIFF *begin_mask(const struct spec *s)
{
	TIFF *tif = TIFFOpen(path, "wl");

	assert_non_null(tif);
	set_tags(tif, &plain);
	write_blocks(tif, &plain);
	assert_true(TIFFWriteDirectory(tif));
	set_tags(tif, s);
	TIFFSetField(tif, TIFFTAG_SUBFILETYPE, FILETYPE_MASK);
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MASK);
	return tif;
}

static void check_byte_mask(const struct spec *s)
{
	struct read_request request = {.window = {10, 2, 20, 25}, .n_bands = 1, .band = {1}};
	uint32_t bx = s->block_x ? s->block_x : s->x_size, strile = 0;
	TIFF *tif = begin_mask(s);
	uint8_t mask[20 * 25];
	struct file f;

	for (uint32_t y = 0; y < s->y_size; y += s->block_y)
		for (uint32_t x = 0; x < s->x_size; x += bx)
			write_mask_block(tif, s, x, y, strile++);
	TIFFClose(tif);
	file_open(&f);
	assert_true(f.info.has_mask);
	request.mask = mask;
	assert_int_equal(file_read(&f, &request), 0);
	for (uint32_t i = 0; i < sizeof(mask); i++)
		if (mask[i] != byte_of_mask(10 + i % 20, 2 + i / 20))
			fail_msg("codec %u, predictor %u, blocks of %u rows: pixel %u is %u",
				 s->codec, s->predictor, s->block_y, i, mask[i]);
	request_free(&request);
	file_close(&f);
}

/*
 * A mask of bytes is what was stored, whoever undoes its predictor; in strips of which the last is
 * shorter, and in tiles that reach beyond the image.
 */
static void mask_of_bytes(void **state)
{
	static const uint16_t codec[] = {COMPRESSION_ADOBE_DEFLATE, COMPRESSION_LZW,
					 COMPRESSION_ZSTD, COMPRESSION_LZMA};
	static const uint32_t block[][2] = {{0, 8}, {0, 29}, {16, 16}, {48, 32}};
	struct spec s = plain;

	(void)state;
	s.samples = 1;
	s.type = SAMPLE_U8;
	for (size_t k = 0; k < sizeof(block) / sizeof(block[0]); k++) {
		s.block_x = block[k][0];
		s.block_y = block[k][1];
		s.predictor = PREDICTOR_NONE;
		s.codec = COMPRESSION_NONE;
		check_byte_mask(&s);
		s.codec = COMPRESSION_PACKBITS;
		check_byte_mask(&s);
		for (size_t i = 0; i < sizeof(codec) / sizeof(codec[0]); i++) {
			s.codec = codec[i];
			s.predictor = PREDICTOR_NONE;
			if (TIFFIsCODECConfigured(s.codec))
				check_byte_mask(&s);
			s.predictor = PREDICTOR_HORIZONTAL;
			if (TIFFIsCODECConfigured(s.codec))
				check_byte_mask(&s);
		}
	}
}

/* Differences of single bits: libtiff knows none, and nothing else guesses what they were. */
static void mask_of_bits_with_predictor(void **state)
{
	struct read_request request = {.window = {0, 0, 37, 29}, .n_bands = 1, .band = {1}};
	unsigned char bits[5 * 29], stream[400];
	uLongf size = sizeof(stream);
	struct spec s = plain;
	uint8_t mask[37 * 29];
	struct file f;
	TIFF *tif;

	(void)state;
	s.samples = 1;
	s.type = SAMPLE_U8;
	s.block_x = 0;
	s.block_y = s.y_size;
	s.codec = COMPRESSION_ADOBE_DEFLATE;
	s.predictor = PREDICTOR_HORIZONTAL;
	tif = begin_mask(&s);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 1);
	memset(bits, 0xff, sizeof(bits));
	assert_int_equal(compress(stream, &size, bits, sizeof(bits)), Z_OK);
	assert_true(TIFFWriteRawStrip(tif, 0, stream, (tmsize_t)size) > 0);
	TIFFClose(tif);
	file_open(&f);
	assert_true(f.info.has_mask);
	request.mask = mask;
	assert_int_equal(file_read(&f, &request), -1);
	assert_int_equal(f.err.code, EX_DATAERR);
	request_free(&request);
	file_close(&f);
}

/* A mask of another size is no mask of this image. */
static void mask_of_another_size(void **state)
{
	static const int off[][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		struct raster_info info = {0};
		struct error err;

		write_masked(plain.x_size + (uint32_t)off[i][0], plain.y_size + (uint32_t)off[i][1],
			     8, 0);
		assert_int_equal(reader_tiff.probe(path, &info, &err), PROBE_OK);
		assert_false(info.has_mask);
		raster_info_release(&info);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_layouts_orders),
		cmocka_unit_test(codecs_and_predictors),
		cmocka_unit_test(large_blocks_are_streamed),
		cmocka_unit_test(old_lzw_beside_new),
		cmocka_unit_test(sparse_blocks),
		cmocka_unit_test(facts_of_the_header),
		cmocka_unit_test(places_of_the_header),
		cmocka_unit_test(units_known_by_code),
		cmocka_unit_test(mask_directory),
		cmocka_unit_test(mask_of_bytes),
		cmocka_unit_test(mask_of_bits_with_predictor),
		cmocka_unit_test(mask_of_another_size),
	};

	return cmocka_run_group_tests_name("read_tiff", tests, set_up, tear_down);
}
