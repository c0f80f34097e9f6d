/*
 * A sorted array of hashes: directory and the part of the name in front of what it says.
 */
#include "quality_table.h"

#include <stdlib.h>
#include <string.h>

#include "group_key.h"
#include "quality_match.h"

static uint32_t hash_of(const struct parsed *p, size_t prefix_len)
{
	return hash_text(hash_text(HASH_TEXT_SEED, p->dir, p->dir_len) * 2654435761u, p->name,
			 prefix_len);
}

/* Where the name says what it is; false: it is no quality file. */
static bool prefix_of(const struct parsed *p, const struct masks *masks, size_t *prefix_len)
{
	bool whole = false;

	*prefix_len = p->prefix_len;
	return p->token.kind == TOKEN_QA ||
	       (quality_asked(masks, p->name, prefix_len, &whole) && !whole);
}

static int by_hash(const void *a, const void *b)
{
	const struct quality_entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->file < y->file ? -1 : x->file > y->file;
}

int quality_table_init(struct quality_table *table, const struct scene_list *scene_list,
		       const struct masks *masks, const uint8_t *mark, uint8_t free_mark,
		       struct error *err)
{
	const struct file_list *files = &scene_list->files;
	uint32_t size = 0;

	*table = (struct quality_table){.scene_list = scene_list, .masks = masks};
	for (uint32_t i = 0; i < files->n; i++) {
		struct parsed p = name_parse(files, i);
		void *entries = table->entry;
		size_t prefix_len;

		if (files->entry[i].problem || mark[i] != free_mark ||
		    !prefix_of(&p, masks, &prefix_len))
			continue;
		if (array_grow(&entries, table->n, 1, &size, sizeof(*table->entry), err))
			return -1;
		table->entry = entries;
		table->entry[table->n++] = (struct quality_entry){hash_of(&p, prefix_len), i};
	}
	if (table->n)
		qsort(table->entry, table->n, sizeof(*table->entry), by_hash);
	return 0;
}

void quality_table_release(struct quality_table *table)
{
	free(table->entry);
	table->entry = NULL;
	table->n = 0;
}

static uint32_t first_of(const struct quality_table *table, uint32_t hash)
{
	uint32_t low = 0, high = table->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (table->entry[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_same(const struct parsed *a, const struct parsed *b, size_t prefix_len)
{
	return a->dir_len == b->dir_len && memcmp(a->dir, b->dir, a->dir_len) == 0 &&
	       strlen(b->name) >= prefix_len && memcmp(a->name, b->name, prefix_len) == 0;
}

static void put_some(const struct quality_table *table, const struct parsed *first,
		     size_t prefix_len, struct slot_files *files, bool of_use, unsigned *n)
{
	uint32_t hash = hash_of(first, prefix_len);

	for (uint32_t i = first_of(table, hash);
	     i < table->n && table->entry[i].hash == hash && *n < SCENE_QA_MOST; i++) {
		struct parsed p = name_parse(&table->scene_list->files, table->entry[i].file);
		size_t len;

		if (prefix_of(&p, table->masks, &len) && len == prefix_len &&
		    is_same(first, &p, prefix_len) &&
		    quality_of_use(table->masks, p.name) == of_use)
			files->file[SCENE_QA + (*n)++] = table->entry[i].file;
	}
}

void quality_table_put(const struct quality_table *table, uint32_t first, size_t prefix_len,
		       struct slot_files *files)
{
	struct parsed p = name_parse(&table->scene_list->files, first);
	unsigned n = 0;

	put_some(table, &p, prefix_len, files, true, &n);
	put_some(table, &p, prefix_len, files, false, &n);
}
