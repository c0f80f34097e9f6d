/*
 * Grids: which bands lie on each other, and how large a pixel is.
 */
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "discover/grid.h"
#include "discover/ground.h"

static const char UTM[] = "EPSG:32633";
static const double PLACE[6] = {6e5, 3.28, 0, 2e5, 0, -3.28};

/* Red and NIR in two files of 8 x 8 pixels at one place. */
static void make(struct scene *scene, const char *red_crs, const char *nir_crs)
{
	static char paths[2][8] = {"r.tif", "n.tif"};
	const char *const crs[2] = {red_crs, nir_crs};

	memset(scene, 0, sizeof(*scene));
	for (unsigned i = 0; i < 2; i++) {
		struct raster_info *info = &scene->files[i].info;

		info->x_size = info->y_size = info->block_x_size = info->block_y_size = 8;
		memcpy(info->geotransform, PLACE, sizeof(PLACE));
		info->has_geotransform = info->projected = true;
		info->unit_metres = 1;
		snprintf(info->crs, sizeof(info->crs), "%s", crs[i]);
		scene->has_band[i] = true;
		strcpy(scene->band[i].name, i ? "nir" : "red");
		scene->band[i].path = scene->files[i].path = paths[i];
		scene->band[i].file = i;
	}
}

static int apply(struct scene *scene, struct error *err)
{
	static const struct options none;

	return grid_apply(scene, &none, err);
}

static void test_crs(void **state)
{
	struct scene scene;
	struct error err;

	(void)state;
	make(&scene, "EPSG:32633", "EPSG:32634");
	assert_int_equal(apply(&scene, &err), -1);
	assert_non_null(strstr(err.text, "EPSG:32634"));
	/* Names are many for one CRS; only codes tell. */
	make(&scene, "WGS 84 / UTM zone 33N", "WGS_1984_UTM_Zone_33N");
	assert_int_equal(apply(&scene, &err), 0);
	make(&scene, "EPSG:32633", "WGS_1984_UTM_Zone_33N");
	assert_int_equal(apply(&scene, &err), 0);
}

static void test_unplaced(void **state)
{
	struct scene scene;
	struct error err;

	(void)state;
	make(&scene, UTM, UTM);
	assert_int_equal(apply(&scene, &err), 0);
	assert_int_equal(scene.n_notes, 0);
	scene.files[1].info.has_geotransform = false;
	assert_int_equal(apply(&scene, &err), 0);
	assert_int_equal(scene.n_notes, 1);
	assert_non_null(strstr(scene.notes[0], "nir covers the same area as red"));
}

/* Coarser bands by a whole number across and down, at the same corners; the finest is the grid. */
static void test_ratios(void **state)
{
	struct scene scene;
	struct options coarse = {.grid = GRID_COARSE};
	struct error err;

	(void)state;
	make(&scene, UTM, UTM);
	scene.files[1].info.x_size = scene.files[1].info.y_size = 4;
	scene.files[1].info.geotransform[1] *= 2;
	scene.files[1].info.geotransform[5] *= 2;
	assert_int_equal(apply(&scene, &err), 0);
	assert_int_equal(scene.x_size, 8);
	assert_int_equal(scene.band[1].ratio, 2);
	assert_string_equal(scene.notes[0], "nir is 6.56 m: each pixel stands for 2 x 2");
	assert_int_equal(grid_apply(&scene, &coarse, &err), 0);
	assert_int_equal(scene.x_size, 4);
	assert_int_equal(scene.band[0].finer, 2);
	assert_int_equal(scene.band[1].ratio, 1);
	assert_string_equal(scene.notes[1], "red is 3.28 m: 2 x 2 pixels are averaged");
	/* Half a pixel off, as products of another origin are. */
	scene.files[1].info.geotransform[0] += 1.64;
	assert_int_equal(apply(&scene, &err), -1);
	assert_non_null(strstr(err.text, "do not cover the same area"));
	scene.files[1].info.geotransform[0] -= 1.64;
	scene.files[1].info.y_size = 2;
	assert_int_equal(apply(&scene, &err), -1);
	assert_non_null(strstr(err.text, "4 x 2 pixels"));
}

/* The last pixels of a coarser band may stick out of an odd number of finer ones, if all is placed.
 */
static void test_odd_sizes(void **state)
{
	struct scene scene;
	struct options coarse = {.grid = GRID_COARSE};
	struct error err;

	(void)state;
	make(&scene, UTM, UTM);
	scene.files[0].info.x_size = scene.files[0].info.y_size = 7;
	scene.files[1].info.x_size = scene.files[1].info.y_size = 4;
	scene.files[1].info.geotransform[1] *= 2;
	scene.files[1].info.geotransform[5] *= 2;
	assert_int_equal(apply(&scene, &err), 0);
	assert_int_equal(scene.band[1].ratio, 2);
	assert_int_equal(scene.band[1].finer, 0);
	assert_int_equal(scene.x_size, 7);
	/* There is no mean of half a pixel. */
	assert_int_equal(grid_apply(&scene, &coarse, &err), -1);
	/* 4 pixels over 7: the same extent, but no whole number of times. */
	scene.files[1].info.geotransform[1] *= 7.0 / 8;
	scene.files[1].info.geotransform[5] *= 7.0 / 8;
	assert_int_equal(apply(&scene, &err), -1);
	assert_non_null(strstr(err.text, "do not cover the same area"));
	/* Nobody says where they lie. */
	scene.files[1].info.has_geotransform = false;
	assert_int_equal(apply(&scene, &err), -1);
	assert_non_null(strstr(err.text, "4 x 4 pixels"));
}

