/*
 * Scenes in flight: a ring of slots, from opening to the written row. Rows are written in the order
 * of the scene list; a scene that is done early waits in its slot, small.
 */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "decorator.h"
#include "meters/console.h"
#include "trace.h"

struct slot *slot_of(struct run *run, uint32_t scene_id)
{
	return run->slots[scene_id % run->n_slots];
}

struct slot *slot_new(unsigned n_pools)
{
	struct slot *slot;

	if (posix_memalign((void **)&slot, _Alignof(struct slot), sizeof(*slot)))
		return NULL;
	memset(slot, 0, sizeof(*slot));
	pthread_mutex_init(&slot->fold_lock, NULL);
	slot->joined = calloc(n_pools, sizeof(*slot->joined));
	if (slot->joined)
		return slot;
	slot_delete(slot);
	return NULL;
}

void slot_delete(struct slot *slot)
{
	if (!slot)
		return;
	pthread_mutex_destroy(&slot->fold_lock);
	free(slot->joined);
	free(slot);
}

int slots_make(struct run *run, struct error *err)
{
	run->slots = calloc(run->n_slots, sizeof(struct slot *));
	for (uint32_t i = 0; run->slots && i < run->n_slots; i++) {
		run->slots[i] = slot_new(run->n_pools);
		if (!run->slots[i])
			break;
		run->slots[i]->place = i;
	}
	if (run->slots && run->slots[run->n_slots - 1])
		return 0;
	return error_memory(err, "the scenes in flight", run->n_slots * sizeof(struct slot));
}

void slots_free(struct run *run)
{
	for (uint32_t i = 0; run->slots && i < run->n_slots; i++)
		slot_delete(run->slots[i]);
	free(run->slots);
}

/* Hand out no more of its chunks. */
static void slot_stop(struct slot *slot)
{
	slot->n_chunks = slot->next_chunk;
}

/* The first error by chunk number stays; chunks not handed out will not be. */
void slot_fail(struct slot *slot, uint64_t chunk, const struct error *error)
{
	if (slot->status != SCENE_FAILED || chunk < slot->error_chunk) {
		slot->error = *error;
		slot->error_chunk = chunk;
	}
	slot->status = SCENE_FAILED;
	slot_stop(slot);
}

/* Before any file of it gets its name: what has failed has none. */
static void check_totals(const struct run *run, struct slot *slot)
{
	struct error error = {0};

	if (slot->status == SCENE_OK && slot->totals && run->workload->totals_check &&
	    run->workload->totals_check(slot->totals, &slot->scene, &error))
		slot_fail(slot, 0, &error);
}

void slot_complete(const struct run *run, struct slot *slot)
{
	check_totals(run, slot);
	slot->state = slot->outputs && slot->status == SCENE_OK ? SLOT_ASSEMBLE : SLOT_DONE;
}

void slot_settle(const struct run *run, struct slot *slot)
{
	if (slot->state != SLOT_READY || slot->next_chunk < slot->n_chunks || slot->n_out)
		return;
	if (slot->n_joined)
		slot->state = SLOT_COLLECT;
	else
		slot_complete(run, slot);
}

static void write_row(struct run *run, struct slot *slot)
{
	struct scene_result result = {
		.scene = &slot->scene,
		.status = slot->status,
		.error = slot->error,
		.grid = slot->grid,
	};
	struct error error = {0};
	int status;

	if (slot->status == SCENE_OK && slot->totals)
		run->workload->totals_finish(slot->totals, &result);
	if (slot->status == SCENE_OK && slot->outputs)
		result.file = run->workload->outputs->files(slot->outputs, &result.n_files);
	result.first_ok = slot->status == SCENE_OK && !run->totals.n_ok;
	if (result.first_ok && run->trace) {
		run->trace->has_first = true;
		run->trace->first_scene = slot->scene.id;
		run->trace->first_grid = slot->grid;
	}
	run_totals_count(&run->totals, &result, run->options->recipe);
	console_scene(run->console, &result);
	console_begin_output(run->console);
	status = run->sink->scene(run->reports, &result, &error);
	console_end_output(run->console);
	if (status && !run->error.code)
		run->error = error;
}

void slot_clear(struct run *run, struct slot *slot)
{
	run->workload->totals_free(slot->totals);
	if (slot->outputs)
		run->workload->outputs->free(slot->outputs);
	if (slot->extra)
		run->decorator->scene_end(run->decorator->context, slot);
	slot->extra = NULL;
	scene_release(&slot->scene);
	slot->totals = NULL;
	slot->outputs = NULL;
	slot->scene = (struct scene){0};
	slot->grid = (struct chunk_grid){0};
	slot->n_chunks = slot->next_chunk = slot->n_out = 0;
	slot->status = SCENE_OK;
	slot->error = (struct error){0};
	slot->shared_bytes = 0;
	slot->had_ns = slot->deadline_ns = 0;
	slot->state = SLOT_FREE;
}

static void free_slot(struct run *run, struct slot *slot)
{
	if (atomic_load(&run->deserted)) /* a worker may be at it still */
		slot->state = SLOT_FREE;
	else
		slot_clear(run, slot);
}

void slot_empty_spool(struct run *run, struct slot *slot)
{
	if (!atomic_load(&slot->n_forsaken))
		spool_empty(run->spools, slot->scene.id);
}

