/*
 * The rules of --mask in one scene: each becomes tests of quality bands, in the rules' order. A
 * scene without what a rule reads is an error, never a scene without a mask; only --mask
 * auto-optional keeps it, with a note.
 */
#include "quality.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "quality_match.h"

/* --- bands --- */

/* The scene's file of this path, or a new one whose header is read. */
static int use_file(struct scene *scene, const struct quality_file *file,
		    const struct options *options, unsigned *number, struct error *err)
{
	for (*number = 0; *number < scene->n_files; ++*number)
		if (strcmp(scene->files[*number].path, file->path) == 0)
			return 0;
	if (scene_add_file(scene, strdup(file->path), file->named, number, err))
		return -1;
	return scene_probe(scene, *number, options, err);
}

/* "QA_PIXEL.TIF" -> "qa_pixel": letters and digits, at most `size` bytes of them. */
static void plain_name(char *name, size_t size, const char *text)
{
	size_t len = quality_bare_length(text), n = 0;

	for (const char *at = text; at < text + len && n + 1 < size; at++)
		if (isalnum((unsigned char)*at) || n > 0)
			name[n++] = isalnum((unsigned char)*at) ? (char)tolower((unsigned char)*at)
								: '_';
	while (n > 0 && name[n - 1] == '_')
		n--;
	name[n] = '\0';
	if (!n)
		(void)snprintf(name, size, "quality");
}

static bool is_taken(const struct scene *scene, const char *name)
{
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot] && strcmp(scene->band[slot].name, name) == 0)
			return true;
	return false;
}

/* A name that no other band has: "scl", "udm2.1". */
static void unique_name(const struct scene *scene, const char *text, uint32_t index,
			char name[BAND_WORD_BYTES])
{
	char tail[BAND_WORD_BYTES] = "", stem[BAND_WORD_BYTES];

	if (index)
		(void)snprintf(tail, sizeof(tail), ".%u", index);
	for (unsigned n = 1; n < 100; n++) {
		if (n > 1)
			(void)snprintf(tail, sizeof(tail), "_%u", n);
		plain_name(stem, sizeof(stem) - strlen(tail), text);
		(void)snprintf(name, BAND_WORD_BYTES, "%s%s", stem, tail);
		if (!is_taken(scene, name))
			return;
	}
}

int quality_slot(struct scene *scene, unsigned file, uint32_t index, const char *text,
		 unsigned *slot, struct error *err)
{
	uint32_t n_bands = scene->files[file].info.n_bands;
	char name[BAND_WORD_BYTES];

	for (*slot = SCENE_QA; *slot < SCENE_MAX_BANDS && scene->has_band[*slot]; ++*slot)
		if (scene->band[*slot].file == file && scene->band[*slot].index == index)
			return 0;
	if (*slot == SCENE_MAX_BANDS)
		return error_set(err, EX_DATAERR,
				 "%s: masks read more than %d quality bands; leave out some "
				 "--mask",
				 scene->name, SCENE_QA_MOST);
	/* In a stack its description is its name; in a file of its own the number tells. */
	unique_name(scene, text, file != 0 && n_bands > 1 ? index : 0, name);
	return scene_set_band(scene, *slot, name, file, index, err);
}

/* --- needs --- */

/* By the layout, 0 may be fill or clear sky: a file's tag for all its bands does not decide that.
 */
static void set_nodata(struct scene *scene, unsigned slot, const struct mask_layout *layout)
{
	struct band *band = &scene->band[slot];
	const struct band_info *info = &scene->files[band->file].info.bands[band->index - 1];

	if (!info->has_nodata || !sample_holds(band->type, info->nodata, &band->nodata))
		return;
	if (layout && info->nodata >= 0 && info->nodata <= UINT32_MAX &&
	    !layout_is_fill(layout, (uint32_t)info->nodata)) {
		scene_note(scene, "nodata %g of %s means something in %s: it is not used there",
			   info->nodata, band->name, layout_name(layout));
		return;
	}
	band->has_nodata = true;
}

