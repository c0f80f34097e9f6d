/*
 * Memory that a claim reserves.
 *
 * No stall is possible: a worker waits for memory with empty hands, and only while a chunk of the
 * same scene is out or it has asked all others of that pool (pool->starved), who give back theirs
 * when they come by or are woken. plan_scene() has seen to it that one block and the totals of its
 * scene fit in the pool by themselves, and totals of older scenes go as those are written.
 */
#include "reserve.h"

static uint64_t totals_bytes(const struct run *run, const struct slot *slot)
{
	return plan_totals_bytes(run->plan, run->options, run->workload, &slot->scene, &slot->grid);
}

static int make_outputs(struct run *run, struct slot *slot, struct error *err)
{
	if (!run->workload->outputs)
		return 0;
	slot->outputs = run->workload->outputs->open(&slot->scene, &slot->grid, run->options, err);
	return slot->outputs ? 0 : -1;
}

static int make_totals(struct run *run, struct slot *slot, uint64_t bytes)
{
	struct error error = {0};

	slot->totals = run->workload->totals_new(&slot->scene, &slot->grid, &run->plan->layout,
						 run->plan->by_tile, &error);
	if (!slot->totals || make_outputs(run, slot, &error)) {
		run->workload->totals_free(slot->totals);
		slot->totals = NULL;
		slot_fail(slot, 0, &error);
		return -1;
	}
	slot->shared_bytes = bytes;
	return 0;
}

/* Does the worker's rank get a part of the totals with this chunk? (Tiles travel one by one.) */
static bool joins(const struct run *run, const struct worker *worker, const struct slot *slot)
{
	size_t number = (size_t)(worker->pool - run->pools);

	return number && !run->plan->by_tile && !slot->joined[number];
}

bool is_starved(const struct run *run, const struct worker *worker)
{
	return worker->pool->starved == worker || run->pools[0].starved == worker;
}

bool others_starve(const struct pool *pool, const struct worker *worker)
{
	return pool->starved && pool->starved != worker;
}

static void take(struct pool *pool, uint64_t bytes)
{
	pool->reserved += bytes;
	if (pool->reserved > pool->reserved_peak)
		pool->reserved_peak = pool->reserved;
}

void feed_starved(struct run *run, const struct worker *worker)
{
	if (!is_starved(run, worker))
		return;
	if (worker->pool->starved == worker)
		worker->pool->starved = NULL;
	if (run->pools[0].starved == worker)
		run->pools[0].starved = NULL;
	pthread_cond_broadcast(&run->changed);
}

enum grant reserve(struct worker *worker, struct slot *slot)
{
	struct run *run = worker->run;
	struct pool *home = worker->pool, *main_pool = &run->pools[0], *lacking = NULL;
	bool joining = joins(run, worker, slot);
	uint64_t limit = run->plan->pool, totals = slot->totals ? 0 : totals_bytes(run, slot);
	uint64_t block = worker->held ? 0 : slot->grid.footprint;
	uint64_t own = block + (joining ? run->plan->layout.group_bytes : 0);

	if (worker->held && worker->held != slot->grid.footprint)
		return GIVE_BACK_FIRST;
	if (others_starve(home, worker) || (totals && others_starve(main_pool, worker)))
		return WAIT_FOR_IT;
	if (home->reserved + own + (home == main_pool ? totals : 0) > limit)
		lacking = home;
	else if (main_pool->reserved + totals > limit)
		lacking = main_pool;
	if (lacking) {
		if (worker->held && lacking == home)
			return GIVE_BACK_FIRST;
		if (!slot->n_out) {
			lacking->starved = worker;
			pthread_cond_broadcast(&run->changed);
		}
		return WAIT_FOR_IT;
	}
	feed_starved(run, worker);
	take(home, own);
	take(main_pool, totals);
	worker->held += block;
	if (joining) {
		slot->joined[home - run->pools] = true;
		slot->n_joined++;
	}
	if (!slot->totals && make_totals(run, slot, totals))
		main_pool->reserved -= totals;
	return GRANTED;
}

void run_released(struct worker *worker)
{
	if (!worker->held)
		return;
	worker->pool->reserved -= worker->held;
	worker->held = 0;
	pthread_cond_broadcast(&worker->run->changed);
}
