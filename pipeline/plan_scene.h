/*
 * Fitting one scene into a plan; shared by plan.c and plan_scene.c.
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

/*
 * What a scene takes from the pool besides its workers' footprints: its tally, and what GDAL adds
 * where this scene makes it load and that has not been counted yet.
 */
uint64_t plan_scene_shared(const struct plan *plan, const struct workload *workload,
			   const struct scene *scene, const struct chunk_grid *grid,
			   bool gdal_counted);

bool scene_uses_gdal(const struct scene *scene);

#endif
