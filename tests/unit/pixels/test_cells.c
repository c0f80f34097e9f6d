/*
 * Layouts of cells; and of every reducer that there is the laws that the machinery relies on:
 * merging is commutative and associative, a cleared cell changes nothing, what is packed comes
 * back, and what is malformed is refused. A reducer that only this test has goes the same way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/lab_stages.h"
#include "pixels/stages.h"
#include "../random.h"

enum { CELL_ROOM = 1 << 17, ROUNDS = 40 };

struct cell {
	_Alignas(64) unsigned char byte[CELL_ROOM];
};

static uint64_t any(uint64_t below)
{
	return random_bits() % below;
}

/* --- a reducer of the test's own: the largest number, and how often --- */

struct largest {
	uint32_t most, times;
};

static void largest_merge(void *into, const void *from)
{
	struct largest *a = into;
	const struct largest *b = from;

	if (b->most > a->most)
		*a = *b;
	else if (b->most == a->most)
		a->times += b->times;
}

static const struct reducer reducer_largest = {
	.name = "largest", .bytes = sizeof(struct largest), .merge = largest_merge};

/* --- random cells of each kind --- */

static void fill_moments(void *at)
{
	static const float scale[] = {1, 3, 1e6F, 1e30F};
	struct accum *a = at;

	accum_clear(a);
	for (uint64_t n = any(20); n; n--) {
		float unit = ((float)any(2000) - 1000) / 1000;

		accum_add(a, &recipe_ndvi.value[0].grid, unit * scale[any(4)], 1 + any(5));
	}
	a->n[PIXEL_NODATA] = any(1000);
}

static void fill_histogram(void *at)
{
	struct histogram *h = at;
	uint64_t first = any(HIST_SLOTS), most = any(4) ? 1000 : (uint64_t)1 << 40;

	memset(h, 0, sizeof(*h));
	for (uint64_t n = any(50); n; n--)
		h->count[first + any(HIST_SLOTS - first)] = any(most);
}

/* Small whole numbers: these do not round, as float-sums do otherwise. */
static void fill_float_sums(void *at)
{
	*(struct float_sums *)at = (struct float_sums){(float)any(1000), (double)any(1000)};
}

static void fill_reasons(void *at)
{
	struct mask_counts *by = at;

	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		by->n[reason] = any((uint64_t)1 << 40);
}

static void fill_count(void *at)
{
	*(uint64_t *)at = any((uint64_t)1 << 40);
}

static void fill_wide(void *at)
{
	*(int128 *)at = ((int128)any((uint64_t)1 << 60) - ((int128)1 << 59)) *
			(int128)((uint64_t)1 << any(60));
}

static void fill_largest(void *at)
{
	*(struct largest *)at = (struct largest){1 + (uint32_t)any(3), 1 + (uint32_t)any(9)};
}

