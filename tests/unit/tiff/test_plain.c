/*
 * Plain headers: files as writers write them are opened without libtiff, all others with it, and
 * of the first the fields are those that libtiff tells.
 */
#include "tiff_fixture.h"

#include "tiff/image.h"

static void open_it(struct tiff_image *image)
{
	struct error err = {0};

	if (tiff_image_open(image, path, 0, TIFF_HEADER_ALLOC, &err) != PROBE_OK)
		fail_msg("%s", err.text);
}

static uint32_t wide(TIFF *tif, uint32_t tag)
{
	uint32_t value = 0;

	assert_int_equal(TIFFGetFieldDefaulted(tif, tag, &value), 1);
	return value;
}

static uint16_t narrow(TIFF *tif, uint32_t tag)
{
	uint16_t value = 0;

	assert_int_equal(TIFFGetFieldDefaulted(tif, tag, &value), 1);
	return value;
}

static void check_blocks(const struct tiff_image *image, TIFF *tif)
{
	const uint32_t rows = TIFFIsTiled(tif) ? 0 : wide(tif, TIFFTAG_ROWSPERSTRIP);

	assert_int_equal(image->tiled, TIFFIsTiled(tif) != 0);
	if (image->tiled) {
		assert_int_equal(image->block_x_size, wide(tif, TIFFTAG_TILEWIDTH));
		assert_int_equal(image->block_y_size, wide(tif, TIFFTAG_TILELENGTH));
		assert_int_equal(image->block_bytes, TIFFTileSize(tif));
	} else {
		assert_int_equal(image->block_x_size, image->x_size);
		assert_int_equal(image->block_y_size, rows < image->y_size ? rows : image->y_size);
		assert_int_equal(image->block_bytes, TIFFVStripSize(tif, image->block_y_size));
	}
}

/* What libtiff says of the file, opened apart from the reader. */
static void check_fields(const struct tiff_image *image)
{
	TIFF *tif = TIFFOpen(path, "r");
	uint16_t n_extra = 0, *extra = NULL;

	assert_non_null(tif);
	assert_int_equal(image->x_size, wide(tif, TIFFTAG_IMAGEWIDTH));
	assert_int_equal(image->y_size, wide(tif, TIFFTAG_IMAGELENGTH));
	assert_int_equal(image->samples, narrow(tif, TIFFTAG_SAMPLESPERPIXEL));
	assert_int_equal(image->bits, narrow(tif, TIFFTAG_BITSPERSAMPLE));
	assert_int_equal(image->format, narrow(tif, TIFFTAG_SAMPLEFORMAT));
	assert_int_equal(image->compression, narrow(tif, TIFFTAG_COMPRESSION));
	assert_int_equal(image->photometric, narrow(tif, TIFFTAG_PHOTOMETRIC));
	assert_int_equal(image->fill_order, narrow(tif, TIFFTAG_FILLORDER));
	assert_int_equal(image->planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG,
			 narrow(tif, TIFFTAG_PLANARCONFIG));
	if (image->compression != COMPRESSION_PACKBITS && image->compression != COMPRESSION_NONE)
		assert_int_equal(image->predictor, narrow(tif, TIFFTAG_PREDICTOR));
	if (!TIFFGetField(tif, TIFFTAG_EXTRASAMPLES, &n_extra, &extra))
		n_extra = 0;
	assert_int_equal(image->n_extra, n_extra);
	if (n_extra)
		assert_memory_equal(image->extra, extra, n_extra * sizeof(*extra));
	check_blocks(image, tif);
	TIFFClose(tif);
}

static void check(const struct spec *s, bool is_plain)
{
	struct tiff_image image;

	write_file(s);
	open_it(&image);
	assert_int_equal(image.tif == NULL, is_plain);
	check_fields(&image);
	tiff_image_close(&image);
	check_file(s);
}

