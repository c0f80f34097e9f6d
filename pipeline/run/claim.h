/*
 * Claims, for run.c. Workers elsewhere claim by run_try_claim() and run_leave() (run.h).
 */
#ifndef IMGPIPE_RUN_CLAIM_H
#define IMGPIPE_RUN_CLAIM_H

#include "run.h"

/*
 * The oldest scene with chunks to hand out; NULL where that is not known yet, or there is none.
 * run->lock is held.
 */
struct slot *claimable(struct run *run);

/* The next scene that is not open, in *task; false: there is none, or no place for it. */
bool claim_scene(struct run *run, struct task *task);

/* .claim and .leave of run_ops: of workers that share the run's memory. They take run->lock. */
enum claim local_claim(struct worker *worker, struct task *task);
void local_leave(struct worker *worker);

#endif
