/*
 * Names of a scene's files.
 */
#include "map_name.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "pyramid.h"

enum { NAME_MOST = MAP_NAME_BYTES - 1, PATTERN_MOST = 200, HASH_DIGITS = 8 };

enum field { FIELD_SCENE, FIELD_INDEX, FIELD_DATE, FIELD_SENSOR, N_FIELDS, FIELD_NONE };

static const char *const field_words[N_FIELDS] = {
	[FIELD_SCENE] = "{scene}",
	[FIELD_INDEX] = "{index}",
	[FIELD_DATE] = "{date}",
	[FIELD_SENSOR] = "{sensor}",
};

/* The field that begins here, and how long its word is. */
static enum field field_at(const char *at, size_t *length)
{
	for (int field = 0; field < N_FIELDS; field++) {
		*length = strlen(field_words[field]);
		if (strncmp(at, field_words[field], *length) == 0)
			return (enum field)field;
	}
	return FIELD_NONE;
}

/* Bytes of the character at text[i] that no name may hold; 0: it may. */
static size_t unsafe(const char *text)
{
	const unsigned char c = (unsigned char)text[0], next = (unsigned char)(c ? text[1] : 0);

	if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
		return 2;
	return c < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == ':';
}

/* --- the pattern --- */

static int unknown_word(const char *at, struct error *err)
{
	size_t length = strcspn(at + 1, "{}");

	return error_set(err, EX_USAGE,
			 "'%.*s' is none of {scene}, {index}, {date}, {sensor}; other text has no "
			 "braces",
			 (int)(length < 40 ? length + 1 + (at[length + 1] == '}') : 40), at);
}

/* One character or word of the pattern; *used: bits of fields. */
static const char *check_at(const char *at, unsigned *used, struct error *err)
{
	enum field field;
	size_t length;

	if (*at == '/') {
		(void)error_set(err, EX_USAGE, "a name has no '/': folders are what -o is for");
		return NULL;
	}
	if (unsafe(at)) {
		(void)error_set(err, EX_USAGE,
				"a name has no control characters, no backslash and no colon");
		return NULL;
	}
	if (*at != '{' && *at != '}')
		return at + 1;
	field = field_at(at, &length);
	if (field == FIELD_NONE) {
		(void)unknown_word(at, err);
		return NULL;
	}
	*used |= 1u << field;
	return at + length;
}

int map_pattern_check(const char *pattern, unsigned n_maps, struct error *err)
{
	unsigned used = 0;

	if (!*pattern)
		return error_set(err, EX_USAGE, "it is empty; give one as {scene}_{index}.tif");
	if (*pattern == '.')
		return error_set(err, EX_USAGE, "'%.40s' begins with a dot: files would be hidden",
				 pattern);
	if (strstr(pattern, ".."))
		return error_set(err, EX_USAGE, "'%.40s' has two dots in a row", pattern);
	if (strlen(pattern) > PATTERN_MOST)
		return error_set(err, EX_USAGE, "it has %zu bytes, more than %d", strlen(pattern),
				 PATTERN_MOST);
	for (const char *at = pattern; *at;) {
		at = check_at(at, &used, err);
		if (!at)
			return -1;
	}
	if (n_maps > 1 && !(used >> FIELD_INDEX & 1))
		return error_set(err, EX_USAGE,
				 "'%.60s': a scene has %u files, which would all have one name; "
				 "put {index} into it",
				 pattern, n_maps);
	return 0;
}

/* --- names --- */

/* A name that grows; what does not fit is counted. */
struct growing {
	char text[NAME_MOST + 1];
	size_t n, lost;
};

static void grow(struct growing *name, const char *text, size_t length)
{
	if (name->n + length > NAME_MOST) {
		name->lost += length;
		return;
	}
	memcpy(name->text + name->n, text, length);
	name->n += length;
}

