/*
 * What a run would meet under the limit of its plan: told by `imgpipe plan`, which opens the scenes
 * for it and reads no pixel.
 */
#ifndef IMGPIPE_FORESEEN_H
#define IMGPIPE_FORESEEN_H

#include <stdint.h>

#include "error.h"

enum { FORESEEN_NAMED = 5 };

struct foreseen {
	uint32_t n_seen;     /* scenes and files that were looked at, the first of the list */
	uint32_t n_skipped;  /* of those: files of searched folders that are no scenes */
	uint32_t n_unopened; /* a run says why */
	uint32_t n_unfit;    /* they need more than the limit leaves */
	struct error unfit[FORESEEN_NAMED]; /* of the first of those */
};

#endif
