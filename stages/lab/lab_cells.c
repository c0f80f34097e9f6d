/*
 * The cells of labs: counts, and sums in 128 bits that never round. Reports show them by the names
 * that they have here.
 */
#include "lab_stages.h"

static void count_merge(void *into, const void *from)
{
	*(uint64_t *)into += *(const uint64_t *)from;
}

static void wide_merge(void *into, const void *from)
{
	*(int128 *)into += *(const int128 *)from;
}

const struct reducer reducer_count = {
	.name = "count",
	.bytes = sizeof(uint64_t),
	.number = CELL_COUNT,
	.merge = count_merge,
};

const struct reducer reducer_wide_sum = {
	.name = "wide-sum",
	.bytes = sizeof(int128),
	.number = CELL_WIDE,
	.merge = wide_merge,
};

enum { FIRST, SECOND };

void lab_layout(struct result_layout *layout, const struct options *options)
{
	(void)options;
	*layout = (struct result_layout){0};
	layout_add(layout, FIRST, &reducer_count, "n_valid");
	layout_add(layout, SECOND, &reducer_count, "n_masked");
	layout_add(layout, FIRST, &reducer_wide_sum, "sum");
	layout_add(layout, SECOND, &reducer_wide_sum, "sum_sq");
}

static void *cell(const struct result_layout *layout, const struct cell_group *group,
		  unsigned value, const struct reducer *reducer)
{
	return group_cell(group, layout_find(layout, value, reducer));
}

struct lab_cells lab_cells(const struct result_layout *layout, const struct cell_group *group)
{
	return (struct lab_cells){
		.n_valid = cell(layout, group, FIRST, &reducer_count),
		.n_masked = cell(layout, group, SECOND, &reducer_count),
		.sum = cell(layout, group, FIRST, &reducer_wide_sum),
		.sum_sq = cell(layout, group, SECOND, &reducer_wide_sum),
	};
}
