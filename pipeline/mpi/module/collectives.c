/*
 * The MPI module's table: joining and parting, the few collectives, and what each rank used. Built
 * once for each MPI library; the sources are the same.
 */
#include "base/cluster.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "budget.h"
#include "mpi_run.h"
#include "run/execute.h"
#include "run/run.h"
#include "base/signals.h"
#include "base/memory.h"

enum collective { ALLREDUCE, GATHER, BCAST, N_COLLECTIVES };

/* As MPI itself, this belongs to the process. */
static struct {
	int rank, n_ranks;
	bool stuck; /* some rank does not answer any more: no collective would end */
	struct collective_totals collective[N_COLLECTIVES];
} world = {
	.collective = {{.name = "MPI_Allreduce"}, {.name = "MPI_Gather"}, {.name = "MPI_Bcast"}}};

/* `bytes`: what all ranks together put in. */
static void book(enum collective which, uint64_t bytes, uint64_t since)
{
	struct collective_totals *c = &world.collective[which];

	c->calls++;
	c->bytes += bytes;
	c->ns += clock_now() - since;
}

/* "Open MPI v4.1.4, package ..." -> "Open MPI v4.1.4" */
static const char *mpi_library(void)
{
	static char text[MPI_MAX_LIBRARY_VERSION_STRING];
	int length;
	char *version;

	MPI_Get_library_version(text, &length);
	version = strstr(text, "MPICH Version:");
	if (version) {
		char number[32] = "";

		(void)sscanf(version + strlen("MPICH Version:"), "%31s", number);
		(void)snprintf(text, sizeof(text), "MPICH %s", number);
	}
	text[strcspn(text, ",\n")] = '\0';
	return text;
}

static int mpi_begin(unsigned *rank, unsigned *n_ranks, unsigned *ranks_here, struct error *err)
{
	MPI_Comm here;
	int provided, n;

	if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
	    provided < MPI_THREAD_FUNNELED)
		return error_set(err, EX_UNAVAILABLE,
				 "this MPI library cannot be used with threads");
	MPI_Comm_rank(MPI_COMM_WORLD, &world.rank);
	MPI_Comm_size(MPI_COMM_WORLD, &world.n_ranks);
	MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
	MPI_Comm_size(here, &n);
	MPI_Comm_free(&here);
	*rank = (unsigned)world.rank;
	*n_ranks = (unsigned)world.n_ranks;
	*ranks_here = (unsigned)n;
	return 0;
}

static void mpi_least(uint64_t *values, unsigned n)
{
	uint64_t since = clock_now();

	MPI_Allreduce(MPI_IN_PLACE, values, (int)n, MPI_UINT64_T, MPI_MIN, MPI_COMM_WORLD);
	book(ALLREDUCE, n * sizeof(*values) * (unsigned)world.n_ranks, since);
}

static void gather_bytes(const void *mine, void *all, size_t bytes)
{
	uint64_t since = clock_now();

	MPI_Gather(mine, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
	book(GATHER, bytes * (unsigned)world.n_ranks, since);
}

static void mpi_gather(const struct rank_state *mine, struct rank_state *all)
{
	gather_bytes(mine, all, sizeof(*mine));
}

static void mpi_abandon(int status)
{
	MPI_Abort(MPI_COMM_WORLD, status);
}

static void mpi_share(void *data, unsigned bytes)
{
	uint64_t since = clock_now();

	if (world.stuck)
		mpi_abandon(128 + signals_caught());
	MPI_Bcast(data, (int)bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
	book(BCAST, bytes, since);
}

static void mpi_end(void)
{
	MPI_Finalize();
}

/* --- what each rank used --- */

struct rank_end {
	struct rank_totals totals;
	struct meter meter; /* of the thread that communicates */
};

static uint64_t cpu_ns(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return 0;
	return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * 1000000000u +
	       ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000u;
}

static void merge_rank(struct run *run, unsigned rank, const struct rank_end *end)
{
	struct rank_totals *totals = &run->ranks[rank];

	*totals = end->totals;
	totals->reserved_peak = plan_fixed(run->plan) + run->pools[rank].reserved_peak;
	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		totals->messages += end->meter.row[stage].messages;
		totals->message_bytes += end->meter.row[stage].message_bytes;
	}
	if (rank == 0)
		return; /* all else is in the run's totals already */
	run->totals.cpu_ns += totals->cpu_ns;
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		run->totals.coordinator_busy_ns += end->meter.row[stage].busy_ns;
	meter_merge(&run->totals.meter, &end->meter);
}

/* Of each rank's workers: they come in the order of their farewells, with their numbers. */
static void add_workers_messages(struct run *run)
{
	for (unsigned i = 0; i < run->n_merged; i++) {
		unsigned rank = run->merged[i].worker / run->job.n_workers;

		for (int stage = 0; stage < N_METER_STAGES; stage++) {
			run->ranks[rank].messages += run->merged[i].row[stage].messages;
			run->ranks[rank].message_bytes += run->merged[i].row[stage].message_bytes;
		}
	}
}

static void tell_leader(struct job *job, const struct meter *meter, uint64_t cpu_before)
{
	struct run *run = job->context;
	struct rank_end mine = {
		.totals = {.n_workers = job->n_workers,
			   .resident_peak = memory_resident_peak(),
			   .cpu_ns = cpu_ns() - cpu_before + run->samples->opened.cpu_ns},
		.meter = *meter};
	struct rank_end *all = NULL;

	samples_book(&mine.meter, run->samples); /* rank 0's is booked with the run */
	(void)gethostname(mine.totals.host, sizeof(mine.totals.host) - 1);
	if (!world.rank && !(all = calloc((size_t)world.n_ranks, sizeof(*all))))
		mpi_abandon(EX_TEMPFAIL);
	gather_bytes(&mine, all, sizeof(mine));
	for (int rank = 0; world.rank == 0 && rank < world.n_ranks; rank++)
		merge_rank(run, (unsigned)rank, &all[rank]);
	if (world.rank == 0)
		add_workers_messages(run);
	free(all);
}

static int mpi_run(struct job *job, struct error *err)
{
	struct run *run = job->context;
	struct rank_outcome outcome = {0};
	uint64_t cpu = cpu_ns();
	int status = world.rank == 0 ? mpi_run_leader(job, (unsigned)world.n_ranks, &outcome, err)
				     : mpi_run_member(job, (unsigned)world.rank, &outcome, err);

	run->totals.transport = mpi_library();
	world.stuck = outcome.stuck;
	if (world.stuck)
		return status;
	tell_leader(job, &outcome.meter, cpu);
	run->totals.n_ranks = (unsigned)world.n_ranks;
	run->totals.rank = run->ranks;
	run->totals.n_collectives = N_COLLECTIVES;
	memcpy(run->totals.collective, world.collective, sizeof(world.collective));
	return status;
}

extern __attribute__((visibility("default"))) const struct cluster imgpipe_mpi_cluster;

const struct cluster imgpipe_mpi_cluster = {
	.library = mpi_library,
	.begin = mpi_begin,
	.least = mpi_least,
	.gather = mpi_gather,
	.share = mpi_share,
	.run = mpi_run,
	.end = mpi_end,
	.abandon = mpi_abandon,
};
