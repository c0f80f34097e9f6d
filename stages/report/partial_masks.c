/*
 * What a scene took for each rule of --mask, as JSON and back; and the rules themselves, of the
 * text that the identity of parts has of them.
 */
#include "partial.h"

#include <stdlib.h>
#include <string.h>

#include "json_stats.h"
#include "masks/masks.h"

json_t *partial_masks(const struct scene *scene)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < scene->masks.n_rules; i++) {
		json_t *o = json_object();

		js_put(&o, "layout", partial_text(scene->masks.rule[i].layout));
		js_put(&o, "source", partial_text(scene->masks.rule[i].source));
		js_append(&list, o);
	}
	return list;
}

static bool read_text(char *to, size_t size, const json_t *value)
{
	char *text = partial_read_text(value, size - 1);

	(void)snprintf(to, size, "%s", text ? text : "");
	free(text);
	return text != NULL;
}

bool partial_read_masks(const json_t *list, struct scene *scene)
{
	struct scene_masks *masks = &scene->masks;

	if (!json_is_array(list) || json_array_size(list) > MASK_RULES_MOST)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		struct scene_rule *rule = &masks->rule[i];

		if (json_object_size(o) != 2 ||
		    !read_text(rule->layout, sizeof(rule->layout), json_object_get(o, "layout")) ||
		    !read_text(rule->source, sizeof(rule->source), json_object_get(o, "source")))
			return false;
		masks->n_rules++;
	}
	return true;
}

/* "scl && qa&31=0" -> its rules, in place. */
static void split(char *text, struct text_list *rules)
{
	static const char between[] = " && ";
	char *end;

	for (; text && rules->n < MASK_RULES_MOST; text = end ? end + strlen(between) : NULL) {
		end = strstr(text, between);
		if (end)
			*end = '\0';
		rules->text[rules->n++] = text;
	}
}

struct masks *partial_rules(const struct identity *identity)
{
	struct text_list rules = {.n = 0};
	struct masks *masks = NULL;
	struct error ignored;
	char *text = NULL;

	for (unsigned i = 0; i < identity->n && !text; i++)
		if (strcmp(identity->item[i].option, "mask") == 0 && identity->item[i].value)
			text = strdup(identity->item[i].value);
	split(text, &rules);
	if (masks_make(&masks, &rules, &ignored))
		masks = NULL;
	free(text);
	return masks;
}