static bool reads_bits(const struct mask_test *test)
{
	bool bits = false;

	for (unsigned i = 0; i < test->n; i++)
		bits = bits || test->condition[i].bits;
	return bits;
}

static int check_file(const struct scene *scene, unsigned file, const struct mask_need *need,
		      uint32_t *index, bool integers, struct error *err)
{
	const struct scene_file *of = &scene->files[file];

	if (!*index && of->info.n_bands > 1 &&
	    !(of->info.n_bands == 2 && of->info.bands[1].color == COLOR_ALPHA))
		return error_set(err, EX_DATAERR,
				 "%s: has %u bands; --mask has to say which, as in '%s.1=1'",
				 of->path, of->info.n_bands, need->pattern);
	*index = *index ? *index : 1;
	if (*index > of->info.n_bands)
		return error_set(err, EX_DATAERR,
				 "%s: --mask reads band %u, but there %s only %u; this is no file "
				 "of that layout",
				 of->path, *index, of->info.n_bands == 1 ? "is" : "are",
				 of->info.n_bands);
	if (integers && !sample_is_integer(of->info.type))
		return error_set(err, EX_DATAERR,
				 "%s: holds %s samples; classes and bits of --mask are those of "
				 "integers",
				 of->path, sample_name(of->info.type));
	return 0;
}

static void set_source(struct scene *scene, unsigned slot, const struct quality_band *band)
{
	static const char *const places[] = {[QUALITY_NAMED] = "by its name",
					     [QUALITY_BESIDE] = "beside the bands",
					     [QUALITY_PRODUCT] = "in the product's folder"};
	struct band *of = &scene->band[slot];

	if (band->file)
		(void)snprintf(of->source, sizeof(of->source), "file %.70s, %s", band->file->name,
			       places[band->file->place]);
	else
		(void)snprintf(of->source, sizeof(of->source), "band %u '%.70s'", of->index,
			       scene->files[of->file].info.bands[of->index - 1].description);
	redact(of->source);
}

/* Codes of the bands that are read. */
static unsigned band_codes(const struct scene *scene, const char *codes[SCENE_QA])
{
	unsigned n = 0;

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && *scene->band[slot].code)
			codes[n++] = scene->band[slot].code;
	return n;
}

static int add_test(struct scene *scene, const struct mask_need *need, unsigned slot, unsigned rule,
		    struct error *err)
{
	struct scene_masks *masks = &scene->masks;
	const char *codes[SCENE_QA];
	struct mask_test *test = &masks->test[masks->n_tests];

	if (masks->n_tests == MASK_TESTS_MOST)
		return error_set(err, EX_DATAERR,
				 "%s: masks are more than %d tests; leave out some --mask",
				 scene->name, MASK_TESTS_MOST);
	*test = need->test;
	test->slot = (uint8_t)slot;
	test->rule = (uint8_t)rule;
	if (need->saturation) {
		unsigned n = band_codes(scene, codes);

		if (n)
			mask_saturation(test, codes, n);
		if (!n)
			return error_set(err, EX_DATAERR,
					 "%s: +radsat: the product's numbers of the bands that are "
					 "read are not known; leave out +radsat",
					 scene->name);
	}
	masks->n_tests++;
	return 0;
}

static int no_band(struct quality *q, const struct mask_rule *rule, const struct mask_need *need,
		   struct error *err)
{
	const char *pattern = need->pattern, *star = quality_is_wild(pattern) ? "" : "*";
	uint32_t n_bands = q->scene->files[0].info.n_bands;
	char seen[620], meant[MASK_RULE_BYTES];

	if (strcmp(pattern, "#") == 0)
		return error_set(err, EX_DATAERR,
				 "%s: --mask %s: there is no band %u, the file has %u",
				 q->scene->name, rule->text, need->index, n_bands);
	(void)quality_seen_text(q, seen, sizeof(seen));
	if (quality_meant(q, rule, meant))
		return error_set(err, EX_DATAERR,
				 "%s: --mask %s: no %s%s%s for this scene; did you mean --mask "
				 "'%s'?",
				 q->scene->name, rule->text, star, pattern, star, meant);
	return error_set(err, EX_DATAERR, "%s: --mask %s: no %s%s%s for this scene; %s",
			 q->scene->name, rule->text, star, pattern, star, seen);
}

