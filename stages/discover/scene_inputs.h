/*
 * What a scene is known by, and which files decide its numbers: by names alone, before it is
 * opened. For the catalogue. scene_inputs.c.
 */
#ifndef IMGPIPE_SCENE_INPUTS_H
#define IMGPIPE_SCENE_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "folder_names.h"
#include "scene_list.h"

struct scene_inputs {
	/*
	 * The path of a stack, its folder without links; of band files that names have put together
	 * the same with '*' for the band, or "*m" for band and resolution: "/a/x_*.tif". A '*' in
	 * such a file's own name is "**". A name on a network without its secrets. The same from
	 * run to run, whatever else is in the run, and one for each scene of it (only what could
	 * not be found at all may have one name twice). Owned.
	 */
	char *source;
	/*
	 * All files that may be read of it and are there, a line each, in an order that does not
	 * change: bands, quality files as far as there are rules of --mask, and what readers look
	 * for beside these (masks, FILE.aux.xml, headers, products' metadata): "NAME BYTES
	 * MTIME_NS", the name below the source's folder, else whole; a backslash and a line's
	 * end in it as C writes them. The archive stands for all that is in it. Names of a network,
	 * which cannot be looked at: "NAME ?". With `strict` a CRC-32 of the first and the last 64
	 * KiB follows, "?" where they cannot be read. Two texts that are the same: nothing has
	 * changed. Owned.
	 */
	char *text;
	bool named;    /* its first file was named, not found in a folder: it has to be a scene */
	bool network;  /* a file cannot be looked at */
	bool leads_on; /* a file may lead to others, which are not watched (VRT) */
};

/*
 * Opens no file unless strict. Release it whatever comes. around: for many scenes one after
 * another, what is beside them then is that of when their folder was first met; NULL: as it is now.
 * Thread-safe but for that. About 10 us for two band files on a local disk, 3 with `around`, once
 * scene_list_new() has asked for folders (options->nightly.catalogue).
 */
int scene_inputs(struct scene_inputs *inputs, const struct scene_list *scene_list, uint32_t id,
		 bool strict, struct folder_names *around, struct error *err) MUST_CHECK;
void scene_inputs_release(struct scene_inputs *inputs);

/*
 * Sources of processings that --duplicates newest has left out, of all shards; the i-th is the
 * caller's to free, NULL without memory. Only with options->nightly.catalogue.
 */
uint32_t scene_list_n_older(const struct scene_list *scene_list);
char *scene_list_older(const struct scene_list *scene_list, uint32_t i);

/*
 * Leave scenes of this shard out of the list; the others keep their order and close up: the i-th of
 * those that stay is scene i from now on. n_all and the checksum of names stay those of the whole
 * list; those that go stand behind those that stay, as other shards' do.
 */
void scene_list_leave_out(struct scene_list *scene_list,
			  bool (*leave)(const void *context, uint32_t id), const void *context);

#endif