static void all_layouts(struct spec s)
{
	static const char *const modes[] = {"wl", "wb", "wl8", "wb8"};
	static const uint16_t samples[] = {1, 2, 3, 5};

	for (unsigned i = 0; i < 4 * 4 * 2 * 2; i++) {
		s.mode = modes[i % 4];
		s.samples = samples[i / 4 % 4];
		s.planar = i / 16 % 2;
		s.block_x = i / 32 ? 0 : 16;
		check(&s, true);
	}
}

static void plain_ones_are_read_here(void **state)
{
	static const uint16_t codecs[] = {COMPRESSION_ADOBE_DEFLATE, COMPRESSION_LZW,
					  COMPRESSION_ZSTD, COMPRESSION_PACKBITS};
	struct spec s = plain;

	(void)state;
	for (unsigned i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		s.codec = codecs[i];
		all_layouts(s);
	}
	s.codec = COMPRESSION_ADOBE_DEFLATE;
	s.predictor = PREDICTOR_HORIZONTAL;
	all_layouts(s);
}

/* One block, whose place libtiff mends, is taken where there is nothing to mend. */
static void single_blocks(void **state)
{
	struct spec s = plain;

	(void)state;
	s.codec = COMPRESSION_ADOBE_DEFLATE;
	s.block_x = 0;
	s.block_y = s.y_size;
	check(&s, true);
	s.planar = true;
	check(&s, false);
}

static void others_are_libtiffs(void **state)
{
	struct spec s = plain;

	(void)state;
	check(&s, false); /* not compressed */
	s.type = SAMPLE_U8;
	s.samples = 1;
	s.codec = COMPRESSION_LZMA;
	check(&s, true);
}

static void with_extra(uint16_t n, uint16_t photometric, uint16_t first, bool is_plain)
{
	const uint16_t extra[4] = {first, EXTRASAMPLE_UNASSALPHA, 0, EXTRASAMPLE_ASSOCALPHA};
	struct spec s = plain;
	struct tiff_image image;
	TIFF *tif;

	s.codec = COMPRESSION_ADOBE_DEFLATE;
	s.samples = 5;
	write_file(&s);
	tif = TIFFOpen(path, "r+");
	assert_non_null(tif);
	assert_int_equal(TIFFSetField(tif, TIFFTAG_EXTRASAMPLES, n, extra), 1);
	assert_int_equal(TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, photometric), 1);
	assert_int_equal(TIFFRewriteDirectory(tif), 1);
	TIFFClose(tif);
	open_it(&image);
	assert_int_equal(image.tif == NULL, is_plain);
	check_fields(&image);
	tiff_image_close(&image);
}

static void extra_samples(void **state)
{
	(void)state;
	for (uint16_t n = 1; n <= 4; n++) {
		with_extra(n, PHOTOMETRIC_MINISBLACK, EXTRASAMPLE_UNSPECIFIED, true);
		with_extra(n, PHOTOMETRIC_RGB, EXTRASAMPLE_ASSOCALPHA, true);
		with_extra(n, PHOTOMETRIC_SEPARATED, EXTRASAMPLE_ASSOCALPHA, false);
	}
}

/* Any tag more, or of another kind, and libtiff says what it means. */
static void with_tag(uint32_t tag, uint16_t value)
{
	struct spec s = plain;
	struct tiff_image image;
	TIFF *tif;

	s.codec = COMPRESSION_ADOBE_DEFLATE;
	write_file(&s);
	tif = TIFFOpen(path, "r+");
	assert_non_null(tif);
	assert_int_equal(TIFFSetField(tif, tag, value), 1);
	assert_int_equal(TIFFRewriteDirectory(tif), 1);
	TIFFClose(tif);
	open_it(&image);
	assert_non_null(image.tif);
	check_fields(&image);
	tiff_image_close(&image);
}

static void other_tags(void **state)
{
	(void)state;
	with_tag(TIFFTAG_ORIENTATION, ORIENTATION_BOTLEFT);
	with_tag(TIFFTAG_FILLORDER, FILLORDER_LSB2MSB);
	with_tag(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_SEPARATED);
	with_tag(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_VOID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_ones_are_read_here, set_up, tear_down),
		cmocka_unit_test_setup_teardown(single_blocks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_are_libtiffs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(extra_samples, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_tags, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
