/*
 * Files of maps byte by byte: the front of a Cloud Optimized GeoTIFF, order of directories, arrays
 * and tiles, classic and BigTIFF, what the metadata say.

 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output/tile_record.h"
#include "output/tiff_file.h"

static const struct map_def ndvi = {
	.kind = MAP_VALUE, .name = "ndvi", .type = MAP_INT16, .scale = 0.0001, .nodata = -32768};
static const struct map_format cog = {.container = CONTAINER_COG,
				      .codec = MAP_NONE,
				      .predictor = 1,
				      .tile = 128,
				      .overviews = true};

static struct tiff_facts facts_of(const struct map_def *map, const struct map_format *format,
				  uint32_t x_size, uint32_t y_size)
{
	struct tiff_facts facts = {.map = map, .format = format, .description = "NDVI"};

	pyramid_make(&facts.pyramid, x_size, y_size, format->tile, format->overviews);
	return facts;
}

/* A file of which every stored tile has so many bytes. */
static struct tiff_file *file_of(const struct tiff_facts *facts, uint32_t tile_bytes)
{
	uint64_t n = pyramid_first(&facts->pyramid, facts->pyramid.n_levels);
	uint32_t *bytes = calloc(n, sizeof(*bytes));
	struct error err = {0};
	struct tiff_file *file;

	assert_non_null(bytes);
	for (uint64_t i = 0; i < n; i++)
		bytes[i] = tile_bytes;
	file = tiff_file_make(facts, bytes, &err);
	free(bytes);
	assert_non_null(file);
	return file;
}

