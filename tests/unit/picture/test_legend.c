/*
 * Legends: the words and numbers that they show are found in their pixels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "picture/legend.h"

/* How often `text` stands in the picture, drawn at that scale on paper. */
static unsigned find(const struct picture *p, const char *text, unsigned scale, uint8_t ink)
{
	struct picture word;
	unsigned n = 0;

	assert_int_equal(picture_init(&word, (uint32_t)picture_text_width(text, scale),
				      PICTURE_TEXT_HEIGHT * scale, NULL),
			 0);
	memset(word.pixel, LEGEND_PAPER, (size_t)word.x_size * word.y_size);
	picture_text(&word, 0, 0, scale, ink, text);
	for (uint32_t y = 0; y + word.y_size <= p->y_size; y++)
		for (uint32_t x = 0; x + word.x_size <= p->x_size; x++) {
			uint32_t row = 0;

			while (row < word.y_size &&
			       memcmp(picture_row(p, y + row) + x, picture_row(&word, row),
				      word.x_size) == 0)
				row++;
			n += row == word.y_size;
		}
	picture_release(&word);
	return n;
}

static const struct ramp unit = {RAMP_DIVERGING, -1, 1};

static void test_words(void **state)
{
	struct legend legend = {.title = "NDVI",
				.date = "2026-07-01",
				.name = "T33UVR",
				.note = "",
				.ramp = &unit,
				.metres = 10};
	struct picture p;

	(void)state;
	for (uint32_t width = 1; width < 1100; width += 91) {
		legend.note = "";
		assert_int_equal(legend_make(&p, &legend, width, NULL), 0);
		assert_int_equal(find(&p, "no value: transparent", 1, LEGEND_QUIET), 0);
		picture_release(&p);
		legend.note = "no value: transparent";
		assert_int_equal(legend_make(&p, &legend, width, NULL), 0);
		assert_int_equal(find(&p, "no value: transparent", 1, LEGEND_QUIET), 1);
		assert_int_equal(p.x_size, width < 240 ? 240 : width);
		assert_int_equal(find(&p, "NDVI", width < 240 ? 1 : 2, LEGEND_INK) +
					 find(&p, "NDVI", width < 240 ? 2 : 1, LEGEND_INK),
				 1);
		assert_int_equal(find(&p, "T33UVR", 1, LEGEND_INK), 1);
		assert_int_equal(find(&p, "-1", 1, LEGEND_INK), 1);
		assert_int_equal(find(&p, "1 km", 1, LEGEND_INK), 1);
		picture_release(&p);
	}
}

/* The same levels in their order, all of them where there is room. */
static void test_bar(void **state)
{
	const struct legend legend = {"t", "", "", "", &unit, NULL, 0};
	bool seen[RAMP_LEVELS + 1] = {false};
	struct picture p;

	(void)state;
	assert_int_equal(legend_make(&p, &legend, 1024, NULL), 0);
	for (uint32_t y = 0; y < p.y_size; y++) {
		int before = 0;

		for (uint32_t x = 0; x < p.x_size; x++) {
			int level = picture_row(&p, y)[x];

			if (level > RAMP_LEVELS)
				continue;
			assert_true(level >= before);
			seen[level] = true;
			before = level;
		}
	}
	for (int level = 1; level <= RAMP_LEVELS; level++)
		assert_true(seen[level]);
	assert_false(seen[0]);
	assert_int_equal(find(&p, "m", 1, LEGEND_INK), 0); /* no length where none is known */
	assert_int_equal(find(&p, "0.5", 1, LEGEND_INK), 2);
	picture_release(&p);
}

static void test_classes(void **state)
{
	static const char *const names[] = {"valid", "cloud", "snow or ice", NULL};
	const struct legend legend = {"classes", "", "scene", "", NULL, names, 0};
	struct picture p;

	(void)state;
	for (uint32_t width = 1; width < 1000; width += 333) {
		assert_int_equal(legend_make(&p, &legend, width, NULL), 0);
		for (int i = 0; names[i]; i++) {
			assert_int_equal(find(&p, names[i], 1, LEGEND_INK), 1);
			assert_non_null(memchr(p.pixel, i + 1, (size_t)p.x_size * p.y_size));
		}
		picture_release(&p);
	}
}

/* What is not to be seen is not explained; the others keep their colours. */
static void test_some_classes(void **state)
{
	static const char *const all[] = {"valid", "cloud", "shadow", "nodata", NULL};
	static const char *const some[] = {"valid", "", "", "nodata", NULL};
	struct legend legend = {"classes", "", "scene", "", NULL, all, 0};
	struct picture p;
	uint32_t height;

	(void)state;
	assert_int_equal(legend_make(&p, &legend, 240, NULL), 0);
	height = p.y_size;
	picture_release(&p);
	legend.category = some;
	assert_int_equal(legend_make(&p, &legend, 240, NULL), 0);
	assert_true(p.y_size < height);
	for (int i = 0; all[i]; i++) {
		const void *swatch = memchr(p.pixel, i + 1, (size_t)p.x_size * p.y_size);

		assert_int_equal(find(&p, all[i], 1, LEGEND_INK), *some[i] != '\0');
		assert_int_equal(swatch != NULL, *some[i] != '\0');
	}
	picture_release(&p);
}

/* Pixels of the scale bar times metres are what it says. */
static void test_length(void **state)
{
	static const double metres[] = {.03, .5, 10, 30, 437.5, 12345};

	(void)state;
	for (size_t i = 0; i < sizeof(metres) / sizeof(metres[0]); i++) {
		double length = legend_round_length(metres[i] * 160);

		assert_true(length <= metres[i] * 160 && length > metres[i] * 160 / 2.6);
	}
	assert_true(legend_round_length(160) == 100);
	assert_true(legend_round_length(200) == 200);
	assert_true(legend_round_length(999.9) == 500);
	assert_true(legend_round_length(1000) == 1000);
	assert_true(legend_round_length(.7) == .5);
	assert_true(legend_round_length(0) == 0);
	assert_true(legend_round_length(NAN) == 0);
	assert_true(legend_round_length(INFINITY) == 0);
}

static void test_odd(void **state)
{
	static const double metres[] = {NAN, INFINITY, -5, 0, 1e-320, 1e300};
	struct legend legend = {"a title that is much too long for the place that it has here",
				"2026-07-01T10:00:31.024Z",
				"",
				"n",
				&unit,
				NULL,
				0};
	struct picture p;

	(void)state;
	for (size_t i = 0; i < sizeof(metres) / sizeof(metres[0]); i++) {
		legend.metres = metres[i];
		assert_int_equal(legend_make(&p, &legend, 240, NULL), 0);
		assert_int_equal(find(&p, legend.date, 1, LEGEND_INK), 1);
		picture_release(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),   cmocka_unit_test(test_bar),
		cmocka_unit_test(test_classes), cmocka_unit_test(test_some_classes),
		cmocka_unit_test(test_length),  cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
