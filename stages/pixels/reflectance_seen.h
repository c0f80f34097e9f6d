/*
 * What the numbers were that options say are reflectance (--assume-reflectance, --scale), so that
 * it can be told in the end where they can hardly be. The index stage fills the cell, the reduction
 * of the scene looks at it. Other runs have no such cell.
 */
#ifndef IMGPIPE_STAGES_REFLECTANCE_SEEN_H
#define IMGPIPE_STAGES_REFLECTANCE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "result.h"
#include "scene.h"
#include "stage.h"

/* Of all bands that the first such value reads, at its pixels that count, in every 16th row. */
struct reflectance_seen {
	uint64_t n, n_above; /* of them above what clouds and snow reflect */
	double most;
	/* Where it reads red and NIR: all its pixels, those with the colour of plants, their NIR.
	 */
	uint64_t n_pixels, n_plants;
	double most_of_plants;
};

extern const struct reducer reducer_reflectance; /* struct reflectance_seen, of value 0 */

/* Has a run with these options the cell? */
bool reflectance_is_claimed(const struct options *options);

/* Rows by their place in the scene: however it is cut into blocks, the same pixels are looked at.
 */
void reflectance_seen_block(struct reflectance_seen *seen, const struct recipe *recipe,
			    const struct block *block);
/* A note of the scene where the numbers can hardly be reflectance. */
void reflectance_seen_check(const struct reflectance_seen *seen, struct scene *scene);

#endif
