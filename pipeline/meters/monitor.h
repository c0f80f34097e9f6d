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

struct console;
struct monitor;

/* What a monitor looks at; all of it outlives the monitor. */
struct monitor_source {
	struct console *console; /* that draws views */
	const uint8_t *shown;    /* n_workers: what each is at, as one byte (activity.h) */
	unsigned n_workers;
	const char *const *stage_names; /* by enum meter_stage */
	uint64_t budget;                /* bytes */
	void *context; /* of these two, in bytes; asked from the monitor's thread */
	uint64_t (*reserved)(void *context);
	uint64_t (*resident)(void *context);
};

/*
 * Begin to look at a run; NULL where nothing is shown, or there is no memory for it, and then all
 * calls do nothing. threaded: looks from a thread of its own, else whenever monitor_tick() is
 * called (a process that forks workers has no threads).
 */
struct monitor *monitor_start(const struct monitor_source *source, bool threaded);
void monitor_tick(struct monitor *monitor);
/* Ends the thread; the view is gone. */
void monitor_stop(struct monitor *monitor);

enum { MONITOR_WORKERS_MOST = 4096, MONITOR_CORES_MOST = 256 };

/* What is shown. Filled by the monitor, drawn by monitor_draw(); apart for the tests. */
struct monitor_view {
	unsigned columns, rows;
	double share, seconds, seconds_left, rate; /* of the bytes; rate in bytes a second */
	uint32_t scenes_done, n_scenes;
	uint64_t chunks, n_chunks; /* n_chunks 0: not all scenes are open yet */
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
