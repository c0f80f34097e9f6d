/*
 * Which hook of a run does what, by the modes that are asked for; and the cost of a hand-out. The
 * lock, the messages and the backlog have files of their own.
 */
#include "costs.h"

#include <stdlib.h>

#include "run/run.h"

/* What a worker keeps. */
struct worker_costs {
	struct costs *costs;
	const struct worker_ops
		*plain; /* the operations that it had; NULL: it stands for another */
	struct worker_ops ops;
	struct gil_guard guard;
	struct ship_room room;
	struct batch *batch;
	struct ship_answer answer;
};

/* --- task-overhead --- */

/* CPU time, as a scheduler written in Python spends it; not sleep. */
static void hand_out_slowly(const struct costs *costs, struct worker *worker)
{
	struct meter *meter = worker->meter;
	struct meter_span span = meter_begin();
	uint64_t until = clock_cpu() + costs->teach->overhead_ns;

	while (clock_cpu() < until)
		;
	meter->costs.n_overheads++;
	meter->costs.overhead_ns += clock_now() - span.wall_ns;
	meter_lap(meter, METER_CLAIM, &span);
}

static void handed_out(void *context, struct worker *worker, const struct task *task)
{
	struct costs *costs = context;

	if (teaches(costs->teach, TEACH_STATIC))
		shares_taken(&costs->shares, task);
	if (teaches(costs->teach, TEACH_TASK_OVERHEAD))
		hand_out_slowly(costs, worker);
}

static bool choose(void *context, const struct worker *worker, const struct slot *slot,
		   uint64_t *chunk)
{
	const struct costs *costs = context;

	return shares_choose(&costs->shares, worker, slot, chunk);
}

/* --- pixels in place of answers --- */

static int send_to_collector(struct worker *worker, const struct block *block,
			     struct chunk_result *result)
{
	struct worker_costs *own = worker->extra;

	return ship_local(&own->costs->collector, &own->room, worker, block, result);
}

static int let_wait(struct worker *worker, const struct block *block, struct chunk_result *result)
{
	struct worker_costs *own = worker->extra;

	return backlog_add(&own->costs->backlog, &own->batch, worker, block, result);
}

/* The answers that were not sent, for comparison. */
static void book_answers(struct worker *worker, const struct chunk_result *result)
{
	if (result->status == CHUNK_DONE)
		worker->meter->costs.answer_bytes += layout_bytes(worker->layout, result->n_groups);
}

static void deliver_sent(struct worker *worker, const struct task *task,
			 struct chunk_result *result)
{
	struct worker_costs *own = worker->extra;
	struct collector *collector = &own->costs->collector;

	book_answers(worker, result);
	collector_lock(collector, worker);
	collector_end(collector, worker, result);
	collector_unlock(collector);
	run_deliver(worker, task, result);
}

/*
 * What all stages but the last have left of the chunk goes its usual way, and at once: it is no
 * pixels, and the answer takes its place.
 */
static void fold_own(struct worker *worker, const struct task *task, struct chunk_result *result)
{
	if (result->status == CHUNK_DONE && (result->n_groups || result->n_artifacts))
		(void)run_fold(worker, task, result);
	result->n_groups = result->n_artifacts = 0;
}

static void deliver_waiting(struct worker *worker, const struct task *task,
			    struct chunk_result *result)
{
	struct worker_costs *own = worker->extra;
	struct batch *batch = own->batch;

	own->batch = NULL;
	book_answers(worker, result);
	fold_own(worker, task, result);
	backlog_deliver(&own->costs->backlog, batch, worker, task, result);
	run_deliver(worker, task, result);
}

/*
 * The coordinator has made the answer: only the chunk's end is told, and what the other stages have
 * counted for files.
 */
static void deliver_remote(struct worker *worker, const struct task *task,
			   struct chunk_result *result)
{
	const struct worker_costs *own = worker->extra;

	if (!worker->workload->outputs)
		result->n_groups = 0;
	own->plain->deliver(worker, task, result);
}

static int take_message(void *context, struct worker *worker, const struct task *task,
			const void *payload, size_t bytes, struct error *err)
{
	struct worker_costs *own = worker->extra;

	(void)context;
	return ship_answer_add(&own->answer, worker, task, payload, bytes, err);
}

