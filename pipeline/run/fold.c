/*
 * What a chunk has left goes where its scene keeps it: cells into the totals, artifacts to the
 * outputs. Serialised by the scene's own lock.
 */
#include "run.h"

#include "trace.h"

/* A coordinator folds for many workers; one that folds for itself is at that chunk anyway. */
static void trace_at_fold(struct worker *worker, const struct task *task)
{
	if (!worker->stage_state)
		trace_at(worker->meter->trace, task->scene_id, task->chunk);
}

/* With the scene's lock held. */
static int place(const struct workload *workload, struct slot *slot, struct chunk_result *result)
{
	if (!slot->outputs)
		return error_set(&result->error, EX_SOFTWARE,
				 "%s: a worker has sent parts of files that nobody asked for",
				 slot->scene.name);
	return workload->outputs->place(slot->outputs, result->artifact, result->n_artifacts,
					&result->error);
}

int run_fold(struct worker *worker, const struct task *task, struct chunk_result *result)
{
	const struct workload *workload = worker->run->workload;
	struct slot *slot = task->slot;
	struct meter_row *row = &worker->meter->row[METER_REDUCE];
	uint64_t since = clock_now();
	struct meter_span span;

	trace_at_fold(worker, task);
	pthread_mutex_lock(&slot->fold_lock);
	meter_wait(worker->meter, WAIT_PEER, since);
	worker->meter->lock_ops++;
	span = meter_begin();
	if (result->n_groups && workload->totals_fold(slot->totals, result, &result->error))
		result->status = CHUNK_FAILED;
	else if (result->n_artifacts && place(workload, slot, result))
		result->status = CHUNK_FAILED;
	meter_lap(worker->meter, METER_REDUCE, &span);
	pthread_mutex_unlock(&slot->fold_lock);
	if (!worker->stage_state)
		trace_at(worker->meter->trace, TRACE_NO_SCENE, TRACE_NO_CHUNK);
	row->bytes_in += layout_bytes(&worker->run->plan->layout, result->n_groups);
	return result->status == CHUNK_FAILED ? -1 : 0;
}
