/*
 * The table of layouts: rows that are whole, names of files, numbers that cannot be.
 *
 * Called with --tables, it reads rules, one a line, and writes what each need does to every number
 * from 0 to 65535, a letter a number; with --fits, it reads what was seen of files, and writes the
 * layouts that fit. tests/oracle/mask_layouts.py calls it so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mask_eval.h"
#include "masks/layout_row.h"
#include "masks/mask_text.h"

enum { WORDS = 65536 };

/* --- for the oracle --- */

static int tables(void)
{
	char line[MASK_RULE_BYTES + 2];

	while (fgets(line, sizeof(line), stdin)) {
		struct mask_need need[MASK_NEEDS_MOST];
		struct mask_rule rule;
		struct error err = {0};
		unsigned n;

		line[strcspn(line, "\n")] = '\0';
		if (mask_rule_parse(&rule, line, &err)) {
			printf("%s\n", err.text);
			return 1;
		}
		n = mask_needs(&rule, rule.layout, need);
		printf("%s %u\n", line, n);
		for (unsigned i = 0; i < n; i++) {
			printf("%s %u %d %d\n", need[i].pattern, need[i].index, need[i].optional,
			       need[i].saturation);
			for (unsigned x = 0; x < WORDS; x++)
				putchar('a' + dropped(&need[i].test, x));
			putchar('\n');
		}
	}
	return 0;
}

/* Lines: file name, n, any, least, most. */
static int fits(void)
{
	struct quality_seen seen;
	unsigned long long n;
	char name[200], problem[LAYOUT_PROBLEM_BYTES];

	while (scanf("%199s %llu %u %u %u", name, &n, &seen.any, &seen.least, &seen.most) == 5) {
		const struct mask_layout *other;

		seen.n = n;
		printf("%s", name);
		for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
			if (layout_names(l, name, NULL))
				printf(" %s%s", layout_name(l),
				       layout_fits(l, &seen, problem, sizeof(problem)) ? "" : "!");
		other = layout_that_fits(name, &seen);
		printf(" -> %s\n", other ? layout_name(other) : "none");
	}
	return 0;
}

/* --- rows --- */

static void rows_are_whole(void **state)
{
	unsigned n = 0;

	(void)state;
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l), n++) {
		struct quality_seen none = {0};
		char problem[LAYOUT_PROBLEM_BYTES];

		assert_ptr_equal(layout_called(layout_name(l)), l);
		assert_string_equal(layout_word(n), layout_name(l));
		assert_int_equal(
			layout_name(
				l)[strspn(layout_name(l), "abcdefghijklmnopqrstuvwxyz0123456789-")],
			'\0');
		assert_true(strlen(layout_name(l)) < sizeof(((struct scene_rule *)0)->layout));
		assert_true(strlen(l->title) > 10 && strlen(l->source) > 10);
		assert_true(layout_fits(l, &none, problem, sizeof(problem)));
		assert_null(layout_doubt(l, &none));
	}
	assert_int_equal(n, 17);
	assert_null(layout_word(n));
	assert_null(layout_called("no such"));
	assert_ptr_equal(layout_called("SCL"), layout_called("scl"));
}

static void conditions_have_room(void **state)
{
	(void)state;
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l)) {
		struct mask_rule rule = {
			.kind = RULE_PRESET, .layout = l, .extras = UINT32_MAX, .threshold = 50};

		for (rule.set = 0; rule.set < 5; rule.set++) {
			struct mask_need need[MASK_NEEDS_MOST];
			unsigned n = mask_needs(&rule, l, need);

			assert_true(n <= MASK_NEEDS_MOST);
			for (unsigned i = 0; i < n; i++) {
				assert_true(need[i].test.n >= 1);
				assert_true(need[i].test.n <= MASK_CONDITIONS_MOST);
				assert_true(*need[i].pattern != '\0');
			}
		}
	}
}

/* --- names of files --- */

