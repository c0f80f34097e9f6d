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
	uint64_t n;   /* pixels that are not fill */
	uint32_t any; /* bits that are set in one of them */
	uint32_t least, most;
};

enum { LAYOUT_PROBLEM_BYTES = 200, LAYOUT_FILLS = 2 };

/*
 * Layouts in the table's order, which is the order in which auto takes them: the first for NULL;
 * NULL behind the last.
 */
const struct mask_layout *layout_next(const struct mask_layout *layout);
/* By name, without regard to case: "scl"; NULL: there is none. */
const struct mask_layout *layout_called(const char *name);
const char *layout_name(const struct mask_layout *layout);
/* The name of layout `number` of the table, NULL behind the last: for completion and spelling. */
const char *layout_word(unsigned number);
/* "cldprb:66": percent behind a colon instead of a set. */
bool layout_takes_threshold(const struct mask_layout *layout);

/*
 * May a file of this name, or a band of this description, be a quality band of this layout, beside
 * a scene of that name (NULL: not known)? By the names that the operators give, as words between
 * characters that are neither letters nor digits. A name may hold words of several layouts.
 */
bool layout_names(const struct mask_layout *layout, const char *file_name, const char *scene_name);

/* Is this number the fill of the layout's first band? */
bool layout_is_fill(const struct mask_layout *layout, uint32_t x);
/* The same as conditions, of which one holds of each number that is fill: how many they are. */
unsigned layout_fills(const struct mask_layout *layout, struct mask_condition fill[LAYOUT_FILLS]);

/*
 * Can a band that holds such numbers have this layout? `problem` (LAYOUT_PROBLEM_BYTES) says why
 * not: "holds numbers from 5 to 7, which ... has not: ...". The scene then fails, whether auto took
 * the layout or a preset named it: wrong numbers would be worse.
 */
bool layout_fits(const struct mask_layout *layout, const struct quality_seen *seen, char *problem,
		 unsigned size);
/* The layout that would fit instead, by the file's name and what was seen; NULL: none does. */
const struct mask_layout *layout_that_fits(const char *file_name, const struct quality_seen *seen);
/* Worth a note though it fits: "only zeros: ..."; NULL: nothing. Static. */
const char *layout_doubt(const struct mask_layout *layout, const struct quality_seen *seen);

#endif
