/*
 * What tags say of the bands beside their samples: GDAL's XML in tag 42112 (descriptions, scales,
 * offsets, colours, wavelengths), its nodata text in tag 42113, and cameras' XMP in tag 700. The
 * rules are those of GDAL's GeoTIFF driver, so that both readers say the same. It knows no pixels.
 *
 *     <GDALMetadata>
 *       <Item name="SCALE" sample="0" role="scale">0.0001</Item>
 *       <Item name="DESCRIPTION" sample="0" role="description">B4</Item>
 *     </GDALMetadata>
 */
#include "metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifd.h"
#include "input/gdal_text.h"
#include "input/spectral.h"
#include "input/xml.h"
#include "input/xmp.h"
#include "io.h"
#include "samples.h"

enum {
	MAX_XML_BYTES = 16 << 20, /* 4 KiB for each of 4096 bands: GDAL writes some 300 bytes */
	ITEM_BYTES = 16 << 10     /* a list of wavelengths of 1000 bands */
};

/* One <Item>, while its text is collected, and what the items are for. */
struct item {
	bool open;
	long sample; /* from 0; -1: of the whole file */
	char role[24], name[40], text[ITEM_BYTES];
	size_t n_text;
	void (*apply)(const struct item *item, void *user);
	void *user;
};

static void copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from ? from : "");
}

static void on_start(void *user, const char *element, const char **attribute)
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

static void on_text(void *user, const char *text, int length)
{
	struct item *item = user;
	if (item->open)
		(void)xml_append(item->text, sizeof(item->text), &item->n_text, text, length);
}

static void on_end(void *user, const char *element)
{
	struct item *item = user;

	(void)element;
	if (item->open)
		item->apply(item, item->user);
	item->open = false;
}

/* The tag's bytes up to the first 0, in pieces: it is never held whole. */
struct tag_source {
	struct tiff_image *image;
	uint64_t at;
};

static ssize_t read_tag(void *from, void *buffer, size_t size)
{
	struct tag_source *source = from;
	size_t n = tiff_values(source->image, TIFFTAG_GDAL_METADATA, TIFF_ASCII, source->at, size,
			       buffer);

	if (source->image->io_errno)
		return -1;
	n = strnlen(buffer, n);
	source->at += n;
	return (ssize_t)n;
}

/*
 * Call `apply` for each item. 1: done; 0: there is no such tag or it is not well-formed, which GDAL
 * takes for none; -1: it is beyond all bounds, or cannot be read.
 */
static int each_item(struct tiff_image *image, void (*apply)(const struct item *, void *),
		     void *user, struct error *err)
{
	static const struct xml_handlers handlers = {on_start, on_text, on_end, "UTF-8"};
	struct item *item;
	struct tag_source tag = {image, 0};
	struct xml_source source = {read_tag, &tag, MAX_XML_BYTES};
	const struct tiff_entry *entry = tiff_entry_find(image, TIFFTAG_GDAL_METADATA);
	enum xml_end end = XML_END_TOO_LARGE;

	if (!entry)
		return 0;
	item = calloc(1, sizeof(*item));
	if (!item)
		return error_memory(err, "a text", sizeof(*item));
	item->apply = apply;
	item->user = user;
	if (entry->count <= MAX_XML_BYTES)
		end = xml_read(&handlers, item, &source);
	free(item);
	if (end == XML_END_FINE || end == XML_END_MALFORMED)
		return end == XML_END_FINE;
	if (end == XML_END_UNREADABLE)
		return tiff_io_error(image, err);
	if (end == XML_END_NO_MEMORY)
		return error_set(err, EX_TEMPFAIL, "%s: its GDAL metadata %s", image->path,
				 xml_words(end));
	return error_set(err, EX_DATAERR,
			 "%s: its GDAL metadata (tag %d) %s; make a copy without them "
			 "(gdal_translate -nomd)",
			 image->path, TIFFTAG_GDAL_METADATA, xml_words(end));
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

static void apply_to_band(const struct item *item, void *user)
{
	struct raster_info *info = user;
	struct band_info *band;

	if (item->sample < 0 && !*item->role)
		(void)spectral_file_item(info, item->name, item->text);
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
		band->color = gdal_color_label(item->text);
	} else if (!*item->role) {
		(void)spectral_band_item(band, item->name, item->text);
	}
}

