/*
 * The document of GDAL's auxiliary metadata. It opens no file.
 *
 *     <PAMDataset>
 *       <SRS>PROJCS[...]</SRS>
 *       <GeoTransform> 5.0e+05, 10, 0, 5.5e+06, 0, -10</GeoTransform>
 *       <PAMRasterBand band="1">
 *         <Description>nir</Description>
 *         <NoDataValue le_hex_equiv="0000000000001C40">7</NoDataValue>
 *         <Offset>-0.2</Offset> <Scale>2.75e-05</Scale>
 *         <ColorInterp>Alpha</ColorInterp>
 *         <Metadata domain="IMAGERY"><MDI key="CENTRAL_WAVELENGTH_UM">0.8</MDI></Metadata>
 *       </PAMRasterBand>
 *     </PAMDataset>
 */
#include "pam.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gdal_text.h"
#include "spectral.h"
#include "wkt.h"

enum {
	LEVELS = 5,           /* of the elements that are used */
	NAME_BYTES = 24,      /* the longest of their names: 13 */
	TEXT_BYTES = 32 << 10 /* a CRS has up to 4 KiB */
};

struct reading {
	struct raster_info *facts;
	char element[LEVELS][NAME_BYTES];
	unsigned depth;
	uint32_t band;    /* from 1, of the element that is open; 0: none of the image's */
	bool foreign_crs; /* one of ESRI's was read, which counts more */
	char key[64], hex[17];
	bool cut; /* the text is longer than there is room for */
	size_t n_text;
	char text[TEXT_BYTES];
};

static struct band_info *band_of(struct reading *r)
{
	return r->band ? &r->facts->bands[r->band - 1] : NULL;
}

static bool is_at(const struct reading *r, unsigned level, const char *element)
{
	return strcmp(r->element[level], element) == 0;
}

/* As GDAL's atoi(): "2x" is band 2. */
static void open_band(struct reading *r, const char **attribute)
{
	r->band = 0;
	for (; attribute[0]; attribute += 2) {
		long band = strcmp(attribute[0], "band") == 0 ? strtol(attribute[1], NULL, 10) : 0;

		if (band > 0 && (unsigned long)band <= r->facts->n_bands)
			r->band = (uint32_t)band;
	}
}

static void keep_attributes(struct reading *r, const char **attribute)
{
	r->key[0] = r->hex[0] = '\0';
	for (; attribute[0]; attribute += 2) {
		if (strcmp(attribute[0], "key") == 0)
			(void)snprintf(r->key, sizeof(r->key), "%s", attribute[1]);
		else if (strcmp(attribute[0], "le_hex_equiv") == 0 && strlen(attribute[1]) == 16)
			memcpy(r->hex, attribute[1], sizeof(r->hex));
	}
}

static void on_start(void *user, const char *element, const char **attribute)
{
	struct reading *r = user;

	if (r->depth < LEVELS)
		(void)snprintf(r->element[r->depth], NAME_BYTES, "%s", element);
	r->depth++;
	r->n_text = 0;
	r->cut = false;
	keep_attributes(r, attribute);
	if (r->depth == 2 && strcmp(element, "PAMRasterBand") == 0)
		open_band(r, attribute);
}

static void on_text(void *user, const char *text, int length)
{
	struct reading *r = user;
	if (r->depth <= LEVELS && !xml_append(r->text, TEXT_BYTES, &r->n_text, text, length))
		r->cut = true;
}

/* --- facts of the whole image --- */

static void take_crs(struct reading *r, bool foreign)
{
	struct wkt_facts crs;

	if (r->cut || (r->foreign_crs && !foreign))
		return;
	if (!wkt_read(r->text, &crs)) {
		/* "EPSG:32633": nothing is known of it but its name. */
		crs = (struct wkt_facts){.projected = false};
		gdal_copy_text(crs.crs, sizeof(crs.crs), r->text);
		if (strncasecmp(crs.crs, "EPSG:", 5) != 0)
			return;
	}
	r->foreign_crs = foreign;
	r->facts->projected = crs.projected;
	r->facts->unit_metres = crs.unit_metres;
	memcpy(r->facts->crs, crs.crs, sizeof(crs.crs));
	r->facts->beside |= FACT_CRS;
}

static void take_geotransform(struct reading *r)
{
	double g[6];

	if (!gdal_numbers(r->text, g, 6))
		return;
	for (unsigned i = 0; i < 6; i++)
		if (!isfinite(g[i]))
			return;
	if (g[1] * g[5] - g[2] * g[4] == 0)
		return;
	memcpy(r->facts->geotransform, g, sizeof(g));
	r->facts->beside |= FACT_PLACE;
}

static void take_of_file(struct reading *r)
{
	if (r->depth == 2 && is_at(r, 1, "SRS"))
		take_crs(r, false);
	else if (r->depth == 2 && is_at(r, 1, "GeoTransform"))
		take_geotransform(r);
	else if (r->depth == 4 && is_at(r, 1, "GeodataXform") && is_at(r, 2, "SpatialReference") &&
		 is_at(r, 3, "WKT"))
		take_crs(r, true);
	else if (r->depth == 3 && is_at(r, 1, "Metadata") && is_at(r, 2, "MDI") && !r->cut &&
		 spectral_file_item(r->facts, r->key, r->text))
		for (uint32_t i = 0; i < r->facts->n_bands; i++)
			r->facts->bands[i].beside |= FACT_WAVELENGTH;
}

/* --- facts of a band --- */

