/*
 * Pictures of the maps of one scene, when all samples of their level lie in spools:
 * scene_pictures.c. For scene_maps.c.
 */
#ifndef IMGPIPE_OUTPUT_SCENE_PICTURES_H
#define IMGPIPE_OUTPUT_SCENE_PICTURES_H

#include "file_set.h"
#include "map_places.h"
#include "output_file.h"
#include "picture/thumbnail.h"
#include "scene_maps.h"

/* What stays of one until the reports have been written. */
struct scene_picture {
	char *path, *world; /* NULL: no such file */
	uint64_t bytes, world_bytes;
	struct thumbnail thumbnail;
};

/* Of one map, made and freed within scene_picture_make(). Pure. */
size_t scene_picture_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid);
/* What stays. */
enum {
	SCENE_PICTURE_KEPT =
		sizeof(struct scene_picture) + THUMBNAIL_SIDE_MOST * THUMBNAIL_SIDE_MOST
};

struct picture_work {
	const struct maps *maps;
	unsigned output;
	const struct scene *scene;
	const char *title;
	const struct map_places *places;
	const struct map_statistics *statistics;
	const struct outputs_env *env;
	struct file_set *files; /* two are added at the most */
};

/* Release it whatever comes back. */
int scene_picture_make(struct scene_picture *picture, const struct picture_work *work,
		       struct error *err) MUST_CHECK;
void scene_picture_release(struct scene_picture *picture);

#endif
