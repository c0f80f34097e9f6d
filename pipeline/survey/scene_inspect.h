/*
 * Scenes opened where no input is parsed in this process: a confined child opens one after another
 * and sends what it has found.
 */
#ifndef IMGPIPE_PIPELINE_SCENE_INSPECT_H
#define IMGPIPE_PIPELINE_SCENE_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "confinement.h"
#include "error.h"
#include "meter.h"
#include "options.h"
#include "scene.h"
#include "workload.h"

struct scene_list;

/* What is opened, and who is told. */
struct scene_inspection {
	const struct confinement *confinement;
	const struct workload *workload;
	const struct scene_list *scene_list;
	const struct options *options;
	const uint32_t *id; /* n of them */
	uint32_t n;
	bool gdal; /* the child may load GDAL */
	/* Called in the child for a scene that has opened: bytes of pool that it needs. */
	uint64_t (*need)(void *context, const struct scene *scene);
	/*
	 * Called in this process for each id, in order. error->code: it did not open, and *scene is
	 * empty but for no_scene; else *scene belongs to whoever is told, and `need` is what the
	 * child said. asked: it asked for GDAL, which it could not have.
	 */
	void (*found)(void *context, uint32_t id, struct scene *scene, uint64_t need, bool asked,
		      const struct error *error);
	void *context;
	struct meter_row *row; /* where openings are booked */
};

/* -1 where no child can be had: then nothing is told of some scenes. */
int scene_inspect(const struct scene_inspection *inspection, struct error *err) MUST_CHECK;

#endif
