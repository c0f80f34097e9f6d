/*
 * The part of `imgpipe plan` on chunks: what speaks for the size that was taken, and the sizes
 * beside it in figures. All follow from the chunk grid by arithmetic.
 */
#include "plan_choice.h"

#include <inttypes.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"

enum { LABEL_COLUMNS = 12 };

/*
 * Pixels of stored blocks that are touched, along one axis: the axis is cut at every multiple of
 * `chunk` and `block`, and each part touches whole stored blocks of `store` pixels (less beyond the
 * edge). The pattern repeats, so that a bounded number of parts is looked at.
 */
static double axis_amplification(uint32_t size, uint32_t chunk, uint32_t block, uint32_t store)
{
	enum { PARTS_MAX = 1 << 20 };
	uint64_t touched = 0, at = 0;

	for (unsigned parts = 0; at < size && parts < PARTS_MAX; parts++) {
		uint64_t chunk_end = (at / chunk + 1) * chunk, block_end = (at / block + 1) * block;
		uint64_t end = chunk_end < block_end ? chunk_end : block_end;
		uint64_t store_end;

		end = end < size ? end : size;
		store_end = ceil_div(end, store) * store;
		touched += (store_end < size ? store_end : size) - at / store * store;
		at = end;
	}
	return at ? (double)touched / (double)at : 1;
}

double plan_amplification(const struct chunk_grid *grid, const struct scene *scene)
{
	uint32_t x = grid->whole_chunk ? grid->chunk_x_size : grid->block_x_size;
	uint32_t y = grid->whole_chunk ? grid->chunk_y_size : grid->block_y_size;

	if (!x || !y || !grid->chunk_x_size || !grid->chunk_y_size || !scene->store_x_size ||
	    !scene->store_y_size)
		return 1;
	return axis_amplification(scene->x_size, grid->chunk_x_size, x, scene->store_x_size) *
	       axis_amplification(scene->y_size, grid->chunk_y_size, y, scene->store_y_size);
}

/*
 * Hand-out and reduction of a chunk, and work on a pixel, where this was written: 6 us, and 5.7 ms
 * for 2^18 pixels in DEFLATE (see CHUNK_PIXELS_AUTO in pipeline/plan/fit_scene.c).
 */
static const double handout_s = 6e-6, pixel_s = 5.7e-3 / (1 << 18);

/* What a chunk of x by y pixels would mean. */
struct option_figures {
	uint64_t chunks;
	double decoded; /* times each pixel is */
	double handout; /* share of the work */
	double idle;    /* share of the workers' time at the end: half a chunk each */
};

static struct option_figures figures_of(const struct plan *plan, const struct chunk_grid *grid,
					const struct scene *scene, uint64_t x, uint64_t y)
{
	struct chunk_grid other = *grid;
	double per_worker;
	struct option_figures f;

	other.chunk_x_size = (uint32_t)(x < scene->x_size ? x : scene->x_size);
	other.chunk_y_size = (uint32_t)(y < scene->y_size ? y : scene->y_size);
	f.chunks = chunk_grid_count(&other);
	f.decoded = plan_amplification(&other, scene);
	f.handout =
		handout_s / (f.decoded * pixel_s * (double)other.chunk_x_size * other.chunk_y_size);
	per_worker = (double)f.chunks / plan_all_workers(plan);
	f.idle = per_worker < 1 ? 1 - per_worker : 0.5 / per_worker;
	if (plan_all_workers(plan) < 2)
		f.idle = 0;
	return f;
}

enum column { CHUNK, CHUNKS, A_WORKER, DECODED, HANDOUTS, IDLE, WHAT };

static const struct table_column columns[] = {
	[CHUNK] = {.head = "  chunk", .width = 13, .most = 15, .left = true},
	[CHUNKS] = {.head = "chunks", .width = 7, .most = 8},
	[A_WORKER] = {.head = "a worker", .width = 9},
	[DECODED] = {.head = "decoded x", .width = 9, .most = 11},
	[HANDOUTS] = {.head = "hand-outs", .width = 9, .most = 12},
	[IDLE] = {.head = "idle end", .width = 8, .most = 10},
	[WHAT] = {.head = "", .width = 10, .left = true, .drop = 1},
};

enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void put_option(const struct table *table, const struct plan *plan,
		       const struct chunk_grid *grid, const struct scene *scene, uint64_t x,
		       uint64_t y, const char *what)
{
	struct option_figures f = figures_of(plan, grid, scene, x, y);
	char text[N_COLUMNS][48];
	const char *cell[N_COLUMNS];

	for (unsigned i = 0; i < N_COLUMNS; i++)
		cell[i] = text[i];
	(void)snprintf(text[CHUNK], sizeof(text[0]), "  %" PRIu64 "x%" PRIu64, x, y);
	(void)snprintf(text[CHUNKS], sizeof(text[0]), "%" PRIu64, f.chunks);
	(void)snprintf(text[A_WORKER], sizeof(text[0]), "%.1f",
		       (double)f.chunks / plan_all_workers(plan));
	(void)snprintf(text[DECODED], sizeof(text[0]), "%.2f", f.decoded);
	(void)snprintf(text[HANDOUTS], sizeof(text[0]), "%.2f %%", 100 * f.handout);
	(void)snprintf(text[IDLE], sizeof(text[0]), "%.1f %%", 100 * f.idle);
	(void)snprintf(text[WHAT], sizeof(text[0]), " %s", what);
	table_row(table, strcmp(what, "this plan") == 0 ? INK_HEADING : INK_PLAIN, cell);
}

