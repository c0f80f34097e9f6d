/*
 * The table of executors. A new one is one file and one row here.
 */
#include "executor.h"

#include <stddef.h>
#include <string.h>

#include "exec.h"

/* In order of preference for "auto"; serial, which always works, comes last. */
const struct executor *const executors[] = {&executor_threads, &executor_serial, NULL};

const struct executor *executor_find(const char *name, struct error *err)
{
	bool automatic = strcmp(name, "auto") == 0;

	for (int i = 0; executors[i]; i++) {
		bool match = automatic || strcmp(name, executors[i]->name) == 0;

		if (match && executors[i]->available())
			return executors[i];
		if (match && !automatic) {
			error_set(err, EX_USAGE, "executor %s is not available on this machine",
				  name);
			return NULL;
		}
	}
	error_set(err, EX_USAGE, "'%s' is none of: auto, threads, serial", name);
	return NULL;
}
