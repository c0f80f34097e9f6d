/*
 * The maps of one scene, from the first artifact to files with names.
 */
#include "scene_maps.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "file_set.h"
#include "gather.h"
#include "map_classes.h"
#include "map_defs.h"
#include "map_facts.h"
#include "map_name.h"
#include "map_places.h"
#include "scene_pictures.h"
#include "tiff_file.h"
#include "upper.h"
#include "window.h"

/* The tags of the scene's place, where they lie in a spool. */
struct geo_place {
	bool there;
	uint32_t rank;
	uint64_t offset, bytes;
};

struct scene_maps {
	const struct maps *maps;
	const struct scene *scene;
	struct geo_place geo;
	unsigned n_files; /* made */
	struct one_map {
		struct map_places places;
		char *path; /* folder and name */
		struct scene_picture picture;
	} * map;
	struct output_file *file;
};

/* What assembling needs but the buffers of upper.c, which come one after the other. */
struct assembling {
	struct scene_maps *own;
	const struct outputs_env *env;
	const struct map_statistics *statistics;
	struct file_set files;
	struct gather gather;
	struct geo_tags geo;
	struct map_texts texts;
	bool has_geo;
	unsigned n_made;
};

enum {
	PATH_BYTES = 4096 + MAP_NAME_BYTES,
	FILES_EACH = 3 /* of a map: itself, a picture, its world file */
};

static size_t places_bytes(const struct maps *maps, const struct chunk_grid *grid)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < maps->n; i++)
		bytes = size_add(bytes, map_places_bytes(maps, i, grid));
	return bytes;
}

/* Of the largest map: its upper levels, then its header. */
static size_t working_bytes(const struct maps *maps, const struct chunk_grid *grid)
{
	struct pyramid pyramid;
	size_t most;

	pyramid_make(&pyramid, grid->x_size, grid->y_size, maps->format.tile,
		     maps->format.overviews);
	most = maps->files ? tiff_file_memory(&pyramid) : 0;
	for (unsigned i = 0; i < maps->n; i++) {
		size_t upper = upper_bytes(maps, i, grid);

		most = upper > most ? upper : most;
		upper = scene_picture_bytes(maps, i, grid);
		most = upper > most ? upper : most;
	}
	return most;
}

size_t scene_maps_bytes(const struct maps *maps, const struct chunk_grid *grid)
{
	size_t each = sizeof(struct one_map) + FILES_EACH * sizeof(struct output_file) +
		      FILES_EACH * (sizeof(struct set_file) + PATH_BYTES) + SCENE_PICTURE_KEPT;
	size_t fixed = sizeof(struct scene_maps) + sizeof(struct assembling) + maps->n * each +
		       GATHER_BUFFER_BYTES;

	return size_add(fixed, size_add(places_bytes(maps, grid), working_bytes(maps, grid)));
}

void scene_maps_free(struct scene_maps *scene_maps)
{
	if (!scene_maps)
		return;
	for (unsigned i = 0; scene_maps->map && i < scene_maps->maps->n; i++) {
		map_places_release(&scene_maps->map[i].places);
		free(scene_maps->map[i].path);
		scene_picture_release(&scene_maps->map[i].picture);
	}
	free(scene_maps->map);
	free(scene_maps->file);
	free(scene_maps);
}

static int make_path(char **path, const struct maps *maps, unsigned i, const struct scene *scene,
		     struct error *err)
{
	char name[MAP_NAME_BYTES];

	if (map_name(name, sizeof(name), maps->name, scene, &maps->map[i], err))
		return -1;
	return map_path(path, maps, name, err);
}

static int open_maps(struct scene_maps *own, const struct chunk_grid *grid, struct error *err)
{
	const struct maps *maps = own->maps;

	for (unsigned i = 0; i < maps->n; i++)
		if (map_places_init(&own->map[i].places, maps, i, grid, err) ||
		    (maps->files && make_path(&own->map[i].path, maps, i, own->scene, err)))
			return -1;
	return 0;
}

