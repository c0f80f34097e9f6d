/*
 * `imgpipe info`: what was recognised in a scene and from where, which indices its bands allow, or
 * why it could not be opened.
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/text.h"
#include "formula/index_text.h"

enum {
	LABEL_COLUMNS = 12,
	INDEX_NAMES_BYTES = 1500,
	BANDS_SHOWN = 32 /* of one file; a hyperspectral cube has hundreds */
};

static const char *color_name(enum color_label color)
{
	switch (color) {
	case COLOR_UNKNOWN:
		return "";
	case COLOR_GRAY:
		return "gray";
	case COLOR_RED:
		return "red";
	case COLOR_GREEN:
		return "green";
	case COLOR_BLUE:
		return "blue";
	case COLOR_NIR:
		return "nir";
	case COLOR_ALPHA:
		return "alpha";
	case COLOR_OTHER:
		return "other";
	}
	return "";
}

static void put_layout(FILE *out, const struct raster_info *info)
{
	char line[320], b[24];

	(void)snprintf(line, sizeof(line),
		       "%" PRIu32 " x %" PRIu32 " pixels, %" PRIu32 " band%s of %s, %s of %" PRIu32
		       " x %" PRIu32 "%s, codec %s, %s, reader %s%s%s",
		       info->x_size, info->y_size, info->n_bands, info->n_bands == 1 ? "" : "s",
		       sample_name(info->type), info->tiled ? "tiles" : "strips",
		       info->block_x_size, info->block_y_size,
		       info->n_bands > 1 ? info->band_interleaved ? " (each band apart)"
								  : " (bands interleaved)"
					 : "",
		       info->codec, bytes_text(b, info->file_bytes), info->reader,
		       info->has_mask ? ", with a mask" : "",
		       info->rows_can_stream ? ", rows can be streamed" : "");
	text_item_in(out, INK_PLAIN, LABEL_COLUMNS, "    layout", line);
}

static void put_place(FILE *out, const struct raster_info *info)
{
	const double *g = info->geotransform;
	char line[320], pixel[96] = "pixel size not known";

	if (info->has_geotransform)
		(void)snprintf(pixel, sizeof(pixel), "pixel %.10g x %.10g%s", hypot(g[1], g[4]),
			       hypot(g[2], g[5]),
			       !info->projected         ? ""
			       : info->unit_metres == 1 ? " m"
			       : info->unit_metres == 0 ? " units of unknown length"
							: " units");
	(void)snprintf(line, sizeof(line), "%s, %s", *info->crs ? info->crs : "CRS not known",
		       pixel);
	text_item_in(out, INK_PLAIN, LABEL_COLUMNS, "    place", line);
}

static void put_nodata(char text[48], bool has, double nodata)
{
	if (has)
		(void)snprintf(text, 48, "nodata %.17g", nodata);
	else
		(void)snprintf(text, 48, "no nodata");
}

static void put_file_band(FILE *out, uint32_t number, const struct band_info *band)
{
	char line[400], nodata[48], scale[96] = "";
	const char *color = color_name(band->color);

	put_nodata(nodata, band->has_nodata, band->nodata);
	if (band->has_scale)
		(void)snprintf(scale, sizeof(scale), ", scale %.10g, offset %.10g", band->scale,
			       band->offset);
	(void)snprintf(line, sizeof(line), "%" PRIu32 ": %s%s%s%s%s%s%s%s", number,
		       *band->description ? "\"" : "", band->description,
		       *band->description ? "\", " : "", *color ? "colour " : "", color,
		       *color ? ", " : "", nodata, scale);
	(void)fprintf(out, "%-*s", LABEL_COLUMNS, number == 1 ? "    bands" : "");
	text_fold(out, LABEL_COLUMNS, LABEL_COLUMNS + 3, line);
}

static void put_file(FILE *out, const struct scene_file *file)
{
	const struct raster_info *info = &file->info;

	char *shown = file->path ? strdup(file->path) : NULL;

	if (shown)
		redact(shown);
	text_item(out, LABEL_COLUMNS, "  file", shown ? shown : "?");
	free(shown);
	if (!info->x_size || !info->bands)
		return; /* the header could not be read */
	put_layout(out, info);
	put_place(out, info);
	for (uint32_t i = 0; i < info->n_bands && i < BANDS_SHOWN; i++)
		put_file_band(out, i + 1, &info->bands[i]);
	if (info->n_bands > BANDS_SHOWN)
		(void)fprintf(out, "%-*sand %" PRIu32 " more\n", LABEL_COLUMNS, "",
			      info->n_bands - BANDS_SHOWN);
}

static void put_band(FILE *out, const struct scene *scene, unsigned slot)
{
	const struct band *band = &scene->band[slot];
	char label[BAND_WORD_BYTES + 2], line[512], nodata[48];

	if (!scene->has_band[slot])
		return;
	put_nodata(nodata, band->has_nodata, band->nodata);
	(void)snprintf(label, sizeof(label), "  %s", band->name);
	(void)snprintf(line, sizeof(line), "band %" PRIu32 " of file %u, %s, %s; found by %s",
		       band->index, band->file + 1, sample_name(band->type), nodata, band->source);
	text_item(out, LABEL_COLUMNS, label, line);
	if (slot >= SCENE_QA)
		return;
	(void)snprintf(line, sizeof(line), "scale %.10g, offset %.10g%s%s", band->scale,
		       band->offset, *band->scale_source ? ": " : "", band->scale_source);
	text_item(out, LABEL_COLUMNS, "", line);
}

