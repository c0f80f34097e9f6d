/*
 * Records of what workers are at. Knows the lock of --teach gil, and nothing of who looks.
 */
#include "activity.h"

#include <stddef.h>

#include "teach/gil.h"
#include "trace.h"

static _Thread_local struct activity *here;

void activity_enter(struct activity *activity)
{
	here = activity;
}

static void show(struct activity *activity, unsigned what)
{
	if (activity->shown)
		__atomic_store_n(activity->shown, (uint8_t)what, __ATOMIC_RELAXED);
}

void activity_at(unsigned what)
{
	if (here)
		show(here, what);
}

/* A wait in the middle of a lap of `span`, which goes on after it; NULL: between laps. */
static void book_gil(struct activity *a, enum meter_stage stage, struct meter_span *span,
		     uint64_t since)
{
	struct meter *meter = a->meter;
	uint64_t now = clock_now();

	if (span && span->wall_ns < since)
		trace_lap(meter->trace, meter, stage, span->wall_ns, since);
	if (span)
		span->wall_ns += now - since;
	meter->row[stage].wait_ns[WAIT_GIL] += now - since;
	trace_lap(meter->trace, meter, TRACE_WAIT + WAIT_GIL, since, now);
}

static void take(struct activity *a, enum meter_stage stage, struct meter_span *span)
{
	uint64_t since = clock_now();

	show(a, ACTIVITY_WAIT + WAIT_GIL);
	gil_take(a->gil, a->worker);
	book_gil(a, stage, span, since);
	a->held_since = clock_now();
}

/* Giving it up can be a wait, too. */
static void drop(struct activity *a, enum meter_stage stage, struct meter_span *span)
{
	uint64_t now = clock_now();

	a->meter->taught.gil_held_ns += now - a->held_since;
	a->held_since = 0;
	show(a, ACTIVITY_WAIT + WAIT_GIL);
	gil_drop(a->gil, a->worker);
	book_gil(a, stage, span, now);
}

void activity_compute(enum meter_stage stage, struct meter_span *span)
{
	struct activity *a = here;

	if (!a)
		return;
	if (a->gil && a->held_since && gil_wanted(a->gil))
		drop(a, stage, span);
	if (a->gil && !a->held_since)
		take(a, stage, span);
	a->computing = true;
	show(a, stage);
}

void activity_compute_end(void)
{
	if (!here)
		return;
	here->computing = false;
	if (here->held_since)
		drop(here, METER_STATS, NULL);
}

void activity_fetch(void)
{
	struct activity *a = here;

	if (!a)
		return;
	if (a->held_since)
		drop(a, METER_FETCH, NULL);
	show(a, METER_FETCH);
}

void activity_fetch_end(struct meter_span *span)
{
	if (here && here->computing)
		activity_compute(METER_DECODE, span);
}
