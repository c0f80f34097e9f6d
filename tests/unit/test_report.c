/*
 * Reports from made-up results: what is written is read back and compared; what cannot be written
 * leaves nothing behind; the verdict says what the meters show.
 */
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

#include "report.h"
#include "../../stages/text.h"
#include "../../stages/verdict.h"

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
};

static void fill_scene(struct scene *scene, char *name)
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
	for (int role = BAND_RED; role <= BAND_NIR; role++)
		scene->band[role] = (struct band){
			.role = (enum band_role)role,
			.path = name,
			.index = role == BAND_RED ? 3 : 4,
			.type = SAMPLE_U16,
			.scale = 1,
			.nodata = NAN,
			.has_nodata = role == BAND_NIR,
			.source = "option --bands",
		};
}

static void fill_totals(struct fixture *f)
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
		.area_m2 = 300,
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
	f->totals.accum = f->good_result.accum;
	f->totals.histogram = f->histogram;
}

static int setup(void **state)
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
	f->options = (struct options){.report_path = f->path[0],
				      .summary_path = f->path[1],
				      .csv_path = f->path[2],
				      .tiles_path = f->path[3],
				      .verbosity = -1};
	f->plan = (struct plan){.budget = {64 << 20, "--memory"},
				.workers_asked = 2,
				.workers = 2,
				.peak = 40 << 20};
	fill_scene(&f->good, good);
	fill_scene(&f->bad, bad);
	accum_clear(&f->good_result.accum);
	for (size_t i = 0; i < 3; i++) {
		accum_add(&f->good_result.accum, values[i], 1);
		f->histogram.count[histogram_slot(values[i])]++;
	}
	f->good_result.accum.n[PIXEL_NODATA] = 1;
	f->good_result.scene = &f->good;
	f->good_result.histogram = &f->histogram;
	f->good_result.area_m2 = 300;
	f->good_result.n_tiles = 1;
	f->good_result.tile = &f->tile;
	f->tile.window = (struct window){0, 0, 4, 1};
	summary_make(&f->tile.summary, &f->good_result.accum, &f->histogram, 300);
	f->bad_result = (struct scene_result){.scene = &f->bad, .status = SCENE_FAILED};
	error_set(&f->bad_result.error, EX_DATAERR, "bad.tif: tile 3 is damaged; get it again");
	fill_totals(f);
	*state = f;
	return 0;
}

static unsigned files_in(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return n;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 4; i++)
		(void)unlink(f->path[i]);
	assert_int_equal(rmdir(f->folder), 0); /* nothing else was left there */
	free(f);
	return 0;
}

static int write_all(struct fixture *f, struct error *err)
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

static char *read_all(const char *path)
{
	static char text[1 << 16];
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

static json_t *parse(const char *path)
{
	json_error_t problem;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);

	if (!root)
		fail_msg("%s: line %d: %s", path, problem.line, problem.text);
	return root;
}

static json_t *member(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		fail_msg("no member %s", key);
	return value;
}

static void check_stats(json_t *ndvi)
{
	json_t *histogram = member(ndvi, "histogram");

	assert_int_equal(json_integer_value(member(ndvi, "pixels")), 4);
	assert_int_equal(json_integer_value(member(ndvi, "valid")), 3);
	assert_int_equal(json_integer_value(member(ndvi, "nodata")), 1);
	assert_int_equal(json_integer_value(member(ndvi, "outside_unit_range")), 1);
	assert_true(json_real_value(member(ndvi, "min")) == -0.25);
	assert_true(json_real_value(member(ndvi, "max")) == 1.5);
	assert_true(fabs(json_real_value(member(ndvi, "mean")) - 1.75 / 3) < 1e-12);
	assert_true(json_real_value(member(ndvi, "valid_percent")) == 75);
	assert_true(json_real_value(member(ndvi, "area_ha")) == 0.03);
	assert_int_equal(json_object_size(member(ndvi, "percentiles")), 6);
	assert_int_equal(json_array_size(member(histogram, "buckets")), 64);
	assert_int_equal(json_integer_value(member(histogram, "above")), 1);
}

