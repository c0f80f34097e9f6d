/*
 * Options whose words are the names of a table: executors, modes of teaching. A test holds the
 * words for completion to the tables.
 */
#include "choices.h"

#include "executor.h"
#include "teach.h"

static int set_executor(struct options *o, const char *value, struct error *err)
{
	o->executor = value;
	return executor_find(value, false, err) ? 0 : -1;
}

const struct option_row option_executor = {
	.name = "executor",
	.argument = "NAME",
	.kind = VALUE_WORD,
	.values = "auto serial threads openmp processes mpi",
	.help = "kind of workers: serial, threads, openmp, processes, mpi; auto: mpi under mpirun "
		"or srun, else threads",
	.set = set_executor,
};

static int set_teach(struct options *o, const char *value, struct error *err)
{
	o->teach = (struct teach){0};
	return teach_parse(&o->teach, value, err);
}

const struct option_row option_teach = {
	.name = "teach",
	.argument = "MODE,...",
	.kind = VALUE_WORDS,
	.values = "gil task-overhead ship-pixels float-sums no-backpressure static",
	.help = "gil: one lock is held while computing; task-overhead=1ms: CPU time of a scheduler "
		"for each chunk; ship-pixels: send pixels, not answers; float-sums: sums that "
		"depend on their order; no-backpressure: read everything before reducing anything; "
		"static: chunks belong to workers beforehand",
	.set = set_teach,
};
