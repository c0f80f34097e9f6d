/*
 * Ramps: ends, middle, levels of equal width, and one direction of lightness on either side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "picture/ramp.h"

static void assert_colour(struct rgba c, unsigned red, unsigned green, unsigned blue)
{
	assert_int_equal(c.red, red);
	assert_int_equal(c.green, green);
	assert_int_equal(c.blue, blue);
	assert_int_equal(c.alpha, 255);
}

static void test_anchors(void **state)
{
	(void)state;
	assert_colour(ramp_colour(RAMP_DIVERGING, 0), 84, 44, 8);
	assert_colour(ramp_colour(RAMP_DIVERGING, .5), 238, 230, 206);
	assert_colour(ramp_colour(RAMP_DIVERGING, 1), 4, 66, 64);
	assert_colour(ramp_colour(RAMP_SEQUENTIAL, 0), 36, 22, 84);
	assert_colour(ramp_colour(RAMP_SEQUENTIAL, .125), 39, 53, 111);
	assert_colour(ramp_colour(RAMP_SEQUENTIAL, 7), 250, 232, 92);
	assert_colour(ramp_colour(RAMP_SEQUENTIAL, -INFINITY), 36, 22, 84);
}

/* Relative luminance of sRGB (IEC 61966-2-1). */
static double luminance(struct rgba c)
{
	const double weight[] = {.2126, .7152, .0722};
	const uint8_t part[] = {c.red, c.green, c.blue};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double v = part[i] / 255.;

		sum += weight[i] * (v <= .04045 ? v / 12.92 : pow((v + .055) / 1.055, 2.4));
	}
	return sum;
}

static void test_lightness(void **state)
{
	struct rgba d[RAMP_LEVELS + 1], s[RAMP_LEVELS + 1];

	(void)state;
	ramp_colours(d, RAMP_DIVERGING);
	ramp_colours(s, RAMP_SEQUENTIAL);
	assert_int_equal(d[0].alpha, 0);
	assert_int_equal(s[0].alpha, 0);
	assert_colour(d[1], 84, 44, 8);
	assert_colour(d[RAMP_LEVELS], 4, 66, 64);
	for (int i = 2; i <= RAMP_LEVELS; i++) {
		assert_true(luminance(s[i]) >= luminance(s[i - 1]));
		if (i <= RAMP_LEVELS / 2)
			assert_true(luminance(d[i]) >= luminance(d[i - 1]));
		if (i > RAMP_LEVELS / 2 + 1)
			assert_true(luminance(d[i]) <= luminance(d[i - 1]));
	}
	/* In grey, both ends are as far from the middle. */
	assert_true(fabs(luminance(d[1]) - luminance(d[RAMP_LEVELS])) < .02);
}

static void test_levels(void **state)
{
	const struct ramp ramp = ramp_make(-1, 1);

	(void)state;
	assert_int_equal(ramp_level(&ramp, NAN), 0);
	assert_int_equal(ramp_level(&ramp, -INFINITY), 1);
	assert_int_equal(ramp_level(&ramp, -1), 1);
	assert_int_equal(ramp_level(&ramp, 1), RAMP_LEVELS);
	assert_int_equal(ramp_level(&ramp, 1e30), RAMP_LEVELS);
	assert_int_equal(ramp_level(&ramp, -1e-12), 125);
	assert_int_equal(ramp_level(&ramp, 0), 126);
	for (int level = 1; level <= RAMP_LEVELS; level++)
		assert_int_equal(ramp_level(&ramp, -1 + (level - .5) * 2 / RAMP_LEVELS), level);
}

static void test_choice(void **state)
{
	const struct {
		double low, high;
		enum ramp_kind kind;
		double from, to;
	} cases[] = {
		{-1, 1, RAMP_DIVERGING, -1, 1},    {-1, .5, RAMP_DIVERGING, -1, 1},
		{-.25, 1, RAMP_DIVERGING, -1, 1},  {-.2, 1, RAMP_SEQUENTIAL, -.2, 1},
		{0, 32, RAMP_SEQUENTIAL, 0, 32},   {.2, .8, RAMP_SEQUENTIAL, .2, .8},
		{-3, -1, RAMP_SEQUENTIAL, -3, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ramp ramp = ramp_make(cases[i].low, cases[i].high);

		assert_int_equal(ramp.kind, cases[i].kind);
		assert_true(ramp.low == cases[i].from && ramp.high == cases[i].to);
	}
	/* All pixels of one value. */
	for (double v = -1e6; v <= 1e6; v += 2.5e5) {
		struct ramp ramp = ramp_make(v, v);

		assert_true(ramp.low < ramp.high);
		assert_int_equal(ramp_level(&ramp, v), 1);
	}
}

/* Of both ramps, a line a level: for tests/oracle/pictures.py. */
static int print_colours(void)
{
	for (int kind = RAMP_DIVERGING; kind <= RAMP_SEQUENTIAL; kind++) {
		struct rgba c[RAMP_LEVELS + 1];

		ramp_colours(c, (enum ramp_kind)kind);
		for (int i = 1; i <= RAMP_LEVELS; i++)
			(void)printf("%u %u %u\n", c[i].red, c[i].green, c[i].blue);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anchors),
		cmocka_unit_test(test_lightness),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_choice),
	};

	if (argc > 1 && strcmp(argv[1], "--colours") == 0)
		return print_colours();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
