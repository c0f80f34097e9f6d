/*
 * Reports from made-up results: what is written is read back and compared.
 */
#include "report_fixture.h"

#include "base/screen.h"
#include "base/text.h"
#include "recipe.h"

static json_t *member(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		fail_msg("no member %s", key);
	return value;
}

/* The member of `indices` of a scene, or of all. */
static json_t *index_of(json_t *object, const char *name)
{
	return member(member(object, "indices"), name);
}

static void check_stats(json_t *ndvi)
{
	json_t *histogram = member(ndvi, "histogram");

	assert_int_equal(json_integer_value(member(ndvi, "pixels")), 4);
	assert_int_equal(json_integer_value(member(ndvi, "valid")), 3);
	assert_int_equal(json_integer_value(member(ndvi, "nodata")), 1);
	assert_int_equal(json_integer_value(member(ndvi, "outside_range")), 1);
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
	assert_string_equal(json_string_value(member(root, "schema")), "imgpipe-summary/3");
	assert_int_equal(json_array_size(scenes), 2);
	check_stats(index_of(json_array_get(scenes, 0), "ndvi"));
	assert_true(json_is_null(member(json_array_get(scenes, 0), "error_code")));
	assert_string_equal(json_string_value(member(json_array_get(scenes, 1), "name")),
			    "b\\xE4"
			    "d\x1b[31m.tif");
	assert_string_equal(json_string_value(member(json_array_get(scenes, 1), "error_code")),
			    "EX_DATAERR");
	assert_true(json_is_null(index_of(json_array_get(scenes, 1), "ndvi")));
	check_stats(index_of(member(root, "global"), "ndvi"));
	json_decref(root);
}

