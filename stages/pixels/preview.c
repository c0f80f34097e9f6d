/*
 * Coarse maps of values; see preview.h. Rows that no pixel has come to are neither cleared nor
 * merged nor sent: a chunk touches few of them.
 */
#include "preview.h"

#include <math.h>
#include <string.h>

#include "accum.h"

enum { STRIP = 64 }; /* pixels whose sum 32 bits hold */
_Static_assert(STRIP <= INT32_MAX / PREVIEW_MOST, "no overflow");

static bool is_used(const struct preview *p, unsigned y)
{
	return p->rows >> y & 1;
}

/* --- as cells of a result --- */

static void preview_clear(void *cell)
{
	struct preview *p = cell;

	p->rows = p->unused = 0;
}

static void merge_row(struct preview_cell *into, const struct preview_cell *from)
{
	for (unsigned x = 0; x < PREVIEW_SIDE; x++) {
		into[x].sum += from[x].sum;
		into[x].n += from[x].n;
	}
}

static void preview_merge(void *into_cell, const void *from_cell)
{
	const struct preview *from = from_cell;
	struct preview *into = into_cell;

	for (unsigned y = 0; y < PREVIEW_SIDE; y++) {
		if (!is_used(from, y))
			continue;
		if (is_used(into, y))
			merge_row(into->cell[y], from->cell[y]);
		else
			memcpy(into->cell[y], from->cell[y], sizeof(into->cell[y]));
	}
	into->rows |= from->rows;
}

static size_t head_bytes(void)
{
	return offsetof(struct preview, cell);
}

static size_t preview_packed_bytes(const void *cell)
{
	const struct preview *p = cell;
	size_t bytes = head_bytes();

	for (unsigned y = 0; y < PREVIEW_SIDE; y++)
		bytes += is_used(p, y) ? sizeof(p->cell[y]) : 0;
	return bytes;
}

static size_t preview_pack(void *out, const void *cell)
{
	const struct preview *p = cell;
	unsigned char *at = out;

	memcpy(at, p, head_bytes());
	at += head_bytes();
	for (unsigned y = 0; y < PREVIEW_SIDE; y++)
		if (is_used(p, y)) {
			memcpy(at, p->cell[y], sizeof(p->cell[y]));
			at += sizeof(p->cell[y]);
		}
	return (size_t)(at - (unsigned char *)out);
}

static size_t preview_unpack(void *cell, const void *in, size_t bytes)
{
	const unsigned char *at = in;
	struct preview *p = cell;

	if (bytes < head_bytes())
		return SIZE_MAX;
	memcpy(p, at, head_bytes());
	if (preview_packed_bytes(p) > bytes)
		return SIZE_MAX;
	at += head_bytes();
	for (unsigned y = 0; y < PREVIEW_SIDE; y++)
		if (is_used(p, y)) {
			memcpy(p->cell[y], at, sizeof(p->cell[y]));
			at += sizeof(p->cell[y]);
		}
	return (size_t)(at - (const unsigned char *)in);
}

const struct reducer reducer_preview = {
	.name = "preview",
	.bytes = sizeof(struct preview),
	.beyond = true,
	.clear = preview_clear,
	.merge = preview_merge,
	.packed_most = sizeof(struct preview),
	.pack = preview_pack,
	.packed_bytes = preview_packed_bytes,
	.unpack = preview_unpack,
};

/* --- the grid --- */

/* The shorter side has cells as long as the longer one's, and one at least. */
static uint32_t cells_of(uint32_t side, uint32_t longer)
{
	uint64_t most = longer < PREVIEW_SIDE ? longer : PREVIEW_SIDE;
	uint64_t n = (most * side + longer / 2) / longer;

	return n ? (uint32_t)n : 1;
}

struct preview_size preview_size(uint32_t x_size, uint32_t y_size)
{
	uint32_t longer = x_size > y_size ? x_size : y_size;

