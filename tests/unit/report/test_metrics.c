/*
 * --metrics: the file after a run that ended well, after one that did not, and what is believed of
 * the file that was there before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/metrics.h"

#define LAST_SUCCESS "imgpipe_last_success_timestamp_seconds"

static char folder[] = "/tmp/imgpipe-metrics-XXXXXX", path[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a.prom", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder); /* nothing else is left in it */
}

static void write_metrics(const struct metrics *metrics, int status)
{
	struct error err;

	if (metrics_write(path, metrics, status, &err))
		fail_msg("%s", err.text);
}

/* The number of a sample, by its name and labels. */
static bool find(const char *sample, double *value)
{
	FILE *in = fopen(path, "r");
	const size_t n = strlen(sample);
	bool found = false;
	char line[400];

	assert_non_null(in);
	while (fgets(line, sizeof(line), in))
		if (strncmp(line, sample, n) == 0 && line[n] == ' ') {
			assert_false(found);
			found = true;
			*value = strtod(line + n, NULL);
		}
	assert_int_equal(fclose(in), 0);
	return found;
}

static double value_of(const char *sample)
{
	double value = 0;

	if (!find(sample, &value))
		fail_msg("no %s", sample);
	return value;
}

static bool is_there(const char *sample)
{
	double ignored;

	return find(sample, &ignored);
}

static void a_run(void **state)
{
	const struct metrics m = {
		.begin_s = 1e9 + 0.25,
		.finished = true,
		.n_ok = 5,
		.n_failed = 1,
		.n_skipped = 2,
		.n_cancelled = 3,
		.n_incomplete = 4,
		.n_earlier = 6,
		.pixels = 1ull << 53,
		.bytes_decoded = 77,
		.bytes_read = 66,
		.bytes_read_known = true,
		.files_written = 8,
		.bytes_written = 9,
		.wall_s = 1.5,
		.cpu_s = 2.5,
		.n_workers = 11,
		.n_lost = 12,
		.memory_limit = 13,
		.memory_planned = 14,
		.memory_peak = 15,
		.spool_peak = 16,
		.stage = {[METER_DECODE] = {"decode", 0.5, 0.25, 0.125}},
	};
	const struct {
		const char *sample;
		double value;
	} expected[] = {
		{"imgpipe_last_exit_status", 1},
		{"imgpipe_last_run_start_timestamp_seconds", 1e9 + 0.25},
		{"imgpipe_build_info{version=\"" IMGPIPE_VERSION "\"}", 1},
		{"imgpipe_scenes_total{status=\"ok\"}", 5},
		{"imgpipe_scenes_total{status=\"failed\"}", 1},
		{"imgpipe_scenes_total{status=\"skipped\"}", 2},
		{"imgpipe_scenes_total{status=\"cancelled\"}", 3},
		{"imgpipe_incomplete_scenes", 4},
		{"imgpipe_earlier_scenes", 6},
		{"imgpipe_pixels", 9007199254740992.0},
		{"imgpipe_decoded_bytes", 77},
		{"imgpipe_read_bytes", 66},
		{"imgpipe_written_files", 8},
		{"imgpipe_written_bytes", 9},
		{"imgpipe_wall_seconds", 1.5},
		{"imgpipe_cpu_seconds", 2.5},
		{"imgpipe_workers", 11},
		{"imgpipe_lost_workers", 12},
		{"imgpipe_memory_limit_bytes", 13},
		{"imgpipe_planned_memory_bytes", 14},
		{"imgpipe_peak_memory_bytes", 15},
		{"imgpipe_spool_peak_bytes", 16},
		{"imgpipe_stage_seconds{stage=\"decode\",kind=\"busy\"}", 0.5},
		{"imgpipe_stage_seconds{stage=\"decode\",kind=\"cpu\"}", 0.25},
		{"imgpipe_stage_seconds{stage=\"decode\",kind=\"wait\"}", 0.125},
	};
	const double now = (double)time(NULL);

	(void)state;
	write_metrics(&m, 1);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (value_of(expected[i].sample) != expected[i].value)
			fail_msg("%s is %f", expected[i].sample, value_of(expected[i].sample));
	assert_true(value_of(LAST_SUCCESS) == 0); /* 3 are left undone */
	assert_true(value_of("imgpipe_last_run_end_timestamp_seconds") >= now);
	assert_false(is_there("imgpipe_stage_seconds{stage=\"fetch\",kind=\"busy\"}"));
}

/* What is not known is left out, not 0. */
static void a_run_that_did_not_begin(void **state)
{
	const struct metrics m = {.begin_s = 5};

	(void)state;
	write_metrics(&m, 64);
	assert_true(value_of("imgpipe_last_exit_status") == 64);
	assert_true(value_of(LAST_SUCCESS) == 0);
	assert_true(value_of("imgpipe_last_run_start_timestamp_seconds") == 5);
	assert_false(is_there("imgpipe_scenes_total{status=\"ok\"}"));
	assert_false(is_there("imgpipe_pixels"));
	assert_false(is_there("imgpipe_memory_limit_bytes"));
}