static void test_summary(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	json_t *root, *scenes;

	assert_int_equal(write_all(f, &err), 0);
	root = parse(f->path[1]);
	scenes = member(root, "scenes");
	assert_string_equal(json_string_value(member(root, "schema")), "imgpipe-summary/1");
	assert_int_equal(json_array_size(scenes), 2);
	check_stats(member(json_array_get(scenes, 0), "ndvi"));
	assert_true(json_is_null(member(json_array_get(scenes, 0), "error")));
	assert_string_equal(json_string_value(member(json_array_get(scenes, 1), "name")),
			    "b\\xE4"
			    "d\x1b[31m.tif");
	assert_string_equal(json_string_value(member(json_array_get(scenes, 1), "error")),
			    "EX_DATAERR");
	assert_true(json_is_null(member(json_array_get(scenes, 1), "ndvi")));
	check_stats(member(member(root, "global"), "ndvi"));
	json_decref(root);
}

/* Nothing of the run may be in the summary. */
static void test_summary_is_numbers_alone(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	char first[1 << 14];

	assert_int_equal(write_all(f, &err), 0);
	snprintf(first, sizeof(first), "%s", read_all(f->path[1]));
	f->totals.wall_ns *= 7;
	f->totals.n_workers = 1;
	f->totals.executor = "serial";
	f->totals.resident_peak = 1;
	f->plan.workers = 1;
	error_set(&f->bad_result.error, EX_DATAERR, "another reader's words");
	assert_int_equal(write_all(f, &err), 0);
	assert_string_equal(read_all(f->path[1]), first);
}

static void test_report(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	json_t *root, *scene, *red, *stage;

	assert_int_equal(write_all(f, &err), 0);
	root = parse(f->path[0]);
	scene = json_array_get(member(root, "scenes"), 0);
	red = member(member(scene, "bands"), "red");
	stage = json_array_get(member(root, "stages"), METER_DECODE);
	assert_string_equal(json_string_value(member(root, "schema")), "imgpipe-report/1");
	check_stats(member(scene, "ndvi"));
	assert_int_equal(json_integer_value(member(red, "band")), 3);
	assert_true(json_is_null(member(red, "nodata")));
	assert_string_equal(
		json_string_value(member(member(member(scene, "bands"), "nir"), "nodata")), "nan");
	assert_string_equal(json_string_value(member(stage, "name")), "decode");
	assert_true(json_real_value(member(stage, "busy_s")) == 3.2);
	assert_int_equal(json_object_size(member(stage, "wait_s")), N_WAIT_CAUSES);
	assert_true(json_is_true(member(member(root, "memory"), "within_budget")));
	assert_true(json_is_null(member(member(root, "memory"), "cgroup_peak_bytes")));
	assert_true(json_real_value(member(root, "read_amplification")) == 1);
	assert_true(json_real_value(member(member(root, "run"), "wall_s")) == 2);
	assert_int_equal(json_array_size(member(root, "workers")), 2);
	assert_int_equal(json_integer_value(member(member(root, "global"), "scenes_failed")), 1);
	scene = json_array_get(member(root, "scenes"), 1);
	assert_non_null(strstr(json_string_value(member(scene, "error")), "damaged"));
	json_decref(root);
}

static void test_no_scene_at_all(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	struct report_set *set;
	json_t *root;

	f->totals = (struct run_totals){.area_m2 = 0};
	accum_clear(&f->totals.accum);
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	assert_int_equal(report_set_commit(set, &f->totals, &err), 0);
	report_set_free(set);
	root = parse(f->path[0]);
	assert_true(json_is_null(member(root, "read_amplification")));
	assert_true(json_is_null(member(member(member(root, "global"), "ndvi"), "mean")));
	json_decref(root);
	json_decref(parse(f->path[1]));
}

static unsigned count_char(const char *line, char c)
{
	unsigned n = 0;

	for (; *line && *line != '\n'; line++)
		n += *line == c;
	return n;
}

static void test_csv(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	char *header, *good, *bad;

	assert_int_equal(write_all(f, &err), 0);
	header = read_all(f->path[2]);
	good = strchr(header, '\n') + 1;
	bad = strchr(good, '\n') + 1;
	assert_int_equal(strncmp(header, "name,status,error,", 18), 0);
	assert_int_equal(strncmp(good, "\"/data/sc\"\"ene, one.tif\",ok,,", 29), 0);
	assert_non_null(strstr(good, ",4,3,1,0,0,0,1,-0.25,1.5,0.583333333333333"));
	assert_non_null(strstr(good, ",75,0.03,"));
	assert_int_equal(count_char(bad, ','), count_char(header, ','));
	assert_int_equal(strncmp(bad,
				 "b\xE4"
				 "d\x1b[31m.tif,failed,bad.tif:",
				 26),
			 0);
}

