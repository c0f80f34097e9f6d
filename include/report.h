/*
 * Reports: summaries and meters to people and files. Rows stream: each finished scene is written
 * when its turn comes and then released; nothing here grows with the batch.
 *
 * Implemented in stages/report; called by a run's writer, from one thread at a time, and by the
 * commands.
 */
#ifndef IMGPIPE_REPORT_H
#define IMGPIPE_REPORT_H

#include <stdio.h>

#include "budget.h"
#include "meter.h"
#include "options.h"
#include "plan.h"
#include "report_option.h"
#include "trace.h"
#include "workload.h"

/* One rank of a run under MPI: a process with workers of its own. */
struct rank_totals {
	char host[64];
	unsigned n_workers;
	uint64_t resident_peak, reserved_peak, cpu_ns;
	uint64_t messages, message_bytes; /* sent by it, its workers' included */
};

/* One kind of collective operation of MPI, over all ranks. */
struct collective_totals {
	const char *name;
	uint64_t calls, bytes, ns; /* bytes that the ranks put in */
};

enum { MAX_COLLECTIVES = 4 };

/* Everything about a run that is known when it ends. */
struct run_totals {
	const char *executor;
	const char *transport; /* how messages travelled: "memory", "shm", "pipe", an MPI's name */
	const char *interrupted_by; /* "SIGINT", NULL where the run went to its end */
	uint64_t wall_ns, cpu_ns;
	uint32_t n_scenes; /* in the catalogue */
	uint32_t n_ok, n_failed, n_cancelled;
	int failure_code;   /* exit status the failures ask for: their common one, or EX_DATAERR */
	struct meter meter; /* all workers merged */
	unsigned n_workers;
	const struct meter *worker;   /* n_workers of them */
	struct accum accum;           /* over all scenes that are OK */
	struct float_sums float_sums; /* --teach float-sums: likewise */
	struct histogram histogram;
	double area_m2;              /* NaN as soon as one scene's is not known */
	uint64_t reserved_peak;      /* most bytes reserved at once, baseline included */
	struct prediction predicted; /* over all scenes, each raised before its first pixel */
	uint64_t resident_peak; /* of this process; with processes, of all together (pss_peak) */
	uint64_t pss_peak;      /* most of the sum of the processes' PSS, as sampled; else 0 */
	uint64_t cgroup_peak;   /* 0 where not known */
	uint64_t hub_busy_ns;   /* work of the thread that serves workers in other processes */
	unsigned n_lost;        /* worker processes that died */
	const char *unconfined; /* why the plan's confinement was not in force; NULL: it was */
	unsigned n_ranks;       /* 0 without MPI */
	const struct rank_totals *rank;
	unsigned n_collectives;
	struct collective_totals collective[MAX_COLLECTIVES];
	const struct trace_log *trace; /* NULL: not recorded */
};

/* Totals of no scene; one more scene; the exit status that the scenes alone ask for. */
void run_totals_init(struct run_totals *totals);
void run_totals_add(struct run_totals *totals, const struct scene_result *result);
int run_totals_status(const struct run_totals *totals);

/* What a report is made of, in this order. */
enum report_piece { REPORT_HEAD, REPORT_SCENE, REPORT_TAIL };

/* A report that is being written: what its functions are handed. */
struct open_report {
	FILE *out;
	const struct plan *plan;
	const struct options *options;
	uint64_t row; /* scenes written so far */
	void *state;  /* the report's own: state_bytes, zero at first */
};

/* One kind of report of a run: a row of a table. Functions that are NULL are skipped. */
struct report {
	struct report_option option;
	size_t state_bytes;
	int (*begin)(struct open_report *report, struct error *err);
	int (*scene)(struct open_report *report, const struct scene_result *result,
		     struct error *err);
	int (*end)(struct open_report *report, const struct run_totals *totals, struct error *err);
	/* Closes each piece, given the CRC-32 of all bytes of the report before it. */
	void (*seal)(FILE *out, enum report_piece piece, uint32_t crc);
};

/* The reports of run and merge: one file and one line in reports.c each. The last one is NULL. */
extern const struct report *const reports[];
report_list run_report_option;

/* Does the report for people, which has the plan's notes, go to standard output? */
bool report_shows_text(const struct options *options);

/* Open reports of one run. */
struct report_set;

/*
 * Open every report of the plan's table that is wanted, each under a temporary name beside its
 * final one. -1 with EX_CANTCREAT and nothing left behind.
 */
int report_set_open(struct report_set **set, const struct plan *plan, const struct options *options,
		    struct error *err) MUST_CHECK;
int report_set_scene(struct report_set *set, const struct scene_result *result,
		     struct error *err) MUST_CHECK;
/*
 * Write the ends, flush, rename to the final names. On -1 (the first failure) no half-written file
 * has its final name; reports that are whole have theirs, so that one full disk does not cost the
 * others.
 */
int report_set_commit(struct report_set *set, const struct run_totals *totals,
		      struct error *err) MUST_CHECK;
/* Close; what was not committed is removed. NULL is allowed. */
void report_set_free(struct report_set *set);

/* Text for people: `imgpipe plan`, `imgpipe info`. */
int report_plan(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		const struct scene *scene, const struct options *options);
/* `imgpipe graph`: tasks and what they hand on, SVG, or text with --text. */
int report_graph(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		 const struct scene *scene, const struct options *options);
int report_info(FILE *out, const struct scene *scene, const struct error *failure);

#endif