	return (struct preview_size){cells_of(x_size, longer), cells_of(y_size, longer)};
}

static uint32_t cell_at(uint32_t pixel, uint32_t cells, uint32_t size)
{
	return (uint32_t)((uint64_t)pixel * cells / size);
}

/* The first pixel behind the cell. */
static uint32_t cell_end(uint32_t cell, uint32_t cells, uint32_t size)
{
	return (uint32_t)ceil_div((uint64_t)(cell + 1) * size, cells);
}

/* --- adding --- */

static int32_t steps_of(float value, float scale)
{
	float v = value * scale;

	v = v < -PREVIEW_MOST ? -PREVIEW_MOST : v > PREVIEW_MOST ? PREVIEW_MOST : v;
	return (int32_t)(v + (v < 0 ? -.5F : .5F));
}

/* Values of pixels that are not valid are 0. */
static void add_run(struct preview_cell *cell, float scale, const float *value,
		    const uint8_t *pixel_class, size_t n)
{
	for (size_t from = 0; from < n; from += STRIP) {
		size_t to = n - from < STRIP ? n : from + STRIP;
		int32_t sum = 0;
		uint32_t valid = 0;

		for (size_t i = from; i < to; i++) {
			sum += steps_of(value[i], scale);
			valid += pixel_class[i] == PIXEL_VALID;
		}
		cell->sum += (uint64_t)(int64_t)sum;
		cell->n += valid;
	}
}

static void add_constant(struct preview_cell *cell, float scale, float value, uint64_t n)
{
	cell->sum += (uint64_t)(int64_t)steps_of(value, scale) * n;
	cell->n += n;
}

static struct preview_cell *use_row(struct preview *p, uint32_t y)
{
	if (!is_used(p, y))
		memset(p->cell[y], 0, sizeof(p->cell[y]));
	p->rows |= UINT64_C(1) << y;
	return p->cell[y];
}

/* `rows` rows of the window; value and class at its first column. */
static void add_row(struct preview_cell *row, uint32_t across, float scale, uint32_t x_size,
		    const struct preview_pixels *pixels, size_t first, uint64_t rows)
{
	const uint32_t begin = pixels->window.x_off, end = begin + pixels->window.x_size;

	for (uint32_t x = begin, cell = cell_at(begin, across, x_size); x < end; cell++) {
		uint32_t to = cell_end(cell, across, x_size);

		to = to < end ? to : end;
		if (pixels->constant)
			add_constant(&row[cell], scale, pixels->value[0], (to - x) * rows);
		else
			add_run(&row[cell], scale, pixels->value + first + (x - begin),
				pixels->pixel_class + first + (x - begin), to - x);
		x = to;
	}
}

void preview_add(struct preview *preview, const struct value_grid *grid, uint32_t x_size,
		 uint32_t y_size, const struct preview_pixels *pixels)
{
	const struct preview_size size = preview_size(x_size, y_size);
	const struct window *w = &pixels->window;
	const float scale = (float)ldexp(1, PREVIEW_BITS - grid->exponent);
	const uint32_t end = w->y_off + w->y_size;

	if (pixels->constant && pixels->pixel_class[0] != PIXEL_VALID)
		return;
	for (uint32_t y = w->y_off, step; y < end; y += step) {
		uint32_t row = cell_at(y, size.down, y_size);
		uint32_t to = cell_end(row, size.down, y_size);

		step = !pixels->constant ? 1 : (to < end ? to : end) - y;
		add_row(use_row(preview, row), size.across, scale, x_size, pixels,
			(size_t)(y - w->y_off) * w->x_size, step);
	}
}

double preview_mean(const struct preview *preview, const struct value_grid *grid, uint32_t x,
		    uint32_t y)
{
	const struct preview_cell *cell = &preview->cell[y][x];

	if (!is_used(preview, y) || !cell->n)
		return NAN;
	return ldexp((double)(int64_t)cell->sum / (double)cell->n, grid->exponent - PREVIEW_BITS);
}
