/*
 * What the workers of a run share: records, meters, spools, reports.
 */
#ifndef IMGPIPE_PIPELINE_RUN_INIT_H
#define IMGPIPE_PIPELINE_RUN_INIT_H

#include "error.h"

struct run;
struct run_setup;

/*
 * For one thread, before there are workers; of several ranks all call it. -1 with what is missing
 * (EX_TEMPFAIL for memory; why a report or a spool cannot be made); release it all the same.
 */
int run_init(struct run *run, const struct run_setup *setup, struct error *err) MUST_CHECK;
/* No worker is alive, or will look at it any more. */
void run_release(struct run *run);

#endif
