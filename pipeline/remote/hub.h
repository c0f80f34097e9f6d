/*
 * The hub: workers in other processes, as the run sees them. Each has a seat; its messages become
 * claims and deliveries, and a worker that dies fails only what it held. An executor brings
 * messages here and carries the answers back; how they travel is its business.
 *
 * One thread calls these functions; other threads may work on the same run meanwhile.
 */
#ifndef IMGPIPE_PIPELINE_HUB_H
#define IMGPIPE_PIPELINE_HUB_H

#include <stdbool.h>

#include "executor.h"
#include "wire.h"

struct hub;

/*
 * Seats for workers first_number ... first_number + n_seats - 1 of the job's run. The workers of
 * seat i draw on the pool i / workers_per_pool + first_pool.
 */
struct hub_seats {
	unsigned first_number, n_seats;
	unsigned first_pool, workers_per_pool;
};

struct hub *hub_new(struct job *job, struct hub_seats seats, struct error *err) MUST_CHECK;
/* Its meter is merged into the run's. NULL is allowed. */
void hub_free(struct hub *hub);

/*
 * A message from seat `seat` has come. True: *answer goes back now; false: later (hub_next()), or,
 * after BYE, never.
 */
bool hub_take(struct hub *hub, unsigned seat, const struct message *message, const void *payload,
	      struct message *answer);

/* May this message come from that seat now? A worker that is out of its mind sends others. */
bool hub_expects(const struct hub *hub, unsigned seat, const struct message *message);

/* An answer for some seat that waits; false where there is none now. */
bool hub_next(struct hub *hub, unsigned *seat, struct message *answer);

/*
 * The worker of this seat is gone without a BYE; `how` is put behind the file's name. True: another
 * one should take the seat; false: too many have died on it in a row.
 */
bool hub_lost(struct hub *hub, unsigned seat, const char *how);

/* A worker has taken the seat, or none ever will. */
void hub_seat_taken(struct hub *hub, unsigned seat);

/* Why no worker could start, where none could: the first reason. 0 where one did. */
int hub_failed(const struct hub *hub, struct error *err);

/* All that is left fails, as no worker is left for it. */
void hub_give_up(struct hub *hub);

/* Meters for what the executor itself sends and receives. */
struct meter *hub_meter(struct hub *hub);

#endif
