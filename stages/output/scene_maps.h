/*
 * The maps of one scene, from the first artifact to files with names.
 *
 *   place      records of tiles, checked, into an index by map and tile
 *   assemble   upper overviews out of quadrants, layout, copy, sync, name; pictures
 */
#ifndef IMGPIPE_OUTPUT_SCENE_MAPS_H
#define IMGPIPE_OUTPUT_SCENE_MAPS_H

#include "maps.h"
#include "output_file.h"
#include "pyramid.h"

/* Of stored samples that are not nodata, in stored units. */
struct map_statistics {
	uint64_t n, clamped;
	double least, most, mean, stddev;
	double low, high; /* values at the percentiles of --stretch; NaN: none */
};

/* A value or band that the scene has not makes no file. */
static inline bool scene_has_map(const struct scene *scene, const struct map_def *map)
{
	return map->kind == MAP_BAND ? scene->has_band[map->item]
				     : !(scene->missing >> map->item & 1);
}

struct scene_maps;

/* Records, and what assembling takes at its peak, all of it freed within. Pure. */
size_t scene_maps_bytes(const struct maps *maps, const struct chunk_grid *grid);
struct scene_maps *scene_maps_open(const struct maps *maps, const struct scene *scene,
				   const struct chunk_grid *grid, struct error *err);
int scene_maps_place(struct scene_maps *scene_maps, const struct artifact *artifact, size_t n,
		     struct error *err);
/* statistics[i]: of maps->map[i]. */
int scene_maps_assemble(struct scene_maps *scene_maps, const struct outputs_env *env,
			const struct map_statistics *statistics, struct error *err);
const struct output_file *scene_maps_files(const struct scene_maps *scene_maps, unsigned *n);
void scene_maps_free(struct scene_maps *scene_maps);

#endif
