/*
 * Maps and pictures in words.
 */
#include "map_words.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "output/co.h"
#include "output/map_defs.h"
#include "output/map_name.h"

static bool is_kind(const struct output_file *file, enum map_kind kind)
{
	return strcmp(file->kind, map_kind_name(kind)) == 0;
}

const struct map_def *file_map(const struct output_file *file, const struct maps *maps)
{
	for (unsigned i = 0; i < maps->n; i++) {
		const struct map_def *map = &maps->map[i];
		const int item = map->kind == MAP_VALUE ? file->value : file->band;

		if (is_kind(file, map->kind) &&
		    (map->kind == MAP_CLASSES || item == (int)map->item))
			return map;
	}
	return NULL;
}

const struct output_file *value_map(const struct scene_result *result, unsigned v)
{
	for (unsigned i = 0; i < result->n_files; i++)
		if (is_kind(&result->file[i], MAP_VALUE) && result->file[i].value == (int)v)
			return &result->file[i];
	return NULL;
}

/* "ndvi int16 in steps of 0.0001, classes uint8" */
static void put_kinds(char *text, size_t size, const struct maps *maps)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned i = 0; i < maps->n && used < size; i++) {
		const struct map_def *map = &maps->map[i];
		char step[40] = "";

		if (map->scale != 1)
			(void)snprintf(step, sizeof(step), " in steps of %g", map->scale);
		used += (size_t)snprintf(text + used, size - used, "%s%s %s%s", i ? ", " : "",
					 map->name, map_type_name(map->type), step);
	}
}

static uint64_t scene_bytes_most(const struct maps *maps, const struct scene *scene)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < maps->n; i++)
		bytes += map_bytes_most(&maps->format, &maps->map[i], scene->x_size, scene->y_size);
	return bytes;
}

const char *maps_text(char text[MAP_TEXT_BYTES], const struct maps *maps, const struct scene *scene)
{
	const unsigned n = maps_n_names(maps);
	char how[CO_TEXT_BYTES], most[24], size[80] = "", kinds[256];

	if (!n) {
		(void)snprintf(text, MAP_TEXT_BYTES, "contact sheet alone, %.200s",
			       maps->picture.contact_sheet);
		return text;
	}
	if (!maps->files) {
		(void)snprintf(text, MAP_TEXT_BYTES, "pictures alone, into %s", maps->folder);
		return text;
	}
	if (scene)
		(void)snprintf(size, sizeof(size), "; at most %s for a scene like the one below",
			       bytes_text(most, scene_bytes_most(maps, scene)));
	put_kinds(kinds, sizeof(kinds), maps);
	(void)snprintf(text, MAP_TEXT_BYTES, "%u file%s a scene, into %.120s: %s; %s, %s%s", n,
		       n == 1 ? "" : "s", maps->folder, kinds,
		       maps->format.container == CONTAINER_COG ? "COG" : "GeoTIFF",
		       co_text(how, &maps->format), size);
	return text;
}

const char *files_label(const struct maps *maps)
{
	return !maps || !maps_n_names(maps) ? NULL : maps->files ? "Maps" : "Pictures";
}

const char *files_text(char text[MAP_TEXT_BYTES], const struct pixel_totals *totals,
		       const struct maps *maps)
{
	char b[24];

	(void)snprintf(text, MAP_TEXT_BYTES, "%" PRIu64 " file%s, %s, in %s", totals->n_files,
		       totals->n_files == 1 ? "" : "s", bytes_text(b, totals->file_bytes),
		       maps->folder);
	return text;
}

/* Is nodata a number that a value can be stored as? At the ends of the type no value lies. */
static bool nodata_is_inside(const struct map_def *map)
{
	const double least = map->type == MAP_INT16 ? INT16_MIN : 0;
	const double most = map->type == MAP_INT16 ? INT16_MAX : UINT8_MAX;

	return map->nodata > least && map->nodata < most;
}

/* float32 holds all but its nodata. */
static void clamped_real(char text[MAP_TEXT_BYTES], const struct output_file *file,
			 const struct map_def *map)
{
	(void)snprintf(text, MAP_TEXT_BYTES,
		       "%" PRIu64 " pixel%s of %s %s the value of --output-nodata, %.9g, and %s "
		       "stored as the next number above it",
		       file->clamped, file->clamped == 1 ? "" : "s", map->name,
		       file->clamped == 1 ? "has" : "have", map->nodata,
		       file->clamped == 1 ? "is" : "are");
}

static void clamped_integer(char text[MAP_TEXT_BYTES], const struct output_file *file,
			    const struct map_def *map)
{
	char or_nodata[60] = "";

	if (nodata_is_inside(map))
		(void)snprintf(or_nodata, sizeof(or_nodata),
			       ", or would be read as nodata, which is %g", map->nodata);
	(void)snprintf(text, MAP_TEXT_BYTES,
		       "%" PRIu64 " pixel%s of %s %s what %s holds with this scale%s, and %s "
		       "stored as the nearest value; --type float32 holds all",
		       file->clamped, file->clamped == 1 ? "" : "s", map->name,
		       file->clamped == 1 ? "is beyond" : "are beyond", map_type_name(map->type),
		       or_nodata, file->clamped == 1 ? "is" : "are");
}

const char *clamped_text(char text[MAP_TEXT_BYTES], const struct output_file *file,
			 const struct maps *maps)
{
	const struct map_def *map = file->clamped && maps ? file_map(file, maps) : NULL;

	*text = '\0';
	if (map)
		(map->type == MAP_FLOAT32 ? clamped_real : clamped_integer)(text, file, map);
	return text;
}
