/*
 * Files of pixels that a run makes of its scenes (maps, pictures), as the machinery sees them: what
 * they need of chunks and memory, where artifacts go, and how a scene's files are laid out when its
 * last chunk has been delivered. Implemented in stages/output.
 */
#ifndef IMGPIPE_OUTPUT_FILE_H
#define IMGPIPE_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artifact.h"
#include "chunk.h"
#include "error.h"
#include "meter.h"
#include "options.h"
#include "result.h"
#include "scene.h"
#include "spool.h"

struct thumbnail;

/* One file that a scene has got. Owned by the outputs; for reports. */
struct output_file {
	const char *path;
	const char *kind; /* "map", "classes", "band", "quicklook", "world file" */
	int value;        /* of the recipe; -1: of none */
	int band;         /* likewise */
	const char *type; /* "int16"; of pictures "png", of world files "text" */
	uint64_t bytes;
	/* Pixels whose value the type cannot hold, or that would be read as nodata: stored as the
	 * nearest that is neither. */
	uint64_t clamped;
	/* A small picture of it (stages/picture/thumbnail.h); NULL: none. One without a file has
	 * path NULL. */
	const struct thumbnail *thumbnail;
};

/* The outputs of one scene in flight. Made with its totals, freed with them. */
struct outputs;

/* What assemble() works with. */
struct outputs_env {
	const struct options *options;
	const struct result_layout *layout;
	const struct cell_group *cells; /* of the whole scene */
	struct spools *spools;
	struct meter *meter; /* METER_GATHER: tiles and pixels; all else is booked for it */
	bool (*cancelled)(void *context); /* asked every some MB: the run is ending */
	/*
	 * Asked once, when all files are whole and before the first gets its name. True: the run
	 * waits for the end of assemble(), even if a signal comes. False: it is ending, and none
	 * may get one. NULL: they may.
	 */
	bool (*may_name)(void *context);
	void *context;
};

struct output_maker {
	/* The folder of the spools (spool.h); belongs to the options. */
	const char *(*spool_folder)(const struct options *options);
	/*
	 * Chunks have to be cut along squares of so many pixels a side, and be 2^level of them a
	 * side, or down where they are as wide as the scene. most_level: no larger level is of any
	 * use. Pure.
	 */
	void (*unit)(const struct scene *scene, const struct options *options, uint32_t *side,
		     unsigned *most_level);
	/*
	 * Bytes of the process of the run, reserved with the totals: records of artifacts, and the
	 * buffers of assemble(). Pure; SIZE_MAX where it cannot be done.
	 */
	size_t (*bytes)(const struct scene *scene, const struct chunk_grid *grid,
			const struct options *options);
	/* Bytes that a scene's spool can have at the most. Pure. */
	uint64_t (*spool_bytes)(const struct chunk_grid *grid, const struct options *options);
	/* Scene, grid and options outlive them. NULL with an error. */
	struct outputs *(*open)(const struct scene *scene, const struct chunk_grid *grid,
				const struct options *options, struct error *err);
	/*
	 * Artifacts of a chunk have come. Nothing of them is believed: numbers, ranks and lengths
	 * are checked. Calls for one scene are serialised by the machinery.
	 */
	int (*place)(struct outputs *outputs, const struct artifact *artifact, size_t n,
		     struct error *err);
	/*
	 * All artifacts of the scene are there: make its files. They get their names when all of
	 * them are whole and on the disk. -1: none has (of those that this call was to make).
	 * Called once, by one thread, while other scenes go on. For want of space: EX_IOERR by
	 * error_errno(), so that a full disk is known. Once cancelled() it ends soon, with -1.
	 */
	int (*assemble)(struct outputs *outputs, const struct outputs_env *env, struct error *err);
	/* Files made; n 0 before assemble() and where it failed. */
	const struct output_file *(*files)(const struct outputs *outputs, unsigned *n);
	void (*free)(struct outputs *outputs); /* NULL is allowed */
};

#endif
