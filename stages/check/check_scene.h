/*
 * A file as the machinery sees it: what there is to read of it, laid out as a scene. Private to
 * stages/check.
 *
 * Bands that are stored apart, and a mask, are planes one below the other: plane p of the file
 * begins at row p * rows of the scene, and `rows` is a whole number of stored blocks. So a chunk is
 * some blocks of one plane, each block is in one chunk, and a block that is decoded row by row is
 * decoded by one worker from its first row to its last, whatever the number of bands.
 */
#ifndef IMGPIPE_STAGES_CHECK_SCENE_H
#define IMGPIPE_STAGES_CHECK_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "options.h"
#include "scene.h"
#include "window.h"

struct scene_list;

/* The planes of a file. */
struct check_planes {
	uint32_t n;     /* of all; the mask is the last */
	uint32_t rows;  /* of the scene, from one plane to the next */
	uint32_t bands; /* that are read together in each, but for the last one that has some */
	bool mask;
};
struct check_planes check_planes(const struct raster_info *info);

/* Does the reader decode without a place to put samples? See input/raster_reader.h. */
bool check_discards(const struct raster_info *info);

/* What one read() of the file's reader is asked for: a window of one plane. */
struct check_part {
	struct window window; /* of the file */
	uint32_t first_band, n_bands;
	bool mask; /* then n_bands is 0 */
};

/*
 * The next part of a window of the scene: *y is where it begins (of the scene; window->y_off at
 * first), and is moved behind it. False where there is none left. A mask has blocks of its own, so
 * it is read in whole rows, by whoever has their first pixel.
 */
bool check_next_part(const struct scene *scene, const struct window *window, uint32_t *y,
		     struct check_part *part);

/* --- of the workload; see workload.h. A scene's name is the file's path. --- */

int check_scene_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		      struct error *err);
int check_scene_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		     const struct options *options, struct error *err);
/* As the file is: the planes are laid out again by who takes it. */
size_t check_scene_pack(void *out, const struct scene *scene, struct error *err);
int check_scene_unpack(struct scene *scene, const void *in, size_t bytes, bool opened,
		       struct error *err);
int check_scene_confirm(struct scene *scene, const struct scene_list *scene_list,
			struct error *err);

#endif
