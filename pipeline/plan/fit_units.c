/*
 * Chunks along units: which level, and in which order others are tried.
 */
#include "fit_units.h"

enum {
	/* Squares of 8 x 8 units at the most: what is open of them at a time is then 15 tiles. */
	SQUARES_MOST = 3,
	LEVEL_MOST = 4, /* where stored blocks are that large */
	BANDS_MOST = 2,
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

/* What share of the scene a chunk is. */
static double share_of(const struct units *units, unsigned level, const struct scene *scene)
{
	double side = (double)side_of(units, level);
	double x = units->bands || side > scene->x_size ? scene->x_size : side;
	double y = side > scene->y_size ? scene->y_size : side;

	return x * y / ((double)scene->x_size * scene->y_size);
}

/*
 * How long a scene by itself takes; 1: encoding all of its pixels once. Reading and the rest take
 * as long again, each level of overviews a quarter of the one below. Workers share that, but for
 * the last chunk, which the others wait for at the worst; levels above those of chunks are one
 * worker's.
 */
static double length_of(const struct units *units, unsigned level, double workers,
			const struct scene *scene)
{
	double above = 1.0 / 3 / (double)(1ull << (2 * level)), shared = 2 + 1.0 / 3 - above;
	double share = share_of(units, level, scene);

	return shared * (1 / workers + (1 - 1 / workers) * share) + above;
}

/* The least level whose chunks are so many pixels a side. */
static unsigned level_of(const struct units *units, uint64_t side, unsigned most)
{
	unsigned level = 0;

	while (level < most && side_of(units, level) < side)
		level++;
	return level;
}

/* Large enough not to cut stored blocks; of those the quickest, and of equals the largest. */
static unsigned automatic(const struct units *units, const struct plan *plan,
			  const struct scene *scene, unsigned most)
{
	unsigned usual = units->bands ? BANDS_MOST : SQUARES_MOST;
	unsigned lowest = units->uncut <= LEVEL_MOST ? units->uncut : 0;
	unsigned level = usual < most ? usual : most, best;
	double workers = plan_most_workers(plan);

	best = level = level < lowest ? lowest : level;
	while (level-- > lowest)
		if (length_of(units, level, workers, scene) <
		    0.99 * length_of(units, best, workers, scene))
			best = level;
	return best;
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
