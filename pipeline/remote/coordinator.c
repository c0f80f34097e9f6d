/* The coordinator: peers, and the run's claims and deliveries for them. It knows no transport. */
#include "coordinator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/decorator.h"
#include "run/reserve.h"
#include "run/run.h"
#include "base/signals.h"
#include "log.h"
#include "trace.h"

enum {
	/*
	 * Workers that may die in a peer one after the other without one delivered chunk between.
	 * A file that kills its worker fails its scene with the first death, so a batch of a few
	 * such files gets through; a machine on which nothing works ends soon.
	 */
	MOST_DEATHS = 3
};

enum peer_state { PEER_EMPTY, PEER_IDLE, PEER_WAITING, PEER_AT_SCENE, PEER_AT_CHUNK };

struct peer {
	enum peer_state state;
	struct worker worker; /* who it is for the run; it has no memory and no stages here */
	struct task task;     /* at work on */
	unsigned deaths;      /* in a row */
	uint64_t asked_ns;    /* when it asked */
	enum wait_cause cause;
};

struct coordinator {
	struct run *run;
	struct meter meter;
	uint64_t begin_ns;
	unsigned n_peers, n_waiting;
	unsigned next; /* peer whose turn it is to be asked first */
	unsigned n_started, n_refused;
	struct error refusal; /* of the first worker that could not start */
	struct error death;   /* the last one */
	struct peer *peers;
	struct cell_group *group; /* one that has come */
	const struct result_layout *layout;
};

static int peer_init(struct coordinator *coordinator, unsigned i,
		     const struct coordinator_peers *where, struct error *err)
{
	const struct decorator *decorator = coordinator->run->decorator;
	struct worker *worker = &coordinator->peers[i].worker;

	run_worker(worker, coordinator->run, where->first_number + i);
	worker->run = coordinator->run;
	worker->meter = &coordinator->meter;
	worker->pool = &coordinator->run->pools[where->first_pool + i / where->workers_per_pool];
	return decorator ? decorator->worker_begin(decorator->context, worker, err) : 0;
}

static void peer_release(struct coordinator *coordinator, struct peer *peer)
{
	const struct decorator *decorator = coordinator->run->decorator;

	if (decorator)
		decorator->worker_end(decorator->context, &peer->worker);
}

struct coordinator *coordinator_new(struct job *job, struct coordinator_peers where,
				    struct error *err)
{
	struct coordinator *coordinator = calloc(1, sizeof(*coordinator));
	struct run *run = job->context;

	if (coordinator) {
		coordinator->run = run;
		coordinator->n_peers = where.n_peers;
		coordinator->begin_ns = clock_now();
		meter_start(&coordinator->meter);
		coordinator->meter.trace =
			run->trace ? trace_of(run->trace, run->trace->n_workers) : NULL;
		coordinator->peers =
			calloc(where.n_peers ? where.n_peers : 1, sizeof(*coordinator->peers));
		coordinator->layout = &run->plan->layout;
		coordinator->group = malloc(coordinator->layout->group_bytes);
	}
	if (!coordinator || !coordinator->peers || !coordinator->group) {
		coordinator_free(coordinator);
		error_memory(err, "the seats of the workers", where.n_peers * sizeof(struct peer));
		return NULL;
	}
	for (unsigned i = 0; i < where.n_peers; i++)
		if (peer_init(coordinator, i, &where, err)) {
			coordinator_free(coordinator);
			return NULL;
		}
	return coordinator;
}

void coordinator_free(struct coordinator *coordinator)
{
	if (!coordinator)
		return;
	if (coordinator->peers && coordinator->run) {
		pthread_mutex_lock(&coordinator->run->lock);
		meter_settle(&coordinator->meter);
		trace_settle(coordinator->meter.trace, &coordinator->meter);
		meter_merge(&coordinator->run->totals.meter, &coordinator->meter);
		for (int stage = 0; stage < N_METER_STAGES; stage++)
			coordinator->run->totals.coordinator_busy_ns +=
				coordinator->meter.row[stage].busy_ns;
		pthread_mutex_unlock(&coordinator->run->lock);
	}
	for (unsigned i = 0; coordinator->peers && i < coordinator->n_peers; i++)
		peer_release(coordinator, &coordinator->peers[i]);
	free(coordinator->peers);
	free(coordinator->group);
	free(coordinator);
}