/* A double as its bytes in hexadecimal, the least first. */
static bool from_hex(const char *hex, double *value)
{
	uint64_t bits = 0;

	if (strlen(hex) != 16 || strspn(hex, "0123456789abcdefABCDEF") != 16)
		return false;
	for (unsigned i = 0; i < 8; i++) {
		char byte[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		bits |= (uint64_t)strtoul(byte, NULL, 16) << (8 * i);
	}
	memcpy(value, &bits, sizeof(*value));
	return true;
}

static void take_nodata(struct reading *r, struct band_info *band)
{
	if (!from_hex(r->hex, &band->nodata)) {
		if (!r->text[strspn(r->text, " \t\r\n")])
			return;
		band->nodata = gdal_number(r->text);
	}
	band->has_nodata = true;
	band->beside |= FACT_NODATA;
}

static void take_scale(struct reading *r, struct band_info *band, bool offset)
{
	if (!band->has_scale) {
		band->scale = 1;
		band->offset = 0;
	}
	*(offset ? &band->offset : &band->scale) = gdal_number(r->text);
	band->has_scale = true;
	band->beside |= FACT_SCALE;
}

static void take_color(struct reading *r, struct band_info *band)
{
	char word[24];

	gdal_copy_text(word, sizeof(word), r->text);
	band->color = gdal_color_label(word);
	if (band->color != COLOR_UNKNOWN)
		band->beside |= FACT_COLOR;
}

static void take_of_band(struct reading *r, struct band_info *band)
{
	if (r->depth == 4 && is_at(r, 2, "Metadata") && is_at(r, 3, "MDI")) {
		if (spectral_band_item(band, r->key, r->text))
			band->beside |= FACT_WAVELENGTH;
	} else if (r->depth != 3) {
		return;
	} else if (is_at(r, 2, "NoDataValue")) {
		take_nodata(r, band);
	} else if (is_at(r, 2, "Scale") || is_at(r, 2, "Offset")) {
		take_scale(r, band, is_at(r, 2, "Offset"));
	} else if (is_at(r, 2, "ColorInterp")) {
		take_color(r, band);
	} else if (is_at(r, 2, "Description")) {
		gdal_copy_text(band->description, sizeof(band->description), r->text);
		if (*band->description)
			band->beside |= FACT_NAME;
	}
}

static void on_end(void *user, const char *element)
{
	struct reading *r = user;

	(void)element;
	r->text[r->n_text] = '\0';
	if (r->depth > 1 && r->depth <= LEVELS && is_at(r, 0, "PAMDataset")) {
		if (!is_at(r, 1, "PAMRasterBand"))
			take_of_file(r);
		else if (band_of(r))
			take_of_band(r, band_of(r));
	}
	if (r->depth == 2)
		r->band = 0;
	r->depth--;
	r->n_text = 0;
}

int pam_read(struct raster_info *facts, const struct xml_source *source, enum xml_end *end,
	     struct error *err)
{
	static const struct xml_handlers handlers = {on_start, on_text, on_end, NULL};
	struct reading *r = calloc(1, sizeof(*r));

	if (!r)
		return error_memory(err, "a text", sizeof(*r));
	r->facts = facts;
	*end = xml_read(&handlers, r, source);
	free(r);
	return *end == XML_END_NO_MEMORY ? error_memory(err, "a document", 1 << 20) : 0;
}

/* --- joining --- */

static void apply_to_band(struct band_info *band, const struct band_info *facts, bool own_first)
{
	uint8_t use = facts->beside;

	if (own_first && *band->description)
		use &= (uint8_t)~FACT_NAME;
	if (own_first && band->has_scale)
		use &= (uint8_t)~FACT_SCALE;
	if (use & FACT_NAME)
		memcpy(band->description, facts->description, sizeof(band->description));
	if (use & FACT_SCALE) {
		band->scale = facts->scale;
		band->offset = facts->offset;
		band->has_scale = true;
	}
	if (use & FACT_NODATA) {
		band->nodata = facts->nodata;
		band->has_nodata = true;
	}
	if (use & FACT_COLOR)
		band->color = facts->color;
	if ((use & FACT_WAVELENGTH) && facts->wavelength > 0) {
		band->wavelength = facts->wavelength;
		band->wavelength_unit = facts->wavelength_unit;
	}
	if (use & FACT_WAVELENGTH)
		band->bad = band->bad || facts->bad;
	band->beside = use;
}

/* Blocks that are not stored hold nodata: as GDAL has it, also nodata that stands beside the file.
 */
static void set_fill(struct raster_info *info)
{
	const struct band_info *first = info->bands;

	for (uint32_t i = 0; i < info->n_bands; i++)
		if (!info->bands[i].has_nodata ||
		    memcmp(&info->bands[i].nodata, &first->nodata, sizeof(first->nodata)) != 0)
			return;
	if (info->n_bands)
		info->fill = first->nodata;
}

void pam_apply(struct raster_info *info, const struct raster_info *facts)
{
	bool tiff = strcmp(info->reader, "tiff") == 0 || strcmp(info->codec, "GTiff") == 0;
	bool envi = strcmp(info->codec, "ENVI") == 0;
	uint8_t use = facts->beside;

	for (uint32_t i = 0; i < info->n_bands; i++)
		apply_to_band(&info->bands[i], &facts->bands[i], tiff);
	if (tiff)
		set_fill(info);
	if (envi && *info->crs)
		use &= (uint8_t)~FACT_CRS;
	if (envi && info->has_geotransform)
		use &= (uint8_t)~FACT_PLACE;
	if (use & FACT_CRS) {
		info->projected = facts->projected;
		info->unit_metres = facts->unit_metres;
		memcpy(info->crs, facts->crs, sizeof(info->crs));
	}
	if (use & FACT_PLACE) {
		memcpy(info->geotransform, facts->geotransform, sizeof(info->geotransform));
		info->has_geotransform = true;
	}
	info->beside = use;
}
