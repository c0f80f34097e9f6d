/*
 * The TIFF reader on damaged and foreign files: damage is an error that names the block and never
 * comes back as numbers; what is not for this reader is declined or refused in words.
 */
#include "tiff_fixture.h"

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
	expect_failure((struct window){0, 1990, 1100, 13}, "checksum is wrong");
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

/* Between two windows of a streamed block the file is cut: an error, not the end of the process. */
static void cut_off_while_streaming(void **state)
{
	struct read_request first = {.window = {0, 0, 4000, 10}, .n_bands = 1, .band = {1}};
	struct read_request second = {.window = {0, 10, 4000, 10}, .n_bands = 1, .band = {1}};
	struct spec s = plain;
	struct file f;

	(void)state;
	s.x_size = 4000;
	s.y_size = 1500;
	s.block_x = 0;
	s.block_y = 1500;
	s.samples = 1;
	s.codec = COMPRESSION_LZW;
	write_file(&s);
	file_open(&f);
	assert_int_equal(file_read(&f, &first), 0);
	assert_int_equal(truncate(path, 4096), 0);
	assert_int_equal(file_read(&f, &second), -1);
	assert_non_null(strstr(f.err.text, "became shorter"));
	request_free(&first);
	request_free(&second);
	file_close(&f);
}

/* One byte of the file. */
static unsigned char peek(long at)
{
	FILE *file = fopen(path, "rb");
	int c;

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	c = fgetc(file);
	assert_int_equal(fclose(file), 0);
	assert_true(c != EOF);
	return (unsigned char)c;
}

/* Expect the block at (x, y) to be refused, as its decoder would take more than was planned. */
static void expect_unplanned(struct window w)
{
	struct read_request request = {.window = w, .n_bands = 1, .band = {1}};
	struct file f;

	file_open(&f);
	assert_int_equal(file_read(&f, &request), -1);
	assert_int_equal(f.err.code, EX_TEMPFAIL);
	assert_non_null(strstr(f.err.text, "needs 128 MiB to decode"));
	request_free(&request);
	file_close(&f);
}

/* A ZSTD block that names a window of 2^27 bytes, where the first block's is small (RFC 8878). */
static void window_larger_than_planned(void **state)
{
	const unsigned char descriptor = (27 - 10) << 3;
	uint64_t offset, bytes;
	struct spec s = plain;
	struct file f;

	(void)state;
	if (!TIFFIsCODECConfigured(COMPRESSION_ZSTD))
		skip();
	s.codec = COMPRESSION_ZSTD;
	write_file(&s);
	block_place(4, &offset, &bytes);
	assert_int_equal(peek((long)offset + 4) & 0x20, 0); /* has a window descriptor */
	poke((long)offset + 5, peek((long)offset + 5) ^ descriptor);
	expect_unplanned((struct window){16, 16, 16, 13});
	file_open(&f);
	check_window(&f, (struct window){0, 0, 16, 16}, 1, 1, 0);
	file_close(&f);
	/* Strips that are decoded by rows. */
	s.block_x = 0;
	s.x_size = 2000;
	s.y_size = 2400;
	s.block_y = 1200;
	write_file(&s);
	block_place(1, &offset, &bytes);
	poke((long)offset + 5, peek((long)offset + 5) ^ descriptor);
	expect_unplanned((struct window){0, 1200, 2000, 10});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_is_an_error),
		cmocka_unit_test(cut_off_file_is_an_error),
		cmocka_unit_test(damaged_checksum_of_streamed_block),
		cmocka_unit_test(cut_off_while_streaming),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(window_larger_than_planned),
	};

	return cmocka_run_group_tests_name("read_tiff_damage", tests, set_up, tear_down);
}
