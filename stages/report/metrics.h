/*
 * --metrics: a run for Prometheus, in the text format that the textfile collector of node_exporter
 * reads. It says how the run ended, so it is the one report that is written after all others, by
 * the command, and whatever came: what the run found is kept here until then.
 */
#ifndef IMGPIPE_STAGES_METRICS_H
#define IMGPIPE_STAGES_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "meter.h"

/* Seconds of all workers in one stage. */
struct stage_seconds {
	const char *name; /* NULL: the run has no such stage */
	double busy, cpu, wait;
};

/* Zero at first, but for begin_s. */
struct metrics {
	double begin_s; /* Unix time */
	bool finished;  /* the run has come to its reports: what follows is known */
	uint32_t n_ok, n_failed, n_skipped, n_cancelled, n_incomplete;
	uint32_t n_earlier; /* of them: done by an earlier run */
	uint64_t pixels, bytes_decoded, bytes_read;
	bool bytes_read_known;
	uint64_t files_written, bytes_written;
	double wall_s, cpu_s;
	unsigned n_workers, n_lost;
	uint64_t memory_limit, memory_planned, memory_peak, spool_peak;
	struct stage_seconds stage[N_METER_STAGES];
};

/*
 * Write the file, or replace it: whole or not at all, readable by everyone where it is new. Of the
 * one that is there the time of the last success is kept where this status is none. -1 with
 * EX_CANTCREAT, EX_IOERR or EX_USAGE.
 */
int metrics_write(const char *path, const struct metrics *metrics, int exit_status,
		  struct error *err) MUST_CHECK;

/*
 * A run that has ended so has done its work: all of it, or all but what single scenes refused. One
 * that began no more scenes (--max-failures) has not.
 */
static inline bool metrics_is_success(const struct metrics *metrics, int exit_status)
{
	return (exit_status == 0 || exit_status == 1) && !metrics->n_cancelled;
}

#endif
