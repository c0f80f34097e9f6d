/*
 * The stages of the work on one block, in order; joined into a workload by workload_ndvi.c.
 */
#ifndef IMGPIPE_STAGES_STAGES_H
#define IMGPIPE_STAGES_STAGES_H

#include "stage.h"
#include "workload.h"

extern const struct stage stage_read;  /* fetch and decode */
extern const struct stage stage_mask;  /* which pixels count */
extern const struct stage stage_index; /* the index value */
extern const struct stage stage_stats; /* exact sums and histogram */

/* tile.c: window of one tile of the per-tile table, cut to the image. */
struct window scene_tile_window(const struct scene *scene, uint32_t number);

/* reduce.c: the tally of one scene; see workload.h. */
size_t tally_bytes(const struct scene *scene, const struct chunk_grid *grid, unsigned workers,
		   bool by_tile);
struct tally *tally_new(const struct scene *scene, const struct chunk_grid *grid, bool by_tile,
			struct error *err);
int tally_fold(struct tally *tally, const struct chunk_result *chunk, struct error *err);
void tally_finish(struct tally *tally, struct scene_result *result);
void tally_free(struct tally *tally);

#endif
