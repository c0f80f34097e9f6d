/*
 * One run: the claim of work, its delivery, and the scenes in flight. Shared by all executors;
 * private to the machinery. There is one run, in the process whose command it was; workers in
 * other processes reach it through a coordinator (coordinator.h).
 */
#ifndef IMGPIPE_PIPELINE_RUN_H
#define IMGPIPE_PIPELINE_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "executor.h"
#include "options.h"
#include "plan.h"
#include "report_sink.h"
#include "run_totals.h"
#include "scene.h"
#include "survey.h"
#include "worker.h"
#include "workload.h"

struct scene_list;

struct console;
struct decorator;
struct monitor;

/* Life of a place in the ring of scenes in flight. */
enum slot_state {
	SLOT_FREE,
	SLOT_OPENING,    /* one worker reads its headers */
	SLOT_READY,      /* chunks are handed out and delivered */
	SLOT_COLLECT,    /* all delivered; parts of its totals are in other ranks */
	SLOT_COLLECTING, /* those have been asked for */
	SLOT_ASSEMBLE,   /* all is there that its files are made of */
	SLOT_ASSEMBLING, /* somebody makes them */
	SLOT_DONE        /* nothing left to deliver; waits for its turn to be written */
};

/*
 * Three parts on cache lines of their own: what all workers read block by block, what a claim and a
 * delivery write under run->lock, and what folding writes under the scene's own.
 */
struct slot {
	_Alignas(APART) struct scene scene; /* read-only from READY on, under run->lock before */
	struct chunk_grid grid;             /* likewise */

	_Alignas(APART) enum slot_state state; /* under run->lock, and all that follows */
	uint64_t n_chunks, next_chunk;         /* next_chunk: how many are handed out */
	uint64_t n_out;                        /* handed out and not yet delivered */
	enum scene_status status;
	struct error error; /* the first by chunk number */
	uint64_t error_chunk;
	uint64_t shared_bytes; /* reserved for the totals, 0 while there is none */
	unsigned n_at;         /* workers that open it or have a chunk of it (timeout.h) */
	uint64_t since_ns, had_ns, deadline_ns; /* since the first of them, before, and until when
						 */
	bool found_no_room;                     /* in the spools, for pixels of it */
	bool forsaken;          /* no more in the ring: freed by the last worker that comes back */
	uint32_t place;         /* in the ring */
	atomic_uint n_forsaken; /* of older scenes that had it: its spool is not emptied */
	double chunk_bytes;     /* a chunk's share of its files: for progress */
	bool *joined;           /* by pool: this rank holds a part of the totals; [0] is not used */
	unsigned n_joined;
	void *extra; /* the decorator's own */

	_Alignas(APART) pthread_mutex_t fold_lock; /* guards the contents of both */
	struct scene_totals *totals;
	struct outputs *outputs; /* made and freed with the totals; NULL: none */
};

/* What has been done, for who asks (progress.h). */
struct progress {
	double bytes; /* of files whose chunks are delivered */
	uint64_t chunks;
	uint64_t known_chunks; /* of the scenes that have been opened, which are n_known */
	uint32_t n_known;
	uint32_t n_failed;
};

/* Memory that may be reserved, of one machine or rank. All pools of a run have the same limit. */
struct pool {
	uint64_t reserved, reserved_peak;
	const struct worker *starved; /* who waits for memory; all others give theirs back */
};

struct run {
	struct job job;

	/* Set before the workers start, read-only. */
	const struct options *options;
	const struct plan *plan;
	const struct workload *workload;
	const struct scene_list *scene_list;
	const struct report_sink *sink;
	struct report_set *reports; /* opened there; NULL: none are */
	struct console *console;
	const struct decorator *decorator; /* NULL: none */
	struct samples *samples;           /* each taken by the worker that has claimed its scene */
	struct spools *spools;             /* NULL: no files of pixels are made */
	struct trace_log *trace;           /* NULL: not wanted, or not of this rank */
	uint32_t n_scenes;
	struct worker_meter *meters; /* one for each worker of this process */
	struct rank_totals *ranks;   /* n_pools of them */
	struct monitor *monitor;     /* --monitor; NULL without */
	uint64_t begin_ns;
	uint64_t pss;   /* of all processes together, as last sampled; else 0 */
	uint8_t *shown; /* for it: a byte a worker (activity.h); NULL without */

	/* No more claims: a signal, or an error of the run itself. Looked at block by block. */
	atomic_bool stopping;
	/* The run is concluded while some worker is still at a block (will.h): nothing that it may
	 * look at is freed, and it gets no further than the next lock. */
	atomic_bool deserted;

	/* Held for reading while files of a scene get their names, until it is SLOT_DONE. */
	pthread_rwlock_t naming;

