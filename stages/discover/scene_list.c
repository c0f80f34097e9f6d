/*
 * The scene list: arguments -> files -> scenes, names only. It opens no file; scene_open.c does
 * when a scene's turn comes.
 */
#include "scene_inputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apart.h"
#include "arguments.h"
#include "beside.h"
#include "duplicates.h"
#include "entries.h"
#include "group.h"
#include "input/network.h"
#include "links.h"
#include "quality_match.h"
#include "scene_source.h"
#include "wishes.h"

/* --- scenes that are there twice by links --- */

/*
 * "latest.tif" beside the file that it leads to is counted once. Scenes, not files: two scenes may
 * share a mask by a link, and lose nothing here.
 */
static uint32_t real_file(const struct scene_list *scene_list, uint32_t file)
{
	return file == NO_FILE ? NO_FILE : scene_list->files.same[file];
}

/* Quality bands are none of the files that make a scene another one. */
static bool is_image(const struct member *member)
{
	return member->slot < SCENE_QA;
}

static uint32_t scene_hash(const void *ctx, uint32_t number)
{
	const struct scene_list *scene_list = ctx;
	const struct entry *entry = &scene_list->entry[number];
	uint32_t hash = HASH_TEXT_SEED;

	for (unsigned i = 0; i < entry->n; i++) {
		const struct member *member = &scene_list->member[entry->first + i];
		const uint32_t file = real_file(scene_list, member->file);

		if (is_image(member))
			hash = hash_text(hash, (const char *)&file, sizeof(file));
	}
	return hash;
}

static bool scene_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct scene_list *scene_list = ctx;
	const struct entry *a = &scene_list->entry[number], *b = key;

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (real_file(scene_list, entry_file(scene_list, a, slot)) !=
		    real_file(scene_list, entry_file(scene_list, b, slot)))
			return false;
	return true;
}

/* Is a link among its files that the user did not name? */
static bool is_by_link(const struct scene_list *scene_list, const struct entry *entry)
{
	const struct file_entry *files = scene_list->files.entry;
	bool by_link = false;

	for (unsigned i = 0; i < entry->n; i++) {
		const struct member *member = &scene_list->member[entry->first + i];
		const struct file_entry *file = &files[member->file];

		by_link = by_link || (is_image(member) && file->by_link && !file->named);
	}
	return by_link;
}

/* Put the scene into the set; *twice: it is there. */
static int meet(struct number_set *set, const struct scene_list *scene_list, uint32_t number,
		bool *twice, struct error *err)
{
	uint32_t *slot;

	if (number_set_grow(set, scene_hash, scene_list, err))
		return -1;
	slot = number_set_find(set, scene_hash(scene_list, number), scene_equal, scene_list,
			       &scene_list->entry[number]);
	*twice = *slot != NO_FILE;
	if (!*twice) {
		*slot = number;
		set->n++;
	}
	return 0;
}

/* Leave out all but one of them, while files.same is there. */
static int drop_twice(struct scene_list *scene_list, struct error *err)
{
	struct number_set set = {0};
	bool *twice;
	uint32_t kept = 0;
	int rc = 0;

	if (!scene_list->files.same || !scene_list->n)
		return 0;
	twice = calloc(scene_list->n, sizeof(*twice));
	if (!twice)
		return error_memory(err, "links", scene_list->n);
	/* First those that have names of their own. */
	for (int links = 0; links < 2; links++)
		for (uint32_t i = 0; i < scene_list->n && rc == 0; i++) {
			bool by_link = is_by_link(scene_list, &scene_list->entry[i]), met = false;

			if (by_link == (links == 1))
				rc = meet(&set, scene_list, i, &met, err);
			twice[i] |= met && by_link;
		}
	for (uint32_t i = 0; i < scene_list->n && rc == 0; i++)
		if (!twice[i])
			scene_list->entry[kept++] = scene_list->entry[i];
	if (rc == 0)
		scene_list->n = kept;
	number_set_release(&set);
	free(twice);
	return rc;
}

/* --- */

/* Patterns group by themselves where they name all bands; else names have to, too. */
static int group_files(struct scene_list *scene_list, const struct options *options,
		       struct error *err)
{
	bool all_named = options->n_bands && options->bands[0].pattern;

	for (unsigned i = 0; i < options->recipe->n_bands; i++)
		all_named = all_named && wish_choice(options, &options->recipe->band[i]);
	scene_list->by_names = !all_named;
	return all_named ? group_by_pattern(scene_list, options, err)
			 : group_by_name(scene_list, options, err);
}

/* "clouds.tif", for a rule that asks for clouds: which scenes may read it, for scene_inputs.c. */
static int note_common(struct scene_list *scene_list, const struct masks *masks, struct error *err)
{
	const struct file_list *files = &scene_list->files;

	for (uint32_t i = 0; masks && i < files->n; i++) {
		void *common = scene_list->common;
		size_t prefix_len;
		bool whole = false;

		if (files->entry[i].problem ||
		    !quality_asked(masks, file_list_name(files, i), &prefix_len, &whole) || !whole)
			continue;
		if (array_grow(&common, scene_list->n_common, 1, &scene_list->common_size,
			       sizeof(*scene_list->common), err))
			return -1;
		scene_list->common = common;
		scene_list->common[scene_list->n_common++] = i;
	}
	return 0;
}

/*
 * Every n-th scene from the i-th on comes to the front. The others stay behind them: names only,
 * which must not clash with those of this shard.
 */