static void complete_result(void *context, struct worker *worker, const struct task *task,
			    struct chunk_result *result)
{
	struct worker_costs *own = worker->extra;

	(void)context;
	fold_own(worker, task, result);
	ship_answer_end(&own->answer, worker, result);
}

static void forget_scene(void *context, struct slot *slot)
{
	struct costs *costs = context;

	backlog_forget(&costs->backlog, slot->extra);
}

static uint64_t held(void *context)
{
	struct costs *costs = context;

	return atomic_load(&costs->backlog.waiting);
}

/* --- workers --- */

static void exchange_ops(struct worker *worker, struct worker_costs *own)
{
	own->plain = worker->ops;
	own->ops = *worker->ops;
	if (!worker->run) {
		own->ops.last_stage = ship_remote;
		own->ops.deliver = deliver_remote;
	} else if (teaches(own->costs->teach, TEACH_NO_BACKPRESSURE)) {
		own->ops.last_stage = let_wait;
		own->ops.deliver = deliver_waiting;
	} else {
		own->ops.last_stage = send_to_collector;
		own->ops.deliver = deliver_sent;
	}
	worker->ops = &own->ops;
}

static int worker_begin(void *context, struct worker *worker, struct error *err)
{
	struct costs *costs = context;
	struct worker_costs *own = calloc(1, sizeof(*own));

	if (!own || (teaches(costs->teach, TEACH_STATIC) && !costs->shares.of)) {
		free(own);
		return error_memory(err, "a worker", sizeof(*own));
	}
	own->costs = costs;
	worker->extra = own;
	if (worker->ops && teach_moves_pixels(costs->teach))
		exchange_ops(worker, own);
	if (worker->ops && teaches(costs->teach, TEACH_GIL)) {
		gil_guard_init(&own->guard, &costs->gil, worker->number, worker->meter);
		worker->activity.guard = &own->guard.guard;
	}
	return 0;
}

static void worker_end(void *context, struct worker *worker)
{
	struct costs *costs = context;
	struct worker_costs *own = worker->extra;

	if (!own)
		return;
	if (own->plain)
		worker->ops = own->plain;
	worker->activity.guard = NULL;
	worker->extra = NULL;
	free(own->room.bytes);
	backlog_drop(&costs->backlog, own->batch);
	ship_answer_release(&own->answer, costs->workload);
	free(own);
}

/* --- the run --- */

static void install_hooks(struct costs *costs)
{
	costs->decorator = (struct decorator){
		.context = costs, .worker_begin = worker_begin, .worker_end = worker_end};
	if (teaches(costs->teach, TEACH_TASK_OVERHEAD) || teaches(costs->teach, TEACH_STATIC))
		costs->decorator.handed_out = handed_out;
	if (teaches(costs->teach, TEACH_STATIC))
		costs->decorator.choose = choose;
	if (teaches(costs->teach, TEACH_SHIP_PIXELS)) {
		costs->decorator.message = take_message;
		costs->decorator.result = complete_result;
	}
	if (teaches(costs->teach, TEACH_NO_BACKPRESSURE)) {
		costs->decorator.scene_end = forget_scene;
		costs->decorator.held = held;
	}
}

void costs_init(struct costs *costs, const struct options *options, const struct plan *plan,
		const struct workload *workload)
{
	*costs = (struct costs){.teach = &options->teach, .workload = workload};
	gil_init(&costs->gil);
	collector_init(&costs->collector);
	costs->backlog.most = plan->backlog;
	costs->backlog.collector = &costs->collector;
	if (teaches(costs->teach, TEACH_STATIC))
		shares_init(&costs->shares, plan_all_workers(plan));
	install_hooks(costs);
}

void costs_release(struct costs *costs)
{
	collector_release(&costs->collector, costs->workload);
	shares_release(&costs->shares);
}

const struct decorator *costs_decorator(const struct costs *costs)
{
	const unsigned paid = costs->teach->modes & ~(unsigned)TEACH_FLOAT_SUMS;

	return paid ? &costs->decorator : NULL;
}
