/*
 * What the machine's caches hold, for the marks of a sweep. Asked of hwloc, in a module of its own
 * (imgpipe-hwloc.so) that is loaded when somebody asks.
 */
#ifndef IMGPIPE_PIPELINE_TOPOLOGY_H
#define IMGPIPE_PIPELINE_TOPOLOGY_H

#include <stdint.h>

/* Of the first core; 0 where there is none, or it is not known. */
struct caches {
	uint64_t l2_bytes, l3_bytes;
};

/* All 0 where the module or hwloc is not installed. */
void topology_caches(struct caches *caches);

/* --- the module --- */

struct topology {
	void (*caches)(struct caches *caches);
};

#endif