static uint64_t half(uint32_t size)
{
	return size > 1 ? size / 2 : 1;
}

/* With maps chunks are whole tiles of them. */
static bool can_be(const struct chunk_grid *grid, uint32_t x, uint32_t y)
{
	return !grid->unit || (x % grid->unit == 0 && y % grid->unit == 0);
}

static void put_options(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
			const struct scene *scene)
{
	uint32_t x = grid->chunk_x_size, y = grid->chunk_y_size;
	struct table table;

	table_init(&table, out, columns, N_COLUMNS);
	table_head(&table);
	if (can_be(grid, x / 4, y / 4))
		put_option(&table, plan, grid, scene, half(half(x)), half(half(y)), "smaller");
	if (can_be(grid, x / 2, y / 2))
		put_option(&table, plan, grid, scene, half(x), half(y), "smaller");
	put_option(&table, plan, grid, scene, x, y, "this plan");
	if (x < scene->x_size || y < scene->y_size) {
		put_option(&table, plan, grid, scene, 2 * (uint64_t)x, 2 * (uint64_t)y, "larger");
		put_option(&table, plan, grid, scene, 8 * (uint64_t)x, 8 * (uint64_t)y, "larger");
	}
}

static void say_why(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		    const struct scene *scene, const struct options *options)
{
	uint64_t tiles = ceil_div(grid->chunk_x_size, scene->store_x_size) *
			 ceil_div(grid->chunk_y_size, scene->store_y_size);
	bool cut =
		(grid->chunk_x_size % scene->store_x_size && grid->chunk_x_size < scene->x_size) ||
		(grid->chunk_y_size % scene->store_y_size && grid->chunk_y_size < scene->y_size);
	char line[320];

	if (options->chunk_kind != CHUNK_AUTO)
		(void)snprintf(line, sizeof(line),
			       "--chunk asks for this size; auto would take %" PRIu32 " x %" PRIu32
			       " pixels%s",
			       plan->auto_x, plan->auto_y,
			       cut ? ". It cuts stored blocks, which are decoded again for each "
				     "chunk that touches them"
				   : "");
	else if (grid->unit)
		(void)snprintf(line, sizeof(line),
			       "whole tiles of maps, %" PRIu32 " x %" PRIu32
			       ": %s, as large as leaves each worker enough of them%s",
			       grid->unit, grid->unit,
			       grid->chunk_x_size == scene->x_size &&
					       grid->chunk_y_size < scene->y_size
				       ? "rows of them over the whole width"
				       : "squares of them",
			       cut ? ". They cut stored blocks, which are decoded again for each "
				     "chunk that touches them"
				   : "");
	else
		(void)snprintf(line, sizeof(line),
			       "whole stored blocks, so that none is decoded twice: %" PRIu64
			       " of %" PRIu32 " x %" PRIu32 ", the fewest that make a task of %s "
			       "pixels",
			       tiles, scene->store_x_size, scene->store_y_size,
			       plan->ranks > 1 ? "2^20 (between ranks a hand-out takes the better "
						 "part of a millisecond)"
					       : "2^18");
	text_item(out, LABEL_COLUMNS, "Size", line);
}

static void say_memory(FILE *out, const struct plan *plan, const struct chunk_grid *grid)
{
	char line[320], b[3][24];

	(void)snprintf(line, sizeof(line),
		       "%s for each worker, %s for all %u, of the %s that the budget leaves for "
		       "pixels%s",
		       bytes_text(b[0], plan->footprint),
		       bytes_text(b[1], plan->footprint * plan->workers), plan->workers,
		       bytes_text(b[2], plan->pool),
		       grid->whole_chunk ? "; it grows with the chunk"
		       : grid->streamed  ? "; by rows, as whole blocks do not fit"
					 : "; a larger chunk needs hardly more, as it is worked on "
					   "block by block");
	text_item(out, LABEL_COLUMNS, "Memory", line);
}

void put_chunk_choice(FILE *out, const struct plan *plan, const struct scene *scene,
		      const struct chunk_grid *grid, const struct options *options)
{
	screen_put(out, INK_HEADING, "\nWhy this chunk\n");
	say_why(out, plan, grid, scene, options);
	say_memory(out, plan, grid);
	put_options(out, plan, grid, scene);
	text_fold(out, 0, 0,
		  "decoded x: how often each pixel is decoded, at most. hand-outs: 6 us per chunk "
		  "against 22 ns of work per pixel (measured on a DEFLATE scene; faster codecs "
		  "make the share larger). idle end: at the end of one scene each worker waits "
		  "half a chunk on average. imgpipe sweep measures all of this on your machine.");
}
