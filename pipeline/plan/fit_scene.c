/*
 * Fitting one scene into the plan: how large its chunks and blocks are. Pure arithmetic over what
 * the stages say they need.
 *
 * A chunk is whole stored tiles, enough of them that hand-outs cost nothing; a block is one stored
 * tile, or several small ones. Where that does not fit, blocks become smaller: one stored tile,
 * then some rows of it, if its codec can decode row by row.
 */
#include "plan.h"

#include <string.h>

#include "limit.h"
#include "fit_scene.h"
#include "fit_units.h"
#include "teach.h"
#include "base/text.h"

enum {
	/*
	 * A chunk by default: 2^18 pixels, a 512 x 512 tile. On a 10980 x 10980 scene in DEFLATE
	 * one took 5.7 ms and its reduction 6 us (2.77 s and 2.9 ms of CPU over 484 chunks), so
	 * hand-outs are far under 1 %, with hundreds of chunks left to balance the workers with.
	 */
	CHUNK_PIXELS_AUTO = 1 << 18,
	/* Between ranks a hand-out takes the better part of a millisecond (mpi/module/pace.h):
	   fewer. */
	CHUNK_PIXELS_RANKS = 1 << 20,
	/* A block by default: tiles smaller than this are worked on several at a time. */
	BLOCK_PIXELS = 1 << 16,
};

static uint32_t least(uint64_t a, uint32_t b)
{
	return a < b ? (uint32_t)a : b;
}

/* Whole tiles, along x and then along y, until there are `pixels` or the image ends. */
static void grow(uint32_t *x_size, uint32_t *y_size, const struct scene *scene, uint64_t pixels)
{
	uint64_t tile = (uint64_t)scene->store_x_size * scene->store_y_size;
	uint64_t tiles = ceil_div(pixels ? pixels : 1, tile ? tile : 1);
	uint64_t across = ceil_div(scene->x_size, scene->store_x_size);
	uint64_t nx = tiles < across ? tiles : across,
		 ny = nx < across ? 1 : ceil_div(tiles, across);

	*x_size = least(nx * scene->store_x_size, scene->x_size);
	*y_size = least(ny * scene->store_y_size, scene->y_size);
}

static void choose_chunk(struct chunk_grid *grid, const struct plan *plan,
			 const struct options *options, const struct workload *workload,
			 const struct scene *scene)
{
	switch (options->chunk_kind) {
	case CHUNK_AUTO:
		grow(&grid->chunk_x_size, &grid->chunk_y_size, scene,
		     plan->ranks > 1 ? CHUNK_PIXELS_RANKS : CHUNK_PIXELS_AUTO);
		break;
	case CHUNK_BYTES:
		grow(&grid->chunk_x_size, &grid->chunk_y_size, scene,
		     options->chunk_bytes / workload->pixel_bytes(scene));
		break;
	case CHUNK_TILE:
		grid->chunk_x_size = scene->store_x_size;
		grid->chunk_y_size = scene->store_y_size;
		break;
	case CHUNK_PIXELS:
		grid->chunk_x_size = least(options->chunk_x, scene->x_size);
		grid->chunk_y_size = least(options->chunk_y, scene->y_size);
		break;
	}
}

void plan_auto_chunk(struct plan *plan, const struct options *options,
		     const struct workload *workload, const struct scene *scene)
{
	struct options automatic = *options;
	struct chunk_grid grid = {.x_size = scene->x_size, .y_size = scene->y_size};
	struct units units;

	automatic.chunk_kind = CHUNK_AUTO;
	units = units_of(plan, &automatic, workload, scene);
	if (units.side)
		units_chunk(&grid, &units, units.first, units.bands);
	else
		choose_chunk(&grid, plan, &automatic, workload, scene);
	plan->auto_x = grid.chunk_x_size;
	plan->auto_y = grid.chunk_y_size;
	plan->auto_chunks = chunk_grid_count(&grid);
	plan->store_x = scene->store_x_size;
	plan->store_y = scene->store_y_size;
}

