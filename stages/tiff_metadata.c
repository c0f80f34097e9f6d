/*
 * What GDAL's private tags say of the bands: the XML of tag 42112 (descriptions, scales, offsets,
 * colours) and the nodata text of tag 42113. The rules are those of GDAL's GeoTIFF driver, so that
 * both readers say the same. It knows no pixels.
 *
 *     <GDALMetadata>
 *       <Item name="SCALE" sample="0" role="scale">0.0001</Item>
 *       <Item name="DESCRIPTION" sample="0" role="description">B4</Item>
 *     </GDALMetadata>
 */
#include "tiff.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TAG_GDAL_METADATA = 42112, TAG_GDAL_NODATA = 42113, PIECE_BYTES = 1 << 16 };

/* One <Item>, while its text is collected, and what the items are for. */
struct item {
	XML_Parser parser;
	bool open;
	long sample; /* from 0; -1: of the whole file */
	char role[24], name[40], text[256];
	size_t n_text;
	void (*apply)(const struct item *item, void *user);
	void *user;
};

static void copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from ? from : "");
}

static void XMLCALL on_start(void *user, const XML_Char *element, const XML_Char **attribute)
{
	struct item *item = user;

	item->open = strcmp(element, "Item") == 0;
	item->sample = -1;
	item->n_text = 0;
	item->role[0] = item->name[0] = item->text[0] = '\0';
	for (; item->open && attribute[0]; attribute += 2) {
		if (strcmp(attribute[0], "sample") == 0)
			item->sample = strtol(attribute[1], NULL, 10);
		else if (strcmp(attribute[0], "role") == 0)
			copy_text(item->role, sizeof(item->role), attribute[1]);
		else if (strcmp(attribute[0], "name") == 0)
			copy_text(item->name, sizeof(item->name), attribute[1]);
	}
}

static void XMLCALL on_text(void *user, const XML_Char *text, int length)
{
	struct item *item = user;
	size_t room = sizeof(item->text) - 1 - item->n_text;
	size_t n = (size_t)length < room ? (size_t)length : room;

	if (!item->open)
		return;
	memcpy(item->text + item->n_text, text, n);
	item->n_text += n;
	item->text[item->n_text] = '\0';
}

static void XMLCALL on_end(void *user, const XML_Char *element)
{
	struct item *item = user;

	(void)element;
	if (item->open)
		item->apply(item, item->user);
	item->open = false;
}

/* Entities that a document defines itself are not wanted: they can grow without bound. */
static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
			       const XML_Char *public_id, int has_subset)
{
	struct item *item = user;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	(void)XML_StopParser(item->parser, XML_FALSE);
}

/* In pieces: expat copies what it is given. */
static bool parse(XML_Parser parser, const char *xml, size_t size)
{
	while (size > PIECE_BYTES) {
		if (XML_Parse(parser, xml, PIECE_BYTES, 0) != XML_STATUS_OK)
			return false;
		xml += PIECE_BYTES;
		size -= PIECE_BYTES;
	}
	return XML_Parse(parser, xml, (int)size, 1) == XML_STATUS_OK;
}

/* Call `apply` for each item. false where there is no such tag or it is not well-formed. */
static bool each_item(TIFF *tif, void (*apply)(const struct item *, void *), void *user)
{
	struct item item = {.apply = apply, .user = user};
	size_t size;
	const char *xml = tiff_tag(tif, TAG_GDAL_METADATA, TIFF_ASCII, &size);
	bool whole;

	size = xml ? strnlen(xml, size) : 0;
	if (!size)
		return false;
	item.parser = XML_ParserCreate("UTF-8");
	if (!item.parser)
		return false;
	XML_SetUserData(item.parser, &item);
	XML_SetElementHandler(item.parser, on_start, on_end);
	XML_SetCharacterDataHandler(item.parser, on_text);
	XML_SetStartDoctypeDeclHandler(item.parser, on_doctype);
	whole = parse(item.parser, xml, size);
	XML_ParserFree(item.parser);
	return whole;
}

