/*
 * hwloc's view of the machine.
 */
#include <hwloc.h>

#include "topology.h"

static uint64_t cache_bytes(hwloc_topology_t topology, hwloc_obj_type_t type)
{
	hwloc_obj_t cache = hwloc_get_obj_by_type(topology, type, 0);

	return cache ? cache->attr->cache.size : 0;
}

static void caches_of_first_core(struct caches *caches)
{
	hwloc_topology_t topology;

	if (hwloc_topology_init(&topology))
		return;
	if (!hwloc_topology_load(topology)) {
		caches->l2_bytes = cache_bytes(topology, HWLOC_OBJ_L2CACHE);
		caches->l3_bytes = cache_bytes(topology, HWLOC_OBJ_L3CACHE);
	}
	hwloc_topology_destroy(topology);
}

extern __attribute__((visibility("default"))) const struct topology imgpipe_topology;
const struct topology imgpipe_topology = {.caches = caches_of_first_core};