static void choose_block(struct chunk_grid *grid, const struct options *options,
			 const struct scene *scene)
{
	grid->whole_chunk = options->working_set == WORKING_SET_CHUNK;
	if (grid->whole_chunk) {
		grid->block_x_size = grid->chunk_x_size;
		grid->block_y_size = grid->chunk_y_size;
		return;
	}
	grow(&grid->block_x_size, &grid->block_y_size, scene, BLOCK_PIXELS);
	grid->block_x_size = least(grid->block_x_size, grid->chunk_x_size);
	grid->block_y_size = least(grid->block_y_size, grid->chunk_y_size);
}

/*
 * Nothing is stored of the scene, and no mask is to be read: whatever its size, one chunk does it
 * as one pixel. With the per-tile table, and where files are made, chunks are as usual.
 */
static void settle_constant(struct chunk_grid *grid, const struct plan *plan,
			    const struct scene *scene)
{
	grid->constant = scene->n_files > 0;
	for (unsigned i = 0; i < scene->n_files; i++)
		if (!scene->files[i].info.empty || scene->files[i].info.has_mask)
			grid->constant = false;
	if (!grid->constant)
		return;
	grid->whole_chunk = false;
	grid->block_x_size = grid->block_y_size = 1;
	if (plan->by_tile || grid->unit)
		return;
	grid->chunk_x_size = scene->x_size;
	grid->chunk_y_size = scene->y_size;
}

/* Peak of arena for a block: what earlier stages keep, and each stage's own need on top. */
static size_t block_arena(const struct workload *workload, const struct scene *scene,
			  const struct options *options, uint32_t x_size, uint32_t y_size)
{
	size_t kept = 0, peak = 0;

	for (unsigned i = 0; i < workload->n_stages; i++) {
		const struct stage *stage = workload->stage[i];
		uint32_t rows = stage->by_slice ? workload->slice_rows(x_size, y_size) : y_size;
		size_t now;

		if (stage->kept)
			kept = size_add(kept, stage->kept(scene, x_size, rows, options));
		now = kept;
		if (stage->scratch)
			now = size_add(now, stage->scratch(scene, x_size, rows, options));
		peak = now > peak ? now : peak;
	}
	return peak;
}

size_t plan_chunk_kept(const struct options *options, const struct workload *workload,
		       const struct scene *scene, const struct chunk_grid *grid)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < workload->n_stages; i++)
		if (workload->stage[i]->chunk_kept)
			bytes = size_add(bytes,
					 workload->stage[i]->chunk_kept(scene, grid, options));
	return bytes;
}

/* --teach ship-pixels: values and classes of each pixel of the largest slice. */
static size_t slice_bytes(const struct plan *plan, const struct workload *workload,
			  const struct chunk_grid *grid)
{
	uint32_t rows = workload->slice_rows(grid->block_x_size, grid->block_y_size);

	return size_mul(size_mul(grid->block_x_size, rows),
			plan->layout.n_values * (sizeof(float) + 1));
}

/* What decoders of one file take for themselves. */
static size_t codec_bytes(const struct scene *scene, unsigned file)
{
	const struct raster_info *info = &scene->files[file].info;
	size_t bytes = info->codec_bytes;
	unsigned n = 0;

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		n += scene->has_band[slot] && scene->band[slot].file == file;
	if (n > RASTER_USUAL_BANDS)
		bytes = size_add(bytes, size_mul(n - RASTER_USUAL_BANDS, info->codec_band));
	return bytes;
}

