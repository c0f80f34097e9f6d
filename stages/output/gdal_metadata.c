/*
 * GDAL's metadata of a file of one band: items of the dataset, statistics, scale, offset, unit,
 * name and classes of the band. Values are escaped twice, as GDAL does and undoes it.
 */
#include "gdal_metadata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

static const char head[] = "<GDALMetadata>\n", tail[] = "</GDALMetadata>\n";

/* A text that grows up to the end of its room. */
struct text {
	char *at;
	size_t n, most;
	bool full;
};

static void put(struct text *text, const char *piece, size_t n)
{
	if (n > text->most - text->n)
		text->full = true;
	if (text->full)
		return;
	memcpy(text->at + text->n, piece, n);
	text->n += n;
}

static void put_string(struct text *text, const char *string)
{
	put(text, string, strlen(string));
}

/* What stands for one character, escaped twice; NULL: the character itself. */
static const char *escaped(char c)
{
	switch (c) {
	case '&':
		return "&amp;amp;";
	case '<':
		return "&amp;lt;";
	case '>':
		return "&amp;gt;";
	case '"':
		return "&amp;quot;";
	default:
		return NULL;
	}
}

static void put_value(struct text *text, const char *value)
{
	char piece[PRINTABLE_PIECE];

	while (*value) {
		const char *entity = escaped(*value);

		if (entity) {
			put_string(text, entity);
			value++;
		} else {
			(void)printable_next(piece, &value);
			put_string(text, piece);
		}
	}
}

/* `attributes` behind the name; whole or not at all. */
static void put_item(struct text *text, const char *name, const char *attributes, const char *value)
{
	size_t before = text->n;

	put_string(text, "  <Item name=\"");
	put_string(text, name);
	put_string(text, "\"");
	put_string(text, attributes);
	put_string(text, ">");
	put_value(text, value);
	put_string(text, "</Item>\n");
	if (text->full)
		text->n = before;
	text->full = false;
}

static void put_band(struct text *text, const char *name, const char *value)
{
	put_item(text, name, " sample=\"0\"", value);
}

const char *metadata_number(char out[METADATA_NUMBER_BYTES], double value)
{
	if (isnan(value))
		return strcpy(out, "nan");
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(out, METADATA_NUMBER_BYTES, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			break;
	}
	return out;
}

static void put_band_number(struct text *text, const char *name, double value)
{
	char number[METADATA_NUMBER_BYTES];

	put_band(text, name, metadata_number(number, value));
}

/* As GDAL writes it: 100 only where none is missing. */
static void put_valid_percent(struct text *text, uint64_t n_valid, uint64_t n_pixels)
{
	char percent[METADATA_NUMBER_BYTES];

	(void)snprintf(percent, sizeof(percent), "%.4g",
		       n_pixels ? 100.0 * (double)n_valid / (double)n_pixels : 0);
	put_band(text, "STATISTICS_VALID_PERCENT",
		 n_valid < n_pixels && strcmp(percent, "100") == 0 ? "99.999" : percent);
}

static void put_statistics(struct text *text, const struct tiff_facts *facts)
{
	if (facts->n_valid) {
		put_band_number(text, "STATISTICS_MAXIMUM", facts->most);
		put_band_number(text, "STATISTICS_MEAN", facts->mean);
		put_band_number(text, "STATISTICS_MINIMUM", facts->least);
		put_band_number(text, "STATISTICS_STDDEV", facts->stddev);
	}
	put_valid_percent(text, facts->n_valid, facts->n_pixels);
}

/* GDAL has no place for names of classes in a TIFF file: they are items of the band. */
static void put_classes(struct text *text, const char *const *category)
{
	char name[32];

	for (unsigned i = 0; category && category[i]; i++) {
		(void)snprintf(name, sizeof(name), "CLASS_%u", i);
		put_band(text, name, category[i]);
	}
}

static void put_meaning(struct text *text, const struct tiff_facts *facts)
{
	const struct map_def *map = facts->map;
	char number[METADATA_NUMBER_BYTES];

	if (map->scale != 1 || map->offset != 0) {
		put_item(text, "OFFSET", " sample=\"0\" role=\"offset\"",
			 metadata_number(number, map->offset));
		put_item(text, "SCALE", " sample=\"0\" role=\"scale\"",
			 metadata_number(number, map->scale));
	}
	if (*map->unit)
		put_item(text, "UNITTYPE", " sample=\"0\" role=\"unittype\"", map->unit);
	if (*facts->description)
		put_item(text, "DESCRIPTION", " sample=\"0\" role=\"description\"",
			 facts->description);
}

size_t gdal_metadata(char *out, const struct tiff_facts *facts)
{
	struct text text = {.at = out, .most = GDAL_METADATA_MOST - sizeof(tail)};

	put_string(&text, head);
	for (const char *const *item = facts->item; item && item[0] && item[1]; item += 2)
		if (*item[1])
			put_item(&text, item[0], "", item[1]);
	put_statistics(&text, facts);
	put_classes(&text, facts->category);
	put_meaning(&text, facts);
	text.most = GDAL_METADATA_MOST;
	put(&text, tail, sizeof(tail)); /* and the end of the text */
	return text.n - 1;
}
