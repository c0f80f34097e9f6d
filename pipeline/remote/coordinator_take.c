/* The coordinator takes what peers send: results, parts of them, scenes, farewells. */
#include "coordinator.h"

#include <errno.h>
#include <string.h>

#include "coordinator_peers.h"
#include "run/decorator.h"
#include "run/reserve.h"
#include "base/signals.h"

/* --- messages --- */

/* What is wrong with a part of a result fails the scene now; the chunk ends with its last part. */
static void fail_chunk(struct coordinator *coordinator, const struct peer *peer,
		       const struct error *error)
{
	pthread_mutex_lock(&coordinator->run->lock);
	slot_fail(peer->task.slot, peer->task.chunk, error);
	pthread_mutex_unlock(&coordinator->run->lock);
}

static void go_on(struct coordinator *coordinator, struct peer *peer, uint64_t since,
		  struct message *answer)
{
	coordinator_order(answer, peer, MESSAGE_GO_ON);
	answer->served_ns = clock_now() - since;
	coordinator_book(coordinator, answer);
}

static void take_group(struct coordinator *coordinator, struct peer *peer,
		       const struct message *message, const void *payload,
		       struct chunk_result *result)
{
	if (group_unpack(coordinator->layout, coordinator->group, payload, message->payload_bytes,
			 &result->error)) {
		result->status = CHUNK_FAILED;
		return;
	}
	result->group = coordinator->group;
	result->n_groups = 1;
	if (message->kind == MESSAGE_GROUP)
		(void)run_fold(&peer->worker, &peer->task, result);
}

/* --- the decorator's --- */

static void take_extra(struct coordinator *coordinator, struct peer *peer,
		       const struct message *message, const void *payload, struct message *answer)
{
	const struct decorator *decorator = coordinator->run->decorator;
	uint64_t since = clock_now();
	struct error error = {0};

	if (decorator->message(decorator->context, &peer->worker, &peer->task, payload,
			       message->payload_bytes, &error))
		fail_chunk(coordinator, peer, &error);
	go_on(coordinator, peer, since, answer);
}

/*
 * A disk that is full ends the run: who says so has to be right. Beside the spools workers write
 * nothing.
 */
static void take_error(struct run *run, uint32_t scene_id, struct error *error,
		       const struct error *sent)
{
	wire_take_error(error, sent);
	if ((error->number == ENOSPC || error->number == EDQUOT) &&
	    !(run->spools && spools_full(run->spools, scene_id)))
		error->number = 0;
}

static void take_result(struct coordinator *coordinator, struct peer *peer,
			const struct message *message, const void *payload)
{
	struct chunk_result result = {.chunk = peer->task.chunk,
				      .scene_id = peer->task.scene_id,
				      .status = (enum chunk_status)message->status};

	if (result.status == CHUNK_DONE && message->payload_bytes) {
		take_group(coordinator, peer, message, payload, &result);
	} else if (result.status == CHUNK_FAILED &&
		   message->payload_bytes == sizeof(result.error)) {
		take_error(coordinator->run, result.scene_id, &result.error, payload);
	} else if (message->status != CHUNK_DONE && message->status != CHUNK_CANCELLED) {
		result.status = CHUNK_FAILED;
		(void)error_set(&result.error, EX_SOFTWARE, "a worker's result is malformed");
	}
	coordinator_decorate(coordinator, peer, &result);
	peer->state = PEER_IDLE;
	peer->deaths = 0;
	run_deliver(&peer->worker, &peer->task, &result);
}

static void take_scene(struct coordinator *coordinator, struct peer *peer,
		       const struct message *message, const void *payload)
{
	const struct opened *opened = payload;
	struct error error = {0};

	peer->state = PEER_IDLE;
	if (message->payload_bytes < sizeof(*opened)) {
		(void)error_set(&error, EX_SOFTWARE,
				"a worker's description of its scene is cut off; the scene is left "
				"out");
		run_fail_scene(&peer->worker, &peer->task, &error);
		return;
	}
	if (opened->error.code)
		take_error(coordinator->run, peer->task.scene_id, &error, &opened->error);
	run_take_scene(&peer->worker, &peer->task, opened->scene,
		       message->payload_bytes - sizeof(*opened), error.code ? &error : NULL);
}

static void take_farewell(struct coordinator *coordinator, struct peer *peer,
			  const struct message *message, const void *payload)
{
	struct meter meter;

	peer->state = PEER_EMPTY;
	coordinator_show(coordinator, peer, ACTIVITY_NONE);
	run_leave(&peer->worker);
	if (message->status && message->payload_bytes == sizeof(coordinator->refusal)) {
		if (!coordinator->n_refused++)
			wire_take_error(&coordinator->refusal, payload);
		return;
	}
	coordinator->n_started++;
	if (message->payload_bytes != sizeof(meter))
		return;
	memcpy(&meter, payload, sizeof(meter));
	meter.trace = NULL; /* a place in another process */
	meter.worker = peer->worker.number;
	pthread_mutex_lock(&coordinator->run->lock);
	run_merge_meter(coordinator->run, &meter);
	pthread_mutex_unlock(&coordinator->run->lock);
}

