/*
 * Memory that a claim reserves from the pools of a run, and who gives back for whom. All with
 * run->lock held.
 */
#ifndef IMGPIPE_PIPELINE_RESERVE_H
#define IMGPIPE_PIPELINE_RESERVE_H

#include <stdbool.h>

#include "run.h"

enum grant { GRANTED, GIVE_BACK_FIRST, WAIT_FOR_IT };

/*
 * Reserve for one chunk of the scene: its block, unless the worker holds just that from the chunk
 * before; the scene's totals with its first chunk; and what the worker's rank keeps of the totals
 * with the first one there.
 */
enum grant reserve(struct worker *worker, struct slot *slot);

/* The worker has given back what it held. */
void run_released(struct worker *worker);

/* Does this worker, or do others of the pool, wait for memory that all have to give back? */
bool is_starved(const struct run *run, const struct worker *worker);
bool others_starve(const struct pool *pool, const struct worker *worker);

/* The worker waits for nobody's memory any more. */
void feed_starved(struct run *run, const struct worker *worker);

#endif
