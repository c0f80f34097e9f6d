/*
 * Batches that wait, and their end. Knows nothing of how pixels are packed.
 */
#include "backlog.h"

#include <stdlib.h>

#include "base/text.h"
#include "pixel_message.h"
#include "run/run.h"

struct waiting {
	struct waiting *next;
	size_t bytes;
	_Alignas(16) unsigned char message[];
};

struct batch {
	struct batch *next; /* that came before it */
	uint64_t chunk;
	struct waiting *first, *last;
};

struct batches {
	struct batch *last;
	uint64_t n_chunks; /* that came by, these or others */
};

void backlog_drop(struct backlog *backlog, struct batch *batch)
{
	struct waiting *next;

	for (struct waiting *w = batch ? batch->first : NULL; w; w = next) {
		next = w->next;
		atomic_fetch_sub(&backlog->waiting, w->bytes);
		free(w);
	}
	free(batch);
}

static void drop_all(struct backlog *backlog, struct batch *batch)
{
	while (batch) {
		struct batch *next = batch->next;

		backlog_drop(backlog, batch);
		batch = next;
	}
}

void backlog_forget(struct backlog *backlog, struct batches *batches)
{
	drop_all(backlog, batches->last);
	free(batches);
}

static int is_full(const struct backlog *backlog, struct error *err)
{
	char most[24];

	return error_set(err, EX_TEMPFAIL,
			 "without back-pressure %s of pixels wait to be reduced and no more fit; "
			 "a program without a limit would go on until the machine swaps. Without "
			 "--teach no-backpressure a few blocks are in memory at once; --memory "
			 "sets the limit",
			 bytes_text(most, backlog->most));
}

/* Room for a message, or NULL with err set. */
static struct waiting *make_room(struct backlog *backlog, struct worker *worker, size_t bytes,
				 struct error *err)
{
	uint64_t waiting = atomic_fetch_add(&backlog->waiting, bytes) + bytes;
	struct waiting *w = waiting <= backlog->most ? malloc(sizeof(*w) + bytes) : NULL;

	if (!w) {
		atomic_fetch_sub(&backlog->waiting, bytes);
		(void)is_full(backlog, err);
		return NULL;
	}
	w->next = NULL;
	w->bytes = bytes;
	if (waiting > worker->meter->costs.backlog_peak)
		worker->meter->costs.backlog_peak = waiting;
	return w;
}

int backlog_add(struct backlog *backlog, struct batch **batch, struct worker *worker,
		const struct block *block, struct chunk_result *result)
{
	size_t bytes = pixel_message_bytes(block->n_pixels, block_values(block));
	uint64_t since = clock_now();
	struct waiting *w;

	if (!*batch)
		*batch = calloc(1, sizeof(**batch));
	if (!*batch)
		return error_memory(&result->error, "pixels that wait", sizeof(**batch));
	w = make_room(backlog, worker, bytes, &result->error);
	if (!w)
		return -1;
	pixel_message_pack(w->message, block);
	ship_book(worker, bytes, since);
	if ((*batch)->last)
		(*batch)->last->next = w;
	else
		(*batch)->first = w;
	(*batch)->last = w;
	return 0;
}

static int reduce_batch(struct backlog *backlog, struct worker *worker, const struct task *task,
			struct batch *batch, struct chunk_result *one)
{
	struct window window = chunk_grid_window(task->grid, batch->chunk);
	struct block block;
	int status = 0;

	result_begin(one, worker->layout, task->scene, &window, worker->by_tile);
	activity_compute(METER_STATS, NULL);
	collector_lock(backlog->collector, worker);
	for (struct waiting *w = batch->first; w && !status; w = w->next)
		status = pixel_message_unpack(&block, w->message, w->bytes, task->scene, &window,
					      &one->error) ||
			 collector_run(backlog->collector, worker, &block, one);
	collector_end(backlog->collector, worker, one);
	collector_unlock(backlog->collector);
	activity_compute_end();
	return status || run_fold(worker, task, one) ? -1 : 0;
}

static struct batch *in_order_of_arrival(struct batch *batch)
{
	struct batch *turned = NULL;

	while (batch) {
		struct batch *next = batch->next;

		batch->next = turned;
		turned = batch;
		batch = next;
	}
	return turned;
}

/* All of a scene's chunks, in the arena of whoever brought the last one. */
static void reduce_all(struct backlog *backlog, struct worker *worker, const struct task *task,
		       struct batch *batch, struct chunk_result *result)
{
	struct chunk_result one = {.status = CHUNK_DONE, .scene_id = task->scene_id};
	size_t groups = result_groups(task->scene, task->grid->chunk_x_size,
				      task->grid->chunk_y_size, worker->by_tile);

	arena_rewind(&worker->arena, 0);
	one.group = arena_alloc(&worker->arena, layout_bytes(worker->layout, groups));
	batch = in_order_of_arrival(batch);
	while (batch && one.group) {
		struct batch *next = batch->next;

		one.chunk = batch->chunk;
		if (reduce_batch(backlog, worker, task, batch, &one)) {
			result->status = CHUNK_FAILED;
			result->error = one.error;
			break;
		}
		backlog_drop(backlog, batch);
		batch = next;
	}
	if (!one.group) {
		result->status = CHUNK_FAILED;
		error_memory(&result->error, "the answers of a scene",
			     layout_bytes(worker->layout, groups));
	}
	drop_all(backlog, batch);
}

/* The slot's; NULL without memory. With run->lock held. */
static struct batches *batches_of(struct slot *slot)
{
	if (!slot->extra)
		slot->extra = calloc(1, sizeof(struct batches));
	return slot->extra;
}

void backlog_deliver(struct backlog *backlog, struct batch *batch, struct worker *worker,
		     const struct task *task, struct chunk_result *result)
{
	struct run *run = worker->run;
	struct slot *slot = task->slot;
	struct batches *batches;
	struct batch *all = NULL;
	bool wanted, last;

	pthread_mutex_lock(&run->lock);
	batches = batches_of(slot);
	if (!batches && result->status == CHUNK_DONE) {
		result->status = CHUNK_FAILED;
		error_memory(&result->error, "pixels that wait", sizeof(*batches));
	}
	wanted = slot->status == SCENE_OK && result->status == CHUNK_DONE;
	last = batches && ++batches->n_chunks == slot->n_chunks;
	if (wanted && batch) {
		batch->chunk = task->chunk;
		batch->next = batches->last;
		batches->last = batch;
		batch = NULL;
	}
	if (batches && (last || !wanted)) {
		all = batches->last;
		batches->last = NULL;
	}
	pthread_mutex_unlock(&run->lock);
	backlog_drop(backlog, batch);
	if (wanted && last)
		reduce_all(backlog, worker, task, all, result);
	else
		drop_all(backlog, all);
}
