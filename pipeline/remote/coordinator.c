/* The coordinator: peers, and the run's claims and deliveries for them. It knows no transport. */
#include "coordinator.h"

#include <stdlib.h>

#include "coordinator_peers.h"
#include "run/decorator.h"
#include "run/run.h"
#include "run/timeout.h"
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

void coordinator_show(const struct coordinator *coordinator, const struct peer *peer, unsigned what)
{
	if (coordinator->run->shown)
		__atomic_store_n(&coordinator->run->shown[peer->worker.number], (uint8_t)what,
				 __ATOMIC_RELAXED);
}

void coordinator_peer_taken(struct coordinator *coordinator, unsigned peer)
{
	coordinator->peers[peer].state = PEER_IDLE;
	coordinator->peers[peer].heard = 0;
}

/* --- answers --- */

/* Of the scene's time; the clock of the worker may be another one. 0: there is no limit. */
static uint64_t time_left(const struct task *task)
{
	const uint64_t now = task->deadline_ns ? clock_now() : 0;

	return task->deadline_ns > now ? task->deadline_ns - now : task->deadline_ns != 0;
}

void coordinator_order(struct message *answer, struct peer *peer, enum message_kind kind)
{
	*answer = (struct message){.kind = kind,
				   .worker = peer->worker.number,
				   .scene_id = peer->task.scene_id,
				   .chunk = peer->task.chunk};
	if (kind == MESSAGE_CHUNK) {
		answer->grid = *peer->task.grid;
		answer->left_ns = time_left(&peer->task);
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
		coordinator_show(coordinator, peer, METER_DECODE);
		coordinator_order(answer, peer, MESSAGE_CHUNK);
		break;
	case ANSWER_SCENE:
		peer->state = PEER_AT_SCENE;
		coordinator_show(coordinator, peer, METER_DISCOVER);
		coordinator_order(answer, peer, MESSAGE_SCENE);
		break;
	case ANSWER_RELEASE:
		peer->state = PEER_IDLE;
		coordinator_order(answer, peer, MESSAGE_RELEASE);
		break;
	case ANSWER_NOTHING:
		peer->state = PEER_IDLE;
		coordinator_order(answer, peer, MESSAGE_STOP);
		break;
	}
	return true;
}

void coordinator_book(struct coordinator *coordinator, const struct message *answer)
{
	struct meter_row *row = &coordinator->meter.row[METER_CLAIM];

	row->messages++;
	row->message_bytes += sizeof(*answer) + answer->payload_bytes;
}

bool coordinator_answer(struct coordinator *coordinator, struct peer *peer, uint64_t since,
			struct message *answer)
{
	if (!try_answer(coordinator, peer, answer)) {
		peer->state = PEER_WAITING;
		coordinator_show(coordinator, peer, ACTIVITY_WAIT + peer->cause);
		peer->asked_ns = clock_now();
		coordinator->n_waiting++;
		return false;
	}
	answer->served_ns = clock_now() - since;
	coordinator_book(coordinator, answer);
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
		coordinator_book(coordinator, answer);
		*peer = number;
		return true;
	}
	return false;
}

void coordinator_decorate(struct coordinator *coordinator, struct peer *peer,
			  struct chunk_result *result)
{
	const struct decorator *decorator = coordinator->run->decorator;

	if (decorator && decorator->result)
		decorator->result(decorator->context, &peer->worker, &peer->task, result);
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

static bool has_scene(const struct peer *peer)
{
	return peer->state == PEER_AT_CHUNK || peer->state == PEER_AT_SCENE;
}

bool coordinator_late(const struct coordinator *coordinator, unsigned number)
{
	const struct peer *peer = &coordinator->peers[number];
	const uint64_t grace = TIMEOUT_GRACE_MS * UINT64_C(1000000);

	return has_scene(peer) && peer->task.deadline_ns &&
	       timeout_is_over(peer->task.deadline_ns + grace);
}

static void name_late(const struct coordinator *coordinator, const struct peer *peer,
		      struct error *error)
{
	const struct run *run = coordinator->run;
	struct scene name = {0};

	if (peer->state == PEER_AT_SCENE)
		(void)run->workload->scene_begin(&name, run->scene_list, peer->task.scene_id, NULL);
	(void)timeout_error(error, peer->state == PEER_AT_SCENE ? &name : peer->task.scene,
			    run->options->nightly.timeout_s);
	scene_release(&name);
}

static void name_dead(const struct coordinator *coordinator, const struct peer *peer,
		      const char *how, struct error *error)
{
	struct scene name = {0};

	error_set(error, EX_SOFTWARE, "%s: %s", file_of(coordinator->run, peer, &name), how);
	scene_release(&name);
}

bool coordinator_lost(struct coordinator *coordinator, unsigned number, const char *how, bool late)
{
	struct peer *peer = &coordinator->peers[number];
	struct chunk_result result = {
		.chunk = peer->task.chunk, .scene_id = peer->task.scene_id, .status = CHUNK_FAILED};
	bool ending = signals_caught() != 0; /* then what it had is cancelled, not failed */

	error_set(&coordinator->death, EX_SOFTWARE, "%s", how);
	if (ending)
		result.status = CHUNK_CANCELLED;
	else if (has_scene(peer) && late)
		name_late(coordinator, peer, &result.error);
	else if (has_scene(peer))
		name_dead(coordinator, peer, how, &result.error);
	coordinator_decorate(coordinator, peer, &result);
	if (peer->state == PEER_AT_CHUNK)
		run_deliver(&peer->worker, &peer->task, &result);
	else if (peer->state == PEER_AT_SCENE && !ending) /* else slots_abandon() */
		run_fail_scene(&peer->worker, &peer->task, &result.error);
	else if (peer->state == PEER_WAITING)
		coordinator->n_waiting--;
	peer->state = PEER_EMPTY;
	coordinator_show(coordinator, peer, ACTIVITY_NONE);
	coordinator->run->totals.n_lost += !ending;
	if (!ending && log_is_record())
		log_line(LOG_LEVEL_WARNING, "worker-lost", NULL, "worker %u is lost: %s", number,
			 how);
	peer->deaths += !late;
	return peer->deaths < MOST_DEATHS;
}

void coordinator_gone(struct coordinator *coordinator, unsigned number)
{
	run_leave(&coordinator->peers[number].worker);
}

bool coordinator_waits(const struct coordinator *coordinator)
{
	for (unsigned i = 0; i < coordinator->n_peers; i++)
		if (coordinator->peers[i].state != PEER_WAITING &&
		    coordinator->peers[i].state != PEER_EMPTY)
			return false;
	return coordinator->n_waiting != 0;
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

void coordinator_give_up_oldest(struct coordinator *coordinator)
{
	struct error why;

	error_set(&why, EX_TEMPFAIL,
		  "not done: it needs memory of a worker process that was killed and does not end "
		  "(the kernel holds it); run it again when that has gone");
	run_give_up_oldest(coordinator->run, &why, &coordinator->meter);
}