static void test_tiles(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	char *header, *row;

	assert_int_equal(write_all(f, &err), 0);
	header = read_all(f->path[3]);
	row = strchr(header, '\n') + 1;
	assert_non_null(strstr(row, ",0,0,0,0,0,4,1,4,3,1,0,0,0,1,-0.25,1.5,"));
	assert_int_equal(count_char(row, ' '), COARSE_BINS - 1 + 1); /* one in the name */
	assert_int_equal(count_char(row, ',') - 1, count_char(header, ','));
}

static void test_full_disk(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};

	f->options.report_path = "/dev/full";
	assert_int_equal(write_all(f, &err), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_non_null(strstr(err.text, "/dev/full"));
	assert_int_equal(files_in(f->folder), 3); /* the others are whole */
	json_decref(parse(f->path[1]));
}

static void test_folder_missing(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};
	char path[128];

	snprintf(path, sizeof(path), "%s/none/x.csv", f->folder);
	f->options.tiles_path = path;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), -1);
	assert_null(set);
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(files_in(f->folder), 0);
}

static void test_folder_as_file(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};

	f->options.tiles_path = f->folder;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), -1);
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_int_equal(files_in(f->folder), 0);
}

static void test_not_committed(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};

	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	assert_int_equal(files_in(f->folder), 4);
	assert_int_equal(access(f->path[0], F_OK), -1);
	report_set_free(set);
	assert_int_equal(files_in(f->folder), 0);
}

static void test_same_path_twice(void **state)
{
	struct fixture *f = *state;
	struct report_set *set;
	struct error err = {0};

	f->options.csv_path = f->options.summary_path;
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	assert_int_equal(files_in(f->folder), 0);
}

/* A link stays a link; what it points to is replaced. */
static void test_link_is_followed(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	struct stat st;
	char link[128];

	snprintf(link, sizeof(link), "%s/link", f->folder);
	fclose(fopen(f->path[1], "w"));
	assert_int_equal(symlink(f->path[1], link), 0);
	f->options.summary_path = link;
	assert_int_equal(write_all(f, &err), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	json_decref(parse(f->path[1]));
	unlink(link);
}

static void check_width(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > TEXT_COLUMNS)
			fail_msg("%zu columns: %.*s", n, (int)n, text);
		text += n + (text[n] != '\0');
	}
}

/* The text report is the last row of the table, before the NULL. */
static const struct report *text_report(void)
{
	unsigned i = 0;

	while (reports[i + 1])
		i++;
	return reports[i];
}

static void test_text(void **state)
{
	struct fixture *f = *state;
	const struct report *text = text_report();
	struct error err = {0};
	char *written;
	FILE *out = fopen(f->path[0], "w");

	scene_note(
		&f->good, "band labels are taken on trust: %s",
		"a long note that must be folded, because nobody reads beyond a hundred columns");
	assert_int_equal(text->begin(out, &f->plan, &f->options, &err), 0);
	assert_int_equal(text->scene(out, 0, &f->good_result, &f->options, &err), 0);
	assert_int_equal(text->scene(out, 1, &f->bad_result, &f->options, &err), 0);
	assert_int_equal(text->end(out, &f->totals, &f->plan, &f->options, &err), 0);
	fclose(out);
	written = read_all(f->path[0]);
	check_width(written);
	assert_null(strchr(written, '\x1b'));
	assert_non_null(strstr(written, "FAILED  bad.tif: tile 3 is damaged"));
	assert_non_null(strstr(written, "note: "));
	assert_non_null(strstr(written, "decode-bound: 80 %"));
}

static void test_text_path(void **state)
{
	struct fixture *f = *state;
	const struct report *text = text_report();

	assert_null(text->path(&f->options)); /* -q */
	f->options.verbosity = 0;
	assert_string_equal(text->path(&f->options), "-");
	f->options.csv_path = "-";
	assert_null(text->path(&f->options));
	f->options.csv_path = "/dev/stdout";
	assert_null(text->path(&f->options));
}

