/*
 * Reading ahead: while a worker decodes one block, the stored bytes of the next ones are on their
 * way into the page cache. That memory is the kernel's, which takes it back when it is short; it is
 * not part of this program's resident size and not of its budget.
 */
#ifndef IMGPIPE_PIPELINE_AHEAD_H
#define IMGPIPE_PIPELINE_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "window.h"

struct worker;
struct task;

enum {
	/*
	 * A worker announces blocks while those ahead have less than this. A disk that gives 200
	 * MB/s and answers after 10 ms has 2 MB on the way; two disks' worth is enough.
	 */
	AHEAD_BYTES = 4 << 20,
	AHEAD_BLOCKS = 32, /* and no more of them: small blocks, sparse ones */
};

/* A block that was announced and not yet begun. */
struct ahead_block {
	uint64_t chunk;
	struct window window;
	uint64_t bytes;
};

/* What one worker has announced. Less than 2 * AHEAD_BYTES, as one block counts AHEAD_BYTES at most
 * (of a larger one only the first part is announced). */
struct ahead {
	bool off;
	uint32_t scene_id;
	unsigned first, n; /* of the ring */
	struct ahead_block ring[AHEAD_BLOCKS];
	uint64_t bytes; /* sum over the ring */
	/* The last block announced; the walk goes on behind it. */
	uint64_t chunk;
	struct window window;
};

/* IMGPIPE_READAHEAD=0 switches it off, for measurements. */
void ahead_init(struct ahead *ahead);

/* The worker is about to read this block of its task's chunk: announce what comes behind it. */
void ahead_of(struct worker *worker, const struct task *task, const struct window *block);

#endif
