/*
 * Which of the images in a file are the recipe's bands, by their names, and how users name them.
 */
#include "images.h"

#include <stdio.h>
#include <string.h>

#include "bands/sensors.h"
#include "base/text.h"
#include "describe.h"
#include "input/archive.h"
#include "names.h"
#include "wishes.h"

/* One name of the list; not ended by NUL. */
struct image {
	const char *name;
	size_t len;
};

/* The next line of info.images; false at its end. */
static bool next_image(const char **at, struct image *image)
{
	*image = (struct image){*at, strcspn(*at, "\n")};
	*at += image->len + ((*at)[image->len] == '\n');
	return image->len > 0;
}

/* The part of a name that tells images of one file apart: what follows the last colon. */
static const char *own_part(const struct image *image)
{
	const char *colon = memrchr(image->name, ':', image->len);

	return colon ? colon + 1 : image->name;
}

static size_t own_length(const struct image *image)
{
	return image->len - (size_t)(own_part(image) - image->name);
}

/* How well its name fits the wish, as wish_rank(). */
static int rank_of(const struct image *image, const struct band_wish *wish,
		   const struct sensor *sensor)
{
	struct band_token token = {.kind = TOKEN_NONE};
	struct band_meaning meaning;
	char part[128];

	if (own_length(image) >= sizeof(part))
		return -1;
	(void)snprintf(part, sizeof(part), "%.*s", (int)own_length(image), own_part(image));
	if (strpbrk(part, "*?,='"))
		return -1;
	meaning = describe(part);
	token.name = meaning.name;
	memcpy(token.code, meaning.code, sizeof(token.code));
	token.kind = meaning.code[0] ? TOKEN_BAND : meaning.name ? TOKEN_OTHER : TOKEN_NONE;
	if (token.kind == TOKEN_NONE)
		return -1;
	return wish_rank(wish, &token, sensor ? sensor : meaning.modis ? sensor_modis() : NULL);
}

/* The one image that fits best; false: none does, or several do. */
static bool find_image(const char *images, const struct band_wish *wish,
		       const struct sensor *sensor, struct image *best)
{
	int best_rank = WISH_STAND_IN;
	bool one = false;
	struct image image;

	while (next_image(&images, &image)) {
		int rank = rank_of(&image, wish, sensor);

		if (rank < 0 || rank > best_rank)
			continue;
		one = rank < best_rank;
		if (one)
			*best = image;
		best_rank = rank;
	}
	return one;
}

static bool same_front(const struct image *a, const struct image *b)
{
	size_t n = a->len - own_length(a);

	return n == b->len - own_length(b) && memcmp(a->name, b->name, n) == 0;
}

/* "--bands 'red=*:B4,nir=*:B5' 'NETCDF:a.nc:B4' 'NETCDF:a.nc:B5'"; false: nobody can tell. */
static bool what_to_pass(const struct scene_file *file, const struct recipe *recipe, char *text,
			 size_t size)
{
	const char *base = path_name(file->path);
	const struct sensor *sensor = sensor_find(base, name_stem(base), NULL);
	uint16_t reads = recipe->value[wishes_nearest(recipe, 0)].reads;
	struct image image[RECIPE_MAX_BANDS], *first = NULL;
	size_t used = (size_t)snprintf(text, size, "--bands '");

	for (unsigned i = 0; i < recipe->n_bands && used < size; i++) {
		if (!(reads >> i & 1))
			continue;
		if (!find_image(file->info.images, &recipe->band[i], sensor, &image[i]) ||
		    (first && !same_front(first, &image[i])))
			return false;
		used += (size_t)snprintf(text + used, size - used, "%s%s=*:%.*s", first ? "," : "",
					 recipe->band[i].text, (int)own_length(&image[i]),
					 own_part(&image[i]));
		first = first ? first : &image[i];
	}
	for (unsigned i = 0; i < recipe->n_bands && used < size; i++)
		if (reads >> i & 1)
			used += (size_t)snprintf(text + used, size - used, "%s '%.*s'",
						 first == &image[i] ? "'" : "", (int)image[i].len,
						 image[i].name);
	return first && used < size;
}

/* ":a :b :c ...": names without what they share; returns how many there are. */
static unsigned list_own_parts(const char *at, char *text, size_t size)
{
	size_t used = 0;
	unsigned n = 0;
	struct image image;

	for (; next_image(&at, &image); n++) {
		bool fits = used + own_length(&image) + 8 < size;

		if (used + 8 >= size)
			continue;
		used += (size_t)snprintf(text + used, size - used, fits ? " :%.*s" : " ...%.*s",
					 fits ? (int)own_length(&image) : 0, own_part(&image));
		if (!fits)
			size = used; /* nothing follows */
	}
	return n;
}

/* As many whole names as there is room for. */
static void list_names(const char *at, char *text, size_t size)
{
	size_t used = 0;
	struct image image;

	*text = '\0';
	while (next_image(&at, &image) && used + image.len + 4 < size)
		used += (size_t)snprintf(text + used, size - used, " '%.*s'", (int)image.len,
					 image.name);
}

int images_refuse(const struct scene_file *file, const struct options *options, struct error *err)
{
	char text[400], parts[200] = "";
	unsigned n = list_own_parts(file->info.images, parts, sizeof(parts));

	if (options->recipe && what_to_pass(file, options->recipe, text, sizeof(text)))
		return error_set(err, EX_DATAERR,
				 "%s: a container of %u images,%s; by their names, pass %s",
				 file->path, n, parts, text);
	list_names(file->info.images, text, sizeof(text));
	if (!options->recipe)
		return error_set(err, EX_DATAERR, "%s: a container of %u images,%s; name them:%s",
				 file->path, n, parts, text);
	return error_set(err, EX_DATAERR,
			 "%s: a container of %u images,%s; name those that are the bands of a "
			 "scene, with --bands 'red=*NAME,nir=*NAME':%s",
			 file->path, n, parts, text);
}

void pages_note(struct scene *scene, unsigned file)
{
	const struct raster_info *info = &scene->files[file].info;
	const char *path = scene->files[file].path;

	if (info->n_pages < 2)
		return;
	if (archive_part(path) || strncmp(path, "/vsi", 4) == 0)
		scene_note(scene, "%.80s: has %u images of this size; the first is read", path,
			   info->n_pages);
	else
		scene_note(scene,
			   "has %u images of this size; the first is read: name "
			   "'GTIFF_DIR:%u:%.120s' for another",
			   info->n_pages, info->other_page, path);
}

int pages_refuse(const struct scene_file *file, const struct recipe *recipe, uint16_t reads,
		 const char *value, const char *lacking, struct error *err)
{
	char all[320];

	(void)wishes_advice(recipe, reads, "GTIFF_DIR:N:*", all, sizeof(all));
	return error_set(err, EX_DATAERR,
			 "%s: has %u images of one band; %s needs %s: if they are among these, "
			 "name each as 'GTIFF_DIR:N:%s' and pass --bands '%s', with their numbers "
			 "for N (the second has %u)",
			 file->path, file->info.n_pages, value, lacking, file->path, all,
			 file->info.other_page);
}
