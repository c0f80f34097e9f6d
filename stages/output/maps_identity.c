/*
 * Choices of maps as a text, and files of maps known again by what a catalogue says of them.
 */
#include "maps_identity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_defs.h"
#include "pyramid.h"

static const char quicklook[] = "quicklook", world_file[] = "world file";

/* --- the text --- */

/* All of a file but its pixels: creation options as they were understood. */
static void put_format(FILE *out, const struct maps *maps)
{
	const struct map_format *f = &maps->format;

	(void)fprintf(out,
		      "name=%s\ncontainer=%d\ncodec=%d\nlevel=%d\npredictor=%u\ntile=%u\n"
		      "overviews=%d\nbigtiff=%d\nsparse=%d\n",
		      maps->name, (int)f->container, (int)f->codec, f->level, f->predictor, f->tile,
		      f->overviews, (int)f->bigtiff, f->sparse);
}

/* All NaN are one. */
static void put_map(FILE *out, const struct map_def *map)
{
	const double nodata = isnan(map->nodata) ? (double)NAN : map->nodata;

	(void)fprintf(out, "%s=%s %s scale=%.17g offset=%.17g nodata=%.17g unit=%s\n",
		      map_kind_name(map->kind), map->name, map_type_name(map->type), map->scale,
		      map->offset, nodata, map->unit);
}

/* Of what a picture is drawn from the type and the tiles of the map decide, too. */
static void put_pictures(FILE *out, const struct picture_choice *picture)
{
	(void)fprintf(out, "picture=%s\nlegend=%d\n", picture->name, !picture->plain);
	if (picture->stretched)
		(void)fprintf(out, "stretch=%.17g,%.17g\n", picture->low, picture->high);
}

int maps_identity(char **text, const struct maps *maps, struct error *err)
{
	size_t size = 0;
	FILE *out = open_memstream(text, &size);

	if (!out)
		return error_memory(err, "choices of maps", sizeof(*maps));
	if (maps->files || maps->picture.wanted) {
		put_format(out, maps);
		(void)fprintf(out, "files=%d\n", maps->files);
		for (unsigned i = 0; i < maps->n; i++)
			put_map(out, &maps->map[i]);
	}
	if (maps->picture.wanted)
		put_pictures(out, &maps->picture);
	if (!fclose(out))
		return 0;
	free(*text);
	*text = NULL;
	return error_memory(err, "choices of maps", sizeof(*maps));
}

/* --- a file --- */

static bool is_of(const struct output_file *file, const struct map_def *map)
{
	switch (map->kind) {
	case MAP_VALUE:
		return file->value == (int)map->item;
	case MAP_BAND:
		return file->band == (int)map->item;
	case MAP_CLASSES:
		return file->value < 0 && file->band < 0;
	}
	return false;
}

const char *maps_file_index(const struct output_file *file, const struct maps *maps)
{
	for (unsigned i = 0; i < maps->n; i++)
		if (is_of(file, &maps->map[i]))
			return maps->map[i].name;
	return "";
}

/* The map of that {index}; maps->n: none. */
static unsigned named(const struct maps *maps, const char *index)
{
	unsigned i = 0;

	while (i < maps->n && strcmp(maps->map[i].name, index) != 0)
		i++;
	return i;
}

int maps_file(struct output_file *file, const struct maps *maps, const char *kind,
	      const char *index)
{
	const unsigned i = named(maps, index);
	const struct map_def *map = &maps->map[i];
	bool pictured;

	if (i == maps->n)
		return -1;
	pictured = maps->picture.wanted && map_has_picture(maps, i);
	*file = (struct output_file){
		.value = map->kind == MAP_VALUE ? (int)map->item : -1,
		.band = map->kind == MAP_BAND ? (int)map->item : -1,
	};
	if (maps->files && strcmp(kind, map_kind_name(map->kind)) == 0) {
		file->kind = map_kind_name(map->kind);
		file->type = map_type_name(map->type);
	} else if (pictured && strcmp(kind, quicklook) == 0) {
		file->kind = quicklook;
		file->type = "png";
	} else if (pictured && strcmp(kind, world_file) == 0) {
		file->kind = world_file;
		file->type = "text";
	}
	return file->kind ? 0 : -1;
}
