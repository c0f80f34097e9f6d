/*
 * Numbers of scenes, and of all of them, as tables of the page.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "html_sections.h"
#include "map_words.h"
#include "masks/masks.h"
#include "picture/page.h"
#include "recipe.h"
#include "report_words.h"

enum { SCENE_COLUMNS = 10, NUMBERS = 6, DAY = 10 };

static void put_numbers(FILE *out, const struct summary *s)
{
	const double values[] = {s->mean, s->std, s->min, s->max, s->percentile[N_PERCENTILES / 2]};
	char text[24];

	if (isfinite(s->valid_percent))
		page_number(out, "%.2f", s->valid_percent);
	else
		page_number(out, "-");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		page_number(out, "%s", text_value(text, values[i]));
}

/* --- a scene --- */

void html_scenes_open(FILE *out)
{
	static const char *const heads[SCENE_COLUMNS] = {"scene",    "date",   "status", "index",
							 ">valid %", ">mean",  ">std",   ">min",
							 ">max",     ">median"};

	page_table_open(out, "Indices of each scene", heads, SCENE_COLUMNS);
}

void html_scenes_close(FILE *out)
{
	page_table_close(out);
}

/* Value v in one scene; of one that is not ok there is the first alone. */
static void put_row(FILE *out, const struct scene_result *result, unsigned v,
		    const struct recipe *recipe)
{
	const struct scene *scene = result->scene;
	const char *name = scene->name ? scene->name : "";
	bool ok = result->status == SCENE_OK, has;
	char why[MISSING_TEXT_BYTES];
	struct summary summary;

	page_row_open(out);
	page_row_head(out, "%s", name);
	page_word(out, "%.*s", DAY, scene->acquired);
	has = scene_summary(&summary, result, v, recipe);
	page_cell(out, "%s", ok && !has ? "missing" : scene_status_name(result->status));
	page_cell(out, "%s", ok ? recipe->value[v].name : "");
	if (has) {
		put_numbers(out, &summary);
	} else {
		page_wide_cell(out, NUMBERS, "%s", "");
		page_row_close(out);
		page_row_below(out, SCENE_COLUMNS, "%s",
			       ok ? missing_told(why, scene, recipe, v)
				  : text_beyond_name(result->error.text, name));
		return;
	}
	page_row_close(out);
}

static bool is_noted(const struct scene *scene, const char *text)
{
	for (unsigned i = 0; i < scene->n_notes; i++)
		if (strstr(scene->notes[i], text))
			return true;
	return false;
}

static void put_masks(FILE *out, const struct scene *scene, const struct masks *masks)
{
	char line[MASK_TEXT_BYTES];

	for (unsigned i = 0; masks && i < masks->n && i < scene->masks.n_rules; i++)
		page_item(out, "mask %s", mask_taken_text(line, scene, masks, i));
	if (alpha_taken_text(line, scene))
		page_item(out, "mask %s", line);
}

static void put_bands(FILE *out, const struct scene *scene, const struct recipe *recipe)
{
	for (unsigned i = 0; i < recipe->n_bands; i++) {
		const struct band *band = &scene->band[i];

		if (!scene->has_band[i])
			continue;
		page_item(out, "%s: band %" PRIu32 " of %s%s%s%s; scale %.9g, offset %.9g%s%s%s",
			  recipe->band[i].text, band->index,
			  band->path ? path_name(band->path) : "its file",
			  *band->source ? " (" : "", band->source, *band->source ? ")" : "",
			  band->scale, band->offset, *band->scale_source ? " (" : "",
			  band->scale_source, *band->scale_source ? ")" : "");
	}
}

static void put_clamped(FILE *out, const struct scene_result *result, const struct options *options)
{
	char line[MAP_TEXT_BYTES];

	for (unsigned i = 0; i < result->n_files; i++)
		if (*clamped_text(line, &result->file[i], options->maps))
			page_item(out, "map: %s", line);
}

