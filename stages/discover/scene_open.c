/*
 * scene_open(): an entry of the scene list -> a scene. It combines the facts from names (group,
 * sensors) and from headers (reader); each question has its own file: bands.c, grid.c, scaling.c,
 * scene_quality.c. Nothing is kept open.
 */
#include "scene_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bands.h"
#include "base/text.h"
#include "bands/names.h"
#include "duplicates.h"
#include "grid.h"
#include "images.h"
#include "input/archive.h"
#include "names.h"
#include "reader/aux_xml.h"
#include "no_scene.h"
#include "scene_build.h"
#include "scene_refuse.h"
#include "wishes.h"

/* A stack, or a file that may be one. */
static int open_stack(struct scene *scene, const struct scene_list *scene_list, uint32_t file,
		      const struct sensor *sensor, const struct options *options, struct error *err)
{
	const char *base = file_list_name(&scene_list->files, file);
	size_t stem = name_stem(base);
	struct band_token token = name_band_token(base, stem);
	uint16_t has = 0, used;

	if (scene->files[0].info.n_bands == 1 && token.kind == TOKEN_BAND &&
	    !(options->n_bands && options->bands[0].index))
		return refuse_one_band(scene, &token, base, sensor, options, err);
	/* A quality file's bands, eight of a UDM2, are in no sensor's order. */
	if (token.kind == TOKEN_QA)
		sensor = NULL;
	if (bands_find(scene, sensor, sensor ? sensor_find(base, stem, NULL) : NULL, options, err))
		return -1;
	for (unsigned i = 0; i < options->recipe->n_bands; i++)
		has |= (uint16_t)((scene->band[i].index != 0) << i);
	used = recipe_used(options->recipe, has, recipe_missing(options->recipe, has));
	scene->unread = has & (uint16_t)~used;
	for (unsigned i = 0; i < options->recipe->n_bands; i++) {
		if (!(used >> i & 1))
			scene->band[i] = (struct band){.index = 0};
		else if (scene_set_band(scene, i, options->recipe->band[i].text, 0,
					scene->band[i].index, err))
			return -1;
	}
	return 0;
}

static uint16_t entry_bands(const struct scene_list *scene_list, const struct entry *entry)
{
	uint16_t has = 0;

	for (unsigned i = 0; i < entry->n; i++)
		if (scene_list->member[entry->first + i].slot < SCENE_QA)
			has |= (uint16_t)(1u << scene_list->member[entry->first + i].slot);
	return has;
}

/* Did the user name each of its files, so that others may lie beside them? */
static bool entry_is_named(const struct scene_list *scene_list, const struct entry *entry)
{
	bool named = true;

	for (unsigned i = 0; i < entry->n; i++)
		named = named &&
			scene_list->files.entry[scene_list->member[entry->first + i].file].named;
	return named;
}

/* A group of which bands are missing for every value. */
static int open_partial(struct scene *scene, const struct scene_list *scene_list,
			const struct entry *entry, const struct sensor *sensor,
			const struct options *options, struct error *err)
{
	const struct recipe *recipe = options->recipe;
	const struct band_wish *first = &recipe->band[scene_list->member[entry->first].slot];
	const struct band_choice *choice = options->n_bands ? options->bands : NULL;
	uint16_t has = entry_bands(scene_list, entry);
	unsigned nearest = wishes_nearest(recipe, has);
	char lacking[300], advice[400], value[VALUE_NAME_BYTES];

	if (scene->files[0].info.n_bands > 1 && !(choice && choice->pattern))
		return open_stack(scene, scene_list, entry_first(scene_list, entry), sensor,
				  options, err);
	scene->missing = recipe_all(recipe);
	if (choice && choice->pattern)
		return error_set(
			err, EX_DATAERR,
			"%s: --bands makes it %s, but no file in its folder is the matching %s "
			"(--bands '%s', with the same text in place of the wildcards)",
			scene->files[0].path, first->text,
			wishes_lacking(recipe, has, lacking, sizeof(lacking)),
			choices_text(options, advice, sizeof(advice)));
	return error_set(
		err, EX_DATAERR,
		"%s: is the %s band%s%s; %s needs %s, which this scene does not have: %s --bands "
		"'%s'",
		scene->files[0].path, first->text, sensor ? " of " : "", sensor ? sensor->name : "",
		wishes_value(recipe, nearest, value, sizeof(value)),
		wishes_needed(recipe, has, sensor, lacking, sizeof(lacking)),
		entry_is_named(scene_list, entry) ? "name the other files too, or pass"
						  : "if a file of another name is meant, pass",
		wishes_advice(recipe, recipe->value[nearest].reads, "PATTERN", advice,
			      sizeof(advice)));
}

