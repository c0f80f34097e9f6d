/*
 * Band files -> scenes, by name. Files that share directory, name and extension but for the band
 * token are one group. It reads no file: a token that turns out to stand in a stack's name is put
 * right when the scene is opened.
 */
#include "group.h"

#include <stddef.h>

#include "group_key.h"

/* Place of a band in the preferences of its sensor for *role; -1: it is neither red nor NIR. */
static int band_rank(const struct band_token *token, const struct sensor *sensor, enum role *role)
{
	int rank;

	if (token->kind == TOKEN_RED || token->kind == TOKEN_NIR) {
		*role = token->kind == TOKEN_RED ? ROLE_RED : ROLE_NIR;
		return token->end - token->start > 3; /* "nir" before "nir08" */
	}
	if (token->kind != TOKEN_BAND)
		return -1;
	*role = ROLE_RED;
	rank = sensor_code_rank(sensor, NAME_RED, token->code);
	if (rank >= 0)
		return rank;
	*role = ROLE_NIR;
	return sensor_code_rank(sensor, NAME_NIR, token->code);
}

/* By how it is written, for names that say nothing else: "B04", "B8A" are Sentinel-2's way. */
static const struct sensor *sensor_by_token(const struct band_token *token)
{
	return token->kind == TOKEN_BAND && token->padded ? sensor_sentinel2() : NULL;
}

/* Whose way of writing bands this is; Landsat's files have neither two digits nor a "_20m". */
static const struct sensor *token_sensor(const struct band_token *token)
{
	if (token->kind == TOKEN_BAND && token->resolution_m)
		return sensor_sentinel2();
	return sensor_by_token(token);
}

/*
 * A file's own name says best whose it is; a folder may hold files of several sensors, so a band
 * that is not written Landsat's way is none of Landsat's because of its folder's name.
 */
const struct sensor *file_sensor(const struct file_list *files, uint32_t file)
{
	struct parsed p = name_parse(files, file);
	const struct sensor *by_stem = sensor_find(p.name, p.stem_len, NULL);
	const struct sensor *by_folder, *by_token;

	if (by_stem)
		return by_stem;
	by_folder = sensor_find(p.name, p.stem_len, file_list_folder(files, file));
	by_token = token_sensor(&p.token);
	if (by_folder && by_folder->date == DATE_LANDSAT && by_token)
		return by_token;
	return by_folder ? by_folder : sensor_by_token(&p.token);
}

/* The best band of its role; of two that are as good ("x_red", "x_B04") nobody knows which. */
static void group_take(struct group *group, uint32_t file, enum role role, int rank)
{
	if (rank > group->rank[role])
		return;
	if (rank == group->rank[role]) {
		group->clash[role] = file;
		return;
	}
	group->role[role] = file;
	group->clash[role] = NO_FILE;
	group->rank[role] = (uint8_t)rank;
}

static void family_complete(struct family *family, uint8_t resolution_m)
{
	family->complete = true;
	if (resolution_m && (!family->finest || resolution_m < family->finest))
		family->finest = resolution_m;
}

/* Pass 1: every file that may be red or NIR, or another band beside them, joins a group. */
static int join_group(struct grouping *g, uint32_t file, struct error *err)
{
	const struct file_list *files = &g->scene_list->files;
	struct parsed p = name_parse(files, file);
	const struct sensor *sensor = NULL;
	enum role role = ROLE_RED;
	uint32_t group, family;
	int rank;

	if (p.token.kind == TOKEN_QA || p.token.kind == TOKEN_OTHER)
		return 0;
	if (p.token.kind == TOKEN_BAND && !g->stacks_only && !(sensor = file_sensor(files, file)))
		return 0;
	if (g->stacks_only || p.token.kind == TOKEN_NONE || p.token.kind == TOKEN_STACK) {
		if (get_family(g, file, &p, &family, err))
			return -1;
		if (p.token.kind == TOKEN_STACK)
			family_complete(&g->family[family], 0);
		g->family[family].stack = true;
		return 0;
	}
	if (get_group(g, file, &p, &group, err))
		return -1;
	g->of_file[file] = group;
	rank = band_rank(&p.token, sensor, &role);
	if (rank >= 0) {
		group_take(&g->group[group], file, role, rank);
		g->family[g->group[group].family].banded |= p.token.kind == TOKEN_BAND;
	}
	return 0;
}

static void note_complete_groups(struct grouping *g)
{
	for (uint32_t i = 0; i < g->n_groups; i++) {
		const struct group *group = &g->group[i];

		if (group->role[ROLE_RED] != NO_FILE && group->role[ROLE_NIR] != NO_FILE)
			family_complete(&g->family[group->family], group->resolution_m);
	}
}

/*
 * Quality files belong to groups and to stacks; other products only to groups that are sure, as
 * "field_green.tif" beside "field.tif" may well be a scene of its own.
 */
