/*
 * Quality files by what their names begin with, for scenes that patterns of --bands make:
 * quality_table.c. For group_pattern.c.
 */
#ifndef IMGPIPE_QUALITY_TABLE_H
#define IMGPIPE_QUALITY_TABLE_H

#include "entries.h"
#include "masks/masks.h"

struct quality_entry {
	uint32_t hash, file;
};

struct quality_table {
	const struct scene_list *scene_list;
	const struct masks *masks;
	struct quality_entry *entry; /* by hash, then file */
	uint32_t n;
};

/* Files of the list that are quality files, or asked for, where mark[file] is `free_mark`. */
int quality_table_init(struct quality_table *table, const struct scene_list *scene_list,
		       const struct masks *masks, const uint8_t *mark, uint8_t free_mark,
		       struct error *err) MUST_CHECK;
void quality_table_release(struct quality_table *table);

/* Those of the scene whose names begin as that of its file `first` does, for prefix_len bytes. */
void quality_table_put(const struct quality_table *table, uint32_t first, size_t prefix_len,
		       struct slot_files *files);

#endif
