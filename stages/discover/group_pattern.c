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
	struct catalog *catalog;
	const struct options *options;
	struct number_set set; /* entries of the catalogue, by directory and captured text */
};

struct pattern_key {
	uint32_t dir;
	char captured[CAPTURE_BYTES];
};

/* Which role's pattern matches the file, and what its wildcards stood for; N_BAND_ROLES: none. */
static enum band_role match(const struct pattern_grouping *g, uint32_t file,
			    struct pattern_key *key)
{
	const char *name = file_list_name(&g->catalog->files, file);

	key->dir = g->catalog->files.entry[file].dir;
	for (enum band_role role = BAND_RED; role < N_BAND_ROLES; role++) {
		const char *pattern = g->options->bands[role].pattern;

		if (pattern && name_capture(pattern, name, key->captured, sizeof(key->captured)))
			return role;
	}
	return N_BAND_ROLES;
}

static uint32_t key_hash(const struct pattern_key *key)
{
	return hash_text(HASH_SEED ^ key->dir * 2654435761u, key->captured, strlen(key->captured));
}

static void entry_key(const struct pattern_grouping *g, uint32_t number, struct pattern_key *key)
{
	const uint32_t *file = g->catalog->entry[number].file;

	for (unsigned role = 0; role < N_BAND_ROLES; role++)
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

static int add_failed(struct catalog *catalog, uint32_t file, struct error *err)
{
	struct entry entry = {.file = {file, NO_FILE, NO_FILE}, .kind = ENTRY_FAILED};

	return catalog_append(catalog, &entry, err);
}

/*
 * A file named by the user that no pattern matches. Other bands of the scenes are left out in
 * silence, as a shell that expands a folder names them all; that of --mask has a use.
 */
static int refuse_named(struct pattern_grouping *g, uint32_t file, struct error *err)
{
	struct file_list *files = &g->catalog->files;
	const struct mask_rule *mask = &g->options->mask;

	enum token_kind kind = name_parse(files, file).token.kind;

	if (!files->entry[file].named || (kind != TOKEN_NONE && kind != TOKEN_STACK))
		return 0;
	if (mask->set && name_holds(file_list_name(files, file), mask->pattern))
		return 0;
	files->entry[file].problem = FILE_NO_PATTERN;
	return add_failed(g->catalog, file, err);
}

static int add_file(struct pattern_grouping *g, uint32_t file, struct error *err)
{
	struct entry entry = {.file = {NO_FILE, NO_FILE, NO_FILE}, .kind = ENTRY_PARTIAL};
	struct pattern_key key;
	enum band_role role = match(g, file, &key);
	uint32_t *slot, *files;

	if (role == N_BAND_ROLES)
		return refuse_named(g, file, err);
	if (number_set_grow(&g->set, rehash, g, err))
		return -1;
	slot = number_set_find(&g->set, key_hash(&key), equal, g, &key);
	if (*slot == NO_FILE) {
		entry.file[role] = file;
		if (catalog_append(g->catalog, &entry, err))
			return -1;
		*slot = g->catalog->n - 1;
		g->set.n++;
		return 0;
	}
	files = g->catalog->entry[*slot].file;
	if (files[role] == NO_FILE)
		files[role] = file;
	if (files[BAND_RED] != NO_FILE && files[BAND_NIR] != NO_FILE)
		g->catalog->entry[*slot].kind = ENTRY_GROUP;
	return 0;
}

/* Quality files that stand alone are no scenes. */
static void drop_quality_only(struct catalog *catalog)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < catalog->n; i++)
		if (entry_first(&catalog->entry[i]) != NO_FILE)
			catalog->entry[n++] = catalog->entry[i];
	catalog->n = n;
}

int group_by_pattern(struct catalog *catalog, const struct options *options, struct error *err)
{
	struct pattern_grouping g = {.catalog = catalog, .options = options};
	uint32_t n = catalog->files.n;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = catalog->files.entry[i].problem ? add_failed(catalog, i, err)
						     : add_file(&g, i, err);
	drop_quality_only(catalog);
	/* Nothing matched at all: say so in the place of the first file. */
	if (rc == 0 && catalog->n == 0 && n > 0) {
		catalog->files.entry[0].problem = FILE_NO_PATTERN;
		rc = add_failed(catalog, 0, err);
	}
	number_set_release(&g.set);
	return rc;
}