struct scene_maps *scene_maps_open(const struct maps *maps, const struct scene *scene,
				   const struct chunk_grid *grid, struct error *err)
{
	struct scene_maps *own = calloc(1, sizeof(*own));

	if (!own) {
		(void)error_memory(err, "maps of a scene", sizeof(*own));
		return NULL;
	}
	*own = (struct scene_maps){.maps = maps, .scene = scene};
	own->map = calloc(maps->n, sizeof(*own->map));
	own->file = calloc(FILES_EACH * (size_t)maps->n, sizeof(*own->file));
	if (!own->map || !own->file)
		(void)error_memory(err, "maps of a scene", maps->n * sizeof(*own->map));
	else if (open_maps(own, grid, err) == 0)
		return own;
	scene_maps_free(own);
	return NULL;
}

/* --- artifacts --- */

static int place_geo(struct geo_place *geo, const struct artifact *artifact, struct error *err)
{
	if (geo->there || artifact->number || artifact->bytes > sizeof(struct geo_tags) ||
	    artifact->bytes < offsetof(struct geo_tags, bytes))
		return error_set(err, EX_SOFTWARE,
				 "what a worker says of a scene's place is not sound (%llu bytes)",
				 (unsigned long long)artifact->bytes);
	*geo = (struct geo_place){true, artifact->rank, artifact->offset, artifact->bytes};
	return 0;
}

int scene_maps_place(struct scene_maps *scene_maps, const struct artifact *artifact, size_t n,
		     struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		int rc;

		if (artifact[i].kind == ARTIFACT_GEO)
			rc = place_geo(&scene_maps->geo, &artifact[i], err);
		else if (artifact[i].output >= scene_maps->maps->n)
			rc = error_set(err, EX_SOFTWARE, "a worker says something of map %u of %u",
				       artifact[i].output, scene_maps->maps->n);
		else
			rc = map_places_take(&scene_maps->map[artifact[i].output].places,
					     &artifact[i], err);
		if (rc)
			return -1;
	}
	return 0;
}

/* --- files --- */

static int read_geo(struct assembling *work, struct error *err)
{
	const struct geo_place *geo = &work->own->geo;

	if (!geo->there)
		return 0;
	if (spool_read(work->env->spools, work->own->scene->id, geo->rank, geo->offset, &work->geo,
		       (size_t)geo->bytes, err))
		return -1;
	if (!geo_tags_sound(&work->geo, (size_t)geo->bytes))
		return error_set(err, EX_SOFTWARE,
				 "what a worker says of a scene's place is not sound");
	work->has_geo = work->geo.n > 0;
	return 0;
}

static void fill_facts(struct assembling *work, unsigned i, struct tiff_facts *facts)
{
	const struct scene_maps *own = work->own;
	const struct map_statistics *statistics = &work->statistics[i];
	const struct map_places *places = &own->map[i].places;

	map_facts(facts, &work->texts, own->maps, i, own->scene, work->env->options);
	facts->pyramid = places->file;
	facts->geo = work->has_geo ? &work->geo : NULL;
	if (facts->map->kind == MAP_CLASSES)
		facts->category = map_class_names;
	facts->n_pixels = (uint64_t)places->file.x_size * places->file.y_size;
	facts->n_valid = statistics->n;
	facts->least = statistics->least;
	facts->most = statistics->most;
	facts->mean = statistics->mean;
	facts->stddev = statistics->stddev;
}

/* Of a map, what there is to say of all its files. */
static struct output_file *note_file(struct assembling *work, unsigned i, const char *path,
				     uint64_t bytes)
{
	const struct map_def *map = &work->own->maps->map[i];
	struct output_file *file = &work->own->file[work->n_made++];

	*file = (struct output_file){
		.path = path,
		.value = map->kind == MAP_VALUE ? (int)map->item : -1,
		.band = map->kind == MAP_BAND ? (int)map->item : -1,
		.bytes = bytes,
	};
	return file;
}

static void note_map(struct assembling *work, unsigned i, uint64_t bytes)
{
	const struct map_def *map = &work->own->maps->map[i];
	struct output_file *file = note_file(work, i, work->own->map[i].path, bytes);

	file->kind = map_kind_name(map->kind);
	file->type = map_type_name(map->type);
	file->clamped = work->statistics[i].clamped;
}

/* One that is for reports alone has no path. */
static void note_picture(struct assembling *work, unsigned i, const struct scene_picture *picture)
{
	struct output_file *file = note_file(work, i, picture->path, picture->bytes);

	file->kind = "quicklook";
	file->type = "png";
	file->thumbnail = &picture->thumbnail;
	if (!picture->world)
		return;
	file = note_file(work, i, picture->world, picture->world_bytes);
	file->kind = "world file";
	file->type = "text";
}

