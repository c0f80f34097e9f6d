/*
 * The names of rows and causes, as reports show them.
 */
#include "meter.h"

static const char *const stage_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "discover", [METER_CLAIM] = "claim",   [METER_FETCH] = "fetch",
	[METER_DECODE] = "decode",     [METER_MASK] = "mask",     [METER_INDEX] = "index",
	[METER_STATS] = "stats",       [METER_REDUCE] = "reduce", [METER_WRITE] = "write",
};

static const char *const cause_names[N_WAIT_CAUSES] = {
	[WAIT_MEMORY] = "memory", [WAIT_ORDER] = "order", [WAIT_WRITER] = "writer",
	[WAIT_PEER] = "peer",     [WAIT_IDLE] = "idle",   [WAIT_GIL] = "gil",
};

const char *meter_stage_name(enum meter_stage stage)
{
	return stage_names[stage];
}

const char *wait_cause_name(enum wait_cause cause)
{
	return cause_names[cause];
}