/* --on-missing fail: with the row of a scene that lacks a value, or a band to be written. */
static bool lacks_value(const struct run *run, const struct slot *slot)
{
	return run->options->on_missing == MISSING_FAIL && slot->status == SCENE_FAILED &&
	       scene_is_incomplete(&slot->scene, run->options->recipe);
}

bool slot_lacked_space(const struct slot *slot)
{
	const int why = slot->error.number;

	return slot->status == SCENE_FAILED && slot->error.code == EX_IOERR &&
	       (why == ENOSPC || why == EDQUOT);
}

/* The first scene of which no chunk has been handed out. */
static uint32_t first_not_begun(struct run *run)
{
	const bool begun =
		run->claiming < run->next_open && slot_of(run, run->claiming)->next_chunk;

	return run->claiming + begun;
}

/*
 * Where the disk of the outputs is full, each scene would be computed to no end. One that failed
 * has given its space back, so it takes several in a row. What was under way beside one is no
 * other: a scene too large for the disk takes the space of those as well.
 */
static bool is_full(struct run *run, const struct slot *slot)
{
	enum { MOST_FULL = 3 };

	if (slot->status == SCENE_OK)
		run->n_full = 0;
	if (slot_lacked_space(slot) && !(slot->found_no_room && slot->scene.id < run->full_until)) {
		run->full_until = first_not_begun(run);
		run->n_full++;
	}
	return run->n_full >= MOST_FULL;
}

/* More scenes than --max-failures allows; a share is of all scenes of the run. */
static bool are_too_many(const struct run *run)
{
	const struct nightly *nightly = &run->options->nightly;
	const double n = run->totals.n_failed;

	switch (nightly->failure_limit) {
	case FAILURES_ANY:
		break;
	case FAILURES_COUNT:
		return run->totals.n_failed > nightly->most_failures;
	case FAILURES_SHARE: /* 0.7 % of 1000 are 7, whatever the last bit of the product is */
		return 100 * n > nightly->most_failed * run->n_scenes * (1 + 1e-12);
	}
	return false;
}

/* With the row of this scene, which has just been written. The first reason stays. */
static enum run_end ends_with(struct run *run, const struct slot *slot)
{
	const bool full = run->spools && is_full(run, slot);

	if (signals_caught() || atomic_load(&run->stopping))
		return run->totals.end;
	if (lacks_value(run, slot))
		return RUN_ENDED_BY_MISSING;
	if (full)
		return RUN_ENDED_BY_FULL;
	if (slot->status != SCENE_FAILED)
		return RUN_COMPLETE;
	if (run->options->nightly.stop_on_error)
		return RUN_ENDED_BY_ERROR;
	return are_too_many(run) ? RUN_ENDED_BY_FAILURES : RUN_COMPLETE;
}

/*
 * The scene's row. What lies in its spool is of no use any more; where files were made of it that
 * has gone already (assemble.c).
 */
static void finish_scene(struct run *run, struct slot *slot)
{
	write_row(run, slot);
	if (run->spools && slot->status != SCENE_OK && !atomic_load(&run->deserted))
		slot_empty_spool(run, slot);
}

/* One row at a time, in order. run->writing keeps all others out while the lock is dropped. */
void slots_write(struct run *run, struct meter *meter)
{
	struct meter_span span = meter_begin();

	if (run->writing)
		return;
	run->writing = true;
	while (run->first < run->next_open && slot_of(run, run->first)->state == SLOT_DONE) {
		struct slot *slot = slot_of(run, run->first);

		pthread_mutex_unlock(&run->lock);
		finish_scene(run, slot);
		pthread_mutex_lock(&run->lock);
		run->pools[0].reserved -= slot->shared_bytes;
		run->progress.n_failed += slot->status == SCENE_FAILED;
		run->totals.end = ends_with(run, slot);
		free_slot(run, slot);
		run->first++;
		if (run->claiming < run->first)
			run->claiming = run->first;
		if (run->error.code || run->totals.end != RUN_COMPLETE)
			atomic_store(&run->stopping, true);
		meter->row[METER_WRITE].chunks++;
		pthread_cond_broadcast(&run->changed);
	}
	run->writing = false;
	meter_lap(meter, METER_WRITE, &span);
}

void slots_abandon(struct run *run, struct meter *meter)
{
	pthread_mutex_lock(&run->lock);
	for (uint32_t id = run->first; id < run->next_open; id++) {
		struct slot *slot = slot_of(run, id);

		if (slot->state == SLOT_DONE || slot->state == SLOT_FREE)
			continue;
		if (slot->state == SLOT_OPENING && atomic_load(&run->deserted))
			break; /* its worker is writing to it: as if it had not begun */
		if (slot->state == SLOT_OPENING) /* whose worker is gone: only its name is known */
			(void)run->workload->scene_begin(&slot->scene, run->scene_list, id, NULL);
		slot->state = SLOT_READY;
		slot->n_joined = 0;
		if (slot->status == SCENE_OK)
			slot->status = SCENE_CANCELLED;
		slot_stop(slot);
		slot->n_out = 0;
		slot_settle(run, slot);
	}
	slots_write(run, meter);
	run->totals.n_not_begun = run->n_scenes - run->next_open;
	run->totals.n_cancelled =
		run->n_scenes - run->totals.n_ok - run->totals.n_failed - run->totals.n_skipped;
	pthread_mutex_unlock(&run->lock);
}
