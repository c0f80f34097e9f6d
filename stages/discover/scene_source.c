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

/* --- folders of the list --- */

static int by_dir(const void *a, const void *b)
{
	const struct real_folder *x = a, *y = b;

	return x->dir < y->dir ? -1 : x->dir > y->dir;
}

static const struct real_folder *known_folder(const struct scene_list *scene_list, uint32_t dir)
{
	const struct real_folder key = {.dir = dir};

	return scene_list->n_real
		       ? bsearch(&key, scene_list->real, scene_list->n_real, sizeof(key), by_dir)
		       : NULL;
}

/* The offset alone; again where it is the one of the scene before. */
static int note_folder(struct scene_list *scene_list, uint32_t file, struct error *err)
{
	const struct file_entry *entry = &scene_list->files.entry[file];
	void *real = scene_list->real;

	if (entry->virtual || entry->problem ||
	    (scene_list->n_real && scene_list->real[scene_list->n_real - 1].dir == entry->dir))
		return 0;
	if (array_grow(&real, scene_list->n_real, 1, &scene_list->real_size,
		       sizeof(*scene_list->real), err))
		return -1;
	scene_list->real = real;
	scene_list->real[scene_list->n_real++] = (struct real_folder){.dir = entry->dir};
	return 0;
}

int scene_source_folders(struct scene_list *scene_list, struct error *err)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < scene_list->n; i++)
		if (scene_list->entry[i].n &&
		    note_folder(scene_list, entry_first(scene_list, &scene_list->entry[i]), err))
			return -1;
	if (scene_list->n_real)
		qsort(scene_list->real, scene_list->n_real, sizeof(*scene_list->real), by_dir);
	for (uint32_t i = 0; i < scene_list->n_real; i++) {
		struct real_folder *folder = &scene_list->real[i];
		const char *name = scene_list->files.text + folder->dir;

		if (n && scene_list->real[n - 1].dir == folder->dir)
			continue;
		/* Of an archive it is not one; then it is worked out where it is asked for. */
		folder->path = realpath(*name ? name : ".", NULL);
		if (!folder->path)
			continue;
		if (strcmp(folder->path, "/") == 0)
			*folder->path = '\0';
		scene_list->real_bytes += strlen(folder->path) + 1;
		scene_list->real[n++] = *folder;
	}
	scene_list->n_real = n;
	return 0;
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
	struct band_part band;
	struct parsed p;

	if (!is_by_band(scene_list, entry))
		return with_stars(name, NULL);
	p = name_parse(&scene_list->files, entry_first(scene_list, entry));
	return with_stars(name, find_band(name, &p, &band) ? &band : NULL);
}

/* The path itself where no folder of it is known. */
static char *source_of(const struct scene_list *scene_list, const struct entry *entry, char *path)
{
	struct place_of_file place = {0, 0};
	const uint32_t first = entry_first(scene_list, entry);
	const struct real_folder *known;
	bool placed = find_place(path, scene_list->files.entry[first].virtual, &place);
	char *name, *source;

	if (!placed)
		redact(path);
	name = starred(scene_list, entry, path + place.base);
	if (!placed || !name)
		return name;
	/* Within an archive, what stands in front of the name is none. */
	known = strcmp(path + place.base, file_list_name(&scene_list->files, first)) == 0
			? known_folder(scene_list, scene_list->files.entry[first].dir)
			: NULL;
	if (known && asprintf(&source, "%s/%s", known->path, name) < 0)
		source = NULL;
	else if (!known)
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
