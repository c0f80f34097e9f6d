/*
 * Stages: the work done on one block of pixels, in order, by one worker. A stage is one file in
 * stages/ and one row in the stage table; the machinery that calls them knows no imagery.
 */
#ifndef IMGPIPE_STAGE_H
#define IMGPIPE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "chunk.h"
#include "error.h"
#include "meter.h"
#include "options.h"
#include "recipe.h"
#include "result.h"
#include "scene.h"
#include "spool.h"
#include "teach.h"
#include "window.h"

/* One value of the recipe. Both NULL: it is missing in the scene. */
struct value_plane {
	float *value;         /* n_pixels; 0 if the class is not PIXEL_VALID */
	uint8_t *pixel_class; /* n_pixels of enum pixel_class; of masked ones with the reason */
};

/* What is in memory at once while a chunk is worked on. Buffers are in the worker's arena. */
struct block {
	const struct scene *scene;
	struct window window;
	/*
	 * Pixels held in the planes: window_pixels(), or 1 where the block is constant (a sparse
	 * part of a file); then that one pixel stands for all of them.
	 */
	size_t n_pixels;
	bool constant;
	/* n_pixels samples of the band's type, doubles where `finer`; NULL: not read. */
	const void *plane[SCENE_QA];
	const uint8_t *file_mask[SCENE_MAX_FILES]; /* n_pixels, 0 = masked; NULL: none */
	const uint8_t *verdict; /* n_pixels, what quality bands say (quality.h); NULL: there are
				   none */
	struct value_plane out[RECIPE_MAX_VALUES]; /* by value of the recipe */
};

/* What a stage may use; the same for all stages of one worker. */
struct stage_env {
	const struct options *options;
	const struct result_layout *layout; /* of what the last stage fills */
	struct arena *arena; /* sized by the plan; the machinery rewinds it after each block */
	struct meter *meter;
	unsigned worker;
	struct spools *spools; /* where artifacts go; NULL: the run makes no files of pixels */
};

struct stage {
	const char *name;
	enum meter_stage meter;
	bool meters_itself; /* the stage writes times and tiles of its row; pixels are counted */
	/*
	 * The stage works pixel by pixel: it is run over slices of the block, some rows each, that
	 * stay in cache from one such stage to the next. All later stages must be by_slice, too.
	 */
	bool by_slice;

	/*
	 * Arena bytes for a block (by_slice: a slice) of this size: what the stage allocates and
	 * leaves for later stages (kept until the block ends), and what it needs on top only while
	 * it runs. Pure; called while planning. SIZE_MAX where it cannot be done. NULL: nothing.
	 */
	size_t (*kept)(const struct scene *scene, uint32_t x_size, uint32_t y_size,
		       const struct options *options);
	size_t (*scratch)(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			  const struct options *options);
	/* Once per worker. NULL: the stage has no state. */
	int (*open)(void **state, const struct stage_env *env, struct error *err);
	/* What open() takes of memory beside the arena. Pure. NULL: less than 100 KiB. */
	size_t (*open_bytes)(const struct options *options);
	/*
	 * Once per chunk, before its first block. What it allocates of the arena lives until the
	 * chunk ends, and is chunk_kept() bytes at the most for any chunk of this grid (pure;
	 * called while planning). Both NULL: nothing is.
	 */
	size_t (*chunk_kept)(const struct scene *scene, const struct chunk_grid *grid,
			     const struct options *options);
	int (*chunk_begin)(void *state, const struct stage_env *env, const struct scene *scene,
			   const struct chunk_grid *grid, const struct window *chunk,
			   struct error *err);
	/* Once per block. */
	int (*run)(void *state, const struct stage_env *env, struct block *block,
		   struct chunk_result *result, struct error *err);
	/*
	 * For the first stage: would run() make this block constant, large as it may be? Then it
	 * is made so. Takes arena for one pixel; false also where it cannot be said. NULL: never.
	 */
	bool (*constant)(void *state, const struct stage_env *env, struct block *block);
	/*
	 * This window of the scene will soon be run() on, by this worker or another: start what
	 * takes time outside the processor, the first `most` bytes of it. Returns how many were
	 * started. NULL: there is nothing of the kind.
	 */
	uint64_t (*ahead)(void *state, const struct scene *scene, const struct window *window,
			  uint64_t most);
	/*
	 * The chunk's last block is done, or given up, also where chunk_begin() or its memory
	 * failed (result->status says so): what is on its way into the result goes there: cells,
	 * and result->artifact, an array of the stage that lives until its next chunk. It may
	 * make the result CHUNK_FAILED with its error. NULL: nothing is.
	 */
	void (*chunk_end)(void *state, struct chunk_result *result);
	/* The worker leaves this scene: close what belongs to it. NULL: nothing does. */
	void (*leave)(void *state);
	void (*close)(void *state);
};

#endif
