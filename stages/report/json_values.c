/*
 * Values in JSON reports: objects with a member for each value of the recipe. Knows no report.
 */
#include "json_values.h"

#include <math.h>

#include "masks/masks.h"
#include "recipe.h"
#include "report_teach.h"
#include "report_words.h"

json_t *js_indices(const struct recipe *recipe)
{
	json_t *list = json_array();

	for (unsigned v = 0; v < recipe->n_values; v++) {
		const struct value_def *value = &recipe->value[v];
		json_t *o = json_object(), *range = json_array();

		js_append(&range, js_number(value->grid.lo));
		js_append(&range, js_number(value->grid.hi));
		js_put(&o, "name", js_text(value->name));
		js_put(&o, "formula", js_text(value->formula));
		js_put(&o, "range", range);
		js_put(&o, "grid_exponent", js_count((uint64_t)value->grid.exponent));
		js_put(&o, "error_bound", js_number(ldexp(1, value->grid.exponent - 31)));
		js_append(&list, o);
	}
	return list;
}

/* By name why values are missing; an empty object where none is. */
static json_t *missing_object(const struct scene *scene, const struct recipe *recipe)
{
	char why[MISSING_TEXT_BYTES];
	json_t *o = json_object();

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (scene_missing_reason(scene, recipe, v, why, sizeof(why)))
			js_put(&o, recipe->value[v].name, js_text(why));
	return o;
}

/* --- statistics --- */

static void write_count(struct json_writer *w, const char *key, uint64_t n)
{
	jw_key(w, key);
	jw_count(w, n);
}

static void write_number(struct json_writer *w, const char *key, double value)
{
	jw_key(w, key);
	jw_value(w, js_number(value));
}

static void write_masked_by(struct json_writer *w, const struct mask_counts *by)
{
	jw_key(w, "masked_by");
	jw_open(w, '{');
	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		write_count(w, mask_reason_word((enum mask_reason)reason), by->n[reason]);
	jw_close(w, '}');
}

static void write_percentiles(struct json_writer *w, const struct summary *s)
{
	jw_key(w, "percentiles");
	jw_open(w, '{');
	for (unsigned i = 0; i < N_PERCENTILES; i++) {
		char key[8];

		if (percentile_ranks[i] == 50) /* the median has a key of its own */
			continue;
		(void)snprintf(key, sizeof(key), "%u", percentile_ranks[i]);
		write_number(w, key, s->percentile[i]);
	}
	jw_close(w, '}');
}

static void write_histogram(struct json_writer *w, const struct summary *s,
			    const struct value_grid *grid)
{
	jw_key(w, "histogram");
	jw_open(w, '{');
	write_number(w, "min", grid->lo);
	write_number(w, "max", grid->hi);
	write_count(w, "count", COARSE_BINS);
	write_count(w, "below", s->n_below);
	write_count(w, "above", s->n_above);
	jw_key(w, "buckets");
	jw_open(w, '[');
	for (unsigned i = 0; i < COARSE_BINS; i++)
		jw_count(w, s->coarse[i]);
	jw_close(w, ']');
	jw_close(w, '}');
}

/* Members of the statistics object of the reports; see schema.md. */
static void write_stats(struct json_writer *w, const struct summary *s,
			const struct value_grid *grid)
{
	write_count(w, "pixels", s->pixels);
	write_count(w, "valid", s->n[PIXEL_VALID]);
	write_count(w, "nodata", s->n[PIXEL_NODATA]);
	write_count(w, "masked", s->n[PIXEL_MASKED]);
	write_masked_by(w, &s->masked_by);
	write_count(w, "zero_denominator", s->n[PIXEL_DIV0]);
	write_count(w, "nonfinite", s->n[PIXEL_NONFINITE]);
	write_count(w, "outside_range", s->n_outside);
	write_number(w, "min", s->min);
	write_number(w, "max", s->max);
	write_number(w, "mean", s->mean);
	write_number(w, "std", s->std);
	write_number(w, "median", s->percentile[N_PERCENTILES / 2]);
	write_percentiles(w, s);
	write_number(w, "valid_percent", s->valid_percent);
	write_number(w, "area_ha", s->area_ha);
	write_histogram(w, s, grid);
}

/* --- of a scene, and of all --- */

static void write_scene_value(struct json_writer *w, json_t **sums,
			      const struct scene_result *result, unsigned v,
			      const struct recipe *recipe)
{
	const struct value_def *value = &recipe->value[v];
	struct summary summary;

	jw_key(w, value->name);
	if (!scene_summary(&summary, result, v, recipe)) {
		jw_value(w, json_null());
		return;
	}
	jw_open(w, '{');
	write_stats(w, &summary, &value->grid);
	jw_close(w, '}');
	if (*sums)
		js_put(sums, value->name,
		       teach_float_object(&result->value[v].float_sums, summary.n[PIXEL_VALID],
					  summary.mean));
}

/* Where they are asked for. */
static void write_sums(struct json_writer *w, json_t *sums, bool floats)
{
	if (!floats)
		return;
	jw_key(w, "float_sums");
	jw_value(w, sums);
}

void js_write_scene_values(struct json_writer *w, const struct scene_result *result,
			   const struct recipe *recipe, bool floats)
{
	const bool has_sums = floats && result->status == SCENE_OK;
	json_t *sums = has_sums ? json_object() : NULL;

	jw_key(w, "indices");
	jw_open(w, '{');
	for (unsigned v = 0; v < recipe->n_values; v++)
		write_scene_value(w, &sums, result, v, recipe);
	jw_close(w, '}');
	if (scene_lacks_values(result)) {
		jw_key(w, "missing");
		jw_value(w, missing_object(result->scene, recipe));
	}
	write_sums(w, sums, has_sums);
}

/* The statistics, behind the number of scenes that are in it. */
static void write_total_value(struct json_writer *w, json_t **sums,
			      const struct pixel_totals *totals, unsigned v)
{
	const struct value_def *def = &totals->layout->recipe->value[v];
	const struct value_totals *value = &totals->value[v];
	struct summary summary;

	totals_summary(&summary, totals, v);
	jw_key(w, def->name);
	jw_open(w, '{');
	write_count(w, "scenes", value->n_scenes);
	write_count(w, "area_scenes", value->n_area);
	write_stats(w, &summary, &def->grid);
	jw_close(w, '}');
	if (*sums)
		js_put(sums, def->name,
		       teach_float_object(&value->float_sums, summary.n[PIXEL_VALID],
					  summary.mean));
}

void js_write_total_values(struct json_writer *w, const struct pixel_totals *totals, bool floats)
{
	json_t *sums = floats ? json_object() : NULL;

	jw_key(w, "indices");
	jw_open(w, '{');
	for (unsigned v = 0; v < totals->n_values; v++)
		write_total_value(w, &sums, totals, v);
	jw_close(w, '}');
	write_sums(w, sums, floats);
}