/*
 * 1200/3937 computed, and as the text of a database has it: other last bits, the same area. By
 * GDAL, as the scene is in feet of California, where the grid is true to 0.04 %.
 */
static void test_unit(void **state)
{
	static const double feet[] = {1200.0 / 3937.0, 0.3048006096012192, 0.304800609601219};
	struct scene scene;
	struct error err;
	double first = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		make(&scene, "EPSG:2225", "EPSG:2225");
		scene.files[0].info.unit_metres = feet[i];
		for (unsigned file = 0; file < 2; file++) {
			scene.files[file].info.geotransform[0] = 6500000;
			scene.files[file].info.geotransform[3] = 2100000;
		}
		assert_int_equal(apply(&scene, &err), 0);
		assert_string_equal(scene.area_source, "grid of the CRS");
		if (i == 0)
			first = scene.pixel_area_m2;
		assert_memory_equal(&scene.pixel_area_m2, &first, sizeof(first));
	}
	assert_true(first > 0.99 && first < 1.0);
	make(&scene, UTM, UTM);
	scene.files[0].info.unit_metres = 0;
	assert_int_equal(apply(&scene, &err), 0);
	assert_true(scene.pixel_area_m2 == 0 && scene.ground.n_x == 0);
}

static void place(struct scene *scene, const char *crs, bool projected, const double g[6])
{
	make(scene, crs, crs);
	for (unsigned i = 0; i < 2; i++) {
		scene->files[i].info.projected = projected;
		memcpy(scene->files[i].info.geotransform, g, 6 * sizeof(*g));
	}
}

/* What an area is by the definition of the CRS: no file is opened (there is none), no GDAL. */
static void test_known_areas(void **state)
{
	/* 8 x 8 pixels of a degree north of the equator; of a kilometre at 60 degrees north. */
	static const double degrees[] = {10, 1, 0, 8, 0, -1},
			    mercator[] = {0, 1000, 0, 8399738, 0, -1000};
	static const double edge[] = {1000, 10, 0, 2e5, 0, -10},
			    inside[] = {61000, 10, 0, 2e5, 0, -10};
	struct ground_axis down;
	struct scene scene;
	struct error err;
	double along[GROUND_NODES_X], all = 0;

	(void)state;
	place(&scene, "EPSG:4326", false, degrees);
	assert_int_equal(apply(&scene, &err), 0);
	assert_true(scene.ground.n_x == 1 && scene.ground.block == 8 && scene.pixel_area_m2 == 0);
	assert_string_equal(scene.area_source, "on the ground");
	assert_int_equal(scene.n_notes, 0);
	down = ground_axis(scene.ground.n_y, scene.y_size);
	for (unsigned i = 0; i < 800; i++) {
		ground_along(&scene.ground, &down, (i + 0.5) / 100, along);
		all += 8 * along[0] / 100;
	}
	/* The zone from the equator to 8 degrees, 8 degrees wide: b^2/2 q (Snyder 1987, 3-12). */
	assert_float_equal(all / 785291293909.9615, 1, 1e-7);
	place(&scene, "EPSG:3857", true, mercator);
	assert_int_equal(apply(&scene, &err), 0);
	assert_int_equal(scene.ground.n_x, 1);
	assert_int_equal(scene.n_notes, 1);
	assert_non_null(strstr(scene.notes[0], "3.98"));
	/* Within 440 km of the middle the grid of UTM is true; beyond, GDAL is asked of the file.
	 */
	place(&scene, UTM, true, inside);
	assert_int_equal(apply(&scene, &err), 0);
	assert_true(scene.pixel_area_m2 == 100 && scene.ground.n_x == 0);
	assert_int_equal(scene.n_notes, 0);
	place(&scene, UTM, true, edge);
	assert_int_equal(apply(&scene, &err), 0);
	assert_true(scene.pixel_area_m2 != 100);
}

static int find_module(void **state)
{
	char program[PATH_MAX] = "";

	(void)state; /* the module is built one directory above the tests */
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) > 0)
		(void)setenv("IMGPIPE_MODULE_DIR", dirname(dirname(program)), 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crs),    cmocka_unit_test(test_unplaced),
		cmocka_unit_test(test_ratios), cmocka_unit_test(test_odd_sizes),
		cmocka_unit_test(test_unit),   cmocka_unit_test(test_known_areas),
	};

	return cmocka_run_group_tests(tests, find_module, NULL);
}
