/*
 * Claim and delivery: which worker does what next, and where its result goes. Knows neither who the
 * workers are nor what a chunk means.
 *
 * Claims go in order: a scene's chunks only after all chunks of older scenes have been handed out,
 * and memory is reserved in the same critical section that hands out the chunk. So every chunk
 * handed out owns its memory and will be delivered.
 *
 * No stall is possible: a worker waits for memory with empty hands, and only while a chunk of the
 * same scene is out or it has asked all others (run->starved), who give back theirs when they come
 * by or are woken. plan_scene() has seen to it that one block and the totals of its scene fit in
 * the pool by themselves, and totals of older scenes go as those are written.
 */
#include "run.h"

#include <string.h>

#include "console.h"
#include "signals.h"

/* Which stage's row a wait is booked on. */
static const enum meter_stage wait_rows[N_WAIT_CAUSES] = {
	[WAIT_MEMORY] = METER_FETCH, [WAIT_ORDER] = METER_DISCOVER, [WAIT_WRITER] = METER_WRITE,
	[WAIT_PEER] = METER_REDUCE,  [WAIT_IDLE] = METER_REDUCE,
};

static void book_wait(struct meter *meter, enum wait_cause cause, uint64_t since)
{
	meter->row[wait_rows[cause]].wait_ns[cause] += meter_now() - since;
}

static void lock_run(struct run *run, struct meter *meter)
{
	uint64_t since = meter_now();

	pthread_mutex_lock(&run->lock);
	book_wait(meter, WAIT_PEER, since);
	meter->lock_ops++;
}

static void wait_changed(struct run *run, struct meter *meter, enum wait_cause cause)
{
	uint64_t since = meter_now();

	pthread_cond_wait(&run->changed, &run->lock);
	book_wait(meter, cause, since);
}

bool run_cancelled(struct run *run)
{
	return signals_caught() || atomic_load(&run->stopping);
}

/* --- memory --- */

/* Called with the lock held; drops it to close files and unmap. */
static void give_back(struct worker *worker)
{
	struct run *run = worker->run;

	if (!worker->held)
		return;
	pthread_mutex_unlock(&run->lock);
	worker_leave_scene(worker);
	arena_release(&worker->arena);
	pthread_mutex_lock(&run->lock);
	run->reserved -= worker->held;
	worker->held = 0;
	pthread_cond_broadcast(&run->changed);
}

static uint64_t tally_bytes(const struct run *run, const struct slot *slot)
{
	return run->workload->tally_bytes(&slot->scene, &slot->grid, run->plan->workers,
					  run->plan->by_tile);
}

static int make_tally(struct run *run, struct slot *slot, uint64_t bytes)
{
	struct error error = {0};

	slot->tally =
		run->workload->tally_new(&slot->scene, &slot->grid, run->plan->by_tile, &error);
	if (!slot->tally) {
		slot_fail(slot, 0, &error);
		return -1;
	}
	slot->shared_bytes = bytes;
	return 0;
}

enum grant { GRANTED, GIVE_BACK_FIRST, WAIT_FOR_IT };

/*
 * Reserve for one chunk of the scene: its block, unless the worker holds just that from the chunk
 * before, and the scene's totals with its first chunk.
 */
static enum grant reserve(struct worker *worker, struct slot *slot)
{
	struct run *run = worker->run;
	uint64_t tally = slot->tally ? 0 : tally_bytes(run, slot);
	uint64_t block = worker->held ? 0 : slot->grid.footprint;

	if (worker->held && worker->held != slot->grid.footprint)
		return GIVE_BACK_FIRST;
	if (run->starved && run->starved != worker)
		return WAIT_FOR_IT;
	if (run->reserved + block + tally > run->plan->pool) {
		if (worker->held)
			return GIVE_BACK_FIRST;
		if (!slot->n_out) {
			run->starved = worker;
			pthread_cond_broadcast(&run->changed);
		}
		return WAIT_FOR_IT;
	}
	if (run->starved) {
		run->starved = NULL;
		pthread_cond_broadcast(&run->changed);
	}
	run->reserved += block + tally;
	worker->held += block;
	if (run->reserved > run->reserved_peak)
		run->reserved_peak = run->reserved;
	if (!slot->tally && make_tally(run, slot, tally))
		run->reserved -= tally;
	return GRANTED;
}

/* --- claims --- */

/* The oldest scene with chunks to hand out; NULL where that is not known yet, or there is none. */
static struct slot *claimable(struct run *run)
{
	for (; run->claiming < run->next_open; run->claiming++) {
		struct slot *slot = slot_of(run, run->claiming);

		if (slot->state == SLOT_OPENING)
			return NULL;
		if (slot->state == SLOT_READY && slot->next_chunk < slot->n_chunks)
			return slot;
	}
	return NULL;
}

/* The next chunk in order; CLAIM_NOTHING with *cause set where there is none to have now. */
static enum claim claim_chunk(struct worker *worker, struct task *task, enum wait_cause *cause)
{
	struct run *run = worker->run;
	struct slot *slot;

