/*
 * The OpenMP executor's row. What it does is in a module (openmp_team.c), loaded when somebody asks
 * for this executor.
 */
#include "exec.h"

#include <stddef.h>

#include "module.h"
#include "openmp_team.h"

/* NULL with err set where there is none. */
static const struct openmp_team *team(struct error *err)
{
	static const struct module_place place = {
		.file = "imgpipe-openmp.so",
		.symbol = "imgpipe_openmp",
		.needs = "OpenMP's library (Debian: libgomp1)",
	};

	return module_load(&place, err);
}

static bool openmp_available(void)
{
	struct error ignored;

	return team(&ignored) != NULL;
}

static int openmp_run(struct job *job, struct error *err)
{
	const struct openmp_team *loaded = team(err);

	return loaded ? loaded->run(job, err) : -1;
}

static unsigned openmp_workers(unsigned n, bool asked)
{
	struct error ignored;
	const struct openmp_team *loaded = team(&ignored);

	return loaded ? loaded->workers(n, asked) : n;
}

const struct executor executor_openmp = {
	.name = "openmp",
	.help = "threads of one OpenMP parallel region",
	.available = openmp_available,
	.workers = openmp_workers,
	.run = openmp_run,
};