static const struct kind {
	const struct reducer *reducer;
	void (*fill)(void *at);
} kinds[] = {
	{&reducer_moments, fill_moments},       {&reducer_histogram, fill_histogram},
	{&reducer_float_sums, fill_float_sums}, {&reducer_count, fill_count},
	{&reducer_wide_sum, fill_wide},         {&reducer_largest, fill_largest},
	{&reducer_ground, fill_wide},           {&reducer_reasons, fill_reasons},
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void fill(void *at, const struct kind *kind)
{
	memset(at, 0, kind->reducer->bytes);
	kind->fill(at);
}

static void clear(void *at, const struct reducer *reducer)
{
	memset(at, 0, reducer->bytes);
	if (reducer->clear)
		reducer->clear(at);
}

/* --- layouts --- */

static void offsets_do_not_overlap(void **state)
{
	struct result_layout layout = {0};
	size_t end = sizeof(struct cell_group), packed = sizeof(struct packed_group);

	(void)state;
	for (unsigned v = 0; v < RECIPE_MAX_VALUES; v++)
		for (unsigned i = v % 3; i < N_KINDS && layout.n_kinds < LAYOUT_MAX_KINDS; i += 2) {
			const struct reducer *reducer = kinds[i].reducer;
			size_t offset = layout_add(&layout, v, reducer, NULL);

			assert_true(offset >= end && offset < end + 16 && offset % 16 == 0);
			assert_int_equal(layout_find(&layout, v, reducer), offset);
			end = offset + reducer->bytes;
			packed += reducer->pack ? reducer->packed_most : reducer->bytes;
			assert_true(layout.group_bytes >= end);
			assert_true(layout.group_bytes < end + GROUP_ALIGN);
			assert_int_equal(layout.group_bytes % GROUP_ALIGN, 0);
			assert_true(layout.packed_most >= packed);
			assert_true(layout.packed_most < packed + 16 * layout.n_kinds);
		}
	assert_true(layout_find(&layout, 99, &reducer_moments) == SIZE_MAX);
	assert_int_equal(layout_bytes(&layout, 3), 3 * layout.group_bytes);
	assert_true(layout_bytes(&layout, SIZE_MAX / 2) == SIZE_MAX);
}

/* Two values take twice the cells; float-sums are there only where they are taught. */
static void imagery_has_what_is_wanted(void **state)
{
	struct recipe two = recipe_ndvi;
	struct options options = {.recipe = &recipe_ndvi};
	struct result_layout one, both, taught;
	size_t cells = sizeof(struct accum) + sizeof(struct histogram) + sizeof(uint128) +
		       (sizeof(struct mask_counts) + 15) / 16 * 16;

	(void)state;
	two.n_values = 2;
	two.value[1] = two.value[0];
	pixels_layout(&one, &options);
	options.recipe = &two;
	pixels_layout(&both, &options);
	options.teach.modes = TEACH_FLOAT_SUMS;
	pixels_layout(&taught, &options);
	assert_int_equal(one.n_kinds, 4);
	assert_int_equal(both.n_kinds, 8);
	assert_int_equal(taught.n_kinds, 10);
	assert_int_equal(layout_bytes_beyond_first(&one), 0);
	assert_int_equal(layout_bytes_beyond_first(&both), cells);
	assert_true(one.group_bytes >= cells && one.group_bytes < cells + 80);
	assert_true(both.group_bytes >= 2 * cells && both.group_bytes < 2 * cells + 80);
	assert_true(value_offsets(&both, 1).float_sums == SIZE_MAX);
	assert_true(value_offsets(&taught, 1).float_sums != SIZE_MAX);
}

/* --- laws --- */

static void merging_is_commutative_and_associative(void **state)
{
	static struct cell cells[5];
	void *a = &cells[0], *b = &cells[1], *c = &cells[2], *left = &cells[3], *right = &cells[4];

	(void)state;
	for (unsigned i = 0; i < N_KINDS * ROUNDS; i++) {
		const struct kind *kind = &kinds[i % N_KINDS];
		const struct reducer *r = kind->reducer;

		fill(a, kind);
		fill(b, kind);
		fill(c, kind);
		memcpy(left, a, r->bytes); /* (a b) c */
		r->merge(left, b);
		r->merge(left, c);
		memcpy(right, c, r->bytes); /* (c b) a */
		r->merge(right, b);
		r->merge(right, a);
		assert_memory_equal(left, right, r->bytes);
		memcpy(right, b, r->bytes); /* a (b c) */
		r->merge(right, c);
		memcpy(left, a, r->bytes);
		r->merge(left, right);
		memcpy(right, b, r->bytes);
		r->merge(right, a);
		r->merge(right, c);
		assert_memory_equal(left, right, r->bytes);
	}
}

static void cleared_cells_change_nothing(void **state)
{
	static struct cell cells[3];
	void *a = &cells[0], *b = &cells[1], *zero = &cells[2];

	(void)state;
	for (unsigned i = 0; i < N_KINDS * ROUNDS; i++) {
		const struct kind *kind = &kinds[i % N_KINDS];
		const struct reducer *r = kind->reducer;

		fill(a, kind);
		clear(zero, r);
		memcpy(b, a, r->bytes);
		r->merge(b, zero);
		assert_memory_equal(a, b, r->bytes);
		r->merge(zero, a);
		assert_memory_equal(a, zero, r->bytes);
	}
}

/* --- groups on their way --- */

/* All kinds, each twice; a group of random cells. */
static struct result_layout all_kinds(void)
{
	struct result_layout layout = {0};

	for (unsigned i = 0; i < 2 * N_KINDS; i++)
		(void)layout_add(&layout, i / N_KINDS, kinds[i % N_KINDS].reducer, NULL);
	return layout;
}

static struct cell_group *any_group(const struct result_layout *layout)
{
	struct cell_group *group = aligned_alloc(GROUP_ALIGN, layout->group_bytes);

	assert_non_null(group);
	memset(group, 0, layout->group_bytes);
	group->tile = (uint32_t)any(1000);
	for (unsigned i = 0; i < layout->n_kinds; i++)
		fill(group_cell(group, layout->kind[i].offset), &kinds[i % N_KINDS]);
	return group;
}

static void groups_come_back(void **state)
{
	struct result_layout layout = all_kinds();
	size_t room = (layout.packed_most + 63) / 64 * 64;
	unsigned char *packed = aligned_alloc(64, room);
	struct cell_group *back = any_group(&layout);
	struct error err;

	(void)state;
	assert_non_null(packed);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct cell_group *group = any_group(&layout);
		size_t bytes = group_pack(&layout, packed, group);

		assert_true(bytes <= layout.packed_most && bytes % 16 == 0);
		assert_int_equal(group_packed_bytes(&layout, group), bytes);
		assert_int_equal(group_unpack(&layout, back, packed, bytes, &err), 0);
		assert_memory_equal(back, group, layout.group_bytes);
		/* cut off anywhere, or longer than it is */
		assert_int_equal(group_unpack(&layout, back, packed, any(bytes), &err), -1);
		assert_int_equal(group_unpack(&layout, back, packed, bytes - 1, &err), -1);
		assert_int_equal(group_unpack(&layout, back, packed, bytes + 16, &err), -1);
		((struct packed_group *)(void *)packed)->n_kinds++;
		assert_int_equal(group_unpack(&layout, back, packed, bytes, &err), -1);
		assert_int_equal(err.code, EX_SOFTWARE);
		free(group);
	}
	free(back);
	free(packed);
}

