/*
 * Values in JSON reports: objects with a member for each value of the recipe. Knows no report.
 */
#include "json_values.h"

#include <math.h>

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

void js_put_scene_values(json_t **object, const struct scene_result *result,
			 const struct recipe *recipe, bool floats)
{
	json_t *indices = json_object(), *sums = json_object();
	struct summary summary;

	for (unsigned v = 0; v < recipe->n_values; v++) {
		const struct value_def *value = &recipe->value[v];
		bool known = scene_summary(&summary, result, v, recipe);

		js_put(&indices, value->name,
		       known ? js_stats(&summary, &value->grid) : json_null());
		if (known)
			js_put(&sums, value->name,
			       teach_float_object(&result->value[v].float_sums,
						  summary.n[PIXEL_VALID], summary.mean));
	}
	js_put(object, "indices", indices);
	if (scene_lacks_values(result))
		js_put(object, "missing", missing_object(result->scene, recipe));
	if (floats && result->status == SCENE_OK)
		js_put(object, "float_sums", sums);
	else
		json_decref(sums);
}

/* The statistics object, behind the number of scenes that are in it. */
static json_t *total_object(const struct value_totals *totals, const struct summary *summary,
			    const struct value_grid *grid)
{
	json_t *o = json_object(), *stats = js_stats(summary, grid);

	js_put(&o, "scenes", js_count(totals->n_scenes));
	js_put(&o, "area_scenes", js_count(totals->n_area));
	if (json_object_update(o, stats)) {
		json_decref(o);
		o = NULL;
	}
	json_decref(stats);
	return o;
}

void js_put_total_values(json_t **object, const struct pixel_totals *totals, bool floats)
{
	json_t *indices = json_object(), *sums = json_object();
	struct summary summary;

	for (unsigned v = 0; v < totals->n_values; v++) {
		const struct value_def *def = &totals->layout->recipe->value[v];
		const struct value_totals *value = &totals->value[v];

		totals_summary(&summary, totals, v);
		js_put(&indices, def->name, total_object(value, &summary, &def->grid));
		js_put(&sums, def->name,
		       teach_float_object(&value->float_sums, summary.n[PIXEL_VALID],
					  summary.mean));
	}
	js_put(object, "indices", indices);
	if (floats)
		js_put(object, "float_sums", sums);
	else
		json_decref(sums);
}