	_Alignas(APART) pthread_mutex_t lock; /* guards everything below */
	pthread_cond_t changed; /* any of it has changed in a way that a claim may wait for */
	struct slot **slots;    /* a ring of n_slots */
	uint32_t n_slots;
	uint32_t first;     /* oldest scene not yet written */
	uint32_t claiming;  /* oldest scene with chunks not handed out */
	uint32_t next_open; /* first scene not yet opened */
	struct pool *pools; /* [0] is this process's, and that of workers on its machine */
	unsigned n_pools;
	bool writing; /* one worker writes rows */
	/* Workers that share the run's memory; of them those that wait for something to do, and
	 * those at forsaken scenes. */
	unsigned n_living, n_waiting, n_stuck;
	struct progress progress; /* so far */
	unsigned n_full;          /* times in a row that the disk was full */
	uint32_t full_until;      /* first scene that was not under way the last time */
	struct error error;       /* of the run itself */
	struct run_totals totals;
	unsigned n_merged; /* of totals.worker */
	struct meter *merged;
};

/* What a worker that has memory of its own is told to do with what it holds. */
enum claim_answer {
	ANSWER_CHUNK,
	ANSWER_SCENE,
	ANSWER_ASSEMBLE, /* workers that share the run's memory alone */
	ANSWER_RELEASE,  /* give back what it holds (run_released()), then ask again */
	ANSWER_WAIT,     /* nothing now; ask again when the run has changed */
	ANSWER_NOTHING   /* nothing any more */
};

/* A worker of the run in this process, without operations, memory and meter. */
void run_worker(struct worker *worker, struct run *run, unsigned number);

/* Take run->lock. Comes back unless the run has been concluded without the caller. run_lock.c */
void run_lock(struct run *run, struct meter *meter);

/* --- claim.c, run.c: claim and delivery --- */

/* One try, with run->lock held. *cause: why it has to wait. */
enum claim_answer run_try_claim(struct worker *worker, struct task *task, enum wait_cause *cause);

/* These lock what they need. */
/*
 * Another process has opened the scene: what it packed of it, and the error where it failed (else
 * NULL). Nothing of that is believed before it is checked.
 */
void run_take_scene(struct worker *worker, const struct task *task, const void *packed,
		    size_t bytes, const struct error *failure);
/* The scene cannot be opened at all, for a reason of the worker's: only its name is looked up. */
void run_fail_scene(struct worker *worker, const struct task *task, const struct error *error);
/*
 * Groups and artifacts of a result go to the scene; run_deliver() does it with the last ones. -1
 * where that fails; the result is then FAILED. fold.c
 */
int run_fold(struct worker *worker, const struct task *task, struct chunk_result *result);
void run_deliver(struct worker *worker, const struct task *task, struct chunk_result *result);
/* A signal may have come while no worker claims: wake those that wait. */
void run_poll_signals(struct run *run);
/* The worker ends: what it holds is given back. */
void run_leave(struct worker *worker);
/* Totals that other ranks held of a scene have arrived: one group. */
void run_collected(struct run *run, struct slot *slot, struct cell_group *group,
		   struct meter *meter);
/* Scenes with chunks not handed out fail for want of workers. */
void run_give_up(struct run *run, const struct error *why, struct meter *meter);
/*
 * The same of the oldest scene alone that waits for memory, where nobody comes back who could give
 * it; of all of them, where none does.
 */
void run_give_up_oldest(struct run *run, const struct error *why, struct meter *meter);
/* Reserved by all of this process, as planned and in use now. */
uint64_t run_reserved(struct run *run);
/* The executor has looked at the memory of all its processes together. */
void run_sample_memory(struct run *run, uint64_t resident);
/* One more worker whose meters are known; `meter` is copied. With run->lock held. */
void run_merge_meter(struct run *run, const struct meter *meter);

/* The operations of a worker that shares the run's memory. */
extern const struct worker_ops run_ops;

/* --- slots.c: scenes in flight. Called with run->lock held. --- */
/* run->slots, before the first worker and after the last one. */
int slots_make(struct run *run, struct error *err);
void slots_free(struct run *run);
/* One that is in no ring yet; NULL without memory. */
struct slot *slot_new(unsigned n_pools);
/* What it holds is given back, and it is as new but for its place. */
void slot_clear(struct run *run, struct slot *slot);
void slot_delete(struct slot *slot); /* NULL is allowed */
struct slot *slot_of(struct run *run, uint32_t scene_id);
void slot_fail(struct slot *slot, uint64_t chunk, const struct error *error);
/* Has it failed because a disk is full? */
bool slot_lacked_space(const struct slot *slot);
/* Move on where nothing of the scene is left to deliver: to COLLECT, or as slot_complete() does. */
void slot_settle(const struct run *run, struct slot *slot);
/* All of the scene is in this process, and is checked: to ASSEMBLE where files are made of it, else
 * to DONE. */
void slot_complete(const struct run *run, struct slot *slot);
/* Write finished scenes whose turn has come. Drops and retakes run->lock while writing. */
void slots_write(struct run *run, struct meter *meter);
/* The scene is over: its spool's space is given back, unless a worker may still append there. */
void slot_empty_spool(struct run *run, struct slot *slot);
/* After the workers: settle and write what an interrupted run left. */
void slots_abandon(struct run *run, struct meter *meter);

#endif
