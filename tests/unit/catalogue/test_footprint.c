/*
 * Outlines of grids on the Earth, and the blobs that GeoPackage has of them. `--outlines` reads
 * grids from standard input and prints their outlines, for tests/oracle/catalogue_store.py: lines
 * "CRS PROJECTED UNIT X_SIZE Y_SIZE G0 G1 G2 G3 G4 G5" become "PARTS N X Y X Y ... N X Y ...".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/footprint.h"
#include "catalogue/geopackage.h"

static bool outline(struct footprint *footprint, const char *crs, bool projected, uint32_t x_size,
		    uint32_t y_size, const double g[6])
{
	static struct scene scene;

	memset(&scene, 0, sizeof(scene));
	scene.x_size = x_size;
	scene.y_size = y_size;
	scene.has_band[0] = true;
	scene.band[0].ratio = 1;
	snprintf(scene.files[0].info.crs, sizeof(scene.files[0].info.crs), "%s", crs);
	scene.files[0].info.projected = projected;
	scene.files[0].info.unit_metres = projected ? 1 : 0;
	scene.files[0].info.has_geotransform = true;
	memcpy(scene.files[0].info.geotransform, g, 6 * sizeof(*g));
	return footprint_of(&scene, footprint);
}

static void is_ring(const struct footprint *footprint, unsigned p, unsigned n, const double *xy)
{
	assert_in_range(p, 0, footprint->n_parts - 1);
	assert_int_equal(footprint->part[p].n, n);
	for (unsigned i = 0; i < n; i++) {
		assert_true(fabs(footprint->part[p].point[i].x - xy[2 * i]) < 1e-9);
		assert_true(fabs(footprint->part[p].point[i].y - xy[2 * i + 1]) < 1e-9);
	}
}

static void degrees(void **state)
{
	static const double north_up[6] = {10, 0.5, 0, 50, 0, -0.25};
	static const double south_up[6] = {10, 0.5, 0, 49, 0, 0.25};
	static const double ring[] = {10, 50, 10, 49, 11, 49, 11, 50, 10, 50};
	static const double turned[] = {11, 49, 11, 50, 10, 50, 10, 49, 11, 49};
	struct footprint f;

	(void)state;
	assert_true(outline(&f, "EPSG:4326", false, 2, 4, north_up));
	assert_int_equal(f.n_parts, 1);
	is_ring(&f, 0, 5, ring);
	assert_true(outline(&f, "EPSG:4326", false, 2, 4, south_up));
	assert_int_equal(f.n_parts, 1); /* counter-clockwise, too */
	is_ring(&f, 0, 5, turned);
	assert_true(outline(&f, "EPSG:4258", false, 2, 4, north_up));
	is_ring(&f, 0, 5, ring);
}

/* 170 to 190: up to the antimeridian, and from it on. */
static void antimeridian(void **state)
{
	static const double g[6] = {170, 1, 0, 10, 0, -1}, behind[6] = {-190, 1, 0, 10, 0, -1};
	static const double west[] = {170, 10, 170, 0, 180, 0, 180, 10, 170, 10};
	static const double east[] = {-180, 0, -170, 0, -170, 10, -180, 10, -180, 0};
	static const double touches[6] = {160, 1, 0, 10, 0, -1};
	struct footprint f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true(outline(&f, "EPSG:4326", false, 20, 10, i ? behind : g));
		assert_int_equal(f.n_parts, 2);
		is_ring(&f, 0, 5, west);
		is_ring(&f, 1, 5, east);
	}
	assert_true(outline(&f, "EPSG:4326", false, 20, 10, touches));
	assert_int_equal(f.n_parts, 1);
}

static void round_the_earth(void **state)
{
	static const double grids[][6] = {{-180, 1, 0, 90, 0, -1},
					  {0, 1, 0, 90, 0, -1},
					  {-180.5, 1, 0, 90.5, 0, -1},
					  {-180, 361.0 / 360, 0, 90, 0, -1}};
	static const double whole[] = {-180, -90, 180, -90, 180, 90, -180, 90, -180, -90};
	static const double wider[6] = {-180, 1.1, 0, 90, 0, -1};
	struct footprint f;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_true(outline(&f, "EPSG:4326", false, 360, i == 2 ? 181 : 180, grids[i]));
		assert_int_equal(f.n_parts, 1);
		is_ring(&f, 0, 5, whole);
	}
	assert_false(outline(&f, "EPSG:4326", false, 360, 180, wider));
}

/* On the central meridian, either side of the equator; a quarter of it is 0.9996 of 10,001,965.729
 * m on WGS 84. */
static void central_meridian(void **state)
{
	struct footprint_point at, mirror;

	(void)state;
	assert_true(utm_inverse(31, false, 500000, 0, &at));
	assert_true(fabs(at.x - 3) < 1e-12 && fabs(at.y) < 1e-12);
	assert_true(utm_inverse(60, true, 500000, 1e7, &at));
	assert_true(fabs(at.x - 177) < 1e-12 && fabs(at.y) < 1e-12);
	assert_true(utm_inverse(1, false, 500000, 10001965.729 * 0.9996 - 0.01, &at));
	assert_true(fabs(at.y - 90) < 2e-7 && at.y < 90);
	assert_true(utm_inverse(33, false, 700000, 5e6, &at));
	assert_true(utm_inverse(33, false, 300000, 5e6, &mirror));
	assert_true(fabs(at.x + mirror.x - 30) < 1e-12 && fabs(at.y - mirror.y) < 1e-12);
	assert_true(utm_inverse(33, true, 300000, 5e6, &mirror));
	assert_true(mirror.y < 0);
	assert_false(utm_inverse(33, false, 5e6, 5e6, &at));
	assert_false(utm_inverse(33, false, 5e5, 2e7, &at));
	assert_false(utm_inverse(33, false, NAN, 5e6, &at));
	assert_false(utm_inverse(33, false, 5e5, INFINITY, &at));
}