static void name_source(struct scene *scene, unsigned slot, const char *base,
			const struct sensor *sensor, const struct options *options)
{
	struct band *band = &scene->band[slot];
	const struct band_wish *wish = &options->recipe->band[slot];
	const struct band_choice *choice = wish_choice(options, wish);
	struct band_token token = name_band_token(base, name_stem(base));

	if (token.kind == TOKEN_BAND)
		memcpy(band->code, token.code, sizeof(band->code));
	else
		wish_code(wish, sensor, band->code);
	if (choice && choice->pattern) {
		snprintf(band->source, sizeof(band->source), "option --bands: '%.90s'",
			 choice->pattern);
		return;
	}
	snprintf(band->source, sizeof(band->source), "file name '%.*s'%s%.60s%s",
		 token.end - token.start < 30 ? token.end - token.start : 30, base + token.start,
		 sensor ? ", " : "", sensor ? sensor->name : "",
		 sensor && strcmp(token.code, "8A") == 0 ? " narrow NIR" : "");
	if (wish_rank(wish, &token, sensor) >= WISH_STAND_IN)
		scene_note(scene, "%s is not there; %s stands in for it", wish->text,
			   band_name_word(band_name_stand_in(wish->name)));
}

/* The scene's number of a file of the list, which is added and probed once; -1 with the error. */
static int use_file(struct scene *scene, const struct scene_list *scene_list, uint32_t file,
		    uint32_t file_of[SCENE_MAX_FILES], const struct options *options,
		    unsigned *number, struct error *err)
{
	for (*number = 0; *number < scene->n_files; ++*number)
		if (file_of[*number] == file)
			break;
	if (*number == scene->n_files &&
	    scene_add_file(scene, file_list_path(&scene_list->files, file),
			   scene_list->files.entry[file].named, number, err))
		return -1;
	file_of[*number] = file;
	if (scene->files[*number].info.n_bands) /* it serves another band, too */
		return 0;
	return scene_probe(scene, *number, options, err);
}

static int open_member(struct scene *scene, const struct scene_list *scene_list,
		       const struct member *member, uint32_t file_of[SCENE_MAX_FILES],
		       const struct sensor *sensor, const struct options *options,
		       struct error *err)
{
	const struct raster_info *info;
	unsigned number;

	if (use_file(scene, scene_list, member->file, file_of, options, &number, err))
		return -1;
	info = &scene->files[number].info;
	if (info->n_bands > 1 && info->bands[1].color != COLOR_ALPHA)
		return refuse_several_bands(scene, number, options, err);
	if (scene_check_camera(scene, number, member->slot, sensor, options, err))
		return -1;
	name_source(scene, member->slot, file_list_name(&scene_list->files, member->file), sensor,
		    options);
	return scene_set_band(scene, member->slot, options->recipe->band[member->slot].text, number,
			      1, err);
}

/* Files of bands that some value reads; the others stay closed. */
static int open_group(struct scene *scene, const struct scene_list *scene_list,
		      const struct entry *entry, const struct sensor *sensor,
		      const struct options *options, struct error *err)
{
	uint16_t has = entry_bands(scene_list, entry);
	uint16_t used = recipe_used(options->recipe, has, recipe_missing(options->recipe, has));
	uint32_t file_of[SCENE_MAX_FILES] = {entry_first(scene_list, entry)};

	scene->unread = has & (uint16_t)~used;
	for (unsigned i = 0; i < entry->n; i++) {
		const struct member *member = &scene_list->member[entry->first + i];

		if (member->slot < SCENE_QA && (used >> member->slot & 1) &&
		    open_member(scene, scene_list, member, file_of, sensor, options, err))
			return -1;
	}
	return 0;
}

static int find_bands(struct scene *scene, const struct scene_list *scene_list,
		      const struct entry *entry, const struct sensor *sensor,
		      const struct options *options, struct error *err)
{
	if (entry->kind == ENTRY_GROUP)
		return open_group(scene, scene_list, entry, sensor, options, err);
	if (scene_probe(scene, 0, options, err))
		return -1;
	if (entry->kind == ENTRY_PARTIAL)
		return open_partial(scene, scene_list, entry, sensor, options, err);
	return open_stack(scene, scene_list, entry_first(scene_list, entry), sensor, options, err);
}

/* Of files in one archive it is said once. */
static bool same_note(const struct scene *scene, unsigned number)
{
	for (unsigned i = 0; i < number; i++)
		if (strcmp(scene->files[i].info.note, scene->files[number].info.note) == 0)
			return true;
	return false;
}

static void note_files(struct scene *scene)
{
	for (unsigned i = 0; i < scene->n_files; i++)
		scene_note_beside(scene, i);
	for (unsigned i = 0; i < scene->n_files; i++)
		if (*scene->files[i].info.note && !same_note(scene, i))
			scene_note(scene, "%s", scene->files[i].info.note);
	for (unsigned i = 0; i < scene->n_files; i++)
		pages_note(scene, i);
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && scene->files[scene->band[slot].file].info.has_mask)
			scene->masked = true;
}

/* The grid is that of bands which are read, so it comes last. */
static int finish(struct scene *scene, const struct sensor *sensor, const struct options *options,
		  struct error *err)
{
	if (scene_set_values(scene, sensor, options, err))
		return -1;
	note_files(scene);
	return grid_apply(scene, options, err);
}

