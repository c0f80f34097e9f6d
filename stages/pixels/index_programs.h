/*
 * Values that are formulas: their programs, run on a block strip by strip. Used by the index stage
 * alone.
 */
#ifndef IMGPIPE_STAGES_INDEX_PROGRAMS_H
#define IMGPIPE_STAGES_INDEX_PROGRAMS_H

#include "stage.h"

/* Arena for the strips; 0 where the scene has no such value. Pure. */
size_t index_programs_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			      const struct options *options);

/* All values of the block that have a program, and a plane to put them in. */
int index_programs_run(const struct stage_env *env, const struct block *block,
		       struct error *err) MUST_CHECK;

#endif
