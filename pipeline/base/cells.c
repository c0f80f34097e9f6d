/*
 * Layouts of cells, and groups of them: cleared, merged and packed by their reducers, whatever
 * those are. It knows neither what is counted nor who carries it.
 */
#include <assert.h>
#include <string.h>

#include "result.h"

enum { CELL_ALIGN = 16 };

static size_t round_up(size_t bytes, size_t to)
{
	return (bytes + to - 1) / to * to;
}

static size_t cell_packed_most(const struct reducer *reducer)
{
	return round_up(reducer->pack ? reducer->packed_most : reducer->bytes, CELL_ALIGN);
}

size_t layout_add(struct result_layout *layout, unsigned value, const struct reducer *reducer,
		  const char *name)
{
	struct cell_kind *kind = &layout->kind[layout->n_kinds];
	size_t offset = sizeof(struct cell_group);

	assert(layout->n_kinds < LAYOUT_MAX_KINDS);
	if (layout->n_kinds)
		offset = round_up(kind[-1].offset + kind[-1].reducer->bytes, CELL_ALIGN);
	else
		layout->packed_most = sizeof(struct packed_group);
	*kind = (struct cell_kind){value, reducer, offset, name};
	layout->n_kinds++;
	layout->group_bytes = round_up(offset + reducer->bytes, GROUP_ALIGN);
	layout->packed_most += cell_packed_most(reducer);
	return offset;
}

size_t layout_find(const struct result_layout *layout, unsigned value,
		   const struct reducer *reducer)
{
	for (unsigned i = 0; i < layout->n_kinds; i++)
		if (layout->kind[i].value == value && layout->kind[i].reducer == reducer)
			return layout->kind[i].offset;
	return SIZE_MAX;
}

size_t layout_bytes(const struct result_layout *layout, size_t n)
{
	return size_mul(n, layout->group_bytes);
}

size_t layout_bytes_beyond_first(const struct result_layout *layout)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < layout->n_kinds; i++)
		if (layout->kind[i].value || layout->kind[i].reducer->beyond)
			bytes += round_up(layout->kind[i].reducer->bytes, CELL_ALIGN);
	return bytes;
}

static void cell_clear(const struct reducer *reducer, void *cell)
{
	if (reducer->clear)
		reducer->clear(cell);
	else
		memset(cell, 0, reducer->bytes);
}

void group_clear(const struct result_layout *layout, struct cell_group *group)
{
	group->tile = 0;
	for (unsigned i = 0; i < layout->n_kinds; i++)
		cell_clear(layout->kind[i].reducer, group_cell(group, layout->kind[i].offset));
}

void group_merge(const struct result_layout *layout, struct cell_group *into,
		 const struct cell_group *from)
{
	for (unsigned i = 0; i < layout->n_kinds; i++) {
		const struct cell_kind *kind = &layout->kind[i];

		kind->reducer->merge(group_cell(into, kind->offset),
				     group_cell(from, kind->offset));
	}
}

/* --- packing --- */

static size_t cell_pack(const struct reducer *reducer, unsigned char *out, const void *cell)
{
	size_t bytes, rounded;

	if (reducer->pack)
		bytes = reducer->pack(out, cell);
	else
		memcpy(out, cell, bytes = reducer->bytes);
	rounded = round_up(bytes, CELL_ALIGN);
	memset(out + bytes, 0, rounded - bytes);
	return rounded;
}

size_t group_pack(const struct result_layout *layout, void *out, const struct cell_group *group)
{
	struct packed_group *head = out;
	unsigned char *at = (unsigned char *)(head + 1);

	memset(head, 0, sizeof(*head));
	head->tile = group->tile;
	head->n_kinds = layout->n_kinds;
	for (unsigned i = 0; i < layout->n_kinds; i++)
		at += cell_pack(layout->kind[i].reducer, at,
				group_cell(group, layout->kind[i].offset));
	return (size_t)(at - (unsigned char *)out);
}

size_t group_packed_bytes(const struct result_layout *layout, const struct cell_group *group)
{
	size_t bytes = sizeof(struct packed_group);

	for (unsigned i = 0; i < layout->n_kinds; i++) {
		const struct cell_kind *kind = &layout->kind[i];
		const struct reducer *reducer = kind->reducer;

		bytes += round_up(reducer->pack
					  ? reducer->packed_bytes(group_cell(group, kind->offset))
					  : reducer->bytes,
				  CELL_ALIGN);
	}
	return bytes;
}

/* Bytes taken, whole multiples of 16; SIZE_MAX where there is no such cell. */
static size_t cell_unpack(const struct reducer *reducer, void *cell, const unsigned char *in,
			  size_t bytes)
{
	size_t taken = reducer->bytes;

	if (reducer->pack)
		taken = reducer->unpack(cell, in, bytes);
	else if (bytes >= taken)
		memcpy(cell, in, taken);
	if (taken > bytes || round_up(taken, CELL_ALIGN) > bytes)
		return SIZE_MAX;
	return round_up(taken, CELL_ALIGN);
}

static int malformed(size_t bytes, struct error *err)
{
	return error_set(err, EX_SOFTWARE,
			 "a worker's result is malformed (%zu bytes); it is left out", bytes);
}

int group_unpack(const struct result_layout *layout, struct cell_group *group, const void *in,
		 size_t bytes, struct error *err)
{
	const struct packed_group *head = in;
	const unsigned char *at = (const unsigned char *)(head + 1);
	size_t left = bytes - sizeof(*head);

	if (bytes < sizeof(*head) || head->n_kinds != layout->n_kinds)
		return malformed(bytes, err);
	group->tile = head->tile;
	for (unsigned i = 0; i < layout->n_kinds; i++) {
		const struct cell_kind *kind = &layout->kind[i];
		size_t taken =
			cell_unpack(kind->reducer, group_cell(group, kind->offset), at, left);

		if (taken == SIZE_MAX)
			return malformed(bytes, err);
		at += taken;
		left -= taken;
	}
	return left ? malformed(bytes, err) : 0;
}
