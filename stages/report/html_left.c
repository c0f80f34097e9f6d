/*
 * What a run was asked for and has not got: scenes that failed, indices that scenes lack, files
 * that are no scenes, each with its reason.
 */
#include <inttypes.h>
#include <string.h>

#include "html_sections.h"
#include "picture/page.h"
#include "recipe.h"
#include "base/text.h"
#include "report_words.h"

/* An item for each reason, with all indices that have it. */
static void put_missing(FILE *out, struct html_left *left, const struct scene_result *result,
			const struct recipe *recipe)
{
	char names[RECIPE_MAX_VALUES * (VALUE_NAME_BYTES + 2)];
	char why[MISSING_TEXT_BYTES], other[MISSING_TEXT_BYTES];
	uint32_t told = 0;

	for (unsigned v = 0; v < recipe->n_values; v++) {
		size_t used = 0;
		unsigned n = 0;

		if (told >> v & 1 ||
		    !scene_missing_reason(result->scene, recipe, v, why, sizeof(why)))
			continue;
		for (unsigned w = v; w < recipe->n_values; w++) {
			if (!scene_missing_reason(result->scene, recipe, w, other, sizeof(other)) ||
			    strcmp(why, other) != 0)
				continue;
			told |= 1U << w;
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 n++ ? ", " : "", recipe->value[w].name);
		}
		if (left->n_missing < HTML_LEFT)
			page_item(out, "%s, %s: missing: %s",
				  result->scene->name ? result->scene->name : "", names, why);
		left->n_missing += n;
	}
}

void html_left_scene(FILE *out, struct html_left *left, const struct scene_result *result,
		     const struct recipe *recipe)
{
	const char *name = result->scene->name ? result->scene->name : "";

	switch (result->status) {
	case SCENE_OK:
		put_missing(out, left, result, recipe);
		break;
	case SCENE_FAILED:
		if (left->n_failed++ < HTML_LEFT)
			page_item(out, "%s: failed: %s", name,
				  text_beyond_name(result->error.text, name));
		break;
	case SCENE_SKIPPED:
		if (left->n_skipped++ < HTML_LEFT)
			page_item(out, "skipped: %s", result->error.text);
		break;
	case SCENE_CANCELLED:
		left->n_cancelled++;
		break;
	}
}

static void put_beyond(FILE *out, uint32_t n, const char *what)
{
	if (n > HTML_LEFT)
		page_item(out, "%" PRIu32 " more %s; --csv has all of them", n - HTML_LEFT, what);
}

void html_left_rest(FILE *out, const struct html_left *left, const struct run_totals *totals,
		    uint32_t n_rows)
{
	const uint32_t n_scenes = totals->n_scenes - totals->n_skipped;

	put_beyond(out, left->n_failed, "failed");
	put_beyond(out, left->n_missing, "missing indices");
	put_beyond(out, left->n_skipped, "skipped");
	if (left->n_cancelled)
		page_item(out, "%" PRIu32 " cancelled, as the run ended before they were done",
			  left->n_cancelled);
	if (n_scenes > n_rows)
		page_item(out,
			  "%" PRIu32 " more scenes have no row in the table of this page; --csv "
			  "has all of them",
			  n_scenes - n_rows);
	if (!left->n_failed && !left->n_missing && !left->n_skipped && !left->n_cancelled &&
	    n_scenes <= n_rows)
		page_item(out, "No scene and no index. Pixels that are left out are counted above: "
			       "\"What became of the pixels\".");
}
