/*
 * Tables for spreadsheets and scripts: --csv, a line a scene and index, and --tiles, a line a tile
 * of the per-tile table and index. Comma-separated, quoted as RFC 4180 says, lines end with a
 * newline alone, decimal point whatever the locale; an empty field is a number that is not known.
 * See report/schema.md.
 */
#include "report.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "masks/masks.h"
#include "map_words.h"
#include "report_words.h"

/* The fewest of 15, 16 or 17 digits that read back as the same double. -0 is written as 0. */
static void put_number(FILE *out, double value)
{
	const char *point = localeconv()->decimal_point;
	char text[40], *at;

	if (!isfinite(value))
		return;
	value += 0.0;
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	at = *point ? strstr(text, point) : NULL;
	if (at)
		(void)fprintf(out, "%.*s.%s", (int)(at - text), text, at + strlen(point));
	else
		(void)fputs(text, out);
}

static void put_comma_number(FILE *out, double value)
{
	(void)fputc(',', out);
	put_number(out, value);
}

#define STATS_COLUMNS                                                                       \
	"pixels,valid,nodata,masked,zero_denominator,nonfinite,outside_range,min,max,mean," \
	"std,median,p2,p5,p25,p75,p95,p98,valid_percent,area_ha"

enum { N_STATS_COLUMNS = 20 };

/* The columns of STATS_COLUMNS; all empty where s is NULL. */
static void put_stats(FILE *out, const struct summary *s)
{
	if (!s) {
		for (int i = 1; i < N_STATS_COLUMNS; i++)
			(void)fputc(',', out);
		return;
	}
	(void)fprintf(out,
		      "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
		      ",%" PRIu64,
		      s->pixels, s->n[PIXEL_VALID], s->n[PIXEL_NODATA], s->n[PIXEL_MASKED],
		      s->n[PIXEL_DIV0], s->n[PIXEL_NONFINITE], s->n_outside);
	put_comma_number(out, s->min);
	put_comma_number(out, s->max);
	put_comma_number(out, s->mean);
	put_comma_number(out, s->std);
	put_comma_number(out, s->percentile[N_PERCENTILES / 2]);
	for (unsigned i = 0; i < N_PERCENTILES; i++)
		if (i != N_PERCENTILES / 2)
			put_comma_number(out, s->percentile[i]);
	put_comma_number(out, s->valid_percent);
	put_comma_number(out, s->area_ha);
}

/* Columns at the end of a line: masked_cloud ... */
static void put_reason_heads(FILE *out)
{
	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		(void)fprintf(out, ",masked_%s", mask_reason_word((enum mask_reason)reason));
}

/* All empty where s is NULL. */
static void put_reasons(FILE *out, const struct summary *s)
{
	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		if (s)
			(void)fprintf(out, ",%" PRIu64, s->masked_by.n[reason]);
		else
			(void)fputc(',', out);
}

static void put_band(FILE *out, const struct scene *scene, unsigned slot)
{
	const struct band *band = &scene->band[slot];

	(void)fputc(',', out);
	if (!scene->has_band[slot] || !band->path) {
		(void)fputc(',', out);
		return;
	}
	csv_name(out, band->path);
	(void)fprintf(out, ",%" PRIu32, band->index);
}

static int csv_begin(struct open_report *report, struct error *err)
{
	const struct recipe *recipe = report->plan->layout.recipe;
	FILE *out = report->out;

	(void)fputs("name,index,status,error,sensor,acquired,crs,x_size,y_size," STATS_COLUMNS
		    ",area_source",
		    out);
	for (unsigned i = 0; i < recipe->n_bands; i++)
		(void)fprintf(out, ",%s_file,%s_band", recipe->band[i].text, recipe->band[i].text);
	put_reason_heads(out);
	if (report->options->maps)
		(void)fputs(",map", out);
	(void)fputc('\n', out);
	return report_check(out, err);
}

/* The map of value v; empty where there is none. */
static void put_map(FILE *out, const struct scene_result *result, unsigned v)
{
	const struct output_file *file = value_map(result, v);

	(void)fputc(',', out);
	if (file)
		csv_name(out, file->path);
}

