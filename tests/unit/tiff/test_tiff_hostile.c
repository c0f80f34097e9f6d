/*
 * TIFF files of which a part claims more than it is: tags, directories, and the headers of stored
 * pictures. Written byte by byte, as no library writes them.
 */
#include "tiff_fixture.h"

#include <sys/resource.h>
#include <zlib.h>
#include <zstd.h>

enum { MIB = 1 << 20, MAX_TAGS = 24 };

/* A little-endian file of one strip. Tags have to be added in ascending order. */
struct raw {
	FILE *file;
	bool big;
	unsigned n;
	unsigned char entry[MAX_TAGS][20];
};

static void number(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static size_t at_once(const struct raw *raw)
{
	return raw->big ? 8 : 4;
}

static struct raw raw_begin(bool big)
{
	struct raw raw = {.file = fopen(path, "wb"), .big = big};
	unsigned char head[16] = "II";

	assert_non_null(raw.file);
	number(head + 2, big ? 43 : 42, 2);
	number(head + 4, 8, 2);
	assert_int_equal(fwrite(head, 1, big ? 16 : 8, raw.file), big ? 16 : 8);
	return raw;
}

/* An entry as it stands; `value`: the value itself or its place. */
static void raw_entry(struct raw *raw, unsigned tag, unsigned type, uint64_t count, uint64_t value)
{
	unsigned char *at = raw->entry[raw->n++];

	assert_true(raw->n <= MAX_TAGS);
	number(at, tag, 2);
	number(at + 2, type, 2);
	number(at + 4, count, at_once(raw));
	number(at + 4 + at_once(raw), value, at_once(raw));
}

/* Bytes appended to the file: their place. */
static uint64_t raw_bytes(struct raw *raw, const void *bytes, size_t n)
{
	long at = ftell(raw->file);

	assert_int_equal(fwrite(bytes, 1, n, raw->file), n);
	return (uint64_t)at;
}

/* So many zeros that take no room on the disk. */
static uint64_t raw_hole(struct raw *raw, long n)
{
	long at = ftell(raw->file);

	assert_int_equal(fseek(raw->file, n, SEEK_CUR), 0);
	return (uint64_t)at;
}

/* The directory; `next`: behind it, 1: itself. `n`: entries it claims to have. */
static void raw_end(struct raw *raw, uint64_t n, uint64_t next)
{
	unsigned char number_bytes[8];
	size_t entry_bytes = raw->big ? 20 : 12;
	uint64_t at = (uint64_t)ftell(raw->file);

	at += at & 1;
	assert_int_equal(fseek(raw->file, (long)at, SEEK_SET), 0);
	number(number_bytes, n, 8);
	raw_bytes(raw, number_bytes, raw->big ? 8 : 2);
	for (unsigned i = 0; i < raw->n; i++)
		raw_bytes(raw, raw->entry[i], entry_bytes);
	raw_hole(raw, (long)((n - raw->n) * entry_bytes));
	number(number_bytes, next == 1 ? at : next, 8);
	raw_bytes(raw, number_bytes, at_once(raw));
	assert_int_equal(fseek(raw->file, raw->big ? 8 : 4, SEEK_SET), 0);
	number(number_bytes, at, 8);
	raw_bytes(raw, number_bytes, at_once(raw));
	assert_int_equal(fclose(raw->file), 0);
}

/* The tags up to 284 of one strip, x_size x y_size samples of 8 bits. */
static void raw_image(struct raw *raw, uint32_t x_size, uint32_t y_size, unsigned samples,
		      unsigned compression, const void *strip, size_t n)
{
	static const unsigned char eights[] = {8, 0, 8, 0, 8, 0, 8, 0};
	uint64_t bits = samples > at_once(raw) / 2 ? raw_bytes(raw, eights, 2 * (size_t)samples)
						   : 0x0008000800080008;

	raw_entry(raw, TIFFTAG_IMAGEWIDTH, TIFF_LONG, 1, x_size);
	raw_entry(raw, TIFFTAG_IMAGELENGTH, TIFF_LONG, 1, y_size);
	raw_entry(raw, TIFFTAG_BITSPERSAMPLE, TIFF_SHORT, samples, bits);
	raw_entry(raw, TIFFTAG_COMPRESSION, TIFF_SHORT, 1, compression);
	raw_entry(raw, TIFFTAG_PHOTOMETRIC, TIFF_SHORT, 1,
		  samples == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
	raw_entry(raw, TIFFTAG_STRIPOFFSETS, TIFF_LONG, 1, raw_bytes(raw, strip, n));
	raw_entry(raw, TIFFTAG_SAMPLESPERPIXEL, TIFF_SHORT, 1, samples);
	raw_entry(raw, TIFFTAG_ROWSPERSTRIP, TIFF_LONG, 1, y_size);
	raw_entry(raw, TIFFTAG_STRIPBYTECOUNTS, TIFF_LONG, 1, n);
	raw_entry(raw, TIFFTAG_PLANARCONFIG, TIFF_SHORT, 1, PLANARCONFIG_CONTIG);
}

static void expect_probe(int rc, const char *words)
{
	struct raster_info info;
	struct error err = {0};

	assert_int_equal(reader_tiff.probe(path, &info, &err), rc);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" not in: %s", words, err.text);
	raster_info_release(&info);
}

static void expect_refused(uint32_t x_size, uint32_t y_size, const char *words)
{
	struct read_request request = {.window = {0, 0, x_size, y_size}, .n_bands = 1, .band = {1}};
	struct file f;

	file_open(&f);
	assert_int_equal(file_read(&f, &request), -1);
	assert_int_equal(f.err.code, EX_DATAERR);
	if (!strstr(f.err.text, words))
		fail_msg("\"%s\" not in: %s", words, f.err.text);
	request_free(&request);
	file_close(&f);
}

/* Pixels of a 4 x 2 file. */
static const unsigned char pixels[] = {1, 2, 3, 4, 5, 6, 7, 8};

static void expect_pixels(size_t *codec_bytes)
{
	struct read_request request = {.window = {0, 0, 4, 2}, .n_bands = 1, .band = {1}};
	struct file f;

	file_open(&f);
	*codec_bytes = f.info.codec_bytes;
	assert_int_equal(file_read(&f, &request), 0);
	assert_memory_equal(request.plane[0], pixels, sizeof(pixels));
	request_free(&request);
	file_close(&f);
}

static long resident_most(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* --- tags --- */

/* libtiff held each tag two or three times over, whatever it was. */
static void unused_tags_cost_nothing(void **state)
{
	const uint64_t size = 50 * MIB;
	size_t bare, loaded;
	struct raw raw;
	long before;

	(void)state;
	for (int big = 0; big < 2; big++) {
		raw = raw_begin(big);
		raw_image(&raw, 4, 2, 1, COMPRESSION_NONE, pixels, sizeof(pixels));
		raw_end(&raw, raw.n, 0);
		expect_pixels(&bare);
		raw = raw_begin(big);
		raw_image(&raw, 4, 2, 1, COMPRESSION_NONE, pixels, sizeof(pixels));
		raw_entry(&raw, TIFFTAG_XMLPACKET, TIFF_BYTE, size, raw_hole(&raw, (long)size));
		raw_entry(&raw, 34377, TIFF_BYTE, size, 16);
		raw_entry(&raw, TIFFTAG_ICCPROFILE, TIFF_UNDEFINED, size, 16);
		raw_entry(&raw, TAG_NODATA, TIFF_ASCII, size, 100); /* zeros: no text */
		raw_entry(&raw, 65000, TIFF_ASCII, size, 16);
		raw_entry(&raw, 65001, 99, size, 16);
		raw_end(&raw, raw.n, 0);
		before = resident_most();
		expect_pixels(&loaded);
		assert_int_equal(loaded, bare);
		assert_true(resident_most() - before < 8 * 1024); /* KiB */
	}
}

/* Where libtiff uses a tag, what that holds is bounded before libtiff asks for memory. */
static void claims_of_used_tags(void **state)
{
	struct raw raw;

	(void)state;
	for (int in_file = 0; in_file < 2; in_file++) {
		raw = raw_begin(false);
		raw_image(&raw, 4, 2, 1, COMPRESSION_NONE, pixels, sizeof(pixels));
		raw_entry(&raw, TIFFTAG_EXTRASAMPLES, TIFF_SHORT, in_file ? 3 * MIB : 0x7fffffff,
			  in_file ? raw_hole(&raw, 6 * MIB) : 8);
		raw_end(&raw, raw.n, 0);
		expect_probe(-1, "its tag 338 claims more values");
	}
	raw = raw_begin(false);
	raw_image(&raw, 4, 2, 1, COMPRESSION_NONE, pixels, sizeof(pixels));
	raw_entry(&raw, TIFFTAG_SAMPLEFORMAT, TIFF_SHORT, 3, 0x7ffffff0); /* 6 bytes elsewhere */
	raw_end(&raw, raw.n, 0);
	expect_probe(-1, "its tag 339 does not lie in the file");
}

static void write_with_metadata(const char *head, const char *body, size_t bytes, const char *tail)
{
	struct raw raw = raw_begin(false);
	long start, end;

	raw_image(&raw, 4, 2, 1, COMPRESSION_NONE, pixels, sizeof(pixels));
	start = ftell(raw.file);
	assert_true(fputs(head, raw.file) >= 0);
	for (size_t i = 0; i < bytes; i += strlen(body))
		assert_true(fputs(body, raw.file) >= 0);
	assert_true(fputs(tail, raw.file) >= 0);
	assert_int_equal(fputc('\0', raw.file), 0);
	end = ftell(raw.file);
	raw_entry(&raw, TAG_METADATA, TIFF_ASCII, (uint64_t)(end - start), (uint64_t)start);
	raw_end(&raw, raw.n, 0);
}

static void metadata_are_bounded(void **state)
{
	const char scale[] = "<GDALMetadata><Item name='S' sample='0' role='scale'>0.5</Item>";
	size_t codec_bytes;
	struct file f;
	long before;

	(void)state;
	write_with_metadata(scale, "<Item name='A'>0123456789012345678901234567890</Item>", 1000,
			    "</GDALMetadata>");
	file_open(&f);
	assert_true(f.info.bands[0].has_scale && f.info.bands[0].scale == 0.5);
	file_close(&f);
	before = resident_most();
	/* one text of 12 MiB is long, but harmless */
	write_with_metadata("<GDALMetadata><Item name='N'>", "0123456789abcdef", 12 * MIB,
			    "</Item></GDALMetadata>");
	expect_pixels(&codec_bytes);
	write_with_metadata(scale, "<a>", 4 * MIB, "");
	expect_probe(-1, "its GDAL metadata (tag 42112) is nested deeper");
	write_with_metadata(scale, "0123456789abcdef", 17 * MIB, "</GDALMetadata>");
	expect_probe(-1, "larger than such metadata are");
	assert_true(resident_most() - before < 8 * 1024); /* KiB */
	/* what is not well-formed counts as none, as in GDAL */
	write_with_metadata(scale, "x", 100, "</GDALMetadat>");
	file_open(&f);
	assert_false(f.info.bands[0].has_scale);
	file_close(&f);
}

/* --- directories --- */

/* Bytes that this process has asked the kernel for. */
static uint64_t bytes_read(void)
{
	FILE *io = fopen("/proc/self/io", "r");
	unsigned long long n = 0;

	if (!io)
		return 0;
	assert_int_equal(fscanf(io, "rchar: %llu", &n), 1);
	assert_int_equal(fclose(io), 0);
	return n;
}

/* A directory of 65,535 entries, an overview, that names itself as the next one. */
static void circle_of_directories(void **state)
{
	struct raw raw = raw_begin(false);
	uint64_t before;

	(void)state;
	raw_entry(&raw, TIFFTAG_SUBFILETYPE, TIFF_LONG, 1, FILETYPE_REDUCEDIMAGE);
	raw_image(&raw, 4, 2, 1, COMPRESSION_NONE, pixels, sizeof(pixels));
	raw_end(&raw, 65535, 1);
	before = bytes_read();
	expect_probe(PROBE_OK, "");
	assert_true(bytes_read() - before < 10 * 65535 * 12);
}

/* --- stored pictures --- */

/* A start of image, a frame header, a start of scan; what follows is not reached. */
static size_t make_jpeg(unsigned char *out, unsigned frame, unsigned x_size, unsigned y_size,
			unsigned in_scan)
{
	const unsigned char jpeg[] = {0xff,
				      0xd8, /* SOI */
				      0xff,
				      0xfe,
				      0,
				      6,
				      0xff,
				      0xc0,
				      0,
				      11, /* a comment with a frame's marker */
				      0xff,
				      0xff, /* fill bytes */
				      0xff,
				      (unsigned char)frame,
				      0,
				      17,
				      8, /* SOFn */
				      (unsigned char)(y_size >> 8),
				      (unsigned char)y_size,
				      (unsigned char)(x_size >> 8),
				      (unsigned char)x_size,
				      3,
				      1,
				      0x11,
				      0,
				      2,
				      0x11,
				      0,
				      3,
				      0x11,
				      0, /* components */
				      0xff,
				      0xda,
				      0,
				      8,
				      (unsigned char)in_scan,
				      1,
				      0,
				      0,
				      63,
				      0};

	memcpy(out, jpeg, sizeof(jpeg));
	return sizeof(jpeg);
}

static void write_jpeg(unsigned frame, unsigned x_size, unsigned y_size, unsigned in_scan)
{
	struct raw raw = raw_begin(false);
	unsigned char jpeg[100] = {0};
	size_t n = make_jpeg(jpeg, frame, x_size, y_size, in_scan);

	raw_image(&raw, 64, 32, 3, COMPRESSION_JPEG, jpeg, n);
	raw_end(&raw, raw.n, 0);
}

/*
 * 2,000 x 20,000 x 3 coefficients of 2 bytes are 228 MiB. Of the block's own size the stream is
 * passed on, and it is libjpeg that misses what belongs to it.
 */
static void scans_of_jpeg(void **state)
{
	static const unsigned char progressive[] = {0xc2, 0xc6, 0xca, 0xce};

	(void)state;
	if (!TIFFIsCODECConfigured(COMPRESSION_JPEG))
		skip();
	for (unsigned i = 0; i < 4; i++) {
		write_jpeg(progressive[i], 2000, 20000, 1);
		expect_refused(64, 32, "has several scans, so that 228 MiB of it must be held");
		write_jpeg(progressive[i], 64, 20000, 3);
		expect_refused(64, 32, "has several scans, so that 7 MiB of it must be held");
	}
	write_jpeg(0xc0, 2000, 20000, 1);
	expect_refused(64, 32, "has several scans");
	write_jpeg(0xc0, 64, 32, 1);
	expect_refused(64, 32, "the file is damaged");
	write_jpeg(0xc2, 64, 32, 1);
	expect_refused(64, 32, "the file is damaged");
}

static void write_picture(unsigned compression, unsigned wrapping, const void *picture, size_t n)
{
	struct raw raw = raw_begin(true);

	raw_image(&raw, 64, 32, compression == COMPRESSION_LERC ? 1 : 3, compression, picture, n);
	if (compression == COMPRESSION_LERC)
		raw_entry(&raw, TIFFTAG_LERC_PARAMETERS, TIFF_LONG, 2,
			  4 | (uint64_t)wrapping << 32);
	raw_end(&raw, raw.n, 0);
}

static void size_of_webp(void **state)
{
	unsigned char extended[40] = "RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0";
	unsigned char lossless[40] = "RIFF\x20\0\0\0WEBPVP8L\x14\0\0\0\x2f";
	unsigned char lossy[40] = "RIFF\x20\0\0\0WEBPVP8 \x14\0\0\0\0\0\0\x9d\x01\x2a";

	(void)state;
	if (!TIFFIsCODECConfigured(COMPRESSION_WEBP))
		skip();
	number(extended + 24, 16000 - 1, 3);
	number(extended + 27, 12000 - 1, 3);
	write_picture(COMPRESSION_WEBP, 0, extended, sizeof(extended));
	expect_refused(64, 32, "its stream is of 16000 x 12000 pixels, the block has 64 x 32");
	number(lossless + 21, (16000 - 1) | (12000 - 1) << 14, 4);
	write_picture(COMPRESSION_WEBP, 0, lossless, sizeof(lossless));
	expect_refused(64, 32, "its stream is of 16000 x 12000 pixels, the block has 64 x 32");
	number(lossy + 26, 16000, 2);
	number(lossy + 28, 12000, 2);
	write_picture(COMPRESSION_WEBP, 0, lossy, sizeof(lossy));
	expect_refused(64, 32, "its stream is of 16000 x 12000 pixels, the block has 64 x 32");
	write_picture(COMPRESSION_WEBP, 0, lossy + 20, 9); /* too short to have a size */
	expect_refused(64, 32, "the file is damaged");
}

static void expect_webp(const void *stream, size_t n)
{
	write_picture(COMPRESSION_WEBP, 0, stream, n);
	expect_refused(64, 32, "its stream is of 16129 x 12000 pixels, the block has 64 x 32");
}

/*
 * libwebp also takes what lacks a container or heads of chunks, and allocates by its size: 64 MiB
 * for a stream of 29 bytes.
 */
static void webp_without_container(void **state)
{
	static const char parts[3][13] = {"ALPH\x03\0\0\0\0\0\0\0", "VP8L\x14\0\0\0",
					  "RIFF\x20\0\0\0WEBP"};
	unsigned char frame[20] = {0x2f}, stream[60] = {0};

	(void)state;
	if (!TIFFIsCODECConfigured(COMPRESSION_WEBP))
		skip();
	number(frame + 1, (16129 - 1) | (12000 - 1) << 14, 4);
	expect_webp(frame, sizeof(frame));
	expect_webp(frame, 5);

	memcpy(stream, parts[1], 8);
	memcpy(stream + 8, frame, sizeof(frame));
	expect_webp(stream, 8 + sizeof(frame));

	memcpy(stream, parts[0], 12);
	memcpy(stream + 12, parts[1], 8);
	memcpy(stream + 20, frame, sizeof(frame));
	expect_webp(stream, 20 + sizeof(frame));

	memcpy(stream, parts[2], 12);
	memcpy(stream + 12, frame, sizeof(frame));
	expect_webp(stream, 12 + sizeof(frame));

	memcpy(stream + 12, parts[1], 8);
	memcpy(stream + 20, frame, sizeof(frame));
	expect_webp(stream, 29);
}

/* The same blob in each of its wrappings. */
static void expect_lerc(const unsigned char *blob, size_t n, const char *words)
{
	unsigned char packed[200];
	uLongf deflated = sizeof(packed);
	size_t zstd;

	write_picture(COMPRESSION_LERC, LERC_ADD_COMPRESSION_NONE, blob, n);
	expect_refused(64, 32, words);
	assert_int_equal(compress(packed, &deflated, blob, n), Z_OK);
	write_picture(COMPRESSION_LERC, LERC_ADD_COMPRESSION_DEFLATE, packed, deflated);
	expect_refused(64, 32, words);
	zstd = ZSTD_compress(packed, sizeof(packed), blob, n, 1);
	assert_false(ZSTD_isError(zstd));
	write_picture(COMPRESSION_LERC, LERC_ADD_COMPRESSION_ZSTD, packed, zstd);
	expect_refused(64, 32, words);
}

/* What its decoder believes: version 1 takes 8 bytes a pixel, of up to 20,000 x 20,000. */
static void size_of_lerc(void **state)
{
	unsigned char first[80] = "CntZImage \x0b\0\0\0\x08\0\0\0";
	unsigned char second[80] = "Lerc2 ";

	(void)state;
	if (!TIFFIsCODECConfigured(COMPRESSION_LERC))
		skip();
	number(first + 18, 19000, 4);
	number(first + 22, 19000, 4);
	expect_lerc(first, sizeof(first), "holds LERC of version 1");
	for (unsigned version = 2; version <= 6; version++) {
		size_t at = version < 3 ? 10 : 14;

		number(second + 6, version, 4);
		number(second + at, 30000, 4);     /* rows */
		number(second + at + 4, 40000, 4); /* columns */
		expect_lerc(second, sizeof(second), "its stream is of 40000 x 30000 pixels");
	}
}

/* --- places of blocks --- */

/*
 * libtiff tells once, perhaps while it opens the file, and then has zeros, which are those of a
 * block that was never written: no pixel of it may come out so.
 */
static void expect_lost(unsigned type, unsigned n)
{
	struct raw raw = raw_begin(false);

	raw_image(&raw, 4, 2, 1, COMPRESSION_LZW, pixels, sizeof(pixels));
	for (unsigned i = 5; i <= 8; i += 3) { /* offsets and counts */
		number(raw.entry[i] + 2, type, 2);
		number(raw.entry[i] + 4, n, 4);
	}
	raw_end(&raw, raw.n, 0);
	expect_refused(4, 2, "its place in the file cannot be read");
}

static void places_that_cannot_be_read(void **state)
{
	(void)state;
	expect_lost(TIFF_IFD, 1);
	expect_lost(TIFF_IFD, 4);
	expect_lost(TIFF_IFD, 12);
	expect_lost(TIFF_SLONG, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unused_tags_cost_nothing),
		cmocka_unit_test(claims_of_used_tags),
		cmocka_unit_test(metadata_are_bounded),
		cmocka_unit_test(circle_of_directories),
		cmocka_unit_test(scans_of_jpeg),
		cmocka_unit_test(size_of_webp),
		cmocka_unit_test(webp_without_container),
		cmocka_unit_test(size_of_lerc),
		cmocka_unit_test(places_that_cannot_be_read),
	};

	return cmocka_run_group_tests_name("tiff_hostile", tests, set_up, tear_down);
}
