/*
 * A sweep: the same scenes worked on with every combination of chunk size, workers, executor and
 * working set, each several times, each in a process of its own. pipeline/commands runs them;
 * stages/sweep reads what a run said of itself and shows it.
 */
#ifndef IMGPIPE_SWEEP_H
#define IMGPIPE_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "budget.h"
#include "error.h"
#include "options.h"

enum { SWEEP_POINTS_MOST = 4096, SWEEP_PROBLEM = 200 };

/* One run of a point. */
struct sweep_sample {
	double wall_s;        /* life of the process, start-up included */
	double cpu_s;         /* user and system, of all its processes */
	double peak_bytes;    /* resident; with processes the sum of their PSS, as sampled */
	double overhead;      /* share of the workers' time outside fetch, decode, mask, index and
				 stats; NaN where not known */
	double amplification; /* bytes decoded / bytes needed; NaN where not known */
	double messages, message_bytes; /* between workers */
	double running;                 /* share of the time in decode, mask, index and stats that
					   workers had a CPU; NaN where that is too little time */
};

/* One combination. */
struct sweep_point {
	const char *chunk, *executor, *set; /* as the options take them; not owned */
	unsigned workers;
	unsigned round_order; /* place in the order of the last round */

	unsigned n;                  /* runs measured */
	struct sweep_sample *sample; /* in the order of the rounds */
	int status;                  /* exit status of the run that failed; 0 if none did */
	char problem[SWEEP_PROBLEM]; /* what it said, or what gave way in the plan; "" */
	bool shrunk;                 /* the budget made blocks or chunks smaller than asked for */

	/* Of the first scene, as the run's own plan had it; 0 before a run. */
	uint32_t chunk_x, chunk_y;
	uint64_t chunks;
	unsigned workers_used;
};

struct sweep {
	unsigned n_points, repeat;
	struct sweep_point *point; /* executor by set by workers by chunk, the last fastest */
	unsigned rounds;           /* that were finished */
	bool cold;
	const struct options *options; /* what all points share */

	/* The first scene, from the first read. */
	char scene[256];
	uint32_t x_size, y_size, store_x, store_y;
	uint32_t n_scenes;
	uint32_t auto_x, auto_y; /* the chunk that --chunk auto takes */

	/* The machine. */
	unsigned cores, cpus;
	uint64_t l2_bytes, l3_bytes; /* caches of the first core; 0 if not known */

	bool scenes_failed;         /* in some run; the others of it were measured */
	bool same_numbers;          /* all runs' summaries have the same bytes */
	unsigned n_compared;        /* runs that were looked at */
	unsigned n_points_other;    /* points with other numbers */
	const char *interrupted_by; /* "SIGINT"; NULL if it went to its end */
};

/* --- stages/sweep: what a run's report (imgpipe-report/2) says --- */

/*
 * Fill the sample (all but wall_s and cpu_s) and the point's facts. -1 with EX_SOFTWARE where the
 * file cannot be read as a report.
 */
int sweep_read_point(const char *path, struct sweep_sample *sample, struct sweep_point *point,
		     struct error *err) MUST_CHECK;
/* The scene, from the report of the first read; calls `file` with the path of each file read. */
int sweep_read_scene(const char *path, struct sweep *sweep, void (*file)(const char *path),
		     struct error *err) MUST_CHECK;

/* --- stages/sweep: its reports --- */

report_list sweep_report_option;

struct sweep_reports;

/* Open what is wanted, so that a path that cannot be written is known before an hour of runs. */
int sweep_reports_open(struct sweep_reports **set, const struct options *options,
		       struct error *err) MUST_CHECK;
/* Write all. One that cannot be written does not cost the others; the first error. */
int sweep_reports_write(struct sweep_reports *set, const struct sweep *sweep,
			struct error *err) MUST_CHECK;
void sweep_reports_free(struct sweep_reports *set);

#endif
