/*
 * The cells of a check: sums of counts. Which of them a chunk adds to is check_read.c's business.
 */
#include "check_cells.h"

const char *const check_number_names[N_CHECK_NUMBERS] = {
	[CHECK_BLOCKS] = "blocks",
	[CHECK_SPARSE] = "blocks_not_stored",
	[CHECK_MASK_BLOCKS] = "mask_blocks",
	[CHECK_MASK_SPARSE] = "mask_blocks_not_stored",
	[CHECK_OVERVIEWS] = "overviews_not_read",
	[CHECK_PAGES] = "other_images_not_read",
	[CHECK_DECODED] = "blocks_decoded",
	[CHECK_BYTES_IN] = "stored_bytes",
	[CHECK_BYTES_OUT] = "decoded_bytes",
};

static void add(void *into, const void *from)
{
	*(uint64_t *)into += *(const uint64_t *)from;
}

static const struct reducer reducer_sum = {
	.name = "check-count",
	.bytes = sizeof(uint64_t),
	.number = CELL_COUNT,
	.merge = add,
};

void check_layout(struct result_layout *layout, const struct options *options)
{
	(void)options;
	*layout = (struct result_layout){0};
	for (unsigned i = 0; i < N_CHECK_NUMBERS; i++)
		layout_add(layout, i, &reducer_sum, check_number_names[i]);
}

static uint64_t *cell(const struct result_layout *layout, const struct cell_group *group,
		      unsigned i)
{
	return group_cell(group, layout_find(layout, i, &reducer_sum));
}

void check_numbers_add(const struct result_layout *layout, struct cell_group *into,
		       const struct check_numbers *numbers)
{
	for (unsigned i = 0; i < N_CHECK_NUMBERS; i++)
		*cell(layout, into, i) += numbers->n[i];
}

struct check_numbers check_numbers_of(const struct result_layout *layout,
				      const struct cell_group *group)
{
	struct check_numbers numbers;

	for (unsigned i = 0; i < N_CHECK_NUMBERS; i++)
		numbers.n[i] = *cell(layout, group, i);
	return numbers;
}
