/*
 * Cells of stored samples.
 */
#include "stored.h"

/* Reflectance is near 1; numbers up to 2^16 are near enough to be fast. */
const struct value_grid stored_grid = {.exponent = 0, .lo = -1, .hi = 1};

static void stored_clear(void *cell)
{
	struct stored_cell *stored = cell;

	*stored = (struct stored_cell){.sums = {.n = 0}};
	accum_clear(&stored->accum);
}

static void sums_merge(struct stored_sums *into, const struct stored_sums *from)
{
	if (from->n) {
		into->least = into->n && into->least < from->least ? into->least : from->least;
		into->most = into->n && into->most > from->most ? into->most : from->most;
	}
	into->n += from->n;
	into->clamped += from->clamped;
	into->sum += from->sum;
	into->sum_of_squares += from->sum_of_squares;
}

static void stored_merge(void *into_ptr, const void *from_ptr)
{
	struct stored_cell *into = into_ptr;
	const struct stored_cell *from = from_ptr;

	sums_merge(&into->sums, &from->sums);
	accum_merge(&into->accum, &from->accum);
}

const struct reducer reducer_stored = {
	.name = "stored",
	.bytes = sizeof(struct stored_cell),
	.clear = stored_clear,
	.merge = stored_merge,
};

void stored_layout(struct result_layout *layout, const struct maps *maps)
{
	for (unsigned i = 0; i < maps->n; i++)
		layout_add(layout, i, &reducer_stored, NULL);
}
