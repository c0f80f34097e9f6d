/*
 * Directories of a file list: each stored once, by the name it was met by first, with the name of
 * its folder where the path does not say it. What is one directory the file system tells.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "filelist.h"

static uint32_t dir_hash(const void *ctx, uint32_t number)
{
	const char *text = ((const struct file_list *)ctx)->text + number;

	return hash_text(HASH_SEED, text, strlen(text));
}

static bool dir_equal(const void *ctx, uint32_t number, const void *key)
{
	return strcmp(((const struct file_list *)ctx)->text + number, key) == 0;
}

uint32_t identity_hash(const struct identity *id)
{
	return ((uint32_t)id->ino ^ (uint32_t)(id->ino >> 32)) * 2654435761u ^ (uint32_t)id->dev;
}

static uint32_t place_hash(const void *ctx, uint32_t number)
{
	const struct place *place = &((const struct file_list *)ctx)->place[number];

	return identity_hash(&place->id);
}

static bool place_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct place *place = &((const struct file_list *)ctx)->place[number];
	const struct identity *wanted = key;

	return place->id.dev == wanted->dev && place->id.ino == wanted->ino;
}

/* Make room for one more place behind the last, which serves as the key of a search. */
static int make_room(struct file_list *list, struct error *err)
{
	uint32_t size = list->places_size + list->places_size / 2 + 16;
	struct place *grown;

	if (number_set_grow(&list->places, place_hash, list, err))
		return -1;
	if (list->n_places < list->places_size)
		return 0;
	if (file_list_within(list, (size - list->places_size) * sizeof(*grown), err))
		return -1;
	grown = realloc(list->place, size * sizeof(*grown));
	if (!grown)
		return error_memory(err, "the list of directories", size * sizeof(*grown));
	list->place = grown;
	list->places_size = size;
	return 0;
}

/* Slot of a directory's place, free where it was not met before; NULL: the system has none. */
static int find_place(struct file_list *list, const char *dir, uint32_t **slot, struct error *err)
{
	struct place *place;
	struct stat st;

	*slot = NULL;
	if (stat(*dir ? dir : ".", &st))
		return 0;
	if (make_room(list, err))
		return -1;
	place = &list->place[list->n_places];
	*place = (struct place){.id = {.dev = st.st_dev, .ino = st.st_ino}};
	*slot = number_set_find(&list->places, identity_hash(&place->id), place_equal, list,
				&place->id);
	return 0;
}

struct place *file_list_place(const struct file_list *list, const struct identity *id)
{
	uint32_t at = list->places.size ? *number_set_find(&list->places, identity_hash(id),
							   place_equal, list, id)
					: NO_FILE;

	return at == NO_FILE ? NULL : &list->place[at];
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool says_no_name(const char *part)
{
	return !*part || strcmp(part, ".") == 0 || strcmp(part, "..") == 0;
}

/* Store the name; behind it that of the folder where the name does not end in it. */
static int store_dir(struct file_list *list, const char *dir, uint32_t *offset, struct error *err)
{
	uint32_t folder_at;
	char *path;
	int rc;

	if (file_list_text(list, dir, offset, err))
		return -1;
	if (!says_no_name(last_part(dir)))
		return 0;
	path = realpath(*dir ? dir : ".", NULL);
	rc = file_list_text(list, path ? last_part(path) : "", &folder_at, err);
	free(path);
	return rc;
}

int file_list_intern(struct file_list *list, const char *dir, uint32_t *offset, struct error *err)
{
	uint32_t *slot, *place;

	if (number_set_grow(&list->dirs, dir_hash, list, err))
		return -1;
	slot = number_set_find(&list->dirs, hash_text(HASH_SEED, dir, strlen(dir)), dir_equal, list,
			       dir);
	if (*slot != NO_FILE) {
		*offset = *slot;
		return 0;
	}
	if (find_place(list, dir, &place, err))
		return -1;
	if (place && *place != NO_FILE) {
		*offset = list->place[*place].dir;
		return 0;
	}
	if (store_dir(list, dir, offset, err))
		return -1;
	*slot = *offset;
	list->dirs.n++;
	if (place) {
		list->place[list->n_places].dir = *offset;
		*place = list->n_places++;
		list->places.n++;
	}
	return 0;
}

void file_list_forget_dirs(struct file_list *list)
{
	number_set_release(&list->dirs);
	number_set_release(&list->places);
	free(list->place);
	list->place = NULL;
	list->n_places = list->places_size = 0;
}

const char *file_list_folder(const struct file_list *list, uint32_t i)
{
	const char *dir = file_list_dir(list, i), *part = last_part(dir);

	return says_no_name(part) ? dir + strlen(dir) + 1 : part;
}
