/*
 * Sharing out a limit: program and libraries, workers, GDAL, and the pool that is left for blocks.
 * Pure arithmetic over the limit, what was asked for and the survey; it must not know which scene
 * the plan is made on, so that the order of scenes decides nothing.
 *
 * Guaranteed: a scene that fits under one limit fits under every larger one. For that the pool
 * never falls as the limit rises, though workers become more and GDAL is let in:
 *   workers   what they cost by themselves is taken from a share of what is left, smoothly, and as
 *             many start as that pays for;
 *   GDAL      is let in from the limit on at which no plain scene loses by it: none needs more than
 *             the pool beside GDAL, but not more than the pool without it. Below, scenes that need
 *             GDAL fail, and no others. Where no scene is known that GDAL opens (files that are no
 *             images ask for it, too), it must leave enough for all plain scenes.
 *   batches   too large to be looked at first: GDAL's room is always set aside above
 *             PLAN_SURVEY_LIMIT; so below, plain scenes get no more than is left just there.
 */
#include "limit.h"

#include <string.h>

#include "heavy_reader.h"
#include "trace.h"

enum {
	MIB = 1 << 20,
	/*
	 * Workers get one part in so many of what is left at most: blocks are what they need most,
	 * and a large one must not fail for idle workers. With a GDAL of its own in each, half.
	 */
	WORKERS_SHARE = 4,
	WORKERS_SHARE_GDAL = 2,
	BACKLOG_SHARE = 4, /* the pool keeps one part in so many of what a backlog could have */
};

/* One way to share out a limit. */
struct shares {
	uint32_t events;           /* of a trace */
	uint64_t baseline, worker; /* with traces; worker: with its slots and its GDAL */
	uint64_t pool;             /* with the backlog */
	unsigned workers;
};

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct shares share_out(const struct plan *plan, uint64_t limit, bool gdal)
{
	bool own_gdal = gdal && plan->own_memory;
	struct shares s = {.baseline = plan->program, .worker = plan->worker_alone};
	uint64_t left, room;

	if (plan->traces) { /* one for each worker, and one for who hands out the work */
		s.events = trace_events(limit, plan->workers_asked);
		s.baseline += trace_bytes(s.events);
		s.worker += trace_bytes(s.events);
	}
	s.worker += (uint64_t)2 * plan->ranks * PLAN_SLOT_BYTES +
		    (own_gdal ? heavy_bytes(plan->heavy) : 0);
	left = s.baseline + 2 * PLAN_SLOT_BYTES + (gdal ? heavy_bytes(plan->heavy) : 0);
	left = limit > left ? limit - left : 0;
	room = left / (own_gdal ? WORKERS_SHARE_GDAL : WORKERS_SHARE);
	room = least_of(room, s.worker * plan->workers_asked);
	room = room > s.worker ? room : s.worker;
	s.workers = (unsigned)(room / s.worker);
	s.pool = left > room ? left - room : 0;
	return s;
}

/* --teach no-backpressure: a backlog takes three quarters, unless the machine has less to spare. */
static uint64_t backlog_of(const struct plan *plan, uint64_t pool)
{
	uint64_t backlog = pool - pool / BACKLOG_SHARE;

	if (!plan->has_backlog)
		return 0;
	return plan->spare_bytes ? least_of(plan->spare_bytes, backlog) : backlog;
}

static uint64_t pool_of(const struct plan *plan, uint64_t limit, bool gdal)
{
	uint64_t pool = share_out(plan, limit, gdal).pool;

	return pool - backlog_of(plan, pool);
}

static bool is_surveyed(const struct plan *plan, uint64_t limit)
{
	return plan->surveys_always || limit < plan->program + PLAN_SURVEY_LIMIT;
}

/* Without GDAL: no more than what larger limits leave that are not surveyed. */
static uint64_t plain_limit(const struct plan *plan, uint64_t limit)
{
	uint64_t most = plan->program + PLAN_SURVEY_LIMIT - heavy_bytes(plan->heavy);

	return plan->surveys_always ? limit : least_of(limit, most);
}

