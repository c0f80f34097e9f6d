/*
 * Rules of --mask: what is read, what it keeps, its one text, what is refused and in which words.
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
#include "masks/layouts.h"
#include "masks/masks.h"

static void parsed(struct mask_rule *rule, const char *text)
{
	struct error err = {0};

	if (mask_rule_parse(rule, text, &err))
		fail_msg("%s: %s", text, err.text);
}

/* --- one text for each meaning --- */

static void texts(void **state)
{
	static const char *const cases[][2] = {
		{"SCL=4,5,6,7,11", "scl=4-7,11"},
		{"SCL=11,4-7", "scl=4-7,11"},
		{"scl=7,6,5,4,5,11", "scl=4-7,11"},
		{"SCL==4-5,5-7,6,11", "scl=4-7,11"},
		{" SCL = 4 - 7 , 11 ", "scl=4-7,11"},
		{"SCL!=3,8-10", "scl!=3,8-10"},
		{"QA_PIXEL&31", "qa_pixel&31=0"},
		{"QA_PIXEL&0x1F=0x0", "qa_pixel&31=0"},
		{"QA&64=64", "qa&64=64"},
		{"QA&0xC0!=192,64", "qa&192!=64,192"},
		{"CLDPRB<20", "cldprb<20"},
		{"CLDPRB<=20.0", "cldprb<=20"},
		{"CLDPRB>-1e2", "cldprb>-100"},
		{"CLDPRB>=.5", "cldprb>=0.5"},
		{"T=-5--2,-0", "t=-5--2,0"},
		{"T=0.1,0.5-0.75", "t=0.1,0.5-0.75"},
		{"T=1.5,2.5", "t=1.5,2.5"},
		{"QA&0xffffffff=1-3", "qa&4294967295=1-3"},
		{"a_name_of_sixty_three_characters_which_is_as_many_as_there_are_=4",
		 "a_name_of_sixty_three_characters_which_is_as_many_as_there_are_=4"},
		{"cldprb:99", "cldprb:99"},
		{"cldprb:0", "cldprb:0"},
		{"T=4294967295", "t=4294967295"},
		{"T=9007199254740993", "t=9007199254740992"},
		{"udm2.1=1", "udm2.1=1"},
		{"UDM2.01=1", "udm2.1=1"},
		{"#5=1", "#5=1"},
		{"*_SCL_20m.jp2=4", "*_SCL_20m.jp2=4"},
		{"HLS*.Fmask.tif&14=0", "HLS*.Fmask.tif&14=0"},
		{"scl", "scl"},
		{"scl:clouds", "scl"},
		{"scl+snow", "scl+snow"},
		{"scl:land+snow", "scl:land"}, /* drops snow anyway */
		{"scl:land", "scl:land"},
		{"landsat-c2:strict+radsat+snow+radsat", "landsat-c2:strict+snow+radsat"},
		{"udm2+snow", "udm2"},
		{"udm2:clouds+snow", "udm2:clouds+snow"},
		{"cldprb:66", "cldprb:66"},
		{"cldprb:066", "cldprb:66"},
		{"auto", "auto"},
		{"auto+snow", "auto+snow"},
		{"auto-optional+water+snow", "auto-optional+snow+water"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mask_rule rule, again;

		parsed(&rule, cases[i][0]);
		assert_string_equal(rule.text, cases[i][1]);
		parsed(&again, rule.text); /* and that text means the same */
		assert_string_equal(again.text, rule.text);
		assert_memory_equal(&again.need.test, &rule.need.test, sizeof(rule.need.test));
	}
}

/* --- what free rules keep --- */

static void free_rules_keep(void **state)
{
	static const struct {
		const char *text;
		double x;
		bool kept;
	} cases[] = {
		{"S=4-7,11", 3, false},
		{"S=4-7,11", 4, true},
		{"S=4-7,11", 7, true},
		{"S=4-7,11", 8, false},
		{"S=4-7,11", 11, true},
		{"S=4-7,11", 11.5, false},
		{"S!=3,8-10", 3, false},
		{"S!=3,8-10", 9, false},
		{"S!=3,8-10", 11, true},
		{"S<20", 19, true},
		{"S<20", 20, false},
		{"S<20", 19.999999999999996, true},
		{"S<=20", 20, true},
		{"S<=20", 20.000000000000004, false},
		{"S>20", 20, false},
		{"S>20", 20.000000000000004, true},
		{"S>=20", 20, true},
		{"S>=20", 19, false},
		{"S<0", -1, true},
		{"S>-3", -3, false},
		{"S=-5--2", -4, true},
		{"S=-5--2", -1, false},
		{"S&31=0", 32, true},
		{"S&31=0", 33, false},
		{"S&31", 16, false},
		{"S&64=64", 64, true},
		{"S&64=64", 191, false},
		{"S&64!=64", 191, true},
		{"S&768=256-512", 512, true},
		{"S&768=256-512", 768, false},
		{"S&1=0", -9999, false}, /* two's complement: odd */
		{"S&1=0", -9998, true},
		{"S<20", NAN, false},
		{"S!=3", NAN, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mask_need need[MASK_NEEDS_MOST];
		struct mask_rule rule;
		int reason;

		parsed(&rule, cases[i].text);
		assert_int_equal(mask_needs(&rule, NULL, need), 1);
		reason = dropped(&need[0].test, cases[i].x);
		if ((reason < 0) != cases[i].kept)
			fail_msg("%s of %g: reason %d", cases[i].text, cases[i].x, reason);
		assert_true(reason < 0 || reason == REASON_OTHER);
	}
}

/* Every list of classes 0 to 15 as a set of bits, in its shortest and in a shuffled form. */
static void lists_of_classes(void **state)
{
	(void)state;
	for (unsigned set = 1; set < 65536; set += 97) {
		struct mask_rule rule;
		char text[200] = "Q=";
		size_t used = 2;

		for (unsigned k = 0; k < 16; k++)
			if (set & 1u << (k * 7 % 16))
				used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u",
							 used > 2 ? "," : "", k * 7 % 16);
		parsed(&rule, text);
		for (unsigned x = 0; x < 20; x++)
			assert_int_equal(dropped(&rule.need.test, x) < 0, x < 16 && set >> x & 1);
	}
}

static void bands_are_named(void **state)
{
	static const struct {
		const char *text, *pattern;
		unsigned index;
	} cases[] = {
		{"SCL=4", "SCL", 0},
		{"udm2.1=1", "udm2", 1},
		{"udm2.65535=1", "udm2", 65535},
		{"HLS.Fmask=1", "HLS.Fmask", 0},
		{"*.Fmask.tif.2=1", "*.Fmask.tif", 2},
		{"#12=1", "#", 12},
		{"two words=1", "two words", 0},
		{"a.=1", "a.", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mask_rule rule;

		parsed(&rule, cases[i].text);
		assert_string_equal(rule.need.pattern, cases[i].pattern);
		assert_int_equal(rule.need.index, cases[i].index);
		assert_int_equal(rule.kind, RULE_FREE);
	}
}

/* --- what is refused --- */

static void wrong_rules_are_helped(void **state)
{
	static const char *const cases[][2] = {
		{"", "imgpipe mask lists"},
		{"scll", "did you mean scl?"},
		{"Scl", "take the preset scl"},
		{"landsat", "msk-classi"},
		{"SCL", "take the preset scl"},
		{"QA_PIXEL", "take the preset landsat-c2"},
		{"CLDPRB", "take the preset cldprb:66"},
		{"scl:cloud", "sets: clouds, clear, land, high, cloud_and_shadow"},
		{"scl:", "no set ''"},
		{"scl+radsat", "it has +snow"},
		{"scl+", "has no +"},
		{"scl+snow+clouds", "no +clouds"},
		{"udm1+snow", "nor any other extra"},
		{"cldprb", "threshold in percent from 0 to 99"},
		{"cldprb:", "from 0 to 99"},
		{"cldprb:100", "from 0 to 99"},
		{"cldprb:6x", "from 0 to 99"},
		{"cldprb:-1", "from 0 to 99"},
		{"cldprb:99999999999999999999", "from 0 to 99"},
		{"auto:clear", "auto takes no set"},
		{"auto+cloud", "auto has no +cloud"},
		{"=4", "no band is named"},
		{" =4", "no band is named"},
		{"&31", "no band is named"},
		{"a/SCL=4", "no name of a band"},
		{"SCL|CLD=4", "no name of a band"},
		{"udm2.0=1", "no name of a band"},
		{"udm2.65536=1", "no name of a band"},
		{"#=1", "no name of a band"},
		{"#x=1", "no name of a band"},
		{".1=1", "no name of a band"},
		{"a\tb=1", "no name of a band"},
		{"SCL=", "no list of numbers"},
		{"SCL=a", "no list of numbers"},
		{"SCL=4,,5", "no list of numbers"},
		{"SCL=4,", "no list of numbers"},
		{"SCL=4-", "no list of numbers"},
		{"SCL=4;5", "no list of numbers"},
		{"SCL=nan", "no list of numbers"},
		{"SCL=inf", "no list of numbers"},
		{"SCL=1e999", "no list of numbers"},
		{"SCL=7-4", "the range 7-4 is empty"},
		{"SCL!4", "in quotes"},
		{"SCL<", "stands one number"},
		{"SCL<1,2", "stands one number"},
		{"SCL<nan", "stands one number"},
		{"QA&", "one whole number"},
		{"QA&0", "one whole number"},
		{"QA&x", "one whole number"},
		{"QA&1.5", "one whole number"},
		{"QA&-1", "one whole number"},
		{"QA&4294967296", "one whole number"},
		{"QA&31<4", "compared by = or !="},
		{"QA&31=32", "x & 31 is never 32"},
		{"QA&12=1", "x & 12 is never 1"},
		{"QA&12=-4", "never -4"},
		{"QA&12=0.5", "never 0.5"},
		{"QA&12=13-14", "never 13"},
		{"QA&12=-2-4", "never -2"},
		{"QA&12=0-4.5", "never 0"},
		{"QA&12=0.5-4", "never 0.5"},
		{"a_name_of_sixty_four_characters_which_is_one_more_than_there_is_=4", "too long"},
		{"QA&31x", "in quotes"},
		{"QA=1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33,35,37,39,41,43,45,47,49,51,53,"
		 "55,57,59,61,63,65",
		 "more than 32 numbers"},
		{"QA=1000000001,1000000003,1000000005,1000000007,1000000009,1000000011,1000000013,"
		 "1000000015,1000000017,1000000019,1000000021,1000000023,1000000025,1000000027,"
		 "1000000029,1000000031,1000000033,1000000035,1000000037",
		 "too long"},
		{"a_name_that_is_much_longer_than_any_that_an_operator_gives_to_files_1=4",
		 "too long"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mask_rule rule;
		struct error err = {0};

		if (mask_rule_parse(&rule, cases[i][0], &err) == 0)
			fail_msg("'%s' is taken as %s", cases[i][0], rule.text);
		assert_int_equal(err.code, EX_USAGE);
		if (!strstr(err.text, cases[i][1]) || strncmp(err.text, "--mask '", 8) != 0)
			fail_msg("'%s': %s", cases[i][0], err.text);
	}
}

/* --- all rules --- */

static void rules_of_a_run(void **state)
{
	struct text_list none = {0};
	struct text_list list = {4, {"scl", "CLDPRB<20", "scl:clouds", "cldprb<20"}};
	struct text_list bad = {2, {"scl", "scl:x"}};
	struct text_list many = {9,
				 {"A=1", "A=2", "A=3", "A=4", "A=5", "A=6", "A=7", "A=8", "A=9"}};
	struct masks *masks;
	struct error err = {0};

	(void)state;
	assert_int_equal(masks_make(&masks, &none, &err), 0);
	assert_null(masks);
	assert_int_equal(masks_make(&masks, &list, &err), 0);
	assert_int_equal(masks->n, 2); /* the same rule once */
	assert_string_equal(masks->text, "scl && cldprb<20");
	masks_free(masks);
	assert_int_equal(masks_make(&masks, &bad, &err), -1);
	assert_null(masks);
	assert_int_equal(masks_make(&masks, &many, &err), -1);
	assert_non_null(strstr(err.text, "more than 8 rules"));
	many.n = MASK_RULES_MOST;
	assert_int_equal(masks_make(&masks, &many, &err), 0);
	masks_free(masks);
	masks_free(NULL);
}

/* --- what presets read --- */

static const struct mask_need *need_of(const struct mask_need *need, unsigned n,
				       const char *pattern, unsigned index)
{
	for (unsigned i = 0; i < n && i < MASK_NEEDS_MOST; i++)
		if (strcmp(need[i].pattern, pattern) == 0 && need[i].index == index)
			return &need[i];
	return NULL;
}

static void presets_read(void **state)
{
	struct mask_need need[MASK_NEEDS_MOST];
	struct mask_rule rule;

	(void)state;
	parsed(&rule, "landsat-c2");
	assert_int_equal(mask_needs(&rule, rule.layout, need), 1);
	assert_string_equal(need[0].pattern, "QA_PIXEL");
	parsed(&rule, "landsat-c2+radsat+aerosol");
	assert_int_equal(mask_needs(&rule, rule.layout, need), 3);
	assert_true(need_of(need, 3, "QA_RADSAT", 0)->saturation);
	assert_false(need_of(need, 3, "SR_QA_AEROSOL", 0)->saturation);
	parsed(&rule,
	       "landsat-c2+terrain"); /* of the same band, but nothing of bands that are read */
	assert_int_equal(mask_needs(&rule, rule.layout, need), 2);
	assert_false(need[1].saturation);
	parsed(&rule, "msk-classi:opaque");
	assert_int_equal(mask_needs(&rule, rule.layout, need), 1);
	assert_int_equal(need[0].index, 1);
	parsed(&rule, "msk-classi+snow");
	assert_int_equal(mask_needs(&rule, rule.layout, need), 3);
	assert_int_equal(need[2].index, 3);
}

/* udm2 keeps where band 1 is 1; the others only tell why. Of its other set they are the rule. */
static void optional_needs(void **state)
{
	struct mask_need need[MASK_NEEDS_MOST];
	struct mask_rule rule;
	unsigned n;

	(void)state;
	parsed(&rule, "udm2");
	n = mask_needs(&rule, rule.layout, need);
	assert_int_equal(n, 6);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(need[i].optional, need[i].index != 1);
	assert_int_equal(need[n - 1].index, 1); /* the last: the others tell first */
	assert_true(need[n - 1].test.keep);
	parsed(&rule, "udm2:clouds+snow");
	n = mask_needs(&rule, rule.layout, need);
	assert_int_equal(n, 5);
	for (unsigned i = 0; i < n; i++)
		assert_false(need[i].optional);
	assert_non_null(need_of(need, n, "udm2", 8));
	assert_null(need_of(need, n, "udm2", 1));
}

static void auto_takes_what_has_its_extras(void **state)
{
	struct mask_need by_auto[MASK_NEEDS_MOST], by_name[MASK_NEEDS_MOST];
	struct mask_rule rule, preset;
	unsigned n;

	(void)state;
	parsed(&rule, "auto+snow");
	assert_true(mask_takes(&rule, layout_called("scl")));
	assert_true(mask_takes(&rule, layout_called("udm2")));
	assert_false(mask_takes(&rule, layout_called("qa60")));
	parsed(&rule, "auto-optional");
	assert_true(mask_takes(&rule, layout_called("qa60")));
	assert_false(mask_takes(&rule, layout_called("cldprb")));
	parsed(&preset, "scl:land");
	assert_true(mask_takes(&preset, layout_called("scl")));
	assert_false(mask_takes(&preset, layout_called("qa60")));
	parsed(&preset, "SCL=4");
	assert_false(mask_takes(&preset, layout_called("scl")));

	parsed(&rule, "auto+snow");
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l)) {
		char text[64];

		if (!mask_takes(&rule, l))
			continue;
		(void)snprintf(text, sizeof(text), "%s+snow", layout_name(l));
		parsed(&preset, text);
		n = mask_needs(&preset, l, by_name);
		assert_int_equal(mask_needs(&rule, l, by_auto), n);
		for (unsigned i = 0; i < n; i++)
			assert_memory_equal(&by_auto[i].test, &by_name[i].test,
					    sizeof(by_name[i].test));
	}
}

static void saturation_of_bands_that_are_read(void **state)
{
	static const char *const codes[] = {"4", "6", "9", "8", "10", "8A", "", "A", "0"};
	static const char *const first = "1";
	struct mask_need need[MASK_NEEDS_MOST];
	struct mask_rule rule;
	struct mask_test *test = &need[1].test;

	(void)state;
	parsed(&rule, "landsat-c2+radsat");
	assert_int_equal(mask_needs(&rule, rule.layout, need), 2);
	assert_int_equal(dropped(test, 0x7f), -1); /* no bands yet */
	assert_int_equal(dropped(test, 1 << 9), REASON_SATURATED);
	mask_saturation(test, codes, 9);
	assert_int_equal(test->condition[0].bits, 1 << 3 | 1 << 5 | 1 << 8);
	for (unsigned bit = 0; bit < 16; bit++) {
		bool read = bit == 3 || bit == 5 || bit == 8 || bit == 9; /* 9: dropped pixel */

		assert_int_equal(dropped(test, 1u << bit), read ? REASON_SATURATED : -1);
	}
	mask_saturation(test, codes, 1);
	assert_int_equal(dropped(test, 1 << 5), -1);
	assert_int_equal(dropped(test, 1 << 3), REASON_SATURATED);
	mask_saturation(test, &first, 1);
	assert_int_equal(dropped(test, 1), REASON_SATURATED);
	mask_saturation(test, codes, 0);
	assert_int_equal(dropped(test, 0xff), -1);
}

static void reasons_have_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_MASK_REASONS; i++) {
		assert_true(strlen(mask_reason_word(i)) > 3);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(mask_reason_word(i), mask_reason_word(k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(free_rules_keep),
		cmocka_unit_test(lists_of_classes),
		cmocka_unit_test(bands_are_named),
		cmocka_unit_test(wrong_rules_are_helped),
		cmocka_unit_test(rules_of_a_run),
		cmocka_unit_test(presets_read),
		cmocka_unit_test(optional_needs),
		cmocka_unit_test(auto_takes_what_has_its_extras),
		cmocka_unit_test(saturation_of_bands_that_are_read),
		cmocka_unit_test(reasons_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