static uint64_t number(const unsigned char *at, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = n; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

/* --- reading a header back, by TIFF 6.0 and nothing of the program --- */

struct ifd {
	const unsigned char *at; /* of the header */
	bool big;
	uint64_t place, next, n;
};

static struct ifd ifd_at(const unsigned char *header, bool big, uint64_t place)
{
	struct ifd ifd = {header, big, place, 0, 0};

	ifd.n = number(header + place, big ? 8 : 2);
	ifd.next = number(header + place + (big ? 8 : 2) + ifd.n * (big ? 20 : 12), big ? 8 : 4);
	return ifd;
}

static const unsigned char *entry_of(const struct ifd *ifd, uint16_t tag)
{
	for (uint64_t i = 0; i < ifd->n; i++) {
		const unsigned char *entry =
			ifd->at + ifd->place + (ifd->big ? 8 : 2) + i * (ifd->big ? 20 : 12);

		if (number(entry, 2) == tag)
			return entry;
	}
	return NULL;
}

static const unsigned char *values_of(const struct ifd *ifd, uint16_t tag, uint64_t *count)
{
	static const unsigned size[] = {[2] = 1, [3] = 2, [4] = 4, [12] = 8, [16] = 8};
	const unsigned char *entry = entry_of(ifd, tag);
	unsigned word = ifd->big ? 8 : 4;

	assert_non_null(entry);
	*count = number(entry + 4, word);
	if (*count * size[number(entry + 2, 2)] <= word)
		return entry + 4 + word;
	return ifd->at + number(entry + 4 + word, word);
}

static uint64_t first_of(const struct ifd *ifd, uint16_t tag)
{
	static const unsigned size[] = {[2] = 1, [3] = 2, [4] = 4, [12] = 8, [16] = 8};
	uint64_t count;
	const unsigned char *values = values_of(ifd, tag, &count);

	return number(values, size[number(entry_of(ifd, tag) + 2, 2)]);
}

static const char ghost[] = "GDAL_STRUCTURAL_METADATA_SIZE=000140 bytes\n"
			    "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\n"
			    "BLOCK_LEADER=SIZE_AS_UINT4\nBLOCK_TRAILER=LAST_4_BYTES_REPEATED\n"
			    "KNOWN_INCOMPATIBLE_EDITION=NO\n ";

static void front(void **state)
{
	struct map_format format = cog;
	size_t n;

	(void)state;
	assert_int_equal(sizeof(ghost) - 1, 43 + 140);
	for (int big = 0; big < 2; big++) {
		struct tiff_facts facts = facts_of(&ndvi, &format, 300, 200);
		struct tiff_file *file;
		const unsigned char *header;

		format.bigtiff = big ? BIGTIFF_YES : BIGTIFF_IF_NEEDED;
		file = file_of(&facts, 100);
		header = tiff_file_header(file, &n);
		assert_memory_equal(header, big ? "II+\0\10\0\0\0" : "II*\0", big ? 8 : 4);
		assert_int_equal(number(header + (big ? 8 : 4), big ? 8 : 4), big ? 200 : 192);
		assert_memory_equal(header + (big ? 16 : 8), ghost, sizeof(ghost) - 1);
		tiff_file_free(file);
		format.container = CONTAINER_GTIFF;
		file = file_of(&facts, 100);
		header = tiff_file_header(file, &n);
		assert_int_equal(number(header + (big ? 8 : 4), big ? 8 : 4), big ? 16 : 8);
		assert_null(memmem(header, n, "GDAL_STRUCTURAL", 15));
		tiff_file_free(file);
		format.container = CONTAINER_COG;
	}
}

/* Entries ascend, and no directory's values lie behind an array of tiles. */
static void check_directory(const struct ifd *ifd, unsigned level, const struct pyramid *pyramid)
{
	uint64_t count;

	for (uint64_t i = 1; i < ifd->n; i++) {
		const unsigned char *entry =
			ifd->at + ifd->place + (ifd->big ? 8 : 2) + i * (ifd->big ? 20 : 12);

		assert_true(number(entry, 2) > number(entry - (ifd->big ? 20 : 12), 2));
	}
	assert_int_equal(first_of(ifd, 256), pyramid_x_size(pyramid, level));
	assert_int_equal(first_of(ifd, 257), pyramid_y_size(pyramid, level));
	assert_int_equal(first_of(ifd, 322), 128);
	if (level)
		assert_int_equal(first_of(ifd, 254), 1);
	else
		assert_null(entry_of(ifd, 254));
	assert_int_equal(entry_of(ifd, 42112) != NULL, level == 0);
	(void)values_of(ifd, 324, &count);
	assert_int_equal(count,
			 (uint64_t)pyramid_across(pyramid, level) * pyramid_down(pyramid, level));
	assert_string_equal((const char *)values_of(ifd, 42113, &count), "-32768");
	assert_int_equal(count, 7);
}

static void order(void **state)
{
	struct map_format format = cog;
	struct tiff_facts facts = facts_of(&ndvi, &format, 1000, 700);
	struct error err = {0};
	uint32_t bytes[128] = {0};
	uint64_t n_tiles = pyramid_first(&facts.pyramid, facts.pyramid.n_levels);

	(void)state;
	assert_int_equal(facts.pyramid.n_levels, 4);
	for (uint32_t i = 0; i < n_tiles; i++)
		bytes[i] = 50 + i;
	for (int big = 0; big < 2; big++) {
		struct tiff_file *file;
		const unsigned char *header;
		uint64_t next, expected;
		size_t n;

		format.bigtiff = big ? BIGTIFF_YES : BIGTIFF_NO;
		file = tiff_file_make(&facts, bytes, &err);
		assert_non_null(file);
		header = tiff_file_header(file, &n);
		next = big ? 200 : 192;
		for (unsigned level = 0; level < 4; level++) {
			struct ifd ifd = ifd_at(header, big, next);

			check_directory(&ifd, level, &facts.pyramid);
			assert_int_equal(ifd.next == 0, level == 3);
			assert_true(ifd.next == 0 || ifd.next > next);
			next = ifd.next;
		}
		/* Tiles: smallest overview first, row by row, 8 bytes round each. */
		expected = n;
		for (unsigned level = 4; level-- > 0;)
			for (uint64_t t = pyramid_first(&facts.pyramid, level);
			     t < pyramid_first(&facts.pyramid, level + 1); t++) {
				assert_int_equal(tiff_file_offset(file, t), expected);
				expected += bytes[t] + 8;
			}
		assert_int_equal(tiff_file_bytes(file), expected);
		assert_true(n <= tiff_file_memory(&facts.pyramid));
		tiff_file_free(file);
	}
}

/* Arrays hold places of tiles, not of their lengths; what is not stored has 0 and 0. */
static void sparse(void **state)
{
	struct tiff_facts facts = facts_of(&ndvi, &cog, 300, 100);
	uint32_t all[6] = {10, 0, 30, 40, 0, 60};
	struct error err = {0};
	struct tiff_file *file;
	const unsigned char *header, *offsets, *counts;
	struct ifd ifd;
	uint64_t count;
	size_t n;

	(void)state;
	assert_int_equal(pyramid_first(&facts.pyramid, facts.pyramid.n_levels), 6);
	file = tiff_file_make(&facts, all, &err);
	assert_non_null(file);
	header = tiff_file_header(file, &n);
	ifd = ifd_at(header, false, 192);
	offsets = values_of(&ifd, 324, &count);
	counts = values_of(&ifd, 325, &count);
	assert_int_equal(count, 3);
	assert_int_equal(number(offsets, 4), tiff_file_offset(file, 0) + 4);
	assert_int_equal(number(offsets + 4, 4), 0);
	assert_int_equal(number(counts, 4), 10);
	assert_int_equal(number(counts + 4, 4), 0);
	assert_int_equal(tiff_file_offset(file, 1), 0);
	assert_int_equal(tiff_file_offset(file, 5), n);
	assert_int_equal(tiff_file_offset(file, 3), n + 68);
	assert_int_equal(tiff_file_offset(file, 0), n + 68 + 48);
	assert_int_equal(tiff_file_bytes(file), n + 68 + 48 + 18 + 38);
	tiff_file_free(file);
}

/* Classic up to 2^32 - 2 bytes; refused or BigTIFF beyond; safer from 2^31 on. */
static void sizes(void **state)
{
	static const struct {
		enum bigtiff bigtiff;
		uint64_t bytes; /* of the whole, as classic */
		int version;    /* 0: refused */
	} row[] = {
		{BIGTIFF_IF_NEEDED, 4294967294, 42},
		{BIGTIFF_IF_NEEDED, 4294967295, 43},
		{BIGTIFF_NO, 4294967294, 42},
		{BIGTIFF_NO, 4294967295, 0},
		{BIGTIFF_IF_SAFER, 2147483647, 42},
		{BIGTIFF_IF_SAFER, 2147483648, 43},
		{BIGTIFF_YES, 5000, 43},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct map_format format = cog;
		struct tiff_facts facts = facts_of(&ndvi, &format, 256, 128);
		uint32_t bytes[3] = {100, 100, 100};
		struct error err = {0};
		struct tiff_file *file = file_of(&facts, 100);
		uint64_t front_bytes = tiff_file_bytes(file) - 3 * 108, left;
		size_t n;

		tiff_file_free(file);
		left = row[i].bytes - front_bytes - 24;
		bytes[0] = (uint32_t)(left / 3);
		bytes[1] = (uint32_t)(left / 3);
		bytes[2] = (uint32_t)(left - 2 * (left / 3));
		format.bigtiff = row[i].bigtiff;
		file = tiff_file_make(&facts, bytes, &err);
		assert_int_equal(file == NULL, row[i].version == 0);
		if (!file) {
			assert_int_equal(err.code, EX_CANTCREAT);
			assert_non_null(strstr(err.text, "4294967295 bytes"));
			assert_non_null(strstr(err.text, "BIGTIFF=NO"));
			continue;
		}
		assert_int_equal(((const unsigned char *)tiff_file_header(file, &n))[2],
				 row[i].version);
		if (row[i].version == 42)
			assert_int_equal(tiff_file_bytes(file), row[i].bytes);
		tiff_file_free(file);
	}
}

static const char *metadata_of(const struct tiff_file *file)
{
	size_t n;
	const unsigned char *header = tiff_file_header(file, &n);
	struct ifd ifd = ifd_at(header, false, 192);
	uint64_t count;
	const char *text = (const char *)values_of(&ifd, 42112, &count);

	assert_int_equal(count, strlen(text) + 1);
	return text;
}

static void metadata(void **state)
{
	static const char *const item[] = {"INDEX", "ndvi",  "FORMULA",     "a<b & \"c\"", "MASK",
					   "",      "BANDS", "bad\x01\xff", NULL};
	struct map_def map = ndvi;
	struct tiff_facts facts = facts_of(&map, &cog, 300, 200);
	struct tiff_file *file;

	(void)state;
	facts.item = item;
	facts.n_pixels = 60000;
	facts.n_valid = 59999;
	facts.least = -5000;
	facts.most = 10000;
	facts.mean = 0.1;
	facts.stddev = 1.0 / 3;
	(void)strcpy(map.unit, "1");
	file = file_of(&facts, 100);
	assert_string_equal(
		metadata_of(file),
		"<GDALMetadata>\n"
		"  <Item name=\"INDEX\">ndvi</Item>\n"
		"  <Item name=\"FORMULA\">a&amp;lt;b &amp;amp; &amp;quot;c&amp;quot;</Item>\n"
		"  <Item name=\"BANDS\">bad\\x01\\xFF</Item>\n"
		"  <Item name=\"STATISTICS_MAXIMUM\" sample=\"0\">10000</Item>\n"
		"  <Item name=\"STATISTICS_MEAN\" sample=\"0\">0.1</Item>\n"
		"  <Item name=\"STATISTICS_MINIMUM\" sample=\"0\">-5000</Item>\n"
		"  <Item name=\"STATISTICS_STDDEV\" sample=\"0\">0.3333333333333333</Item>\n"
		"  <Item name=\"STATISTICS_VALID_PERCENT\" sample=\"0\">99.999</Item>\n"
		"  <Item name=\"OFFSET\" sample=\"0\" role=\"offset\">0</Item>\n"
		"  <Item name=\"SCALE\" sample=\"0\" role=\"scale\">0.0001</Item>\n"
		"  <Item name=\"UNITTYPE\" sample=\"0\" role=\"unittype\">1</Item>\n"
		"  <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">NDVI</Item>\n"
		"</GDALMetadata>\n");
	tiff_file_free(file);
	facts.n_valid = 0;
	file = file_of(&facts, 100);
	assert_null(strstr(metadata_of(file), "STATISTICS_M"));
	assert_non_null(strstr(metadata_of(file), "VALID_PERCENT\" sample=\"0\">0<"));
	tiff_file_free(file);
}

/* More text than there is room for: the item is left out, the document stays whole. */
static void metadata_bounds(void **state)
{
	char *formula = malloc(200000);
	const char *item[] = {"FORMULA", formula, "INDEX", "ndvi", NULL};
	struct tiff_facts facts = facts_of(&ndvi, &cog, 300, 200);
	struct tiff_file *file;
	const char *text;

	(void)state;
	assert_non_null(formula);
	memset(formula, '&', 199999);
	formula[199999] = '\0';
	facts.item = item;
	file = file_of(&facts, 100);
	text = metadata_of(file);
	assert_null(strstr(text, "FORMULA"));
	assert_non_null(strstr(text, "<Item name=\"INDEX\">ndvi</Item>"));
	assert_non_null(strstr(text, "</GDALMetadata>\n"));
	tiff_file_free(file);
	free(formula);
}

/* 100000 x 100000: in one go, and as large as said. */
static void huge(void **state)
{
	struct map_format format = cog;
	struct tiff_facts facts;
	struct tiff_file *file;
	size_t n;

	(void)state;
	format.tile = 512;
	facts = facts_of(&ndvi, &format, 100000, 100000);
	file = file_of(&facts, 400000);
	assert_true(tiff_file_bytes(file) > UINT64_C(20000000000));
	(void)tiff_file_header(file, &n);
	assert_true(n > 600000 && n <= tiff_file_memory(&facts.pyramid));
	assert_true(tiff_file_memory(&facts.pyramid) < 2 << 20);
	assert_int_equal(tiff_file_offset(file, 0),
			 tiff_file_bytes(file) - UINT64_C(196) * 196 * 400008);
	tiff_file_free(file);
}

static void record(void **state)
{
	unsigned char leader[4], trailer[4];

	(void)state;
	tile_record_ends("abcdefgh", 8, leader, trailer);
	assert_memory_equal(leader, "\10\0\0\0", 4);
	assert_memory_equal(trailer, "efgh", 4);
	tile_record_ends("ab", 2, leader, trailer);
	assert_memory_equal(trailer, "ab\0\0", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(front),    cmocka_unit_test(order),
		cmocka_unit_test(sparse),   cmocka_unit_test(sizes),
		cmocka_unit_test(metadata), cmocka_unit_test(metadata_bounds),
		cmocka_unit_test(huge),     cmocka_unit_test(record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
