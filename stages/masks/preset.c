/*
 * Presets: a layout, a set of it and extras; and auto, which is a preset whose layout each scene
 * tells.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/spelling.h"
#include "layout_row.h"
#include "rule_parse.h"

#define AUTO          "auto"
#define AUTO_OPTIONAL "auto-optional"

/* --- what layouts have --- */

uint32_t layout_has_extras(const struct mask_layout *layout)
{
	uint32_t extras = 0;

	for (const struct layout_need *need = layout->need; need->pattern; need++)
		for (const struct layout_condition *c = need->condition; c->sets | c->extras; c++)
			extras |= c->extras;
	return extras;
}

uint32_t layout_extras_that_add(const struct mask_layout *layout, unsigned set)
{
	uint32_t extras = 0;

	for (const struct layout_need *need = layout->need; need->pattern; need++)
		for (const struct layout_condition *c = need->condition; c->sets | c->extras; c++)
			extras |= c->sets & 1u << set ? 0 : c->extras;
	return extras;
}

static uint32_t all_extras(void)
{
	uint32_t n = 0;

	while (layout_extras[n].word)
		n++;
	return (1u << n) - 1;
}

/* --- errors that say what there is --- */

enum { LIST_BYTES = 400 };

static void add_to_list(char list[LIST_BYTES], const char *before, const char *word)
{
	size_t used = strlen(list);

	(void)snprintf(list + used, LIST_BYTES - used, "%s%s%s", used ? ", " : "", before, word);
}

/* A band, and what stands behind its name as if it were a preset: "CLD:20", "SCL". */
static int band_alone(const struct mask_layout *layout, const char *name, const char *set,
		      struct error *err)
{
	const char *operation = "=...";

	if (layout->takes_threshold) {
		if (!set || !isdigit((unsigned char)*set))
			set = "66";
		operation = "<20";
	} else {
		set = NULL;
	}
	return error_set(err, EX_USAGE,
			 "is the name of a band, and no rule; take the preset %s%s%s, or say what "
			 "to keep, in quotes (without them the shell takes & < > for itself): "
			 "'%.*s%s'",
			 layout->name, set ? ":" : "", set ? set : "", (int)strcspn(name, " ("),
			 name, operation);
}

static int unknown_preset(const char *name, const char *set, struct error *err)
{
	char list[LIST_BYTES] = "", near[SPELLING_LIST];
	const struct mask_layout *layout = layout_next(NULL);

	if (strchr(name, ','))
		return error_set(err, EX_USAGE,
				 "is several rules: give --mask for each, as in --mask scl --mask "
				 "cldprb:40; all have to keep a pixel");
	while (layout && !layout_names(layout, name, NULL))
		layout = layout_next(layout);
	if (layout)
		return band_alone(layout, name, set, err);
	if (*spelling_near(near, name, mask_word))
		return error_set(err, EX_USAGE, "there is no such preset; did you mean %s?", near);
	for (unsigned i = 0; mask_word(i); i++)
		add_to_list(list, "", mask_word(i));
	return error_set(
		err, EX_USAGE,
		"there is no such preset; auto takes what each scene has; there are %s (imgpipe "
		"mask tells of them); rules of your own say what to keep, in quotes, as "
		"'SCL=4-7,11'",
		list);
}

static int unknown_set(const struct mask_layout *layout, const char *name, struct error *err)
{
	char list[LIST_BYTES] = "";

	for (const struct layout_set *set = layout->set; set->name; set++)
		add_to_list(list, "", set->name);
	return error_set(err, EX_USAGE, "%s has no set '%s'; sets: %s (the first is the default)",
			 layout->name, name, list);
}

static int unknown_extra(const char *owner, uint32_t has, const char *name, struct error *err)
{
	char list[LIST_BYTES] = "";

	for (unsigned i = 0; layout_extras[i].word; i++)
		if (has & 1u << i)
			add_to_list(list, "+", layout_extras[i].word);
	if (!has)
		return error_set(err, EX_USAGE, "%s has no +%s, nor any other extra", owner, name);
	return error_set(err, EX_USAGE, "%s has no +%s; it has %s", owner, name, list);
}

/* --- parts of the text --- */

