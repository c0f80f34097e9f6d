/*
 * Readers: who reads a file, the GDAL reader against known pixels, and its refusals. Input files
 * are written here, as PGM and TIFF, into a directory of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tiffio.h>

#include "reader/reader.h"

enum { X_SIZE = 90, Y_SIZE = 70, TILE = 32, N_THREADS = 4 };

static uint16_t pixel(unsigned band, uint32_t x, uint32_t y)
{
	return (uint16_t)(1000 * band + 200 * y + x);
}

static void write_pgm(const char *path, unsigned band)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	(void)fprintf(file, "P5\n%d %d\n65535\n", X_SIZE, Y_SIZE);
	for (uint32_t y = 0; y < Y_SIZE; y++)
		for (uint32_t x = 0; x < X_SIZE; x++) {
			(void)fputc(pixel(band, x, y) >> 8, file);
			(void)fputc(pixel(band, x, y) & 255, file);
		}
	assert_int_equal(fclose(file), 0);
}

static bool masked(uint32_t x, uint32_t y)
{
	return x < 10 || y == 33;
}

static void set_grid(TIFF *tiff, uint16_t samples, uint16_t bits)
{
	TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, X_SIZE);
	TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, Y_SIZE);
	TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
	TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
	TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
	TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
}

static void write_mask(TIFF *tiff)
{
	uint8_t row[X_SIZE];

	TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_MASK);
	set_grid(tiff, 1, 8);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MASK);
	TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 16);
	for (uint32_t y = 0; y < Y_SIZE; y++) {
		for (uint32_t x = 0; x < X_SIZE; x++)
			row[x] = masked(x, y) ? 0 : 255;
		assert_true(TIFFWriteScanline(tiff, row, y, 0) > 0);
	}
	assert_true(TIFFWriteDirectory(tiff) > 0);
}

/* Two bands, pixel interleaved, tiles that do not divide the image. */
static void write_tiff(const char *path, bool with_mask)
{
	static const uint16_t extra[] = {EXTRASAMPLE_UNSPECIFIED};
	uint16_t tile[TILE * TILE * 2];
	TIFF *tiff = TIFFOpen(path, "w");

	assert_non_null(tiff);
	set_grid(tiff, 2, 16);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
	TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, extra);
	TIFFSetField(tiff, TIFFTAG_TILEWIDTH, TILE);
	TIFFSetField(tiff, TIFFTAG_TILELENGTH, TILE);
	for (uint32_t y0 = 0; y0 < Y_SIZE; y0 += TILE)
		for (uint32_t x0 = 0; x0 < X_SIZE; x0 += TILE) {
			for (uint32_t i = 0; i < TILE * TILE * 2; i++)
				tile[i] = pixel(1 + i % 2, x0 + i / 2 % TILE, y0 + i / 2 / TILE);
			assert_true(TIFFWriteTile(tiff, tile, x0, y0, 0, 0) > 0);
		}
	assert_true(TIFFWriteDirectory(tiff) > 0);
	if (with_mask)
		write_mask(tiff);
	TIFFClose(tiff);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Read one window of `path` through `choice` and compare each pixel with pixel(). */
static void expect_pixels(const char *path, enum reader_choice choice, unsigned n_bands,
			  struct window window)
{
	static uint16_t plane[2][X_SIZE * Y_SIZE];
	static uint8_t mask[X_SIZE * Y_SIZE];
	struct read_request request = {.window = window,
				       .n_bands = n_bands,
				       .band = {1, 2},
				       .plane = {plane[0], plane[1]}};
	const struct reader *reader;
	struct raster_info info;
	struct meter meter = {0};
	struct arena arena = {0};
	struct error err = {0};
	void *handle;

