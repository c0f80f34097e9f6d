/*
 * Quality files of groups and stacks, and other products beside them: which family each belongs to,
 * by its name and by what free rules of --mask ask for.
 */
#include "group_key.h"

#include "quality_files.h"
#include "quality_match.h"

/*
 * Quality files belong to groups and to stacks; other products only to groups that are sure, as
 * "field_green.tif" beside "field.tif" may well be a scene of its own.
 */
static bool owns_extra(const struct grouping *g, uint32_t family, enum token_kind kind)
{
	const struct family *f = family != NO_FILE ? &g->family[family] : NULL;

	return f && (f->complete || f->banded || (kind == TOKEN_QA && f->stack));
}

uint32_t quality_family(const struct grouping *g, const struct parsed *p)
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

/*
 * The family of a file that a free rule of --mask asks for, whose name says nothing: "x_clouds.tif"
 * beside "x.tif".
 */
static uint32_t family_of_asked(const struct grouping *g, const struct parsed *p)
{
	struct parsed bare = *p;
	size_t prefix_len = 0;
	uint32_t family;
	bool whole = false;

	if (!quality_asked(g->options->masks, p->name, &prefix_len, &whole) || whole)
		return NO_FILE;
	bare.prefix_len = prefix_len;
	bare.suffix_at = bare.stem_len;
	family = find_family(g, &bare);
	return owns_extra(g, family, TOKEN_QA) || (family != NO_FILE && p->token.kind == TOKEN_BAND)
		       ? family
		       : NO_FILE;
}

bool quality_is_asked(const struct grouping *g, const struct parsed *p)
{
	size_t prefix_len;
	bool whole = false;

	if (!g->options->masks || p->token.kind == TOKEN_STACK)
		return false;
	return (quality_asked(g->options->masks, p->name, &prefix_len, &whole) && whole &&
		g->scene_list->files.n > 1) ||
	       family_of_asked(g, p) != NO_FILE;
}

void quality_note(struct grouping *g, uint32_t file)
{
	struct parsed p = name_parse(&g->scene_list->files, file);
	uint32_t number = p.token.kind == TOKEN_QA ? quality_family(g, &p) : family_of_asked(g, &p);
	struct family *family = number != NO_FILE ? &g->family[number] : NULL;

	if (!family || family->n_qa == QUALITY_FILES_MOST || family->file == file)
		return;
	if (family->qa == NO_FILE)
		family->qa = file;
	else
		g->next_qa[family->last_qa] = file;
	family->last_qa = file;
	family->n_qa++;
}

static void put_some(const struct grouping *g, const struct family *family,
		     struct slot_files *files, bool of_use, unsigned *n)
{
	for (uint32_t file = family->qa; file != NO_FILE && *n < SCENE_QA_MOST;
	     file = g->next_qa[file]) {
		const char *name = file_list_name(&g->scene_list->files, file);

		if (quality_of_use(g->options->masks, name) == of_use)
			files->file[SCENE_QA + (*n)++] = file;
	}
}

void quality_put(const struct grouping *g, uint32_t family, struct slot_files *files)
{
	unsigned n = 0;

	if (family == NO_FILE)
		return;
	put_some(g, &g->family[family], files, true, &n);
	put_some(g, &g->family[family], files, false, &n);
}
