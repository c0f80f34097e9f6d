/*
 * The serial executor: one worker, in the calling thread. The reference for all others.
 */
#include "exec.h"

static bool serial_available(void)
{
	return true;
}

static unsigned one(unsigned n, bool asked)
{
	(void)n;
	(void)asked;
	return 1;
}

static int serial_run(struct job *job, struct error *err)
{
	return job->body(job, 0, err);
}

const struct executor executor_serial = {
	.name = "serial",
	.help = "one worker, no threads",
	.available = serial_available,
	.workers = one,
	.run = serial_run,
};
