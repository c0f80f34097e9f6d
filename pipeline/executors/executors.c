/*
 * The table of executors. A new one is one file and one row here.
 */
#include "executor.h"

#include <stddef.h>
#include <string.h>

#include "base/spelling.h"
#include "exec.h"
#include "mpi/executor_mpi.h"

const struct executor *const executors[] = {
	&executor_serial,    &executor_threads, &executor_openmp,
	&executor_processes, &executor_mpi,     NULL,
};

const struct executor *executor_find(const char *name, bool joined, struct error *err)
{
	enum { N = sizeof(executors) / sizeof(*executors) - 1 };
	const char *words[N + 2] = {"auto"};

	if (strcmp(name, "auto") == 0)
		return joined ? &executor_mpi : &executor_threads;
	for (int i = 0; i < N; i++) {
		if (strcmp(name, executors[i]->name) == 0) {
			if (executors[i]->available())
				return executors[i];
			error_set(err, EX_UNAVAILABLE,
				  "executor %s is not available here; try --executor "
				  "threads",
				  name);
			return NULL;
		}
		words[i + 1] = executors[i]->name;
	}
	(void)spelling_none_of(err, name, words);
	return NULL;
}
