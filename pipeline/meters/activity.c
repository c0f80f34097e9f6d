/*
 * Records of what workers are at. Knows neither who looks nor what a guard does. `here` belongs to
 * its thread: who reads a file deep inside a library has no worker at hand.
 */
#include "activity.h"

#include <stddef.h>

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

void activity_compute(enum meter_stage stage, struct meter_span *span)
{
	struct activity *a = here;

	if (!a)
		return;
	if (a->guard)
		a->guard->compute(a->guard, stage, span);
	a->computing = true;
	show(a, stage);
}

void activity_compute_end(void)
{
	if (!here)
		return;
	here->computing = false;
	if (here->guard)
		here->guard->pause(here->guard, METER_STATS);
}

void activity_fetch(void)
{
	if (!here)
		return;
	if (here->guard)
		here->guard->pause(here->guard, METER_FETCH);
	show(here, METER_FETCH);
}

void activity_fetch_end(struct meter_span *span)
{
	if (here && here->computing)
		activity_compute(METER_DECODE, span);
}
