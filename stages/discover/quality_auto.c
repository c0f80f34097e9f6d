/*
 * --mask auto: which layout the quality bands of a scene's product have, by their names; and the
 * same for `info`, which shows all.
 */
#include "quality.h"

#include <stdio.h>
#include <string.h>

#include "quality_match.h"
#include "scene_list.h"

/* The first name that this layout may have, of files and descriptions; NULL: none. */
static const char *named(const struct quality *q, const struct mask_layout *layout)
{
	const struct raster_info *info = q->stack ? &q->scene->files[0].info : NULL;

	for (unsigned i = 0; i < q->files.n; i++)
		if (layout_names(layout, q->files.file[i].name, q->base))
			return q->files.file[i].name;
	for (uint32_t i = 0; info && i < info->n_bands; i++)
		if (*info->bands[i].description &&
		    layout_names(layout, info->bands[i].description, q->base))
			return info->bands[i].description;
	return NULL;
}

static int ambiguous(const struct quality *q, const struct mask_rule *rule, const char *name,
		     struct error *err)
{
	char layouts[120];

	(void)quality_layouts_of(name, q->base, layouts, sizeof(layouts));
	if (rule->kind == RULE_AUTO_OPTIONAL) {
		scene_note(q->scene,
			   "not masked: the name %.60s does not tell which layout it has; --mask "
			   "%s takes one of them",
			   name, layouts);
		return 0;
	}
	return error_set(err, EX_DATAERR,
			 "%s: --mask %s: the name %s does not tell which layout it has; pass "
			 "--mask %s",
			 q->scene->name, rule->text, name, layouts);
}

/* The table's order: the layout that says most of a product stands first. */
int quality_layout(struct quality *q, const struct mask_rule *rule,
		   const struct mask_layout **layout, struct error *err)
{
	struct mask_need need[MASK_NEEDS_MOST];
	struct quality_band band;
	char layouts[120];

	*layout = NULL;
	if (quality_files_look_around(&q->files, q->scene_list, q->entry, q->options->masks != NULL,
				      err))
		return -1;
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l)) {
		const char *name = mask_takes(rule, l) ? named(q, l) : NULL;
		int found;

		if (!name)
			continue;
		if (quality_layouts_of(name, q->base, layouts, sizeof(layouts)) > 1)
			return ambiguous(q, rule, name, err);
		found = mask_needs(rule, l, need)
				? quality_find(q, &need[0], MATCH_WORD, &band, err)
				: 0;
		if (found < 0)
			return -1;
		if (found) {
			*layout = l;
			return 0;
		}
	}
	return 0;
}

/* --- info --- */

static void tell(struct told_quality *told, const char *name, const char *base)
{
	struct told_quality_band *band = &told->band[told->n];

	if (told->n == TOLD_QUALITY_MOST) {
		told->n_more++;
		return;
	}
	(void)snprintf(band->name, sizeof(band->name), "%s", name);
	(void)quality_layouts_of(name, base, band->layouts, sizeof(band->layouts));
	told->n++;
}

void scene_tell_quality(struct told_quality *told, const struct scene *scene,
			const struct scene_list *scene_list, const struct options *options)
{
	const struct entry *entry = &scene_list->entry[scene->id];
	uint32_t first = entry_first(scene_list, entry);
	const char *base;
	struct quality_files files;
	struct error ignored;
	char layouts[120];

	*told = (struct told_quality){.n = 0};
	if (first == NO_FILE || entry->kind == ENTRY_FAILED)
		return;
	base = file_list_name(&scene_list->files, first);
	if (quality_files_init(&files, scene_list, entry, &ignored) == 0)
		(void)!quality_files_look_around(&files, scene_list, entry, options->masks != NULL,
						 &ignored);
	for (unsigned i = 0; i < files.n; i++)
		tell(told, files.file[i].name, base);
	quality_files_release(&files);
	if (!scene->n_files || !scene->files[0].info.bands || scene->files[0].info.n_bands < 2)
		return;
	for (uint32_t i = 0; i < scene->files[0].info.n_bands; i++) {
		const char *description = scene->files[0].info.bands[i].description;

		if (*description && quality_layouts_of(description, base, layouts, sizeof(layouts)))
			tell(told, description, base);
	}
}

/* --- a run without --mask --- */

/* What --mask may be given for the quality bands that were looked at: "auto", where it does. */
struct use {
	char mask[120];
	bool by_auto;
};

static void add_use(struct use *use, const char *name, const char *base)
{
	if (use->by_auto || !*name)
		return;
	use->by_auto = quality_auto_takes(name, base);
	if (use->by_auto)
		(void)snprintf(use->mask, sizeof(use->mask), "auto");
	else if (!*use->mask)
		(void)quality_layouts_of(name, base, use->mask, sizeof(use->mask));
}

void scene_note_quality(struct scene *scene, const struct scene_list *scene_list,
			const struct entry *entry)
{
	const char *base = file_list_name(&scene_list->files, entry_first(scene_list, entry));
	const struct raster_info *info = &scene->files[0].info;
	struct use use = {.by_auto = false};

	for (unsigned i = 0; i < entry->n; i++) {
		const struct member *member = &scene_list->member[entry->first + i];

		if (member->slot >= SCENE_QA)
			add_use(&use, file_list_name(&scene_list->files, member->file), base);
	}
	for (uint32_t i = 0; info->n_bands > 1 && i < info->n_bands; i++)
		add_use(&use, info->bands[i].description, base);
	if (*use.mask)
		scene_note(scene,
			   "clouds are counted: a cloud mask lies with the scene; --mask %s uses "
			   "it",
			   use.mask);
}
