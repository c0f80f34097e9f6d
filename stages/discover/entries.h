/*
 * The scene list as a record: the list of files, and which of them make each scene. entries.c;
 * filled by scene_list.c and the two ways of grouping, read by whatever opens scenes.
 */
#ifndef IMGPIPE_ENTRIES_H
#define IMGPIPE_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "scene_list.h"
#include "file_list.h"

enum entry_kind {
	ENTRY_STACK,   /* one file, as band 0; its bands are looked for inside */
	ENTRY_GROUP,   /* band files, enough for one of the recipe's values */
	ENTRY_PARTIAL, /* band files that are not enough for any; may be a stack all the same */
	ENTRY_CLASH,   /* two files that are the same band as far as names tell, as bands 0 and 1 */
	ENTRY_FAILED   /* one file, which has a problem */
};

/* A file of a scene, and which band it is: its slot in the scene. */
struct member {
	uint32_t file; /* number in the list of files */
	uint8_t slot;
};

enum { APART_BY_PATH = 255 }; /* the path stands for the name */

/* One scene of the list: members [first, first + n), by slot. */
struct entry {
	uint32_t first;
	uint8_t n, kind;
	uint8_t apart; /* 0; the folder, counted from the file up, that stands before the name */
	uint8_t times; /* how often its acquisition is in the run, 255: or more; 0: once */
	uint8_t older; /* processings of it that were left out, likewise */
	bool left_out; /* as one of these; only until they are dropped */
};

/* A folder of the list, and where it really is. */
struct real_folder {
	uint32_t dir; /* offset of its name */
	char *path;   /* owned; without a slash at its end */
};

struct scene_list {
	struct file_list files;
	struct entry *entry;
	struct member *member;
	uint32_t n, size;
	struct entry *older; /* processings that are left out; with --catalog */
	uint32_t n_older;
	uint32_t n_members, members_size;
	uint32_t n_all; /* with those of other shards, which stand behind the n */
	bool masked;    /* quality files are read */
	bool by_names;  /* names grouped bands, not patterns of --bands */
	/* Files that a rule of --mask asks for by their whole name: each is of all scenes of its
	 * folder. In the list's order. */
	uint32_t *common;
	uint32_t n_common, common_size;
	/* Folders of scenes, by offset, so that a thousand scenes of one ask once where it is: with
	 * --catalog. */
	struct real_folder *real;
	uint32_t n_real, real_size;
	size_t real_bytes;
};

/* Files by slot while a scene is put together; NO_FILE: none. */
struct slot_files {
	uint32_t file[SCENE_MAX_BANDS];
};
struct slot_files slot_files_none(void);

/* Append a scene. */
int scene_list_append(struct scene_list *scene_list, enum entry_kind kind,
		      const struct slot_files *files, struct error *err) MUST_CHECK;

/* Append a scene of one file. */
int scene_list_append_file(struct scene_list *scene_list, enum entry_kind kind, uint32_t file,
			   struct error *err) MUST_CHECK;

/* The file of an entry's slot; NO_FILE if it has none. */
uint32_t entry_file(const struct scene_list *scene_list, const struct entry *entry, unsigned slot);

/* The first file a scene has; NO_FILE: it was made, not read. */
static inline uint32_t entry_first(const struct scene_list *scene_list, const struct entry *entry)
{
	return entry->n ? scene_list->member[entry->first].file : NO_FILE;
}

#endif
