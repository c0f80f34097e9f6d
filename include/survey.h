/*
 * Survey: what the scenes of a run need, known before the first pixel, so that neither their order
 * nor how many were looked at decides what a limit is shared out to. Flat: it can be made in a
 * process of its own and copied.
 */
#ifndef IMGPIPE_SURVEY_H
#define IMGPIPE_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "meter.h"
#include "scene.h"

/* Needs are kept by whole MiB; all of this many and more are one. */
enum { SURVEY_MIB = 4096 };

/* Scenes of one kind. Their needs: bytes of pool with the smallest blocks. */
struct survey_needs {
	uint32_t n;        /* that opened, and can be decoded in some memory */
	uint32_t least_id; /* who needs least */
	uint64_t least, most;
};

struct survey {
	bool whole;      /* every scene of the run was looked at */
	bool wants_gdal; /* one cannot be opened without GDAL, or not all of it be known */
	struct survey_needs plain,
		gdal; /* gdal: of those that only GDAL opens, where it was asked */
	uint64_t
		plain_mib[SURVEY_MIB / 64]; /* bit i: a plain scene needs over i - 1 MiB, up to i */
};

/*
 * The first scenes of the list, as far as they were opened while planning; one without a name
 * was not. The run takes those that are still fresh, each when its turn has come, and opens the
 * others.
 */
struct samples {
	uint32_t n;
	struct scene *scene;     /* by id, n of them; owned */
	struct scene extra;      /* planned on, where none of those fits; the run opens it anew */
	struct meter_row opened; /* what all scenes cost that were opened so far */
	uint64_t begin_ns;       /* when the first one was; 0: none */
};

/* A scene needs so many bytes; UINT64_MAX, for no memory is enough, is not counted. */
void survey_note(struct survey *survey, uint32_t id, bool by_gdal, uint64_t need);

#endif