static void bytes_that_gdal_has_read(void **state)
{
	const struct metrics m = {.finished = true, .bytes_read = 5};

	(void)state;
	write_metrics(&m, 0);
	assert_false(is_there("imgpipe_read_bytes"));
	assert_true(value_of("imgpipe_decoded_bytes") == 0);
}

static void put_before(const char *text, size_t n)
{
	FILE *out = fopen(path, "w");

	assert_int_equal(fwrite(text, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
}

/* Only these are kept by a run that fails. */
static void the_success_before(void **state)
{
	static const int failures[] = {3, 64, 65, 74, 75, 143};
	const struct metrics m = {0};
	double success;

	(void)state;
	write_metrics(&m, 0);
	success = value_of(LAST_SUCCESS);
	assert_true(success > 0);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		write_metrics(&m, failures[i]);
		assert_true(value_of("imgpipe_last_exit_status") == failures[i]);
		assert_true(value_of(LAST_SUCCESS) == success);
	}
	put_before(LAST_SUCCESS " 12.5\n", strlen(LAST_SUCCESS " 12.5\n"));
	write_metrics(&m, 70);
	assert_true(value_of(LAST_SUCCESS) == 12.5);
	write_metrics(&m, 1); /* single scenes have failed: done */
	assert_true(value_of(LAST_SUCCESS) > 12.5);
}

static void what_is_not_believed(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} before[] = {
#define TEXT(text) {text, sizeof(text) - 1}
		TEXT(""),
		TEXT("\n"),
		TEXT(LAST_SUCCESS),
		TEXT(LAST_SUCCESS "\n"),
		TEXT(LAST_SUCCESS " \n"),
		TEXT(LAST_SUCCESS " -5\n"),
		TEXT(LAST_SUCCESS " nan\n"),
		TEXT(LAST_SUCCESS " inf\n"),
		TEXT(LAST_SUCCESS " +Inf\n"),
		TEXT(LAST_SUCCESS " 0x10\n"),
		TEXT(LAST_SUCCESS " 1e300\n"),
		TEXT(LAST_SUCCESS " 99999999999\n"), /* in the year 5138 */
		TEXT(LAST_SUCCESS " 1.2.3\n"),
		TEXT(LAST_SUCCESS " 5 6\n"),
		TEXT(LAST_SUCCESS " 5"), /* cut off */
		TEXT(LAST_SUCCESS "{a=\"b\"} 5\n"),
		TEXT("# " LAST_SUCCESS " 5\n"),
		TEXT("x" LAST_SUCCESS " 5\n"),
		TEXT("\0" LAST_SUCCESS " 5\n"),
		TEXT(LAST_SUCCESS " 5\0\n"),
		TEXT("imgpipe_pixels 5\n"),
#undef TEXT
	};
	const struct metrics m = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		put_before(before[i].text, before[i].n);
		write_metrics(&m, 65);
		if (value_of(LAST_SUCCESS) != 0)
			fail_msg("believed: %s", before[i].text);
	}
}

/* Of a large one the first part is read, in bounded time, whatever its lines. */
static void a_large_file_before(void **state)
{
	static const char line[] = "\n" LAST_SUCCESS " 5\n";
	const struct metrics m = {0};
	const char fill[] = {'x', '\n', '\0'};
	char *text = malloc(1 << 20);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(fill); i++) {
		memset(text, fill[i], 1 << 20);
		memcpy(text + (1 << 20) - sizeof(line) + 1, line, sizeof(line) - 1);
		put_before(text, 1 << 20);
		write_metrics(&m, 65);
		assert_true(value_of(LAST_SUCCESS) == 0);
	}
	free(text);
}

static mode_t mode_of(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

/* The collector is another user; who has made the file otherwise knows why. */
static void who_may_read_it(void **state)
{
	const struct metrics m = {0};
	mode_t before = umask(077);

	(void)state;
	write_metrics(&m, 0);
	assert_int_equal(mode_of(), 0644);
	assert_int_equal(chmod(path, 0640), 0);
	write_metrics(&m, 0);
	assert_int_equal(mode_of(), 0640);
	umask(before);
}

static void what_cannot_be_written(void **state)
{
	const struct metrics m = {0};
	struct error err = {0};
	char none[80];

	(void)state;
	(void)snprintf(none, sizeof(none), "%s/none/a.prom", folder);
	assert_int_equal(metrics_write(none, &m, 0, &err), -1);
	assert_int_equal(err.code, EX_CANTCREAT);
	assert_non_null(strstr(err.text, none));
	put_before("II*\0", 4); /* somebody's image */
	assert_int_equal(metrics_write(path, &m, 0, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
}

static void successes(void **state)
{
	const struct metrics all = {.n_ok = 3, .n_failed = 1}, left = {.n_ok = 3, .n_cancelled = 1};

	(void)state;
	assert_false(metrics_is_success(&left, 1)); /* --max-failures has left scenes undone */
	assert_true(metrics_is_success(&all, 0));
	assert_true(metrics_is_success(&all, 1));
	assert_false(metrics_is_success(&all, 3));
	assert_false(metrics_is_success(&all, 64));
	assert_false(metrics_is_success(&all, 130));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_run_that_did_not_begin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bytes_that_gdal_has_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_success_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_believed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_large_file_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_may_read_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written, set_up, tear_down),
		cmocka_unit_test(successes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
