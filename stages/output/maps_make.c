/*
 * Options of maps, together: what goes with what, and defaults.
 */
#include "maps_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/spelling.h"
#include "base/text.h"

#include "co.h"
#include "map_defs.h"
#include "map_name.h"
#include "pyramid.h"

static const char usual_name[] = "{scene}_{index}.tif";

/* With what belongs to them alone. */
struct made_maps {
	struct maps maps; /* first */
	char picture_name[MAP_NAME_BYTES];
};

/* --- what goes with what --- */

static bool is_none(const char *format)
{
	return format && strcasecmp(format, "none") == 0;
}

/* The first option that is given of those that are nothing without -o; some are of a contact sheet,
 * too, which needs no folder. NULL: none. */
static const char *without_output(const struct map_choice *map)
{
	const bool sheet = map->contact_sheet;
	const struct {
		const char *option;
		bool given, of_sheet;
	} all[] = {
		{"--quicklook", map->pictures, false},
		{"--mask-output", map->mask_output, false},
		{"--bands-output", map->bands_output, false},
		{"--format", map->format, is_none(map->format)},
		{"--type", map->type, false},
		{"--co", map->creation.n, false},
		{"--name", map->name, false},
		{"--output-nodata", map->nodata, false},
		{"--stretch", map->stretch, true},
		{"--overwrite", map->overwrite, true},
		{"--spool-dir", map->spool_folder, true},
		{"--no-fsync", map->no_sync, true},
		{"--no-legend", map->no_legend, false},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].given && !(sheet && all[i].of_sheet))
			return all[i].option;
	return NULL;
}

/* Without files there is nothing to say of them. */
static int check_pictures_alone(const struct map_choice *map, struct error *err)
{
	const char *useless = map->creation.n               ? "--co"
			      : map->bands_output           ? "--bands-output"
			      : map->nodata                 ? "--output-nodata"
			      : map->name && !map->pictures ? "--name"
							    : NULL;

	if (!map->pictures && !map->contact_sheet)
		return error_set(err, EX_USAGE,
				 "--format none: no maps and no pictures would be written; give "
				 "--quicklook or --contact-sheet, or leave -o out");
	if (useless)
		return error_set(
			err, EX_USAGE,
			"--format none writes no maps, and %s is about them; leave one out",
			useless);
	return 0;
}

static int read_format(struct maps *maps, enum map_container *container,
		       const struct map_choice *map, struct error *err)
{
	static const char *const words[] = {"cog", "gtiff", "none", NULL};
	const char *text = maps->sheet_alone ? "none" : map->format ? map->format : "cog";

	*container = strcasecmp(text, "gtiff") == 0 ? CONTAINER_GTIFF : CONTAINER_COG;
	maps->files = !is_none(text);
	if (maps->files && strcasecmp(text, "cog") != 0 && *container != CONTAINER_GTIFF) {
		if (strcasecmp(text, "png") == 0)
			return error_set(err, EX_USAGE,
					 "--format: maps are TIFF, cog or gtiff; --quicklook makes "
					 "a PNG of each, and with --format none these alone");
		(void)spelling_none_of(err, text, words);
		return error_prefix(err, "--format");
	}
	return maps->files ? 0 : check_pictures_alone(map, err);
}

/* --- folders --- */

static bool ends_in(const char *text, const char *end)
{
	const size_t n = strlen(text), m = strlen(end);

	return n > m && strcasecmp(text + n - m, end) == 0;
}