static void measure(struct chunk_grid *grid, const struct plan *plan,
		    const struct workload *workload, const struct scene *scene,
		    const struct options *options)
{
	size_t groups = result_groups(scene, grid->chunk_x_size, grid->chunk_y_size, plan->by_tile);

	grid->arena = size_add(
		arena_cost(layout_bytes(&plan->layout, groups)),
		block_arena(workload, scene, options, grid->block_x_size, grid->block_y_size));
	grid->arena = size_add(grid->arena, plan_chunk_kept(options, workload, scene, grid));
	grid->arena = arena_mapped(grid->arena);
	grid->footprint = grid->arena;
	if (teaches(&options->teach, TEACH_SHIP_PIXELS)) /* a slice on its way, and its answer */
		grid->footprint =
			size_add(size_add(grid->footprint, layout_bytes(&plan->layout, groups)),
				 slice_bytes(plan, workload, grid));
	for (unsigned i = 0; i < scene->n_files; i++)
		grid->footprint = size_add(grid->footprint, codec_bytes(scene, i));
}

size_t plan_totals_bytes(const struct plan *plan, const struct options *options,
			 const struct workload *workload, const struct scene *scene,
			 const struct chunk_grid *grid)
{
	size_t bytes = workload->totals_bytes(scene, grid, &plan->layout, plan_most_workers(plan),
					      plan->by_tile);

	if (workload->outputs)
		bytes = size_add(bytes, workload->outputs->bytes(scene, grid, options));
	return bytes;
}

static bool fits(struct chunk_grid *grid, const struct plan *plan, const struct workload *workload,
		 const struct scene *scene, const struct options *options)
{
	measure(grid, plan, workload, scene, options);
	return size_add(grid->footprint, plan_totals_bytes(plan, options, workload, scene, grid)) <=
	       plan->pool;
}

static size_t stages_scratch(const struct workload *workload, const struct scene *scene,
			     const struct options *options, uint32_t y_size)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < workload->n_stages; i++)
		if (workload->stage[i]->scratch)
			bytes = size_add(bytes,
					 workload->stage[i]->scratch(scene, scene->store_x_size,
								     y_size, options));
	return bytes;
}

/*
 * Can some rows of a stored block be had without holding all of it? Not where readers decode small
 * blocks whole even for a few rows of them: there it would only cost time.
 */
static bool can_stream(const struct workload *workload, const struct scene *scene,
		       const struct options *options)
{
	size_t largest = 0;

	for (unsigned i = 0; i < scene->n_files; i++) {
		const struct raster_info *info = &scene->files[i].info;

		if (!info->rows_can_stream)
			return false;
		largest = info->block_bytes > largest ? info->block_bytes : largest;
	}
	return scene->store_y_size > 1 && stages_scratch(workload, scene, options, 1) < largest;
}

/* One stored tile a block, at most. */
static void shrink_to_tile(struct chunk_grid *grid, const struct scene *scene)
{
	grid->whole_chunk = false;
	grid->block_x_size = least(scene->store_x_size, grid->chunk_x_size);
	grid->block_y_size = least(scene->store_y_size, grid->chunk_y_size);
}

/* One stored tile a chunk, at most: with the per-tile table each tile of a chunk has its totals. */
static void shrink_chunk(struct chunk_grid *grid, const struct scene *scene)
{
	grid->chunk_x_size = least(scene->store_x_size, grid->chunk_x_size);
	grid->chunk_y_size = least(scene->store_y_size, grid->chunk_y_size);
}

/*
 * Rows of a stored tile a block. A decoder that goes row by row cannot start in the middle, so a
 * chunk is a whole tile, from its first row to its last.
 */
static void stream_rows(struct chunk_grid *grid, const struct scene *scene, uint32_t rows)
{
	grid->streamed = true;
	grid->chunk_x_size = grid->block_x_size = scene->store_x_size;
	grid->chunk_y_size = scene->store_y_size;
	grid->block_y_size = rows;
}

/* Rows that make a block of the usual size, fewer than a whole tile has; 0 where there are none. */
static uint32_t first_rows(const struct scene *scene)
{
	uint32_t rows = least(BLOCK_PIXELS / scene->store_x_size, scene->store_y_size - 1);

	return rows || scene->store_y_size < 2 ? rows : 1;
}

/* Ways to stream: with first_rows(), half as many ... */
static unsigned n_streams(const struct workload *workload, const struct scene *scene,
			  const struct options *options)
{
	unsigned n = 0;

	if (can_stream(workload, scene, options))
		for (uint32_t rows = first_rows(scene); rows; rows /= 2)
			n++;
	return n;
}

