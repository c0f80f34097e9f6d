/*
 * Layouts of quality bands: what each code or bit means, which of them a preset drops, and which
 * numbers cannot occur. One table, a row a layout. Pure, thread-safe.
 */
#ifndef IMGPIPE_MASKS_LAYOUTS_H
#define IMGPIPE_MASKS_LAYOUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "masks.h"

/* What was seen of one quality band in a scene, its fill left out. A commutative monoid. */
struct quality_seen {
	uint64_t n;          /* pixels that are not fill */
	uint32_t any, all;   /* bits that are set in one of them, in all of them */
	uint32_t least, most;
};

/* Layouts in the table's order: the first for NULL; NULL behind the last. */
const struct mask_layout *layout_next(const struct mask_layout *layout);
/* By name: "scl"; NULL: there is none. */
const struct mask_layout *layout_called(const char *name);
const char *layout_name(const struct mask_layout *layout);
/* "Sentinel-2 L2A scene classification"; what the sets drop, in words; the source of the facts. */
const char *layout_title(const struct mask_layout *layout);
const char *layout_source(const struct mask_layout *layout);

/*
 * May a file of this name be a quality band of this layout, beside a scene of that name? By the
 * names that the operators give. Several layouts may say yes of "BQA" where the scene's name does
 * not tell which.
 */
bool layout_names(const struct mask_layout *layout, const char *file_name, const char *scene_name);

/* Is this number the fill of the layout's first band? */
bool layout_is_fill(const struct mask_layout *layout, uint32_t x);

/* Can a band that holds such numbers have this layout? `problem` says why not, in words. */
bool layout_fits(const struct mask_layout *layout, const struct quality_seen *seen,
		 char *problem, unsigned size);
/* Worth a note though it fits: "only zeros: no information on clouds"; NULL: nothing. */
const char *layout_doubt(const struct mask_layout *layout, const struct quality_seen *seen);

#endif