/* The file's, or the archive's that it is in. */
static bool stat_file(const struct scene_file *file, struct stat *st)
{
	size_t archive;
	bool found;
	char *path;

	if (stat(file->path, st) == 0)
		return (uint64_t)st->st_size == file->info.file_bytes;
	archive = errno == ENOTDIR ? archive_part(file->path) : 0;
	path = archive ? strndup(file->path, archive) : NULL;
	found = path && stat(path, st) == 0 && (uint64_t)st->st_ino == file->info.inode;
	free(path);
	return found;
}

bool scene_is_fresh(const struct scene *scene)
{
	for (unsigned i = 0; i < scene->n_files; i++) {
		const struct scene_file *file = &scene->files[i];
		struct stat st;

		if (!file->info.changed.tv_sec || !stat_file(file, &st) ||
		    st.st_ctim.tv_sec != file->info.changed.tv_sec ||
		    st.st_ctim.tv_nsec != file->info.changed.tv_nsec ||
		    aux_xml_is_there(file->path)) /* it was not, or `changed` were not set */
			return false;
	}
	return true;
}

char *scene_list_name(const struct scene_list *scene_list, uint32_t id)
{
	return scene_make_name(scene_list, &scene_list->entry[id]);
}

unsigned scene_list_name_columns(const struct scene_list *scene_list)
{
	enum { LOOKED_AT = 4096 };
	uint32_t n = scene_list_count(scene_list);
	unsigned most = 0;

	for (uint32_t id = 0; id < n && id < LOOKED_AT; id++) {
		char *name = scene_list_name(scene_list, id);
		unsigned columns = name ? text_columns(name) : 0;

		most = columns > most ? columns : most;
		free(name);
	}
	return most;
}

int scene_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		struct error *err)
{
	const struct entry *entry = &scene_list->entry[id];
	unsigned file = 0;
	uint32_t first;

	memset(scene, 0, sizeof(*scene));
	scene->id = id;
	scene->name = scene_make_name(scene_list, entry);
	if (!scene->name)
		return error_memory(err, "a scene's name", 0);
	first = entry_first(scene_list, entry);
	return scene_add_file(scene, file_list_path(&scene_list->files, first),
			      scene_list->files.entry[first].named, &file, err);
}

int scene_preview(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		  struct error *err)
{
	const struct entry *entry = &scene_list->entry[id];

	if (scene_begin(scene, scene_list, id, err))
		return -1;
	if (entry->kind == ENTRY_FAILED || entry->kind == ENTRY_CLASH)
		return 1;
	(void)scene_name_facts(scene, scene_list, entry_first(scene_list, entry));
	return 0;
}

/* The same, or with the level that metadata know and names do not. */
static bool is_sensor(const char *said, const char *known)
{
	const size_t n = strlen(known);

	return strncmp(said, known, n) == 0 && (!said[n] || (n && (strcmp(said + n, " L1C") == 0 ||
								   strcmp(said + n, " L2A") == 0)));
}

int scene_confirm(struct scene *scene, const struct scene_list *scene_list, struct error *err)
{
	struct scene known;
	int status = scene_preview(&known, scene_list, scene->id, err);

	if (status > 0)
		status = error_set(err, EX_SOFTWARE,
				   "%s: a worker has opened it, and it is no scene; it is left out",
				   scene->name);
	if (status == 0) {
		memcpy(scene->acquired, known.acquired, sizeof(scene->acquired));
		if (!is_sensor(scene->sensor, known.sensor))
			memcpy(scene->sensor, known.sensor, sizeof(scene->sensor));
	}
	scene_release(&known);
	return status ? -1 : 0;
}

static int open_entry(struct scene *scene, const struct scene_list *scene_list,
		      const struct entry *entry, const struct options *options, struct error *err)
{
	uint32_t first = entry_first(scene_list, entry);
	const struct sensor *sensor;
	char note[SCENE_NOTE_BYTES];

	if (entry->kind == ENTRY_FAILED)
		return refuse_entry(scene, &scene_list->files.entry[first], err);
	if (entry->kind == ENTRY_CLASH)
		return scene_clash(scene_list, entry, err);
	sensor = scene_label(scene, scene_list, first);
	if (duplicates_note(entry, note, sizeof(note)))
		scene_note(scene, "%s", note);
	if (find_bands(scene, scene_list, entry, sensor, options, err))
		return -1;
	/* The file that names the scene may hold none of the bands that are read. */
	scene_drop_unused_files(scene);
	if (options->masks && scene_find_quality(scene, scene_list, entry, options, err))
		return -1;
	if (scene_find_alpha(scene, scene_list, options, err))
		return -1;
	if (finish(scene, sensor, options, err))
		return -1;
	scene_note_choices(scene, options);
	if (!options->masks)
		scene_note_quality(scene, scene_list, entry);
	return 0;
}

int scene_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
	       const struct options *options, struct error *err)
{
	const struct entry *entry = &scene_list->entry[id];

	if (scene_begin(scene, scene_list, id, err))
		return -1;
	if (open_entry(scene, scene_list, entry, options, err) == 0)
		return 0;
	no_scene_judge(scene, scene_list, entry, options, err);
	if (!scene->no_scene)
		refuse_cut_files(scene, err);
	return -1;
}
