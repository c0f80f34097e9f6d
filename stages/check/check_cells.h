/*
 * What is counted of a file. Private to stages/check.
 */
#ifndef IMGPIPE_STAGES_CHECK_CELLS_H
#define IMGPIPE_STAGES_CHECK_CELLS_H

#include <stdint.h>

#include "result.h"

enum check_number {
	CHECK_BLOCKS, /* of all bands, by the file's index */
	CHECK_SPARSE, /* of these, not stored */
	CHECK_MASK_BLOCKS,
	CHECK_MASK_SPARSE,
	CHECK_OVERVIEWS, /* not looked at */
	CHECK_PAGES,     /* other images of the file: not looked at */
	CHECK_DECODED,   /* blocks, the mask's included */
	CHECK_BYTES_IN,  /* stored bytes that were fetched */
	CHECK_BYTES_OUT, /* decoded */
	N_CHECK_NUMBERS
};

struct options;

void check_layout(struct result_layout *layout, const struct options *options);

/* Numbers of one chunk, or of a file. */
struct check_numbers {
	uint64_t n[N_CHECK_NUMBERS];
};

void check_numbers_add(const struct result_layout *layout, struct cell_group *into,
		       const struct check_numbers *numbers);
struct check_numbers check_numbers_of(const struct result_layout *layout,
				      const struct cell_group *group);

/* "blocks", "blocks_not_stored" ...: as reports call them. */
extern const char *const check_number_names[N_CHECK_NUMBERS];

#endif
