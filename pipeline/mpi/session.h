/*
 * The session: joining the other ranks of a run, agreeing on a plan before the first pixel, and
 * parting.
 */
#ifndef IMGPIPE_PIPELINE_SESSION_H
#define IMGPIPE_PIPELINE_SESSION_H

#include <stdbool.h>

#include "budget.h"
#include "options.h"
#include "plan.h"
#include "base/cluster.h"

/*
 * Join the other ranks, where the executor is mpi, or auto under a launcher. -1 with
 * EX_UNAVAILABLE where MPI cannot be had, EX_USAGE where copies of the program were started that
 * would all do the same.
 */
int session_begin(struct session *session, const struct options *options,
		  struct error *err) MUST_CHECK;

/* Is this process one that people do not hear from? Known before session_begin(), by the launcher.
 */
bool session_is_silent(const struct session *session);

/*
 * The machine as the weakest rank has it, so that one plan suits all: collective. `machine` has
 * been probed, and is this rank's share of what several on one machine have in common.
 */
void session_level(const struct session *session, struct machine *machine);

/*
 * Do all ranks go on? Each tells how it fared (status, *err) and what it is about to do; -1 where
 * one failed, or has another program, other options, other files or another plan; then every rank
 * has the same error, which names what differs.
 */
int session_agree(const struct session *session, int status, const struct options *options,
		  int argc, char **argv, const struct plan *plan, struct error *err) MUST_CHECK;

/* Part; every rank gets rank 0's exit status. The session has no other ranks then. */
int session_end(struct session *session, int status);

#endif
