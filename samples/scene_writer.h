/*
 * Write one scene to a file, or to a file a band. Memory is bounded by a few blocks, whatever the
 * size of the scene; strips too large for that are written row by row.
 */
#ifndef SAMPLES_SCENE_WRITER_H
#define SAMPLES_SCENE_WRITER_H

#include <signal.h>

#include "error.h"
#include "scene_spec.h"

/*
 * paths: n_bands of them where spec->split, else one. Each file is written beside its final name
 * and renamed when all are complete; on failure nothing is left. Overwrites what is there.
 */
int scene_write(const struct scene_spec *spec, const char *const *paths,
		const volatile sig_atomic_t *interrupted, struct error *err) MUST_CHECK;

#endif
