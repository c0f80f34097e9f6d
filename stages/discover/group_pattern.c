/*
 * Band files -> scenes, by the patterns of --bands where these name all bands: files of one
 * directory whose wildcards stood for the same text are one scene. A file of a directory that no
 * pattern matches is another band; but a file that the user named fails, so that a mistyped pattern
 * is noticed. Only the patterns decide here.
 */
#include "group.h"

#include <stdlib.h>
#include <string.h>

#include "group_key.h"
#include "names.h"
#include "quality_match.h"
#include "quality_table.h"
#include "window.h"
#include "wishes.h"

enum { CAPTURE_BYTES = 512, NO_PATTERN = 255, NOT_WISHED = 254 };

/* A scene in the making: its files are linked. */
struct pattern_scene {
	uint32_t first, last;
};

struct pattern_grouping {
	struct scene_list *scene_list;
	const struct options *options;
	struct number_set set; /* scenes, by directory and captured text */
	struct pattern_scene *scene;
	uint32_t n_scenes, scenes_size;
	uint32_t *next;   /* the scene's next file, NO_FILE behind the last */
	uint32_t *starts; /* the scene whose first file it is, NO_FILE: none's */
	uint8_t *matched; /* which choice of --bands each file matches, NO_PATTERN: none */
	uint8_t slot[RECIPE_MAX_BANDS]; /* of each choice; NOT_WISHED: the recipe has none */
	struct quality_table quality;
};

struct pattern_key {
	uint32_t dir;
	char captured[CAPTURE_BYTES];
};

/* Which choice's pattern matches the file, and what its wildcards stood for; NO_PATTERN: none. */
static unsigned match(const struct pattern_grouping *g, uint32_t file, struct pattern_key *key)
{
	const char *name = file_list_name(&g->scene_list->files, file);

	key->dir = g->scene_list->files.entry[file].dir;
	for (unsigned i = 0; i < g->options->n_bands; i++)
		if (name_capture(g->options->bands[i].pattern, name, key->captured,
				 sizeof(key->captured)))
			return i;
	return NO_PATTERN;
}

static uint32_t key_hash(const struct pattern_key *key)
{
	return hash_text(HASH_TEXT_SEED ^ key->dir * 2654435761u, key->captured,
			 strlen(key->captured));
}

static uint32_t rehash(const void *ctx, uint32_t number)
{
	const struct pattern_grouping *g = ctx;
	struct pattern_key key = {0};

	(void)match(g, g->scene[number].first, &key);
	return key_hash(&key);
}

static bool equal(const void *ctx, uint32_t number, const void *wanted)
{
	const struct pattern_grouping *g = ctx;
	struct pattern_key key = {0};
	const struct pattern_key *want = wanted;

	(void)match(g, g->scene[number].first, &key);
	return key.dir == want->dir && strcmp(key.captured, want->captured) == 0;
}

/*
 * A file named by the user that no pattern matches. Other bands of the scenes are left out in
 * silence, as a shell that expands a folder names them all; that of --mask has a use.
 */
static bool is_refused(const struct pattern_grouping *g, uint32_t file)
{
	struct file_list *files = &g->scene_list->files;
	const char *name = file_list_name(files, file);
	enum token_kind kind = name_parse(files, file).token.kind;

	if (!files->entry[file].named || (kind != TOKEN_NONE && kind != TOKEN_STACK))
		return false;
	return !quality_of_use(g->options->masks, name);
}

static int add_scene(struct pattern_grouping *g, uint32_t file, struct error *err)
{
	if (g->n_scenes == g->scenes_size) {
		uint32_t size = g->scenes_size + g->scenes_size / 2 + 64;
		struct pattern_scene *grown = realloc(g->scene, size * sizeof(*grown));

		if (!grown)
			return error_memory(err, "the scene list", size * sizeof(*grown));
		g->scene = grown;
		g->scenes_size = size;
	}
	g->starts[file] = g->n_scenes;
	g->scene[g->n_scenes++] = (struct pattern_scene){file, file};
	return 0;
}

/* Pass 1: files join scenes. */
static int add_file(struct pattern_grouping *g, uint32_t file, struct error *err)
{
	struct pattern_key key;
	unsigned choice = match(g, file, &key);
	uint32_t *slot;

	if (choice == NO_PATTERN || g->slot[choice] == NOT_WISHED) {
		if (choice == NO_PATTERN && is_refused(g, file))
			g->scene_list->files.entry[file].problem = FILE_NO_PATTERN;
		return 0;
	}
	if (number_set_grow(&g->set, rehash, g, err))
		return -1;
	g->matched[file] = (uint8_t)choice;
	slot = number_set_find(&g->set, key_hash(&key), equal, g, &key);
	if (*slot != NO_FILE) {
		struct pattern_scene *scene = &g->scene[*slot];

		g->next[scene->last] = file;
		scene->last = file;
		return 0;
	}
	if (add_scene(g, file, err))
		return -1;
	*slot = g->n_scenes - 1;
	g->set.n++;
	return 0;
}