/*
 * A number as writers have put it: also Microsoft's spellings of infinity and NaN, "-1.#INF", and
 * decimal commas. As GDAL reads it; `text` is altered.
 */
static double number_of(char *text)
{
	char *point = strpbrk(text, ".,");

	if (!point || *point == '.')
		return gdal_number(text);
	*point = '.';
	return strtod(text, NULL);
}

/* Text that is not a number counts as 0, as in GDAL, which some writers rely on unknowingly. */
static void set_nodata(struct tiff_image *image, struct raster_info *info)
{
	char number[64];
	size_t n =
		tiff_values(image, TIFFTAG_GDAL_NODATA, TIFF_ASCII, 0, sizeof(number) - 1, number);
	double nodata;

	number[n] = '\0';
	if (!*number)
		return;
	nodata = number_of(number);
	if (info->type == SAMPLE_F32) /* GDAL's driver does: -1.8e308 is -inf there */
		nodata = (double)tiff_to_float(nodata);
	info->fill = nodata;
	for (uint32_t i = 0; i < info->n_bands; i++) {
		info->bands[i].nodata = nodata;
		info->bands[i].has_nodata = true;
	}
}

/* Cameras write a packet for a few bands; that of a picture's editor is not read. */
static int read_xmp(struct tiff_image *image, struct raster_info *info, struct error *err)
{
	const struct tiff_entry *entry = tiff_entry_find(image, TIFFTAG_XMLPACKET);
	size_t most = XMP_MOST_BYTES, n;
	char *packet;

	if (!entry || info->n_bands > XMP_MOST_BANDS ||
	    (entry->type != TIFF_BYTE && entry->type != TIFF_UNDEFINED &&
	     entry->type != TIFF_ASCII))
		return 0;
	most = entry->count < most ? (size_t)entry->count : most;
	packet = malloc(most + 1);
	if (!packet)
		return error_memory(err, "an XMP packet", most);
	n = tiff_values(image, TIFFTAG_XMLPACKET, (TIFFDataType)entry->type, 0, most, packet);
	xmp_bands(info, packet, n);
	free(packet);
	return 0;
}

/* Where the XML is not well-formed nothing of it may count: so the bands are kept as they were. */
static int read_items(struct tiff_image *image, struct raster_info *info, struct error *err)
{
	size_t bytes = info->n_bands * sizeof(*info->bands);
	struct band_info *before;
	int rc;

	if (!tiff_entry_find(image, TIFFTAG_GDAL_METADATA))
		return 0;
	before = malloc(bytes);
	if (!before)
		return error_memory(err, "bands", bytes);
	memcpy(before, info->bands, bytes);
	rc = each_item(image, apply_to_band, info, err);
	if (rc == 0)
		memcpy(info->bands, before, bytes);
	free(before);
	return rc < 0 ? -1 : 0;
}

int tiff_metadata(struct tiff_image *image, struct raster_info *info, struct error *err)
{
	set_nodata(image, info);
	if (read_items(image, info, err))
		return -1;
	return read_xmp(image, info, err);
}

static void apply_mask_flags(const struct item *item, void *user)
{
	if (item->sample < 0 && strcmp(item->name, "INTERNAL_MASK_FLAGS_1") == 0)
		*(int *)user = atoi(item->text);
}

int tiff_metadata_mask_flags(struct tiff_image *image, int *flags, struct error *err)
{
	int found = -1, rc = each_item(image, apply_mask_flags, &found, err);

	*flags = rc == 1 ? found : -1;
	return rc < 0 ? -1 : 0;
}
