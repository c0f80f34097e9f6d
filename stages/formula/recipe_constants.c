/*
 * Constants of formulas: who has some, --const, whom each is for, and that each has an effect.
 */
#include "maker.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- owners --- */

const struct owner *owner_find(const struct maker *m, const char *name)
{
	const struct index_row *row = index_find(name);

	for (unsigned i = 0; i < m->n_owners; i++)
		if (row ? m->owner[i].row == row : strcasecmp(m->owner[i].name, name) == 0)
			return &m->owner[i];
	return NULL;
}

const struct owner *owner_of_row(struct maker *m, const struct index_row *row)
{
	const struct owner *found = owner_find(m, row->name);
	struct owner *owner;

	if (found)
		return found;
	owner = &m->owner[m->n_owners++];
	*owner = (struct owner){.maker = m, .row = row};
	(void)word_lower(owner->name, row->name, strlen(row->name));
	return owner;
}

/* --- constants --- */

/* An index that the run has only within an expression counts, too. */
static int find_setting_owner(struct maker *m, struct setting *setting, const char *name,
			      struct error *err)
{
	const struct index_row *row = index_find(name);

	setting->owner = row ? owner_of_row(m, row) : owner_find(m, name);
	return setting->owner
		       ? 0
		       : error_set(err, EX_USAGE,
				   "there is no index or expression %.40s in this run", name);
}

static bool is_of_row(const struct index_row *row, const char *name)
{
	struct index_constant constant[INDEX_CONSTANTS_MOST];
	unsigned n = index_constants(constant, row);

	for (unsigned i = 0; i < n; i++)
		if (strcmp(constant[i].name, name) == 0)
			return true;
	return false;
}

static int read_setting(struct maker *m, struct setting *setting, const char *text,
			struct error *err)
{
	size_t owner = strcspn(text, ".="), name = owner;
	const char *at = text, *end;
	char word[VALUE_NAME_BYTES] = "";

	if (text[owner] == '.') {
		if (!word_is_name(text, owner) || !word_lower(word, text, owner))
			goto bad;
		at = text + owner + 1;
		name = strcspn(at, "=");
	}
	if (!word_is_name(at, name) || name >= sizeof(setting->name) || !at[name] ||
	    !word_number(at + name + 1, '\0', &end, &setting->value))
		goto bad;
	memcpy(setting->name, at, name);
	setting->name[name] = '\0';
	if (*word && find_setting_owner(m, setting, word, err))
		return -1;
	if (setting->owner && setting->owner->row && is_of_row(setting->owner->row, setting->name))
		return 0;
	return word_is_free(setting->name, err);
bad:
	return error_set(err, EX_USAGE,
			 "give a constant and a number, as in L=0.25, or savi.L=0.25 for one index "
			 "of several");
}

int setting_add(struct maker *m, const char *text, struct error *err)
{
	struct setting *setting = &m->setting[m->n_settings];

	*setting = (struct setting){0};
	if (read_setting(m, setting, text, err))
		return error_prefix(err, "--const %.100s", text);
	for (unsigned i = 0; i < m->n_settings; i++)
		if (m->setting[i].owner == setting->owner &&
		    strcmp(m->setting[i].name, setting->name) == 0)
			return error_set(err, EX_USAGE, "--const %.100s: %s is given twice", text,
					 setting->name);
	m->n_settings++;
	return 0;
}

static void note_taker(struct setting *setting, const struct owner *owner)
{
	if (!setting->taker)
		setting->taker = owner;
	else if (setting->taker != owner)
		setting->other = owner;
}

/* What was set for this owner; else what was set for whoever has it; else NULL. */
const struct setting *setting_find(struct maker *m, const struct owner *owner, const char *name)
{
	struct setting *found = NULL;

	for (unsigned i = 0; i < m->n_settings; i++)
		if (strcmp(m->setting[i].name, name) == 0 &&
		    (m->setting[i].owner == owner || (!m->setting[i].owner && !found)))
			found = &m->setting[i];
	if (found)
		note_taker(found, owner);
	return found;
}

/* "evi.gain, evi.C1": what could have been set. */
static void list_constants(char *list, size_t size, const struct maker *m)
{
	struct index_constant constant[INDEX_CONSTANTS_MOST];
	size_t used = 0;

	*list = '\0';
	for (unsigned v = 0; v < m->recipe->n_values; v++) {
		unsigned n = m->of[v]->row ? index_constants(constant, m->of[v]->row) : 0;

		for (unsigned i = 0; i < n && used < size; i++)
			used += (size_t)snprintf(list + used, size - used, "%s%s.%s",
						 used ? ", " : "", m->recipe->value[v].name,
						 constant[i].name);
	}
}

int settings_check(const struct maker *m, struct error *err)
{
	char list[200];

	list_constants(list, sizeof(list), m);
	for (unsigned i = 0; i < m->n_settings; i++) {
		const struct setting *s = &m->setting[i];
		const char *owner = s->owner ? s->owner->name : "";

		if (s->other)
			return error_set(err, EX_USAGE,
					 "--const %s: %s and %s have a constant %s; say whose, as "
					 "in %s.%s=%g",
					 s->name, s->taker->name, s->other->name, s->name,
					 s->taker->name, s->name, s->value);
		if (!s->taker)
			return error_set(err, EX_USAGE,
					 "--const %s%s%s: nothing in this run has such a "
					 "constant%s%s",
					 owner, *owner ? "." : "", s->name,
					 *list ? "; there are " : "", list);
	}
	return 0;
}
