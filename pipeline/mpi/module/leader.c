/*
 * Rank 0: the run, workers of its own in threads, and, in the main thread, the coordinator for the
 * workers of all other ranks.
 */
#include "mpi_run.h"

#include <errno.h>
#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "remote/coordinator.h"
#include "message_queue.h"
#include "pace.h"
#include "rank_partials.h"
#include "run/assemble.h"
#include "run/progress.h"
#include "run/run.h"
#include "base/thread.h"

enum {
	/* Scenes whose parts are asked for at once: each takes room for one group here. */
	MOST_COLLECTED = 4
};

struct local {
	pthread_t thread;
	struct leader *leader;
	unsigned number;
	int status; /* -1: it could not start; the others do its work */
	struct error error;
};

struct leader {
	struct job *job;
	struct run *run;
	unsigned n_ranks, n_peers, n_gone; /* peers: workers of other ranks */
	struct coordinator *coordinator;
	struct message_queue *queue;
	struct parts *parts;
	struct local *local;
	unsigned n_local;
	uint32_t *ranks; /* room for the list of a scene's ranks */
	atomic_uint n_local_done;
	struct pace pace;
};

static void *local_main(void *arg)
{
	struct local *local = arg;

	local->status = local->leader->job->body(local->leader->job, local->number, &local->error);
	atomic_fetch_add(&local->leader->n_local_done, 1);
	return NULL;
}

static void start_locals(struct leader *leader)
{
	for (; leader->n_local < leader->job->n_workers; leader->n_local++) {
		struct local *local = &leader->local[leader->n_local];

		*local = (struct local){.leader = leader, .number = leader->n_local};
		if (thread_start(&local->thread, local_main, local))
			break;
	}
}

static void answer(struct leader *leader, unsigned peer, const struct message *message)
{
	/* The coordinator has counted it. */
	message_queue_send(leader->queue, 1 + peer / leader->job->n_workers, TAG_DOWN, message,
			   sizeof(*message), NULL, 0, NULL);
}

/* The clocks of two machines have nothing in common: the sender told the time. */
static void set_clock(struct message *message, void *payload)
{
	struct meter *meter = payload;
	uint64_t offset = clock_now() - message->sent_ns;

	if (message->kind != MESSAGE_BYE || message->payload_bytes != sizeof(*meter))
		return;
	meter->begin_ns += offset;
	meter->end_ns += offset;
}

static void take_message(struct leader *leader, const struct queued_message *queued)
{
	struct message *message = queued->text, reply;
	void *payload = message + 1;
	unsigned peer = message->worker - leader->job->n_workers;

	if (queued->bytes < sizeof(*message) ||
	    queued->bytes - sizeof(*message) != message->payload_bytes || peer >= leader->n_peers)
		MPI_Abort(MPI_COMM_WORLD, EX_SOFTWARE);
	set_clock(message, payload);
	leader->n_gone += message->kind == MESSAGE_BYE;
	if (coordinator_take(leader->coordinator, peer, message, payload, &reply))
		answer(leader, peer, &reply);
}

/* --- totals that are in other ranks --- */

/* The next scene to collect, and the ranks that have parts of it. NULL where there is none. */
static struct slot *next_to_collect(struct leader *leader, uint32_t *n)
{
	struct run *run = leader->run;
	struct slot *found = NULL;

	pthread_mutex_lock(&run->lock);
	for (uint32_t id = run->first; id < run->next_open && !found; id++)
		if (slot_of(run, id)->state == SLOT_COLLECT)
			found = slot_of(run, id);
	*n = 0;
	leader->ranks[(*n)++] = 0;
	for (unsigned rank = 1; found && rank < run->n_pools; rank++)
		if (found->joined[rank])
			leader->ranks[(*n)++] = rank;
	if (found)
		found->state = SLOT_COLLECTING;
	pthread_mutex_unlock(&run->lock);
	return found;
}

static void collect(struct leader *leader)
{
	uint32_t n;
	struct slot *slot;

	while (parts_asked(leader->parts) < MOST_COLLECTED && (slot = next_to_collect(leader, &n)))
		parts_ask(leader->parts, slot->scene.id, leader->ranks, n);
}

static void take_part(struct leader *leader, const struct queued_message *message)
{
	struct cell_group *group = NULL;
	uint32_t scene_id;

	if (!parts_take(leader->parts, message, &scene_id, &group))
		return;
	run_collected(leader->run, slot_of(leader->run, scene_id), group,
		      coordinator_meter(leader->coordinator));
	free(group);
}

/* --- the loop --- */

static bool all_done(struct leader *leader)
{
	struct run *run = leader->run;
	bool done = leader->n_gone == leader->n_peers &&
		    atomic_load(&leader->n_local_done) == leader->n_local;

	if (!done)
		return false;
	pthread_mutex_lock(&run->lock);
	for (uint32_t id = run->first; id < run->next_open && done; id++)
		done = slot_of(run, id)->state != SLOT_COLLECT &&
		       slot_of(run, id)->state != SLOT_COLLECTING;
	pthread_mutex_unlock(&run->lock);
	return done && !assembly_waits(run);
}