	if (reader_probe(path, choice, REACH_FOLDER, &info, &reader, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(info.x_size, X_SIZE);
	assert_int_equal(info.y_size, Y_SIZE);
	assert_int_equal(info.n_bands, n_bands);
	assert_int_equal(info.type, SAMPLE_U16);
	request.mask = info.has_mask ? mask : NULL;
	assert_int_equal(arena_init(&arena, 1 << 20, &err), 0);
	assert_int_equal(reader->open(&handle, path, &info, &err), 0);
	assert_int_equal(reader->read(handle, &request, &arena, &meter, &err), 0);
	assert_false(request.constant);
	for (uint32_t i = 0; i < window_pixels(&window); i++) {
		uint32_t x = window.x_off + i % window.x_size;
		uint32_t y = window.y_off + i / window.x_size;

		for (unsigned b = 0; b < n_bands; b++)
			assert_int_equal(plane[b][i], pixel(b + 1, x, y));
		if (request.mask)
			assert_int_equal(mask[i] == 0, masked(x, y));
	}
	assert_int_equal(meter.bytes_needed, window_pixels(&window) * 2 * n_bands);
	assert_true(meter.bytes_decoded >= meter.bytes_needed);
	reader->close(handle);
	arena_release(&arena);
	raster_info_release(&info);
}

static void expect_windows(const char *path, enum reader_choice choice, unsigned n_bands)
{
	static const struct window window[] = {
		{0, 0, X_SIZE, Y_SIZE}, {31, 31, 3, 3},      {X_SIZE - 1, Y_SIZE - 1, 1, 1},
		{5, 20, 80, 1},         {64, 0, 26, Y_SIZE},
	};

	for (size_t i = 0; i < sizeof(window) / sizeof(window[0]); i++)
		expect_pixels(path, choice, n_bands, window[i]);
}

/* The error of a probe that must fail holds `words`. */
static void expect_refusal(const char *path, enum reader_choice choice, int code, const char *words)
{
	const struct reader *reader;
	struct raster_info info;
	struct error err = {0};

	assert_int_equal(reader_probe(path, choice, REACH_FOLDER, &info, &reader, &err), -1);
	raster_info_release(&info);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_tiff_reader_needs_no_gdal(void **state)
{
	(void)state;
	write_tiff("two.tif", false);
	expect_windows("two.tif", READER_AUTO, 2);
	assert_false(reader_heavy.is_loaded());
}

/* Why a reader may not be loaded is said long after whoever forbade it has gone. */
static void test_ban_keeps_its_words(void **state)
{
	char why[] = "no room for it";

	(void)state;
	write_pgm("one.pgm", 1);
	reader_heavy.forbid(why);
	memset(why, 'x', sizeof(why) - 1);
	expect_refusal("one.pgm", READER_AUTO, EX_TEMPFAIL, "no room for it");
	assert_true(reader_heavy.was_asked());
	assert_false(reader_heavy.was_asked());
	assert_int_equal(reader_heavy.load(NULL), -1);
	reader_heavy.forbid(NULL);
	assert_false(reader_heavy.is_loaded());
}

static void *probe_thread(void *path)
{
	const struct reader *reader;
	struct raster_info info;
	struct error err = {0};
	int rc = reader_probe(path, READER_GDAL, REACH_FOLDER, &info, &reader, &err);

	raster_info_release(&info);
	return rc == 0 ? path : NULL;
}

static void test_threads_load_gdal_once(void **state)
{
	static char path[] = "one.pgm";
	pthread_t thread[N_THREADS];
	void *result;

	(void)state;
	write_pgm(path, 1);
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, probe_thread, path), 0);
	for (int i = 0; i < N_THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &result), 0);
		assert_ptr_equal(result, path);
	}
	assert_true(reader_heavy.is_loaded());
}

static void test_gdal_pixels(void **state)
{
	(void)state;
	write_pgm("one.pgm", 1);
	write_tiff("two.tif", false);
	write_tiff("masked.tif", true);
	expect_windows("one.pgm", READER_AUTO, 1);
	expect_windows("two.tif", READER_GDAL, 2);
	expect_windows("masked.tif", READER_GDAL, 2);
	expect_windows("masked.tif", READER_AUTO, 2);
}

static void test_refusals(void **state)
{
	(void)state;
	write_text("empty.tif", "");
	write_text("noise.dat", "this is no image at all, whoever reads it\n");
	assert_int_equal(mkdir("folder", 0777), 0);
	assert_int_equal(mkfifo("fifo", 0666), 0);
	expect_refusal("missing.pgm", READER_GDAL, EX_NOINPUT, "No such file");
	expect_refusal("/vsizip/missing.zip/a.tif", READER_AUTO, EX_NOINPUT, "no such file");
	expect_refusal("NETCDF:missing.nc:a", READER_AUTO, EX_NOINPUT, "no such file");
	expect_refusal("empty.tif", READER_GDAL, EX_DATAERR, "empty.tif: the file is empty");
	expect_refusal("noise.dat", READER_GDAL, EX_DATAERR,
		       "GDAL does not know this file as an image");
	expect_refusal("noise.dat", READER_AUTO, EX_DATAERR, "noise.dat: ");
	expect_refusal("noise.dat", READER_TIFF, EX_DATAERR, "try --reader gdal");
	expect_refusal("folder", READER_GDAL, EX_DATAERR, "folder: ");
	expect_refusal("fifo", READER_GDAL, EX_DATAERR, "not a regular file");
}

