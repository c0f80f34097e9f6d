/*
 * Claim and delivery: which worker does what next, and where its result goes. Knows neither who the
 * workers are nor what a chunk means.
 *
 * Claims go in order: a scene's chunks only after all chunks of older scenes have been handed out,
 * and memory is reserved in the same critical section that hands out the chunk. So every chunk
 * handed out owns its memory and will be delivered, and no stall is possible. A worker that finds
 * no memory first gives back its own, then asks the others (run->starved), who give back theirs
 * when they next come by; plan_scene() has seen to it that one block fits when all else is given
 * back.
 */
#include "run.h"

#include <string.h>

#include "console.h"
#include "plan_scene.h"
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
	bool stopping;

	if (signals_caught())
		return true;
	pthread_mutex_lock(&run->lock);
	stopping = run->stopping;
	pthread_mutex_unlock(&run->lock);
	return stopping;
}

/* --- memory --- */

static void give_back(struct worker *worker)
{
	struct run *run = worker->run;

	if (!worker->held)
		return;
	worker_leave_scene(worker);
	run->reserved -= worker->held;
	worker->held = 0;
	arena_release(&worker->arena);
	pthread_cond_broadcast(&run->changed);
}

/* Bytes to reserve once for a scene: its tally, and GDAL where this scene makes it load. */
static uint64_t scene_bytes(const struct run *run, const struct slot *slot)
{
	return plan_scene_shared(run->plan, run->workload, &slot->scene, &slot->grid,
				 run->gdal_counted);
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
	if (scene_uses_gdal(&slot->scene) && !run->gdal_counted) {
		run->gdal_counted = true; /* for good: GDAL is not unloaded */
		run->gdal_reserved = run->plan->gdal;
		slot->shared_bytes -= run->gdal_reserved;
	}
	return 0;
}

/*
 * All is given back: either it fits now, or never will, as GDAL has been loaded since the scene was
 * planned. Then the scene fails.
 */
static bool hopeful(struct run *run, struct slot *slot)
{
	struct error error;
	char bytes[24];

	if (run->reserved + slot->grid.footprint + scene_bytes(run, slot) <= run->plan->pool)
		return true;
	error_set(&error, EX_TEMPFAIL,
		  "%s: its blocks of %s do not fit beside GDAL in the memory limit; raise --memory",
		  slot->scene.name, bytes_text(bytes, slot->grid.footprint));
	slot_fail(slot, 0, &error);
	return false;
}

/* Reserve for one chunk of the scene; false where the pool does not have it now. */
static bool reserve(struct worker *worker, struct slot *slot)
{
	struct run *run = worker->run;
	uint64_t block, shared = slot->tally ? 0 : scene_bytes(run, slot);

	if (run->starved && run->starved != worker)
		return false;
	if (worker->held < slot->grid.footprint)
		give_back(worker);
	block = worker->held ? 0 : slot->grid.footprint;
	if (run->reserved + block + shared > run->plan->pool) {
		give_back(worker);
		if (run->reserved == run->gdal_reserved && !hopeful(run, slot))
			return false;
		run->starved = worker;
		pthread_cond_broadcast(&run->changed);
		return false;
	}
	run->starved = NULL;
	run->reserved += block + shared;
	worker->held += block;
	if (run->reserved > run->reserved_peak)
		run->reserved_peak = run->reserved;
	if (!slot->tally && make_tally(run, slot, shared))
		run->reserved -= shared;
	return true;
}

/* --- claims --- */

/* The next chunk in order. CLAIM_NOTHING with *cause set where there is none to have now. */
static enum claim claim_chunk(struct worker *worker, struct task *task, enum wait_cause *cause)
{
	struct run *run = worker->run;

	*cause = WAIT_ORDER;
	while (run->claiming < run->next_open) {
		struct slot *slot = slot_of(run, run->claiming);

		if (slot->state == SLOT_OPENING)
			return CLAIM_NOTHING;
		if (slot->state == SLOT_DONE || slot->next_chunk == slot->n_chunks) {
			run->claiming++;
			continue;
		}
		if (!reserve(worker, slot) && slot->status != SCENE_FAILED) {
			*cause = WAIT_MEMORY;
			return CLAIM_NOTHING;
		}
		if (slot->status == SCENE_FAILED) { /* no memory for it at all */
			slot_settle(slot);
			slots_write(run, worker->meter);
			continue;
		}
		*task = (struct task){slot, run->claiming, slot->next_chunk++};
		slot->n_out++;
		return CLAIM_CHUNK;
	}
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
	if (!signals_caught() || run->stopping)
		return;
	run->stopping = true;
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
		if (run->stopping)
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
	slot->file_bytes = scene_file_bytes(&slot->scene);
	slot->state = SLOT_READY;
	if (status) {
		slot_fail(slot, 0, &error);
		slot_settle(slot);
		slots_write(run, worker->meter);
	} else {
		slot->n_chunks = chunk_grid_count(&slot->grid);
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

	fold(worker, slot, result);
	lock_run(run, worker->meter);
	slot->n_out--;
	if (result->status == CHUNK_FAILED)
		slot_fail(slot, result->chunk, &result->error);
	else if (result->status == CHUNK_CANCELLED && slot->status == SCENE_OK)
		slot->status = SCENE_CANCELLED;
	console_progress(run->console, slot->file_bytes / (double)slot->n_chunks, run->first,
			 run->n_scenes);
	slot_settle(slot);
	if (slot->state == SLOT_DONE) {
		slots_write(run, worker->meter);
		pthread_cond_broadcast(&run->changed);
	}
	pthread_mutex_unlock(&run->lock);
}