/* Local workers make the files of scenes, and stay until the last one: unless none could start. */
static bool assemble(struct leader *leader)
{
	return atomic_load(&leader->n_local_done) == leader->n_local &&
	       assembly_waits(leader->run) &&
	       assembly_run_next(leader->run, coordinator_meter(leader->coordinator));
}

static bool attend(struct leader *leader)
{
	struct message reply;
	struct queued_message message;
	bool something = false;
	unsigned peer;

	while (message_queue_take(leader->queue, &message)) {
		something = true;
		if (message.tag == TAG_UP)
			take_message(leader, &message);
		else if (message.tag == TAG_SIGNAL)
			signals_note(*(const int *)message.text);
		else
			take_part(leader, &message);
	}
	while (coordinator_next(leader->coordinator, &peer, &reply)) {
		something = true;
		answer(leader, peer, &reply);
	}
	collect(leader);
	return assemble(leader) || something;
}

static void nap(uint64_t ns)
{
	struct timespec time = {.tv_nsec = (long)ns};

	if (ns)
		(void)nanosleep(&time, NULL);
}

static int leader_init(struct leader *leader, struct job *job, unsigned n_ranks, struct error *err)
{
	struct coordinator_peers peers = {.first_number = job->n_workers,
					  .n_peers = job->n_workers * (n_ranks - 1),
					  .first_pool = 1,
					  .workers_per_pool = job->n_workers};

	*leader = (struct leader){
		.job = job, .run = job->context, .n_ranks = n_ranks, .n_peers = peers.n_peers};
	leader->local = calloc(job->n_workers, sizeof(*leader->local));
	leader->ranks = calloc(n_ranks, sizeof(*leader->ranks));
	if (!leader->local || !leader->ranks)
		return error_memory(err, "the workers", job->n_workers * sizeof(*leader->local));
	leader->coordinator = coordinator_new(job, peers, err);
	if (!leader->coordinator)
		return -1;
	leader->queue = message_queue_new(
		sizeof(struct message) + wire_room(&leader->run->plan->layout), err);
	if (!leader->queue)
		return -1;
	leader->parts = parts_new(leader->queue, coordinator_meter(leader->coordinator),
				  &leader->run->plan->layout, err);
	return leader->parts ? 0 : -1;
}

/* Did anybody work? Where nobody could, the first reason; what is left undone then fails. */
static int outcome(struct leader *leader, struct error *err)
{
	struct error remote;

	for (unsigned i = 0; i < leader->n_local; i++)
		if (!leader->local[i].status) {
			coordinator_give_up(leader->coordinator);
			return 0;
		}
	if (leader->n_peers && !coordinator_failed(leader->coordinator, &remote)) {
		coordinator_give_up(leader->coordinator);
		return 0;
	}
	if (leader->n_local)
		*err = leader->local[0].error;
	else if (leader->n_peers)
		*err = remote;
	return -1;
}

static void leader_release(struct leader *leader, bool stuck)
{
	parts_free(leader->parts);
	if (!stuck) /* messages to ranks that are gone never leave */
		message_queue_free(leader->queue);
	coordinator_free(leader->coordinator);
	free(leader->local);
	free(leader->ranks);
}

int mpi_run_leader(struct job *job, unsigned n_ranks, struct rank_outcome *out, struct error *err)
{
	struct leader leader;
	int status = 0;

	if (leader_init(&leader, job, n_ranks, err))
		MPI_Abort(MPI_COMM_WORLD, EX_TEMPFAIL); /* the others wait for orders */
	for (unsigned i = 0; i < leader.n_peers; i++)
		coordinator_peer_taken(leader.coordinator, i);
	start_locals(&leader);
	if (!leader.n_local && n_ranks == 1) { /* not one thread to be had: work in this one */
		leader_release(&leader, false);
		return job->body(job, 0, err);
	}
	while (!all_done(&leader) && !(out->stuck = pace_is_stuck(&leader.pace, PATIENCE_S))) {
		run_poll_signals(leader.run);
		run_tell_progress(leader.run);
		nap(pace_ns(&leader.pace, attend(&leader)));
	}
	for (unsigned rank = 1; rank < n_ranks && !out->stuck; rank++)
		message_queue_send(leader.queue, rank, TAG_STOP, NULL, 0, NULL, 0,
				   &coordinator_meter(leader.coordinator)->row[METER_CLAIM]);
	out->meter = *coordinator_meter(leader.coordinator);
	for (unsigned i = 0; i < leader.n_local; i++)
		pthread_join(leader.local[i].thread, NULL);
	if (!out->stuck)
		status = outcome(&leader, err);
	leader_release(&leader, out->stuck);
	return status;
}