/* Zones 1 and 60 beyond their edges, and a side that runs along the antimeridian. */
static void utm_antimeridian(void **state)
{
	struct footprint f;

	(void)state;
	for (int zone = 1; zone <= 60; zone += 59) {
		const double inside[6] = {500000, 10, 0, 5000000, 0, -10};
		const double across[6] = {zone == 1 ? 200000 : 700000, 10, 0, 5000000, 0, -10};
		char crs[16];

		snprintf(crs, sizeof(crs), "EPSG:%d", 32600 + zone);
		assert_true(outline(&f, crs, true, 10980, 10980, inside));
		assert_int_equal(f.n_parts, 1);
		assert_true(outline(&f, crs, true, 10980, 10980, across));
		assert_int_equal(f.n_parts, 2);
		for (unsigned p = 0; p < 2; p++)
			for (unsigned i = 0; i < f.part[p].n; i++)
				assert_true(fabs(f.part[p].point[i].x) <= 180 &&
					    fabs(f.part[p].point[i].x) > 176);
	}
}

static void not_known(void **state)
{
	static const double g[6] = {500000, 10, 0, 5000000, 0, -10};
	static const double bad[][6] = {{NAN, 10, 0, 0, 0, -10},
					{INFINITY, 10, 0, 0, 0, -10},
					{1e300, 10, 0, 0, 0, -10},
					{500000, 1e9, 0, 0, 0, -10},
					{500000, 0, 0, 0, 0, 0}};
	static const char *const unknown[] = {
		"",           "EPSG:3031",   "EPSG:32600",     "EPSG:32661",
		"EPSG:99999", "EPSG:4326",   "WGS 84",         "EPSG:32633+5773",
		"epsg:32633", "EPSG:-32633", "EPSG:4294999929"};
	struct footprint f;

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (outline(&f, unknown[i], true, 10, 10, g))
			fail_msg("%s", unknown[i]);
	assert_false(outline(&f, "EPSG:32633", false, 10, 10, g));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(outline(&f, "EPSG:32633", true, 10, 10, bad[i]));
		assert_int_equal(f.n_parts, 0);
	}
	for (size_t i = 0; i < 4; i++)
		assert_false(outline(&f, "EPSG:4326", false, 10, 10, bad[i]));
	assert_false(outline(&f, "EPSG:32633", true, 0, 10, g));
}

static void blobs(void **state)
{
	static const double g[6] = {170, 1, 0, 10, 0, -1};
	unsigned char blob[GPKG_GEOMETRY_MOST], copy[GPKG_GEOMETRY_MOST];
	struct footprint f;
	double extent[4];
	size_t bytes;

	(void)state;
	assert_true(outline(&f, "EPSG:4326", false, 20, 10, g));
	bytes = geometry_pack(blob, &f);
	assert_int_equal(bytes, 40 + 9 + 2 * (13 + 5 * 16));
	assert_memory_equal(blob, "GP\0\3\346\20\0\0", 8); /* 4326 is 0x10E6 */
	assert_true(geometry_extent(blob, bytes, extent));
	assert_true(extent[0] == -180 && extent[1] == 0 && extent[2] == 180 && extent[3] == 10);
	for (size_t i = 0; i < bytes; i++) {
		assert_false(geometry_extent(blob, i, extent));
		memcpy(copy, blob, bytes);
		copy[i] ^= 0x40;
		if (i < 49) /* heads; a coordinate may be another one */
			assert_false(geometry_extent(copy, bytes, extent));
		else
			(void)geometry_extent(copy, bytes, extent);
	}
	assert_false(geometry_extent(blob, bytes + 1, extent));
	f.n_parts = 0;
	assert_int_equal(geometry_pack(blob, &f), 0);
	assert_false(geometry_extent(NULL, 0, extent));
}

static void print(const struct footprint *f)
{
	printf("%u", f->n_parts);
	for (unsigned p = 0; p < f->n_parts; p++) {
		printf(" %u", f->part[p].n);
		for (unsigned i = 0; i < f->part[p].n; i++)
			printf(" %.17g %.17g", f->part[p].point[i].x, f->part[p].point[i].y);
	}
	putchar('\n');
}

static int print_outlines(void)
{
	static struct footprint f;
	char line[512], crs[64];

	while (fgets(line, sizeof(line), stdin)) {
		unsigned projected, x, y;
		double unit, g[6];

		if (sscanf(line, "%63s %u %lf %u %u %lf %lf %lf %lf %lf %lf", crs, &projected,
			   &unit, &x, &y, &g[0], &g[1], &g[2], &g[3], &g[4], &g[5]) != 11)
			return 2;
		(void)outline(&f, crs, projected, x, y, g);
		print(&f);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(degrees),
		cmocka_unit_test(antimeridian),
		cmocka_unit_test(round_the_earth),
		cmocka_unit_test(central_meridian),
		cmocka_unit_test(utm_antimeridian),
		cmocka_unit_test(not_known),
		cmocka_unit_test(blobs),
	};

	if (argc == 2 && strcmp(argv[1], "--outlines") == 0)
		return print_outlines();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
