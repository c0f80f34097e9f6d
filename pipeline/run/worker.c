/*
 * The body of every worker: claim, carry each block of the chunk through all stages, deliver. The
 * same under every executor. It knows neither who the others are nor where its results go.
 */
#include "worker.h"

#include <stdlib.h>
#include <string.h>

#include "decorator.h"
#include "timeout.h"
#include "trace.h"

static struct stage_env make_env(struct worker *worker)
{
	return (struct stage_env){
		.options = worker->options,
		.layout = worker->layout,
		.arena = &worker->arena,
		.meter = worker->meter,
		.worker = worker->number,
		.spools = worker->spools,
	};
}

void worker_leave_scene(struct worker *worker)
{
	const struct workload *workload = worker->workload;

	worker->in_scene = false;
	for (unsigned i = 0; worker->stage_state && i < workload->n_stages; i++)
		if (workload->stage[i]->leave && worker->stage_state[i])
			workload->stage[i]->leave(worker->stage_state[i]);
}

/* What the arena held at the most while a stage ran, beyond what was there before, and all that the
 * stage keeps. */
static void book_memory(struct worker *worker, enum meter_stage stage, size_t used_before)
{
	struct meter_row *row = &worker->meter->row[stage];
	uint64_t bytes =
		worker->arena.peak - used_before + worker->opened[stage] + worker->of_chunk[stage];

	if (bytes > row->reserved_peak)
		row->reserved_peak = bytes;
}

/* What is under way of one block. */
struct pass {
	struct worker *worker;
	struct stage_env env;
	struct meter_span span;
	struct chunk_result *result;
};

/* The last stage is somebody else's, who meters it. */
static int hand_over(struct pass *pass, const struct block *block)
{
	struct worker *worker = pass->worker;
	int status = worker->ops->last_stage(worker, block, pass->result);

	pass->span = meter_begin();
	return status;
}

static int run_stage(struct pass *pass, unsigned i, struct block *block)
{
	struct worker *worker = pass->worker;
	const struct stage *stage = worker->workload->stage[i];
	size_t used = worker->arena.used;

	activity_compute(stage->meter, stage->meters_itself ? NULL : &pass->span);
	worker->arena.peak = used;
	worker->meter->row[stage->meter].pixels += window_pixels(&block->window);
	if (worker->ops->last_stage && i + 1 == worker->workload->n_stages)
		return hand_over(pass, block);
	if (stage->run(worker->stage_state[i], &pass->env, block, pass->result,
		       &pass->result->error))
		return -1;
	book_memory(worker, stage->meter, used);
	if (stage->meters_itself)
		pass->span = meter_begin();
	else
		meter_lap(worker->meter, stage->meter, &pass->span);
	return 0;
}

/* Stages from `first` on, each slice through all of them before the next. */
static int run_slices(struct pass *pass, unsigned first, const struct block *block)
{
	struct worker *worker = pass->worker;
	uint32_t y_size = block->window.y_size, y = 0;
	uint32_t rows = block->constant
				? y_size
				: worker->workload->slice_rows(block->window.x_size, y_size);
	size_t mark = worker->arena.used;

	for (; y < y_size; y += rows) {
		struct block slice =
			worker->workload->slice(block, y, rows < y_size - y ? rows : y_size - y);

		for (unsigned i = first; i < worker->workload->n_stages; i++)
			if (run_stage(pass, i, &slice))
				return -1;
		arena_rewind(&worker->arena, mark);
	}
	for (unsigned i = first; i < worker->workload->n_stages; i++)
		worker->meter->row[worker->workload->stage[i]->meter].tiles +=
			!worker->workload->stage[i]->meters_itself;
	return 0;
}

/* The block's planes are filled where it is constant: then the first stage is done. */
static int run_stages(struct worker *worker, struct block *block, struct chunk_result *result)
{
	struct pass pass = {worker, make_env(worker), meter_begin(), result};

	for (unsigned i = block->constant ? 1 : 0; i < worker->workload->n_stages; i++) {
		const struct stage *stage = worker->workload->stage[i];

		if (stage->by_slice)
			return run_slices(&pass, i, block);
		if (run_stage(&pass, i, block))
			return -1;
		worker->meter->row[stage->meter].tiles += !stage->meters_itself;
	}
	return 0;
}

