/*
 * The file list: text in one growing block, a path named twice kept once. Directories are stored
 * with the name of their folder where the path does not say it; what is one directory the file
 * system tells. It knows nothing of bands and opens nothing.
 */
#include "file_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "window.h"

static size_t held_bytes(const struct file_list *list)
{
	size_t slots = (size_t)list->seen.size + list->dirs.size + list->places.size;

	return list->text_size + list->size * sizeof(*list->entry) + slots * sizeof(uint32_t) +
	       list->places_size * sizeof(*list->place) + list->n_read * sizeof(*list->read);
}

int file_list_within(const struct file_list *list, size_t more, struct error *err)
{
	size_t need = size_add(held_bytes(list), more);

	if (!list->most_bytes || need <= list->most_bytes)
		return 0;
	return error_set(err, EX_TEMPFAIL,
			 "the names of the files take over %zu MiB (%u are read), which is more "
			 "than half of the memory limit; raise --memory, or name fewer files at a "
			 "time",
			 list->most_bytes >> 20, list->n);
}

int file_list_text(struct file_list *list, const char *text, uint32_t *offset, struct error *err)
{
	size_t at = list->text_len ? list->text_len : 2; /* behind the two empty names */
	size_t len = strlen(text) + 1, need = size_add(at, len);

	if (need > UINT32_MAX)
		return error_set(err, EX_UNAVAILABLE, "the names of all files exceed 4 GiB");
	if (need > list->text_size) {
		size_t size = list->text_size + list->text_size / 2 + at + len + 4096;
		char *grown;

		if (file_list_within(list, size - list->text_size, err))
			return -1;
		grown = realloc(list->text, size);
		if (!grown)
			return error_memory(err, "file names", size);
		list->text = grown;
		list->text_size = size;
	}
	if (!list->text_len)
		memset(list->text, 0, at);
	memcpy(list->text + at, text, len);
	*offset = (uint32_t)at;
	list->text_len = need;
	return 0;
}

/* --- directories: each stored once, by the name it was met by first --- */

static uint32_t dir_hash(const void *ctx, uint32_t number)
{
	const char *text = ((const struct file_list *)ctx)->text + number;

	return hash_text(HASH_TEXT_SEED, text, strlen(text));
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
	if (!says_no_name(path_name(dir)))
		return 0;
	path = realpath(*dir ? dir : ".", NULL);
	rc = file_list_text(list, path ? path_name(path) : "", &folder_at, err);
	free(path);
	return rc;
}

int file_list_intern(struct file_list *list, const char *dir, uint32_t *offset, struct error *err)
{
	uint32_t *slot, *place;

	if (number_set_grow(&list->dirs, dir_hash, list, err))
		return -1;
	slot = number_set_find(&list->dirs, hash_text(HASH_TEXT_SEED, dir, strlen(dir)), dir_equal,
			       list, dir);
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

static void forget_dirs(struct file_list *list)
{
	number_set_release(&list->dirs);
	number_set_release(&list->places);
	free(list->place);
	list->place = NULL;
	list->n_places = list->places_size = 0;
}

const char *file_list_folder(const struct file_list *list, uint32_t i)
{
	const char *dir = file_list_dir(list, i), *part = path_name(dir);

	return says_no_name(part) ? dir + strlen(dir) + 1 : part;
}

/* --- files --- */

static uint32_t name_hash(uint32_t dir, const char *name)
{
	return hash_text(HASH_TEXT_SEED ^ dir * 2654435761u, name, strlen(name));
}

static uint32_t entry_hash(const struct file_list *list, const struct file_entry *entry)
{
	return name_hash(entry->dir, list->text + entry->name);
}

static uint32_t file_hash(const void *ctx, uint32_t number)
{
	const struct file_list *list = ctx;

	return entry_hash(list, &list->entry[number]);
}

static bool file_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct file_list *list = ctx;
	const struct file_entry *a = &list->entry[number], *b = key;

	return a->dir == b->dir && strcmp(list->text + a->name, list->text + b->name) == 0;
}

struct name_key {
	uint32_t dir;
	const char *name;
};

static bool name_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct file_list *list = ctx;
	const struct name_key *wanted = key;

	return list->entry[number].dir == wanted->dir &&
	       strcmp(file_list_name(list, number), wanted->name) == 0;
}

uint32_t file_list_find(const struct file_list *list, uint32_t dir, const char *name)
{
	struct name_key key = {.dir = dir, .name = name};

	if (!list->seen.size)
		return NO_FILE;
	return *number_set_find(&list->seen, name_hash(dir, name), name_equal, list, &key);
}

