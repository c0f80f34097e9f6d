/*
 * How a process is confined; what that means stands in include/confinement.h.
 */
#ifndef IMGPIPE_PIPELINE_CONFINE_H
#define IMGPIPE_PIPELINE_CONFINE_H

#include "confinement.h"
#include "error.h"
#include "executor.h"
#include "options.h"
#include "workload.h"

struct scene_list;

/*
 * Find out what the kernel has, and list the folders that workers may read: once, in the process
 * that will fork. -1 (EX_UNAVAILABLE) where it must be had and cannot.
 */
int confine_prepare(struct confinement *confinement, const struct options *options,
		    const struct executor *executor, const struct workload *workload,
		    const struct scene_list *scene_list, struct error *err) MUST_CHECK;

/*
 * In a forked child, which keeps the descriptors `keep` (-1: none) alone, standard error with
 * --verbose: from here on the process is confined, for good, and so are its threads to come. -1
 * where what was prepared cannot be done. Without anything wanted it does nothing. writes: some of
 * the descriptors are of files that it makes longer.
 */
int confine_self(const struct confinement *confinement, const int *keep, unsigned n_keep,
		 bool writes, bool keep_stderr, struct error *err) MUST_CHECK;

/* The filter of system calls; filter.c. Can the kernel do it? Install it: 0 or errno. */
bool filter_available(void);
int filter_install(bool network);

/* --- memory --- */

/*
 * The limit of one worker process: what it has when it begins, and what the plan gives it for the
 * scene it is at. Allocations beyond fail; they are then the scene's failure, not the batch's.
 */
struct fence {
	bool set;
	int statm;      /* /proc/self/statm, opened before reading was limited to folders */
	uint64_t fixed; /* for a worker whatever it is at */
	uint64_t gdal;  /* should it be loaded */
	const struct heavy_reader *heavy;
	uint64_t most; /* never more than this, whatever the process is made to do */
	uint64_t now;
};

/* What a worker of this plan may take at the most beside what it has when it is forked. */
struct fence_plan {
	uint64_t fixed, gdal, pool;
	const struct heavy_reader *heavy; /* of the workload */
};

/* In the child, before confine_self(). Where the system does not say what is used, no limit. */
void fence_raise(struct fence *fence, const struct fence_plan *plan);

/*
 * The worker goes on with a scene whose blocks take `footprint` bytes, of which it has `held`
 * already; opening: it opens it, and GDAL may have to be loaded.
 */
void fence_move(struct fence *fence, uint64_t footprint, uint64_t held, bool opening);

/* Where an error speaks of memory: say what the limit is. */
void fence_explain(const struct fence *fence, struct error *error);

#endif
