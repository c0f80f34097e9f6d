/*
 * Pieces: merging, and packing for the way between processes. A chunk's histogram is zero over most
 * of its range and its counts are small, so a quarter of the bytes or fewer travel. It must not
 * know who carries them.
 */
#include "piece.h"

#include <string.h>

static void piece_clear(struct piece *piece)
{
	piece->tile = 0;
	accum_clear(&piece->accum);
	histogram_clear(&piece->histogram);
	piece->float_sums = (struct float_sums){0};
}

static void piece_merge(struct piece *into, const struct piece *from)
{
	accum_merge(&into->accum, &from->accum);
	histogram_merge(&into->histogram, &from->histogram);
	float_sums_merge(&into->float_sums, &from->float_sums);
}

/* --- packing --- */

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

static size_t piece_packed_bytes(const struct piece *piece)
{
	uint32_t first, n;

	used_slots(&piece->histogram, &first, &n);
	return sizeof(struct packed_piece) + n * (needs_wide(piece->histogram.count + first, n)
							  ? sizeof(uint64_t)
							  : sizeof(uint32_t));
}

static size_t piece_pack(void *out, const struct piece *piece)
{
	struct packed_piece *p = out;
	const uint64_t *count;
	uint32_t *narrow = (uint32_t *)(void *)p->counts;

	memset(p, 0, sizeof(*p));
	p->tile = piece->tile;
	p->accum = piece->accum;
	p->float_sums = piece->float_sums;
	used_slots(&piece->histogram, &p->first_slot, &p->n_slots);
	count = piece->histogram.count + p->first_slot;
	p->wide = needs_wide(count, p->n_slots);
	if (p->wide) {
		memcpy(p->counts, count, p->n_slots * sizeof(*count));
		return sizeof(*p) + p->n_slots * sizeof(*count);
	}
	for (uint32_t i = 0; i < p->n_slots; i++)
		narrow[i] = (uint32_t)count[i];
	return sizeof(*p) + p->n_slots * sizeof(*narrow);
}

static int piece_unpack(struct piece *piece, const void *in, size_t bytes, struct error *err)
{
	const struct packed_piece *p = in;
	size_t each = bytes >= sizeof(*p) && p->wide ? sizeof(uint64_t) : sizeof(uint32_t);
	const uint32_t *narrow;

	if (bytes < sizeof(*p) || p->first_slot > HIST_SLOTS ||
	    p->n_slots > HIST_SLOTS - p->first_slot || bytes != sizeof(*p) + p->n_slots * each)
		return error_set(err, EX_SOFTWARE,
				 "a worker's result is malformed (%zu bytes); it is left out",
				 bytes);
	piece->tile = p->tile;
	piece->accum = p->accum;
	piece->float_sums = p->float_sums;
	histogram_clear(&piece->histogram);
	narrow = (const uint32_t *)(const void *)p->counts;
	if (p->wide)
		memcpy(piece->histogram.count + p->first_slot, p->counts, p->n_slots * each);
	for (uint32_t i = 0; !p->wide && i < p->n_slots; i++)
		piece->histogram.count[p->first_slot + i] = narrow[i];
	return 0;
}

const struct result_ops piece_ops = {
	.piece_bytes = sizeof(struct piece),
	.packed_most = PACKED_PIECE_MAX,
	.pieces = tile_pieces,
	.begin = tile_pieces_begin,
	.clear = piece_clear,
	.merge = piece_merge,
	.pack = piece_pack,
	.packed_bytes = piece_packed_bytes,
	.unpack = piece_unpack,
};