static void test_info(void **state)
{
	struct fixture *f = *state;
	struct scene nothing = {0};
	FILE *out = fopen(f->path[0], "w");
	char *written;

	assert_int_equal(report_info(out, &f->good, NULL), 0);
	assert_int_equal(report_info(out, &nothing, &f->bad_result.error), 0);
	fclose(out);
	written = read_all(f->path[0]);
	check_width(written);
	assert_non_null(strstr(written, "nodata nan; found by option --bands"));
	assert_non_null(strstr(written, "FAILED    bad.tif: tile 3"));
	out = fopen("/dev/full", "w");
	setbuf(out, NULL);
	assert_int_equal(report_info(out, &f->good, NULL), -1);
	fclose(out);
}

static void expect_verdict(const struct fixture *f, const char *words)
{
	struct verdict verdict;

	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	for (unsigned i = 0; i < verdict.n; i++)
		if (strstr(verdict.sentence[i], words))
			return;
	fail_msg("not said: %s (said first: %s)", words, verdict.sentence[0]);
}

static void test_verdict_good(void **state)
{
	struct fixture *f = *state;
	struct verdict verdict;

	expect_verdict(f, "decode-bound: 80 %");
	expect_verdict(f, "parallel efficiency 90 %, nothing to change");
	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	assert_int_equal(verdict.n, 2);
}

static void test_verdict_advice(void **state)
{
	struct fixture *f = *state;
	struct meter *m = &f->totals.meter;

	m->row[METER_FETCH].wait_ns[WAIT_MEMORY] = 400000000;
	expect_verdict(f, "10 % of worker time went to waiting for memory");
	m->row[METER_REDUCE].wait_ns[WAIT_PEER] = 800000000;
	expect_verdict(f, "20 % of worker time went to hand-outs of 20 chunks of 100 pixels");
	m->row[METER_REDUCE].wait_ns[WAIT_IDLE] = 3300000000;
	expect_verdict(f, "wait-bound");
	m->bytes_decoded = 23 * m->bytes_needed / 10;
	f->plan.workers_asked = 9;
	expect_verdict(f, "2 of 9 workers fit in the budget of 64");
	f->options.chunk_kind = CHUNK_PIXELS;
	m->row[METER_FETCH].wait_ns[WAIT_MEMORY] = 0;
	expect_verdict(f, "2.30 bytes were decoded for each byte needed; chunks that cut");
	f->totals.wall_ns = 1000000;
	expect_verdict(f, "too short to judge");
}

static void test_verdict_few_chunks(void **state)
{
	struct fixture *f = *state;

	f->totals.meter.row[METER_DECODE].chunks = 1;
	f->worker[1].end_ns = 1000000001; /* left after half the time */
	expect_verdict(f, "1 chunk cannot keep 2 workers busy");
}

static void test_text_cut(void **state)
{
	char out[4 * TEXT_NAME_COLUMNS + 1];

	(void)state;
	assert_string_equal(text_cut(out, "abc", 5), "abc  ");
	assert_string_equal(text_cut(out, "abcdefghij", 7), "ab...ij");
	assert_string_equal(text_cut(out,
				     "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xE2\x82\xAC"
				     "z",
				     5),
			    "\xC3\xA4...z");
	assert_string_equal(text_cut(out, "a\n\x7F\xFF\xC2\x85", 5), "a????");
	assert_int_equal(utf8_length("\xED\xA0\x80"), 0); /* a surrogate */
	assert_int_equal(utf8_length("\xC0\xAF"), 0);     /* overlong */
	assert_int_equal(utf8_length("\xF0\x9F\x8C\x8D"), 4);
	assert_int_equal(utf8_length("\xF0\x9F"), 0);
}

#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RUN(test_summary),
		WITH_RUN(test_summary_is_numbers_alone),
		WITH_RUN(test_report),
		WITH_RUN(test_no_scene_at_all),
		WITH_RUN(test_csv),
		WITH_RUN(test_tiles),
		WITH_RUN(test_full_disk),
		WITH_RUN(test_folder_missing),
		WITH_RUN(test_folder_as_file),
		WITH_RUN(test_not_committed),
		WITH_RUN(test_same_path_twice),
		WITH_RUN(test_link_is_followed),
		WITH_RUN(test_text),
		WITH_RUN(test_text_path),
		WITH_RUN(test_info),
		WITH_RUN(test_verdict_good),
		WITH_RUN(test_verdict_advice),
		WITH_RUN(test_verdict_few_chunks),
		cmocka_unit_test(test_text_cut),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