/* Whatever bytes come, nothing is read or written out of bounds: for the sanitizers. */
static void noise_is_survived(void **state)
{
	struct result_layout layout = all_kinds();
	struct cell_group *group = any_group(&layout);
	unsigned char *packed = aligned_alloc(64, (layout.packed_most + 63) / 64 * 64);
	size_t bytes = group_pack(&layout, packed, group);

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		unsigned char *exact = aligned_alloc(16, bytes);
		struct error err;

		memcpy(exact, packed, bytes);
		for (unsigned i = 0; i < 3; i++)
			exact[any(i ? bytes : 400)] = (unsigned char)any(256);
		(void)!group_unpack(&layout, group, exact, bytes, &err);
		free(exact);
	}
	free(group);
	free(packed);
}

static void groups_merge_cell_by_cell(void **state)
{
	struct result_layout layout = all_kinds();
	struct cell_group *a = any_group(&layout), *b = any_group(&layout), *sum;

	(void)state;
	sum = aligned_alloc(GROUP_ALIGN, layout.group_bytes);
	assert_non_null(sum);
	memset(sum, 0, layout.group_bytes);
	group_clear(&layout, sum);
	group_merge(&layout, sum, a);
	group_merge(&layout, sum, b);
	for (unsigned i = 0; i < layout.n_kinds; i++) {
		const struct cell_kind *kind = &layout.kind[i];

		kind->reducer->merge(group_cell(a, kind->offset), group_cell(b, kind->offset));
		assert_memory_equal(group_cell(sum, kind->offset), group_cell(a, kind->offset),
				    kind->reducer->bytes);
	}
	free(a);
	free(b);
	free(sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_do_not_overlap),
		cmocka_unit_test(imagery_has_what_is_wanted),
		cmocka_unit_test(merging_is_commutative_and_associative),
		cmocka_unit_test(cleared_cells_change_nothing),
		cmocka_unit_test(groups_come_back),
		cmocka_unit_test(noise_is_survived),
		cmocka_unit_test(groups_merge_cell_by_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