struct meter *coordinator_meter(struct coordinator *coordinator)
{
	return &coordinator->meter;
}

/* --monitor: as far as the coordinator knows. A worker that shares memory says it better. */
static void show(const struct coordinator *coordinator, const struct peer *peer, unsigned what)
{
	if (coordinator->run->shown)
		__atomic_store_n(&coordinator->run->shown[peer->worker.number], (uint8_t)what,
				 __ATOMIC_RELAXED);
}

void coordinator_peer_taken(struct coordinator *coordinator, unsigned peer)
{
	coordinator->peers[peer].state = PEER_IDLE;
}

/* --- answers --- */

static void order(struct message *answer, struct peer *peer, enum message_kind kind)
{
	*answer = (struct message){.kind = kind,
				   .worker = peer->worker.number,
				   .scene_id = peer->task.scene_id,
				   .chunk = peer->task.chunk};
	if (kind == MESSAGE_CHUNK)
		answer->grid = *peer->task.grid;
	if (kind == MESSAGE_CHUNK) {
		answer->tile_x_size = peer->task.scene->tile_x_size;
		answer->tile_y_size = peer->task.scene->tile_y_size;
		answer->scene_print = scene_print(peer->task.scene);
	}
}

/* One try for a peer that wants work; false where it has to wait. */
static bool try_answer(struct coordinator *coordinator, struct peer *peer, struct message *answer)
{
	struct run *run = coordinator->run;
	enum claim_answer got;

	pthread_mutex_lock(&run->lock);
	got = run_try_claim(&peer->worker, &peer->task, &peer->cause);
	pthread_mutex_unlock(&run->lock);
	switch (got) {
	case ANSWER_ASSEMBLE: /* not for workers elsewhere */
	case ANSWER_WAIT:
		return false;
	case ANSWER_CHUNK:
		peer->state = PEER_AT_CHUNK;
		show(coordinator, peer, METER_DECODE);
		order(answer, peer, MESSAGE_CHUNK);
		break;
	case ANSWER_SCENE:
		peer->state = PEER_AT_SCENE;
		show(coordinator, peer, METER_DISCOVER);
		order(answer, peer, MESSAGE_SCENE);
		break;
	case ANSWER_RELEASE:
		peer->state = PEER_IDLE;
		order(answer, peer, MESSAGE_RELEASE);
		break;
	case ANSWER_NOTHING:
		peer->state = PEER_IDLE;
		order(answer, peer, MESSAGE_STOP);
		break;
	}
	return true;
}

/* Booked by who sends it. */
static void book_answer(struct coordinator *coordinator, const struct message *answer)
{
	struct meter_row *row = &coordinator->meter.row[METER_CLAIM];

	row->messages++;
	row->message_bytes += sizeof(*answer) + answer->payload_bytes;
}

static bool answer_or_wait(struct coordinator *coordinator, struct peer *peer, uint64_t since,
			   struct message *answer)
{
	if (!try_answer(coordinator, peer, answer)) {
		peer->state = PEER_WAITING;
		show(coordinator, peer, ACTIVITY_WAIT + peer->cause);
		peer->asked_ns = clock_now();
		coordinator->n_waiting++;
		return false;
	}
	answer->served_ns = clock_now() - since;
	book_answer(coordinator, answer);
	return true;
}

bool coordinator_next(struct coordinator *coordinator, unsigned *peer, struct message *answer)
{
	for (unsigned i = 0; coordinator->n_waiting && i < coordinator->n_peers; i++) {
		unsigned number = (coordinator->next + i) % coordinator->n_peers;
		struct peer *s = &coordinator->peers[number];

		if (s->state != PEER_WAITING || !try_answer(coordinator, s, answer))
			continue;
		coordinator->n_waiting--;
		coordinator->next = number + 1;
		answer->waited_ns = clock_now() - s->asked_ns;
		answer->cause = s->cause;
		if (answer->kind == MESSAGE_STOP)
			answer->cause = WAIT_IDLE;
		book_answer(coordinator, answer);
		*peer = number;
		return true;
	}
	return false;
}

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
	order(answer, peer, MESSAGE_GO_ON);
	answer->served_ns = clock_now() - since;
	book_answer(coordinator, answer);
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

