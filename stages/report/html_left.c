/*
 * What a run was asked for and has not got: scenes that failed, indices that scenes lack, files
 * that are no scenes, each with its reason.
 */
#include <inttypes.h>

#include "html_sections.h"
#include "picture/page.h"
#include "recipe.h"
#include "base/text.h"
#include "report_words.h"

static void put_missing(FILE *out, struct html_left *left, const struct scene_result *result,
			const struct recipe *recipe)
{
	char why[MISSING_TEXT_BYTES];

	for (unsigned v = 0; v < recipe->n_values; v++) {
		if (!scene_missing_reason(result->scene, recipe, v, why, sizeof(why)))
			continue;
		if (left->n_missing++ < HTML_LEFT)
			page_item(out, "%s, %s: missing: %s",
				  result->scene->name ? result->scene->name : "",
				  recipe->value[v].name, why);
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
