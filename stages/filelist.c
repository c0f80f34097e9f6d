/*
 * The file list: text in one growing block, a path named twice kept once; and the arguments that
 * are no directories: files, @lists, "-". It knows nothing of bands.
 */
#include "filelist.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "window.h"

uint32_t hash_text(uint32_t seed, const char *text, size_t len)
{
	uint32_t hash = seed; /* FNV-1a, 32 bits */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

int number_set_grow(struct number_set *set, uint32_t (*rehash)(const void *ctx, uint32_t number),
		    const void *ctx, struct error *err)
{
	struct number_set bigger = {.size = set->size ? set->size * 2 : 64};

	if (set->size && set->n < set->size - set->size / 4)
		return 0;
	if (set->size > UINT32_MAX / 4)
		return error_memory(err, "the list of files", SIZE_MAX);
	bigger.slot = malloc(bigger.size * sizeof(*bigger.slot));
	if (!bigger.slot)
		return error_memory(err, "the list of files", bigger.size * sizeof(uint32_t));
	memset(bigger.slot, 0xff, bigger.size * sizeof(*bigger.slot));
	for (uint32_t i = 0; i < set->size; i++) {
		uint32_t at;

		if (set->slot[i] == NO_FILE)
			continue;
		at = rehash(ctx, set->slot[i]) & (bigger.size - 1);
		while (bigger.slot[at] != NO_FILE)
			at = (at + 1) & (bigger.size - 1);
		bigger.slot[at] = set->slot[i];
	}
	bigger.n = set->n;
	free(set->slot);
	*set = bigger;
	return 0;
}

uint32_t *number_set_find(const struct number_set *set, uint32_t hash,
			  bool (*equal)(const void *ctx, uint32_t number, const void *key),
			  const void *ctx, const void *key)
{
	uint32_t at = hash & (set->size - 1);

	while (set->slot[at] != NO_FILE && !equal(ctx, set->slot[at], key))
		at = (at + 1) & (set->size - 1);
	return &set->slot[at];
}

void number_set_release(struct number_set *set)
{
	free(set->slot);
	*set = (struct number_set){0};
}

int file_list_text(struct file_list *list, const char *text, uint32_t *offset, struct error *err)
{
	size_t at = list->text_len ? list->text_len : 2; /* behind the two empty names */
	size_t len = strlen(text) + 1, need = size_add(at, len);

	if (need > UINT32_MAX)
		return error_set(err, EX_UNAVAILABLE, "the names of all files exceed 4 GiB");
	if (need > list->text_size) {
		size_t size = list->text_size + list->text_size / 2 + at + len + 4096;
		char *grown = realloc(list->text, size);

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

static uint32_t entry_hash(const struct file_list *list, const struct file_entry *entry)
{
	const char *name = list->text + entry->name;

	return hash_text(HASH_SEED ^ entry->dir * 2654435761u, name, strlen(name));
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

static int append_entry(struct file_list *list, const struct file_entry *entry, struct error *err)
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
		struct file_entry *grown = realloc(list->entry, size * sizeof(*grown));

		if (!grown)
			return error_memory(err, "the list of files", size * sizeof(*grown));
		list->entry = grown;
		list->size = size;
	}
	*slot = list->n;
	list->seen.n++;
	list->entry[list->n++] = *entry;
	return 0;
}

int file_list_append(struct file_list *list, uint32_t dir, uint32_t name, bool named,
		     struct error *err)
{
	struct file_entry entry = {.dir = dir, .name = name, .named = named};

	return append_entry(list, &entry, err);
}

int file_list_problem(struct file_list *list, const char *path, enum file_problem problem,
		      int errno_value, struct error *err)
{
	struct file_entry entry = {.problem = (uint8_t)problem,
				   .errno_value = (uint8_t)(errno_value & 0xff)};

	if (file_list_text(list, path, &entry.name, err))
		return -1;
	return append_entry(list, &entry, err);
}

/* Add one file by its path, split into directory and name where it is a path. */
static int add_path(struct file_list *list, const char *path, bool is_path, struct error *err)
{
	const char *slash;
	char *dir;
	uint32_t dir_at = 0, name_at = 0;
	int rc;

	while (path[0] == '.' && path[1] == '/' && path[2] && path[2] != '/')
		path += 2;
	slash = is_path ? strrchr(path, '/') : NULL;
	dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup("");
	if (!dir)
		return error_memory(err, "a path", strlen(path));
	rc = file_list_intern(list, dir, &dir_at, err);
	free(dir);
	if (rc || file_list_text(list, slash ? slash + 1 : path, &name_at, err))
		return -1;
	return file_list_append(list, dir_at, name_at, true, err);
}

/* GDAL's own names: /vsizip/..., NETCDF:"file":variable. The file system does not know them. */
static bool is_gdal_name(const char *path)
{
	size_t n = 0;

	if (strncmp(path, "/vsi", 4) == 0)
		return true;
	while (isupper((unsigned char)path[n]) || isdigit((unsigned char)path[n]) || path[n] == '_')
		n++;
	return n > 1 && path[n] == ':';
}

/* A file or directory; lists do not nest. */
static int add_file_or_dir(struct file_list *list, const char *path, struct error *err)
{
	struct stat st;

	if (strncmp(path, "/vsi", 4) == 0)
		return add_path(list, path, true, err);
	if (stat(path, &st)) {
		if (errno == ENOENT && is_gdal_name(path))
			return add_path(list, path, false, err);
		return file_list_problem(list, path, FILE_CANNOT_OPEN, errno, err);
	}
	if (S_ISDIR(st.st_mode))
		return file_list_walk(list, path, err);
	if (!S_ISREG(st.st_mode))
		return file_list_problem(list, path, FILE_NOT_REGULAR, 0, err);
	return add_path(list, path, true, err);
}

static int add_lines(struct file_list *list, FILE *in, const char *name, struct error *err)
{
	char *line = NULL;
	size_t size = 0, n_paths = 0;
	ssize_t len;
	int rc = 0;

	while (rc == 0 && (len = getline(&line, &size, in)) >= 0) {
		const char *text = line;

		if (memchr(line, '\0', (size_t)len)) {
			rc = file_list_problem(list, name, FILE_LIST_NOT_TEXT, 0, err);
			n_paths++;
			break;
		}
		while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
			line[--len] = '\0';
		text += strspn(text, " \t");
		if (*text == '\0' || *text == '#')
			continue;
		n_paths++;
		rc = add_file_or_dir(list, text, err);
	}
	if (rc == 0 && ferror(in))
		rc = file_list_problem(list, name, FILE_CANNOT_OPEN, errno, err);
	else if (rc == 0 && n_paths == 0)
		rc = file_list_problem(list, name, FILE_EMPTY_LIST, 0, err);
	free(line);
	return rc;
}

int file_list_add(struct file_list *list, const char *argument, struct error *err)
{
	FILE *in;
	int rc;

	if (strcmp(argument, "-") == 0)
		return add_lines(list, stdin, "standard input", err);
	if (argument[0] != '@')
		return add_file_or_dir(list, argument, err);
	in = fopen(argument + 1, "re");
	if (!in)
		return file_list_problem(list, argument, FILE_CANNOT_OPEN, errno, err);
	rc = add_lines(list, in, argument, err);
	fclose(in);
	return rc;
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
	file_list_forget_dirs(list);
}

void file_list_release(struct file_list *list)
{
	free(list->text);
	free(list->entry);
	number_set_release(&list->seen);
	file_list_forget_dirs(list);
	*list = (struct file_list){0};
}

char *file_list_path(const struct file_list *list, uint32_t i)
{
	const char *dir = file_list_dir(list, i), *name = file_list_name(list, i);
	size_t dir_len = strlen(dir);
	char *path = malloc(size_add(dir_len, size_add(strlen(name), 2))), *end;

	if (!path)
		return NULL;
	end = stpcpy(path, dir);
	if (dir_len > 0 && dir[dir_len - 1] != '/')
		*end++ = '/';
	stpcpy(end, name);
	return path;
}
