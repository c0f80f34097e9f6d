/*
 * A rule of one's own that names a band which the scene has not: which of those that are there was
 * meant. Names alone.
 */
#include "quality.h"

#include <stdio.h>
#include <string.h>

#include "base/spelling.h"
#include "quality_match.h"

enum { NAMES_MOST = 32 };

struct names {
	unsigned n;
	char name[NAMES_MOST][40];        /* as a rule may write it: "CLD", "MSK_CLDPRB" */
	const char *word[NAMES_MOST + 1]; /* the same, NULL behind the last */
};

static void add_name(struct names *names, const char *text)
{
	size_t len = quality_bare_length(text);

	if (names->n == NAMES_MOST || !len || len >= sizeof(names->name[0]))
		return;
	(void)snprintf(names->name[names->n], sizeof(names->name[0]), "%.*s", (int)len, text);
	names->word[names->n] = names->name[names->n];
	names->n++;
}

static void find_names(const struct quality *q, struct names *names)
{
	const struct raster_info *info = q->stack ? &q->scene->files[0].info : NULL;

	for (unsigned i = 0; i < q->files.n; i++)
		add_name(names, q->files.file[i].text);
	for (uint32_t i = 0; info && i < info->n_bands; i++)
		add_name(names, info->bands[i].description);
}

/* The operator calls both so: CLDPRB is CLD. NULL: none is. */
static const char *of_its_layout(const struct names *names, const char *pattern, const char *base)
{
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l))
		for (unsigned i = 0; i < names->n && layout_names(l, pattern, base); i++)
			if (layout_names(l, names->name[i], base))
				return names->name[i];
	return NULL;
}

bool quality_meant(const struct quality *q, const struct mask_rule *rule,
		   char text[MASK_RULE_BYTES])
{
	const char *pattern = rule->need.pattern, *name;
	struct names names = {.n = 0};
	char near[SPELLING_LIST];

	if (rule->kind != RULE_FREE || quality_is_wild(pattern))
		return false;
	find_names(q, &names);
	name = of_its_layout(&names, pattern, q->base);
	if (!name && names.n) {
		name = spelling_near_words(near, pattern, names.word);
		if (!*name || strchr(name, ','))
			return false;
	}
	/* What the rule says of the band stands behind its name. */
	return name && snprintf(text, MASK_RULE_BYTES, "%s%s", name, rule->text + strlen(pattern)) <
			       MASK_RULE_BYTES;
}