static bool take_one_of_many(struct coordinator *coordinator, struct peer *peer,
			     const struct message *message, const void *payload,
			     struct message *answer)
{
	struct chunk_result result = {.chunk = peer->task.chunk, .status = CHUNK_DONE};

	take_group(coordinator, peer, message, payload, &result);
	if (result.status == CHUNK_FAILED)
		fail_chunk(coordinator, peer, &result.error);
	coordinator_order(answer, peer, MESSAGE_GO_ON);
	coordinator_book(coordinator, answer);
	return true;
}

/* Records are whole, and lie in the spool of the worker's own rank, whatever they say. */
static int check_artifacts(const struct coordinator *coordinator, const struct peer *peer,
			   struct artifact *artifact, const struct message *message,
			   struct error *err)
{
	size_t n = message->payload_bytes / sizeof(*artifact);

	if (message->payload_bytes % sizeof(*artifact))
		return error_set(err, EX_SOFTWARE, "%s: what a worker says of its files is cut off",
				 peer->task.scene->name);
	for (size_t i = 0; i < n; i++)
		artifact[i].rank = (uint32_t)(peer->worker.pool - coordinator->run->pools);
	return 0;
}

static void take_artifacts(struct coordinator *coordinator, struct peer *peer,
			   const struct message *message, void *payload, struct message *answer)
{
	struct chunk_result result = {.chunk = peer->task.chunk,
				      .scene_id = peer->task.scene_id,
				      .status = CHUNK_DONE,
				      .artifact = payload};
	uint64_t since = clock_now();

	result.n_artifacts = (uint32_t)(message->payload_bytes / sizeof(*result.artifact));
	if (check_artifacts(coordinator, peer, payload, message, &result.error) ||
	    run_fold(&peer->worker, &peer->task, &result))
		fail_chunk(coordinator, peer, &result.error);
	go_on(coordinator, peer, since, answer);
}

/* Its next message, and of what it was given: what came before is said once. */
static bool is_of_task(const struct peer *peer, const struct message *message)
{
	if (message->serial != peer->heard + 1)
		return false;
	if (peer->state == PEER_AT_SCENE)
		return message->scene_id == peer->task.scene_id;
	return peer->state != PEER_AT_CHUNK ||
	       (message->scene_id == peer->task.scene_id && message->chunk == peer->task.chunk);
}

/* By what the peer is at. One that is empty, or waits for an answer, has nothing to say. */
bool coordinator_expects(const struct coordinator *coordinator, unsigned number,
			 const struct message *message)
{
	static const uint32_t kinds[] = {
		[PEER_IDLE] = 1U << MESSAGE_READY | 1U << MESSAGE_RELEASED | 1U << MESSAGE_BYE,
		[PEER_AT_SCENE] = 1U << MESSAGE_OPENED,
		[PEER_AT_CHUNK] = 1U << MESSAGE_RESULT | 1U << MESSAGE_GROUP |
				  1U << MESSAGE_ARTIFACTS | 1U << MESSAGE_EXTRA,
	};
	const struct decorator *decorator = coordinator->run->decorator;
	const struct peer *peer = &coordinator->peers[number];

	if (!is_of_task(peer, message))
		return false;
	if (message->kind == MESSAGE_EXTRA && !(decorator && decorator->message))
		return false;
	if (message->kind == MESSAGE_ARTIFACTS && !coordinator->run->workload->outputs)
		return false;
	return message->kind < 32 && (kinds[peer->state] >> message->kind & 1);
}

bool coordinator_take(struct coordinator *coordinator, unsigned number,
		      const struct message *message, void *payload, struct message *answer)
{
	struct peer *peer = &coordinator->peers[number];
	uint64_t since = clock_now();

	peer->heard++;
	if (message->signal)
		signals_note(message->signal);
	if (peer->state == PEER_AT_CHUNK && message->kind == MESSAGE_GROUP)
		return take_one_of_many(coordinator, peer, message, payload, answer);
	if (peer->state == PEER_AT_CHUNK && message->kind == MESSAGE_EXTRA) {
		take_extra(coordinator, peer, message, payload, answer);
		return true;
	}
	if (peer->state == PEER_AT_CHUNK && message->kind == MESSAGE_ARTIFACTS) {
		take_artifacts(coordinator, peer, message, payload, answer);
		return true;
	}
	if (peer->state == PEER_AT_CHUNK && message->kind == MESSAGE_RESULT) {
		take_result(coordinator, peer, message, payload);
	} else if (peer->state == PEER_AT_SCENE && message->kind == MESSAGE_OPENED) {
		take_scene(coordinator, peer, message, payload);
	} else if (message->kind == MESSAGE_RELEASED) {
		pthread_mutex_lock(&coordinator->run->lock);
		run_released(&peer->worker);
		pthread_mutex_unlock(&coordinator->run->lock);
	} else if (message->kind == MESSAGE_BYE) {
		take_farewell(coordinator, peer, message, payload);
		return false;
	}
	return coordinator_answer(coordinator, peer, since, answer);
}