/* GDAL escapes values twice; the parser has undone it once. */
static void unescape(char *to, size_t size, const char *from)
{
	static const struct {
		const char *name;
		char c;
	} entity[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};
	size_t n = 0;

	while (*from && n + 1 < size) {
		size_t length = 1;

		to[n] = *from;
		for (size_t i = 0; i < sizeof(entity) / sizeof(entity[0]); i++)
			if (strncmp(from, entity[i].name, strlen(entity[i].name)) == 0) {
				to[n] = entity[i].c;
				length = strlen(entity[i].name);
			}
		from += length;
		n++;
	}
	to[n] = '\0';
}

static enum color_label color_of(const char *name)
{
	static const struct {
		const char *name;
		enum color_label color;
	} row[] = {
		{"Undefined", COLOR_UNKNOWN}, {"Gray", COLOR_GRAY}, {"Red", COLOR_RED},
		{"Green", COLOR_GREEN},       {"Blue", COLOR_BLUE}, {"Alpha", COLOR_ALPHA},
		{"NIR", COLOR_NIR},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (strcasecmp(name, row[i].name) == 0)
			return row[i].color;
	return COLOR_OTHER;
}

static void apply_to_band(const struct item *item, void *user)
{
	struct raster_info *info = user;
	struct band_info *band;

	if (item->sample < 0 || item->sample >= (long)info->n_bands)
		return;
	band = &info->bands[item->sample];
	if (strcmp(item->role, "description") == 0) {
		unescape(band->description, sizeof(band->description), item->text);
	} else if (strcmp(item->role, "scale") == 0) {
		band->scale = strtod(item->text, NULL);
		band->has_scale = true;
	} else if (strcmp(item->role, "offset") == 0) {
		band->offset = strtod(item->text, NULL);
		band->has_scale = true;
	} else if (strcmp(item->role, "colorinterp") == 0) {
		band->color = color_of(item->text);
	}
}

/* A number as writers have put it: also Microsoft's spellings of infinity and NaN, "-1.#INF". */
static double number_of(const char *text)
{
	const char *mark = strstr(text, ".#");

	if (!mark)
		return strtod(text, NULL);
	if (strncasecmp(mark + 2, "INF", 3) == 0)
		return *text == '-' ? -INFINITY : INFINITY;
	return NAN;
}

/* Text that is not a number counts as 0, as in GDAL, which some writers rely on unknowingly. */
static void set_nodata(TIFF *tif, struct raster_info *info)
{
	char number[64];
	size_t size;
	const char *text = tiff_tag(tif, TAG_GDAL_NODATA, TIFF_ASCII, &size);
	double nodata;

	if (!text || !*text)
		return;
	(void)snprintf(number, sizeof(number), "%.*s", (int)(size < 63 ? size : 63), text);
	nodata = number_of(number);
	info->fill = nodata;
	for (uint32_t i = 0; i < info->n_bands; i++) {
		info->bands[i].nodata = nodata;
		info->bands[i].has_nodata = true;
	}
}

static void apply_to_nothing(const struct item *item, void *user)
{
	(void)item;
	(void)user;
}

/* Read twice: where the XML is not well-formed nothing of it may count. */
void tiff_metadata(TIFF *tif, struct raster_info *info)
{
	set_nodata(tif, info);
	if (each_item(tif, apply_to_nothing, NULL))
		(void)each_item(tif, apply_to_band, info);
}

static void apply_mask_flags(const struct item *item, void *user)
{
	if (item->sample < 0 && strcmp(item->name, "INTERNAL_MASK_FLAGS_1") == 0)
		*(int *)user = atoi(item->text);
}

int tiff_metadata_mask_flags(TIFF *tif)
{
	int flags = 0;

	return each_item(tif, apply_mask_flags, &flags) ? flags : 0;
}
