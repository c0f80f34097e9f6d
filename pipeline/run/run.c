/*
 * Opening and delivery: what comes of a claim (claim.c), and where results go. Knows no workers and
 * no imagery.
 */
#include "run.h"

#include <stdio.h>
#include <string.h>

#include "meters/console.h"
#include "assemble.h"
#include "claim.h"
#include "decorator.h"
#include "base/signals.h"
#include "timeout.h"
#include "trace.h"

void run_worker(struct worker *worker, struct run *run, unsigned number)
{
	*worker = (struct worker){
		.number = number,
		.n_workers = plan_all_workers(run->plan),
		.options = run->options,
		.workload = run->workload,
		.layout = &run->plan->layout,
		.by_tile = run->plan->by_tile,
		.decorator = run->decorator,
		.spools = run->spools,
	};
	if (run->shown)
		worker->activity.shown = run->shown + number % run->job.n_workers;
}

static bool local_cancelled(struct worker *worker)
{
	return signals_caught() || atomic_load(&worker->run->stopping);
}

static double scene_file_bytes(const struct scene *scene)
{
	double bytes = 0;

	for (unsigned i = 0; i < scene->n_files; i++)
		bytes += (double)scene->files[i].info.file_bytes;
	return bytes;
}

/* The scene is open, or has failed: chunks may be handed out, or its row be written. */
static void scene_ready(struct worker *worker, struct slot *slot, const struct error *error)
{
	struct run *run = worker->run;

	run_lock(run, worker->meter);
	scene_given_back(run, slot);
	if (slot->forsaken) {
		forsaken_given_back(run, slot);
		pthread_mutex_unlock(&run->lock);
		return;
	}
	slot->state = SLOT_READY;
	run->progress.n_known++;
	if (error) {
		slot_fail(slot, 0, error);
		if (slot->scene.no_scene)
			slot->status = SCENE_SKIPPED;
		slot_settle(run, slot);
		slots_write(run, worker->meter);
	} else {
		slot->n_chunks = chunk_grid_count(&slot->grid);
		slot->chunk_bytes = scene_file_bytes(&slot->scene) / (double)slot->n_chunks;
		run->progress.known_chunks += slot->n_chunks;
		plan_predict(&run->totals.predicted, run->plan, run->options, run->workload,
			     &slot->scene, &slot->grid);
	}
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

/* The scene as it was opened while planning, unless a file of it has changed since. */
static bool take_sample(struct run *run, uint32_t id, struct scene *scene)
{
	struct scene *sample = id < run->samples->n ? &run->samples->scene[id] : NULL;

	if (!sample || !sample->name)
		return false;
	if (!run->workload->scene_is_fresh(sample)) {
		scene_release(sample);
		return false;
	}
	*scene = *sample;
	*sample = (struct scene){0};
	return true;
}

static void run_open_scene(struct worker *worker, const struct task *task)
{
	struct run *run = worker->run;
	struct slot *slot = task->slot;
	struct meter_span span = meter_begin();
	struct error error = {0};
	int status = 0;

	trace_at(worker->meter->trace, task->scene_id, TRACE_NO_CHUNK);
	if (!take_sample(run, task->scene_id, &slot->scene)) {
		worker->meter->row[METER_DISCOVER].chunks++;
		status = run->workload->scene_open(&slot->scene, run->scene_list, task->scene_id,
						   run->options, &error);
	}
	if (!status)
		status = plan_scene(&slot->grid, run->plan, run->options, run->workload,
				    &slot->scene, &error);
	meter_lap(worker->meter, METER_DISCOVER, &span);
	scene_ready(worker, slot, status ? &error : NULL);
}

/* The worker's name for it must be the scene list's: whatever it says is said of this scene. */
static int unpack_scene(struct run *run, uint32_t id, struct scene *scene, const void *packed,
			size_t bytes, bool opened, struct error *err)
{
	struct scene sent = {0};
	int status = run->workload->scene_begin(scene, run->scene_list, id, err);

	if (status)
		return -1;
	if (run->workload->scene_unpack(&sent, packed, bytes, opened, err))
		return error_prefix(err, "%s", scene->name);
	if (sent.id != id || strcmp(sent.name, scene->name) != 0) {
		scene_release(&sent);
		return error_set(err, EX_SOFTWARE,
				 "%s: a worker has sent another scene; it is left out",
				 scene->name);
	}
	scene_release(scene);
	*scene = sent;
	return opened && run->workload->scene_confirm
		       ? run->workload->scene_confirm(scene, run->scene_list, err)
		       : 0;
}

void run_take_scene(struct worker *worker, const struct task *task, const void *packed,
		    size_t bytes, const struct error *failure)
{
	struct run *run = worker->run;
	struct slot *slot = task->slot;
	struct meter_span span = meter_begin();
	struct error error = {0};
	int status;

	trace_at(worker->meter->trace, task->scene_id, TRACE_NO_CHUNK);
	if (task->scene_id < run->samples->n) /* of no use any more */
		scene_release(&run->samples->scene[task->scene_id]);
	status = unpack_scene(run, task->scene_id, &slot->scene, packed, bytes, !failure, &error);
	if (failure)
		error = *failure;
	else if (!status)
		status = plan_scene(&slot->grid, run->plan, run->options, run->workload,
				    &slot->scene, &error);
	worker->meter->row[METER_DISCOVER].chunks++;
	meter_lap(worker->meter, METER_DISCOVER, &span);
	scene_ready(worker, slot, status || failure ? &error : NULL);
}

void run_fail_scene(struct worker *worker, const struct task *task, const struct error *error)
{
	struct run *run = worker->run;

	/* Its own failure does not matter: the scene then has no name. */
	(void)run->workload->scene_begin(&task->slot->scene, run->scene_list, task->scene_id, NULL);
	scene_ready(worker, task->slot, error);
}

/* With run->lock held; the scene only where somebody is `due` to see it. */
static void note_place(struct console_place *place, const struct run *run, const struct slot *slot,
		       bool due)
{
	place->scenes_done = run->first;
	place->n_scenes = run->n_scenes;
	place->known_chunks = run->progress.known_chunks;
	place->all_known = run->progress.n_known == run->n_scenes;
	place->scene[0] = '\0';
	if (!due)
		return;
	(void)snprintf(place->scene, sizeof(place->scene), "%s",
		       slot->scene.name ? slot->scene.name : "?");
	place->n_chunks = slot->n_chunks;
	place->chunk = slot->next_chunk - slot->n_out;
}

void run_deliver(struct worker *worker, const struct task *task, struct chunk_result *result)
{
	struct run *run = worker->run;
	struct slot *slot = task->slot;
	double bytes = slot->chunk_bytes;
	const bool due = console_is_due(run->console);
	struct console_place place;
	uint64_t since;

	if (result->status == CHUNK_DONE && (result->n_groups || result->n_artifacts))
		(void)run_fold(worker, task, result);
	worker->meter->row[METER_REDUCE].chunks += result->status == CHUNK_DONE;
	run_lock(run, worker->meter);
	slot->n_out--;
	scene_given_back(run, slot);
	if (slot->forsaken) {
		forsaken_given_back(run, slot);
		pthread_mutex_unlock(&run->lock);
		return;
	}
	run->progress.bytes += bytes;
	run->progress.chunks++;
	if (result->status == CHUNK_FAILED)
		slot_fail(slot, result->chunk, &result->error);
	else if (result->status == CHUNK_CANCELLED && slot->status == SCENE_OK)
		slot->status = SCENE_CANCELLED;
	slot->found_no_room = slot->found_no_room || slot_lacked_space(slot);
	note_place(&place, run, slot, due); /* it may be written, and gone */
	slot_settle(run, slot);
	if (slot->state == SLOT_DONE) {
		slots_write(run, worker->meter);
		pthread_cond_broadcast(&run->changed);
	} else if (run->workload->sequential || slot->state == SLOT_ASSEMBLE) {
		pthread_cond_broadcast(&run->changed);
	}
	place.scenes_done = run->first;
	since = clock_now();
	pthread_mutex_unlock(&run->lock);
	if (run->workload->sequential) /* who is woken may get this worker's core first */
		meter_wait(worker->meter, WAIT_ORDER, since);
	console_progress(run->console, bytes, &place);
}

static void local_deliver(struct worker *worker, const struct task *task,
			  struct chunk_result *result)
{
	struct meter_row *row = &worker->meter->row[METER_REDUCE];

	/* Handed over in memory: nothing is copied. Beside real messages it is none. */
	if (result->status == CHUNK_DONE && worker->run->n_pools == 1) {
		row->messages++;
		row->message_bytes += layout_bytes(worker->layout, result->n_groups) +
				      result->n_artifacts * sizeof(*result->artifact);
	}
	run_deliver(worker, task, result);
}

void run_collected(struct run *run, struct slot *slot, struct cell_group *group,
		   struct meter *meter)
{
	struct chunk_result result = {.status = CHUNK_DONE, .n_groups = 1, .group = group};
	struct worker collector = {.run = run, .meter = meter};
	struct task task = {.slot = slot, .scene_id = slot->scene.id, .chunk = TRACE_NO_CHUNK};
	bool wanted = slot->status == SCENE_OK; /* nobody else touches a slot being collected */
	int status = wanted ? run_fold(&collector, &task, &result) : 0;

	run_lock(run, meter);
	if (status)
		slot_fail(slot, 0, &result.error);
	for (unsigned i = 1; i < run->n_pools; i++) {
		if (slot->joined[i])
			run->pools[i].reserved -= run->plan->layout.group_bytes;
		slot->joined[i] = false;
	}
	slot->n_joined = 0;
	slot_complete(run, slot);
	slots_write(run, meter);
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

/* With run->lock held. */
static void fail_rest(struct run *run, struct slot *slot, const struct error *why,
		      struct meter *meter)
{
	slot_fail(slot, slot->next_chunk, why);
	slot_settle(run, slot);
	slots_write(run, meter);
	pthread_cond_broadcast(&run->changed);
}

void run_give_up_oldest(struct run *run, const struct error *why, struct meter *meter)
{
	struct slot *slot;

	pthread_mutex_lock(&run->lock);
	slot = claimable(run);
	for (unsigned i = 0; i < run->n_pools; i++)
		run->pools[i].starved = NULL; /* who waited for it goes on to others */
	if (slot)
		fail_rest(run, slot, why, meter);
	pthread_mutex_unlock(&run->lock);
	if (!slot)
		run_give_up(run, why, meter);
}

void run_give_up(struct run *run, const struct error *why, struct meter *meter)
{
	struct worker nobody = {.run = run, .meter = meter, .pool = &run->pools[0]};
	struct task task;
	struct slot *slot;

	pthread_mutex_lock(&run->lock);
	while (!atomic_load(&run->stopping)) {
		if ((slot = claimable(run))) {
			fail_rest(run, slot, why, meter);
		} else if (claim_scene(run, &task)) {
			pthread_mutex_unlock(&run->lock);
			run_fail_scene(&nobody, &task, why);
			pthread_mutex_lock(&run->lock);
		} else {
			break;
		}
	}
	pthread_mutex_unlock(&run->lock);
}

uint64_t run_reserved(struct run *run)
{
	const struct decorator *decorator = run->decorator;
	uint64_t bytes = plan_fixed(run->plan);

	if (heavy_is_loaded(run->workload->heavy))
		bytes += run->plan->gdal;
	if (decorator && decorator->held)
		bytes += decorator->held(decorator->context);
	pthread_mutex_lock(&run->lock);
	bytes += run->pools[0].reserved;
	pthread_mutex_unlock(&run->lock);
	return bytes;
}

void run_sample_memory(struct run *run, uint64_t resident)
{
	run->pss = resident;
	if (resident > run->totals.pss_peak)
		run->totals.pss_peak = resident;
	if (run->trace)
		trace_sample(run->trace, run_reserved(run), resident);
}

void run_merge_meter(struct run *run, const struct meter *meter)
{
	meter_merge(&run->totals.meter, meter);
	run->merged[run->n_merged++] = *meter;
}

static void local_assemble(struct worker *worker, const struct task *task)
{
	assembly_run(worker->run, task->slot, worker->meter);
}

const struct worker_ops run_ops = {
	.claim = local_claim,
	.open_scene = run_open_scene,
	.assemble = local_assemble,
	.deliver = local_deliver,
	.leave = local_leave,
	.cancelled = local_cancelled,
};