/* "Sentinel-2 L2A; masked: 117 cloud"; below it bands, masks, area and notes. */
static void put_facts(FILE *out, const struct scene_result *result, const struct options *options)
{
	const struct scene *scene = result->scene;
	char by[MASKED_TEXT_BYTES] = "";
	const unsigned n = html_n_notes(result, options);
	char note[SCENE_NOTE_BYTES], count[24] = "";
	bool ok = result->status == SCENE_OK;

	for (unsigned v = 0; ok && v < result->n_values && !*by; v++)
		(void)masked_text(by, &result->value[v].masked_by);
	if (!ok && !n)
		return;
	if (n)
		(void)snprintf(count, sizeof(count), "; %u note%s", n, n == 1 ? "" : "s");
	page_fold_open(out, SCENE_COLUMNS, "%s%s%s%s%s", *scene->sensor ? scene->sensor : "bands",
		       count, *by ? "; masked: " : "", by,
		       result->earlier ? "; of an earlier run" : "");
	if (ok && scene->x_size)
		page_item(out, "%" PRIu32 " x %" PRIu32 " pixels%s%s", scene->x_size, scene->y_size,
			  *scene_crs(scene) ? ", " : "", scene_crs(scene));
	if (ok) {
		put_bands(out, scene, options->recipe);
		put_masks(out, scene, options->masks);
		put_clamped(out, result, options);
	}
	if (ok && *scene->area_source && !is_noted(scene, scene->area_source))
		page_item(out, "area: %s", scene->area_source);
	for (unsigned i = 0; i < n; i++)
		page_item(out, "note: %s", html_note(note, result, options, i));
	page_fold_close(out);
}

void html_scene_rows(FILE *out, const struct scene_result *result, const struct options *options)
{
	unsigned rows = result->status == SCENE_OK ? options->recipe->n_values : 1;

	for (unsigned v = 0; v < rows; v++)
		put_row(out, result, v, options->recipe);
	put_facts(out, result, options);
}

/* --- all of them --- */

static void put_area(FILE *out, const struct value_totals *value)
{
	char text[AREA_TEXT_BYTES];

	page_number(out, "%s", value->n_area ? area_text(text, value->area_m2) : "not known");
}

static void put_values(FILE *out, const struct run_totals *totals)
{
	static const char *const heads[] = {"index", ">scenes", ">valid %", ">mean", ">std",
					    ">min",  ">max",    ">median",  ">area"};
	const struct pixel_totals *pixels = totals->pixels;
	struct summary s;

	page_pairs_open(out, "Over the valid pixels of all scenes that are ok", heads,
			sizeof(heads) / sizeof(heads[0]));
	for (unsigned v = 0; v < pixels->n_values; v++) {
		page_row_open(out);
		page_row_head(out, "%s", pixels->layout->recipe->value[v].name);
		page_number(out, "%" PRIu32 " of %" PRIu32, pixels->value[v].n_scenes,
			    totals->n_ok);
		if (pixels->value[v].n_scenes) {
			totals_summary(&s, pixels, v);
			put_numbers(out, &s);
			put_area(out, &pixels->value[v]);
		} else {
			page_wide_cell(out, NUMBERS + 1, "missing in each of these scenes");
		}
		page_row_close(out);
	}
	page_table_close(out);
}

/* What is known is added up. */
static void put_area_known(FILE *out, const struct pixel_totals *pixels)
{
	for (unsigned v = 0; v < pixels->n_values; v++) {
		const struct value_totals *value = &pixels->value[v];

		if (value->n_area && value->n_area < value->n_scenes)
			page_paragraph(out,
				       "Area of %s: of the %" PRIu32 " scenes of %" PRIu32
				       " whose area is known.",
				       pixels->layout->recipe->value[v].name, value->n_area,
				       value->n_scenes);
	}
}

static void put_pixels(FILE *out, const struct run_totals *totals)
{
	static const char *const heads[] = {
		"index",   ">pixels",           ">valid",      ">nodata",
		">masked", ">zero denominator", ">not finite", ">valid, out of range"};
	const struct pixel_totals *pixels = totals->pixels;
	struct summary s;

	page_pairs_open(out, "What became of the pixels; each is in one class", heads,
			sizeof(heads) / sizeof(heads[0]));
	for (unsigned v = 0; v < pixels->n_values; v++) {
		if (!pixels->value[v].n_scenes)
			continue;
		totals_summary(&s, pixels, v);
		page_row_open(out);
		page_row_head(out, "%s", pixels->layout->recipe->value[v].name);
		page_number(out, "%" PRIu64, s.pixels);
		page_number(out, "%" PRIu64, s.n[PIXEL_VALID]);
		page_number(out, "%" PRIu64, s.n[PIXEL_NODATA]);
		page_number(out, "%" PRIu64, s.n[PIXEL_MASKED]);
		page_number(out, "%" PRIu64, s.n[PIXEL_DIV0]);
		page_number(out, "%" PRIu64, s.n[PIXEL_NONFINITE]);
		page_number(out, "%" PRIu64, s.n_outside);
		page_row_close(out);
	}
	page_table_close(out);
}

void html_totals(FILE *out, const struct run_totals *totals)
{
	if (!totals->n_ok || !totals->pixels->n_values)
		return;
	put_values(out, totals);
	put_area_known(out, totals->pixels);
	put_pixels(out, totals);
}
