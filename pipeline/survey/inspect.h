/*
 * Looking at inputs before there are workers: a confined child looks at one thing after another and
 * sends what it has found. One that a thing kills, or keeps too long, costs that thing's answer; a
 * new child goes on behind it.
 */
#ifndef IMGPIPE_PIPELINE_INSPECT_H
#define IMGPIPE_PIPELINE_INSPECT_H

#include "confinement.h"
#include "error.h"

struct inspection {
	void *context;
	uint32_t n;         /* things, 0 ... n - 1 */
	size_t answer_most; /* bytes of an answer */
	/*
	 * In the child: look at thing i, and say what there is to say in `answer` (room of
	 * answer_most bytes, aligned to 16). Returns its bytes. What else it changes stays
	 * in the child.
	 */
	size_t (*look)(void *context, uint32_t i, void *answer);
	/*
	 * In this process, for each thing in order: its answer, of which nothing may be believed
	 * before it is checked; NULL with `how` where there is none ("... was killed by SIGSEGV").
	 */
	void (*take)(void *context, uint32_t i, const void *answer, size_t bytes, const char *how);
	const struct heavy_reader *heavy; /* of the workload */
	unsigned timeout_s;               /* for one thing; 0: a time of its own */
	uint64_t memory; /* that the child may take, GDAL included where it may load it */
};

/* -1 where no child can be had: then nothing was taken from some thing on. */
int inspect(const struct inspection *inspection, const struct confinement *confinement,
	    bool keep_stderr, struct error *err) MUST_CHECK;

#endif