/*
 * Where the whole chunk is constant, it is one block, however many it would be cut into. *done: so
 * it was.
 */
static int run_constant(struct worker *worker, const struct task *task, const struct window *chunk,
			struct chunk_result *result, bool *done)
{
	const struct stage *first = worker->workload->stage[0];
	struct stage_env env = make_env(worker);
	struct block block = {.scene = task->scene, .window = *chunk};
	struct window window = {0};
	size_t mark = worker->arena.used;
	int status;

	*done = false;
	if (!first->constant || !chunk_next_block(task->grid, chunk, &window) ||
	    window_pixels(&window) == window_pixels(chunk) ||
	    !first->constant(worker->stage_state[0], &env, &block))
		return 0;
	*done = true;
	worker->meter->row[first->meter].pixels += window_pixels(chunk);
	status = run_stages(worker, &block, result);
	activity_compute_end();
	arena_rewind(&worker->arena, mark);
	trace_next_block(worker->meter->trace);
	return status;
}

static int run_blocks(struct worker *worker, const struct task *task, const struct window *chunk,
		      struct chunk_result *result)
{
	struct window window = {0};
	size_t mark = worker->arena.used;
	int status;

	while (chunk_next_block(task->grid, chunk, &window)) {
		struct block block = {
			.scene = task->scene,
			.window = window,
			.n_pixels = window_pixels(&window),
		};

		if (worker->ops->cancelled(worker)) {
			result->status = CHUNK_CANCELLED;
			return 0;
		}
		if (timeout_is_over(task->deadline_ns))
			return timeout_error(&result->error, task->scene,
					     worker->options->nightly.timeout_s);
		ahead_of(worker, task, &window);
		status = run_stages(worker, &block, result);
		activity_compute_end();
		if (status)
			return -1;
		arena_rewind(&worker->arena, mark);
		trace_next_block(worker->meter->trace);
	}
	return 0;
}

/* What it allocates stays until the chunk is over. */
static int begin_chunk(struct worker *worker, const struct task *task, const struct window *chunk,
		       struct error *err)
{
	const struct workload *workload = worker->workload;
	struct stage_env env = make_env(worker);

	for (unsigned i = 0; i < workload->n_stages; i++) {
		const struct stage *stage = workload->stage[i];
		size_t used = worker->arena.used;

		if (stage->chunk_begin && stage->chunk_begin(worker->stage_state[i], &env,
							     task->scene, task->grid, chunk, err))
			return -1;
		worker->of_chunk[stage->meter] += worker->arena.used - used;
	}
	return 0;
}

/* The cells of a chunk's result are booked on the stage that fills them, the last one. */
static int begin_result(struct worker *worker, const struct task *task, const struct window *chunk,
			struct chunk_result *result)
{
	const struct workload *workload = worker->workload;
	size_t groups = result_groups(task->scene, chunk->x_size, chunk->y_size, worker->by_tile);
	size_t bytes = layout_bytes(worker->layout, groups);

	result->group = arena_alloc(&worker->arena, bytes);
	if (!result->group)
		return error_set(&result->error, EX_SOFTWARE,
				 "the planned memory is too small for the tiles of a chunk");
	result_begin(result, worker->layout, task->scene, chunk, worker->by_tile);
	memset(worker->of_chunk, 0, sizeof(worker->of_chunk));
	worker->of_chunk[workload->stage[workload->n_stages - 1]->meter] = bytes;
	return 0;
}

/* The arena just as large as this scene's blocks need: what is reserved is what is mapped. */
static int fit_arena(struct worker *worker, size_t bytes, struct error *err)
{
	worker->arena.used = 0;
	if (worker->arena.size == bytes)
		return 0;
	arena_release(&worker->arena);
	return arena_init(&worker->arena, bytes, err);
}

