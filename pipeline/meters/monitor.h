/*
 * --monitor: a live view of a run on the terminal. What each worker is at, cores, memory, and where
 * the time goes so far.
 */
#ifndef IMGPIPE_PIPELINE_MONITOR_H
#define IMGPIPE_PIPELINE_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "activity.h"
#include "error.h"

struct monitor;
struct run;

/*
 * Begin to look at the run, whose console draws views; NULL where nothing is to be seen or there is
 * no memory for it, and then all calls do nothing. threaded: looks from a thread of its own, else
 * whenever monitor_tick() is called (a process that forks workers has no threads).
 */
struct monitor *monitor_start(struct run *run, bool threaded);
void monitor_tick(struct monitor *monitor);
/* Ends the thread; the view is gone. */
void monitor_stop(struct monitor *monitor);

enum { MONITOR_WORKERS_MOST = 4096, MONITOR_CORES_MOST = 256 };

/* What is shown. Filled by the monitor, drawn by monitor_draw(); apart for the tests. */
struct monitor_view {
	unsigned columns, rows;
	double share, seconds, seconds_left, rate; /* of the bytes; rate in bytes a second */
	uint32_t scenes_done, n_scenes;
	uint64_t chunks;
	unsigned n_workers;
	const uint8_t *worker; /* n_workers of enum activity's bytes */
	const float *busy;     /* how much of the last second each was not waiting, 0 to 1 */
	unsigned n_cores;      /* 0: not known */
	const float *core;     /* how busy, 0 to 1 */
	uint64_t budget, reserved, resident; /* bytes */
	const char *const *stage_names;      /* of the workload */
	const uint64_t *seen;                /* samples by activity, N_ACTIVITIES of them */
};

/*
 * The view as text, at most `rows` - 1 lines of at most `columns` - 1 characters, each with a
 * newline. Returns the lines; the text is cut where `size` is too small. Pure.
 */
unsigned monitor_draw(char *text, size_t size, const struct monitor_view *view);

#endif