/* What became of value v: of a scene that is ok, too, it may be missing. */
static void put_value(FILE *out, const struct scene_result *result, unsigned v,
		      const struct recipe *recipe, bool maps)
{
	const struct scene *scene = result->scene;
	char why[MISSING_TEXT_BYTES] = "";
	bool missing = result->status == SCENE_OK &&
		       scene_missing_reason(scene, recipe, v, why, sizeof(why));
	const char *const text[] = {
		missing ? "missing" : scene_status_name(result->status),
		scene_has_error(result) ? result->error.text : why,
		scene->sensor,
		scene->acquired,
		scene_crs(scene),
	};
	struct summary summary;
	bool known = scene_summary(&summary, result, v, recipe);

	csv_name(out, scene->name ? scene->name : "");
	(void)fprintf(out, ",%s,", recipe->value[v].name);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		csv_words(out, text[i]);
		(void)fputc(',', out);
	}
	if (scene->x_size && scene->y_size)
		(void)fprintf(out, "%" PRIu32 ",%" PRIu32 ",", scene->x_size, scene->y_size);
	else
		(void)fputs(",,", out);
	put_stats(out, known ? &summary : NULL);
	(void)fputc(',', out);
	csv_words(out, known ? scene->area_source : "");
	for (unsigned i = 0; i < recipe->n_bands; i++)
		put_band(out, scene, i);
	put_reasons(out, known ? &summary : NULL);
	if (maps)
		put_map(out, result, v);
	(void)fputc('\n', out);
}

static int csv_scene(struct open_report *report, const struct scene_result *result,
		     struct error *err)
{
	const struct recipe *recipe = report->plan->layout.recipe;

	for (unsigned v = 0; v < recipe->n_values; v++)
		put_value(report->out, result, v, recipe, report->options->maps);
	return report_check(report->out, err);
}

static int tiles_begin(struct open_report *report, struct error *err)
{
	(void)fputs("scene,index,scene_id,tile,column,row,x_off,y_off,x_size,y_size," STATS_COLUMNS
		    ",histogram",
		    report->out);
	put_reason_heads(report->out);
	(void)fputc('\n', report->out);
	return report_check(report->out, err);
}

static void put_tile(FILE *out, const struct scene *scene, uint64_t scene_id, const char *index,
		     const struct tile_summary *tile)
{
	const struct window *w = &tile->window;
	uint32_t column = scene->tile_x_size ? w->x_off / scene->tile_x_size : 0;
	uint32_t row = scene->tile_y_size ? w->y_off / scene->tile_y_size : 0;
	uint64_t number = (uint64_t)row * scene_tiles_across(scene) + column;

	csv_name(out, scene->name ? scene->name : "");
	(void)fprintf(out,
		      ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32
		      ",%" PRIu32 ",%" PRIu32 ",",
		      index, scene_id, number, column, row, w->x_off, w->y_off, w->x_size,
		      w->y_size);
	put_stats(out, &tile->summary);
	for (unsigned i = 0; i < COARSE_BINS; i++)
		(void)fprintf(out, "%c%" PRIu64, i ? ' ' : ',', tile->summary.coarse[i]);
	put_reasons(out, &tile->summary);
	(void)fputc('\n', out);
}

static int tiles_scene(struct open_report *report, const struct scene_result *result,
		       struct error *err)
{
	const struct recipe *recipe = report->plan->layout.recipe;
	uint64_t id = scene_number(result->scene, report->options);

	if (result->status != SCENE_OK)
		return 0;
	for (uint64_t i = 0; i < result->n_tiles; i++)
		for (unsigned v = 0; v < result->n_values; v++)
			if (result->value[v].histogram)
				put_tile(report->out, result->scene, id, recipe->value[v].name,
					 &result->tile[i * result->n_values + v]);
	return report_check(report->out, err);
}

const struct report report_csv = {
	.option = {.kind = "CSV",
		   .name = "csv",
		   .brief = "a line for each scene, for spreadsheets and pandas",
		   .help = "one line per scene and index",
		   .made_by = REPORT_BY_RUN | REPORT_BY_MERGE},
	.begin = csv_begin,
	.scene = csv_scene,
};

const struct report report_tiles = {
	.option = {.kind = "tiles",
		   .name = "tiles",
		   .help = "one line per tile and index, CSV",
		   .made_by = REPORT_BY_RUN,
		   .needs = REPORT_NEEDS_TILES},
	.begin = tiles_begin,
	.scene = tiles_scene,
};
