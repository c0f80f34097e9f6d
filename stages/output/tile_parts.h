/*
 * What the files of the tile maker share: its state, and what each of them does for the others.
 *
 *   tile_sizes.c   how many tiles can be open at once, and what all of it takes
 *   tile_emit.c    finished tiles to the spool
 *   tile_maker.c   from pixels to finished tiles, and up the pyramid
 */
#ifndef IMGPIPE_OUTPUT_TILE_PARTS_H
#define IMGPIPE_OUTPUT_TILE_PARTS_H

#include "tile_maker.h"

#include <string.h>

enum { QUADRANTS = 4 };

/* A sample of any type. */
struct sample {
	unsigned char byte[4];
};

/* A tile that is being filled. */
struct open_tile {
	bool used;
	uint32_t x, y;
	uint64_t missing;       /* pixels; of upper levels, tiles of the level below */
	bool uniform;           /* so far all is `value`, which is not in `samples` yet */
	unsigned quadrants;     /* bit by quadrant: those that are there; 0: nothing is */
	struct sample value;    /* where uniform */
	unsigned char *samples; /* tile * tile */
};

/* Places of a level: one for each column and row of tiles that can be open at once. */
struct tile_places {
	uint32_t columns, rows;
};

struct open_level {
	struct tile_places places;
	struct open_tile *tile; /* (x, y) is at [y % rows][x % columns] */
};

/* What has been appended of tiles that hold one number alone. */
struct uniform_cache {
	bool known;
	struct sample value;
	uint64_t offset, bytes;
};

struct tile_maker {
	struct window chunk;
	unsigned output;
	const struct map_def *map;
	struct pyramid pyramid;
	uint32_t tile;
	size_t bytes;      /* of a sample */
	unsigned top;      /* level of the chunk's squares, or the last one */
	unsigned picture;  /* level whose samples are kept; PYRAMID_LEVELS_MOST: none */
	unsigned n_stored; /* levels whose tiles are encoded */
	bool sparse;
	struct sample nodata;
	struct uniform_cache encoded, quadrant, kept;
	struct open_level open[PYRAMID_LEVELS_MOST];
};

/* --- tile_sizes.c: pure --- */

/* How many tiles of this level can be open at once, by where they are. */
struct tile_places tile_places(uint32_t tile, unsigned level, const struct chunk_grid *grid);
/* Highest level that a chunk makes tiles of. */
unsigned tile_top_level(const struct pyramid *pyramid, const struct chunk_grid *grid);

/* --- tile_emit.c --- */

/* n samples of one value. */
void sample_fill(void *out, const struct sample *value, size_t bytes, size_t n);
/* Whatever becomes of a finished tile at this level: encoded, kept, a quadrant. */
int tile_emit(struct tile_maker *maker, struct tile_maker_env *env, unsigned level,
	      struct open_tile *tile, struct error *err) MUST_CHECK;

static inline bool same_number(const struct tile_maker *maker, const struct sample *a,
			       const struct sample *b)
{
	return memcmp(a->byte, b->byte, maker->bytes) == 0;
}

static inline uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static inline size_t samples_of(const struct tile_maker *maker)
{
	return (size_t)maker->tile * maker->tile;
}

#endif
