/*
 * What quality bands hold in a scene, so that it can be told in the end whether they can have the
 * layouts by which they were read: the first band of each rule of --mask that has a layout. The
 * read stage fills the cell, the reduction of the scene looks at it.
 */
#ifndef IMGPIPE_STAGES_QUALITY_SEEN_H
#define IMGPIPE_STAGES_QUALITY_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "masks/layouts.h"
#include "result.h"
#include "scene.h"
#include "window.h"

struct seen_cell {
	struct quality_seen rule[MASK_RULES_MOST];
};

extern const struct reducer reducer_seen; /* struct seen_cell, of value 0 */

/*
 * Samples of the band in this slot: the block's window in the band's own pixels, or with `constant`
 * one that stands for them all. Pixels that stick out to the left or above belong to other blocks.
 */
void quality_seen_add(struct seen_cell *cell, const struct scene *scene, unsigned slot,
		      const struct window *window, const struct window *stored, const void *samples,
		      bool constant);

/*
 * Can the scene's quality bands have their layouts? -1 with EX_DATAERR and the layout that would
 * fit. Doubts become notes of the scene.
 */
int quality_seen_check(const struct seen_cell *cell, struct scene *scene,
		       struct error *err) MUST_CHECK;

#endif
