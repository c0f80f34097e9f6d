/*
 * A look at the scenes of a plan: which would fail under its limit, and the peak of all that fit.
 */
#ifndef IMGPIPE_PIPELINE_FORESEE_H
#define IMGPIPE_PIPELINE_FORESEE_H

#include "foreseen.h"
#include "scenes.h"

/*
 * Raise the plan's prediction to what the scenes need, as a run would. Headers cost time: no more
 * than the first 1000 are looked at; with --timeout or under MPI, those the plan was made with.
 */
void foresee(struct foreseen *foreseen, struct scenes *scenes, const struct call *call);

#endif
