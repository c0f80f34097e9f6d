/*
 * Claims: who does what next. Knows no workers and no imagery.
 *
 * They go in order: a scene's chunks only after all chunks of older scenes have been handed out,
 * and memory is reserved in the same critical section that hands out the chunk. So every chunk
 * handed out owns its memory (reserve.h) and will be delivered.
 */
#include "claim.h"

#include "assemble.h"
#include "decorator.h"
#include "reserve.h"
#include "base/signals.h"
#include "timeout.h"

struct slot *claimable(struct run *run)
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

/* Chunks go in order, unless the decorator has it otherwise. */
static bool choose(const struct worker *worker, const struct slot *slot, uint64_t *chunk)
{
	const struct decorator *decorator = worker->run->decorator;

	*chunk = slot->next_chunk;
	if (!decorator || !decorator->choose || worker->run->workload->sequential)
		return true;
	return decorator->choose(decorator->context, worker, slot, chunk);
}

/* Who waits for a chunk of its own goes on to the next scene once the last one is handed out. */
static void wake_next(struct run *run, const struct slot *slot)
{
	if (run->decorator && run->decorator->choose && slot->next_chunk == slot->n_chunks)
		pthread_cond_broadcast(&run->changed);
}

static void hand_out(struct run *run, struct slot *slot, uint64_t chunk, struct task *task)
{
	slot->n_out++;
	slot->next_chunk++;
	wake_next(run, slot);
	scene_taken(run, slot);
	*task = (struct task){.scene_id = run->claiming,
			      .chunk = chunk,
			      .scene = &slot->scene,
			      .grid = &slot->grid,
			      .deadline_ns = slot->deadline_ns,
			      .slot = slot};
}

/* The next chunk in order; ANSWER_WAIT with *cause set where there is none to have now. */
static enum claim_answer claim_chunk(struct worker *worker, struct task *task,
				     enum wait_cause *cause)
{
	struct run *run = worker->run;
	struct slot *slot;
	uint64_t chunk;

	while ((slot = claimable(run))) {
		if (scene_runs_out(run, slot)) {
			slots_write(run, worker->meter);
			continue;
		}
		if (run->workload->sequential && slot->n_out) {
			*cause = WAIT_ORDER;
			return ANSWER_WAIT;
		}
		if (!choose(worker, slot, &chunk)) {
			*cause = WAIT_IDLE;
			return ANSWER_WAIT;
		}
		if (!slot->next_chunk && (assemblies_are_many(run) || space_comes_back(run))) {
			*cause = WAIT_WRITER;
			return ANSWER_WAIT;
		}
		switch (reserve(worker, slot)) {
		case GIVE_BACK_FIRST:
			return ANSWER_RELEASE;
		case WAIT_FOR_IT:
			*cause = WAIT_MEMORY;
			return ANSWER_WAIT;
		case GRANTED:
			break;
		}
		if (slot->status == SCENE_FAILED) { /* its totals could not be made */
			slot_settle(run, slot);
			slots_write(run, worker->meter);
			continue;
		}
		hand_out(run, slot, chunk, task);
		if (run->decorator && run->decorator->handed_out)
			run->decorator->handed_out(run->decorator->context, worker, task);
		return ANSWER_CHUNK;
	}
	*cause = run->writing && run->next_open - run->first == run->n_slots ? WAIT_WRITER
									     : WAIT_ORDER;
	return ANSWER_WAIT;
}

