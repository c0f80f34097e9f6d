/*
 * One run: the claim of work, its delivery, and the scenes in flight. Shared by all executors;
 * private to the machinery.
 */
#ifndef IMGPIPE_PIPELINE_RUN_H
#define IMGPIPE_PIPELINE_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "catalog.h"
#include "executor.h"
#include "options.h"
#include "plan.h"
#include "report.h"
#include "workload.h"

struct console;

/* Life of a place in the ring of scenes in flight. */
enum slot_state {
	SLOT_FREE,
	SLOT_OPENING, /* one worker reads its headers */
	SLOT_READY,   /* chunks are handed out and delivered */
	SLOT_DONE     /* nothing left to deliver; waits for its turn to be written */
};

struct slot {
	enum slot_state state;         /* under run->lock, as all but fold's fields */
	struct scene scene;            /* read-only from READY on */
	struct chunk_grid grid;        /* likewise */
	uint64_t n_chunks, next_chunk; /* next_chunk: the first not handed out */
	uint64_t n_out;                /* handed out and not yet delivered */
	enum scene_status status;
	struct error error; /* the first by chunk number */
	uint64_t error_chunk;
	uint64_t shared_bytes; /* reserved for the tally, 0 while there is none */
	double chunk_bytes;    /* a chunk's share of its files: for progress */

	pthread_mutex_t fold_lock; /* guards the tally's contents */
	struct tally *tally;
};

/* A worker as the run sees it. Touched by its own thread, but for what `held` says. */
struct worker {
	struct run *run;
	unsigned number;
	struct arena arena;
	uint64_t held; /* bytes reserved for arena and decoders; under run->lock */
	struct meter *meter;
	void **stage_state; /* one a stage */
	bool in_scene;      /* the stages have files of scene_id open */
	uint32_t scene_id;
};

enum claim { CLAIM_NOTHING, CLAIM_SCENE, CLAIM_CHUNK };

/* Meters far enough apart that workers do not share cache lines. */
struct worker_meter {
	_Alignas(128) struct meter meter;
};

/* What a worker has claimed. */
struct task {
	struct slot *slot;
	uint32_t scene_id;
	uint64_t chunk;
};

struct run {
	struct job job;

	/* Set before the workers start, read-only. */
	const struct options *options;
	const struct plan *plan;
	const struct workload *workload;
	const struct catalog *catalog;
	struct report_set *reports;
	struct console *console;
	uint32_t n_scenes;
	struct worker_meter *meters; /* one a worker */
	struct meter *merged;        /* room for the meters of those that worked */

	pthread_mutex_t lock;   /* guards everything below */
	pthread_cond_t changed; /* any of it has changed in a way that a claim may wait for */
	struct slot *slots;
	uint32_t n_slots;
	uint32_t first;     /* oldest scene not yet written */
	uint32_t claiming;  /* oldest scene with chunks not handed out */
	uint32_t next_open; /* first scene not yet opened */
	uint64_t reserved, reserved_peak;
	const struct worker *starved; /* who waits for memory; all others give theirs back */
	bool writing;                 /* one worker writes rows */
	atomic_bool stopping;         /* no more claims: a signal, or an error of the run itself */
	struct error error;           /* of the run itself */
	struct run_totals totals;
};

/* run.c: claim and delivery. All lock what they need. */
enum claim run_claim(struct worker *worker, struct task *task);
void run_open_scene(struct worker *worker, const struct task *task);
void run_deliver(struct worker *worker, const struct task *task, struct chunk_result *result);
/* The worker ends: what it holds is given back. */
void run_leave(struct worker *worker);
bool run_cancelled(struct run *run);

/* slots.c: scenes in flight. Called with run->lock held. */
struct slot *slot_of(struct run *run, uint32_t scene_id);
void slot_fail(struct slot *slot, uint64_t chunk, const struct error *error);
/* Hand out no more of its chunks. */
void slot_stop(struct slot *slot);
/* Move to DONE where nothing of the scene is left to deliver. */
void slot_settle(struct slot *slot);
/* Write finished scenes whose turn has come. Drops and retakes run->lock while writing. */
void slots_write(struct run *run, struct meter *meter);
/* After the workers: settle and write what an interrupted run left. */
void slots_abandon(struct run *run, struct meter *meter);

/* worker.c: the body every executor runs. */
int worker_body(struct job *job, unsigned number, struct error *err);
/* Close the files of the scene the worker was on. */
void worker_leave_scene(struct worker *worker);

#endif