static int run_chunk(struct worker *worker, const struct task *task, struct chunk_result *result)
{
	struct window chunk = chunk_grid_window(task->grid, task->chunk);
	bool done;

	if (fit_arena(worker, task->grid->arena, &result->error) ||
	    begin_result(worker, task, &chunk, result) ||
	    begin_chunk(worker, task, &chunk, &result->error) ||
	    run_constant(worker, task, &chunk, result, &done))
		return -1;
	return done ? 0 : run_blocks(worker, task, &chunk, result);
}

static void work_on(struct worker *worker, const struct task *task)
{
	const struct workload *workload = worker->workload;
	struct chunk_result result = {
		.chunk = task->chunk,
		.scene_id = task->scene_id,
		.status = CHUNK_DONE,
	};

	if (worker->in_scene && worker->scene_id != task->scene_id)
		worker_leave_scene(worker);
	worker->in_scene = true;
	trace_chunk_begin(worker->meter->trace, task->scene_id, task->chunk);
	worker->scene_id = task->scene_id;
	if (run_chunk(worker, task, &result))
		result.status = CHUNK_FAILED;
	for (unsigned i = 0; i < workload->n_stages; i++)
		if (workload->stage[i]->chunk_end)
			workload->stage[i]->chunk_end(worker->stage_state[i], &result);
	for (unsigned i = 0; i < workload->n_stages; i++)
		worker->meter->row[workload->stage[i]->meter].chunks++;
	activity_at(METER_REDUCE);
	worker->ops->deliver(worker, task, &result);
	trace_chunk_end(worker->meter->trace, (uint8_t)result.status);
	activity_at(METER_CLAIM);
}

static void open_scene(struct worker *worker, const struct task *task)
{
	activity_at(METER_DISCOVER);
	worker->ops->open_scene(worker, task);
	activity_at(METER_CLAIM);
}

static int open_stages(struct worker *worker, struct error *err)
{
	const struct workload *workload = worker->workload;
	struct stage_env env = make_env(worker);

	worker->stage_state = calloc(workload->n_stages, sizeof(*worker->stage_state));
	if (!worker->stage_state)
		return error_memory(err, "the stages", workload->n_stages * sizeof(void *));
	for (unsigned i = 0; i < workload->n_stages; i++) {
		const struct stage *stage = workload->stage[i];

		if (stage->open && stage->open(&worker->stage_state[i], &env, err))
			return -1;
		if (stage->open_bytes)
			worker->opened[stage->meter] += stage->open_bytes(worker->options);
	}
	return 0;
}

static void close_stages(struct worker *worker)
{
	const struct workload *workload = worker->workload;

	for (unsigned i = 0; worker->stage_state && i < workload->n_stages; i++)
		if (workload->stage[i]->close)
			workload->stage[i]->close(worker->stage_state[i]);
	free(worker->stage_state);
}

static int start(struct worker *worker, struct error *err)
{
	const struct decorator *decorator = worker->decorator;

	if (decorator && decorator->worker_begin(decorator->context, worker, err))
		return -1;
	return open_stages(worker, err);
}

int worker_live(struct worker *worker, struct error *err)
{
	uint64_t cpu = clock_cpu();
	int status = start(worker, err);
	struct task task;
	enum claim claim;

	ahead_init(&worker->ahead);
	worker->meter->worker = worker->number;
	worker->meter->begin_ns = clock_now();
	meter_start(worker->meter);
	activity_enter(&worker->activity);
	activity_at(METER_CLAIM);
	while (!status && (claim = worker->ops->claim(worker, &task)) != CLAIM_NOTHING) {
		if (claim == CLAIM_SCENE)
			open_scene(worker, &task);
		else if (claim == CLAIM_ASSEMBLE)
			worker->ops->assemble(worker, &task);
		else
			work_on(worker, &task);
	}
	worker->ops->leave(worker);
	activity_at(ACTIVITY_NONE);
	activity_enter(NULL);
	if (worker->decorator)
		worker->decorator->worker_end(worker->decorator->context, worker);
	close_stages(worker);
	arena_release(&worker->arena);
	meter_settle(worker->meter);
	trace_settle(worker->meter->trace, worker->meter);
	worker->meter->cpu_ns = clock_cpu() - cpu;
	worker->meter->end_ns = clock_now();
	return status;
}
