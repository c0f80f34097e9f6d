/*
 * Pictures: what is drawn stays inside, text has its letters and its width, smaller ones are means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../random.h"
#include "picture/picture.h"

static unsigned count(const struct picture *p, uint8_t colour)
{
	unsigned n = 0;

	for (size_t i = 0; i < (size_t)p->x_size * p->y_size; i++)
		n += p->pixel[i] == colour;
	return n;
}

static void test_inside(void **state)
{
	struct picture p;

	(void)state;
	assert_int_equal(picture_init(&p, 10, 8, NULL), 0);
	picture_fill(&p, -3, -2, 5, 4, 1);
	assert_int_equal(count(&p, 1), 2 * 2);
	picture_fill(&p, 8, 7, 100, 100, 2);
	assert_int_equal(count(&p, 2), 2);
	picture_fill(&p, 20, 0, 3, 3, 3);
	picture_fill(&p, -20, 0, 3, 3, 3);
	picture_fill(&p, 0, 0, -3, 3, 3);
	picture_fill(&p, INT32_MAX - 2, INT32_MAX - 2, 100, 100, 3);
	picture_text(&p, -100, 3, 2, 3, "a");
	assert_int_equal(count(&p, 3), 0);
	picture_line(&p, -5, 4, 20, 4, 4);
	assert_int_equal(count(&p, 4), 10);
	picture_line(&p, 0, 0, 7, 7, 5); /* corner to corner */
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(picture_row(&p, i)[i], 5);
	memset(p.pixel, 0, 80);
	picture_frame(&p, 1, 1, 5, 4, 6);
	assert_int_equal(count(&p, 6), 2 * 5 + 2 * 2);
	picture_release(&p);
	assert_int_equal(picture_init(&p, 0, 8, NULL), -1);
	assert_int_equal(picture_init(&p, 8, PICTURE_MOST + 1, NULL), -1);
	assert_null(p.pixel);
}

/* Rows of letters as people see them. */
static void assert_letters(const char *text, const char *const row[PICTURE_TEXT_HEIGHT])
{
	struct picture p;
	size_t width = strlen(row[0]);

	assert_int_equal(picture_init(&p, (uint32_t)width, PICTURE_TEXT_HEIGHT, NULL), 0);
	picture_text(&p, 0, 0, 1, 1, text);
	for (uint32_t y = 0; y < PICTURE_TEXT_HEIGHT; y++)
		for (size_t x = 0; x < width; x++)
			assert_int_equal(picture_row(&p, y)[x], row[y][x] == '#');
	picture_release(&p);
}

static void test_letters(void **state)
{
	static const char *const odd[] = {".###..", "#...#.", "....#.", "...#..", "..#...",
					  "......", "..#...", "......", "......"};

	/* The j hangs below the line. */
	static const char *const nj[] = {"#...#....#.", "#...#......", "##..#...##.",
					 "#.#.#....#.", "#..##....#.", "#...#....#.",
					 "#...#....#.", ".......##..", "..........."};

	(void)state;
	assert_letters("Nj", nj);
	assert_letters("\xC3\xA4", odd); /* one letter of two bytes */
	assert_letters("\x1b", odd);
	assert_int_equal(picture_text_width("\xE2\x82\xAC"
					    "a",
					    3),
			 2 * 6 * 3);
}

static void test_within(void **state)
{
	static const char name[] = "S2B_MSIL2A_20260701T100031";
	struct picture a, b;

	(void)state;
	for (int width = 0; width < 200; width++) {
		assert_int_equal(picture_init(&a, 200, 9, NULL), 0);
		int taken = picture_text_within(&a, 0, 0, width, 1, 1, name);

		assert_true(taken <= width && taken <= 26 * 6);
		assert_true(width < 26 * 6 || taken == 26 * 6);
		for (uint32_t y = 0; y < 9; y++)
			for (int x = width; x < 200; x++)
				assert_int_equal(picture_row(&a, y)[x], 0);
		picture_release(&a);
	}
	assert_int_equal(picture_init(&a, 100, 9, NULL), 0);
	assert_int_equal(picture_init(&b, 100, 9, NULL), 0);
	(void)picture_text_within(&a, 0, 0, 8 * 6, 1, 1, name);
	picture_text(&b, 0, 0, 1, 1, "S2B..031");
	assert_memory_equal(a.pixel, b.pixel, 900);
	picture_release(&a);
	picture_release(&b);
}

/* The mean of a square that is cut by the edges, worked out in doubles. */
static uint8_t mean_of(const struct picture *p, uint32_t x0, uint32_t y0, uint32_t by)
{
	double sum = 0, n = 0;

	for (uint32_t y = y0; y < y0 + by && y < p->y_size; y++)
		for (uint32_t x = x0; x < x0 + by && x < p->x_size; x++)
			if (picture_row(p, y)[x]) {
				sum += picture_row(p, y)[x];
				n++;
			}
	return n > 0 ? (uint8_t)(sum / n + .5) : 0;
}

static void test_shrink(void **state)
{
	struct picture p, small;

	(void)state;
	for (uint32_t size = 1; size < 60; size += 7) {
		assert_int_equal(picture_init(&p, size, 60, NULL), 0);
		p.n_colours = 3;
		p.colour[2].green = 77;
		for (size_t i = 0; i < (size_t)size * 60; i++)
			p.pixel[i] = random_bits() % 3 ? (uint8_t)random_bits() : 0;
		assert_int_equal(picture_shrink(&small, &p, 16, 1, NULL), 0);
		assert_int_equal(small.x_size, (size + 3) / 4);
		assert_int_equal(small.y_size, 15);
		assert_int_equal(small.colour[2].green, 77);
		for (uint32_t y = 0; y < small.y_size; y++)
			for (uint32_t x = 0; x < small.x_size; x++)
				assert_int_equal(picture_row(&small, y)[x],
						 mean_of(&p, 4 * x, 4 * y, 4));
		picture_release(&small);
		assert_int_equal(picture_shrink(&small, &p, 60, 0, NULL), 0);
		assert_memory_equal(small.pixel, p.pixel, (size_t)size * 60);
		picture_release(&small);
		picture_release(&p);
	}
}

static void test_shrink_classes(void **state)
{
	struct picture p, small;

	(void)state;
	assert_int_equal(picture_init(&p, 4, 2, NULL), 0);
	memcpy(p.pixel, (const uint8_t[]){0, 7, 9, 1, 5, 5, 1, 1}, 8);
	assert_int_equal(picture_shrink(&small, &p, 2, 0, NULL), 0);
	assert_int_equal(small.y_size, 1);
	assert_int_equal(small.pixel[0], 7); /* the first that is there */
	assert_int_equal(small.pixel[1], 9);
	picture_release(&small);
	picture_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inside),         cmocka_unit_test(test_letters),
		cmocka_unit_test(test_within),         cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_shrink_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
