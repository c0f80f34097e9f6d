/*
 * Notes of scenes on the page: what was assumed, and what numbers may be wrong for. A batch of one
 * product has the same ones over and over: each is shown once.
 */
#include <inttypes.h>
#include <string.h>

#include "html_sections.h"
#include "masks/masks.h"
#include "picture/page.h"
#include "recipe.h"
#include "report_words.h"

static bool is_shown(const char *note, const struct options *options)
{
	return !options->masks || strcmp(note, MASK_NONE_NOTE) != 0;
}

/* Of value v: pixels beyond what a normalised difference of reflectance has; false: none. */
static bool beyond_note(char text[SCENE_NOTE_BYTES], const struct scene_result *result, unsigned v,
			const struct recipe *recipe)
{
	struct summary s;

	if (!scene_summary(&s, result, v, recipe) || !is_beyond(&s, &recipe->value[v]))
		return false;
	(void)snprintf(text, SCENE_NOTE_BYTES,
		       "%.80s: some pixels are outside [%.6g,%.6g], " BEYOND_WHY,
		       recipe->value[v].name, recipe->value[v].grid.lo, recipe->value[v].grid.hi);
	return true;
}

/* Note `at`, where it is not NULL; how many there are. */
static unsigned walk(char text[SCENE_NOTE_BYTES], const struct scene_result *result,
		     const struct options *options, unsigned at)
{
	const struct scene *scene = result->scene;
	char note[SCENE_NOTE_BYTES];
	unsigned n = 0;

	for (unsigned i = 0; i < scene->n_notes; i++)
		if (is_shown(scene->notes[i], options) && n++ == at && text)
			(void)snprintf(text, SCENE_NOTE_BYTES, "%s", scene->notes[i]);
	for (unsigned v = 0; v < options->recipe->n_values; v++)
		if (beyond_note(note, result, v, options->recipe) && n++ == at && text)
			memcpy(text, note, sizeof(note));
	return n;
}

unsigned html_n_notes(const struct scene_result *result, const struct options *options)
{
	return walk(NULL, result, options, 0);
}

const char *html_note(char text[SCENE_NOTE_BYTES], const struct scene_result *result,
		      const struct options *options, unsigned i)
{
	*text = '\0';
	(void)walk(text, result, options, i);
	return text;
}

static void take(struct html_notes *notes, const char *text, const char *name)
{
	unsigned i = 0;

	while (i < notes->n && strcmp(notes->note[i].text, text) != 0)
		i++;
	if (i == HTML_NOTES) {
		notes->n_beyond++;
		return;
	}
	if (i == notes->n) {
		notes->n++;
		(void)snprintf(notes->note[i].text, SCENE_NOTE_BYTES, "%s", text);
		(void)snprintf(notes->note[i].first, HTML_NOTE_NAME, "%s", name);
	}
	notes->note[i].n_scenes++;
}

void html_notes_scene(struct html_notes *notes, const struct scene_result *result,
		      const struct options *options)
{
	const char *name = result->scene->name ? result->scene->name : "";
	unsigned n = result->status == SCENE_SKIPPED ? 0 : html_n_notes(result, options);
	char text[SCENE_NOTE_BYTES];

	for (unsigned i = 0; i < n; i++)
		take(notes, html_note(text, result, options, i), name);
	notes->n_scenes += n > 0;
}

void html_notes(FILE *out, const struct html_notes *notes)
{
	page_list_open(out);
	for (unsigned i = 0; i < notes->n; i++) {
		const struct html_note *note = &notes->note[i];

		if (note->n_scenes == 1)
			page_item(out, "%s: %s", note->first, note->text);
		else
			page_item(out, "%s and %" PRIu32 " more: %s", note->first,
				  note->n_scenes - 1, note->text);
	}
	if (notes->n_beyond)
		page_item(out, "%" PRIu32 " more; --report has all of them", notes->n_beyond);
	if (!notes->n)
		page_item(out, "None.");
	page_list_close(out);
}
