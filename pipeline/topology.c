/*
 * The door to hwloc. Without it, nothing is known and nothing is missed but marks on a picture.
 */
#include "topology.h"

#include "module.h"

void topology_caches(struct caches *caches)
{
	static const struct module_place place = {
		.file = "imgpipe-hwloc.so", .symbol = "imgpipe_topology", .needs = "hwloc"};
	struct error ignored;
	const struct topology *topology = module_load(&place, &ignored);

	*caches = (struct caches){0};
	if (topology)
		topology->caches(caches);
}
