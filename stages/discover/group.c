/*
 * Band files -> scenes, by name. Files that share directory, name and extension but for the band
 * token are one group. It reads no file: a token that turns out to stand in a stack's name is put
 * right when the scene is opened.
 */
#include "group.h"

#include <stddef.h>
#include <stdio.h>

#include "group_key.h"
#include "wishes.h"

static void family_complete(struct family *family, uint8_t resolution_m)
{
	family->complete = true;
	if (resolution_m && (!family->finest || resolution_m < family->finest))
		family->finest = resolution_m;
}

/* A number of a band whose sensor nobody knows, and that is not asked for as it stands there. */
static bool is_riddle(const struct grouping *g, const struct parsed *p, const struct sensor *sensor)
{
	return p->token.kind == TOKEN_BAND && !sensor && !is_wished(g, p, NULL);
}

/* Quality bands, and words for what is not wished for: no scenes where a family owns them. */
static bool is_extra(const struct grouping *g, const struct parsed *p, const struct sensor *sensor)
{
	switch (p->token.kind) {
	case TOKEN_NONE:
	case TOKEN_STACK:
	case TOKEN_BAND:
		return false;
	case TOKEN_QA:
		return true;
	case TOKEN_RED:
	case TOKEN_NIR:
	case TOKEN_OTHER:
		break;
	}
	return g->stacks_only ? p->token.kind == TOKEN_OTHER : !is_wished(g, p, sensor);
}

/* Pass 1: every file that may be a band, or another band beside them, joins a group. */
static int join(struct grouping *g, uint32_t file, struct error *err)
{
	const struct file_list *files = &g->scene_list->files;
	struct parsed p = name_parse(files, file);
	const struct sensor *sensor = p.token.kind == TOKEN_NONE ? NULL : file_sensor(files, file);
	uint32_t group, family;

	if (is_extra(g, &p, sensor) || (!g->stacks_only && is_riddle(g, &p, sensor)))
		return 0;
	if (g->stacks_only || p.token.kind == TOKEN_NONE || p.token.kind == TOKEN_STACK) {
		if (get_family(g, file, &p, &family, err))
			return -1;
		if (p.token.kind == TOKEN_STACK)
			family_complete(&g->family[family], 0);
		g->family[family].stack = true;
		return 0;
	}
	if (join_group(g, file, &p, &group, err))
		return -1;
	if (p.token.kind == TOKEN_BAND && is_wished(g, &p, sensor))
		g->family[g->group[group].family].banded = true;
	return 0;
}

static void note_complete_groups(struct grouping *g)
{
	const struct recipe *recipe = g->options->recipe;

	for (uint32_t i = 0; i < g->n_groups; i++) {
		struct group *group = &g->group[i];
		struct choice choice;

		group_choose(g, group, &choice);
		group->wished = choice.has != 0;
		group->resolution_m = choice_finest(&choice);
		group->complete = recipe_missing(recipe, choice.has) != recipe_all(recipe);
		if (group->complete)
			family_complete(&g->family[group->family], group->resolution_m);
	}
}

/* Names do not settle which of two files is a band: the scene fails and says so. */
static bool clashes(const struct choice *choice, struct slot_files *files)
{
	for (unsigned i = 0; i < RECIPE_MAX_BANDS; i++) {
		if (!(choice->has >> i & 1) || choice->clash[i] == NO_FILE)
			continue;
		*files = slot_files_none();
		files->file[0] = choice->file[i];
		files->file[1] = choice->clash[i];
		return true;
	}
	return false;
}

/*
 * MAJA has surface reflectance twice: "..._SRE_B4", and "..._FRE_B4", corrected for slopes. Where
 * both are there, the second is the scene; scene_label() says so.
 */
static bool has_corrected_twin(const struct grouping *g, uint32_t file)
{
	struct parsed p = name_parse(&g->scene_list->files, file);
	char name[UINT8_MAX + 1];
	uint32_t family;

	if (!name_is_uncorrected(p.name, p.prefix_len) ||
	    snprintf(name, sizeof(name), "%s", p.name) >= (int)sizeof(name))
		return false;
	name[p.prefix_len - 3] = 'F';
	p.name = name;
	family = find_family(g, &p);
	return family != NO_FILE && g->family[family].complete;
}

static int emit_group(struct grouping *g, struct group *group, uint32_t file, struct error *err)
{
	const struct family *family = &g->family[group->family];
	struct slot_files files = slot_files_none();
	enum entry_kind kind = group->complete ? ENTRY_GROUP : ENTRY_PARTIAL;
	struct choice choice;

	if (group->taken)
		return 0;
	if (!group->complete && family->complete)
		return 0; /* the other extensions of a scene that is there */
	if (group->complete && group->resolution_m > family->finest)
		return 0;
	if (has_corrected_twin(g, file))
		return 0;
	if (!group->wished)
		return scene_list_append_file(g->scene_list, ENTRY_STACK, file, err);
	group->taken = true;
	group_choose(g, group, &choice);
	for (unsigned i = 0; i < RECIPE_MAX_BANDS; i++)
		if (choice.has >> i & 1)
			files.file[i] = choice.file[i];
	quality_put(g, group->family, &files);
	if (clashes(&choice, &files))
		kind = ENTRY_CLASH;
	return scene_list_append(g->scene_list, kind, &files, err);
}

/* Pass 3: scenes in the order of their first files. */
static int emit(struct grouping *g, uint32_t file, struct error *err)
{
	const struct file_list *list = &g->scene_list->files;
	struct slot_files files = slot_files_none();
	const struct sensor *sensor;
	struct parsed p;

	if (list->entry[file].problem)
		return scene_list_append_file(g->scene_list, ENTRY_FAILED, file, err);
	if (list->entry[file].beside)
		return 0;
	if (g->of_file[file] != NO_FILE)
		return emit_group(g, &g->group[g->of_file[file]], file, err);
	p = name_parse(list, file);
	sensor = p.token.kind == TOKEN_NONE ? NULL : file_sensor(list, file);
	files.file[0] = file;
	if (is_extra(g, &p, sensor)) {
		if (quality_family(g, &p) != NO_FILE)
			return 0;
	} else if (quality_is_asked(g, &p)) {
		return 0;
	} else {
		quality_put(g, find_family(g, &p), &files);
	}
	return scene_list_append(g->scene_list, ENTRY_STACK, &files, err);
}

int group_by_name(struct scene_list *scene_list, const struct options *options, struct error *err)
{
	struct grouping g;
	uint32_t n = scene_list->files.n;
	int rc = grouping_init(&g, scene_list, options, err);

	for (uint32_t i = 0; i < n && rc == 0; i++)
		if (!scene_list->files.entry[i].problem && !scene_list->files.entry[i].beside)
			rc = join(&g, i, err);
	if (rc == 0)
		note_complete_groups(&g);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		if (!scene_list->files.entry[i].problem)
			quality_note(&g, i);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = emit(&g, i, err);
	grouping_release(&g);
	return rc;
}
