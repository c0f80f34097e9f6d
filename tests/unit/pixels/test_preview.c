/*
 * Coarse maps: their grid, sums in steps, the same however a scene is cut and merged, and what a
 * worker that lies can send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "accum.h"
#include "pixels/cells.h"
#include "pixels/preview.h"

enum { WIDTH = 331, HEIGHT = 97, N = WIDTH * HEIGHT };

static const struct value_grid ndvi = {0, -1, 1};

struct pixels {
	float value[N];
	uint8_t class[N];
	struct preview whole, parts, one; /* too large for a stack */
	unsigned char packed[sizeof(struct preview)];
};

static int set_up(void **state)
{
	struct pixels *p = calloc(1, sizeof(*p));

	*state = p;
	if (!p)
		return -1;
	for (int i = 0; i < N; i++) {
		p->class[i] = i % 7 == 3 ? PIXEL_NODATA : PIXEL_VALID;
		p->value[i] = p->class[i] ? 0 : (float)((i * 37 % 2001 - 1000) / 1000.);
	}
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

/* A window of the scene as a block, whose rows lie one after the other. */
static void add(struct preview *preview, const struct pixels *p, struct window w)
{
	float *value = calloc(window_pixels(&w), sizeof(*value));
	uint8_t *class = calloc(window_pixels(&w), 1);

	assert_true(value && class);
	for (uint32_t y = 0; y < w.y_size; y++) {
		size_t at = (size_t)(w.y_off + y) * WIDTH + w.x_off;

		memcpy(value + (size_t)y * w.x_size, p->value + at, w.x_size * sizeof(*value));
		memcpy(class + (size_t)y * w.x_size, p->class + at, w.x_size);
	}
	preview_add(preview, &ndvi, WIDTH, HEIGHT,
		    &(struct preview_pixels){.value = value, .pixel_class = class, .window = w});
	free(value);
	free(class);
}

static void assert_same(const struct preview *a, const struct preview *b)
{
	const struct preview_size size = preview_size(WIDTH, HEIGHT);

	assert_true(a->rows == b->rows);
	for (uint32_t y = 0; y < size.down; y++)
		assert_memory_equal(a->cell[y], b->cell[y], sizeof(a->cell[y]));
}

static void test_size(void **state)
{
	static const struct {
		uint32_t x_size, y_size, across, down;
	} cases[] = {
		{1, 1, 1, 1},
		{64, 64, 64, 64},
		{63, 20, 63, 20},
		{10980, 10980, 64, 64},
		{3000, 20, 64, 1},
		{20, 3000, 1, 64},
		{200, 100, 64, 32},
		{100, 201, 32, 64},
		{UINT32_MAX, 1, 64, 1},
		{76, 77, 63, 64},
		{UINT32_MAX, UINT32_MAX, 64, 64},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct preview_size size = preview_size(cases[i].x_size, cases[i].y_size);

		assert_int_equal(size.across, cases[i].across);
		assert_int_equal(size.down, cases[i].down);
	}
}

/* Each cell against its pixels, one by one, by the rule in preview.h. */
static void test_cells(void **state)
{
	const struct preview_size size = preview_size(WIDTH, HEIGHT);
	struct pixels *p = *state;

	reducer_preview.clear(&p->whole);
	add(&p->whole, p, (struct window){0, 0, WIDTH, HEIGHT});
	for (uint32_t row = 0; row < size.down; row++)
		for (uint32_t column = 0; column < size.across; column++) {
			int64_t sum = 0, n = 0;

			for (uint32_t i = 0; i < N; i++) {
				if ((uint64_t)(i % WIDTH) * size.across / WIDTH != column ||
				    (uint64_t)(i / WIDTH) * size.down / HEIGHT != row ||
				    p->class[i] != PIXEL_VALID)
					continue;
				sum += lround(p->value[i] * 16384.);
				n++;
			}
			assert_true(n > 0);
			assert_true(preview_mean(&p->whole, &ndvi, column, row) ==
				    (double)sum / (double)n / 16384);
		}
}

/* Cut in any way, merged in any order, also over the wire. */
static void test_merge(void **state)
{
	static const uint32_t cuts[][2] = {{WIDTH, 1}, {1, HEIGHT}, {50, 13}, {5, 96}};
	struct pixels *p = *state;

	reducer_preview.clear(&p->whole);
	add(&p->whole, p, (struct window){0, 0, WIDTH, HEIGHT});
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		const uint32_t w = cuts[i][0], h = cuts[i][1];

		reducer_preview.clear(&p->parts);
		for (uint32_t y = (HEIGHT - 1) / h * h + h; y;) {
			y -= h;
			for (uint32_t x = 0; x < WIDTH; x += w) {
				size_t bytes;

				memset(&p->one, 0xa5, sizeof(p->one)); /* rows hold anything */
				reducer_preview.clear(&p->one);
				add(&p->one, p,
				    (struct window){x, y, x + w < WIDTH ? w : WIDTH - x,
						    y + h < HEIGHT ? h : HEIGHT - y});
				bytes = reducer_preview.pack(p->packed, &p->one);
				assert_int_equal(bytes, reducer_preview.packed_bytes(&p->one));
				memset(&p->one, 0x5a, sizeof(p->one));
				assert_int_equal(reducer_preview.unpack(&p->one, p->packed, bytes),
						 bytes);
				reducer_preview.merge(&p->parts, &p->one);
			}
		}
		assert_same(&p->parts, &p->whole);
	}
}

