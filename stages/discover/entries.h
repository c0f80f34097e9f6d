/*
 * The scene list as a record: the list of files, and which of them make each scene. entries.c;
 * filled by scene_list.c and the two ways of grouping, read by whatever opens scenes.
 */
#ifndef IMGPIPE_ENTRIES_H
#define IMGPIPE_ENTRIES_H

#include <stdint.h>

#include "scene_list.h"
#include "file_list.h"

/* Bands that names tell apart; those of a scene have the same numbers. */
enum role { ROLE_RED, ROLE_NIR, ROLE_QA, N_ROLES };

enum entry_kind {
	ENTRY_STACK,   /* file[ROLE_RED] alone; its bands are looked for inside */
	ENTRY_GROUP,   /* file[ROLE_RED] and file[ROLE_NIR] */
	ENTRY_PARTIAL, /* a group of which red or NIR is missing; may be a stack all the same */
	ENTRY_CLASH,   /* two files that are the same band as far as names tell: red's and NIR's */
	ENTRY_FAILED   /* file[ROLE_RED] has a problem */
};

/* One scene of the list. Numbers of files in the list, NO_FILE if there is none. */
struct entry {
	uint32_t file[N_ROLES];
	uint8_t kind;
};

struct scene_list {
	struct file_list files;
	struct entry *entry;
	uint32_t n, size;
	uint32_t n_all; /* before other shards' scenes were left out */
};

/* Append a scene. */
int scene_list_append(struct scene_list *scene_list, const struct entry *entry,
		      struct error *err) MUST_CHECK;

/* What --bands says of a band; neither number nor pattern: nothing. */
const struct band_choice *role_choice(const struct options *options, enum role role);

/* The first file a scene has. */
static inline uint32_t entry_first(const struct entry *entry)
{
	return entry->file[ROLE_RED] != NO_FILE ? entry->file[ROLE_RED] : entry->file[ROLE_NIR];
}

#endif
