/*
 * The worker's end of a channel: its claims and deliveries are messages. It knows the order
 * of messages (wire.h), not how they travel.
 *
 * All time of the worker is booked: its round trips are transfer, less what the coordinator says it
 * kept the worker waiting for (by cause) and worked on its message (waiting for a peer).
 */
#include "remote.h"

#include <stdlib.h>
#include <string.h>

#include "run/run.h"
#include "base/signals.h"
#include "trace.h"

/* What its operations work with. */
struct remote_worker {
	struct channel *channel;
	struct rank_partials *partials;
	struct fence *fence;
	const struct scene_list *scene_list;
	struct meter meter;
	uint32_t sent; /* messages */
	bool asked;    /* a message is out whose answer is the next task */
	bool broken;   /* the coordinator is gone: nothing more can be done */
	bool open;     /* scene holds scene_id's headers */
	bool failed;   /* they could not be read: error says why */
	uint32_t scene_id;
	struct scene scene;
	struct error error;
	struct chunk_grid grid;
};

static struct remote_worker *remote_of(struct worker *worker)
{
	return worker->channel;
}

static void remote_send(struct worker *worker, struct message *message, enum meter_stage stage)
{
	struct remote_worker *remote = remote_of(worker);
	struct meter_row *row = &worker->meter->row[stage];
	uint64_t since = clock_now(), now;
	struct error ignored; /* a coordinator that is gone needs to be told nothing */

	message->worker = worker->number;
	message->serial = ++remote->sent;
	message->signal = signals_caught();
	if (!remote->broken && remote->channel->send(remote->channel, message, &ignored))
		remote->broken = true;
	row->messages++;
	row->message_bytes += sizeof(*message) + message->payload_bytes;
	now = clock_now();
	row->transfer_ns += now - since;
	trace_message(worker->meter->trace, worker->meter, TRACE_TRANSFER, since, now,
		      sizeof(*message) + message->payload_bytes);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * How a round trip was spent. The coordinator may have begun to serve before send() returned here:
 * what it says is cut to what the worker knows to have passed.
 */
static void book_trip(struct worker *worker, const struct message *answer, uint64_t since)
{
	struct meter *meter = worker->meter;
	uint64_t end = clock_now();
	uint64_t waited = answer->cause < N_WAIT_CAUSES ? least(answer->waited_ns, end - since) : 0;
	uint64_t served = least(answer->served_ns, end - since - waited);

	if (waited) {
		meter_wait_ns(meter, (enum wait_cause)answer->cause, waited);
		trace_lap(meter->trace, meter, TRACE_WAIT + answer->cause, since, since + waited);
	}
	meter_wait_ns(meter, WAIT_PEER, served);
	trace_lap(meter->trace, meter, TRACE_WAIT + WAIT_PEER, since + waited,
		  since + waited + served);
	meter->row[METER_CLAIM].transfer_ns += end - since - waited - served;
	trace_message(meter->trace, meter, TRACE_TRANSFER, since + waited + served, end,
		      sizeof(*answer) + answer->payload_bytes);
}

static int remote_receive(struct worker *worker, struct message *message)
{
	struct remote_worker *remote = remote_of(worker);
	uint64_t since = clock_now();
	struct error ignored;

	activity_at(ACTIVITY_WAIT + WAIT_PEER);
	if (remote->broken || remote->channel->receive(remote->channel, message, &ignored)) {
		remote->broken = true;
		return -1;
	}
	activity_at(METER_CLAIM);
	book_trip(worker, message, since);
	return 0;
}

/* --- the scene it works on --- */

static void close_scene(struct worker *worker)
{
	struct remote_worker *remote = remote_of(worker);

	worker_leave_scene(worker);
	if (remote->open)
		scene_release(&remote->scene);
	remote->open = false;
}

static void open_scene(struct worker *worker, uint32_t scene_id)
{
	struct remote_worker *remote = remote_of(worker);
	struct meter_span span = meter_begin();

	if (remote->open && remote->scene_id == scene_id)
		return;
	close_scene(worker);
	trace_at(worker->meter->trace, scene_id, TRACE_NO_CHUNK);
	remote->open = true;
	remote->scene_id = scene_id;
	remote->error = (struct error){0};
	fence_move(remote->fence, 0, worker->arena.size, true);
	remote->failed = worker->workload->scene_open(&remote->scene, remote->scene_list, scene_id,
						      worker->options, &remote->error) != 0;
	if (remote->failed)
		fence_explain(remote->fence, &remote->error);
	meter_lap(worker->meter, METER_DISCOVER, &span);
}

/* The answer to this asks for the next task; so no message of its own is needed for that. */
static void remote_ask(struct worker *worker, struct message *message, enum meter_stage stage)
{
	remote_send(worker, message, stage);
	remote_of(worker)->asked = true;
}

static void release(struct worker *worker)
{
	struct message released = {.kind = MESSAGE_RELEASED};

	worker_leave_scene(worker);
	arena_release(&worker->arena);
	remote_ask(worker, &released, METER_CLAIM);
}

/* Is the scene what the coordinator has seen, as far as totals depend on it? */
static bool is_as_seen(const struct scene *scene, const struct message *order)
{
	return scene->tile_x_size == order->tile_x_size &&
	       scene->tile_y_size == order->tile_y_size && scene_print(scene) == order->scene_print;
}

/* The headers are read again here: files may have changed. */
static int open_for_chunk(struct worker *worker, const struct message *order)
{
	struct remote_worker *remote = remote_of(worker);
	const struct chunk_grid *grid = &order->grid;

	open_scene(worker, order->scene_id);
	remote->grid = *grid;
	if (!remote->failed && !is_as_seen(&remote->scene, order)) {
		error_set(&remote->error, EX_DATAERR,
			  "%s: it has opened otherwise than at first (did a file change "
			  "during the run?); run it again",
			  remote->scene.name);
		remote->failed = true;
	}
	if (!remote->failed && worker->arena.size != grid->arena)
		fence_move(remote->fence, grid->footprint, worker->arena.size, false);
	return remote->failed ? -1 : 0;
}

static void refuse_chunk(struct worker *worker, const struct message *order)
{
	struct remote_worker *remote = remote_of(worker);
	struct message message = {.kind = MESSAGE_RESULT,
				  .scene_id = order->scene_id,
				  .chunk = order->chunk,
				  .status = CHUNK_FAILED,
				  .payload_bytes = sizeof(remote->error)};

	memcpy(remote->channel->payload, &remote->error, sizeof(remote->error));
	remote_ask(worker, &message, METER_REDUCE);
}

/* The next order that this worker can carry out. -1 where the coordinator is gone. */
static int next_order(struct worker *worker, struct message *order)
{
	struct remote_worker *remote = remote_of(worker);
	struct message ready = {.kind = MESSAGE_READY};

	for (;;) {
		if (!remote->asked)
			remote_send(worker, &ready, METER_CLAIM);
		remote->asked = false;
		if (remote_receive(worker, order))
			return -1;
		if (order->kind == MESSAGE_RELEASE)
			release(worker);
		else if (order->kind == MESSAGE_CHUNK && open_for_chunk(worker, order))
			refuse_chunk(worker, order);
		else
			return 0;
	}
}

static enum claim remote_claim(struct worker *worker, struct task *task)
{
	struct remote_worker *remote = remote_of(worker);
	struct message order;

	if (next_order(worker, &order))
		return CLAIM_NOTHING;
	*task = (struct task){.scene_id = order.scene_id,
			      .chunk = order.chunk,
			      .scene = &remote->scene,
			      .grid = &remote->grid,
			      .deadline_ns = order.left_ns ? clock_now() + order.left_ns : 0};
	if (order.kind == MESSAGE_SCENE)
		return CLAIM_SCENE;
	if (order.kind != MESSAGE_CHUNK)
		return CLAIM_NOTHING;
	worker->meter->row[METER_CLAIM].chunks++;
	return CLAIM_CHUNK;
}

/* What was found, also where that was not all: the coordinator opens no file. */
static void remote_open_scene(struct worker *worker, const struct task *task)
{
	struct remote_worker *remote = remote_of(worker);
	struct opened *opened = remote->channel->payload;
	struct message message = {.kind = MESSAGE_OPENED, .scene_id = task->scene_id};
	size_t bytes;

	open_scene(worker, task->scene_id);
	opened->error = remote->failed ? remote->error : (struct error){0};
	bytes = worker->workload->scene_pack(opened->scene, &remote->scene,
					     remote->failed ? NULL : &opened->error);
	message.payload_bytes = (uint32_t)(sizeof(*opened) + bytes);
	remote_ask(worker, &message, METER_DISCOVER);
}

static struct cell_group *group_of(const struct worker *worker, const struct chunk_result *result,
				   uint32_t i)
{
	return result_group(worker->layout, result, i);
}

static uint32_t pack(struct worker *worker, const struct cell_group *group)
{
	uint64_t since = clock_now();
	size_t bytes = group_pack(worker->layout, remote_of(worker)->channel->payload, group);

	meter_pack(worker->meter, bytes, since);
	return (uint32_t)bytes;
}

/* All groups but the last one, each answered before the next. */
static void send_groups(struct worker *worker, const struct chunk_result *result)
{
	struct message answer;

	for (uint32_t i = 0; i + 1 < result->n_groups; i++) {
		struct message message = {.kind = MESSAGE_GROUP,
					  .scene_id = result->scene_id,
					  .chunk = result->chunk,
					  .payload_bytes =
						  pack(worker, group_of(worker, result, i))};

		remote_send(worker, &message, METER_REDUCE);
		if (remote_receive(worker, &answer))
			return;
	}
}

/* As many as fit, each message answered before the next. They lie in this process's spool. */
static int send_artifacts(struct worker *worker, struct chunk_result *result)
{
	const uint32_t most = (uint32_t)(wire_room(worker->layout) / sizeof(*result->artifact));
	struct artifact *sent = remote_of(worker)->channel->payload;
	struct message answer;

	if (spool_hand_over(worker->spools, result->scene_id, &result->error))
		return -1;
	for (uint32_t i = 0; i < result->n_artifacts; i += most) {
		uint32_t left = result->n_artifacts - i, n = left < most ? left : most;
		struct message message = {.kind = MESSAGE_ARTIFACTS,
					  .scene_id = result->scene_id,
					  .chunk = result->chunk,
					  .payload_bytes = n * (uint32_t)sizeof(*sent)};

		memcpy(sent, result->artifact + i, n * sizeof(*sent));
		remote_send(worker, &message, METER_REDUCE);
		if (remote_receive(worker, &answer))
			return 0; /* nobody is left to be told */
	}
	return 0;
}

static int keep_groups(struct worker *worker, struct chunk_result *result)
{
	struct rank_partials *partials = remote_of(worker)->partials;
	struct meter_span span = meter_begin();

	for (uint32_t i = 0; i < result->n_groups; i++)
		if (partials->keep(partials, result->scene_id, group_of(worker, result, i),
				   &result->error))
			return -1;
	meter_lap(worker->meter, METER_REDUCE, &span);
	return 0;
}

static void remote_deliver(struct worker *worker, const struct task *task,
			   struct chunk_result *result)
{
	struct remote_worker *remote = remote_of(worker);
	struct message message = {.kind = MESSAGE_RESULT, .chunk = task->chunk};

	if (result->status == CHUNK_DONE && remote->partials && keep_groups(worker, result))
		result->status = CHUNK_FAILED;
	if (result->status == CHUNK_DONE && result->n_artifacts && send_artifacts(worker, result))
		result->status = CHUNK_FAILED;
	if (result->status == CHUNK_DONE && !remote->partials && result->n_groups) {
		send_groups(worker, result);
		message.payload_bytes =
			pack(worker, group_of(worker, result, result->n_groups - 1));
	}
	if (result->status == CHUNK_FAILED) {
		fence_explain(remote->fence, &result->error);
		memcpy(remote->channel->payload, &result->error, sizeof(result->error));
		message.payload_bytes = sizeof(result->error);
	}
	message.scene_id = task->scene_id;
	message.status = result->status;
	remote_ask(worker, &message, METER_REDUCE);
}

void *remote_room(struct worker *worker)
{
	return remote_of(worker)->channel->payload;
}

int remote_tell(struct worker *worker, const struct chunk_result *result, uint32_t bytes,
		struct error *err)
{
	struct message answer, message = {.kind = MESSAGE_EXTRA,
					  .scene_id = result->scene_id,
					  .chunk = result->chunk,
					  .payload_bytes = bytes};

	remote_send(worker, &message, METER_REDUCE);
	if (remote_receive(worker, &answer))
		return error_set(err, EX_SOFTWARE, "the process that hands out work is gone");
	return 0;
}

static void remote_leave(struct worker *worker)
{
	close_scene(worker);
}

static bool remote_cancelled(struct worker *worker)
{
	const atomic_bool *stop = remote_of(worker)->channel->stop;

	return signals_caught() != 0 || (stop && atomic_load(stop));
}

static const struct worker_ops remote_ops = {
	.claim = remote_claim,
	.open_scene = remote_open_scene,
	.deliver = remote_deliver,
	.leave = remote_leave,
	.cancelled = remote_cancelled,
};

/* The farewell carries the meters; its own bytes are in them, its time is not. */
static void say_bye(struct worker *worker, int status, const struct error *error)
{
	struct remote_worker *remote = remote_of(worker);
	struct message bye = {.kind = MESSAGE_BYE,
			      .worker = worker->number,
			      .serial = ++remote->sent,
			      .status = status ? 1 : 0,
			      .payload_bytes = status ? sizeof(*error) : sizeof(remote->meter)};
	struct meter_row *row = &remote->meter.row[METER_CLAIM];
	struct error ignored;

	row->messages++;
	row->message_bytes += sizeof(bye) + bye.payload_bytes;
	if (status)
		memcpy(remote->channel->payload, error, sizeof(*error));
	remote->meter.trace = NULL; /* a place in this process */
	if (!status)
		memcpy(remote->channel->payload, &remote->meter, sizeof(remote->meter));
	if (!remote->broken)
		(void)remote->channel->send(remote->channel, &bye, &ignored);
}

void remote_refuse(unsigned number, struct channel *channel, const struct error *why)
{
	struct message bye = {.kind = MESSAGE_BYE,
			      .worker = number,
			      .serial = 1,
			      .status = 1,
			      .payload_bytes = sizeof(*why)};
	struct error ignored;

	memcpy(channel->payload, why, sizeof(*why));
	(void)!channel->send(channel, &bye, &ignored);
}

void remote_live(struct job *job, unsigned number, struct channel *channel,
		 struct rank_partials *partials, struct fence *fence)
{
	struct run *run = job->context;
	struct remote_worker *remote = calloc(1, sizeof(*remote));
	struct worker worker;
	struct error error = {0};
	int status;

	if (!remote) {
		error_memory(&error, "a worker", sizeof(*remote));
		remote_refuse(number, channel, &error);
		return;
	}
	remote->channel = channel;
	remote->fence = fence;
	remote->partials = partials;
	remote->scene_list = run->scene_list;
	run_worker(&worker, run, number);
	worker.ops = &remote_ops;
	worker.channel = remote;
	worker.meter = &remote->meter;
	remote->meter.trace = trace_of(run->trace, number);
	trace_revive(remote->meter.trace);
	status = worker_live(&worker, &error);
	say_bye(&worker, status, &error);
	free(remote);
}
