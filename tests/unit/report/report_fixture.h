/*
 * A made-up run with one good and one failed scene, for the tests of reports: everything a report
 * looks at, and a folder of its own to write to.
 */
#ifndef IMGPIPE_TESTS_REPORT_FIXTURE_H
#define IMGPIPE_TESTS_REPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/report.h"
#include "pixels/stages.h"
#include "recipe.h"

/* Places of the bands in the recipe. */
enum { RED, NIR };

/* A run of two scenes, one of which failed, with everything the reports look at. */
struct fixture {
	char folder[64], path[4][96];
	struct options options;
	struct plan plan;
	struct scene good, bad;
	struct scene_result good_result, bad_result;
	struct tile_summary tile;
	struct histogram histogram;
	struct meter worker[2];
	struct run_totals totals;
	struct pixel_totals pixels;
	struct value_totals all;
};

static inline void fill_scene(struct scene *scene, char *name)
{
	*scene = (struct scene){
		.name = name,
		.sensor = "Sentinel-2 L2A",
		.acquired = "2023-08-27",
		.n_files = 1,
		.has_band = {true, true, false},
		.x_size = 4,
		.y_size = 1,
		.store_x_size = 4,
		.store_y_size = 1,
		.tile_x_size = 4,
		.tile_y_size = 1,
		.pixel_area_m2 = 100,
	};
	scene->files[0].path = name;
	snprintf(scene->files[0].info.crs, sizeof(scene->files[0].info.crs), "EPSG:32633");
	snprintf(scene->files[0].info.reader, sizeof(scene->files[0].info.reader), "tiff");
	for (unsigned slot = 0; slot <= 1; slot++) {
		scene->band[slot] = (struct band){
			.path = name,
			.index = slot == RED ? 3 : 4,
			.type = SAMPLE_U16,
			.scale = 1,
			.nodata = NAN,
			.has_nodata = slot == NIR,
			.source = "option --bands",
		};
		snprintf(scene->band[slot].name, sizeof(scene->band[slot].name), "%s",
			 slot == RED ? "red" : "nir");
	}
}

static inline void fill_totals(struct fixture *f)
{
	f->totals = (struct run_totals){
		.executor = "threads",
		.wall_ns = 2000000000,
		.cpu_ns = 3600000000,
		.n_scenes = 2,
		.n_ok = 1,
		.n_failed = 1,
		.n_workers = 2,
		.worker = f->worker,
		.reserved_peak = 20 << 20,
		.resident_peak = 30 << 20,
	};
	for (int i = 0; i < 2; i++) {
		f->worker[i].begin_ns = 1;
		f->worker[i].end_ns = 2000000001;
		f->worker[i].cpu_ns = 1800000000;
		f->worker[i].row[METER_DECODE].busy_ns = 1600000000;
		f->worker[i].row[METER_DECODE].cpu_ns = 1600000000;
		f->worker[i].row[METER_DECODE].chunks = 10;
		f->worker[i].row[METER_STATS].pixels = 1000;
		f->worker[i].bytes_needed = f->worker[i].bytes_decoded = 4000;
		meter_merge(&f->totals.meter, &f->worker[i]);
	}
	f->all = (struct value_totals){.accum = f->good_result.value[0].accum,
				       .histogram = f->histogram,
				       .area_m2 = 300,
				       .n_scenes = 1};
	f->pixels =
		(struct pixel_totals){.n_values = 1, .value = &f->all, .layout = &f->plan.layout};
	f->totals.pixels = &f->pixels;
}

/* The report with this option is to go to that path. */
static inline void want(struct options *options, const char *name, const char *path)
{
	const struct report_option *report;
	struct error err;

	for (unsigned i = 0; (report = run_report_option(i)); i++)
		if (report->name && strcmp(report->name, name) == 0) {
			assert_int_equal(report_want(&options->reports, report, path, &err), 0);
			return;
		}
	fail_msg("no report has --%s", name);
}

static inline int setup(void **state)
{
	static char good[] = "/data/sc\"ene, one.tif", bad[] = "b\xE4"
							       "d\x1b[31m.tif";
	struct fixture *f = calloc(1, sizeof(*f));
	const float values[] = {0.5F, -0.25F, 1.5F};
	char folder[] = "/tmp/test_report.XXXXXX";

	assert_non_null(mkdtemp(folder));
	memcpy(f->folder, folder, sizeof(folder));
	for (int i = 0; i < 4; i++)
		snprintf(f->path[i], sizeof(f->path[i]), "%s/out%d", folder, i);
	f->options = (struct options){.verbosity = -1, .recipe = &recipe_ndvi};
	want(&f->options, "report", f->path[0]);
	want(&f->options, "summary", f->path[1]);
	want(&f->options, "csv", f->path[2]);
	want(&f->options, "tiles", f->path[3]);
	f->plan = (struct plan){.reports = reports,
				.budget = {64 << 20, "--memory"},
				.stage_names = pixel_stage_names,
				.workers_asked = 2,
				.workers = 2,
				.predicted.peak = 40 << 20};
	pixels_layout(&f->plan.layout, &f->options);
	fill_scene(&f->good, good);
	fill_scene(&f->bad, bad);
	accum_clear(&f->good_result.value[0].accum);
	for (size_t i = 0; i < 3; i++) {
		accum_add(&f->good_result.value[0].accum, &recipe_ndvi.value[0].grid, values[i], 1);
		f->histogram.count[histogram_slot(&recipe_ndvi.value[0].grid, values[i])]++;
	}
	f->good_result.value[0].accum.n[PIXEL_NODATA] = 1;
	f->good_result.scene = &f->good;
	f->good_result.n_values = 1;
	f->good_result.value[0].histogram = &f->histogram;
	f->good_result.value[0].area_m2 = 300;
	f->good_result.n_tiles = 1;
	f->good_result.tile = &f->tile;
	f->tile.window = (struct window){0, 0, 4, 1};
	summary_make(&f->tile.summary, &f->good_result.value[0].accum, &f->histogram, 300,
		     &recipe_ndvi.value[0].grid);
	f->bad_result = (struct scene_result){.scene = &f->bad, .status = SCENE_FAILED};
	error_set(&f->bad_result.error, EX_DATAERR, "bad.tif: tile 3 is damaged; get it again");
	fill_totals(f);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 4; i++)
		(void)unlink(f->path[i]);
	assert_int_equal(rmdir(f->folder), 0); /* nothing else was left there */
	free(f);
	return 0;
}

static inline int write_all(struct fixture *f, struct error *err)
{
	struct report_set *set;
	int rc;

	if (report_set_open(&set, &f->plan, &f->options, err))
		return -1;
	rc = report_set_scene(set, &f->good_result, err) ||
	     report_set_scene(set, &f->bad_result, err) || report_set_commit(set, &f->totals, err);
	report_set_free(set);
	return rc ? -1 : 0;
}

static inline char *read_all(const char *path)
{
	static char text[1 << 16];
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

static inline json_t *parse(const char *path)
{
	json_error_t problem;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);

	if (!root)
		fail_msg("%s: line %d: %s", path, problem.line, problem.text);
	return root;
}

#endif
