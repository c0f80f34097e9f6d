/*
 * Tags that say where a scene lies: what another process says of them is checked, places become
 * tags by the rules of GeoTIFF. `--tags tiff|gdal PATH` prints those of a file for
 * tests/oracle/geo_tags.py, one a line: tag, type, count, values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/geo_tags.h"
#include "reader/reader.h"

static struct geo_tags sound(void)
{
	static struct geo_tags geo;

	(void)memset(&geo, 0, sizeof(geo));
	geo_tags_place(&geo, (const double[6]){500000, 10, 0, 5000000, 0, -10}, false);
	geo_tags_crs(&geo, 32633, true, false);
	return geo;
}

static void sound_or_not(void **state)
{
	struct geo_tags geo = sound(), bad;
	size_t bytes = geo_tags_bytes(&geo);

	(void)state;
	assert_int_equal(geo.n, 3);
	assert_int_equal(bytes, offsetof(struct geo_tags, bytes) + 3 * 8 + 6 * 8 + 16 * 2);
	assert_true(geo_tags_sound(&geo, bytes));
	assert_true(geo_tags_sound(&geo, sizeof(geo)));
	assert_false(geo_tags_sound(&geo, bytes - 1));
	assert_false(geo_tags_sound(&geo, offsetof(struct geo_tags, bytes) - 1));
	assert_false(geo_tags_sound(&geo, 0));
	bad = geo;
	bad.n = GEO_TAGS_MOST + 1;
	assert_false(geo_tags_sound(&bad, sizeof(bad)));
	bad = geo;
	bad.n_bytes = GEO_TAGS_BYTES + 1;
	assert_false(geo_tags_sound(&bad, SIZE_MAX));
	bad = geo;
	bad.tag[1].offset = bad.n_bytes - 47;
	assert_false(geo_tags_sound(&bad, bytes));
	bad.tag[1].offset = UINT32_MAX;
	assert_false(geo_tags_sound(&bad, bytes));
	bad = geo;
	bad.tag[1].count = UINT32_MAX;
	assert_false(geo_tags_sound(&bad, bytes));
	bad.tag[1].count = 0;
	assert_false(geo_tags_sound(&bad, bytes));
	bad = geo;
	bad.tag[1].type = 3;
	assert_false(geo_tags_sound(&bad, bytes));
	bad = geo;
	bad.tag[1].tag = 256;
	assert_false(geo_tags_sound(&bad, bytes));
	bad = geo;
	bad.tag[1].tag = bad.tag[0].tag; /* twice */
	assert_false(geo_tags_sound(&bad, bytes));
	geo.n = 0;
	geo.n_bytes = 0;
	assert_true(geo_tags_sound(&geo, geo_tags_bytes(&geo)));
}

static double number(const struct geo_tags *geo, unsigned tag, unsigned i)
{
	double value;

	assert_true(i < geo->tag[tag].count);
	memcpy(&value, geo->bytes + geo->tag[tag].offset + i * sizeof(value), sizeof(value));
	return value;
}

/* North up: scale and tiepoint. All else: the matrix. Of points: the centre of the pixel. */
static void places(void **state)
{
	static const double north[6] = {100, 2, 0, 50, 0, -3}, south[6] = {100, 2, 0, 50, 0, 3},
			    turned[6] = {100, 2, 1, 50, 4, -3};
	struct geo_tags geo = {0};

	(void)state;
	geo_tags_place(&geo, north, true);
	assert_int_equal(geo.n, 2);
	assert_int_equal(geo.tag[0].tag, GEO_PIXEL_SCALE);
	assert_int_equal(geo.tag[1].tag, GEO_TIEPOINT);
	assert_true(number(&geo, 0, 0) == 2 && number(&geo, 0, 1) == 3);
	assert_true(number(&geo, 1, 3) == 101 && number(&geo, 1, 4) == 48.5);
	for (int i = 0; i < 2; i++) {
		const double *g = i ? turned : south;

		geo.n = geo.n_bytes = 0;
		geo_tags_place(&geo, g, false);
		assert_int_equal(geo.n, 1);
		assert_int_equal(geo.tag[0].tag, GEO_TRANSFORMATION);
		assert_int_equal(geo.tag[0].count, 16);
		assert_true(number(&geo, 0, 0) == g[1] && number(&geo, 0, 1) == g[2] &&
			    number(&geo, 0, 3) == g[0] && number(&geo, 0, 4) == g[4] &&
			    number(&geo, 0, 5) == g[5] && number(&geo, 0, 7) == g[3] &&
			    number(&geo, 0, 15) == 1);
	}
	geo.n = geo.n_bytes = 0;
	geo_tags_place(&geo, turned, true);
	assert_true(number(&geo, 0, 3) == 101.5 && number(&geo, 0, 7) == 50.5);
}

