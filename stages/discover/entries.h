/*
 * The catalogue as a record: the list of files, and which of them make each scene. entries.c;
 * filled by catalog.c and the two ways of grouping, read by whatever opens scenes.
 */
#ifndef IMGPIPE_ENTRIES_H
#define IMGPIPE_ENTRIES_H

#include <stdint.h>

#include "catalog.h"
#include "file_list.h"

enum entry_kind {
	ENTRY_STACK,   /* file[BAND_RED] alone; its bands are looked for inside */
	ENTRY_GROUP,   /* file[BAND_RED] and file[BAND_NIR] */
	ENTRY_PARTIAL, /* a group of which red or NIR is missing; may be a stack all the same */
	ENTRY_CLASH,   /* two files that are the same band as far as names tell: red's and NIR's */
	ENTRY_FAILED   /* file[BAND_RED] has a problem */
};

/* One scene of the catalogue. Numbers of files in the list, NO_FILE if there is none. */
struct entry {
	uint32_t file[N_BAND_ROLES];
	uint8_t kind;
};

struct catalog {
	struct file_list files;
	struct entry *entry;
	uint32_t n, size;
	uint32_t n_all; /* before other shards' scenes were left out */
};

/* Append a scene. */
int catalog_append(struct catalog *catalog, const struct entry *entry,
		   struct error *err) MUST_CHECK;

/* The first file a scene has. */
static inline uint32_t entry_first(const struct entry *entry)
{
	return entry->file[BAND_RED] != NO_FILE ? entry->file[BAND_RED] : entry->file[BAND_NIR];
}

#endif