/* Nothing of the run may be in the summary. */
static void test_summary_is_numbers_alone(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	char *first;

	assert_int_equal(write_all(f, &err), 0);
	first = strdup(read_all(f->path[1]));
	assert_non_null(first);
	f->totals.wall_ns *= 7;
	f->totals.n_workers = 1;
	f->totals.executor = "serial";
	f->totals.resident_peak = 1;
	f->plan.workers = 1;
	error_set(&f->bad_result.error, EX_DATAERR, "another reader's words");
	assert_int_equal(write_all(f, &err), 0);
	assert_string_equal(read_all(f->path[1]), first);
	free(first);
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
	assert_string_equal(json_string_value(member(root, "schema")), "imgpipe-report/2");
	check_stats(index_of(scene, "ndvi"));
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

/* The GDAL reader cannot tell what it fetched: not known is not zero. */
static void test_stored_bytes_unknown(void **state)
{
	struct fixture *f = *state;
	struct meter_row *row = f->totals.meter.row;
	struct error err = {0};
	json_t *root, *fetch, *decode;

	for (int known = 0; known < 2; known++) {
		row[METER_DECODE].tiles = 7;
		row[METER_FETCH].tiles = known ? 7 : 0;
		row[METER_DECODE].bytes_out = 500;
		assert_int_equal(write_all(f, &err), 0);
		root = parse(f->path[0]);
		fetch = json_array_get(member(root, "stages"), METER_FETCH);
		decode = json_array_get(member(root, "stages"), METER_DECODE);
		assert_int_equal(json_is_null(member(fetch, "bytes_in")), !known);
		assert_int_equal(json_is_null(member(fetch, "bytes_out")), !known);
		assert_int_equal(json_is_null(member(decode, "bytes_in")), !known);
		assert_int_equal(json_integer_value(member(decode, "bytes_out")), 500);
		json_decref(root);
	}
}

static void test_no_scene_at_all(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	struct report_set *set;
	json_t *root;

	f->totals = (struct run_totals){0};
	assert_int_equal(report_set_open(&set, &f->plan, &f->options, &err), 0);
	assert_int_equal(report_set_commit(set, &f->totals, &err), 0);
	report_set_free(set);
	root = parse(f->path[0]);
	assert_true(json_is_null(member(root, "read_amplification")));
	assert_true(json_is_null(member(index_of(member(root, "global"), "ndvi"), "mean")));
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
	assert_int_equal(strncmp(header, "name,index,status,error,", 24), 0);
	assert_int_equal(strncmp(good, "\"/data/sc\"\"ene, one.tif\",ndvi,ok,,", 34), 0);
	assert_non_null(strstr(good, ",4,3,1,0,0,0,1,-0.25,1.5,0.583333333333333"));
	assert_non_null(strstr(good, ",75,0.03,"));
	assert_int_equal(count_char(bad, ','), count_char(header, ','));
	assert_int_equal(strncmp(bad, "b\\xE4d\\x1B[31m.tif,ndvi,failed,bad.tif:", 37), 0);
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
	assert_int_equal(count_char(row, ' '), 1);                           /* in the name */
	assert_int_equal(count_char(row, ',') - 1, count_char(header, ',')); /* likewise */
}

/* Adds up the last n fields of a line. */
static unsigned long last_fields(const char *line, unsigned n)
{
	unsigned skip = count_char(line, ',') - n;
	unsigned long sum = 0;

	for (; n && *line && *line != '\n'; line++)
		if (*line == ',' && skip-- == 0) {
			sum += strtoul(line + 1, NULL, 10);
			skip = 0;
			n--;
		}
	return sum;
}

/* A tile of three valid pixels, one of them above the range. */
static void test_histogram_columns(void **state)
{
	struct fixture *f = *state;
	struct error err = {0};
	char *plain, *header, *row;

	assert_int_equal(write_all(f, &err), 0);
	plain = strdup(read_all(f->path[3]));
	assert_non_null(plain);
	f->options.histogram = true;
	assert_int_equal(write_all(f, &err), 0);
	header = read_all(f->path[3]);
	row = strchr(header, '\n') + 1;
	assert_int_equal(count_char(header, ','), count_char(plain, ',') + COARSE_BINS + 2);
	assert_int_equal(count_char(row, ',') - 1, count_char(header, ','));
	assert_memory_equal(header, plain, strcspn(plain, "\n"));
	assert_non_null(strstr(header, ",histogram_63,histogram_above\n"));
	assert_int_equal(last_fields(row, COARSE_BINS + 2), 3);
	assert_int_equal(last_fields(row, 1), 1);
	free(plain);
}

static void check_width(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > SCREEN_PLAIN)
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
	struct open_report report = {.plan = &f->plan, .options = &f->options};

	scene_note(
		&f->good, "band labels are taken on trust: %s",
		"a long note that must be folded, because nobody reads beyond a hundred columns");
	report.out = out;
	report.state = calloc(1, text->state_bytes);
	assert_non_null(report.state);
	assert_int_equal(text->begin(&report, &err), 0);
	assert_int_equal(text->scene(&report, &f->good_result, &err), 0);
	assert_int_equal(text->scene(&report, &f->good_result, &err), 0);
	assert_int_equal(text->scene(&report, &f->bad_result, &err), 0);
	assert_int_equal(text->end(&report, &f->totals, &err), 0);
	free(report.state);
	fclose(out);
	written = read_all(f->path[0]);
	check_width(written);
	assert_null(strchr(written, '\x1b'));
	assert_non_null(strstr(written, "FAILED  bad.tif: tile 3 is damaged"));
	assert_non_null(strstr(written, "note: "));
	assert_non_null(strstr(written, "as above")); /* the same notes again */
	assert_non_null(strstr(written, "decode-bound: 80 %"));
}

static bool shows_text(const struct options *options)
{
	struct options with_defaults = *options;
	struct error err;

	assert_int_equal(
		report_want_defaults(&with_defaults, run_report_option, REPORT_BY_RUN, &err), 0);
	return report_shows_text(&with_defaults);
}

static void test_text_path(void **state)
{
	struct fixture *f = *state;

	assert_false(shows_text(&f->options)); /* -q */
	f->options.verbosity = 0;
	assert_true(shows_text(&f->options));
	want(&f->options, "csv", "-");
	assert_false(shows_text(&f->options));
	want(&f->options, "csv", "/dev/stdout");
	assert_false(shows_text(&f->options));
}

/* What has to be kept for a report is in its row. */
static void test_needs(void **state)
{
	struct options options = {0};

	(void)state;
	assert_int_equal(report_needs(&options.reports), 0);
	want(&options, "csv", "x");
	assert_int_equal(report_needs(&options.reports), 0);
	want(&options, "tiles", "x");
	assert_int_equal(report_needs(&options.reports), REPORT_NEEDS_TILES);
	want(&options, "trace", "x");
	assert_int_equal(report_needs(&options.reports), REPORT_NEEDS_TILES | REPORT_NEEDS_TRACE);
}

