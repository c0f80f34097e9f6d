/*
 * Teaching: costs that this program avoids, made visible on request (--teach). Each mode puts back
 * what other systems have to pay: a lock around all computing, a scheduler that takes time for each
 * task, pixels sent where an answer would do, sums that depend on their order, queues without a
 * bound. These costs are really paid and really measured; no number is invented; and every report
 * of such a run that has room for words says that it is one (tables for programs do not: --csv,
 * --tiles, --partial).
 *
 * Here are the modes and their names (pipeline/base/teach_modes.c), for options, plan and reports.
 * What they do is pipeline/teach/'s, a decorator that a command hangs round a run: off, it costs
 * one test of a pointer a block, never one a pixel.
 */
#ifndef IMGPIPE_TEACH_H
#define IMGPIPE_TEACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "options.h"

enum teach_mode {
	TEACH_GIL = 1 << 0,
	TEACH_TASK_OVERHEAD = 1 << 1,
	TEACH_SHIP_PIXELS = 1 << 2,
	TEACH_FLOAT_SUMS = 1 << 3,
	TEACH_NO_BACKPRESSURE = 1 << 4,
	TEACH_STATIC = 1 << 5,
};

enum { N_TEACH_MODES = 6, TEACH_LIST_BYTES = 120 };

struct teach_row {
	enum teach_mode mode;
	const char *name;
	const char *what; /* what the run then does, a clause */
};

extern const struct teach_row teach_rows[N_TEACH_MODES];

static inline bool teaches(const struct teach *teach, enum teach_mode mode)
{
	return teach->modes & (unsigned)mode;
}

/* Do pixels go to a collector, in place of the answers of the last stage? */
static inline bool teach_moves_pixels(const struct teach *teach)
{
	return teach->modes & ((unsigned)TEACH_SHIP_PIXELS | (unsigned)TEACH_NO_BACKPRESSURE);
}

/* "gil,task-overhead=1ms". -1 with EX_USAGE and the list of modes for what is none. */
int teach_parse(struct teach *teach, const char *text, struct error *err) MUST_CHECK;

/* A mode as it is typed, with its value: "task-overhead=1ms". Returns text. */
const char *teach_label(char text[TEACH_LIST_BYTES], const struct teach *teach,
			const struct teach_row *row);

/* Can this executor show what is asked for? -1 with EX_USAGE and the executors that can. */
int teach_check(const struct teach *teach, const char *executor, struct error *err) MUST_CHECK;

/*
 * --teach float-sums: sums as most programs make them, each chunk's values in their order and then
 * the chunks in the order of their arrival. Every addition rounds, so neither is exact, and both
 * depend on chunks, workers and chance.
 */
struct float_sums {
	float single_sum;
	double double_sum;
};

static inline void float_sums_add(struct float_sums *sums, const float *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sums->single_sum += value[i];
		sums->double_sum += (double)value[i];
	}
}

static inline void float_sums_merge(struct float_sums *into, const struct float_sums *from)
{
	into->single_sum += from->single_sum;
	into->double_sum += from->double_sum;
}

#endif