/* Of -o without slashes behind it; else that of the contact sheet. */
static int read_folder(struct maps *maps, const struct map_choice *map, struct error *err)
{
	const char *path = map->output;
	size_t length = path ? strlen(path) : 0;

	maps->sheet_alone = !path;
	if (maps->sheet_alone) {
		maps->folder = path_folder(map->contact_sheet);
		return maps->folder ? 0 : error_memory(err, "a path", strlen(map->contact_sheet));
	}
	if (!length)
		return error_set(err, EX_USAGE, "--output: name a folder");
	if (strcmp(path, "-") == 0)
		return error_set(err, EX_USAGE,
				 "--output: maps go to files in a folder, not to standard output");
	if (ends_in(path, ".tif") || ends_in(path, ".tiff") || ends_in(path, ".png"))
		return error_set(err, EX_USAGE,
				 "--output: %s looks like a file; give a folder, and names of "
				 "files with --name",
				 path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	maps->folder = strndup(path, length);
	return maps->folder ? 0 : error_memory(err, "a path", length);
}

/* --- pictures --- */

static int read_stretch(struct picture_choice *picture, const char *text, struct error *err)
{
	char *end;

	if (!text)
		return 0;
	picture->stretched = true;
	picture->low = strtod(text, &end);
	if (end != text && *end == ',') {
		const char *second = end + 1;

		picture->high = strtod(second, &end);
		if (end != second && !*end && picture->low >= 0 && picture->low < picture->high &&
		    picture->high <= 100)
			return 0;
	}
	return error_set(err, EX_USAGE,
			 "--stretch: '%.40s' is no pair of percentiles, the smaller first, from 0 "
			 "to 100, as in 2,98",
			 text);
}

/* The pattern of maps, with .png for .tif. */
static void derive_picture_name(char out[MAP_NAME_BYTES], const char *pattern)
{
	size_t length = strlen(pattern);

	if (ends_in(pattern, ".tif"))
		length -= strlen(".tif");
	else if (ends_in(pattern, ".tiff"))
		length -= strlen(".tiff");
	(void)snprintf(out, MAP_NAME_BYTES, "%.*s.png", (int)length, pattern);
}

static int read_pictures(struct made_maps *made, const struct map_choice *map, struct error *err)
{
	struct picture_choice *picture = &made->maps.picture;

	picture->wanted = map->pictures;
	picture->plain = map->no_legend;
	if (map->no_legend && !map->pictures)
		return error_set(err, EX_USAGE,
				 "--no-legend is of pictures: give --quicklook, too");
	picture->contact_sheet = map->contact_sheet;
	if (map->stretch && !map->pictures && !map->contact_sheet)
		return error_set(err, EX_USAGE,
				 "--stretch is of pictures: give --quicklook or --contact-sheet, "
				 "too");
	if (map->contact_sheet && !ends_in(map->contact_sheet, ".png"))
		return error_set(err, EX_USAGE,
				 "--contact-sheet: %s has to end in .png, as it is one",
				 map->contact_sheet);
	if (read_stretch(picture, map->stretch, err))
		return -1;
	derive_picture_name(made->picture_name, made->maps.name);
	picture->name = map->quicklook ? map->quicklook : made->picture_name;
	if (!picture->wanted)
		return 0;
	if (!ends_in(picture->name, ".png"))
		return error_set(err, EX_USAGE, "--quicklook: '%.60s' has to end in .png",
				 picture->name);
	if (map_pattern_check(picture->name, maps_n_pictures(&made->maps), err))
		return error_prefix(err, "--quicklook");
	return 0;
}

/* --- together --- */

static bool has_reals(const struct maps *maps)
{
	for (unsigned i = 0; i < maps->n; i++)
		if (maps->map[i].type == MAP_FLOAT32)
			return true;
	return false;
}

static int make(struct made_maps *made, const struct options *options, struct error *err)
{
	const struct map_choice *map = &options->map;
	struct maps *maps = &made->maps;
	enum map_container container;

	maps->name = map->name ? map->name : usual_name;
	/* With --resume what may be replaced has been looked at before. */
	maps->overwrite = map->overwrite || options->nightly.resume;
	maps->sync = !map->no_sync;
	if (read_folder(maps, map, err) || read_format(maps, &container, map, err) ||
	    map_defs_make(maps, options, err))
		return -1;
	if (map_pattern_check(maps->name, maps->n, err))
		return error_prefix(err, "--name");
	if (maps->files && !ends_in(maps->name, ".tif") && !ends_in(maps->name, ".tiff"))
		return error_set(err, EX_USAGE, "--name: '%.60s' has to end in .tif or .tiff",
				 maps->name);
	maps->spool_folder = map->spool_folder ? map->spool_folder : maps->folder;
	if (!*maps->spool_folder)
		return error_set(err, EX_USAGE, "--spool-dir: name a folder");
	if (co_read(&maps->format, container, &map->creation, has_reals(maps), err))
		return -1;
	return read_pictures(made, map, err);
}

int maps_make(struct maps **out, const struct options *options, struct error *err)
{
	const char *useless = options->map.output ? NULL : without_output(&options->map);
	struct made_maps *made;

	*out = NULL;
	if (useless)
		return error_set(
			err, EX_USAGE,
			"%s is of maps and pictures: say which folder they go into, -o DIR%s",
			useless,
			options->map.contact_sheet ? " (--contact-sheet alone needs none)" : "");
	if (!options->map.output && !options->map.contact_sheet)
		return 0;
	made = calloc(1, sizeof(*made));
	if (!made)
		return error_memory(err, "maps", sizeof(*made));
	if (make(made, options, err)) {
		maps_free(&made->maps);
		return -1;
	}
	*out = &made->maps;
	return 0;
}

void maps_free(struct maps *maps)
{
	if (!maps)
		return;
	free(maps->folder);
	free(maps);
}
