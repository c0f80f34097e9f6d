/*
 * Sources of scenes, by names alone. Two scenes of a run have two sources: folders are told apart
 * by what they are, groups of band files by what group_key.c tells them apart by, and a group's '*'
 * is in no other name.
 */
#include "scene_source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "gdal_name.h"
#include "group_key.h"
#include "input/archive.h"
#include "scene_build.h"

/* Where a file's name stands in the way to an image: path[at ... base) is its folder. */
struct place_of_file {
	size_t at, base;
};

static size_t behind_slash(const char *path, size_t end)
{
	while (end && path[end - 1] != '/')
		end--;
	return end;
}

static bool find_place(const char *path, bool virtual, struct place_of_file *place)
{
	struct gdal_name_part part = {.at = 0};
	size_t archive;

	if (virtual && (gdal_name_network(path) || !gdal_name_part(path, &part)))
		return false;
	archive = virtual ? 0 : archive_part(path);
	if (!virtual)
		part.length = archive ? archive : strlen(path);
	place->at = part.at;
	place->base = part.at + behind_slash(path + part.at, part.length);
	return true;
}

/* The folder without links, and without a slash at its end; one that is not there by its name. */
static char *real_folder(const char *folder, size_t length)
{
	char *name = length ? strndup(folder, length) : strdup("."), *real, *end;

	real = name ? realpath(name, NULL) : NULL;
	if (!real && name)
		real = path_absolute(name);
	free(name);
	end = real ? real + strlen(real) : NULL;
	while (end && end > real && end[-1] == '/')
		*--end = '\0';
	return real;
}

/* path[0 ... at), the folder as it really is, and the name in place of the file's. */
static char *with_real_folder(const char *path, const struct place_of_file *place, const char *name)
{
	char *folder = real_folder(path + place->at, place->base - place->at), *whole;

	if (!folder || asprintf(&whole, "%.*s%s/%s", (int)place->at, path, folder, name) < 0)
		whole = NULL;
	free(folder);
	return whole;
}

char *path_in_real_folder(const char *path)
{
	const struct place_of_file place = {0, behind_slash(path, strlen(path))};

	return with_real_folder(path, &place, path + place.base);
}

/* Bytes of a name that say which band it is, and where its extension begins. */
struct band_part {
	size_t at, end, extension;
	bool metres; /* it says a resolution, too */
};

/* Copy, with one star for the band and two for each of the name's own. */
static char *with_stars(const char *name, const struct band_part *band)
{
	char *out = malloc(2 * strlen(name) + 3), *to = out;

	for (size_t i = 0; out && name[i]; i++) {
		if (band && i == band->at) {
			to = stpcpy(to, band->metres ? "*m" : "*");
			i = band->end;
			if (!name[i])
				break;
		}
		*to++ = band && i >= band->extension ? (char)tolower((unsigned char)name[i])
						     : name[i];
		if (name[i] == '*')
			*to++ = '*';
	}
	if (out)
		*to = '\0';
	return out;
}

/* Band files that names have put together, or would have. */
static bool is_by_band(const struct scene_list *scene_list, const struct entry *entry)
{
	return scene_list->by_names && (entry->kind == ENTRY_GROUP ||
					entry->kind == ENTRY_PARTIAL || entry->kind == ENTRY_CLASH);
}

/* The band's place in a name that ends in the file's; false: it is not all there. */
static bool find_band(const char *name, const struct parsed *p, struct band_part *band)
{
	const size_t length = strlen(name), own = strlen(p->name);
	size_t before = length - own; /* of a part of the file's name: below 0, as it wraps */

	if (p->token.kind == TOKEN_NONE || own > length + p->token.start)
		return false;
	*band = (struct band_part){before + p->token.start, before + p->token.suffix,
				   before + p->stem_len, p->token.resolution_m != 0};
	return true;
}

static char *starred(const struct scene_list *scene_list, const struct entry *entry,
		     const char *name)
{
	struct parsed p = name_parse(&scene_list->files, entry_first(scene_list, entry));
	struct band_part band;
	bool grouped = is_by_band(scene_list, entry) && find_band(name, &p, &band);

	return with_stars(name, grouped ? &band : NULL);
}

/* The path itself where no folder of it is known. */
static char *source_of(const struct scene_list *scene_list, const struct entry *entry, char *path)
{
	struct place_of_file place = {0, 0};
	const uint32_t first = entry_first(scene_list, entry);
	bool placed = find_place(path, scene_list->files.entry[first].virtual, &place);
	char *name, *source;

	if (!placed)
		redact(path);
	name = starred(scene_list, entry, path + place.base);
	if (!placed || !name)
		return name;
	source = with_real_folder(path, &place, name);
	free(name);
	return source;
}

char *scene_source(const struct scene_list *scene_list, const struct entry *entry)
{
	const uint32_t first = entry_first(scene_list, entry);
	char *path, *source;

	if (first == NO_FILE)
		return strdup("made");
	path = file_list_path(&scene_list->files, first);
	source = path ? source_of(scene_list, entry, path) : NULL;
	free(path);
	return source;
}
