/*
 * The sampler: memory of the run over time, for its trace.
 */
#ifndef IMGPIPE_PIPELINE_SAMPLER_H
#define IMGPIPE_PIPELINE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

struct run;
struct sampler;

/*
 * A thread that looks at this process's memory until sampler_stop(). NULL where the run has no
 * trace, no thread can be had, or the workers are processes: theirs is looked at by the executor,
 * which may fork and knows them (sampler_look()).
 */
struct sampler *sampler_start(struct run *run, bool own_memory);
void sampler_stop(struct sampler *sampler); /* NULL is allowed */

/* One sample. resident: bytes of all processes together. Locks the run. */
void sampler_look(struct run *run, uint64_t resident);

#endif
