/*
 * The lock of a run, as workers take it: the wait is booked, and whoever comes too late stays.
 */
#include "run.h"

#include <unistd.h>

/* Too late: the run is being concluded without this worker, and the program ends. */
static void stay_here(struct run *run)
{
	pthread_mutex_unlock(&run->lock);
	for (;;)
		(void)pause();
}

void run_lock(struct run *run, struct meter *meter)
{
	uint64_t since = clock_now();

	if (pthread_mutex_trylock(&run->lock)) {
		activity_at(ACTIVITY_WAIT + WAIT_PEER);
		pthread_mutex_lock(&run->lock);
		activity_at(METER_CLAIM);
	}
	if (atomic_load(&run->deserted))
		stay_here(run);
	meter_wait(meter, WAIT_PEER, since);
	meter->lock_ops++;
}
