/*
 * Which band a rule of --mask means: a band of the stack by its description, or a quality file by
 * its name. What may be meant twice is refused.
 */
#include "quality.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "names.h"
#include "quality_match.h"

enum { MOST_SEEN = 12, SEEN_BYTES = 400 };

static const struct raster_info *stack_info(const struct quality *q)
{
	return q->stack ? &q->scene->files[0].info : NULL;
}

/* Fewer metres are better; a file that does not state them may be the finest. */
static bool is_better(const struct quality_file *file, unsigned match,
		      const struct quality_band *than)
{
	if (match != than->match)
		return match > than->match;
	if (than->file && file->place != than->file->place)
		return file->place < than->file->place;
	return than->file && file->resolution_m < than->file->resolution_m;
}

/* Neither is better, and the names differ in more than the extension. */
static bool is_rival(const struct quality_file *file, unsigned match,
		     const struct quality_band *than)
{
	size_t n = name_stem(file->name);

	return match == than->match && than->file && file->place == than->file->place &&
	       file->resolution_m == than->file->resolution_m && match < MATCH_WHOLE &&
	       (n != name_stem(than->file->name) || strncmp(file->name, than->file->name, n) != 0);
}

/* The best file; *rival: another one that is as good. */
static void find_file(const struct quality *q, const struct mask_need *need, unsigned least,
		      struct quality_band *band, const struct quality_file **rival)
{
	*band = (struct quality_band){.match = MATCH_NONE};
	*rival = NULL;
	for (unsigned i = 0; i < q->files.n; i++) {
		const struct quality_file *file = &q->files.file[i];
		unsigned match = quality_match(file->text, file->name, need->pattern);

		if (match < least)
			continue;
		if (!band->file || is_better(file, match, band)) {
			*band = (struct quality_band){file, need->index, match};
			*rival = NULL;
		} else if (is_rival(file, match, band)) {
			*rival = file;
		}
	}
}

/* The band of the stack that is described so; *rival: another one that is as good, from 1. */
static void find_described(const struct quality *q, const struct mask_need *need, unsigned least,
			   struct quality_band *band, uint32_t *rival)
{
	const struct raster_info *info = stack_info(q);

	*band = (struct quality_band){.match = MATCH_NONE};
	*rival = 0;
	if (info && strcmp(need->pattern, "#") == 0) {
		if (need->index > 0 && need->index <= info->n_bands)
			*band = (struct quality_band){NULL, need->index, MATCH_WHOLE};
		return;
	}
	for (uint32_t i = 0; info && i < info->n_bands; i++) {
		unsigned match = quality_match(info->bands[i].description, NULL, need->pattern);

		/* Another band of a file has a name of its own here, which stands first. */
		if (match < least || match < band->match ||
		    (need->index > 1 && (match & MATCH_FIRST) != MATCH_FIRST))
			continue;
		*rival = match == band->match ? i + 1 : 0;
		if (!*rival)
			*band = (struct quality_band){NULL, i + 1, match};
	}
}

static int several_files(const struct quality *q, const struct mask_need *need,
			 const struct quality_file *a, const struct quality_file *b,
			 struct error *err)
{
	return error_set(err, EX_DATAERR,
			 "%s: --mask: *%s* may be %s or %s; write more of the name", q->scene->name,
			 need->pattern, a->name, b->name);
}

/* Files of the list before described bands, these before files that were looked for. */
int quality_find(struct quality *q, const struct mask_need *need, unsigned least,
		 struct quality_band *band, struct error *err)
{
	const struct quality_file *rival;
	struct quality_band described;
	uint32_t other;

	find_file(q, need, least, band, &rival);
	find_described(q, need, least, &described, &other);
	if (described.match &&
	    (!band->file || band->file->place != QUALITY_NAMED || described.match > band->match)) {
		*band = described;
		if (other)
			return error_set(err, EX_DATAERR,
					 "%s: --mask: '%s' may be band %u or band %u; write #%u "
					 "for the place in the file",
					 q->scene->name, need->pattern, band->index, other,
					 band->index);
		return 1;
	}
	if (!band->file) {
		if (quality_files_look_around(&q->files, q->scene_list, q->entry,
					      q->options->masks != NULL, err) ||
		    (least < MATCH_WORD && !quality_is_wild(need->pattern) &&
		     quality_files_take_whole(&q->files, q->scene_list, q->entry, need->pattern,
					      err)))
			return -1;
		find_file(q, need, least, band, &rival);
	}
	if (band->file && rival)
		return several_files(q, need, band->file, rival, err);
	return band->file != NULL;
}

/* --- what there is --- */

static void append(char *text, size_t size, const char *separator, const char *word)
{
	size_t used = strlen(text);

	if (used + strlen(separator) + strlen(word) < size)
		(void)snprintf(text + used, size - used, "%s%s", *text ? separator : "", word);
}

static void add_layouts(char *advice, size_t size, const char *name, const char *base,
			bool *by_auto)
{
	char layouts[120];

	*by_auto = *by_auto || quality_auto_takes(name, base);
	if (quality_layouts_of(name, base, layouts, sizeof(layouts)) && !strstr(advice, layouts))
		append(advice, size, " or ", layouts);
}

const char *quality_seen_text(struct quality *q, char *text, size_t size)
{
	const struct raster_info *info = stack_info(q);
	char seen[SEEN_BYTES] = "", advice[96] = "";
	struct error ignored;
	bool by_auto = false;

	(void)!quality_files_look_around(&q->files, q->scene_list, q->entry,
					 q->options->masks != NULL, &ignored);
	for (unsigned i = 0; i < q->files.n; i++) {
		if (i < MOST_SEEN)
			append(seen, sizeof(seen), ", ", q->files.file[i].name);
		add_layouts(advice, sizeof(advice), q->files.file[i].name, q->base, &by_auto);
	}
	if (q->files.n > MOST_SEEN || q->files.more)
		append(seen, sizeof(seen), ", ", "...");
	for (uint32_t i = 0; info && i < info->n_bands; i++) {
		const char *description = info->bands[i].description;

		if (!*description)
			continue;
		if (i < MOST_SEEN)
			append(seen, sizeof(seen), ", ", description);
		add_layouts(advice, sizeof(advice), description, q->base, &by_auto);
	}
	(void)snprintf(text, size, "seen: %s%s%s%s",
		       *seen ? seen : "no quality file, no named band",
		       *advice ? "; try --mask " : "", advice,
		       by_auto ? ", or --mask auto, by which each scene has its own" : "");
	return text;
}
