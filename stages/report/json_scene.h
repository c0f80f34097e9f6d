/*
 * A scene in --report but its values: files, bands, masks, how it was cut, what came of it. Objects
 * belong to the caller; NULL where memory ran out, which who puts them somewhere notices.
 */
#ifndef IMGPIPE_REPORT_JSON_SCENE_H
#define IMGPIPE_REPORT_JSON_SCENE_H

#include <jansson.h>
#include <stddef.h>

#include "options.h"
#include "recipe.h"
#include "workload.h"

json_t *js_scene(const struct scene_result *result, const struct recipe *recipe,
		 const struct options *options);

/* n texts, `stride` apart. */
json_t *js_notes(const char *notes, size_t stride, unsigned n);

#endif
