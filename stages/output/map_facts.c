/*
 * From a scene, its recipe and the options to what the file of a map says of them.
 */
#include "map_facts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "gdal_metadata.h"
#include "tile_codec.h"

/* "ndvi" of the table of indices is "NDVI"; what users call theirs stays. */
static void make_title(struct map_texts *texts, const struct map_def *map,
		       const struct value_def *value)
{
	bool known = value && (value->row || value_is_ndvi(value));

	(void)snprintf(texts->title, sizeof(texts->title), "%s", map->name);
	for (char *c = texts->title; known && *c; c++)
		*c = (char)toupper((unsigned char)*c);
}

/* Behind what stands there, in whole entries. */
static void add_entry(char *text, const char *entry)
{
	size_t n = strlen(text), more = strlen(entry) + 2;

	if (n + more < MAP_BANDS_BYTES)
		(void)snprintf(text + n, MAP_BANDS_BYTES - n, "%s%s", n ? "; " : "", entry);
}

/* "nir: T32TQM_B08.jp2, band 1 (file name 'B08')" */
static void add_band(struct map_texts *texts, const struct band *band)
{
	char entry[600], scale[METADATA_NUMBER_BYTES], offset[METADATA_NUMBER_BYTES];

	(void)snprintf(entry, sizeof(entry), "%s: %.255s, band %u (%s)", band->name,
		       band->path ? path_name(band->path) : "", band->index, band->source);
	add_entry(texts->bands, entry);
	(void)snprintf(entry, sizeof(entry), "%s: x %s + %s (%s)", band->name,
		       metadata_number(scale, band->scale), metadata_number(offset, band->offset),
		       band->scale_source);
	add_entry(texts->scales, entry);
}

/* Those that the map is made of; of classes, all that are read. */
static void add_bands(struct map_texts *texts, const struct map_def *map,
		      const struct value_def *value, const struct scene *scene)
{
	unsigned reads = value ? value->reads : map->kind == MAP_BAND ? 1u << map->item : ~0u;

	for (unsigned i = 0; i < RECIPE_MAX_BANDS; i++)
		if ((reads >> i & 1) && scene->has_band[i])
			add_band(texts, &scene->band[i]);
}

/* "landsat-c2: file ..._QA_PIXEL.TIF, by its name", of each rule of --mask. */
static void add_masks(struct map_texts *texts, const struct scene_masks *masks)
{
	char entry[sizeof(masks->rule[0].layout) + sizeof(masks->rule[0].source) + 3];

	for (unsigned i = 0; i < masks->n_rules; i++) {
		const struct scene_rule *rule = &masks->rule[i];

		if (!*rule->layout && !*rule->source)
			continue;
		(void)snprintf(entry, sizeof(entry), "%s%s%s", rule->layout,
			       *rule->layout && *rule->source ? ": " : "", rule->source);
		add_entry(texts->masks, entry);
	}
}

/* The date that a build for reproduction is told; none otherwise, as it would differ. */
static void make_date(char out[20])
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	struct tm tm;
	long long seconds;
	time_t when;
	char *end;

	out[0] = '\0';
	if (!text || !*text)
		return;
	errno = 0;
	seconds = strtoll(text, &end, 10);
	when = (time_t)seconds;
	if (errno || *end || seconds < 0 || !gmtime_r(&when, &tm) || tm.tm_year + 1900 > 9999)
		return;
	(void)strftime(out, 20, "%Y:%m:%d %H:%M:%S", &tm);
}

static void add_item(struct map_texts *texts, unsigned *n, const char *name, const char *text)
{
	if (!text || !*text || *n + 2 > 2 * MAP_ITEMS_MOST)
		return;
	texts->item[(*n)++] = name;
	texts->item[(*n)++] = text;
	texts->item[*n] = NULL;
}

void map_facts(struct tiff_facts *facts, struct map_texts *texts, const struct maps *maps,
	       unsigned output, const struct scene *scene, const struct options *options)
{
	const struct map_def *map = &maps->map[output];
	const struct value_def *value =
		map->kind == MAP_VALUE ? &options->recipe->value[map->item] : NULL;
	unsigned n = 0;

	*facts = (struct tiff_facts){.map = map, .format = &maps->format};
	*texts = (struct map_texts){0};
	make_title(texts, map, value);
	add_bands(texts, map, value, scene);
	if (map->kind != MAP_BAND)
		add_masks(texts, &scene->masks);
	make_date(facts->date_time);
	add_item(texts, &n, "SCENE", scene->name);
	add_item(texts, &n, "SENSOR", scene->sensor);
	add_item(texts, &n, "ACQUIRED", scene->acquired);
	add_item(texts, &n, "INDEX", value ? map->name : NULL);
	add_item(texts, &n, "FORMULA", value ? value->formula : NULL);
	add_item(texts, &n, "BANDS", texts->bands);
	add_item(texts, &n, "SCALE_SOURCE", texts->scales);
	/* Of bands masks take nothing. */
	add_item(texts, &n, "MASK", map->kind == MAP_BAND ? NULL : options->masks_text);
	add_item(texts, &n, "MASK_SOURCE", texts->masks);
	add_item(texts, &n, "IMGPIPE_VERSION", IMGPIPE_VERSION);
	add_item(texts, &n, "CODEC", tile_codec_text(&maps->format));
	facts->description = texts->title;
	facts->item = texts->item;
}
