/*
 * What the JSON reports say of values: the list of them in the head, and objects that have a member
 * for each, by its name. Failure is sticky as in json_stats.h.
 */
#ifndef IMGPIPE_JSON_VALUES_H
#define IMGPIPE_JSON_VALUES_H

#include "json_stats.h"
#include "json_write.h"
#include "report.h"

/* In the head: name, formula, range and grid of each. */
json_t *js_indices(const struct recipe *recipe);

/* Writes `indices`, and `missing` where values are, into a scene's open object; with `floats` their
 * float sums. */
void js_write_scene_values(struct json_writer *w, const struct scene_result *result,
			   const struct recipe *recipe, bool floats);

/* The same into the object of all scenes. */
void js_write_total_values(struct json_writer *w, const struct pixel_totals *totals, bool floats);

#endif