	while ((slot = claimable(run))) {
		switch (reserve(worker, slot)) {
		case GIVE_BACK_FIRST:
			give_back(worker);
			continue;
		case WAIT_FOR_IT:
			*cause = WAIT_MEMORY;
			return CLAIM_NOTHING;
		case GRANTED:
			break;
		}
		if (slot->status == SCENE_FAILED) { /* its tally could not be made */
			slot_settle(slot);
			slots_write(run, worker->meter);
			continue;
		}
		*task = (struct task){slot, run->claiming, slot->next_chunk++};
		slot->n_out++;
		return CLAIM_CHUNK;
	}
	*cause = run->writing && run->next_open - run->first == run->n_slots ? WAIT_WRITER
									     : WAIT_ORDER;
	return CLAIM_NOTHING;
}

static bool claim_scene(struct run *run, struct task *task)
{
	struct slot *slot;

	if (run->next_open == run->n_scenes || run->next_open - run->first == run->n_slots)
		return false;
	slot = slot_of(run, run->next_open);
	*task = (struct task){.slot = slot, .scene_id = run->next_open++};
	slot->state = SLOT_OPENING;
	return true;
}

/* No more claims; chunks not handed out are cancelled by slots_abandon(). */
static void stop_on_signal(struct run *run)
{
	if (!signals_caught() || atomic_load(&run->stopping))
		return;
	atomic_store(&run->stopping, true);
	pthread_cond_broadcast(&run->changed);
}

enum claim run_claim(struct worker *worker, struct task *task)
{
	struct run *run = worker->run;
	enum claim claim = CLAIM_NOTHING;
	enum wait_cause cause;

	lock_run(run, worker->meter);
	for (;;) {
		stop_on_signal(run);
		if (atomic_load(&run->stopping))
			break;
		if (run->starved && run->starved != worker)
			give_back(worker);
		claim = claim_chunk(worker, task, &cause);
		if (claim == CLAIM_CHUNK)
			break;
		if (run->starved != worker && claim_scene(run, task)) {
			claim = CLAIM_SCENE;
			break;
		}
		if (run->claiming == run->n_scenes)
			break;
		wait_changed(run, worker->meter, cause);
	}
	pthread_mutex_unlock(&run->lock);
	return claim;
}

void run_leave(struct worker *worker)
{
	struct run *run = worker->run;

	pthread_mutex_lock(&run->lock);
	give_back(worker);
	if (run->starved == worker)
		run->starved = NULL;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

/* --- opening and delivery --- */

static double scene_file_bytes(const struct scene *scene)
{
	double bytes = 0;

	for (unsigned i = 0; i < scene->n_files; i++)
		bytes += (double)scene->files[i].info.file_bytes;
	return bytes;
}

void run_open_scene(struct worker *worker, const struct task *task)
{
	struct run *run = worker->run;
	struct slot *slot = task->slot;
	struct meter_span span = meter_begin();
	struct error error = {0};
	int status;

	status = run->workload->scene_open(&slot->scene, run->catalog, task->scene_id, run->options,
					   &error);
	if (!status)
		status = plan_scene(&slot->grid, run->plan, run->options, run->workload,
				    &slot->scene, &error);
	worker->meter->row[METER_DISCOVER].chunks++;
	meter_lap(worker->meter, METER_DISCOVER, &span);

	lock_run(run, worker->meter);
	slot->state = SLOT_READY;
	if (status) {
		slot_fail(slot, 0, &error);
		slot_settle(slot);
		slots_write(run, worker->meter);
	} else {
		slot->n_chunks = chunk_grid_count(&slot->grid);
		slot->chunk_bytes = scene_file_bytes(&slot->scene) / (double)slot->n_chunks;
		plan_predict(&run->totals.predicted, run->plan, run->options, run->workload,
			     &slot->scene, &slot->grid);
	}
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

/* Fold a result into its scene's tally; serialised by the scene's own lock. */
static void fold(struct worker *worker, struct slot *slot, struct chunk_result *result)
{
	struct meter_row *row = &worker->meter->row[METER_REDUCE];
	uint64_t since = meter_now();
	struct meter_span span;

	if (result->status != CHUNK_DONE)
		return;
	pthread_mutex_lock(&slot->fold_lock);
	book_wait(worker->meter, WAIT_PEER, since);
	worker->meter->lock_ops++;
	span = meter_begin();
	if (worker->run->workload->tally_fold(slot->tally, result, &result->error))
		result->status = CHUNK_FAILED;
	meter_lap(worker->meter, METER_REDUCE, &span);
	pthread_mutex_unlock(&slot->fold_lock);
	row->chunks++;
	row->messages++;
	row->message_bytes += result->n_pieces * sizeof(struct piece);
	row->bytes_in += result->n_pieces * sizeof(struct piece);
}

void run_deliver(struct worker *worker, const struct task *task, struct chunk_result *result)
{
	struct run *run = worker->run;
	struct slot *slot = task->slot;
	double bytes = slot->chunk_bytes;
	uint32_t written;

	fold(worker, slot, result);
	lock_run(run, worker->meter);
	slot->n_out--;
	if (result->status == CHUNK_FAILED)
		slot_fail(slot, result->chunk, &result->error);
	else if (result->status == CHUNK_CANCELLED && slot->status == SCENE_OK)
		slot->status = SCENE_CANCELLED;
	slot_settle(slot);
	if (slot->state == SLOT_DONE) {
		slots_write(run, worker->meter);
		pthread_cond_broadcast(&run->changed);
	}
	written = run->first;
	pthread_mutex_unlock(&run->lock);
	console_progress(run->console, bytes, written, run->n_scenes);
}
