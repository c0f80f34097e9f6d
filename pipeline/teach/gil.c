/*
 * The lock of --teach gil. Knows nothing of what is done under it.
 */
#include "gil.h"

#include <errno.h>

#include "base/thread.h"

/* sys.getswitchinterval() of CPython. */
enum { SWITCH_NS = 5000000 };

void gil_init(struct gil *gil)
{
	pthread_mutex_init(&gil->lock, NULL);
	condition_init(&gil->freed);
	condition_init(&gil->taken);
	gil->held = false;
	gil->holder = ~0u;
	atomic_init(&gil->wanted, false);
	gil->switches = 0;
}

void gil_take(struct gil *gil, unsigned who)
{
	pthread_mutex_lock(&gil->lock);
	while (gil->held) {
		struct timespec until = deadline_after(SWITCH_NS);
		uint64_t switches = gil->switches;

		if (pthread_cond_timedwait(&gil->freed, &gil->lock, &until) == ETIMEDOUT &&
		    gil->held && gil->switches == switches)
			atomic_store(&gil->wanted, true);
	}
	gil->held = true;
	if (gil->holder != who) {
		gil->holder = who;
		gil->switches++;
	}
	atomic_store(&gil->wanted, false);
	pthread_cond_broadcast(&gil->taken);
	pthread_mutex_unlock(&gil->lock);
}

void gil_drop(struct gil *gil, unsigned who)
{
	pthread_mutex_lock(&gil->lock);
	gil->held = false;
	pthread_cond_signal(&gil->freed);
	/* Who asked still waits, and leaves only by taking it. */
	if (atomic_load(&gil->wanted))
		while (gil->holder == who)
			pthread_cond_wait(&gil->taken, &gil->lock);
	pthread_mutex_unlock(&gil->lock);
}