/* Where chunks are cut along units. */
static bool next_way_of_units(struct chunk_grid *grid, unsigned number, const struct units *units,
			      const struct plan *plan, const struct options *options,
			      const struct workload *workload, const struct scene *scene)
{
	struct unit_way way = units_way(units, number, n_streams(workload, scene, options));

	*grid = (struct chunk_grid){.x_size = scene->x_size, .y_size = scene->y_size};
	if (way.none)
		return false;
	units_chunk(grid, units, way.level, way.bands);
	if (way.stream) {
		stream_rows(grid, scene, first_rows(scene) >> way.halvings);
		return true;
	}
	choose_block(grid, options, scene);
	settle_constant(grid, plan, scene);
	if (way.one_tile && !grid->constant)
		shrink_to_tile(grid, scene);
	return true;
}

/*
 * The ways to cut a scene, the roomiest first: as asked for, one stored tile a block, one a chunk,
 * and, where it can be decoded so, fewer and fewer rows of one. False where there is none left.
 */
static bool next_way(struct chunk_grid *grid, unsigned way, const struct plan *plan,
		     const struct options *options, const struct workload *workload,
		     const struct scene *scene)
{
	const struct units units = units_of(plan, options, workload, scene);
	uint32_t rows = 0;

	if (units.side)
		return next_way_of_units(grid, way, &units, plan, options, workload, scene);
	switch (way) {
	case 0:
		*grid = (struct chunk_grid){.x_size = scene->x_size, .y_size = scene->y_size};
		choose_chunk(grid, plan, options, workload, scene);
		choose_block(grid, options, scene);
		settle_constant(grid, plan, scene);
		return true;
	case 1:
		if (!grid->constant)
			shrink_to_tile(grid, scene);
		return true;
	case 2:
		shrink_chunk(grid, scene);
		return true;
	case 3:
		if (!grid->constant && can_stream(workload, scene, options))
			rows = first_rows(scene);
		break;
	default:
		rows = grid->block_y_size / 2;
	}
	if (rows)
		stream_rows(grid, scene, rows);
	return rows != 0;
}

int plan_scene(struct chunk_grid *grid, const struct plan *plan, const struct options *options,
	       const struct workload *workload, const struct scene *scene, struct error *err)
{
	const bool by_gdal = heavy_reads(workload->heavy, scene), allowed = plan->gdal || !by_gdal;
	char limit[24];
	uint64_t smallest;

	*grid = (struct chunk_grid){0};
	for (unsigned way = 0; allowed && next_way(grid, way, plan, options, workload, scene);
	     way++)
		if (fits(grid, plan, workload, scene, options))
			return 0;
	smallest = plan_smallest_pool(plan, options, workload, scene);
	if (smallest == UINT64_MAX)
		return error_set(
			err, EX_DATAERR,
			"%s: its stored blocks are too large to decode in any memory; is the "
			"file damaged?",
			scene->files[0].path);
	return error_set(err, EX_TEMPFAIL,
			 "%s: one block needs more than the memory limit of %s leaves; "
			 "--memory %lluM is enough",
			 scene->name, bytes_text(limit, plan->budget.limit),
			 (unsigned long long)(plan_enough(plan, smallest, by_gdal) >> 20));
}

uint64_t plan_smallest_pool(const struct plan *plan, const struct options *options,
			    const struct workload *workload, const struct scene *scene)
{
	struct chunk_grid grid = {0};
	uint64_t least = UINT64_MAX;

	for (unsigned way = 0; next_way(&grid, way, plan, options, workload, scene); way++) {
		uint64_t need;

		measure(&grid, plan, workload, scene, options);
		need = size_add(grid.footprint,
				plan_totals_bytes(plan, options, workload, scene, &grid));
		if (need < SIZE_MAX && need < least)
			least = need;
	}
	return least;
}