static int take_threshold(struct mask_rule *rule, const char *text, struct error *err)
{
	char *end;
	unsigned long number = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 100;

	if (number > 99 || *end)
		return error_set(err, EX_USAGE,
				 "%s takes a threshold in percent from 0 to 99: %s:66 drops pixels "
				 "above 66 %%",
				 rule->layout->name, rule->layout->name);
	rule->threshold = (unsigned)number;
	return 0;
}

/* NULL: the default. */
static int take_set(struct mask_rule *rule, const char *name, struct error *err)
{
	const struct mask_layout *layout = rule->layout;

	if (!layout)
		return name ? error_set(err, EX_USAGE,
					"auto takes no set, as each layout has its own; extras it "
					"takes, as in auto+snow")
			    : 0;
	if (layout->takes_threshold)
		return take_threshold(rule, name ? name : "", err);
	for (unsigned i = 0; name && layout->set[i].name; i++)
		if (strcmp(layout->set[i].name, name) == 0) {
			rule->set = i;
			return 0;
		}
	return name ? unknown_set(layout, name, err) : 0;
}

static int take_extra(struct mask_rule *rule, const char *name, struct error *err)
{
	uint32_t has = rule->layout ? layout_has_extras(rule->layout) : all_extras();

	for (unsigned i = 0; layout_extras[i].word; i++)
		if (strcmp(layout_extras[i].word, name) == 0 && has & 1u << i) {
			rule->extras |= 1u << i;
			return 0;
		}
	return unknown_extra(rule->layout ? rule->layout->name : AUTO, has, name, err);
}

static int take_name(struct mask_rule *rule, const char *name, const char *set, struct error *err)
{
	if (strcmp(name, AUTO) == 0) {
		rule->kind = RULE_AUTO;
	} else if (strcmp(name, AUTO_OPTIONAL) == 0) {
		rule->kind = RULE_AUTO_OPTIONAL;
	} else {
		rule->kind = RULE_PRESET;
		rule->layout = layout_called(name);
		/* In capitals it is a file's name, of a rule that a shell may have cut. */
		if (!rule->layout || strcmp(layout_name(rule->layout), name) != 0)
			return unknown_preset(name, set, err);
	}
	return 0;
}

/* --- the whole --- */

/* The default set and extras that add nothing are left out. */
static void put_text(struct mask_rule *rule)
{
	const struct mask_layout *layout = rule->layout;
	const char *name = layout ? layout->name : rule->kind == RULE_AUTO ? AUTO : AUTO_OPTIONAL;
	size_t used = (size_t)snprintf(rule->text, sizeof(rule->text), "%s", name);

	if (layout && layout->takes_threshold)
		used += (size_t)snprintf(rule->text + used, sizeof(rule->text) - used, ":%u",
					 rule->threshold);
	else if (rule->set)
		used += (size_t)snprintf(rule->text + used, sizeof(rule->text) - used, ":%s",
					 layout->set[rule->set].name);
	for (unsigned i = 0; layout_extras[i].word; i++)
		if (rule->extras & 1u << i)
			used += (size_t)snprintf(rule->text + used, sizeof(rule->text) - used,
						 "+%s", layout_extras[i].word);
}

static int take_parts(struct mask_rule *rule, char *text, struct error *err)
{
	char *extras = strchr(text, '+'), *set, *word;

	if (extras)
		*extras++ = '\0';
	set = strchr(text, ':');
	if (set)
		*set++ = '\0';
	if (take_name(rule, text, set, err) || take_set(rule, set, err))
		return -1;
	while ((word = strsep(&extras, "+")))
		if (take_extra(rule, word, err))
			return -1;
	return 0;
}

int preset_parse(struct mask_rule *rule, const char *text, struct error *err)
{
	char copy[MASK_RULE_BYTES];

	*rule = (struct mask_rule){0};
	if (strlen(text) >= sizeof(copy))
		return error_set(err, EX_USAGE, "is longer than any preset");
	memcpy(copy, text, strlen(text) + 1);
	if (take_parts(rule, copy, err))
		return -1;
	if (rule->layout)
		rule->extras &= layout_extras_that_add(rule->layout, rule->set);
	put_text(rule);
	return 0;
}

const char *mask_word(unsigned number)
{
	static const char *const autos[] = {AUTO, AUTO_OPTIONAL};

	return number < 2 ? autos[number] : layout_word(number - 2);
}

const char *mask_set_word(unsigned number, unsigned set)
{
	const struct mask_layout *layout = layout_called(mask_word(number));

	return layout && !layout->takes_threshold ? layout->set[set].name : NULL;
}
