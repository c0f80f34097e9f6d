/*
 * Budget: the limit for the memory of the whole program, where it came from, and what has been
 * reserved of it. The limit is found once; reservations are made under the lock of the run.
 */
#ifndef IMGPIPE_BUDGET_H
#define IMGPIPE_BUDGET_H

#include <stdint.h>

#include "error.h"
#include "options.h"

/* The machine as this process may use it. */
struct machine {
	uint64_t ram_bytes;
	uint64_t limit_bytes;  /* the smallest limit on memory */
	char limit_source[64]; /* "RAM", "cgroup memory.max", "ulimit -v", "SLURM_MEM_PER_NODE" ...
				*/
	unsigned cpus;         /* logical CPUs in the affinity mask */
	unsigned cores;        /* physical cores among them */
	double quota;          /* CPUs' worth of time by cgroup quota, 0 if none */
	unsigned slurm_cpus;   /* SLURM_CPUS_PER_TASK, 0 if none */
	uint64_t resident;     /* bytes this program has now; under MPI the most of any rank */
	unsigned ranks;        /* of a run under MPI, 1 without */
	unsigned ranks_here;   /* of those, on this machine: they share its memory and CPUs */
	unsigned workers;      /* default number of workers from all of these */
	char workers_source[64];
};

void machine_probe(struct machine *machine);

/* Under MPI: what is left of it for one of `here` ranks on this machine, of `ranks` in all. */
void machine_share(struct machine *machine, unsigned ranks, unsigned here);

enum { BUDGET_DEFAULT_PERCENT = 25 };

/* The limit in bytes and a sentence part that says where it comes from ("25 % of RAM"). */
struct budget {
	uint64_t limit;
	char source[96];
};

void budget_init(struct budget *budget, const struct options *options,
		 const struct machine *machine);

#endif
