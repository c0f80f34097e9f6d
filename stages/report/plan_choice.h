/*
 * Why the plan's chunk is what it is, and what others would mean; see plan_choice.c.
 */
#ifndef IMGPIPE_STAGES_PLAN_CHOICE_H
#define IMGPIPE_STAGES_PLAN_CHOICE_H

#include <stdio.h>

#include "report.h"

/* Times that each pixel is decoded, if every block decodes the stored blocks it touches. */
double plan_amplification(const struct chunk_grid *grid, const struct scene *scene);

/* The scene has stored blocks. */
void put_chunk_choice(FILE *out, const struct plan *plan, const struct scene *scene,
		      const struct chunk_grid *grid, const struct options *options);

#endif