/* Does a plain scene need more than `less` bytes, but not more than `more`? May say yes if near. */
static bool survey_between(const struct survey *survey, uint64_t less, uint64_t more)
{
	uint64_t last = least_of(more / MIB + (more % MIB != 0), SURVEY_MIB - 1);

	for (uint64_t mib = least_of(less / MIB + 1, SURVEY_MIB - 1); less < more && mib <= last;
	     mib++)
		if (survey->plain_mib[mib / 64] >> mib % 64 & 1)
			return true;
	return false;
}

static bool may_begin(const struct plan *plan, uint64_t limit)
{
	uint64_t beside = pool_of(plan, limit, true);
	uint64_t without = pool_of(plan, plain_limit(plan, limit), false);
	const struct survey *survey = &plan->survey;

	if (!survey->gdal.n)
		return beside > 0 && beside >= survey->plain.most;
	return beside >= survey->gdal.least && !survey_between(survey, beside, without);
}

/* Is GDAL's room set aside under this limit? If so, then under all that are larger. */
static bool admits_gdal(const struct plan *plan, uint64_t limit)
{
	if (!is_surveyed(plan, limit))
		return true;
	if (!plan->survey.wants_gdal)
		return false;
	for (uint64_t at = (plan->program + heavy_bytes(plan->heavy)) / MIB * MIB; at <= limit;
	     at += MIB)
		if (may_begin(plan, at))
			return true;
	return false;
}

static uint64_t pool_under(const struct plan *plan, uint64_t limit, bool *gdal)
{
	*gdal = admits_gdal(plan, limit);
	return pool_of(plan, *gdal ? limit : plain_limit(plan, limit), *gdal);
}

static bool is_enough(const struct plan *plan, uint64_t limit, uint64_t pool, bool by_gdal)
{
	bool gdal;

	return pool_under(plan, limit, &gdal) >= pool && (gdal || !by_gdal);
}

uint64_t plan_enough(const struct plan *plan, uint64_t pool, bool by_gdal)
{
	struct plan worst = *plan;
	uint64_t low = 0, high = 1; /* MiB: too little, enough */

	worst.program += MIB;
	worst.spare_bytes = 0;
	worst.survey.wants_gdal |= by_gdal;
	while (!is_enough(&worst, high * MIB, pool, by_gdal)) {
		low = high;
		high *= 2;
		if (high > UINT64_MAX / MIB / 4)
			return UINT64_MAX;
	}
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (is_enough(&worst, middle * MIB, pool, by_gdal))
			high = middle;
		else
			low = middle;
	}
	return high * MIB;
}

bool plan_needs_survey(const struct plan *plan)
{
	return is_surveyed(plan, plan->budget.limit);
}

void plan_set_workers(struct plan *plan, unsigned workers)
{
	plan->workers = workers < plan->workers_most ? workers : plan->workers_most;
	plan->scene_slots = 2 * plan->workers * plan->ranks + 2;
	plan->slots = (uint64_t)plan->scene_slots * PLAN_SLOT_BYTES;
}

void plan_settle(struct plan *plan)
{
	struct shares shares;
	bool gdal;

	plan->pool = pool_under(plan, plan->budget.limit, &gdal);
	shares = share_out(plan, gdal ? plan->budget.limit : plain_limit(plan, plan->budget.limit),
			   gdal);
	plan->backlog = backlog_of(plan, shares.pool);
	plan->gdal = gdal ? heavy_bytes(plan->heavy) : 0;
	plan->trace_events = shares.events;
	plan->baseline = shares.baseline;
	plan->per_worker_fixed = plan->worker_alone;
	if (plan->traces)
		plan->per_worker_fixed += trace_bytes(shares.events);
	plan->workers_most = shares.workers;
	plan_set_workers(plan, plan->workers_asked);
}

/* --- the survey --- */

void survey_note(struct survey *survey, uint32_t id, bool by_gdal, uint64_t need)
{
	struct survey_needs *needs = by_gdal ? &survey->gdal : &survey->plain;
	uint64_t mib = least_of(need / MIB + (need % MIB != 0), SURVEY_MIB - 1);

	if (need == UINT64_MAX)
		return;
	if (!needs->n++ || need < needs->least) {
		needs->least = need;
		needs->least_id = id;
	}
	needs->most = need > needs->most ? need : needs->most;
	if (!by_gdal)
		survey->plain_mib[mib / 64] |= (uint64_t)1 << mib % 64;
}
