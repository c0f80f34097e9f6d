/*
 * Levels above those of a chunk, depth first: a tile's four quarters come out of quadrants, or out
 * of tiles below it that are made just before. So one tile of each level is in memory.
 */
#include "upper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "average.h"
#include "stored.h"
#include "tile_codec.h"
#include "tile_record.h"
#include "window.h"

enum { QUARTERS = 4 };

/* A tile on its way: of each level one. */
struct open {
	uint32_t x, y;
	unsigned n; /* quarters that are there */
	unsigned char *samples;
};

struct upper {
	const struct map_def *map;
	const struct outputs_env *env;
	uint32_t scene_id;
	struct map_places *places;
	size_t sample, tile; /* bytes of a sample; samples along a side */
	unsigned char nodata[4];
	struct open open[PYRAMID_LEVELS_MOST];
	unsigned char *quadrant, *encoded;
	struct tile_encoder *encoder;
};

static size_t tile_bytes(const struct map_places *places)
{
	return (size_t)places->format->tile * places->format->tile * map_sample_bytes(places->type);
}

static unsigned levels_of(const struct map_places *places)
{
	return places->last > places->level ? places->last - places->level : 0;
}

size_t upper_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid)
{
	struct map_places places;
	size_t tile, encoded;
	unsigned n;

	map_places_shape(&places, maps, output, grid);
	tile = tile_bytes(&places);
	n = levels_of(&places);
	if (!n)
		return 0;
	encoded = size_add(tile_encoded_most(&maps->format, places.type),
			   tile_encoder_bytes(&maps->format, places.type));
	return size_add(sizeof(struct upper),
			size_add(size_add(size_mul(n, tile), tile / QUARTERS), encoded));
}

/* Rows of n samples, `stride` apart. */
static void fill(const struct upper *upper, unsigned char *out, size_t n, size_t stride)
{
	for (size_t y = 0; y < n; y++)
		for (size_t x = 0; x < n; x++)
			memcpy(out + (y * stride + x) * upper->sample, upper->nodata,
			       upper->sample);
}

/* Is it nodata alone? */
static bool is_empty(const struct upper *upper, const unsigned char *samples)
{
	size_t bytes = tile_bytes(upper->places), sample = upper->sample;

	return memcmp(samples, upper->nodata, sample) == 0 &&
	       memcmp(samples, samples + sample, bytes - sample) == 0;
}

/* --- a whole tile --- */

static int append(struct upper *upper, const struct iovec *part, int n, uint64_t *offset,
		  struct error *err)
{
	return spool_append(upper->env->spools, upper->scene_id, part, n, offset, err);
}

static int store(struct upper *upper, uint64_t number, unsigned char *samples, struct error *err)
{
	unsigned char leader[TILE_LEADER_BYTES], trailer[TILE_TRAILER_BYTES];
	unsigned rank = spools_rank(upper->env->spools);
	uint64_t offset;
	size_t n;

	if (upper->places->format->sparse && is_empty(upper, samples))
		return map_places_set_tile(upper->places, number, rank, 0, 0, err);
	n = tile_encode(upper->encoder, upper->map->type, samples, upper->encoded, err);
	if (!n)
		return -1;
	tile_record_ends(upper->encoded, (uint32_t)n, leader, trailer);
	if (append(upper,
		   (const struct iovec[]){{leader, sizeof(leader)},
					  {upper->encoded, n},
					  {trailer, sizeof(trailer)}},
		   3, &offset, err))
		return -1;
	return map_places_set_tile(upper->places, number, rank, offset, (uint32_t)n, err);
}

static int keep(struct upper *upper, uint64_t number, unsigned char *samples, struct error *err)
{
	uint64_t offset;

	if (append(upper, &(const struct iovec){samples, tile_bytes(upper->places)}, 1, &offset,
		   err))
		return -1;
	return map_places_set_samples(upper->places, number, spools_rank(upper->env->spools),
				      offset, err);
}

static int finish(struct upper *upper, unsigned level, struct error *err)
{
	struct map_places *places = upper->places;
	struct open *open = &upper->open[level];
	uint64_t number = pyramid_number(&places->pyramid, level, open->x, open->y);

	if (level < places->file.n_levels && store(upper, number, open->samples, err))
		return -1;
	if (places->samples.n && level == places->picture)
		return keep(upper, number, open->samples, err);
	return 0;
}

/* --- its quarters --- */

static unsigned char *quarter(const struct upper *upper, unsigned level, unsigned which)
{
	size_t half = upper->tile / 2;

	return upper->open[level].samples +
	       ((which >> 1) * half * upper->tile + (which & 1) * half) * upper->sample;
}

static int read_quadrant(struct upper *upper, uint32_t x, uint32_t y, unsigned char *out,
			 struct error *err)
{
	const struct place_list *list = &upper->places->quadrant;
	const struct map_places *places = upper->places;
	uint64_t i = pyramid_number(&places->pyramid, places->level, x, y) - list->first;
	size_t half = upper->tile / 2, row = half * upper->sample;

