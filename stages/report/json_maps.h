/*
 * Maps and pictures in --report.
 */
#ifndef IMGPIPE_STAGES_JSON_MAPS_H
#define IMGPIPE_STAGES_JSON_MAPS_H

#include "json_stats.h"
#include "output/maps.h"
#include "report.h"

/* scenes[].outputs */
json_t *js_outputs(const struct scene_result *result, const struct maps *maps,
		   const struct recipe *recipe);
/* run.outputs */
json_t *js_output_totals(const struct pixel_totals *totals, const struct maps *maps);

#endif
