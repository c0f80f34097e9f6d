/*
 * Joining and parting. Knows launchers by what they leave in the environment, and no MPI. What
 * ranks must have in common is in agreement.c.
 */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"

/* --- launchers --- */

static long number(const char *name)
{
	const char *text = getenv(name);

	/* strtol: of a number that is too large the largest, where atol() promises nothing. */
	return text && *text >= '0' && *text <= '9' ? strtol(text, NULL, 10) : -1;
}

static bool by_open_mpi(void)
{
	return number("OMPI_COMM_WORLD_SIZE") >= 0;
}

/* Hydra (MPICH's mpirun), and srun --mpi=pmi2. */
static bool by_pmi(void)
{
	return number("PMI_RANK") >= 0 || number("PMI_ID") >= 0;
}

/* srun --mpi=pmix; Open MPI's mpirun, too. */
static bool by_pmix(void)
{
	return number("PMIX_RANK") >= 0;
}

static long step_tasks(void)
{
	long tasks = number("SLURM_STEP_NUM_TASKS");

	return getenv("SLURM_STEP_ID") ? tasks : -1;
}

bool session_is_silent(const struct session *session)
{
	static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"};

	if (session->cluster)
		return session->rank != 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (number(names[i]) > 0)
			return true;
	return false;
}

/* --- joining --- */

static const struct cluster *load(const char *library, struct error *err)
{
	const bool open_mpi = strcmp(library, "openmpi") == 0;
	const struct module_place place = {
		.file = open_mpi ? "imgpipe-mpi-openmpi.so" : "imgpipe-mpi-mpich.so",
		.symbol = "imgpipe_mpi_cluster",
		.needs = open_mpi ? "Open MPI (Debian: libopenmpi3)" : "MPICH (Debian: libmpich12)",
		.global = true,
	};

	return module_load(&place, err);
}

/* The library that the launcher belongs to; without a launcher, the first that can be loaded. */
static const struct cluster *choose(struct error *err)
{
	const char *chosen = getenv("IMGPIPE_MPI");
	const struct cluster *cluster;

	if (chosen && strcmp(chosen, "openmpi") != 0 && strcmp(chosen, "mpich") != 0) {
		error_set(err, EX_USAGE, "IMGPIPE_MPI is '%s'; it takes openmpi or mpich", chosen);
		return NULL;
	}
	if (chosen)
		return load(chosen, err);
	if (by_open_mpi())
		return load("openmpi", err);
	if (by_pmi() && !by_pmix())
		return load("mpich", err);
	cluster = load("openmpi", err);
	return cluster ? cluster : load("mpich", err);
}

static bool launched(void)
{
	return by_open_mpi() || by_pmi() || (by_pmix() && step_tasks() > 1);
}

int session_begin(struct session *session, const struct options *options, struct error *err)
{
	bool automatic = strcmp(options->executor, "auto") == 0;
	const struct cluster *cluster;

	*session = (struct session){.n_ranks = 1, .ranks_here = 1};
	if (strcmp(options->executor, "mpi") != 0 && !(automatic && launched())) {
		if (automatic && step_tasks() > 1 && !options->shard.n)
			return error_set(err, EX_USAGE,
					 "srun has started %ld copies without MPI, which would all "
					 "do the same: srun --mpi=pmix or pmi2, or --shard auto",
					 step_tasks());
		return 0;
	}
	cluster = choose(err);
	if (!cluster ||
	    cluster->begin(&session->rank, &session->n_ranks, &session->ranks_here, err))
		return -1;
	session->cluster = cluster;
	return 0;
}

void session_level(const struct session *session, struct machine *machine)
{
	uint64_t values[] = {machine->limit_bytes, machine->workers, ~machine->resident};

	if (!session->cluster)
		return;
	session->cluster->least(values, sizeof(values) / sizeof(values[0]));
	machine->limit_bytes = values[0];
	machine->workers = (unsigned)values[1];
	machine->resident = ~values[2]; /* the most: the least of the complements */
}

int session_end(struct session *session, int status)
{
	if (!session->cluster)
		return status;
	session->cluster->share(&status, sizeof(status));
	session->cluster->end();
	session->cluster = NULL;
	return status;
}