static void files_are_known(void **state)
{
	static const struct {
		const char *file, *scene, *layouts; /* in the table's order */
	} cases[] = {
		{"T33UXP_20260701T100031_SCL_20m.jp2", NULL, "scl"},
		{"SCL.tif", NULL, "scl"},
		{"S2A2A_20170703_022_Barbellino_SCL_10.tif", NULL, "scl"},
		{"MUSCLE.tif", NULL, ""},
		{"SCLX.tif", NULL, ""},
		{"MSK_CLASSI_B00.jp2", NULL, "msk-classi"},
		{"QA60", NULL, "qa60"},
		{"MSK_CLDPRB_20m.jp2", NULL, "cldprb"},
		{"CLD.tif", NULL, "cldprb"},
		{"LC08_L2SP_008059_20191201_20200825_02_T1_QA_PIXEL.TIF", NULL, "landsat-c2"},
		{"LC08_L1TP_013032_20180131_20180207_01_T1_BQA.TIF", NULL, "landsat-c1"},
		{"LC81100752015319LGN00_BQA.TIF", NULL, "landsat-pre"},
		{"BQA.TIF", "LC81100752015319LGN00", "landsat-pre"},
		{"BQA.TIF", "LE07_L1TP_160031_20110416_20160914_01_T1", "landsat-c1"},
		{"l8_BQA.tif", "l8", "landsat-bqa"},
		{"BQA", NULL, "landsat-bqa"},
		{"LE07_L1TP_022033_20090424_20160916_01_T1_pixel_qa.tif", NULL, "pixel-qa"},
		{"LT05_L2SP_038037_20120505_20200820_02_T1_SR_CLOUD_QA.TIF", NULL, "sr-cloud-qa"},
		{"LT50450302011001_cfmask.tif", NULL, "cfmask"},
		{"HLS.S30.T13RCN.2024128T173909.v2.0.Fmask.tif", NULL, "fmask"},
		{"20220412_184322_42_2440_3B_udm2.tif", NULL, "udm2"},
		{"20220412_184322_42_2440_3B_udm2_clip.tif", NULL, "udm2"},
		{"20180412_184322_1011_3B_AnalyticMS_DN_udm.tif", NULL, "udm1"},
		{"20180412_184322_1011_3B_AnalyticMS_DN_udm_clip.tif", NULL, "udm1"},
		{"MOD09GA.A2023123.h18v03.061.state_1km_1.tif", NULL, "modis-state"},
		{"sur_refl_state_500m", NULL, "modis-state"},
		{"20180823_LEVEL2_SEN2A_QAI.tif", NULL, "force-qai"},
		{"SENTINEL2A_20170706-090107-511_L2A_T33KWP_C_V1-0_CLM_R1.tif", NULL, "maja-clm"},
		{"CLM.tif", NULL, ""},
		{"T33UXP_20260701T100031_B04_10m.jp2", NULL, ""},
		{"", NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char list[200] = "";

		for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
			if (layout_names(l, cases[i].file, cases[i].scene)) {
				strcat(list, *list ? " " : "");
				strcat(list, layout_name(l));
			}
		if (strcmp(list, cases[i].layouts) != 0)
			fail_msg("%s: '%s', not '%s'", cases[i].file, list, cases[i].layouts);
	}
}

static void fill_is_known(void **state)
{
	static const struct {
		const char *layout;
		uint32_t x;
		bool fill;
	} cases[] = {
		{"scl", 0, true},
		{"scl", 1, false},
		{"qa60", 0, false},
		{"fmask", 255, true},
		{"fmask", 0, false},
		{"cfmask", 255, true},
		{"landsat-c2", 1, true},
		{"landsat-c2", 0, true},
		{"landsat-c2", 21824, false},
		{"landsat-c1", 1, true},
		{"landsat-c1", 2720, false},
		{"landsat-pre", 0, true},
		{"pixel-qa", 1, true},
		{"pixel-qa", 322, false},
		{"modis-state", 65535, true},
		{"modis-state", 0, false},
		{"force-qai", 1, true},
		{"force-qai", 0, false},
		{"force-qai", (uint32_t)-9999, true},
		{"udm2", 0, false},
		{"maja-clm", 255, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(layout_is_fill(layout_called(cases[i].layout), cases[i].x),
				 cases[i].fill);
}

/* --- numbers --- */

static struct quality_seen see(const uint32_t *x)
{
	struct quality_seen seen = {.least = UINT32_MAX};

	for (; *x != UINT32_MAX; x++) {
		seen.n++;
		seen.any |= *x;
		seen.least = *x < seen.least ? *x : seen.least;
		seen.most = *x > seen.most ? *x : seen.most;
	}
	return seen;
}

/* Numbers that the operators' own tables list, and layouts that can have them. */
static const struct {
	const char *what, *file, *fitting;
	uint32_t x[24];
} numbers[] = {
	{"Collection 2 OLI",
	 "a_QA_PIXEL.TIF",
	 "landsat-c2",
	 {21824, 21826, 21888, 21890, 21952, 22018, 22080, 22144, 22280, 23888, 23952,     24088,
	  24144, 24216, 24344, 24472, 30048, 54596, 54852, 55052, 56856, 56984, UINT32_MAX}},
	{"Collection 2 TM",
	 "a_QA_PIXEL.TIF",
	 "landsat-c2",
	 {5440, 5442, 5504, 5506, 5696, 5760, 5896, 7440, 7568, 7696, 7824, 7960, 8088, 13664,
	  UINT32_MAX}},
	{"Collection 2 TM, clear alone", "a_QA_PIXEL.TIF", "landsat-c2", {5440, 5504, UINT32_MAX}},
	{"Collection 2 MSS", "a_QA_PIXEL.TIF", "landsat-c2", {256, 776, UINT32_MAX}},
	{"Collection 1 OLI",
	 "a_BQA.TIF",
	 "landsat-c1",
	 {2720, 2724, 2752, 2800, 2976, 3008, 3744, 3776, 6816, 6848, 6896, 7072, 7104, 7840, 7872,
	  UINT32_MAX}},
	{"Collection 1 TM", "a_BQA.TIF", "landsat-c1", {672, 676, 704, 752, 928, 1696, UINT32_MAX}},
	{"Collection 1 OLI, cirrus alone", "a_BQA.TIF", "landsat-c1", {6816, 6896, UINT32_MAX}},
	{"before collections",
	 "a_BQA.TIF",
	 "landsat-pre",
	 {20480, 20512, 23552, 28672, 36864, 36896, 45056, 53248, 53280, 56320, 61440, UINT32_MAX}},
	{"before collections, clear alone", "a_BQA.TIF", "landsat-pre", {20480, UINT32_MAX}},
	{"Collection 1 Level-2 OLI",
	 "a_pixel_qa.tif",
	 "pixel-qa",
	 {322, 324, 328, 336, 352, 386, 392, 416, 480, 834, 836, 840, 864, 898, 992, 1346,
	  UINT32_MAX}},
	{"Collection 1 Level-2 TM",
	 "a_pixel_qa.tif",
	 "pixel-qa",
	 {66, 68, 72, 80, 96, 130, 132, 136, 144, 160, 224, UINT32_MAX}},
};

static void numbers_that_cannot_be(void **state)
{
	static const char *const layouts[] = {"landsat-c1", "landsat-pre"};
	const struct mask_layout *c2 = layout_called("landsat-c2");

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct quality_seen seen = see(numbers[i].x);
		const struct mask_layout *right = layout_called(numbers[i].fitting);
		char problem[LAYOUT_PROBLEM_BYTES] = "";

		if (!layout_fits(right, &seen, problem, sizeof(problem)))
			fail_msg("%s: %s", numbers[i].what, problem);
		assert_ptr_equal(layout_that_fits(numbers[i].file, &seen), right);
		/* The layouts that are called BQA are told from all others of theirs. */
		for (size_t k = 0; k < 2; k++) {
			const struct mask_layout *l = layout_called(layouts[k]);

			if (l == right || strcmp(numbers[i].fitting, "pixel-qa") == 0)
				continue;
			if (layout_fits(l, &seen, problem, sizeof(problem)))
				fail_msg("%s fits %s", numbers[i].what, layouts[k]);
			assert_ptr_equal(layout_that_fits("a_BQA.TIF", &seen), right);
		}
		/* What either can be, and no other of Landsat's, their joint layout can be. */
		assert_int_equal(
			layout_fits(layout_called("landsat-bqa"), &seen, problem, sizeof(problem)),
			strcmp(numbers[i].file, "a_BQA.TIF") == 0);
		/* What could be of TM is told from Collection 2 by its file's name alone. */
		if (right != c2 && seen.least < 0x1500 &&
		    layout_fits(c2, &seen, problem, sizeof(problem)))
			fail_msg("%s fits landsat-c2", numbers[i].what);
	}
}

static void problems_are_said(void **state)
{
	static const uint32_t pre[] = {20480, 61440, UINT32_MAX}, zeros[] = {0, 0, UINT32_MAX},
			      twelve[] = {4, 12, UINT32_MAX}, few[] = {0, 2, 4, UINT32_MAX};
	struct quality_seen seen = see(pre);
	char problem[LAYOUT_PROBLEM_BYTES];

	(void)state;
	assert_false(layout_fits(layout_called("landsat-c1"), &seen, problem, sizeof(problem)));
	assert_string_equal(problem, "holds numbers from 20480 to 61440, which landsat-c1 has not: "
				     "bits 13 to 15 are not used");
	assert_null(layout_that_fits("SCL.tif", &seen));
	seen = see(twelve);
	assert_false(layout_fits(layout_called("scl"), &seen, problem, sizeof(problem)));
	seen = see(zeros);
	assert_non_null(strstr(layout_doubt(layout_called("qa60"), &seen), "only zeros"));
	assert_null(layout_doubt(layout_called("msk-classi"), &seen));
	seen = see(few);
	assert_non_null(strstr(layout_doubt(layout_called("fmask"), &seen), "cfmask"));
	assert_null(layout_doubt(layout_called("qa60"), &seen));
}

/* The least number that each of these cannot have, beside one that it can. */
static void borders_of_what_can_be(void **state)
{
	static const struct {
		const char *layout;
		uint32_t can, cannot;
	} cases[] = {
		{"scl", 11, 12},
		{"msk-classi", 1, 2},
		{"udm2", 1, 2},
		{"cldprb", 100, 101},
		{"qa60", 3072, 4096},
		{"qa60", 1024, 512},
		{"landsat-c1", 8191, 8192},
		{"landsat-c1", 672, 671},
		{"landsat-c1", 4095, 4096},
		{"landsat-c1", 6144, 6143},
		{"landsat-bqa", 8191, 8192},
		{"landsat-bqa", 672, 671},
		{"landsat-bqa", 16384, 16383},
		{"landsat-bqa", 16384, 16392},
		{"landsat-c2", 5376, 5375},
		{"landsat-c2", 21760, 21759},
		{"landsat-pre", 16384, 16383},
		{"landsat-pre", 16384, 16392},
		{"pixel-qa", 66, 65},
		{"pixel-qa", 2047, 2048},
		{"fmask", 254, 256},
		{"cfmask", 4, 5},
		{"udm1", 127, 128},
		{"sr-cloud-qa", 63, 64},
		{"modis-state", 65534, 65536},
		{"force-qai", 32766, 32768},
		{"maja-clm", 255, 256},
		{"maja-clm", 3, 2},
		{"maja-clm", 192, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct mask_layout *l = layout_called(cases[i].layout);
		uint32_t can[] = {cases[i].can, UINT32_MAX},
			 cannot[] = {cases[i].cannot, UINT32_MAX};
		struct quality_seen yes = see(can), no = see(cannot);
		char problem[LAYOUT_PROBLEM_BYTES];

		if (!layout_fits(l, &yes, problem, sizeof(problem)) ||
		    layout_fits(l, &no, problem, sizeof(problem)))
			fail_msg("%s: %u, %u", cases[i].layout, cases[i].can, cases[i].cannot);
	}
}

/* --- text --- */

static void texts_name_all(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	mask_text_list(out);
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l)) {
		struct mask_rule rule = {.kind = RULE_PRESET, .layout = l, .threshold = 40};

		(void)snprintf(rule.text, sizeof(rule.text), "%s", layout_name(l));
		mask_text_show(out, &rule);
	}
	assert_int_equal(fclose(out), 0);
	for (unsigned i = 0; mask_word(i); i++)
		assert_non_null(strstr(text, mask_word(i)));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 100)
			fail_msg("wider than 100 columns: %s", line);
	free(text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),         cmocka_unit_test(conditions_have_room),
		cmocka_unit_test(files_are_known),        cmocka_unit_test(fill_is_known),
		cmocka_unit_test(numbers_that_cannot_be), cmocka_unit_test(problems_are_said),
		cmocka_unit_test(borders_of_what_can_be), cmocka_unit_test(texts_name_all),
	};

	if (argc == 2 && strcmp(argv[1], "--tables") == 0)
		return tables();
	if (argc == 2 && strcmp(argv[1], "--fits") == 0)
		return fits();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
