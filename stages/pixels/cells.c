/*
 * The reducers of imagery, and the layout of their cells for a recipe. A chunk's histogram is zero
 * over most of its range and its counts are small, so a quarter of the bytes or fewer travel. It
 * must not know who carries them.
 */
#include "cells.h"
#include "output/maps.h"
#include "preview.h"
#include "quality_seen.h"
#include "reflectance_seen.h"
#include "stored.h"

#include <string.h>

static void moments_clear(void *cell)
{
	accum_clear(cell);
}

static void moments_merge(void *into, const void *from)
{
	accum_merge(into, from);
}

static void ground_merge(void *into, const void *from)
{
	*(uint128 *)into += *(const uint128 *)from;
}

static void reasons_merge(void *into, const void *from)
{
	mask_counts_merge(into, from);
}

static void float_merge(void *into, const void *from)
{
	float_sums_merge(into, from);
}

/* --- histograms --- */

static void counts_merge(void *into, const void *from)
{
	histogram_merge(into, from);
}

static void used_slots(const struct histogram *h, uint32_t *first, uint32_t *n)
{
	uint32_t low = 0, high = HIST_SLOTS;

	while (low < high && !h->count[low])
		low++;
	while (high > low && !h->count[high - 1])
		high--;
	*first = low;
	*n = high - low;
}

static bool needs_wide(const uint64_t *count, uint32_t n)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < n; i++)
		all |= count[i];
	return all > UINT32_MAX;
}

static size_t count_bytes(bool wide)
{
	return wide ? sizeof(uint64_t) : sizeof(uint32_t);
}

static size_t counts_packed_bytes(const void *cell)
{
	const struct histogram *h = cell;
	uint32_t first, n;

	used_slots(h, &first, &n);
	return sizeof(struct packed_histogram) + n * count_bytes(needs_wide(h->count + first, n));
}

static size_t counts_pack(void *out, const void *cell)
{
	const struct histogram *h = cell;
	struct packed_histogram *p = out;
	const uint64_t *count;
	uint32_t *narrow = (uint32_t *)(void *)p->counts;

	memset(p, 0, sizeof(*p));
	used_slots(h, &p->first_slot, &p->n_slots);
	count = h->count + p->first_slot;
	p->wide = needs_wide(count, p->n_slots);
	if (p->wide)
		memcpy(p->counts, count, p->n_slots * sizeof(*count));
	for (uint32_t i = 0; !p->wide && i < p->n_slots; i++)
		narrow[i] = (uint32_t)count[i];
	return sizeof(*p) + p->n_slots * count_bytes(p->wide);
}

static size_t counts_unpack(void *cell, const void *in, size_t bytes)
{
	struct histogram *h = cell;
	const struct packed_histogram *p = in;
	const uint32_t *narrow;

	if (bytes < sizeof(*p) || p->wide > 1 || p->first_slot > HIST_SLOTS ||
	    p->n_slots > HIST_SLOTS - p->first_slot ||
	    p->n_slots * count_bytes(p->wide) > bytes - sizeof(*p))
		return SIZE_MAX;
	histogram_clear(h);
	narrow = (const uint32_t *)(const void *)p->counts;
	if (p->wide)
		memcpy(h->count + p->first_slot, p->counts, p->n_slots * sizeof(*h->count));
	for (uint32_t i = 0; !p->wide && i < p->n_slots; i++)
		h->count[p->first_slot + i] = narrow[i];
	return sizeof(*p) + p->n_slots * count_bytes(p->wide);
}

/* --- the table --- */

const struct reducer reducer_moments = {
	.name = "moments",
	.bytes = sizeof(struct accum),
	.clear = moments_clear,
	.merge = moments_merge,
};

const struct reducer reducer_reasons = {
	.name = "reasons",
	.bytes = sizeof(struct mask_counts),
	.merge = reasons_merge,
};

const struct reducer reducer_histogram = {
	.name = "histogram",
	.bytes = sizeof(struct histogram),
	.merge = counts_merge,
	.packed_most = sizeof(struct packed_histogram) + sizeof(struct histogram),
	.pack = counts_pack,
	.packed_bytes = counts_packed_bytes,
	.unpack = counts_unpack,
};

const struct reducer reducer_float_sums = {
	.name = "float-sums",
	.bytes = sizeof(struct float_sums),
	.merge = float_merge,
};

const struct reducer reducer_ground = {
	.name = "ground",
	.bytes = sizeof(uint128),
	.merge = ground_merge,
};

/* Pictures of maps are finer. */
static bool wants_previews(const struct options *options)
{
	const struct picture_choice *picture = options->maps ? &options->maps->picture : NULL;

	return (report_needs(&options->reports) & REPORT_NEEDS_MAPS) &&
	       !(picture && (picture->wanted || picture->contact_sheet));
}

void pixels_layout(struct result_layout *layout, const struct options *options)
{
	bool previews = wants_previews(options);
	bool float_sums = teaches(&options->teach, TEACH_FLOAT_SUMS);

	*layout = (struct result_layout){.recipe = options->recipe,
					 .n_values = options->recipe->n_values};
	if (options->masks)
		layout_add(layout, 0, &reducer_seen, NULL);
	if (reflectance_is_claimed(options))
		layout_add(layout, 0, &reducer_reflectance, NULL);
	for (unsigned v = 0; v < layout->n_values; v++) {
		layout_add(layout, v, &reducer_moments, NULL);
		layout_add(layout, v, &reducer_reasons, NULL);
		if (float_sums)
			layout_add(layout, v, &reducer_float_sums, NULL);
		layout_add(layout, v, &reducer_histogram, NULL);
		layout_add(layout, v, &reducer_ground, NULL);
		if (previews && v < PREVIEW_VALUES)
			layout_add(layout, v, &reducer_preview, NULL);
	}
	if (options->maps)
		stored_layout(layout, options->maps);
}

struct value_offsets value_offsets(const struct result_layout *layout, unsigned value)
{
	return (struct value_offsets){
		.moments = layout_find(layout, value, &reducer_moments),
		.reasons = layout_find(layout, value, &reducer_reasons),
		.histogram = layout_find(layout, value, &reducer_histogram),
		.float_sums = layout_find(layout, value, &reducer_float_sums),
		.ground = layout_find(layout, value, &reducer_ground),
	};
}
