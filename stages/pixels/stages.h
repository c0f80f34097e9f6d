/*
 * The stages of the work on one block, in order; joined into a workload by workload_pixels.c.
 */
#ifndef IMGPIPE_STAGES_STAGES_H
#define IMGPIPE_STAGES_STAGES_H

#include "cells.h"
#include "class_byte.h"
#include "stage.h"
#include "workload.h"

extern const struct stage stage_read;   /* fetch and decode */
extern const struct stage stage_mask;   /* which pixels count */
extern const struct stage stage_index;  /* the values of the recipe */
extern const struct stage stage_encode; /* tiles of maps: runs with -o alone */
extern const struct stage stage_stats;  /* exact sums and histogram */

/* outputs.c: files of pixels. */
extern const struct output_maker pixel_outputs;
/* As scene_open(); a scene whose bands cannot be stored as asked for is none: EX_DATAERR. */
int scene_open_for_maps(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
			const struct options *options, struct error *err) MUST_CHECK;

/* workload_pixels.c: what the rows of the stage table are called. */
extern const char *const pixel_stage_names[N_METER_STAGES];
/* Of runs that make files of pixels, too: all stages have a name. */
extern const char *const map_stage_names[N_METER_STAGES];

/* Can the value not be had from this scene? */
static inline bool value_is_missing(const struct scene *scene, unsigned value)
{
	return scene->missing >> value & 1;
}

/* Samples in a block's plane: as stored, but for averages. */
static inline enum sample_type plane_type(const struct band *band)
{
	return band->finer ? SAMPLE_F64 : band->type;
}

/* block.c: bands, bit by slot, that pixels are read of: what the scene's values need. */
uint32_t bands_read(const struct scene *scene, const struct recipe *recipe);

/* Values of the recipe that can. */
static inline unsigned values_here(const struct scene *scene, const struct recipe *recipe)
{
	unsigned n = 0;

	for (unsigned v = 0; v < recipe->n_values; v++)
		n += !value_is_missing(scene, v);
	return n;
}

/* block.c: slices of a block; see workload.h. */
uint32_t block_slice_rows(uint32_t x_size, uint32_t y_size);
struct block block_slice(const struct block *block, uint32_t first, uint32_t rows);
/* Of all bands but the quality band: what --chunk BYTES counts by. */
size_t scene_pixel_bytes(const struct scene *scene);

/* reduce.c: the totals of one scene; see workload.h. */
size_t scene_totals_bytes(const struct scene *scene, const struct chunk_grid *grid,
			  const struct result_layout *layout, unsigned workers, bool by_tile);
struct scene_totals *scene_totals_new(const struct scene *scene, const struct chunk_grid *grid,
				      const struct result_layout *layout, bool by_tile,
				      struct error *err);
int scene_totals_fold(struct scene_totals *totals, const struct chunk_result *chunk,
		      struct error *err);
int scene_totals_check(const struct scene_totals *totals, struct scene *scene, struct error *err);
void scene_totals_finish(struct scene_totals *totals, struct scene_result *result);
void scene_totals_free(struct scene_totals *totals);
const struct cell_group *scene_totals_cells(const struct scene_totals *totals);

#endif
