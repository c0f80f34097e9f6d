/*
 * Inside the coordinator: its peers, and what its files need of each other. coordinator.c gives
 * work and sees to deaths, coordinator_take.c takes what peers send. One thread uses them.
 */
#ifndef IMGPIPE_REMOTE_COORDINATOR_PEERS_H
#define IMGPIPE_REMOTE_COORDINATOR_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "coordinator.h"
#include "run/run.h"

enum peer_state { PEER_EMPTY, PEER_IDLE, PEER_WAITING, PEER_AT_SCENE, PEER_AT_CHUNK };

struct peer {
	enum peer_state state;
	struct worker worker; /* who it is for the run; it has no memory and no stages here */
	struct task task;     /* at work on */
	unsigned deaths;      /* in a row */
	uint32_t heard;       /* messages of the worker that is there */
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

/* --monitor: as far as the coordinator knows. A worker that shares memory says it better. */
void coordinator_show(const struct coordinator *coordinator, const struct peer *peer,
		      unsigned what);

/* An order of this kind, with the peer's task. */
void coordinator_order(struct message *answer, struct peer *peer, enum message_kind kind);

/* Its cost, booked by who sends it. */
void coordinator_book(struct coordinator *coordinator, const struct message *answer);

/* Work for a peer that asked at `since`; false: there is none yet, and the peer waits. */
bool coordinator_answer(struct coordinator *coordinator, struct peer *peer, uint64_t since,
			struct message *answer);

/* The chunk is over: the decorator's turn. */
void coordinator_decorate(struct coordinator *coordinator, struct peer *peer,
			  struct chunk_result *result);

#endif
