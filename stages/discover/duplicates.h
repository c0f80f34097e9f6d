/*
 * --duplicates: scenes that are one acquisition, processed or stored several times. duplicates.c,
 * for scene_list.c.
 */
#ifndef IMGPIPE_DUPLICATES_H
#define IMGPIPE_DUPLICATES_H

#include "entries.h"
#include "options.h"

/*
 * By names alone, before shards are taken: sets entry->times, so that scene_open() says it; with
 * `newest` leaves out all but one (entry->older) of those whose processing is known; with `fail` is
 * -1 with EX_DATAERR and two of the paths. `keep`: those that are left out are kept
 * apart (scene_list_older()).
 */
int scene_list_duplicates(struct scene_list *scene_list, enum duplicates choice, bool keep,
			  struct error *err) MUST_CHECK;

/* What is to be said of a scene; false: nothing. */
bool duplicates_note(const struct entry *entry, char *text, size_t size);

#endif