static bool owns_extra(const struct grouping *g, uint32_t family, enum token_kind kind)
{
	const struct family *f = family != NO_FILE ? &g->family[family] : NULL;

	return f && (f->complete || f->banded || (kind == TOKEN_QA && f->stack));
}

/* The family that a quality file or another product belongs to; NO_FILE: none. */
static uint32_t family_of_extra(const struct grouping *g, const struct parsed *p)
{
	uint32_t family = find_family(g, p);
	struct parsed bare = *p;

	if (owns_extra(g, family, p->token.kind))
		return family;
	/* What stands behind "BOA" is no part of a stack's key, so neither of its quality file. */
	bare.suffix_at = bare.stem_len;
	family = find_family(g, &bare);
	return owns_extra(g, family, p->token.kind) ? family : NO_FILE;
}

/* Pass 2: the quality file that --mask asks for, the finest there is. */
static void note_quality_file(struct grouping *g, uint32_t file, const struct mask_rule *mask)
{
	struct parsed p = name_parse(&g->scene_list->files, file);
	uint32_t family;
	struct parsed had;

	if (p.token.kind != TOKEN_QA || !name_holds(p.name + p.token.start, mask->pattern))
		return;
	family = family_of_extra(g, &p);
	if (family == NO_FILE)
		return;
	if (g->family[family].qa != NO_FILE) {
		had = name_parse(&g->scene_list->files, g->family[family].qa);
		if (had.resolution_m <= p.resolution_m)
			return;
	}
	g->family[family].qa = file;
}

/* Names do not settle which of two files is red, or NIR: the scene fails and says so. */
static void refuse_clash(struct entry *entry, const struct group *group)
{
	for (enum role role = ROLE_RED; role <= ROLE_NIR; role++) {
		if (group->clash[role] == NO_FILE)
			continue;
		*entry = (struct entry){
			.file = {group->role[role], group->clash[role], NO_FILE},
			.kind = ENTRY_CLASH,
		};
		return;
	}
}

static int emit_group(struct grouping *g, struct group *group, uint32_t file, struct error *err)
{
	const struct family *family = &g->family[group->family];
	bool red = group->role[ROLE_RED] != NO_FILE, nir = group->role[ROLE_NIR] != NO_FILE;
	struct entry entry = {.file = {group->role[ROLE_RED], group->role[ROLE_NIR], family->qa}};

	entry.kind = red && nir ? ENTRY_GROUP : ENTRY_PARTIAL;
	if (!(red && nir) && family->complete)
		return 0; /* the other resolutions of a scene that is there */
	if (red && nir && group->resolution_m > family->finest)
		return 0;
	if (!red && !nir) {
		entry.kind = ENTRY_STACK;
		entry.file[ROLE_RED] = file;
		return scene_list_append(g->scene_list, &entry, err);
	}
	if (group->taken)
		return 0;
	group->taken = true;
	refuse_clash(&entry, group);
	return scene_list_append(g->scene_list, &entry, err);
}

/* Pass 3: scenes in the order of their first files. */
static int emit(struct grouping *g, uint32_t file, struct error *err)
{
	struct entry entry = {.file = {file, NO_FILE, NO_FILE}, .kind = ENTRY_STACK};
	struct parsed p;
	uint32_t family;

	if (g->scene_list->files.entry[file].problem) {
		entry.kind = ENTRY_FAILED;
		return scene_list_append(g->scene_list, &entry, err);
	}
	if (g->of_file[file] != NO_FILE)
		return emit_group(g, &g->group[g->of_file[file]], file, err);
	p = name_parse(&g->scene_list->files, file);
	if (p.token.kind == TOKEN_QA || p.token.kind == TOKEN_OTHER) {
		if (family_of_extra(g, &p) != NO_FILE)
			return 0;
	} else {
		family = find_family(g, &p);
		entry.file[ROLE_QA] = family != NO_FILE ? g->family[family].qa : NO_FILE;
	}
	return scene_list_append(g->scene_list, &entry, err);
}

int group_by_name(struct scene_list *scene_list, const struct options *options, struct error *err)
{
	struct grouping g;
	uint32_t n = scene_list->files.n;
	int rc = grouping_init(&g, scene_list, err);

	g.stacks_only =
		role_choice(options, ROLE_RED)->index && role_choice(options, ROLE_NIR)->index;
	for (uint32_t i = 0; i < n && rc == 0; i++)
		if (!scene_list->files.entry[i].problem)
			rc = join_group(&g, i, err);
	note_complete_groups(&g);
	for (uint32_t i = 0; i < n && rc == 0 && options->mask.set; i++)
		if (!scene_list->files.entry[i].problem)
			note_quality_file(&g, i, &options->mask);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = emit(&g, i, err);
	grouping_release(&g);
	return rc;
}
