/*
 * The stages of the work on one block, in order; joined into a workload by workload_ndvi.c.
 */
#ifndef IMGPIPE_STAGES_STAGES_H
#define IMGPIPE_STAGES_STAGES_H

#include "piece.h"
#include "stage.h"
#include "workload.h"

extern const struct stage stage_read;  /* fetch and decode */
extern const struct stage stage_mask;  /* which pixels count */
extern const struct stage stage_index; /* the index value */
extern const struct stage stage_stats; /* exact sums and histogram */

/* workload_ndvi.c: what the rows of the stage table are called. */
extern const char *const pixel_stage_names[N_METER_STAGES];

/* block.c: slices of a block; see workload.h. */
uint32_t block_slice_rows(uint32_t x_size, uint32_t y_size);
struct block block_slice(const struct block *block, uint32_t first, uint32_t rows);
/* Of all bands but the quality band: what --chunk BYTES counts by. */
size_t scene_pixel_bytes(const struct scene *scene);

/* reduce.c: the tally of one scene; see workload.h. */
size_t tally_bytes(const struct scene *scene, const struct chunk_grid *grid, unsigned workers,
		   bool by_tile);
struct tally *tally_new(const struct scene *scene, const struct chunk_grid *grid, bool by_tile,
			struct error *err);
int tally_fold(struct tally *tally, const struct chunk_result *chunk, struct error *err);
void tally_finish(struct tally *tally, struct scene_result *result);
void tally_free(struct tally *tally);

#endif
