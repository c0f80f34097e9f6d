/*
 * Which blocks come next, and how many of them to announce. Within a chunk that is known. Behind it
 * comes, as a guess, the chunk that is as many places further on as there are workers: chunks are
 * handed out in order and take about the same time. Where the guess is wrong, another worker reads
 * what was announced, so nothing is lost. What a block's stored bytes are is the stages' business.
 */
#include "ahead.h"

#include <stdlib.h>
#include <string.h>

#include "worker.h"

void ahead_init(struct ahead *ahead)
{
	const char *wanted = getenv("IMGPIPE_READAHEAD");

	*ahead = (struct ahead){.off = wanted && strcmp(wanted, "0") == 0};
}

static uint64_t announce(struct worker *worker, const struct task *task,
			 const struct window *window)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < worker->workload->n_stages; i++)
		if (worker->workload->stage[i]->ahead)
			bytes += worker->workload->stage[i]->ahead(
				worker->stage_state[i], task->scene, window, AHEAD_BYTES);
	return bytes;
}

/* Move the walk on by one block; false at the end of the scene. */
static bool step(struct ahead *ahead, const struct worker *worker, const struct task *task)
{
	uint64_t chunk = ahead->chunk, n_chunks = chunk_grid_count(task->grid);
	struct window area = chunk_grid_window(task->grid, chunk), window = ahead->window;

	if (!chunk_next_block(task->grid, &area, &window)) {
		chunk += worker->n_workers;
		if (chunk >= n_chunks)
			return false;
		area = chunk_grid_window(task->grid, chunk);
		window = (struct window){0};
		if (!chunk_next_block(task->grid, &area, &window))
			return false;
	}
	ahead->chunk = chunk;
	ahead->window = window;
	return true;
}

/* Is this block the next one that was announced? Then it is ahead no more. */
static bool arrive(struct ahead *ahead, const struct task *task, const struct window *block)
{
	const struct ahead_block *next = &ahead->ring[ahead->first];

	if (!ahead->n || ahead->scene_id != task->scene_id || next->chunk != task->chunk ||
	    next->window.x_off != block->x_off || next->window.y_off != block->y_off)
		return false;
	ahead->bytes -= next->bytes;
	ahead->first = (ahead->first + 1) % AHEAD_BLOCKS;
	ahead->n--;
	return true;
}

/* The walk starts at this block, which goes first, as it is wanted first. */
static void restart(struct worker *worker, const struct task *task, const struct window *block)
{
	struct ahead *ahead = &worker->ahead;

	ahead->scene_id = task->scene_id;
	ahead->n = 0;
	ahead->bytes = 0;
	ahead->chunk = task->chunk;
	ahead->window = *block;
	(void)announce(worker, task, block);
}

void ahead_of(struct worker *worker, const struct task *task, const struct window *block)
{
	struct ahead *ahead = &worker->ahead;
	struct meter_span span;

	if (ahead->off)
		return;
	span = meter_begin();
	if (!arrive(ahead, task, block))
		restart(worker, task, block);
	while (ahead->n < AHEAD_BLOCKS && ahead->bytes < AHEAD_BYTES && step(ahead, worker, task)) {
		struct ahead_block *last = &ahead->ring[(ahead->first + ahead->n++) % AHEAD_BLOCKS];

		*last = (struct ahead_block){ahead->chunk, ahead->window,
					     announce(worker, task, &ahead->window)};
		ahead->bytes += last->bytes;
	}
	meter_lap(worker->meter, METER_FETCH, &span);
}
