/*
 * The coordinator: workers in other processes, as the run sees them. Each is a peer; its messages
 * become claims and deliveries, and a worker that dies fails only what it held. An executor brings
 * messages here and carries the answers back; how they travel is its business.
 *
 * One thread calls these functions; other threads may work on the same run meanwhile.
 */
#ifndef IMGPIPE_PIPELINE_COORDINATOR_H
#define IMGPIPE_PIPELINE_COORDINATOR_H

#include <stdbool.h>

#include "executor.h"
#include "wire.h"

struct coordinator;

/*
 * Peers for workers first_number ... first_number + n_peers - 1 of the job's run. The workers of
 * peer i draw on the pool i / workers_per_pool + first_pool.
 */
struct coordinator_peers {
	unsigned first_number, n_peers;
	unsigned first_pool, workers_per_pool;
};

struct coordinator *coordinator_new(struct job *job, struct coordinator_peers peers,
				    struct error *err) MUST_CHECK;
/* Its meter is merged into the run's. NULL is allowed. */
void coordinator_free(struct coordinator *coordinator);

/*
 * A message from peer `peer` has come; its payload, aligned to 16, may be written to. True: *answer
 * goes back now; false: later (coordinator_next()), or, after BYE, never.
 */
bool coordinator_take(struct coordinator *coordinator, unsigned peer, const struct message *message,
		      void *payload, struct message *answer);

/*
 * May this message come from that peer now: is it the next by number, of a kind that its state
 * allows, and about its task? A worker that is out of its mind sends others.
 */
bool coordinator_expects(const struct coordinator *coordinator, unsigned peer,
			 const struct message *message);

/* An answer for some peer that waits; false where there is none now. */
bool coordinator_next(struct coordinator *coordinator, unsigned *peer, struct message *answer);

/* Is it at a scene that is over its --timeout, and does not say so itself? */
bool coordinator_late(const struct coordinator *coordinator, unsigned peer);

/*
 * The worker of this peer is lost without a BYE; `how` is put behind the file's name. late: it was
 * stopped for being so; then that is what is said of its scene. True: another one should take its
 * place; false: too many have died there in a row. What it held of the memory stays reserved until
 * coordinator_gone().
 */
bool coordinator_lost(struct coordinator *coordinator, unsigned peer, const char *how, bool late);
void coordinator_gone(struct coordinator *coordinator, unsigned peer);

/* Does every worker that is left wait for others? After coordinator_next() had no answer. */
bool coordinator_waits(const struct coordinator *coordinator);

/* A worker has taken the place of this peer, or none ever will. */
void coordinator_peer_taken(struct coordinator *coordinator, unsigned peer);

/* Why no worker could start, where none could: the first reason. 0 where one did. */
int coordinator_failed(const struct coordinator *coordinator, struct error *err);

/* All that is left fails, as no worker is left for it. */
void coordinator_give_up(struct coordinator *coordinator);
/* The oldest scene that waits fails, as its memory does not come back (coordinator_waits()). */
void coordinator_give_up_oldest(struct coordinator *coordinator);

/* Meters for what the executor itself sends and receives. */
struct meter *coordinator_meter(struct coordinator *coordinator);

#endif