	if (list->empty[i])
		return 0;
	if (spool_read(upper->env->spools, upper->scene_id, place_rank(list->place[i]),
		       place_offset(list->place[i]), upper->quadrant, list->bytes, err))
		return -1;
	for (size_t r = 0; r < half; r++)
		memcpy(out + r * upper->tile * upper->sample, upper->quadrant + r * row, row);
	return 0;
}

static void begin(struct upper *upper, unsigned level, uint32_t x, uint32_t y)
{
	struct open *open = &upper->open[level];

	open->x = x;
	open->y = y;
	open->n = 0;
	fill(upper, open->samples, upper->tile, upper->tile);
}

/* The next quarter of the tile of this level: read, or begun below it. Returns the level to go on
 * with, or -1. */
static int next_quarter(struct upper *upper, unsigned level, struct error *err)
{
	const struct pyramid *pyramid = &upper->places->pyramid;
	struct open *open = &upper->open[level];
	unsigned which = open->n;
	uint32_t x = 2 * open->x + (which & 1), y = 2 * open->y + (which >> 1);

	if (x >= pyramid_across(pyramid, level - 1) || y >= pyramid_down(pyramid, level - 1)) {
		open->n++;
	} else if (level - 1 == upper->places->level) {
		open->n++;
		if (read_quadrant(upper, x, y, quarter(upper, level, which), err))
			return -1;
	} else {
		begin(upper, --level, x, y);
	}
	return (int)level;
}

/* One tile of the last level, and all below it. */
static int make_tree(struct upper *upper, uint32_t x, uint32_t y, uint64_t *n_tiles,
		     struct error *err)
{
	unsigned last = upper->places->last;
	int level = (int)last;

	begin(upper, last, x, y);
	for (;;) {
		struct open *open = &upper->open[level];

		if (open->n < QUARTERS) {
			level = next_quarter(upper, (unsigned)level, err);
			if (level < 0)
				return -1;
			continue;
		}
		if (upper->env->cancelled && upper->env->cancelled(upper->env->context))
			return error_set(err, EX_TEMPFAIL, "the run is ending");
		if (finish(upper, (unsigned)level, err))
			return -1;
		(*n_tiles)++;
		if (level == (int)last)
			return 0;
		level++;
		average_tile(upper->map, (uint32_t)upper->tile, open->samples,
			     quarter(upper, (unsigned)level, upper->open[level].n), upper->tile);
		upper->open[level].n++;
	}
}

static int make_all(struct upper *upper, uint64_t *n_tiles, struct error *err)
{
	const struct pyramid *pyramid = &upper->places->pyramid;
	unsigned last = upper->places->last;

	for (uint32_t y = 0; y < pyramid_down(pyramid, last); y++)
		for (uint32_t x = 0; x < pyramid_across(pyramid, last); x++)
			if (make_tree(upper, x, y, n_tiles, err))
				return -1;
	return 0;
}

/* --- its memory --- */

static void release(struct upper *upper)
{
	for (unsigned level = 0; level < PYRAMID_LEVELS_MOST; level++)
		free(upper->open[level].samples);
	free(upper->quadrant);
	free(upper->encoded);
	tile_encoder_free(upper->encoder);
	free(upper);
}

static int get_memory(struct upper *upper, struct error *err)
{
	const struct map_places *places = upper->places;
	size_t tile = tile_bytes(places);
	bool fine;

	upper->quadrant = malloc(tile / QUARTERS);
	upper->encoded = malloc(tile_encoded_most(places->format, places->type));
	fine = upper->quadrant && upper->encoded;
	for (unsigned level = places->level + 1; fine && level <= places->last; level++) {
		upper->open[level].samples = malloc(tile);
		fine = upper->open[level].samples;
	}
	if (!fine)
		return error_memory(err, "overviews", tile);
	upper->encoder = tile_encoder_new(places->format, places->type, err);
	return upper->encoder ? 0 : -1;
}

int upper_make(const struct maps *maps, unsigned output, uint32_t scene_id,
	       struct map_places *places, const struct outputs_env *env, uint64_t *n_tiles,
	       struct error *err)
{
	const struct map_def *map = &maps->map[output];
	struct upper *upper;
	int rc;

	if (!levels_of(places))
		return 0;
	upper = calloc(1, sizeof(*upper));
	if (!upper)
		return error_memory(err, "overviews", sizeof(*upper));
	upper->map = map;
	upper->env = env;
	upper->scene_id = scene_id;
	upper->places = places;
	upper->sample = map_sample_bytes(map->type);
	upper->tile = maps->format.tile;
	stored_nodata(upper->nodata, map);
	rc = get_memory(upper, err) ? -1 : make_all(upper, n_tiles, err);
	release(upper);
	return rc;
}
