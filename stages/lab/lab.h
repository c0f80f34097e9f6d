/*
 * Labs: small computations without any file (imgpipe pi, sum, recur), run by the same executors
 * through the same claim, worker and delivery as scenes, so that the executor can be seen bare.
 *
 * A lab is a workload whose one scene is made up: N indices (points, values, pixels) laid out in
 * rows, a row for each task. A command measures several lines: each way of doing the work (mode)
 * with each number of workers. Each line is worked out in a process of its own, so that its peak of
 * memory is its own; under MPI in the ranks as they are.
 *
 * What they count and add up is in cells of their own (lab_cells.c).
 *
 * Implemented in stages/lab; called by the commands pi, sum and recur.
 */
#ifndef IMGPIPE_LAB_H
#define IMGPIPE_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "accum.h"
#include "error.h"
#include "report_option.h"

struct options;
struct report;
struct workload;

enum lab_kind { LAB_PI, LAB_SUM, LAB_RECUR, N_LAB_KINDS };

enum lab_mode {
	LAB_SHARED, /* pi: one generator behind a lock */
	LAB_OWN,    /* one generator for each piece of work, set to its place in the sequence */
	LAB_VECTOR, /* a generator that gives the numbers of point i from i alone */
	LAB_CHUNKS, /* sum: values made and added chunk by chunk */
	LAB_ARRAY,  /* all values in memory, then added */
	LAB_FLOATS, /* single precision, in several orders */
	LAB_TIME,   /* recur: a task is one step of all pixels, and needs the one before */
	LAB_PIXELS, /* a task is all steps of some pixels */
	N_LAB_MODES
};

enum { LAB_MAX_WORKERS_LIST = 16, LAB_MAX_LINES = 3 * LAB_MAX_WORKERS_LIST };

/* What the command line asked for; 0 if it did not say. */
struct lab_request {
	enum lab_kind kind;
	uint64_t n;     /* points, values, pixels */
	uint64_t steps; /* recur */
	uint64_t chunk; /* indices a task */
	uint64_t seed;
	unsigned modes; /* bits 1 << LAB_...; 0: all of the command */
	unsigned n_workers;
	unsigned workers[LAB_MAX_WORKERS_LIST];
};

/* Sums in single precision, which depend on the order. Filled by the mode LAB_FLOATS. */
struct lab_floats {
	float running;  /* one after another */
	float by_chunk; /* each chunk one after another, then the chunks' sums */
	float pairwise; /* neighbours, then neighbours of those ... */
};

/* One line of the outcome: plain data, in memory shared with the process that works it out. */
struct lab_line {
	enum lab_mode mode;
	unsigned workers_asked, workers; /* workers: 0 until it is done */
	int status;                      /* exit status; where not 0, error says why */
	struct error error;
	char executor[16];
	uint64_t n_chunks;
	double wall_s, cpu_s;
	double work_s;     /* inside the stages that compute, all workers added up */
	double work_cpu_s; /* of it on a CPU */
	double start_s;    /* until the first worker began and after the last one ended */
	double idle_s;     /* workers that had nothing left to do */
	double order_s;    /* workers that waited for the task before */
	uint64_t peak_bytes, planned_bytes, budget_bytes;
	uint64_t n_valid, n_masked;
	int128 sum;
	uint128 sum_sq;
	struct lab_floats floats;
};

/* What one run works on. Read-only while it runs, but for *line and *shared. */
struct lab {
	enum lab_kind kind;
	enum lab_mode mode;
	uint64_t n, steps, seed;
	uint64_t chunk;            /* indices of a task */
	struct lab_shared *shared; /* what all workers have in common; NULL: nothing */
	size_t shared_bytes;
	struct lab_line *line;
	const struct lab_line *base; /* that speed-up is measured against; `line`: there is none */
	bool first;                  /* no line before it was done */
	unsigned number;             /* of the line, from 0 */
	FILE *timelines;             /* where the page's are kept; NULL: none are wanted */
	bool costs;                  /* show what every stage cost below the line */
	bool silent;
};

/* All lines of a command. `line` is memory that child processes share. */
struct lab_set {
	struct lab lab; /* what is common to all lines */
	unsigned n_lines;
	struct lab_line *line;
	unsigned left_out; /* modes (bits) that cannot be done between ranks, and were not named */
};

/* The command's defaults put in, and what it will measure listed: modes by numbers of workers. */
int lab_set_init(struct lab_set *set, const struct lab_request *request,
		 const struct options *options, unsigned machine_workers, unsigned n_ranks,
		 struct error *err) MUST_CHECK;
void lab_set_release(struct lab_set *set);

/* What line i works on. */
struct lab lab_of_line(const struct lab_set *set, unsigned i);

/* Does it need workers that share memory? Then why, in words; else NULL. */
const char *lab_needs_memory(const struct lab *lab);
/* Bytes that all workers have in common; allocated by lab_prepare() before workers start. */
size_t lab_shared_bytes(const struct lab *lab);
int lab_prepare(struct lab *lab, struct error *err) MUST_CHECK;
void lab_release(struct lab *lab);

/* The options of its run: how its scene is cut. `lab` must outlive them. */
void lab_options(struct options *own, const struct options *options, const struct lab *lab);

const struct workload *lab_workload(const struct lab *lab);

/* For people, on standard output: before the first line, and below the last one. */
void lab_print_head(const struct lab_set *set, const struct options *options);
void lab_print_foot(const struct lab_set *set, const struct options *options);
/* Do these two print anything? */
bool lab_shows_text(const struct options *options);

/* What labs write of all lines, as options. */
report_list lab_report_option;
/* What is written of one line's run: a table as `reports` of report.h. */
extern const struct report *const lab_run_reports[];
/* The run of own->lab fills in its line, which is shown where text is. */
int lab_want_line(struct options *own, struct error *err) MUST_CHECK;

/*
 * --json, --csv and --html, where asked for: opened before anything is computed, with --report
 * looked at, so that what cannot be created, and two of them in one file, is found then
 * (EX_CANTCREAT, EX_USAGE). Free them whatever comes back.
 */
struct lab_files;
int lab_files_open(struct lab_files **files, const struct options *options,
		   struct error *err) MUST_CHECK;
/* Where lines put their timelines; NULL without --html. The set's, before the first line. */
FILE *lab_files_timelines(const struct lab_files *files);
/* One that cannot be written does not cost the other; the first error. */
int lab_files_write(struct lab_files *files, const struct lab_set *set,
		    const struct options *options, struct error *err) MUST_CHECK;
/* NULL is allowed. */
void lab_files_free(struct lab_files *files);
/* The same in a forked child, which leaves them to its parent. */
void lab_files_forget(struct lab_files *files);

/* "shared", "own" ...; the mode of that name among those of a command, or -1. */
const char *lab_mode_name(enum lab_mode mode);
int lab_mode_find(enum lab_kind kind, const char *name);
/* "own, 2 workers", for messages. */
const char *lab_line_name(char text[48], const struct lab_line *line);

#endif
