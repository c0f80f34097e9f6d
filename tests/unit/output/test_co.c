/*
 * Creation options: GDAL's words become numbers, and what has no effect here is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output/co.h"

/* "A=1 B=2" */
static int co(struct map_format *format, enum map_container container, const char *words,
	      bool reals, struct error *err)
{
	static char copy[256];
	struct text_list list = {.n = 0};

	*err = (struct error){0};
	snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		list.text[list.n++] = word;
	return co_read(format, container, &list, reals, err);
}

static void defaults(void **state)
{
	struct map_format f;
	struct error err;

	(void)state;
	assert_int_equal(co(&f, CONTAINER_COG, "", false, &err), 0);
	assert_int_equal(f.codec, MAP_DEFLATE);
	assert_int_equal(f.level, 1);
	assert_int_equal(f.predictor, 2);
	assert_int_equal(f.tile, 512);
	assert_true(f.overviews);
	assert_false(f.sparse);
	assert_int_equal(f.bigtiff, BIGTIFF_IF_NEEDED);
	assert_int_equal(co(&f, CONTAINER_GTIFF, "", true, &err), 0);
	assert_int_equal(f.container, CONTAINER_GTIFF);
	assert_int_equal(f.level, 1);
	assert_int_equal(f.predictor, 3);
	assert_false(f.overviews);
	assert_int_equal(co(&f, CONTAINER_COG, "COMPRESS=ZSTD", true, &err), 0);
	assert_int_equal(f.level, 1);
	assert_int_equal(co(&f, CONTAINER_COG, "COMPRESS=ZSTD", false, &err), 0);
	assert_int_equal(f.level, 1);
	assert_int_equal(co(&f, CONTAINER_COG, "COMPRESS=LZW", false, &err), 0);
	assert_int_equal(f.level, 0);
	assert_int_equal(co(&f, CONTAINER_COG, "COMPRESS=NONE", true, &err), 0);
	assert_int_equal(f.predictor, 1);
}

static void words_are_taken(void **state)
{
	struct map_format f;
	struct error err;

	(void)state;
	assert_int_equal(co(&f, CONTAINER_COG,
			    "compress=zstd ZSTD_LEVEL=22 predictor=standard BLOCKSIZE=4096 "
			    "bigtiff=if_safer overviews=none sparse_ok=true num_threads=all_cpus",
			    true, &err),
			 0);
	assert_int_equal(f.codec, MAP_ZSTD);
	assert_int_equal(f.level, 22);
	assert_int_equal(f.predictor, 2);
	assert_int_equal(f.tile, 4096);
	assert_int_equal(f.bigtiff, BIGTIFF_IF_SAFER);
	assert_false(f.overviews);
	assert_true(f.sparse);
	assert_int_equal(co(&f, CONTAINER_GTIFF,
			    "ZLEVEL=12 BLOCKXSIZE=128 BLOCKYSIZE=128 TILED=YES OVERVIEWS=AUTO "
			    "BIGTIFF=NO SPARSE_OK=off NUM_THREADS=4 PREDICTOR=FLOATING_POINT "
			    "resampling=average OVERVIEW_RESAMPLING=AVERAGE",
			    true, &err),
			 0);
	assert_int_equal(f.level, 12);
	assert_int_equal(f.tile, 128);
	assert_true(f.overviews);
	assert_int_equal(f.bigtiff, BIGTIFF_NO);
	assert_false(f.sparse);
	assert_int_equal(f.predictor, 3);
	assert_int_equal(co(&f, CONTAINER_COG, "PREDICTOR=NO BIGTIFF=YES", false, &err), 0);
	assert_int_equal(f.predictor, 1);
	assert_int_equal(f.bigtiff, BIGTIFF_YES);
	/* The order does not matter. */
	assert_int_equal(co(&f, CONTAINER_COG, "ZSTD_LEVEL=5 COMPRESS=ZSTD", false, &err), 0);
	assert_int_equal(f.level, 5);
}

static void refused(void **state)
{
	static const struct {
		const char *words;
		bool reals;
		const char *said;
	} cases[] = {
		{"COMPRESS", true, "KEY=VALUE"},
		{"=1", true, "no creation option"},
		{"COMPRESSION=LZW", true, "no creation option"},
		{"COMPRES=LZW", true, "SPARSE_OK"},
		{"COMPRESS=", true, "none of"},
		{"COMPRESS=PACKBITS", true, "DEFLATE, ZSTD, LZW, NONE"},
		{"LEVEL=0", true, "no level"},
		{"LEVEL=-1", true, "no level"},
		{"LEVEL=6x", true, "no level"},
		{"LEVEL=999999999999", true, "no level"},
		{"LEVEL=13", true, "1 to 12"},
		{"LEVEL=3 ZLEVEL=3", true, "mean the same"},
		{"ZLEVEL=3 COMPRESS=ZSTD", true, "not of COMPRESS=ZSTD"},
		{"ZSTD_LEVEL=3", true, "not of COMPRESS=DEFLATE"},
		{"COMPRESS=ZSTD LEVEL=23", true, "no level"},
		{"COMPRESS=NONE LEVEL=1", true, "no level"},
		{"COMPRESS=LZW LEVEL=1", true, "no level"},
		{"COMPRESS=NONE PREDICTOR=2", true, "PREDICTOR"},
		{"PREDICTOR=4", true, "none of"},
		{"PREDICTOR=3", false, "float32"},
		{"BLOCKSIZE=64", true, "power of two"},
		{"BLOCKSIZE=8192", true, "power of two"},
		{"BLOCKSIZE=300", true, "power of two"},
		{"BLOCKSIZE=256 BLOCKXSIZE=512", true, "square"},
		{"TILED=NO", true, "always tiled"},
		{"TILED=MAYBE", true, "none of"},
		{"OVERVIEWS=FORCE_USE_EXISTING", true, "AUTO, NONE"},
		{"OVERVIEW_RESAMPLING=CUBIC", true, "averages"},
		{"NUM_THREADS=many", true, "ALL_CPUS"},
		{"SPARSE_OK=YES SPARSE_OK=YES", true, "twice"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct map_format f;
		struct error err;

		if (co(&f, CONTAINER_COG, cases[i].words, cases[i].reals, &err) != -1)
			fail_msg("%s was taken", cases[i].words);
		assert_int_equal(err.code, EX_USAGE);
		assert_non_null(strstr(err.text, "--co"));
		if (!strstr(err.text, cases[i].said))
			fail_msg("%s: %s", cases[i].words, err.text);
	}
}

static void told(void **state)
{
	char text[CO_TEXT_BYTES];
	struct map_format f;
	struct error err;

	(void)state;
	assert_int_equal(co(&f, CONTAINER_COG, "", false, &err), 0);
	assert_string_equal(co_text(text, &f), "DEFLATE level 1, predictor 2, tiles of 512");
	assert_int_equal(co(&f, CONTAINER_COG, "LEVEL=12 BLOCKSIZE=4096", true, &err), 0);
	assert_string_equal(co_text(text, &f),
			    "DEFLATE level 12, predictor 3 (integers: 2), tiles of 4096");
	assert_int_equal(co(&f, CONTAINER_COG, "COMPRESS=NONE BLOCKSIZE=256", false, &err), 0);
	assert_string_equal(co_text(text, &f), "not compressed, tiles of 256");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(words_are_taken),
		cmocka_unit_test(refused),
		cmocka_unit_test(told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