/* Missing data is an error of read(), not zeros. */
static void test_missing_source(void **state)
{
	static uint16_t plane[X_SIZE * Y_SIZE];
	struct read_request request = {
		.window = {0, 0, X_SIZE, Y_SIZE}, .n_bands = 1, .band = {1}, .plane = {plane}};
	const struct reader *reader;
	struct raster_info info;
	struct meter meter = {0};
	struct error err = {0};
	void *handle;

	(void)state;
	write_text("gone.vrt", "<VRTDataset rasterXSize=\"90\" rasterYSize=\"70\"><VRTRasterBand "
			       "dataType=\"UInt16\" band=\"1\"><SimpleSource><SourceFilename>"
			       "nowhere.tif</SourceFilename><SourceBand>1</SourceBand>"
			       "</SimpleSource></VRTRasterBand></VRTDataset>");
	assert_int_equal(reader_probe("gone.vrt", READER_AUTO, REACH_FOLDER, &info, &reader, &err),
			 0);
	assert_false(info.bands[0].has_scale);
	if (reader->open(&handle, "gone.vrt", &info, &err) == 0) {
		assert_int_equal(reader->read(handle, &request, NULL, &meter, &err), -1);
		reader->close(handle);
	}
	assert_non_null(strstr(err.text, "gone.vrt: "));
	raster_info_release(&info);
}

static size_t codec_bytes(const char *path, enum reader_choice choice)
{
	const struct reader *reader;
	struct raster_info info;
	struct error err = {0};
	size_t bytes;

	if (reader_probe(path, choice, REACH_FOLDER, &info, &reader, &err))
		fail_msg("%s", err.text);
	bytes = info.codec_bytes;
	raster_info_release(&info);
	return bytes;
}

enum { LARGE = 1500, STRIP_BYTES = LARGE * LARGE * 2 };

/* One band in a single strip, with a mask in a single strip where asked for. */
static void write_strip(const char *path, bool with_mask)
{
	uint16_t *pixels = calloc(1, STRIP_BYTES);
	TIFF *tiff = TIFFOpen(path, "w");

	assert_non_null(tiff);
	assert_non_null(pixels);
	for (int i = 0; i < 1 + with_mask; i++) {
		if (i)
			TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_MASK);
		set_grid(tiff, 1, i ? 8 : 16);
		TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, LARGE);
		TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, LARGE);
		TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, LARGE);
		TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
			     i ? PHOTOMETRIC_MASK : PHOTOMETRIC_MINISBLACK);
		assert_true(TIFFWriteEncodedStrip(tiff, 0, pixels, STRIP_BYTES / (i + 1)) > 0);
		assert_true(TIFFWriteDirectory(tiff) > 0);
	}
	TIFFClose(tiff);
	free(pixels);
}

/* A VRT of n bands, each of one of the files s0.tif, s1.tif ... */
static void write_vrt(const char *path, unsigned n)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	(void)fprintf(file, "<VRTDataset rasterXSize=\"%d\" rasterYSize=\"%d\">", LARGE, LARGE);
	for (unsigned i = 0; i < n; i++)
		(void)fprintf(file,
			      "<VRTRasterBand dataType=\"UInt16\" band=\"%u\"><SimpleSource>"
			      "<SourceFilename relativeToVRT=\"1\">s%u.tif</SourceFilename>"
			      "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>",
			      i + 1, i);
	(void)fprintf(file, "</VRTDataset>");
	assert_int_equal(fclose(file), 0);
}

/* The memory of a VRT is that of its sources, as many as the bands of one read can need. */
static void test_vrt_counts_sources(void **state)
{
	size_t one, two, eight;

	(void)state;
	for (int i = 0; i < 8; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "s%d.tif", i);
		write_strip(path, false);
	}
	write_vrt("two.vrt", 2);
	write_vrt("eight.vrt", 8);
	one = codec_bytes("s0.tif", READER_GDAL);
	two = codec_bytes("two.vrt", READER_AUTO);
	eight = codec_bytes("eight.vrt", READER_AUTO);
	assert_true(one >= 2 * STRIP_BYTES);
	assert_true(two >= 2 * one && two < 3 * one);
	assert_true(eight >= RASTER_USUAL_BANDS * one && eight < 6 * one);
}

static void test_mask_is_counted(void **state)
{
	(void)state;
	write_strip("bare.tif", false);
	write_strip("masked_strip.tif", true);
	assert_true(codec_bytes("masked_strip.tif", READER_GDAL) >=
		    codec_bytes("bare.tif", READER_GDAL) + STRIP_BYTES);
}

static int enter_directory(void **state)
{
	static char dir[] = "/tmp/imgpipe-test-reader-XXXXXX";
	char program[PATH_MAX] = "";

	/* The module is built one directory above the tests. */
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) > 0)
		(void)setenv("IMGPIPE_MODULE_DIR", dirname(dirname(program)), 0);
	*state = mkdtemp(dir);
	return *state ? chdir(*state) : -1;
}

static int leave_directory(void **state)
{
	char command[PATH_MAX];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", (const char *)*state);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiff_reader_needs_no_gdal),
		cmocka_unit_test(test_ban_keeps_its_words),
		cmocka_unit_test(test_threads_load_gdal_once),
		cmocka_unit_test(test_gdal_pixels),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_missing_source),
		cmocka_unit_test(test_vrt_counts_sources),
		cmocka_unit_test(test_mask_is_counted),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
