/*
 * Folders are read where what they hold is known to be all there is: on file systems of this
 * machine (locks.h). Case: some of these file systems do not tell letters apart by it, so ASCII
 * letters are not either; and where a name has other letters, which a name may equal without
 * looking like it, the folder is left to the kernel.
 */
#include "folder_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "locks.h"
#include "scene_build.h"

enum { READ_TIMES = 8, READ_LEAST = 4096, FIRST_ROOM = 256 };

/* 0 for a name that is not ASCII, else not 0. */
static uint32_t name_hash(const char *name)
{
	uint64_t hash = HASH_SEED;

	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c > 0x7F)
			return 0;
		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		hash = hash_bytes(hash, &c, 1);
	}
	return (uint32_t)(hash ^ hash >> 32) | 1;
}

/* --- reading a folder --- */

struct hashes {
	uint32_t *hash;
	uint32_t n, room;
};

static bool add(struct hashes *h, uint32_t hash)
{
	uint32_t room = h->room ? h->room * 2 : FIRST_ROOM, *more;

	if (h->n == h->room) {
		more = realloc(h->hash, room * sizeof(*more));
		if (!more)
			return false;
		h->hash = more;
		h->room = room;
	}
	h->hash[h->n++] = hash;
	return true;
}

/* false: they are not all known. */
static bool read_names(DIR *dir, struct hashes *h, uint64_t *left)
{
	const struct dirent *entry;

	while ((entry = readdir(dir))) {
		uint32_t hash = name_hash(entry->d_name);

		if (!hash || !*left || h->n == FOLDER_NAMES_MOST || !add(h, hash))
			return false;
		--*left;
	}
	return true;
}

static void put_in(struct kept_folder *folder, uint32_t hash)
{
	uint32_t at = hash & folder->mask;

	while (folder->slot[at] && folder->slot[at] != hash)
		at = (at + 1) & folder->mask;
	folder->slot[at] = hash;
}

static void make_table(struct kept_folder *folder, const struct hashes *h)
{
	uint32_t slots = 16;

	while (slots < 2 * h->n)
		slots *= 2;
	folder->slot = calloc(slots, sizeof(*folder->slot));
	folder->mask = slots - 1;
	for (uint32_t i = 0; folder->slot && i < h->n; i++)
		put_in(folder, h->hash[i]);
}

static void read_folder(struct folder_names *names, struct kept_folder *folder)
{
	struct hashes h = {0};
	int fd = open(*folder->path ? folder->path : ".",
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	DIR *dir = fd >= 0 && locks_hold(fd) ? fdopendir(fd) : NULL;

	if (dir && read_names(dir, &h, &names->names_left))
		make_table(folder, &h);
	if (dir)
		(void)closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	free(h.hash);
}

/* --- folders --- */

static void give_up(struct kept_folder *folder)
{
	free(folder->path);
	free(folder->slot);
	*folder = (struct kept_folder){.path = NULL};
}

/* NULL without memory. */
static const struct kept_folder *find(struct folder_names *names, const char *path, size_t length)
{
	struct kept_folder *folder;

	for (unsigned i = 0; i < FOLDERS_KEPT; i++) {
		folder = &names->folder[i];
		if (folder->path && folder->length == length &&
		    memcmp(folder->path, path, length) == 0)
			return folder;
	}
	folder = &names->folder[names->next];
	names->next = (names->next + 1) % FOLDERS_KEPT;
	give_up(folder);
	folder->path = strndup(path, length);
	folder->length = length;
	if (!folder->path)
		return NULL;
	read_folder(names, folder);
	return folder;
}

static bool has(const struct kept_folder *folder, uint32_t hash)
{
	for (uint32_t at = hash & folder->mask; folder->slot[at]; at = (at + 1) & folder->mask)
		if (folder->slot[at] == hash)
			return true;
	return false;
}

bool folder_names_lacks(struct folder_names *names, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const struct kept_folder *folder;
	uint32_t hash = names ? name_hash(name) : 0;

	if (!hash || !*name)
		return false;
	folder = find(names, path, (size_t)(name - path));
	return folder && folder->slot && !has(folder, hash);
}

char *folder_names_whole(struct folder_names *names, const char *path)
{
	char *whole;

	if (*path == '/' || !names)
		return path_absolute(path);
	if (!names->working_folder)
		names->working_folder = path_absolute("");
	if (!names->working_folder || asprintf(&whole, "%s%s", names->working_folder, path) < 0)
		return NULL;
	return whole;
}

void folder_names_begin(struct folder_names *names, uint64_t files)
{
	*names = (struct folder_names){.names_left = READ_TIMES * files + READ_LEAST};
}

void folder_names_end(struct folder_names *names)
{
	for (unsigned i = 0; i < FOLDERS_KEPT; i++)
		give_up(&names->folder[i]);
	free(names->working_folder);
	names->working_folder = NULL;
}
