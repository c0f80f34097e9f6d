/*
 * A worker: the body that every executor runs. It claims a chunk, carries each block of it through
 * all stages, and delivers the result. Claim and delivery are operations that it is handed: the
 * run's own (claim.c, run.c), or messages to another process (remote.c).
 */
#ifndef IMGPIPE_PIPELINE_WORKER_H
#define IMGPIPE_PIPELINE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "activity.h"
#include "ahead.h"
#include "arena.h"
#include "chunk.h"
#include "executor.h"
#include "meter.h"
#include "options.h"
#include "workload.h"

struct decorator;
struct run;
struct slot;
struct pool;
struct worker;

enum claim { CLAIM_NOTHING, CLAIM_SCENE, CLAIM_CHUNK, CLAIM_ASSEMBLE };

/* What a worker has claimed. */
struct task {
	uint32_t scene_id;
	uint64_t chunk;
	const struct scene *scene;     /* of a chunk: lives until it is delivered */
	const struct chunk_grid *grid; /* likewise */
	uint64_t deadline_ns;          /* of the scene, --timeout; 0: none */
	struct slot *slot;             /* in the run's own process, else NULL */
};

/* Worker operations. */
struct worker_ops {
	/* Blocks until there is something to do, or nothing any more. */
	enum claim (*claim)(struct worker *worker, struct task *task);
	void (*open_scene)(struct worker *worker, const struct task *task);
	void (*deliver)(struct worker *worker, const struct task *task,
			struct chunk_result *result);
	/* CLAIM_ASSEMBLE: make the files of the scene. NULL: it is never claimed. */
	void (*assemble)(struct worker *worker, const struct task *task);
	/* In place of the last stage, on a block that lacks it alone. NULL: the stage itself. */
	int (*last_stage)(struct worker *worker, const struct block *block,
			  struct chunk_result *result);
	void (*leave)(struct worker *worker);
	/* Asked between blocks: shall what is under way be dropped? */
	bool (*cancelled)(struct worker *worker);
};

/* Touched by its own thread, but for what says otherwise. */
struct worker {
	struct run *run; /* set where the operations are the run's; else NULL */
	const struct worker_ops *ops;
	void *channel;                     /* the operations' own */
	const struct decorator *decorator; /* of the run; NULL: none */
	void *extra;                       /* the decorator's own */
	unsigned number;
	unsigned n_workers; /* of the run, over all ranks */
	const struct options *options;
	const struct workload *workload;
	const struct result_layout *layout;
	bool by_tile;
	struct spools *spools; /* of the run; NULL: none */
	struct arena arena;
	struct pool *pool; /* whose memory `held` is of */
	uint64_t held;     /* bytes reserved for arena and decoders; under run->lock */
	struct ahead ahead;
	struct meter *meter;
	struct activity activity;
	void **stage_state; /* one a stage */
	/* Bytes that the stages of a meter keep: from when they are opened, and of this chunk. */
	uint64_t opened[N_METER_STAGES], of_chunk[N_METER_STAGES];
	bool in_scene; /* the stages have files of scene_id open */
	uint32_t scene_id;
};

/* So far apart no cache line is shared, nor a pair of them that is fetched together. */
enum { APART = 128 };

/* Meters of workers do not share cache lines. */
struct worker_meter {
	_Alignas(APART) struct meter meter;
};

/*
 * A whole life: open the stages, work until there is nothing more to claim, close. -1 where the
 * worker cannot start; it has left all the same. Meters are begun and ended.
 */
int worker_live(struct worker *worker, struct error *err);

/* Close the files of the scene the worker was on. */
void worker_leave_scene(struct worker *worker);

#endif
