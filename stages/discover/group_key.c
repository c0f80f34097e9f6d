/*
 * Families and groups: hash tables over what file names share. It knows tokens, not which band is
 * red.
 */
#include "group_key.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "sentinel2.h"
#include "window.h"
#include "wishes.h"

/* Bytes of a directory's name without its last folder where that is "R10m" or its like. */
static size_t without_resolution(const char *dir, uint8_t *metres)
{
	const char *slash = strrchr(dir, '/');

	*metres = sentinel2_folder_metres(path_name(dir));
	if (!*metres)
		return strlen(dir);
	return slash ? (size_t)(slash - dir) : 0;
}

struct parsed name_parse(const struct file_list *files, uint32_t file)
{
	struct parsed parsed = {.name = file_list_name(files, file),
				.dir = file_list_dir(files, file)};
	uint8_t folder_m;

	parsed.stem_len = name_stem(parsed.name);
	parsed.token = name_band_token(parsed.name, parsed.stem_len);
	parsed.prefix_len = parsed.token.kind ? parsed.token.prefix_len : parsed.stem_len;
	parsed.suffix_at = parsed.token.kind ? parsed.token.suffix : parsed.stem_len;
	parsed.dir_len = without_resolution(parsed.dir, &folder_m);
	parsed.resolution_m = parsed.token.resolution_m ? parsed.token.resolution_m : folder_m;
	return parsed;
}

/* The suffix that tells families apart: what stands behind "BOA" does not. */
static size_t family_suffix_len(const struct parsed *p)
{
	return p->token.kind == TOKEN_STACK ? 0 : p->stem_len - p->suffix_at;
}

static uint32_t family_key_hash(const struct parsed *p)
{
	uint32_t hash = hash_text(HASH_TEXT_SEED, p->dir, p->dir_len) * 2654435761u;

	hash = hash_text(hash, p->name, p->prefix_len);
	return hash_text(hash, p->name + p->suffix_at, family_suffix_len(p));
}

bool same_family(const struct parsed *a, const struct parsed *b)
{
	size_t suffix = family_suffix_len(a);

	return a->dir_len == b->dir_len && memcmp(a->dir, b->dir, a->dir_len) == 0 &&
	       a->prefix_len == b->prefix_len && memcmp(a->name, b->name, a->prefix_len) == 0 &&
	       suffix == family_suffix_len(b) &&
	       memcmp(a->name + a->suffix_at, b->name + b->suffix_at, suffix) == 0;
}

struct family_key {
	uint32_t hash;
	const struct parsed *parsed;
};

static uint32_t family_rehash(const void *ctx, uint32_t number)
{
	const struct grouping *g = ctx;

	return g->family[number].hash;
}

static bool family_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct grouping *g = ctx;
	const struct family_key *k = key;
	struct parsed p;

	if (g->family[number].hash != k->hash)
		return false;
	p = name_parse(&g->scene_list->files, g->family[number].file);
	return same_family(&p, k->parsed);
}

/* Groups of one family differ in extension, whose case does not matter. */
static uint32_t group_key_hash(uint32_t family, const struct parsed *p)
{
	uint32_t hash = HASH_TEXT_SEED ^ family * 2654435761u ^ (p->resolution_m != 0);

	for (const char *c = p->name + p->stem_len; *c; c++) {
		char lower = (char)tolower((unsigned char)*c);

		hash = hash_text(hash, &lower, 1);
	}
	return hash;
}

struct group_key {
	uint32_t family;
	const struct parsed *parsed;
};

static uint32_t group_rehash(const void *ctx, uint32_t number)
{
	const struct grouping *g = ctx;
	struct parsed p = name_parse(&g->scene_list->files, g->group[number].file);

	return group_key_hash(g->group[number].family, &p);
}

static bool group_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct grouping *g = ctx;
	const struct group_key *k = key;
	const struct group *group = &g->group[number];
	const char *name = file_list_name(&g->scene_list->files, group->file);

	return group->family == k->family &&
	       group->states_resolution == (k->parsed->resolution_m != 0) &&
	       strcasecmp(name + name_stem(name), k->parsed->name + k->parsed->stem_len) == 0;
}

uint32_t find_family(const struct grouping *g, const struct parsed *p)
{
	const struct family_key key = {family_key_hash(p), p};

	if (!g->family_set.size)
		return NO_FILE;
	return *number_set_find(&g->family_set, key.hash, family_equal, g, &key);
}

int get_family(struct grouping *g, uint32_t file, const struct parsed *p, uint32_t *family,
	       struct error *err)
{
	const struct family_key key = {family_key_hash(p), p};
	void *array = g->family;
	uint32_t *slot;

	if (number_set_grow(&g->family_set, family_rehash, g, err))
		return -1;
	slot = number_set_find(&g->family_set, key.hash, family_equal, g, &key);
	if (*slot == NO_FILE) {
		if (array_grow(&array, g->n_families, 1, &g->family_size, sizeof(*g->family), err))
			return -1;
		g->family = array;
		g->family[g->n_families] = (struct family){
			.file = file, .hash = key.hash, .qa = NO_FILE, .last_qa = NO_FILE};
		g->family_set.n++;
		*slot = g->n_families++;
	}
	*family = *slot;
	return 0;
}

int join_group(struct grouping *g, uint32_t file, const struct parsed *p, uint32_t *group,
	       struct error *err)
{
	struct group_key key = {.parsed = p};
	void *array = g->group;
	uint32_t *slot;

	if (get_family(g, file, p, &key.family, err) ||
	    number_set_grow(&g->group_set, group_rehash, g, err))
		return -1;
	slot = number_set_find(&g->group_set, group_key_hash(key.family, p), group_equal, g, &key);
	if (*slot == NO_FILE) {
		if (array_grow(&array, g->n_groups, 1, &g->group_size, sizeof(*g->group), err))
			return -1;
		g->group = array;
		g->group[g->n_groups] = (struct group){.family = key.family,
						       .file = file,
						       .last = file,
						       .states_resolution = p->resolution_m != 0};
		g->group_set.n++;
		*slot = g->n_groups++;
	}
	*group = *slot;
	if (g->group[*group].last != file) {
		g->next[g->group[*group].last] = file;
		g->group[*group].last = file;
	}
	g->of_file[file] = *group;
	return 0;
}

int grouping_init(struct grouping *g, struct scene_list *scene_list, const struct options *options,
		  struct error *err)
{
	size_t bytes = size_mul(size_add(scene_list->files.n, 1), sizeof(*g->of_file));

	*g = (struct grouping){.scene_list = scene_list,
			       .options = options,
			       .stacks_only = options->n_bands && !options->bands[0].pattern,
			       .of_file = malloc(bytes),
			       .next = malloc(bytes),
			       .next_qa = malloc(bytes)};
	if (!g->of_file || !g->next || !g->next_qa)
		return error_memory(err, "the scene list", 3 * bytes);
	memset(g->of_file, 0xff, bytes);
	memset(g->next, 0xff, bytes);
	memset(g->next_qa, 0xff, bytes);
	for (unsigned i = 0; i < options->recipe->n_bands; i++)
		g->choice[i] = wish_choice(options, &options->recipe->band[i]);
	return 0;
}

void grouping_release(struct grouping *g)
{
	free(g->family);
	free(g->group);
	free(g->of_file);
	free(g->next);
	free(g->next_qa);
	number_set_release(&g->family_set);
	number_set_release(&g->group_set);
	*g = (struct grouping){0};
}