static void put_grid(FILE *out, const struct scene *scene)
{
	char line[256], area[64] = ", pixel area not known";

	if (scene->pixel_area_m2 > 0)
		(void)snprintf(area, sizeof(area), ", %.10g m2 a pixel", scene->pixel_area_m2);
	else if (scene->ground.n_x)
		(void)snprintf(area, sizeof(area), ", %.5g to %.5g m2 a pixel on the ground",
			       scene->ground.least, scene->ground.most);
	(void)snprintf(line, sizeof(line),
		       "%" PRIu32 " x %" PRIu32 " pixels in %" PRIu32 " x %" PRIu32
		       " tiles of %" PRIu32 " x %" PRIu32 "%s%s",
		       scene->x_size, scene->y_size, scene_tiles_across(scene),
		       scene_tiles_down(scene), scene->tile_x_size, scene->tile_y_size, area,
		       scene->masked ? ", masked by its per-dataset mask" : "");
	text_item(out, LABEL_COLUMNS, "  grid", line);
}

/* Bands beside those that are asked for, once each. */
static void put_told(FILE *out, const struct scene *scene, const struct told_bands *told)
{
	const char *label = "  also has";

	for (unsigned i = 0; i < told->n; i++) {
		const struct told_band *band = &told->band[i];
		bool shown = false;
		char line[BAND_WORD_BYTES + sizeof(band->source) + 2];

		for (unsigned slot = 0; slot < SCENE_QA; slot++)
			shown = shown || (scene->has_band[slot] &&
					  strcmp(scene->band[slot].name, band->word) == 0);
		if (shown)
			continue;
		(void)snprintf(line, sizeof(line), "%s: %s", band->word, band->source);
		text_item(out, LABEL_COLUMNS, label, line);
		label = "";
	}
}

static void put_names(FILE *out, const char *label, const char *before, const char *names)
{
	char line[INDEX_NAMES_BYTES + 160];

	if (!*names)
		return;
	(void)snprintf(line, sizeof(line), "%s%s", before, names);
	text_item(out, LABEL_COLUMNS, label, line);
}

/* What indices ask for that need reflectance: whole numbers are not it, whatever is assumed. */
static const char *without_reflectance(const struct scene *scene)
{
	const struct band *band = scene_first_band(scene);

	if (scene->has_reflectance)
		return "";
	return band && sample_is_integer(band->type)
		       ? "with the scale (--scale and --offset, or the product's metadata): "
		       : "with --assume-reflectance, or --scale and --offset: ";
}

/* Indices of the table that need none but bands with a name which the scene is known to have. */
static int put_indices(FILE *out, const struct scene *scene, const struct told_bands *told,
		       const struct recipe *recipe)
{
	char plain[INDEX_NAMES_BYTES], reflectance[INDEX_NAMES_BYTES];
	uint32_t bands = told->names;
	struct error err;

	for (unsigned i = 0; i < recipe->n_bands; i++)
		if (scene->has_band[i] && recipe->band[i].kind == WISH_NAME)
			bands |= 1u << recipe->band[i].name;
	if (index_text_names(plain, sizeof(plain), bands, false, &err) ||
	    index_text_names(reflectance, sizeof(reflectance), bands, true, &err))
		return -1;
	put_names(out, "  indices", "", plain);
	put_names(out, *plain ? "" : "  indices", without_reflectance(scene), reflectance);
	return 0;
}

/* Quality files, and the presets of --mask that their names fit. */
static void put_quality(FILE *out, const struct told_quality *told)
{
	const char *label = "  quality";

	for (unsigned i = 0; i < told->n; i++) {
		const struct told_quality_band *band = &told->band[i];
		char line[sizeof(band->name) + sizeof(band->layouts) + 16];

		(void)snprintf(line, sizeof(line), "%s%s%s", band->name,
			       *band->layouts ? ": --mask " : "", band->layouts);
		redact(line);
		text_item(out, LABEL_COLUMNS, label, line);
		label = "";
	}
	if (told->n_more)
		(void)fprintf(out, "%-*sand %u more\n", LABEL_COLUMNS, "", told->n_more);
}

static void put_scene_name(FILE *out, const char *name)
{
	char shown[1024];

	text_item_in(out, INK_HEADING, 0, printable_copy(shown, sizeof(shown), name), "");
}

int report_info(FILE *out, const struct scene *scene, const struct told_bands *told,
		const struct told_quality *quality, const struct recipe *recipe,
		const struct error *failure)
{
	const char *name = scene->name ? scene->name : "?";

	put_scene_name(out, name);
	if (failure)
		text_item_in(out, scene->no_scene ? INK_WARNING : INK_BAD, LABEL_COLUMNS,
			     scene->no_scene ? "  Skipped" : "  FAILED",
			     text_beyond_name(failure->text, name));
	if (*scene->sensor)
		text_item(out, LABEL_COLUMNS, "  sensor", scene->sensor);
	if (*scene->acquired)
		text_item(out, LABEL_COLUMNS, "  acquired", scene->acquired);
	if (!failure && scene->tile_x_size && scene->tile_y_size)
		put_grid(out, scene);
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		put_band(out, scene, slot);
	put_told(out, scene, told);
	put_quality(out, quality);
	if (put_indices(out, scene, told, recipe))
		return -1;
	for (unsigned i = 0; i < scene->n_files; i++)
		put_file(out, &scene->files[i]);
	for (unsigned i = 0; i < scene->n_notes; i++)
		text_item_in(out, INK_WARNING, LABEL_COLUMNS, "  note:", scene->notes[i]);
	return ferror(out) ? -1 : 0;
}
