/*
 * What a scene is known by, and which files decide its numbers: by names alone, before it is
 * opened. For the catalogue. scene_inputs.c.
 */
#ifndef IMGPIPE_SCENE_INPUTS_H
#define IMGPIPE_SCENE_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "scene_list.h"

struct scene_inputs {
	/*
	 * The canonical path of a stack; of band files the canonical folder and what their names
	 * share. The same from run to run, whatever else is in the run. Owned.
	 */
	char *source;
	/*
	 * All files that may be read of it and are there, a line each, in an order that does not
	 * change: bands, quality files, and what readers look for beside them (masks, FILE.aux.xml,
	 * products' metadata): "NAME BYTES MTIME_NS", the name below the source's folder, else
	 * whole. Names of a network, which cannot be looked at: "NAME ?". With `strict` a CRC-32 of
	 * the first and the last 64 KiB follows. Two texts that are the same: nothing has changed.
	 * Owned.
	 */
	char *text;
	bool network;  /* a file cannot be looked at */
	bool leads_on; /* a file may lead to others, which are not watched (VRT) */
};

/* Opens no file unless strict. Release it whatever comes. Thread-safe. About 10 us. */
int scene_inputs(struct scene_inputs *inputs, const struct scene_list *scene_list, uint32_t id,
		 bool strict, struct error *err) MUST_CHECK;
void scene_inputs_release(struct scene_inputs *inputs);

/*
 * Leave scenes of this shard out of the list; the others keep their order and close up: the i-th of
 * those that stay is scene i from now on. n_all and the checksum of names stay those of the whole
 * list.
 */
void scene_list_leave_out(struct scene_list *scene_list,
			  bool (*leave)(const void *context, uint32_t id), const void *context);

#endif
