/*
 * What is known of a run when it ends, pixels aside: the machinery fills it in, reports show it.
 */
#ifndef IMGPIPE_RUN_TOTALS_H
#define IMGPIPE_RUN_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "meter.h"
#include "plan.h"
#include "trace.h"
#include "workload.h"

/* Why a run has begun no more scenes, though nobody has asked it to end. */
enum run_end {
	RUN_COMPLETE,
	RUN_ENDED_BY_MISSING,  /* --on-missing fail */
	RUN_ENDED_BY_ERROR,    /* --on-error stop */
	RUN_ENDED_BY_FAILURES, /* --max-failures */
	RUN_ENDED_BY_FULL      /* the disk of the outputs */
};

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
/* The reports alone know what is in it. */
struct pixel_totals;

/* Everything about a run that is known when it ends. */
struct run_totals {
	const char *executor;
	const char *transport; /* how messages travelled: "memory", "shm", "pipe", an MPI's name */
	const char *interrupted_by; /* "SIGINT", NULL if the run went to its end */
	uint64_t wall_ns, cpu_ns;
	uint32_t n_scenes; /* in the scene list */
	uint32_t n_ok, n_failed, n_cancelled;
	uint32_t n_skipped;  /* files of searched folders that are no scenes */
	uint32_t n_unjoined; /* of n_skipped: scene->unjoined */
	bool of_share; /* of a run that has others beside it (--shard), or before it (--resume) */
	uint32_t n_incomplete; /* of n_ok: some of their values, or bands to be written, are missing
				*/
	enum run_end end;      /* the rest is cancelled where it has ended early */
	uint32_t n_not_begun;  /* of n_cancelled: not opened */
	int failure_code;   /* exit status the failures ask for: their common one, or EX_DATAERR */
	struct meter meter; /* all workers merged */
	unsigned n_workers;
	const struct meter *worker;  /* n_workers of them */
	uint64_t reserved_peak;      /* most bytes reserved at once, baseline included */
	struct prediction predicted; /* over all scenes, each raised before its first pixel */
	uint64_t resident_peak;    /* of this process; with processes, of all together (pss_peak) */
	uint64_t pss_peak;         /* most of the sum of the processes' PSS, as sampled; else 0 */
	uint64_t cgroup_peak;      /* 0 if not known */
	uint64_t spool_bytes_peak; /* most that lay in the spools of this process at once */
	bool spool_in_memory;      /* and took memory */
	uint64_t survey_busy_ns;   /* of opening scenes before there were workers */
	uint64_t coordinator_busy_ns; /* of who serves workers in other processes, and makes the
					 files */
	unsigned n_lost;              /* worker processes that died */
	const char *unconfined; /* why the plan's confinement was not in force; NULL: it was */
	unsigned n_ranks;       /* 0 without MPI */
	const struct rank_totals *rank;
	unsigned n_collectives;
	struct collective_totals collective[MAX_COLLECTIVES];
	const struct trace_log *trace;     /* NULL: not recorded */
	const struct pixel_totals *pixels; /* set by the reports, who add them up */
};

/* One more scene is done, of what the recipe asks for; NULL: that is not values. */
void run_totals_count(struct run_totals *totals, const struct scene_result *result,
		      const struct recipe *recipe);
/* Their counts for the last line of the log; of them `earlier` were done by earlier runs. */
void run_totals_note(const struct run_totals *totals, uint32_t earlier);
/*
 * -1 with EX_DATAERR: all that was found is no scene, and no other share of the run may hold some;
 * with EX_IOERR: the run has ended because the disk of its files is full.
 */
int run_totals_check(const struct run_totals *totals, struct error *err);
/* "on-missing", "on-error", "max-failures", "disk-full"; NULL: RUN_COMPLETE. */
const char *run_end_word(enum run_end end);
/*
 * "ended early by --on-error stop: 3 scenes cancelled, 40 of them not begun", for people. False
 * where it was not ended early, or nothing was left to do.
 */
enum { RUN_END_BYTES = 160 };
bool run_end_text(char text[RUN_END_BYTES], const struct run_totals *totals);
/* The exit status that the scenes alone ask for: 1 where some numbers are there and some not. */
int run_totals_status(const struct run_totals *totals);

#endif