/* Bytes of a UTF-8 character; 1 of what is none. */
static size_t character(const char *at)
{
	const unsigned char c = (unsigned char)*at;
	size_t n = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;

	for (size_t i = 1; i < n; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 1;
	return n;
}

/* At most `most` bytes of what is put in, safe. Returns how many it would be. */
static size_t grow_safe(struct growing *name, const char *text, size_t most, bool spaces)
{
	size_t whole = 0;
	char last = name->n ? name->text[name->n - 1] : '\0';

	for (size_t step; *text; text += step) {
		const size_t bad = unsafe(text);
		const bool dot = *text == '.' && (last == '.' || (!name->n && !whole));
		const bool blank = *text == ' ' && !spaces;
		const char *put = bad || dot || blank ? "_" : text;
		size_t length;

		step = bad ? bad : character(text);
		length = put == text ? step : 1;
		last = text[step - 1];
		whole += length;
		if (whole <= most)
			grow(name, put, length);
	}
	return whole;
}

/* The day of "2026-07-01T10:00:31Z"; the sensor without its level. */
static const char *fact(char text[64], const char *known, const char *const *ends)
{
	(void)snprintf(text, 64, "%s", *known ? known : "unknown");
	for (; *ends; ends++) {
		char *end = strstr(text, *ends);

		if (end)
			*end = '\0';
	}
	return text;
}

static const char *field_text(char text[64], enum field field, const struct scene *scene,
			      const struct map_def *map)
{
	static const char *const day_ends[] = {"T", NULL};
	/* Metadata know the level, and names alone do not: a name has to be known before. */
	static const char *const sensor_ends[] = {" L1C", " L2A", NULL};

	switch (field) {
	case FIELD_SCENE:
		return scene->name && *scene->name ? scene->name : "scene";
	case FIELD_INDEX:
		return map->name;
	case FIELD_DATE:
		return fact(text, *scene->acquired == 'T' ? "" : scene->acquired, day_ends);
	case FIELD_SENSOR:
		return fact(text, scene->sensor, sensor_ends);
	case N_FIELDS:
	case FIELD_NONE:
		break;
	}
	return "";
}

/* The name with at most `most` bytes of {scene}, and `mark` behind them; what {scene} would take is
 * added to *whole. */
static void render(struct growing *name, const char *pattern, const struct scene *scene,
		   const struct map_def *map, size_t most, const char *mark, size_t *whole)
{
	*name = (struct growing){.n = 0};
	while (*pattern) {
		size_t length;
		enum field field = field_at(pattern, &length);
		char text[64];

		if (field == FIELD_NONE) {
			grow(name, pattern++, 1);
			continue;
		}
		pattern += length;
		length = grow_safe(name, field_text(text, field, scene, map),
				   field == FIELD_SCENE ? most : SIZE_MAX, field != FIELD_SENSOR);
		if (field == FIELD_SCENE) {
			*whole += length;
			grow(name, mark, strlen(mark));
		}
	}
	name->text[name->n] = '\0';
}

/* With as much of {scene} as there is room for. */
static int shorten(struct growing *name, const char *pattern, const struct scene *scene,
		   const struct map_def *map)
{
	char mark[HASH_DIGITS + 2];
	const char *scene_name = scene->name ? scene->name : "";
	uint64_t hash = hash_bytes(HASH_SEED, scene_name, strlen(scene_name));

	(void)snprintf(mark, sizeof(mark), "~%08x", (unsigned)(hash ^ hash >> 32));
	for (size_t most = NAME_MOST; most; most--) {
		size_t whole = 0;

		render(name, pattern, scene, map, most, mark, &whole);
		if (!name->lost)
			return 0;
	}
	return -1;
}

int map_name(char *out, size_t size, const char *pattern, const struct scene *scene,
	     const struct map_def *map, struct error *err)
{
	struct growing name;
	size_t whole = 0;

	render(&name, pattern, scene, map, SIZE_MAX, "", &whole);
	if (name.lost && shorten(&name, pattern, scene, map))
		return error_set(err, EX_DATAERR,
				 "%s: a file's name of the pattern %.60s would have more than %d "
				 "bytes; give a shorter --name",
				 scene->name ? scene->name : "", pattern, NAME_MOST);
	(void)snprintf(out, size, "%s", name.text);
	return 0;
}

int map_path(char **path, const struct maps *maps, const char *name, struct error *err)
{
	if (asprintf(path, "%s/%s", maps->folder, name) >= 0)
		return 0;
	*path = NULL;
	return error_memory(err, "a path", strlen(maps->folder) + strlen(name) + 2);
}

/* --- all files of a scene --- */

/* Files of this kind: maps, pictures, world files. */
static unsigned n_maps(const struct maps *maps)
{
	return maps->files ? maps->n : 0;
}

static unsigned n_pictures(const struct maps *maps)
{
	return maps->picture.wanted ? maps_n_pictures(maps) : 0;
}

static unsigned n_worlds(const struct maps *maps)
{
	return maps->picture.plain ? n_pictures(maps) : 0;
}

unsigned maps_n_names(const struct maps *maps)
{
	return n_maps(maps) + n_pictures(maps) + n_worlds(maps);
}

int picture_name(char *out, size_t size, const struct maps *maps, unsigned output,
		 const struct scene *scene, struct error *err)
{
	return map_name(out, size, maps->picture.name, scene, &maps->map[output], err);
}

int world_name(char *out, size_t size, const struct maps *maps, unsigned output,
	       const struct scene *scene, struct error *err)
{
	static const char png[] = ".png", pgw[] = ".pgw";

	if (picture_name(out, size, maps, output, scene, err))
		return -1;
	/* The pattern of pictures ends in .png. */
	memcpy(out + strlen(out) - strlen(png), pgw, strlen(pgw));
	return 0;
}

int maps_name(char *out, size_t size, const struct maps *maps, unsigned i,
	      const struct scene *scene, struct error *err)
{
	if (i < n_maps(maps))
		return map_name(out, size, maps->name, scene, &maps->map[i], err);
	i -= n_maps(maps);
	if (i < n_pictures(maps))
		return picture_name(out, size, maps, i, scene, err);
	return world_name(out, size, maps, i - n_pictures(maps), scene, err);
}