/* One pixel that stands for a window is as if each were there. */
static void test_constant(void **state)
{
	struct pixels *p = *state;
	const struct window w = {17, 5, 200, 60};
	const float value = 0.3F;
	const uint8_t valid = PIXEL_VALID, nodata = PIXEL_NODATA;

	for (int i = 0; i < N; i++) {
		p->class[i] = PIXEL_VALID;
		p->value[i] = value;
	}
	reducer_preview.clear(&p->whole);
	reducer_preview.clear(&p->one);
	add(&p->whole, p, w);
	preview_add(&p->one, &ndvi, WIDTH, HEIGHT,
		    &(struct preview_pixels){&value, &valid, w, true});
	assert_same(&p->one, &p->whole);
	preview_add(&p->one, &ndvi, WIDTH, HEIGHT,
		    &(struct preview_pixels){&value, &nodata, w, true});
	assert_same(&p->one, &p->whole);
}

/* Values far beyond the range count as 1024 times it; of larger exponents steps are larger. */
static void test_far(void **state)
{
	static const struct value_grid large = {5, -32, 32};
	struct pixels *p = *state;
	const float far[] = {3e38F, -3e38F, 1e5F};
	const uint8_t valid[3] = {0};

	reducer_preview.clear(&p->one);
	preview_add(&p->one, &ndvi, 3, 1,
		    &(struct preview_pixels){far, valid, {0, 0, 3, 1}, false});
	assert_true(preview_mean(&p->one, &ndvi, 0, 0) == 1024);
	assert_true(preview_mean(&p->one, &ndvi, 1, 0) == -1024);
	assert_true(preview_mean(&p->one, &ndvi, 2, 0) == 1024);
	assert_true(isnan(preview_mean(&p->one, &ndvi, 0, 1)));
	reducer_preview.clear(&p->one);
	preview_add(&p->one, &large, 3, 1,
		    &(struct preview_pixels){
			    (const float[]){0.5F, 0.0005F, 0}, valid, {0, 0, 3, 1}, false});
	assert_true(preview_mean(&p->one, &large, 0, 0) == 0.5);
	assert_true(preview_mean(&p->one, &large, 1, 0) == 0);
}

static void test_unpack_refuses(void **state)
{
	struct pixels *p = *state;
	size_t bytes;

	reducer_preview.clear(&p->one);
	add(&p->one, p, (struct window){0, 0, WIDTH, 20});
	bytes = reducer_preview.pack(p->packed, &p->one);
	for (size_t n = 0; n < bytes; n += 8)
		assert_true(reducer_preview.unpack(&p->parts, p->packed, n) == SIZE_MAX);
	memset(p->packed, 0xff, 16); /* all rows, and no bytes for them */
	assert_true(reducer_preview.unpack(&p->parts, p->packed, bytes) == SIZE_MAX);
	assert_true(reducer_preview.unpack(&p->parts, p->packed, sizeof(p->packed)) ==
		    sizeof(p->packed));
}

/* --- in the layout of a run --- */

static const struct report_option page = {
	.kind = "HTML", .name = "html", .needs = REPORT_NEEDS_MAPS};

/* Only where a report asks for it; and then its bytes are planned. */
static void test_layout(void **state)
{
	struct options options = {.recipe = &recipe_ndvi};
	struct result_layout plain, with;

	(void)state;
	pixels_layout(&plain, &options);
	assert_true(layout_find(&plain, 0, &reducer_preview) == SIZE_MAX);
	assert_int_equal(layout_bytes_beyond_first(&plain), 0);
	options.reports.n = 1;
	options.reports.choice[0] = (struct report_choice){.report = &page, .path = "p.html"};
	pixels_layout(&with, &options);
	assert_true(layout_find(&with, 0, &reducer_preview) != SIZE_MAX);
	assert_true(with.group_bytes - plain.group_bytes + GROUP_ALIGN >= sizeof(struct preview));
	assert_true(layout_bytes_beyond_first(&with) >= sizeof(struct preview));
	assert_true(with.packed_most - plain.packed_most >= sizeof(struct preview));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),
		cmocka_unit_test_setup_teardown(test_cells, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_merge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_constant, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_far, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unpack_refuses, set_up, tear_down),
		cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
