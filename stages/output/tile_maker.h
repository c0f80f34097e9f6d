/*
 * From rows of stored samples to tiles in the spool: one output of one chunk. Tiles fill up as
 * blocks come; a whole one is encoded, appended, and averaged into its quarter of the tile
 * above, up to level K of the chunk's squares; of that one the quadrant for level K + 1 is appended
 * as samples, and so are whole tiles of the level that pictures are made of.
 *
 * Tiles that hold one number alone are encoded once a chunk; the records of all of them are of the
 * same bytes in the spool.
 */
#ifndef IMGPIPE_OUTPUT_TILE_MAKER_H
#define IMGPIPE_OUTPUT_TILE_MAKER_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "artifact.h"
#include "chunk.h"
#include "error.h"
#include "meter.h"
#include "pyramid.h"
#include "spool.h"
#include "tile_codec.h"

struct iovec;
struct tile_maker;

/* What all outputs of a worker share. */
struct tile_maker_env {
	const struct maps *maps;
	struct tile_encoder *encoder;
	struct spools *spools;
	uint32_t scene_id;
	struct arena *arena;
	void *room; /* tile_maker_room() bytes, for what is on its way to the spool */
	/* Records of what was appended; grows with `n`, up to `most`. */
	struct artifact *artifact;
	size_t n, most;
	uint64_t spooled; /* bytes appended */
	uint64_t n_tiles; /* of files, made */
	/* Of who calls: a wait for the disk interrupts the lap. NULL: nothing is metered. */
	struct meter *meter;
	struct meter_span span;
};

/* Bytes of arena for one output of a chunk of this grid. Pure. */
size_t tile_maker_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid);
/* Records that all outputs of a chunk leave, at the most. Pure. */
size_t tile_maker_artifacts(const struct maps *maps, const struct chunk_grid *grid);
/* Bytes of env->room. Pure. */
size_t tile_maker_room(const struct maps *maps);
/*
 * Bytes that a scene's spool can have at the most: all tiles of all levels, those that
 * assembling adds included, quadrants and samples. Pure.
 */
uint64_t tile_maker_spool_bytes(const struct maps *maps, const struct chunk_grid *grid);

/* NULL with an error. Lives in the arena. */
struct tile_maker *tile_maker_begin(struct tile_maker_env *env, unsigned output,
				    const struct chunk_grid *grid, const struct window *chunk,
				    struct error *err);
/*
 * These samples, rows of window->x_size, or one for all where `constant`. Each pixel of the chunk
 * comes once, in the order of blocks and slices.
 */
int tile_maker_put(struct tile_maker *maker, struct tile_maker_env *env,
		   const struct window *window, const void *samples, bool constant,
		   struct error *err);

/* Append to the scene's spool and keep a record of it; for artifacts that are no tiles, too. */
int tile_maker_append(struct tile_maker_env *env, const struct artifact *what,
		      const struct iovec *part, int n_parts, struct error *err);

#endif
