/*
 * A catalogue in a folder of its own, and two scenes to put there.
 */
#ifndef IMGPIPE_TESTS_STORE_FIXTURE_H
#define IMGPIPE_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue/catalogue.h"

enum { RED, NIR };

struct store {
	char folder[64], path[128];
	struct options options;
	struct scene good, bad;
	struct scene_result good_result, bad_result;
	struct histogram histogram;
	/* What is read back. */
	struct scene scene;
	struct histogram again;
	struct scene_result result;
	struct error err;
};

static inline void store_scene(struct scene *scene, const char *name)
{
	*scene = (struct scene){
		.sensor = "Sentinel-2 L2A",
		.acquired = "2023-08-27",
		.n_files = 1,
		.has_band = {true, true, false},
		.x_size = 4,
		.y_size = 1,
		.pixel_area_m2 = 100,
		.area_source = "EPSG:32633",
	};
	scene->name = strdup(name);
	scene->files[0].path = strdup("/data/one.tif");
	scene->files[0].info = (struct raster_info){
		.x_size = 4,
		.y_size = 1,
		.crs = "EPSG:32633",
		.projected = true,
		.unit_metres = 1,
		.has_geotransform = true,
		.geotransform = {500000, 10, 0, 5000000, 0, -10},
	};
	for (unsigned slot = RED; slot <= NIR; slot++) {
		struct band *band = &scene->band[slot];

		*band = (struct band){
			.index = slot + 3, .type = SAMPLE_U16, .scale = 1, .ratio = 1};
		band->path = strdup("/data/one.tif");
		snprintf(band->name, sizeof(band->name), "%s", slot == RED ? "red" : "nir");
	}
}

static inline int store_setup(void **state)
{
	struct store *s = calloc(1, sizeof(*s));
	const float values[] = {0.5F, -0.25F, 1.5F};

	assert_non_null(s);
	snprintf(s->folder, sizeof(s->folder), "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->path, sizeof(s->path), "%s/c.gpkg", s->folder);
	s->options = (struct options){.scale = 1, .recipe = &recipe_ndvi};
	store_scene(&s->good, "one");
	store_scene(&s->bad, "b\xE4"
			     "d\\one");
	accum_clear(&s->good_result.value[0].accum);
	for (size_t i = 0; i < 3; i++) {
		accum_add(&s->good_result.value[0].accum, &recipe_ndvi.value[0].grid, values[i], 1);
		s->histogram.count[histogram_slot(&recipe_ndvi.value[0].grid, values[i])]++;
	}
	s->good_result.value[0].accum.n[PIXEL_NODATA] = 1;
	s->good_result.value[0].histogram = &s->histogram;
	s->good_result.value[0].area_m2 = 300;
	s->good_result.scene = &s->good;
	s->good_result.n_values = 1;
	s->bad_result = (struct scene_result){.scene = &s->bad, .status = SCENE_FAILED};
	error_set(&s->bad_result.error, EX_DATAERR, "bad.tif: tile 3 is damaged; get it again");
	*state = s;
	return 0;
}

/* All that is in the folder goes; returns how many files there were. */
static inline unsigned store_empty(const struct store *s)
{
	DIR *dir = opendir(s->folder);
	const struct dirent *entry;
	unsigned n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' && strspn(entry->d_name, ".") == strlen(entry->d_name))
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0))
			assert_int_equal(unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR), 0);
		n++;
	}
	closedir(dir);
	return n;
}

static inline int store_teardown(void **state)
{
	struct store *s = *state;

	(void)store_empty(s);
	assert_int_equal(rmdir(s->folder), 0);
	scene_release(&s->good);
	scene_release(&s->bad);
	scene_release(&s->scene);
	free(s);
	return 0;
}

#define WORKS(call)                                             \
	do {                                                    \
		if (call)                                       \
			fail_msg("%s: %s", #call, s->err.text); \
	} while (0)

static inline struct catalogue *store_open(struct store *s, enum catalogue_access access)
{
	struct catalogue *c;

	WORKS(catalogue_open(&c, s->path, access, &s->err));
	return c;
}

static inline struct catalogue_row store_row(const struct store *s, int64_t set, const char *source,
					     const struct scene_result *result)
{
	(void)s;
	return (struct catalogue_row){.set = set,
				      .source = source,
				      .inputs = "one.tif 100 1\n",
				      .result = result,
				      .recipe = &recipe_ndvi};
}

/* The catalogue with both scenes, closed. Returns the set. */
static inline int64_t store_fill(struct store *s)
{
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	struct catalogue_row row;
	int64_t set = 0;

	assert_int_equal(catalogue_set_of(c, &s->options, true, &set, &s->err), 1);
	row = store_row(s, set, "/data/one.tif", &s->good_result);
	WORKS(catalogue_put(c, &row, &s->err));
	row = store_row(s, set,
			"/data/b\xE4"
			"d\\one.tif",
			&s->bad_result);
	WORKS(catalogue_put(c, &row, &s->err));
	WORKS(catalogue_close(c, &s->err));
	return set;
}

/* SQL from outside, as another program would; all limits off. */
static inline void store_sql(const struct store *s, const char *sql)
{
	char *problem = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &problem) != SQLITE_OK)
		fail_msg("%s: %s", sql, problem);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The first column of the first row, as text; static. */
static inline const char *store_ask(const struct store *s, const char *sql)
{
	static char text[4096];
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	snprintf(text, sizeof(text), "%s",
		 sqlite3_column_text(statement, 0) ? (const char *)sqlite3_column_text(statement, 0)
						   : "NULL");
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return text;
}

#endif
