/*
 * What opening a scene costs before there are workers: clocks read once a scene, into the row that
 * workers book their own openings on.
 */
#ifndef IMGPIPE_PIPELINE_OPENING_H
#define IMGPIPE_PIPELINE_OPENING_H

#include "meter.h"

struct opening {
	uint64_t wall_ns, cpu_ns;
};

static inline struct opening opening_begin(void)
{
	return (struct opening){clock_now(), clock_cpu()};
}

static inline void opening_end(struct meter_row *row, const struct opening *opening)
{
	row->chunks++;
	row->busy_ns += clock_now() - opening->wall_ns;
	row->cpu_ns += clock_cpu() - opening->cpu_ns;
}

#endif
