/*
 * Fitting one scene into a plan; shared by plan.c and fit_scene.c.
 */
#ifndef IMGPIPE_PIPELINE_PLAN_SCENE_H
#define IMGPIPE_PIPELINE_PLAN_SCENE_H

#include "plan.h"

/*
 * Bytes of pool that the scene needs at the very least, with the smallest blocks: what the refusal
 * names. UINT64_MAX where no amount helps.
 */
uint64_t plan_smallest_pool(const struct plan *plan, const struct options *options,
			    const struct workload *workload, const struct scene *scene);

/* The chunk of --chunk auto for the scene, whatever the options say: what advice compares with. */
void plan_auto_chunk(struct plan *plan, const struct options *options,
		     const struct workload *workload, const struct scene *scene);

/* Bytes of arena that stages keep for a whole chunk. */
size_t plan_chunk_kept(const struct options *options, const struct workload *workload,
		       const struct scene *scene, const struct chunk_grid *grid);

#endif