bool claim_scene(struct run *run, struct task *task)
{
	struct slot *slot;

	if (run->next_open == run->n_scenes || run->next_open - run->first == run->n_slots)
		return false;
	slot = slot_of(run, run->next_open);
	slot->state = SLOT_OPENING;
	scene_taken(run, slot);
	*task = (struct task){
		.slot = slot, .scene_id = run->next_open++, .deadline_ns = slot->deadline_ns};
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

void run_poll_signals(struct run *run)
{
	pthread_mutex_lock(&run->lock);
	stop_on_signal(run);
	pthread_mutex_unlock(&run->lock);
}

enum claim_answer run_try_claim(struct worker *worker, struct task *task, enum wait_cause *cause)
{
	struct run *run = worker->run;
	enum claim_answer answer;

	stop_on_signal(run);
	if (atomic_load(&run->stopping))
		return ANSWER_NOTHING;
	if (worker->held && (others_starve(worker->pool, worker)))
		return ANSWER_RELEASE;
	answer = claim_chunk(worker, task, cause);
	if (answer != ANSWER_WAIT)
		return answer;
	if (!is_starved(run, worker) && claim_scene(run, task))
		return ANSWER_SCENE;
	return run->claiming == run->n_scenes ? ANSWER_NOTHING : ANSWER_WAIT;
}

/* Called with the lock held; drops it to close files and unmap. */
static void give_back(struct worker *worker)
{
	pthread_mutex_unlock(&worker->run->lock);
	worker_leave_scene(worker);
	arena_release(&worker->arena);
	run_lock(worker->run, worker->meter);
	run_released(worker);
}

static void wait_changed(struct run *run, struct meter *meter, enum wait_cause cause)
{
	uint64_t since = clock_now();

	activity_at(ACTIVITY_WAIT + cause);
	run->n_waiting++;
	pthread_cond_wait(&run->changed, &run->lock);
	run->n_waiting--;
	activity_at(METER_CLAIM);
	meter_wait(meter, cause, since);
	meter->lock_ops++; /* it is taken again on waking */
}

/*
 * Let go of the lock after a hand-out. Where others wait while that takes time, one of them is
 * woken, often on this worker's core: then this is a wait for a peer, too.
 */
static void unlock_claim(struct run *run, struct meter *meter)
{
	const bool slow = run->decorator && run->decorator->handed_out;
	uint64_t since = slow ? clock_now() : 0;

	pthread_mutex_unlock(&run->lock);
	if (slow)
		meter_wait(meter, WAIT_PEER, since);
}

/* What waits to be assembled comes first: its bytes take space. */
static enum claim_answer try_local_claim(struct worker *worker, struct task *task,
					 enum wait_cause *cause)
{
	struct run *run = worker->run;
	bool starving = worker->held && others_starve(worker->pool, worker);
	struct slot *slot = starving ? NULL : assembly_claim(run);
	enum claim_answer answer;

	if (slot) {
		*task = (struct task){.scene_id = slot->scene.id, .slot = slot};
		return ANSWER_ASSEMBLE;
	}
	answer = run_try_claim(worker, task, cause);
	if (answer != ANSWER_NOTHING || !assemblies_to_come(run))
		return answer;
	*cause = WAIT_IDLE;
	return ANSWER_WAIT;
}

enum claim local_claim(struct worker *worker, struct task *task)
{
	struct run *run = worker->run;
	enum wait_cause cause = WAIT_ORDER;
	enum claim_answer answer;

	run_lock(run, worker->meter);
	for (;;) {
		answer = try_local_claim(worker, task, &cause);
		if (answer == ANSWER_RELEASE)
			give_back(worker);
		else if (answer == ANSWER_WAIT)
			wait_changed(run, worker->meter, cause);
		else
			break;
	}
	unlock_claim(run, worker->meter);
	if (answer == ANSWER_CHUNK)
		worker->meter->row[METER_CLAIM].chunks++;
	return answer == ANSWER_CHUNK      ? CLAIM_CHUNK
	       : answer == ANSWER_SCENE    ? CLAIM_SCENE
	       : answer == ANSWER_ASSEMBLE ? CLAIM_ASSEMBLE
					   : CLAIM_NOTHING;
}

void run_leave(struct worker *worker)
{
	struct run *run = worker->run;

	pthread_mutex_lock(&run->lock);
	run_released(worker);
	feed_starved(run, worker);
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

void local_leave(struct worker *worker)
{
	worker_leave_scene(worker);
	arena_release(&worker->arena);
	run_leave(worker);
}
