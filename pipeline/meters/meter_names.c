/*
 * The names of causes, as reports show them. What stages are called is the workload's business.
 */
#include "meter.h"

static const char *const cause_names[N_WAIT_CAUSES] = {
	[WAIT_MEMORY] = "memory", [WAIT_ORDER] = "order", [WAIT_WRITER] = "writer",
	[WAIT_PEER] = "peer",     [WAIT_IDLE] = "idle",   [WAIT_GIL] = "gil",
};

const char *wait_cause_name(enum wait_cause cause)
{
	return cause_names[cause];
}
