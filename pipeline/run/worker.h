/*
 * A worker: the body that every executor runs. It claims at a desk, carries each block of the chunk
 * through all stages, and delivers at the desk; what stands behind the desk is the run itself
 * (run.c) or a line to another process (remote.c).
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

struct run;
struct slot;
struct pool;
struct pile_chunk;
struct worker;

enum claim { CLAIM_NOTHING, CLAIM_SCENE, CLAIM_CHUNK };

/* What a worker has claimed. */
struct task {
	uint32_t scene_id;
	uint64_t chunk;
	const struct scene *scene;     /* of a chunk: lives until it is delivered */
	const struct chunk_grid *grid; /* likewise */
	struct slot *slot;             /* in the run's own process, else NULL */
};

struct desk {
	/* Blocks until there is something to do, or nothing any more. */
	enum claim (*claim)(struct worker *worker, struct task *task);
	void (*open_scene)(struct worker *worker, const struct task *task);
	void (*deliver)(struct worker *worker, const struct task *task,
			struct chunk_result *result);
	/* --teach ship-pixels, no-backpressure: a block that lacks the last stage alone. */
	int (*ship)(struct worker *worker, const struct block *block, struct chunk_result *result);
	void (*leave)(struct worker *worker);
	/* Asked between blocks: shall what is under way be dropped? */
	bool (*cancelled)(struct worker *worker);
};

/* Touched by its own thread, but for what says otherwise. */
struct worker {
	struct run *run; /* set where the desk is the run's; else NULL */
	const struct desk *desk;
	void *line; /* the desk's own */
	unsigned number;
	unsigned n_workers; /* of the run, over all ranks */
	const struct options *options;
	const struct workload *workload;
	bool by_tile;
	struct arena arena;
	struct pool *pool; /* whose memory `held` is of */
	uint64_t held;     /* bytes reserved for arena and decoders; under run->lock */
	struct ahead ahead;
	struct meter *meter;
	struct activity activity;
	void **stage_state; /* one a stage */
	/* --teach: pixels on their way to the reducer; NULL without. */
	void *parcel;
	size_t parcel_bytes; /* room there */
	struct pile_chunk *bundle;
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
 * A whole life: open the stages, work until the desk has nothing more, close. -1 where the stages
 * cannot be opened; the worker has left the desk all the same. Meters are begun and ended.
 */
int worker_live(struct worker *worker, struct error *err);

/* Close the files of the scene the worker was on. */
void worker_leave_scene(struct worker *worker);

/* Time spent waiting, on the row of the stage table where its cause stands. */
void book_wait(struct meter *meter, enum wait_cause cause, uint64_t since_ns);
void book_wait_ns(struct meter *meter, enum wait_cause cause, uint64_t ns);
/* A message of so many bytes has been made. */
void book_pack(struct meter *meter, uint64_t bytes, uint64_t since_ns);

#endif
