/*
 * Reports: summaries and meters to people and files. Rows stream: each finished scene is written
 * when its turn comes and then released; nothing here grows with the batch.
 *
 * All calls come from one thread at a time (the machinery's writer).
 */
#ifndef IMGPIPE_REPORT_H
#define IMGPIPE_REPORT_H

#include <stdio.h>

#include "budget.h"
#include "catalog.h"
#include "meter.h"
#include "options.h"
#include "plan.h"
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

/* One kind of report: a row in the table `reports`. NULL members are skipped. */
struct report {
	const char *name;
	/* Path this report goes to by the options, NULL where it is not wanted; "-" is stdout. */
	const char *(*path)(const struct options *options);
	int (*begin)(FILE *out, const struct plan *plan, const struct options *options,
		     struct error *err);
	/* row: scenes written before this one, from 0. */
	int (*scene)(FILE *out, uint64_t row, const struct scene_result *result,
		     const struct options *options, struct error *err);
	int (*end)(FILE *out, const struct run_totals *totals, const struct plan *plan,
		   const struct options *options, struct error *err);
	/* Closes each piece, given the CRC-32 of all bytes of the report before it. */
	void (*seal)(FILE *out, enum report_piece piece, uint32_t crc);
};

extern const struct report *const reports[]; /* ended by NULL */

/*
 * No report of the command may go into a file that it reads: -1 with EX_USAGE, and both named,
 * where one would. catalog: NULL where there is none (merge); it is looked through only where a
 * file is about to be replaced.
 */
int report_inputs_apart(const struct options *options, const struct catalog *catalog,
			struct error *err) MUST_CHECK;

/* Open reports of one run. */
struct report_set;

/*
 * Open every report that is wanted, each under a temporary name beside its final one. -1 with
 * EX_CANTCREAT and nothing left behind.
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
		const struct scene *scene, const struct catalog *catalog,
		const struct options *options);
/* `imgpipe graph`: tasks and what they hand on, SVG, or text with --text. */
int report_graph(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		 const struct scene *scene, const struct catalog *catalog,
		 const struct options *options);
int report_info(FILE *out, const struct scene *scene, const struct error *failure);

#endif
