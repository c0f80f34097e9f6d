/*
 * Pixels on their way to whoever reduces them. Knows nothing of when a scene is done.
 */
#include "ship.h"

#include <stdlib.h>

#include "pixel_message.h"
#include "remote/remote.h"

static const struct stage *last_stage(const struct workload *workload)
{
	return workload->stage[workload->n_stages - 1];
}

/* --- the collector of this process --- */

void collector_init(struct collector *collector)
{
	*collector = (struct collector){0};
	pthread_mutex_init(&collector->lock, NULL);
}

void collector_release(struct collector *collector, const struct workload *workload)
{
	if (collector->state && last_stage(workload)->close)
		last_stage(workload)->close(collector->state);
	collector->state = NULL;
	pthread_mutex_destroy(&collector->lock);
}

void collector_lock(struct collector *collector, struct worker *worker)
{
	uint64_t since = clock_now();

	activity_at(ACTIVITY_WAIT + WAIT_PEER);
	pthread_mutex_lock(&collector->lock);
	meter_wait(worker->meter, WAIT_PEER, since);
	activity_at(last_stage(worker->workload)->meter);
}

void collector_unlock(struct collector *collector)
{
	pthread_mutex_unlock(&collector->lock);
}

int collector_run(struct collector *collector, struct worker *worker, struct block *block,
		  struct chunk_result *result)
{
	const struct stage *stage = last_stage(worker->workload);
	struct stage_env env = {.options = worker->options,
				.layout = worker->layout,
				.arena = &worker->arena,
				.meter = worker->meter,
				.worker = worker->number};
	struct meter_span span = meter_begin();

	if (!collector->state && stage->open &&
	    stage->open(&collector->state, &env, &result->error))
		return -1;
	if (stage->run(collector->state, &env, block, result, &result->error))
		return -1;
	meter_lap(worker->meter, stage->meter, &span);
	return 0;
}

void collector_end(struct collector *collector, struct worker *worker, struct chunk_result *result)
{
	const struct stage *stage = last_stage(worker->workload);

	if (stage->chunk_end && collector->state)
		stage->chunk_end(collector->state, result);
}

/* --- sending --- */

static void book_packed(struct worker *worker, size_t bytes, uint64_t since)
{
	meter_pack(worker->meter, bytes, since);
	worker->meter->costs.n_pixel_messages++;
	worker->meter->costs.pixel_bytes += bytes;
}

void ship_book(struct worker *worker, size_t bytes, uint64_t since)
{
	struct meter_row *row = &worker->meter->row[METER_REDUCE];

	row->messages++;
	row->message_bytes += bytes;
	book_packed(worker, bytes, since);
}

int ship_local(struct collector *collector, struct ship_room *room, struct worker *worker,
	       const struct block *block, struct chunk_result *result)
{
	size_t bytes = pixel_message_bytes(block->n_pixels, block_values(block));
	uint64_t since = clock_now();
	struct block sent;
	int status;

	if (room->size < bytes) {
		free(room->bytes);
		room->bytes = malloc(bytes);
		room->size = room->bytes ? bytes : 0;
	}
	if (!room->bytes)
		return error_memory(&result->error, "pixels on their way", bytes);
	pixel_message_pack(room->bytes, block);
	ship_book(worker, bytes, since);
	if (pixel_message_unpack(&sent, room->bytes, bytes, block->scene, &block->window,
				 &result->error))
		return -1;
	collector_lock(collector, worker);
	status = collector_run(collector, worker, &sent, result);
	collector_unlock(collector);
	return status;
}

/* Some rows of a block, or a part of one, that fit in the channel's room; answered at once. */
static int send_part(struct worker *worker, const struct block *part, struct chunk_result *result)
{
	uint32_t bytes = (uint32_t)pixel_message_bytes(part->n_pixels, block_values(part));
	uint64_t since = clock_now();

	pixel_message_pack(remote_room(worker), part);
	book_packed(worker, bytes, since);
	return remote_tell(worker, result, bytes, &result->error);
}