static int make_file(struct assembling *work, unsigned i, struct error *err)
{
	const struct map_places *places = &work->own->map[i].places;
	struct tiff_facts facts;
	struct tiff_file *file;
	int fd, rc = -1;

	fill_facts(work, i, &facts);
	file = tiff_file_make(&facts, places->bytes, err);
	if (!file)
		return error_prefix(err, "%s", work->own->map[i].path);
	fd = file_set_add(&work->files, path_name(work->own->map[i].path), err);
	if (fd >= 0)
		rc = gather_file(&work->gather, file, places, fd, err);
	if (rc == 0)
		note_map(work, i, tiff_file_bytes(file));
	tiff_file_free(file);
	return rc;
}

/* Behind the map's own file, which has no thumbnail. */
static int make_picture(struct assembling *work, unsigned i, struct error *err)
{
	struct scene_maps *own = work->own;
	struct scene_picture *picture = &own->map[i].picture;
	struct tiff_facts facts;
	const struct picture_work of = {.maps = own->maps,
					.output = i,
					.scene = own->scene,
					.title = work->texts.title,
					.places = &own->map[i].places,
					.statistics = &work->statistics[i],
					.env = work->env,
					.files = &work->files};

	map_facts(&facts, &work->texts, own->maps, i, own->scene, work->env->options);
	if (scene_picture_make(picture, &of, err))
		return -1;
	note_picture(work, i, picture);
	return 0;
}

static int make_map(struct assembling *work, unsigned i, struct error *err)
{
	struct scene_maps *own = work->own;
	struct map_places *places = &own->map[i].places;
	uint64_t n_tiles = 0;
	int rc;

	if (!scene_has_map(own->scene, &own->maps->map[i]))
		return 0;
	if (map_places_complete(places, err))
		return -1;
	rc = upper_make(own->maps, i, own->scene->id, places, work->env, &n_tiles, err);
	if (work->env->meter) {
		struct meter_row *row = &work->env->meter->row[METER_GATHER];

		row->tiles += n_tiles;
		row->pixels += n_tiles * own->maps->format.tile * own->maps->format.tile;
	}
	if (rc == 0 && own->maps->files)
		rc = make_file(work, i, err);
	if (rc == 0 && map_has_picture(own->maps, i))
		rc = make_picture(work, i, err);
	return rc;
}

static int make_all(struct assembling *work, struct error *err)
{
	const struct maps *maps = work->own->maps;

	if (read_geo(work, err))
		return -1;
	for (unsigned i = 0; i < maps->n; i++)
		if (make_map(work, i, err))
			return -1;
	return file_set_commit(&work->files, work->env, err);
}

static int with_buffer(struct assembling *work, struct error *err)
{
	const struct maps *maps = work->own->maps;
	int rc;

	work->gather = (struct gather){.env = work->env,
				       .scene_id = work->own->scene->id,
				       .folder = maps->folder,
				       .buffer = malloc(GATHER_BUFFER_BYTES)};
	if (!work->gather.buffer)
		return error_memory(err, "a map on its way", GATHER_BUFFER_BYTES);
	rc = file_set_init(&work->files, maps->folder, FILES_EACH * maps->n, maps->overwrite,
			   maps->sync, err);
	if (rc == 0)
		rc = make_all(work, err);
	file_set_drop(&work->files);
	free(work->gather.buffer);
	return rc;
}

int scene_maps_assemble(struct scene_maps *scene_maps, const struct outputs_env *env,
			const struct map_statistics *statistics, struct error *err)
{
	struct assembling *work = calloc(1, sizeof(*work));
	int rc;

	if (!work)
		return error_memory(err, "maps of a scene", sizeof(*work));
	work->own = scene_maps;
	work->env = env;
	work->statistics = statistics;
	rc = with_buffer(work, err);
	scene_maps->n_files = rc == 0 ? work->n_made : 0;
	free(work);
	return rc;
}

const struct output_file *scene_maps_files(const struct scene_maps *scene_maps, unsigned *n)
{
	*n = scene_maps->n_files;
	return *n ? scene_maps->file : NULL;
}
