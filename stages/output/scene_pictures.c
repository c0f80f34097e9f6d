/*
 * From samples of one level in spools to a quicklook, its world file and its thumbnail.
 */
#include "scene_pictures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "map_classes.h"
#include "map_name.h"
#include "quicklook.h"

void scene_picture_release(struct scene_picture *picture)
{
	free(picture->path);
	free(picture->world);
	picture_release(&picture->thumbnail.picture);
	*picture = (struct scene_picture){0};
}

size_t scene_picture_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid)
{
	struct map_places places = {0};

	if (!map_has_picture(maps, output))
		return 0;
	map_places_shape(&places, maps, output, grid);
	return size_add(places.samples.bytes,
			quicklook_bytes(pyramid_x_size(&places.pyramid, places.picture),
					pyramid_y_size(&places.pyramid, places.picture)));
}

/* --- samples --- */

static int put_tile(struct quicklook *q, const struct picture_work *work, uint64_t i, void *buffer,
		    struct error *err)
{
	const struct map_places *places = work->places;
	const uint32_t across = pyramid_across(&places->pyramid, places->picture);
	const uint32_t side = places->pyramid.tile;
	const uint64_t place = places->samples.place[i];
	const struct window window = {(uint32_t)(i % across) * side, (uint32_t)(i / across) * side,
				      side, side};

	if (places->samples.empty[i])
		return 0;
	if (spool_read(work->env->spools, work->scene->id, place_rank(place), place_offset(place),
		       buffer, places->samples.bytes, err))
		return -1;
	quicklook_put(q, &window, buffer, side);
	return 0;
}

static int put_samples(struct quicklook *q, const struct picture_work *work, struct error *err)
{
	const struct place_list *samples = &work->places->samples;
	void *buffer = malloc(samples->bytes);
	int rc = 0;

	if (!buffer)
		return error_memory(err, "a picture", samples->bytes);
	for (uint64_t i = 0; rc == 0 && i < samples->n; i++)
		rc = put_tile(q, work, i, buffer, err);
	free(buffer);
	return rc;
}

/* --- files --- */

static int write_world(struct scene_picture *picture, const struct picture_work *work,
		       const struct quicklook *q, struct error *err)
{
	char text[WORLD_FILE_BYTES], name[MAP_NAME_BYTES];
	int length = quicklook_world_text(q, text), fd;

	if (!length)
		return 0;
	if (world_name(name, sizeof(name), work->maps, work->output, work->scene, err) ||
	    map_path(&picture->world, work->maps, name, err))
		return -1;
	fd = file_set_add(work->files, path_name(picture->world), err);
	if (fd < 0)
		return -1;
	picture->world_bytes = (uint64_t)length;
	errno = ENOSPC; /* of a part: no system that says why */
	if (write(fd, text, (size_t)length) == length)
		return 0;
	return error_errno(err, EX_IOERR, errno, "%s: cannot write", picture->world);
}

static int write_files(struct scene_picture *picture, const struct picture_work *work,
		       struct quicklook *q, struct error *err)
{
	char name[MAP_NAME_BYTES];
	struct stat st;
	int fd;

	if (picture_name(name, sizeof(name), work->maps, work->output, work->scene, err) ||
	    map_path(&picture->path, work->maps, name, err))
		return -1;
	fd = file_set_add(work->files, path_name(picture->path), err);
	if (fd < 0)
		return -1;
	if (quicklook_write(q, fd, err))
		return error_prefix(err, "%s", picture->path);
	picture->bytes = fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	return write_world(picture, work, q, err);
}

static int make(struct scene_picture *picture, const struct picture_work *work, struct quicklook *q,
		struct error *err)
{
	if (put_samples(q, work, err) || quicklook_thumbnail(&picture->thumbnail, q, err))
		return -1;
	return work->maps->picture.wanted ? write_files(picture, work, q, err) : 0;
}

int scene_picture_make(struct scene_picture *picture, const struct picture_work *work,
		       struct error *err)
{
	const struct map_def *map = &work->maps->map[work->output];
	const struct map_places *places = work->places;
	const struct quicklook_facts facts = {
		.map = map,
		.value = map->kind == MAP_VALUE ? &work->env->options->recipe->value[map->item]
						: NULL,
		.category = map_class_names,
		.scene = work->scene,
		.choice = &work->maps->picture,
		.title = work->title,
		.low = work->statistics->low,
		.high = work->statistics->high,
		.level = places->picture,
		.x_size = pyramid_x_size(&places->pyramid, places->picture),
		.y_size = pyramid_y_size(&places->pyramid, places->picture),
	};
	struct quicklook *q = quicklook_new(&facts, err);
	int rc = q ? make(picture, work, q, err) : -1;

	quicklook_free(q);
	return rc;
}
