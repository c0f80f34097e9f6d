/*
 * Chunks of runs that make files of pixels: cut along squares of `side` pixels, the tiles of those
 * files. Pure arithmetic; used by fit_scene.c.
 *
 * A chunk is a square of 2^level units a side, or, where whole rows are stored together (strips), a
 * band of 2^level units over the whole width. A level is good where such chunks cut no stored
 * block.
 */
#ifndef IMGPIPE_PIPELINE_PLAN_FIT_UNITS_H
#define IMGPIPE_PIPELINE_PLAN_FIT_UNITS_H

#include "plan.h"

struct units {
	uint32_t side;    /* 0: the run makes no files of pixels */
	bool bands;       /* chunks are as wide as the scene */
	unsigned first;   /* the level to begin with */
	unsigned uncut;   /* the least one that cuts no stored block; above `first`: none does */
	bool streamable;  /* a whole stored block can be a chunk */
	unsigned at_once; /* level of such a chunk */
};

struct units units_of(const struct plan *plan, const struct options *options,
		      const struct workload *workload, const struct scene *scene);

/* Chunks of this level; bands: as wide as the scene. */
void units_chunk(struct chunk_grid *grid, const struct units *units, unsigned level, bool bands);

/* The ways to cut a scene, in order; see next_way_of_units() in fit_scene.c. */
struct unit_way {
	bool none; /* there are no more */
	unsigned level;
	bool bands;
	bool one_tile; /* blocks are one stored tile at most */
	bool stream;   /* by rows; `halvings` of the usual number of them */
	unsigned halvings;
};

/*
 * Blocks as usual and of one stored tile at each level that cuts nothing; then, in up to n_streams
 * ways, by rows; then the levels that cut stored blocks; then squares, where bands were too large.
 */
struct unit_way units_way(const struct units *units, unsigned way, unsigned n_streams);

#endif