int file_list_append(struct file_list *list, const struct file_entry *entry, struct error *err)
{
	uint32_t *slot;

	list->offered++;
	if (number_set_grow(&list->seen, file_hash, list, err))
		return -1;
	slot = number_set_find(&list->seen, entry_hash(list, entry), file_equal, list, entry);
	if (*slot != NO_FILE) {
		list->entry[*slot].named |= entry->named;
		return 0;
	}
	if (list->n == list->size) {
		uint32_t size = list->size + list->size / 2 + 64;
		struct file_entry *grown;

		if (file_list_within(list, (size - list->size) * sizeof(*grown), err))
			return -1;
		grown = realloc(list->entry, size * sizeof(*grown));
		if (!grown)
			return error_memory(err, "the list of files", size * sizeof(*grown));
		list->entry = grown;
		list->size = size;
	}
	*slot = list->n;
	list->seen.n++;
	list->n_by_link += entry->by_link;
	list->entry[list->n++] = *entry;
	return 0;
}

int file_list_problem(struct file_list *list, const char *path, enum file_problem problem,
		      int errno_value, struct error *err)
{
	struct file_entry entry = {.problem = (uint8_t)problem,
				   .errno_value = (uint8_t)(errno_value & 0xff)};

	if (file_list_text(list, path, &entry.name, err))
		return -1;
	return file_list_append(list, &entry, err);
}

int file_list_path_entry(struct file_list *list, const char *path, const struct file_entry *how,
			 struct error *err)
{
	struct file_entry entry = *how;
	/* DRIVER:... is no path, though there may be one in it. */
	const bool is_path = !how->virtual || strncmp(path, "/vsi", 4) == 0;
	const char *slash;
	char *dir;
	int rc;

	while (path[0] == '.' && path[1] == '/' && path[2] && path[2] != '/')
		path += 2;
	slash = is_path ? strrchr(path, '/') : NULL;
	dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup("");
	if (!dir)
		return error_memory(err, "a path", strlen(path));
	rc = file_list_intern(list, dir, &entry.dir, err);
	free(dir);
	if (rc || file_list_text(list, slash ? slash + 1 : path, &entry.name, err))
		return -1;
	return file_list_append(list, &entry, err);
}

void file_list_seal(struct file_list *list)
{
	char *text = list->text_len ? realloc(list->text, list->text_len) : NULL;
	struct file_entry *entry =
		list->n ? realloc(list->entry, list->n * sizeof(*list->entry)) : NULL;

	if (text) {
		list->text = text;
		list->text_size = list->text_len;
	}
	if (entry) {
		list->entry = entry;
		list->size = list->n;
	}
	number_set_release(&list->seen);
	forget_dirs(list);
}

void file_list_release(struct file_list *list)
{
	free(list->text);
	free(list->entry);
	free(list->read);
	number_set_release(&list->seen);
	forget_dirs(list);
	free(list->same);
	*list = (struct file_list){0};
}

static char *join(const char *front, const char *dir, const char *name)
{
	size_t dir_len = strlen(dir);
	char *path = malloc(size_add(size_add(strlen(front), dir_len), size_add(strlen(name), 2)));
	char *end;

	if (!path)
		return NULL;
	end = stpcpy(stpcpy(path, front), dir);
	if (dir_len > 0 && dir[dir_len - 1] != '/')
		*end++ = '/';
	stpcpy(end, name);
	return path;
}

/*
 * GDAL takes a name for something else than a file's by how it begins: "/vsi...", a driver's prefix
 * with a colon ("PG:host=..."), XML, JSON.
 */
static bool looks_like_no_file(const char *path)
{
	return strncmp(path, "/vsi", 4) == 0 || *path == '<' || *path == '{' || *path == '[' ||
	       path[strcspn(path, ":/")] == ':';
}

char *file_path(const char *dir, const char *name)
{
	if (!looks_like_no_file(*dir ? dir : name))
		return join("", dir, name);
	return join(*dir == '/' ? "/." : "./", dir, name);
}

char *folder_beside(const char *dir, const char *folder, const char *other)
{
	size_t n = strlen(dir), tail = strlen(folder);
	char *path;

	if (n >= tail && strcmp(dir + n - tail, folder) == 0 &&
	    (n == tail || dir[n - tail - 1] == '/')) {
		if (asprintf(&path, "%.*s%s", (int)(n - tail), dir, other) < 0)
			return NULL;
	} else if (asprintf(&path, "%s/../%s", n ? dir : ".", other) < 0) {
		return NULL;
	}
	return path;
}

char *file_list_path(const struct file_list *list, uint32_t i)
{
	const char *dir = file_list_dir(list, i), *name = file_list_name(list, i);

	if (list->entry[i].virtual || list->entry[i].problem)
		return join("", dir, name);
	return file_path(dir, name);
}