static int keep_shard(struct scene_list *scene_list, const struct shard *shard, struct error *err)
{
	const size_t bytes = scene_list->n * sizeof(struct entry);
	struct entry *others;
	uint32_t kept = 0, left = 0;

	if (!shard->n)
		return 0;
	others = malloc(bytes);
	if (!others)
		return error_memory(err, "names of scenes", bytes);
	for (uint32_t i = 0; i < scene_list->n; i++)
		if (i % shard->n == shard->i - 1)
			scene_list->entry[kept++] = scene_list->entry[i];
		else
			others[left++] = scene_list->entry[i];
	memcpy(&scene_list->entry[kept], others, left * sizeof(*others));
	free(others);
	scene_list->n = kept;
	return 0;
}

/* A network source among the names, or behind them: GDAL has to know before it is loaded. */
static void open_network(const struct file_list *files, bool follow)
{
	if (follow)
		network_allow();
	for (uint32_t i = 0; i < files->n; i++) {
		char *path = files->entry[i].named ? file_list_path(files, i) : NULL;

		if (path && network_name(path))
			network_allow();
		free(path);
	}
}

/* The folder of maps; all 0 where there is none yet. */
static struct identity output_folder(const struct options *options)
{
	struct stat st;

	if (!options->map.output || stat(options->map.output, &st))
		return (struct identity){0};
	return (struct identity){.dev = st.st_dev, .ino = st.st_ino};
}

/* Bands that lie with scenes would be scenes of the next run. */
static int check_output(const struct file_list *files, const struct options *options,
			struct error *err)
{
	if (!files->searches_output || !options->map.bands_output)
		return 0;
	return error_set(err, EX_USAGE,
			 "--bands-output: %s is searched for scenes, and bands in it would be "
			 "scenes of the next run; give -o a folder of its own, or name files in "
			 "place of the folder",
			 options->map.output);
}

/* Each file by itself. */
static int keep_apart(struct scene_list *scene_list, const struct options *options,
		      struct error *err)
{
	const struct file_list *files = &scene_list->files;
	int rc = 0;

	(void)options;
	for (uint32_t i = 0; i < files->n && rc == 0; i++)
		rc = scene_list_append_file(
			scene_list, files->entry[i].problem ? ENTRY_FAILED : ENTRY_STACK, i, err);
	return rc;
}

typedef int entry_maker(struct scene_list *scene_list, const struct options *options,
			struct error *err);

static int make_list(struct scene_list **scene_list, entry_maker *make_entries,
		     const struct options *options, struct error *err)
{
	struct scene_list *made = calloc(1, sizeof(*made));
	int rc = 0;

	*scene_list = NULL;
	if (!made)
		return error_memory(err, "the scene list", sizeof(*made));
	/* Grouping the names takes about as much again. */
	made->files.most_bytes = (size_t)(options->memory_bytes / 2);
	made->files.filter =
		(struct file_filter){.include = &options->include, .exclude = &options->exclude};
	made->files.output = output_folder(options);
	for (unsigned i = 0; i < options->n_args && rc == 0; i++)
		rc = file_list_add(&made->files, options->args[i], err);
	if (rc == 0)
		rc = check_output(&made->files, options, err);
	if (rc == 0 && options->masks)
		rc = file_list_beside(&made->files, options->masks, err);
	if (rc == 0)
		rc = file_list_resolve(&made->files, err);
	file_list_seal(&made->files);
	open_network(&made->files, options->follow);
	if (rc == 0)
		rc = make_entries(made, options, err);
	if (rc == 0)
		rc = note_common(made, options->masks, err);
	if (rc == 0)
		rc = drop_twice(made, err);
	file_list_forget_links(&made->files);
	if (rc == 0 && made->n == 0)
		rc = error_set(err, EX_NOINPUT,
			       "no %s: name files, directories, @lists or - for standard input",
			       make_entries == keep_apart ? "files" : "scenes");
	if (rc == 0 && make_entries != keep_apart)
		rc = scene_list_duplicates(made, options->duplicates,
					   options->nightly.catalogue != NULL, err);
	if (rc == 0)
		rc = scene_list_tell_apart(made, err);
	if (rc == 0 && options->nightly.catalogue)
		rc = scene_source_folders(made, err);
	made->n_all = made->n;
	made->masked = options->masks != NULL;
	if (rc == 0)
		rc = keep_shard(made, &options->shard, err);
	if (rc) {
		scene_list_free(made);
		return -1;
	}
	*scene_list = made;
	return 0;
}

int scene_list_new(struct scene_list **scene_list, const struct options *options, struct error *err)
{
	*scene_list = NULL;
	return wishes_check(options, err) ? -1 : make_list(scene_list, group_files, options, err);
}

int scene_list_of_files(struct scene_list **scene_list, const struct options *options,
			struct error *err)
{
	return make_list(scene_list, keep_apart, options, err);
}

/* Those that go stand behind those that stay, as other shards' do; in which order does not matter.
 */
void scene_list_leave_out(struct scene_list *scene_list,
			  bool (*leave)(const void *context, uint32_t id), const void *context)
{
	uint32_t kept = 0;

	for (uint32_t id = 0; id < scene_list->n; id++) {
		struct entry entry = scene_list->entry[id];

		if (leave(context, id))
			continue;
		scene_list->entry[id] = scene_list->entry[kept];
		scene_list->entry[kept++] = entry;
	}
	scene_list->n = kept;
}
