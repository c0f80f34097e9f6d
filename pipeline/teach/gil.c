/*
 * The lock of --teach gil, and when a worker has it. Knows nothing of what is done under it.
 */
#include "gil.h"

#include <errno.h>

#include "base/thread.h"
#include "trace.h"

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

/* --- a worker's guard --- */

/* A wait in the middle of a lap of `span`, which goes on after it; NULL: between laps. */
static void book(struct gil_guard *g, enum meter_stage stage, struct meter_span *span,
		 uint64_t since)
{
	struct meter *meter = g->meter;
	uint64_t now = clock_now();

	if (span && span->wall_ns < since)
		trace_lap(meter->trace, meter, stage, span->wall_ns, since);
	if (span)
		span->wall_ns += now - since;
	meter->row[stage].wait_ns[WAIT_GIL] += now - since;
	trace_lap(meter->trace, meter, TRACE_WAIT + WAIT_GIL, since, now);
}

static void take(struct gil_guard *g, enum meter_stage stage, struct meter_span *span)
{
	uint64_t since = clock_now();

	activity_at(ACTIVITY_WAIT + WAIT_GIL);
	gil_take(g->gil, g->who);
	book(g, stage, span, since);
	g->held_since = clock_now();
}

/* Giving it up can be a wait, too. */
static void drop(struct gil_guard *g, enum meter_stage stage, struct meter_span *span)
{
	uint64_t now = clock_now();

	g->meter->costs.gil_held_ns += now - g->held_since;
	g->held_since = 0;
	activity_at(ACTIVITY_WAIT + WAIT_GIL);
	gil_drop(g->gil, g->who);
	book(g, stage, span, now);
}

static void compute(struct guard *guard, enum meter_stage stage, struct meter_span *span)
{
	struct gil_guard *g = (struct gil_guard *)(void *)guard;

	if (g->held_since && gil_wanted(g->gil))
		drop(g, stage, span);
	if (!g->held_since)
		take(g, stage, span);
}

static void pause_computing(struct guard *guard, enum meter_stage stage)
{
	struct gil_guard *g = (struct gil_guard *)(void *)guard;

	if (g->held_since)
		drop(g, stage, NULL);
}

void gil_guard_init(struct gil_guard *guard, struct gil *gil, unsigned who, struct meter *meter)
{
	*guard = (struct gil_guard){.guard = {.compute = compute, .pause = pause_computing},
				    .gil = gil,
				    .who = who,
				    .meter = meter};
}