/* The chunk is over. */
static void decorate_result(struct coordinator *coordinator, struct peer *peer,
			    struct chunk_result *result)
{
	const struct decorator *decorator = coordinator->run->decorator;

	if (decorator && decorator->result)
		decorator->result(decorator->context, &peer->worker, &peer->task, result);
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
	decorate_result(coordinator, peer, &result);
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
	show(coordinator, peer, ACTIVITY_NONE);
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
	order(answer, peer, MESSAGE_GO_ON);
	book_answer(coordinator, answer);
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

	if (message->kind == MESSAGE_EXTRA && !(decorator && decorator->message))
		return false;
	if (message->kind == MESSAGE_ARTIFACTS && !coordinator->run->workload->outputs)
		return false;
	return message->kind < 32 && (kinds[coordinator->peers[number].state] >> message->kind & 1);
}

bool coordinator_take(struct coordinator *coordinator, unsigned number,
		      const struct message *message, void *payload, struct message *answer)
{
	struct peer *peer = &coordinator->peers[number];
	uint64_t since = clock_now();

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
	return answer_or_wait(coordinator, peer, since, answer);
}

/* --- deaths --- */

static const char *file_of(const struct run *run, const struct peer *peer, struct scene *scene)
{
	if (peer->state == PEER_AT_CHUNK && peer->task.scene->n_files)
		return peer->task.scene->files[0].path;
	if (run->workload->scene_begin(scene, run->scene_list, peer->task.scene_id, NULL) == 0 &&
	    scene->n_files)
		return scene->files[0].path;
	return scene->name ? scene->name : "a scene";
}

bool coordinator_lost(struct coordinator *coordinator, unsigned number, const char *how)
{
	struct peer *peer = &coordinator->peers[number];
	struct chunk_result result = {
		.chunk = peer->task.chunk, .scene_id = peer->task.scene_id, .status = CHUNK_FAILED};
	struct scene name = {0};
	bool ending = signals_caught() != 0; /* then what it had is cancelled, not failed */

	error_set(&coordinator->death, EX_SOFTWARE, "%s", how);
	if (ending)
		result.status = CHUNK_CANCELLED;
	else if (peer->state == PEER_AT_CHUNK || peer->state == PEER_AT_SCENE)
		error_set(&result.error, EX_SOFTWARE, "%s: %s",
			  file_of(coordinator->run, peer, &name), how);
	scene_release(&name);
	decorate_result(coordinator, peer, &result);
	if (peer->state == PEER_AT_CHUNK)
		run_deliver(&peer->worker, &peer->task, &result);
	else if (peer->state == PEER_AT_SCENE && !ending) /* else slots_abandon() */
		run_fail_scene(&peer->worker, &peer->task, &result.error);
	else if (peer->state == PEER_WAITING)
		coordinator->n_waiting--;
	peer->state = PEER_EMPTY;
	show(coordinator, peer, ACTIVITY_NONE);
	run_leave(&peer->worker);
	coordinator->run->totals.n_lost += !ending;
	if (!ending && log_is_record())
		log_line(LOG_LEVEL_WARNING, "worker-lost", NULL, "worker %u is lost: %s", number,
			 how);
	return ++peer->deaths < MOST_DEATHS;
}

int coordinator_failed(const struct coordinator *coordinator, struct error *err)
{
	if (coordinator->n_started || !coordinator->n_refused)
		return 0;
	*err = coordinator->refusal;
	return -1;
}

void coordinator_give_up(struct coordinator *coordinator)
{
	struct error why;

	error_set(&why, EX_SOFTWARE,
		  "no worker is left: the last one that died %s; run it again, with --executor "
		  "threads to see whether the machine or the files are at fault",
		  coordinator->death.code ? coordinator->death.text : "is not known");
	run_give_up(coordinator->run, &why, &coordinator->meter);
}
