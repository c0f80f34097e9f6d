/*
 * Wire: packing of pieces. A chunk's histogram is zero over most of its range and its counts are
 * small, so a quarter of the bytes or fewer travel. It knows nothing of how they do.
 */
#include "wire.h"

#include <string.h>

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

size_t wire_piece_bytes(const struct piece *piece)
{
	uint32_t first, n;

	used_slots(&piece->histogram, &first, &n);
	return sizeof(struct packed_piece) + n * (needs_wide(piece->histogram.count + first, n)
							  ? sizeof(uint64_t)
							  : sizeof(uint32_t));
}

size_t wire_pack_piece(void *out, const struct piece *piece)
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

void wire_take_error(struct error *error, const struct error *sent)
{
	int code = sent->code;

	if (code < EX__BASE || code > EX__MAX)
		code = EX_SOFTWARE;
	(void)error_set(error, code, "%.*s", (int)sizeof(sent->text) - 1, sent->text);
}

int wire_unpack_piece(struct piece *piece, const void *in, size_t bytes, struct error *err)
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
