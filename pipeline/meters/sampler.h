/*
 * The sampler: memory of the run over time, for its trace.
 */
#ifndef IMGPIPE_PIPELINE_SAMPLER_H
#define IMGPIPE_PIPELINE_SAMPLER_H

#include <stdint.h>

struct sampler;
struct trace_log;

/*
 * A thread that looks at this process's memory until sampler_stop(), and asks the caller from there
 * how much is reserved. NULL where there is no log or no thread can be had. Not for a process that
 * forks workers: it has no threads, and takes its samples itself.
 */
struct sampler *sampler_start(struct trace_log *log, uint64_t (*reserved)(void *context),
			      void *context);
void sampler_stop(struct sampler *sampler); /* NULL is allowed */

#endif
