/*
 * What the read stage reads of each file of a scene, and the memory it takes. Used by the read
 * stage alone; pure.
 */
#ifndef IMGPIPE_STAGES_READ_PLAN_H
#define IMGPIPE_STAGES_READ_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "recipe.h"
#include "scene.h"
#include "window.h"

/* Pixels of the scene along one of the file's, or of the file along one of the scene's. */
struct file_grid {
	uint32_t ratio; /* 1: the file's pixels are not larger */
	uint32_t finer; /* 0: nor smaller */
};

/* The bands of a file that are read, quality bands last. */
struct file_bands {
	unsigned n, slot[SCENE_MAX_BANDS];
	unsigned n_planes;     /* those that are no quality bands */
	struct file_grid grid; /* one, as it is one file */
	bool masked;           /* and the file's mask */
};

struct file_bands bands_of_file(const struct scene *scene, const struct recipe *recipe,
				unsigned file);

/* Has the file's mask a place in the block? That of a file of quality bands alone has not. */
static inline bool keeps_mask(const struct file_bands *bands)
{
	return bands->masked && bands->n_planes;
}

static inline bool on_grid(const struct file_grid *grid)
{
	return grid->ratio == 1 && !grid->finer;
}

/* Is band i read straight into the block? */
static inline bool is_direct(const struct file_bands *bands, unsigned i)
{
	return i < bands->n_planes && on_grid(&bands->grid);
}

/* A window of the scene in the file's pixels. */
struct window file_window(const struct window *w, const struct file_grid *grid);

/* As in struct stage. */
size_t read_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
		 const struct options *options);
size_t read_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
		    const struct options *options);

#endif
