/*
 * Band files -> scenes, by the patterns of --bands: files of one directory whose wildcards stood
 * for the same text are one scene. A file of a directory that no pattern matches is another band;
 * but a file that the user named fails, so that a mistyped pattern is noticed. Only the patterns
 * decide here.
 */
#include "group.h"

#include <stdlib.h>
#include <string.h>

#include "group_key.h"
#include "names.h"

enum { CAPTURE_BYTES = 512 };

struct pattern_grouping {
	struct scene_list *scene_list;
	const struct options *options;
	struct number_set set; /* entries of the scene list, by directory and captured text */
};

struct pattern_key {
	uint32_t dir;
	char captured[CAPTURE_BYTES];
};

/* Which role's pattern matches the file, and what its wildcards stood for; N_ROLES: none. */
static enum role match(const struct pattern_grouping *g, uint32_t file, struct pattern_key *key)
{
	const char *name = file_list_name(&g->scene_list->files, file);

	key->dir = g->scene_list->files.entry[file].dir;
	for (enum role role = ROLE_RED; role < N_ROLES; role++) {
		const char *pattern = role_choice(g->options, role)->pattern;

		if (pattern && name_capture(pattern, name, key->captured, sizeof(key->captured)))
			return role;
	}
	return N_ROLES;
}

static uint32_t key_hash(const struct pattern_key *key)
{
	return hash_text(HASH_SEED ^ key->dir * 2654435761u, key->captured, strlen(key->captured));
}

static void entry_key(const struct pattern_grouping *g, uint32_t number, struct pattern_key *key)
{
	const uint32_t *file = g->scene_list->entry[number].file;

	for (unsigned role = 0; role < N_ROLES; role++)
		if (file[role] != NO_FILE) {
			(void)match(g, file[role], key);
			return;
		}
}

static uint32_t rehash(const void *ctx, uint32_t number)
{
	struct pattern_key key = {0};

	entry_key(ctx, number, &key);
	return key_hash(&key);
}

static bool equal(const void *ctx, uint32_t number, const void *wanted)
{
	struct pattern_key key = {0};
	const struct pattern_key *want = wanted;

	entry_key(ctx, number, &key);
	return key.dir == want->dir && strcmp(key.captured, want->captured) == 0;
}

static int add_failed(struct scene_list *scene_list, uint32_t file, struct error *err)
{
	struct entry entry = {.file = {file, NO_FILE, NO_FILE}, .kind = ENTRY_FAILED};

	return scene_list_append(scene_list, &entry, err);
}

/*
 * A file named by the user that no pattern matches. Other bands of the scenes are left out in
 * silence, as a shell that expands a folder names them all; that of --mask has a use.
 */
static int refuse_named(struct pattern_grouping *g, uint32_t file, struct error *err)
{
	struct file_list *files = &g->scene_list->files;
	const struct mask_rule *mask = &g->options->mask;

	enum token_kind kind = name_parse(files, file).token.kind;

	if (!files->entry[file].named || (kind != TOKEN_NONE && kind != TOKEN_STACK))
		return 0;
	if (mask->set && name_holds(file_list_name(files, file), mask->pattern))
		return 0;
	files->entry[file].problem = FILE_NO_PATTERN;
	return add_failed(g->scene_list, file, err);
}

static int add_file(struct pattern_grouping *g, uint32_t file, struct error *err)
{
	struct entry entry = {.file = {NO_FILE, NO_FILE, NO_FILE}, .kind = ENTRY_PARTIAL};
	struct pattern_key key;
	enum role role = match(g, file, &key);
	uint32_t *slot, *files;

	if (role == N_ROLES)
		return refuse_named(g, file, err);
	if (number_set_grow(&g->set, rehash, g, err))
		return -1;
	slot = number_set_find(&g->set, key_hash(&key), equal, g, &key);
	if (*slot == NO_FILE) {
		entry.file[role] = file;
		if (scene_list_append(g->scene_list, &entry, err))
			return -1;
		*slot = g->scene_list->n - 1;
		g->set.n++;
		return 0;
	}
	files = g->scene_list->entry[*slot].file;
	if (files[role] == NO_FILE)
		files[role] = file;
	if (files[ROLE_RED] != NO_FILE && files[ROLE_NIR] != NO_FILE)
		g->scene_list->entry[*slot].kind = ENTRY_GROUP;
	return 0;
}

/* Quality files that stand alone are no scenes. */
static void drop_quality_only(struct scene_list *scene_list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < scene_list->n; i++)
		if (entry_first(&scene_list->entry[i]) != NO_FILE)
			scene_list->entry[n++] = scene_list->entry[i];
	scene_list->n = n;
}

int group_by_pattern(struct scene_list *scene_list, const struct options *options,
		     struct error *err)
{
	struct pattern_grouping g = {.scene_list = scene_list, .options = options};
	uint32_t n = scene_list->files.n;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = scene_list->files.entry[i].problem ? add_failed(scene_list, i, err)
							: add_file(&g, i, err);
	drop_quality_only(scene_list);
	/* Nothing matched at all: say so in the place of the first file. */
	if (rc == 0 && scene_list->n == 0 && n > 0) {
		scene_list->files.entry[0].problem = FILE_NO_PATTERN;
		rc = add_failed(scene_list, 0, err);
	}
	number_set_release(&g.set);
	return rc;
}
