/*
 * Partial results: exact totals of scenes as text, from one job to imgpipe merge (schema
 * imgpipe-partial/1, in report-schema.md). What is written here is read back to the same bits.
 */
#ifndef IMGPIPE_PARTIAL_H
#define IMGPIPE_PARTIAL_H

#include <jansson.h>
#include <stdint.h>

#include "accum.h"
#include "error.h"
#include "workload.h"

#define PARTIAL_SCHEMA "imgpipe-partial/1"

/* One scene; NULL without memory. */
json_t *partial_scene(const struct scene_result *result, uint64_t number);

/*
 * Back again. *scene and *histogram are filled and pointed to by *result; release the scene
 * whatever comes back. -1 with EX_DATAERR where the object is no such scene.
 */
int partial_read_scene(const json_t *object, struct scene *scene, struct histogram *histogram,
		       struct scene_result *result, uint64_t *number, struct error *err) MUST_CHECK;

#endif
