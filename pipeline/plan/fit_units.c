/*
 * Chunks along units: which level, and in which order others are tried.
 */
#include "fit_units.h"

enum {
	/* Squares of 8 x 8 units at the most: what is open of them at a time is then 15 tiles. */
	SQUARES_MOST = 3,
	LEVEL_MOST = 4, /* where stored blocks are that large */
	BANDS_MOST = 2,
	/* Enough to balance workers. Bands are few: the levels above them cost more than a worker
	   that waits at the end. */
	SQUARES_A_WORKER = 8,
	BANDS_A_WORKER = 4,
};

static uint64_t side_of(const struct units *units, unsigned level)
{
	return (uint64_t)units->side << level;
}

static uint32_t least(uint64_t a, uint32_t b)
{
	return a < b ? (uint32_t)a : b;
}

void units_chunk(struct chunk_grid *grid, const struct units *units, unsigned level, bool bands)
{
	grid->unit = units->side;
	grid->level = level;
	grid->chunk_x_size = bands ? grid->x_size : least(side_of(units, level), grid->x_size);
	grid->chunk_y_size = least(side_of(units, level), grid->y_size);
}

/* Do chunks of `side` pixels end where stored blocks do, along an axis of `size`? */
static bool ends_with(uint64_t side, uint32_t store, uint32_t size)
{
	return side >= size || store == 0 || side % store == 0;
}

static bool is_uncut(const struct units *units, unsigned level, const struct scene *scene)
{
	return ends_with(side_of(units, level), scene->store_y_size, scene->y_size) &&
	       (units->bands ||
		ends_with(side_of(units, level), scene->store_x_size, scene->x_size));
}

static uint64_t count(const struct units *units, unsigned level, const struct scene *scene)
{
	uint64_t side = side_of(units, level);

	return (units->bands ? 1 : ceil_div(scene->x_size, side)) * ceil_div(scene->y_size, side);
}

/* The least level whose chunks are so many pixels a side. */
static unsigned level_of(const struct units *units, uint64_t side, unsigned most)
{
	unsigned level = 0;

	while (level < most && side_of(units, level) < side)
		level++;
	return level;
}

/* Large enough not to cut stored blocks, small enough for all workers to have some. */
static unsigned automatic(const struct units *units, const struct plan *plan,
			  const struct scene *scene, unsigned most)
{
	unsigned usual = units->bands ? BANDS_MOST : SQUARES_MOST;
	uint64_t wanted = plan_most_workers(plan) *
			  (uint64_t)(units->bands ? BANDS_A_WORKER : SQUARES_A_WORKER);
	unsigned level = usual < most ? usual : most;

	if (units->uncut <= LEVEL_MOST && units->uncut > level)
		level = units->uncut;
	while (level > 0 && count(units, level, scene) < wanted &&
	       (level > units->uncut || units->uncut > LEVEL_MOST))
		level--;
	return level;
}

/* The least level that has so many pixels. */
static unsigned level_of_pixels(const struct units *units, uint64_t pixels,
				const struct scene *scene, unsigned most)
{
	unsigned level = 0;

	for (; level < most; level++) {
		uint64_t side = side_of(units, level);

		if ((units->bands ? scene->x_size : side) >= ceil_div(pixels, side))
			break;
	}
	return level;
}

static unsigned first_level(const struct units *units, const struct plan *plan,
			    const struct options *options, const struct workload *workload,
			    const struct scene *scene, unsigned most)
{
	uint32_t x = options->chunk_x, y = options->chunk_y;

	switch (options->chunk_kind) {
	case CHUNK_AUTO:
		break;
	case CHUNK_BYTES:
		return level_of_pixels(units, options->chunk_bytes / workload->pixel_bytes(scene),
				       scene, most);
	case CHUNK_TILE:
		x = scene->store_x_size;
		y = scene->store_y_size;
		return level_of(units, units->bands || y > x ? y : x, most);
	case CHUNK_PIXELS:
		return level_of(units, units->bands || y > x ? y : x, most);
	}
	return automatic(units, plan, scene, most);
}

/* A stored block that is whole units, or the whole axis. *level: of the largest squares in it. */
static bool whole_units(const struct units *units, uint32_t store, uint32_t size, unsigned *level)
{
	if (store >= size)
		return true;
	if (!store || store % units->side)
		return false;
	while (*level > 0 && store % side_of(units, *level))
		--*level;
	return true;
}

struct units units_of(const struct plan *plan, const struct options *options,
		      const struct workload *workload, const struct scene *scene)
{
	struct units units = {0};
	unsigned most = 0;

	if (!workload->outputs)
		return units;
	workload->outputs->unit(scene, options, &units.side, &most);
	units.bands = options->chunk_kind == CHUNK_PIXELS ? options->chunk_x >= scene->x_size
							  : scene->store_x_size >= scene->x_size;
	while (units.uncut < most && !is_uncut(&units, units.uncut, scene))
		units.uncut++;
	if (!is_uncut(&units, units.uncut, scene))
		units.uncut = LEVEL_MOST + 1;
	units.first = first_level(&units, plan, options, workload, scene, most);
	units.at_once = most;
	units.streamable =
		whole_units(&units, scene->store_x_size, scene->x_size, &units.at_once) &&
		whole_units(&units, scene->store_y_size, scene->y_size, &units.at_once);
	return units;
}

/* The way-th of levels first, first - 1 ... last, each with two kinds of blocks. */
static struct unit_way of_levels(unsigned way, unsigned first, bool bands)
{
	return (struct unit_way){.level = first - way / 2, .bands = bands, .one_tile = way % 2};
}

struct unit_way units_way(const struct units *units, unsigned way, unsigned n_streams)
{
	unsigned n_uncut = units->uncut <= units->first ? 2 * (units->first - units->uncut + 1) : 0;
	unsigned n_cut = 2 * (units->first + 1) - n_uncut;

	if (!units->streamable)
		n_streams = 0;
	if (way < n_uncut)
		return of_levels(way, units->first, units->bands);
	way -= n_uncut;
	if (way < n_streams)
		return (struct unit_way){.level = units->at_once, .stream = true, .halvings = way};
	way -= n_streams;
	if (way < n_cut)
		return of_levels(way + n_uncut, units->first, units->bands);
	way -= n_cut;
	if (units->bands && way < 2 * (units->first + 1))
		return of_levels(way, units->first, false);
	return (struct unit_way){.none = true};
}