int ship_remote(struct worker *worker, const struct block *block, struct chunk_result *result)
{
	const size_t room = wire_room(worker->layout) - sizeof(struct pixel_message);
	const unsigned n_values = block_values(block);
	const uint32_t most = (uint32_t)(room / (MESSAGE_PIXEL_BYTES * (n_values ? n_values : 1)));
	const struct window *w = &block->window;
	uint32_t x_size = w->x_size < most ? w->x_size : most, rows = most / x_size;

	if (block->constant)
		return send_part(worker, block, result);
	for (uint32_t y = 0; y < w->y_size; y += rows)
		for (uint32_t x = 0; x < w->x_size; x += x_size) {
			size_t first = (size_t)y * w->x_size + x;
			struct block part = *block;

			part.window =
				(struct window){w->x_off + x, w->y_off + y,
						x_size < w->x_size - x ? x_size : w->x_size - x,
						rows < w->y_size - y ? rows : w->y_size - y};
			part.n_pixels = window_pixels(&part.window);
			for (unsigned v = 0; v < RECIPE_MAX_VALUES; v++)
				if (part.out[v].value) {
					part.out[v].value += first;
					part.out[v].pixel_class += first;
				}
			if (send_part(worker, &part, result))
				return -1;
		}
	return 0;
}

/* --- at the coordinator --- */

static int answer_begin(struct ship_answer *answer, struct worker *worker, const struct task *task,
			const struct window *chunk, struct error *err)
{
	const struct stage *stage = last_stage(worker->workload);
	struct stage_env env = {
		.options = worker->options, .layout = worker->layout, .meter = worker->meter};
	size_t groups = result_groups(task->scene, chunk->x_size, chunk->y_size, worker->by_tile);

	if (answer->room < groups) {
		free(answer->result.group);
		answer->result.group = malloc(layout_bytes(worker->layout, groups));
		answer->room = answer->result.group ? groups : 0;
	}
	if (!answer->room)
		return error_memory(err, "the answer of a chunk",
				    layout_bytes(worker->layout, groups));
	if (!answer->reducing && stage->open && stage->open(&answer->reducing, &env, err))
		return -1;
	answer->result = (struct chunk_result){.chunk = task->chunk,
					       .scene_id = task->scene_id,
					       .status = CHUNK_DONE,
					       .group = answer->result.group};
	result_begin(&answer->result, worker->layout, task->scene, chunk, worker->by_tile);
	answer->begun = true;
	return 0;
}

int ship_answer_add(struct ship_answer *answer, struct worker *worker, const struct task *task,
		    const void *message, size_t bytes, struct error *err)
{
	const struct stage *stage = last_stage(worker->workload);
	struct window chunk = chunk_grid_window(task->grid, task->chunk);
	struct stage_env env = {
		.options = worker->options, .layout = worker->layout, .meter = worker->meter};
	struct meter_span span;
	struct block block;

	if (!answer->begun && answer_begin(answer, worker, task, &chunk, err))
		return -1;
	if (pixel_message_unpack(&block, message, bytes, task->scene, &chunk, err))
		return -1;
	span = meter_begin();
	if (stage->run(answer->reducing, &env, &block, &answer->result, err))
		return -1;
	meter_lap(worker->meter, stage->meter, &span);
	return 0;
}

void ship_answer_end(struct ship_answer *answer, struct worker *worker, struct chunk_result *result)
{
	const struct stage *stage = last_stage(worker->workload);

	if (!answer->begun)
		return;
	answer->begun = false;
	if (stage->chunk_end)
		stage->chunk_end(answer->reducing, &answer->result);
	if (result->status != CHUNK_DONE)
		return;
	result->by_tile = answer->result.by_tile;
	result->group = answer->result.group;
	result->n_groups = answer->result.n_groups;
	for (uint32_t i = 0; i < result->n_groups; i++)
		worker->meter->costs.answer_bytes +=
			group_packed_bytes(worker->layout, result_group(worker->layout, result, i));
}

void ship_answer_release(struct ship_answer *answer, const struct workload *workload)
{
	if (answer->reducing && last_stage(workload)->close)
		last_stage(workload)->close(answer->reducing);
	free(answer->result.group);
	*answer = (struct ship_answer){0};
}