/* One band that a rule reads, and its test. */
static int apply_need(struct quality *q, unsigned r, const struct mask_rule *rule,
		      const struct mask_layout *layout, const struct mask_need *need,
		      struct error *err)
{
	struct scene *scene = q->scene;
	struct scene_rule *told = &scene->masks.rule[r];
	struct quality_band band;
	unsigned file = 0, slot;
	uint32_t index;
	int found = quality_find(q, need, layout ? MATCH_WORD : MATCH_HOLDS, &band, err);

	_Static_assert(sizeof(told->source) == sizeof(scene->band[0].source), "one text");
	if (found <= 0)
		return found < 0 ? -1 : need->optional ? 0 : no_band(q, rule, need, err);
	index = band.index;
	if ((band.file && use_file(scene, band.file, q->options, &file, err)) ||
	    check_file(scene, file, need, &index, layout || reads_bits(&need->test), err) ||
	    quality_slot(scene, file, index,
			 band.file ? band.file->text
				   : scene->files[0].info.bands[index - 1].description,
			 &slot, err))
		return -1;
	if (!*scene->band[slot].source) {
		set_source(scene, slot, &band);
		set_nodata(scene, slot, layout);
	} else if (!layout) {
		set_nodata(scene, slot, NULL); /* a free rule never keeps it, in whatever order */
	}
	if (!*told->source)
		memcpy(told->source, scene->band[slot].source, sizeof(told->source));
	return add_test(scene, need, slot, r, err);
}

/* --- rules --- */

static int no_layout(struct quality *q, const struct mask_rule *rule, struct error *err)
{
	char seen[620];

	if (rule->kind == RULE_AUTO_OPTIONAL) {
		scene_note(q->scene, "%s", MASK_NONE_NOTE);
		return 0;
	}
	return error_set(err, EX_DATAERR,
			 "%s: --mask %s: no cloud mask whose layout is known%s (%s); --mask "
			 "auto-optional keeps such scenes unmasked",
			 q->scene->name, rule->text, rule->extras ? " and has these extras" : "",
			 quality_seen_text(q, seen, sizeof(seen)));
}

static int apply_rule(struct quality *q, unsigned r, const struct mask_rule *rule,
		      struct error *err)
{
	const struct mask_layout *layout = rule->kind == RULE_PRESET ? rule->layout : NULL;
	bool automatic = rule->kind == RULE_AUTO || rule->kind == RULE_AUTO_OPTIONAL;
	struct mask_need need[MASK_NEEDS_MOST];
	unsigned n;

	if (automatic && quality_layout(q, rule, &layout, err))
		return -1;
	if (automatic && !layout)
		return no_layout(q, rule, err);
	if (layout)
		(void)snprintf(q->scene->masks.rule[r].layout,
			       sizeof(q->scene->masks.rule[r].layout), "%s", layout_name(layout));
	n = mask_needs(rule, layout, need);
	for (unsigned i = 0; i < n; i++)
		if (apply_need(q, r, rule, layout, &need[i], err))
			return -1;
	return 0;
}

int scene_find_quality(struct scene *scene, const struct scene_list *scene_list,
		       const struct entry *entry, const struct options *options, struct error *err)
{
	struct quality q = {
		.scene = scene,
		.scene_list = scene_list,
		.entry = entry,
		.options = options,
		.base = file_list_name(&scene_list->files, entry_first(scene_list, entry)),
		.stack = scene->files[0].info.n_bands > 1};
	int rc = quality_files_init(&q.files, scene_list, entry, err);

	scene->masks.n_rules = options->masks->n;
	for (unsigned r = 0; r < options->masks->n && rc == 0; r++)
		rc = apply_rule(&q, r, &options->masks->rule[r], err);
	quality_files_release(&q.files);
	return rc;
}
