/*
 * The command line: what is read, what is refused and what is said then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "budget.h"
#include "commands/report_lists.h"
#include "options.h"

static void byte_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes; /* 0: refused */
	} cases[] = {
		{"1", 1},
		{"64M", 64 << 20},
		{"64MB", 64 << 20},
		{"64MiB", 64 << 20},
		{"2g", 2ull << 30},
		{"3K", 3072},
		{"1TiB", 1ull << 40},
		{"0", 0},
		{"", 0},
		{"M", 0},
		{"-5M", 0},
		{"5X", 0},
		{"5MM", 0},
		{"1.5G", 3ull << 29},
		{"99999999999999999999", 0},
		{"99999999999999T", 0},
		{" 5", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bytes = 0;
		int status = options_bytes(cases[i].text, &bytes);

		assert_int_equal(status, cases[i].bytes ? 0 : -1);
		if (!status)
			assert_int_equal(bytes, cases[i].bytes);
	}
}

static int parse(struct options *options, const char *line, struct error *err)
{
	static char copy[512];
	static char *argv[32];
	int argc = 0;

	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_parse(options, all_reports, argc, argv, err);
}

static void options_are_read(void **state)
{
	struct options o;
	struct error err;

	(void)state;
	assert_int_equal(parse(&o,
			       "imgpipe plan -j 7 --memory 25% --chunk 100x37 --bands "
			       "red=3,nir=4 --mask SCL=4,5,6 --working-set chunk a.tif b.tif",
			       &err),
			 0);
	assert_int_equal(o.command, COMMAND_PLAN);
	assert_int_equal(o.workers, 7);
	assert_int_equal(o.memory_percent, 25);
	assert_int_equal(o.chunk_x, 100);
	assert_int_equal(o.chunk_y, 37);
	assert_int_equal(o.bands[BAND_NIR].index, 4);
	assert_string_equal(o.mask.pattern, "SCL");
	assert_int_equal(o.mask.n_values, 3);
	assert_int_equal(o.working_set, WORKING_SET_CHUNK);
	assert_int_equal(o.n_args, 2);
	options_release(&o);
	assert_int_equal(
		parse(&o, "imgpipe --bands red=*_B04.tif,nir=*_B08.tif --mask QA&31 x", &err), 0);
	assert_string_equal(o.bands[BAND_RED].pattern, "*_B04.tif");
	assert_true(o.mask.by_bits && o.mask.bits == 31);
	options_release(&o);
}

static void bad_options_say_what_would_do(void **state)
{
	static const char *const lines[] = {
		"imgpipe",
		"imgpipe --workers 0 a",
		"imgpipe --workers many a",
		"imgpipe --memory 64 a",
		"imgpipe --memory 101% a",
		"imgpipe --chunk 0 a",
		"imgpipe --chunk 10x a",
		"imgpipe --chunk fast a",
		"imgpipe --bands red=1 a",
		"imgpipe --bands green=1,nir=2 a",
		"imgpipe --bands red=1,nir=*.tif a",
		"imgpipe --mask SCL a",
		"imgpipe --mask SCL=4,,5 a",
		"imgpipe --reader png a",
		"imgpipe --executor gpu a",
		"imgpipe --raw --scale 2 a",
		"imgpipe --scale 0 a",
		"imgpipe --summary - --report - a",
		"imgpipe --frobnicate a",
		"imgpipe --memory",
		"imgpipe --raw=1 a",
		"imgpipe -Z a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct options o;
		struct error err = {0};

		assert_int_equal(parse(&o, lines[i], &err), -1);
		assert_int_equal(err.code, EX_USAGE);
		assert_true(strlen(err.text) > 10);
		options_release(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(byte_sizes),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(bad_options_say_what_would_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
