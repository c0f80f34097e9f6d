/*
 * Pace of a loop that polls: at once after something has happened, then ever slower, as polling
 * takes CPU time from the workers. Part of the MPI modules.
 */
#ifndef IMGPIPE_PIPELINE_MPI_PACE_H
#define IMGPIPE_PIPELINE_MPI_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "meter.h"
#include "base/signals.h"

enum {
	PACE_SHORT_NS = 500000, /* a hand-out waits for half of it on average, of 20 ms of work; a
				   poll of Open MPI takes some 30 us */
	PACE_LONG_NS = 1000000, /* nothing has come for as long as a chunk takes */
	PACE_QUIET = 100,       /* polls before that */
	/* For ranks that do not answer after a signal. Rank 0 has reports to write; so it goes
	   first. */
	PATIENCE_S = 3,
	PATIENCE_MEMBER_S = 30,
};

struct pace {
	unsigned quiet;     /* polls in a row that found nothing */
	uint64_t signal_ns; /* when a signal was first seen */
};

/* How long to sleep now. */
static inline uint64_t pace_ns(struct pace *pace, bool something)
{
	pace->quiet = something ? 0 : pace->quiet + 1;
	return something ? 0 : pace->quiet < PACE_QUIET ? PACE_SHORT_NS : PACE_LONG_NS;
}

/* A signal has come, and long ago: the other ranks are dead or hang. */
static inline bool pace_is_stuck(struct pace *pace, unsigned patience_s)
{
	if (!signals_caught())
		return false;
	if (!pace->signal_ns)
		pace->signal_ns = clock_now();
	return clock_now() - pace->signal_ns > patience_s * 1000000000ull;
}

#endif