static void test_default_path(void **state)
{
	struct options options = {.verbosity = -1, .shard = {2, 3}};
	struct error err;

	(void)state;
	assert_int_equal(report_want_defaults(&options, run_report_option, REPORT_BY_RUN, &err), 0);
	assert_int_equal(options.reports.n, 1);
	assert_string_equal(options.reports.choice[0].report->name, "partial");
	assert_string_equal(options.reports.choice[0].path, "part-2-of-3.json");
}

static void test_info(void **state)
{
	struct fixture *f = *state;
	const struct told_bands told = {
		.n = 2,
		.band = {{.word = "red", .source = "x"}, {.word = "swir16", .source = "band 5"}}};
	const struct told_quality quality = {
		.n = 2,
		.n_more = 3,
		.band = {{.name = "x_SCL.tif", .layouts = "scl"}, {.name = "x_clouds.tif"}}};
	struct scene nothing = {0};
	FILE *out = fopen(f->path[0], "w");
	char *written;

	assert_int_equal(report_info(out, &f->good, &told, &quality, &recipe_ndvi, NULL), 0);
	assert_int_equal(
		report_info(out, &nothing, &told, &quality, &recipe_ndvi, &f->bad_result.error), 0);
	fclose(out);
	written = read_all(f->path[0]);
	check_width(written);
	assert_non_null(strstr(written, "nodata nan; found by option --bands"));
	assert_non_null(strstr(written, "  indices   "));
	assert_non_null(strstr(written, " NDVI, "));
	assert_null(strstr(written, "NDMI")); /* no swir16 by name */
	assert_non_null(strstr(written, "FAILED    bad.tif: tile 3"));
	assert_non_null(
		strstr(written, "  quality   x_SCL.tif: --mask scl\n            x_clouds.tif\n"));
	assert_non_null(strstr(written, "            and 3 more\n"));
	out = fopen("/dev/full", "w");
	setbuf(out, NULL);
	assert_int_equal(report_info(out, &f->good, &told, &quality, &recipe_ndvi, NULL), -1);
	fclose(out);
}

/* A field of the first scene's row in a table that quotes nothing before it but the name. */
static double csv_field(const char *text, const char *column)
{
	const char *at = strstr(text, column), *row = strstr(strchr(text, '\n'), ",ok,");
	int n = 0;

	assert_non_null(at);
	assert_non_null(row);
	for (const char *c = strstr(text, ",status,"); c < at - 1; c++)
		n += *c == ',';
	for (row++; n > 0; n--)
		row = strchr(row, ',') + 1;
	return strtod(row, NULL);
}

/* As many digits as it takes to read the same number. */
static void test_csv_is_exact(void **state)
{
	struct fixture *f = *state;
	struct summary s;
	struct error err;

	f->options = (struct options){.verbosity = -1};
	want(&f->options, "csv", f->path[2]);
	for (int i = 1; i <= 40; i++) {
		struct accum *a = &f->good_result.value[0].accum;

		accum_add(a, &recipe_ndvi.value[0].grid, 0.01f * (float)i, (uint64_t)i);
		f->histogram.count[histogram_slot(&recipe_ndvi.value[0].grid, 0.01f * (float)i)] +=
			(uint64_t)i;
		summary_make(&s, a, &f->histogram, 300, &recipe_ndvi.value[0].grid);
		assert_int_equal(write_all(f, &err), 0);
		assert_true(csv_field(read_all(f->path[2]), "mean") == s.mean);
		assert_true(csv_field(read_all(f->path[2]), "std,") == s.std);
		assert_true(csv_field(read_all(f->path[2]), "p98") == s.percentile[6]);
	}
}

#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RUN(test_summary),
		WITH_RUN(test_summary_is_numbers_alone),
		WITH_RUN(test_stored_bytes_unknown),
		WITH_RUN(test_report),
		WITH_RUN(test_no_scene_at_all),
		WITH_RUN(test_csv),
		WITH_RUN(test_csv_is_exact),
		WITH_RUN(test_tiles),
		WITH_RUN(test_histogram_columns),
		WITH_RUN(test_text),
		WITH_RUN(test_text_path),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_default_path),
		WITH_RUN(test_info),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