static void codes(void **state)
{
	(void)state;
	assert_int_equal(geo_epsg("EPSG:32633"), 32633);
	assert_int_equal(geo_epsg("EPSG:"), 0);
	assert_int_equal(geo_epsg("EPSG:4326x"), 0);
	assert_int_equal(geo_epsg("ESRI:54009"), 0);
	assert_int_equal(geo_epsg("EPSG:99999999999999999999"), 0);
	assert_int_equal(geo_epsg("EPSG:100000"), 0);
	assert_int_equal(geo_epsg(""), 0);
}

/* Ascending, each once, and no more than there is room for. */
static void room(void **state)
{
	static struct geo_tags geo;

	(void)state;
	assert_null(geo_tags_add(&geo, 256, 1));
	assert_null(geo_tags_add(&geo, GEO_TIEPOINT, 0));
	assert_null(geo_tags_add(&geo, GEO_TIEPOINT, GEO_TAGS_BYTES / 8 + 1));
	assert_null(geo_tags_add(&geo, GEO_TIEPOINT, UINT32_MAX));
	assert_non_null(geo_tags_add(&geo, GEO_TIEPOINT, GEO_TAGS_BYTES / 8));
	assert_null(geo_tags_add(&geo, GEO_ASCII, 1));
	assert_true(geo_tags_sound(&geo, sizeof(geo)));
	geo.n = geo.n_bytes = 0;
	assert_non_null(geo_tags_add(&geo, GEO_TIEPOINT, 6));
	assert_null(geo_tags_add(&geo, GEO_TIEPOINT, 6));
	assert_null(geo_tags_add(&geo, GEO_PIXEL_SCALE, 3));
}

static void print_value(const struct geo_tags *geo, const struct geo_tag *tag, uint32_t i)
{
	const unsigned char *at = geo->bytes + tag->offset + i * geo_type_bytes(tag->type);
	uint16_t u16;
	double f64;

	memcpy(&u16, at, tag->type == 3 ? 2 : 0);
	memcpy(&f64, at, tag->type == 12 ? 8 : 0);
	if (tag->type == 2)
		(void)printf(" %u", *at);
	else if (tag->type == 3)
		(void)printf(" %u", u16);
	else
		(void)printf(" %a", f64);
}

static int print_tags(const char *choice, const char *path)
{
	static struct geo_tags geo;
	const struct reader *reader;
	struct raster_info info = {0};
	struct error err = {0};

	if (reader_probe(path, strcmp(choice, "gdal") == 0 ? READER_GDAL : READER_TIFF, REACH_ANY,
			 &info, &reader, &err) ||
	    reader->geo_tags(path, &info, &geo, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	if (!geo_tags_sound(&geo, geo_tags_bytes(&geo)))
		return 2;
	for (uint32_t i = 0; i < geo.n; i++) {
		(void)printf("%u %u %u", geo.tag[i].tag, geo.tag[i].type, geo.tag[i].count);
		for (uint32_t j = 0; j < geo.tag[i].count; j++)
			print_value(&geo, &geo.tag[i], j);
		(void)printf("\n");
	}
	raster_info_release(&info);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_or_not),
		cmocka_unit_test(places),
		cmocka_unit_test(codes),
		cmocka_unit_test(room),
	};

	if (argc == 4 && strcmp(argv[1], "--tags") == 0)
		return print_tags(argv[2], argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
