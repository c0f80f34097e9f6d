/*
 * Rank 0: the run, workers of its own in threads, and, in the main thread, the hub for the workers
 * of all other ranks.
 */
#include "mpi_run.h"

#include <errno.h>
#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "remote/hub.h"
#include "mpi_letters.h"
#include "mpi_pace.h"
#include "mpi_parts.h"
#include "run/run.h"
#include "base/thread.h"

enum {
	/* Scenes whose parts are asked for at once: each takes room for one piece here. */
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
	unsigned n_ranks, n_seats, n_gone; /* seats: workers of other ranks */
	struct hub *hub;
	struct letters *letters;
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

static void answer(struct leader *leader, unsigned seat, const struct message *message)
{
	/* The hub has counted it. */
	letters_post(leader->letters, 1 + seat / leader->job->n_workers, LETTER_DOWN, message,
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

static void take_message(struct leader *leader, const struct letter *letter)
{
	struct message *message = letter->text, reply;
	void *payload = message + 1;
	unsigned seat = message->worker - leader->job->n_workers;

	if (letter->bytes < sizeof(*message) ||
	    letter->bytes - sizeof(*message) != message->payload_bytes || seat >= leader->n_seats)
		MPI_Abort(MPI_COMM_WORLD, EX_SOFTWARE);
	set_clock(message, payload);
	leader->n_gone += message->kind == MESSAGE_BYE;
	if (hub_take(leader->hub, seat, message, payload, &reply))
		answer(leader, seat, &reply);
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

static void take_part(struct leader *leader, const struct letter *letter)
{
	struct piece *piece = NULL;
	uint32_t scene_id;

	if (!parts_take(leader->parts, letter, &scene_id, &piece))
		return;
	run_collected(leader->run, slot_of(leader->run, scene_id), piece, hub_meter(leader->hub));
	free(piece);
}

/* --- the loop --- */

static bool all_done(struct leader *leader)
{
	struct run *run = leader->run;
	bool done = leader->n_gone == leader->n_seats &&
		    atomic_load(&leader->n_local_done) == leader->n_local;

	if (!done)
		return false;
	pthread_mutex_lock(&run->lock);
	for (uint32_t id = run->first; id < run->next_open && done; id++)
		done = slot_of(run, id)->state != SLOT_COLLECT &&
		       slot_of(run, id)->state != SLOT_COLLECTING;
	pthread_mutex_unlock(&run->lock);
	return done;
}

static bool attend(struct leader *leader)
{
	struct message reply;
	struct letter letter;
	bool something = false;
	unsigned seat;

	while (letters_take(leader->letters, &letter)) {
		something = true;
		if (letter.tag == LETTER_UP)
			take_message(leader, &letter);
		else if (letter.tag == LETTER_SIGNAL)
			signals_note(*(const int *)letter.text);
		else
			take_part(leader, &letter);
	}
	while (hub_next(leader->hub, &seat, &reply)) {
		something = true;
		answer(leader, seat, &reply);
	}
	collect(leader);
	return something;
}

static void nap(uint64_t ns)
{
	struct timespec time = {.tv_nsec = (long)ns};

	if (ns)
		(void)nanosleep(&time, NULL);
}

static int leader_init(struct leader *leader, struct job *job, unsigned n_ranks, struct error *err)
{
	struct hub_seats seats = {.first_number = job->n_workers,
				  .n_seats = job->n_workers * (n_ranks - 1),
				  .first_pool = 1,
				  .workers_per_pool = job->n_workers};

	*leader = (struct leader){
		.job = job, .run = job->context, .n_ranks = n_ranks, .n_seats = seats.n_seats};
	leader->local = calloc(job->n_workers, sizeof(*leader->local));
	leader->ranks = calloc(n_ranks, sizeof(*leader->ranks));
	if (!leader->local || !leader->ranks)
		return error_memory(err, "the workers", job->n_workers * sizeof(*leader->local));
	leader->hub = hub_new(job, seats, err);
	if (!leader->hub)
		return -1;
	leader->letters =
		letters_new(sizeof(struct message) + wire_room(leader->run->workload->result), err);
	if (!leader->letters)
		return -1;
	leader->parts = parts_new(leader->letters, hub_meter(leader->hub),
				  leader->run->workload->result, err);
	return leader->parts ? 0 : -1;
}

/* Did anybody work? Where nobody could, the first reason; what is left undone then fails. */
static int outcome(struct leader *leader, struct error *err)
{
	struct error remote;

	for (unsigned i = 0; i < leader->n_local; i++)
		if (!leader->local[i].status) {
			hub_give_up(leader->hub);
			return 0;
		}
	if (leader->n_seats && !hub_failed(leader->hub, &remote)) {
		hub_give_up(leader->hub);
		return 0;
	}
	if (leader->n_local)
		*err = leader->local[0].error;
	else if (leader->n_seats)
		*err = remote;
	return -1;
}

static void leader_release(struct leader *leader, bool stuck)
{
	parts_free(leader->parts);
	if (!stuck) /* letters to ranks that are gone never leave */
		letters_free(leader->letters);
	hub_free(leader->hub);
	free(leader->local);
	free(leader->ranks);
}

int mpi_run_leader(struct job *job, unsigned n_ranks, struct rank_outcome *out, struct error *err)
{
	struct leader leader;
	int status = 0;

	if (leader_init(&leader, job, n_ranks, err))
		MPI_Abort(MPI_COMM_WORLD, EX_TEMPFAIL); /* the others wait for orders */
	for (unsigned i = 0; i < leader.n_seats; i++)
		hub_seat_taken(leader.hub, i);
	start_locals(&leader);
	if (!leader.n_local && n_ranks == 1) { /* not one thread to be had: work in this one */
		leader_release(&leader, false);
		return job->body(job, 0, err);
	}
	while (!all_done(&leader) && !(out->stuck = pace_is_stuck(&leader.pace, PATIENCE_S))) {
		run_poll_signals(leader.run);
		nap(pace_ns(&leader.pace, attend(&leader)));
	}
	for (unsigned rank = 1; rank < n_ranks && !out->stuck; rank++)
		letters_post(leader.letters, rank, LETTER_STOP, NULL, 0, NULL, 0,
			     &hub_meter(leader.hub)->row[METER_CLAIM]);
	out->meter = *hub_meter(leader.hub);
	for (unsigned i = 0; i < leader.n_local; i++)
		pthread_join(leader.local[i].thread, NULL);
	if (!out->stuck)
		status = outcome(&leader, err);
	leader_release(&leader, out->stuck);
	return status;
}