/* The bands that a choice is: those of its pattern, written twice where one file is two bands. */
static void take(const struct pattern_grouping *g, uint32_t file, struct slot_files *files)
{
	const char *pattern = g->options->bands[g->matched[file]].pattern;

	for (unsigned i = 0; i < g->options->n_bands; i++)
		if (g->slot[i] < SCENE_MAX_BANDS &&
		    strcmp(g->options->bands[i].pattern, pattern) == 0 &&
		    files->file[g->slot[i]] == NO_FILE)
			files->file[g->slot[i]] = file;
}

/* What the names of a scene share: 1, "a" of "a-r", "a-n". */
static size_t shared_length(const struct pattern_grouping *g, const struct pattern_scene *scene)
{
	const struct file_list *files = &g->scene_list->files;
	struct parsed p = name_parse(files, scene->first);
	size_t n = p.token.kind == TOKEN_BAND ? p.prefix_len : p.stem_len;

	for (uint32_t file = g->next[scene->first]; file != NO_FILE; file = g->next[file]) {
		const char *name = file_list_name(files, file);
		size_t same = 0;

		while (same < n && name[same] == p.name[same])
			same++;
		n = same;
	}
	while (n > 0 && strchr("_.-", p.name[n - 1]))
		n--;
	return n;
}

static int emit_scene(struct pattern_grouping *g, const struct pattern_scene *scene,
		      struct error *err)
{
	const struct recipe *recipe = g->options->recipe;
	struct slot_files files = slot_files_none();
	uint16_t has = 0;

	for (uint32_t file = scene->first; file != NO_FILE; file = g->next[file])
		take(g, file, &files);
	for (unsigned i = 0; i < recipe->n_bands; i++)
		has |= (uint16_t)((files.file[i] != NO_FILE) << i);
	quality_table_put(&g->quality, scene->first, shared_length(g, scene), &files);
	return scene_list_append(g->scene_list,
				 recipe_missing(recipe, has) == recipe_all(recipe) ? ENTRY_PARTIAL
										   : ENTRY_GROUP,
				 &files, err);
}

static int begin(struct pattern_grouping *g, struct error *err)
{
	uint32_t n = g->scene_list->files.n;
	size_t bytes = size_mul(size_add(n, 1), sizeof(*g->next));

	g->next = malloc(bytes);
	g->starts = malloc(bytes);
	g->matched = malloc((size_t)n + 1);
	if (!g->next || !g->starts || !g->matched)
		return error_memory(err, "the scene list", 2 * bytes + n);
	memset(g->next, 0xff, bytes);
	memset(g->starts, 0xff, bytes);
	memset(g->matched, NO_PATTERN, n);
	memset(g->slot, NOT_WISHED, sizeof(g->slot));
	for (unsigned i = 0; i < g->options->recipe->n_bands; i++) {
		const struct band_choice *choice =
			wish_choice(g->options, &g->options->recipe->band[i]);

		if (choice)
			g->slot[choice - g->options->bands] = (uint8_t)i;
	}
	return 0;
}

int group_by_pattern(struct scene_list *scene_list, const struct options *options,
		     struct error *err)
{
	struct pattern_grouping g = {.scene_list = scene_list, .options = options};
	uint32_t n = scene_list->files.n;
	int rc = begin(&g, err);

	for (uint32_t i = 0; i < n && rc == 0; i++)
		if (!scene_list->files.entry[i].problem && !scene_list->files.entry[i].beside)
			rc = add_file(&g, i, err);
	if (rc == 0)
		rc = quality_table_init(&g.quality, scene_list, options->masks, g.matched,
					NO_PATTERN, err);
	/* Pass 2: scenes in the order of their first files. */
	for (uint32_t i = 0; i < n && rc == 0; i++) {
		if (scene_list->files.entry[i].problem)
			rc = scene_list_append_file(scene_list, ENTRY_FAILED, i, err);
		else if (g.starts[i] != NO_FILE)
			rc = emit_scene(&g, &g.scene[g.starts[i]], err);
	}
	/* Nothing matched at all: say so in the place of the first file. */
	if (rc == 0 && scene_list->n == 0 && n > 0) {
		scene_list->files.entry[0].problem = FILE_NO_PATTERN;
		rc = scene_list_append_file(scene_list, ENTRY_FAILED, 0, err);
	}
	number_set_release(&g.set);
	quality_table_release(&g.quality);
	free(g.scene);
	free(g.next);
	free(g.starts);
	free(g.matched);
	return rc;
}
