/*
 * The result of one chunk, as the machinery carries it: groups of cells whose contents it does not
 * know. A chunk has one group for each tile that it touches, or one in all where no tiles are kept.
 * All groups of a run have the same cells, at the places that its layout says; each cell is merged
 * and packed by its reducer. Merging is exact and in any order gives the same bits, so that who
 * works on what, and when, cannot show.
 *
 * A reducer is a row: what a cell of its kind holds, and how two are made one. Rows are where the
 * cells are filled (stages/pixels/cells.c, stages/lab/lab_cells.c); the layout is made once a run
 * by the workload, from the options. Implemented in pipeline/base (cells.c, tile.c).
 */
#ifndef IMGPIPE_RESULT_H
#define IMGPIPE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artifact.h"
#include "error.h"
#include "recipe.h"
#include "scene.h"
#include "window.h"

/* What reports may show of a cell that they do not know. */
enum cell_number {
	CELL_OPAQUE,
	CELL_COUNT, /* the cell is a uint64_t */
	CELL_WIDE,  /* the cell is a signed integer of 128 bits */
};

/*
 * A commutative monoid: merge() is associative and commutative, and a cell that clear() made
 * changes nothing. Cells are plain data without pointers, aligned to 16. Pure, thread-safe.
 */
struct reducer {
	const char *name;
	size_t bytes; /* of a cell in memory */
	bool beyond;  /* not every run has it: see layout_bytes_beyond_first() */
	enum cell_number number;
	void (*clear)(void *cell); /* NULL: all bytes are 0 */
	void (*merge)(void *into, const void *from);
	/* --- as it travels; pack NULL: byte by byte, and the others are not used --- */
	size_t packed_most; /* bytes at the most */
	/* Into `out`, aligned to 16 and packed_most bytes long. Returns the bytes used. */
	size_t (*pack)(void *out, const void *cell);
	/* Bytes that it would take. */
	size_t (*packed_bytes)(const void *cell);
	/*
	 * Out of the first of `bytes` bytes; returns how many those were. SIZE_MAX where they are
	 * no such cell: a worker that died can leave anything.
	 */
	size_t (*unpack)(void *cell, const void *in, size_t bytes);
};

/*
 * One kind of cell. Its key within a run is {value, reducer, tile}: the tile is the group's. (Zones
 * will be a fourth part: as many groups a tile as zones meet it.)
 */
struct cell_kind {
	unsigned value; /* of the recipe; of labs: which of its numbers */
	const struct reducer *reducer;
	size_t offset;    /* in the group */
	const char *name; /* what reports call its number; NULL where it is opaque */
};

/* Six a value, one a map of it, of its bands, of classes, one of quality bands and one of
 * reflectance. */
enum { LAYOUT_MAX_KINDS = 7 * RECIPE_MAX_VALUES + RECIPE_MAX_BANDS + 3, GROUP_ALIGN = 64 };

/* The cells of a group. All 0: a layout without cells. Read-only once made. */
struct result_layout {
	const struct recipe *recipe; /* outlives the layout; NULL: a lab */
	unsigned n_values;           /* of the recipe, in block->out; labs have none */
	unsigned n_kinds;
	struct cell_kind kind[LAYOUT_MAX_KINDS];
	size_t group_bytes; /* of one in memory: a multiple of GROUP_ALIGN */
	size_t packed_most; /* of one as it travels */
};

/* The head of a group; its cells follow. Aligned to 16. */
struct cell_group {
	_Alignas(16) uint32_t tile; /* number in the scene's tile table, row by row; 0 without */
};

/* A group as it travels; its cells follow, in the layout's order, each on a multiple of 16. */
struct packed_group {
	_Alignas(16) uint32_t tile;
	uint32_t n_kinds;
};

enum chunk_status { CHUNK_DONE, CHUNK_FAILED, CHUNK_CANCELLED };

/*
 * The outcome of one chunk: plain data but for `group`, which is an array of the worker. Each chunk
 * is delivered exactly once.
 */
struct chunk_result {
	uint64_t chunk;
	uint32_t scene_id;
	enum chunk_status status;
	struct error error;                      /* where FAILED */
	bool by_tile;                            /* a group a tile; else one is the whole chunk */
	uint32_t tile_x0, tile_y0, tiles_across; /* the tiles that the chunk touches */
	uint32_t n_groups;
	struct cell_group *group;
	uint32_t n_artifacts; /* for files of pixels */
	const struct artifact *artifact;
};

/* --- cells.c --- */

/* One more kind of cell; returns its offset. No more than LAYOUT_MAX_KINDS. */
size_t layout_add(struct result_layout *layout, unsigned value, const struct reducer *reducer,
		  const char *name);
/* Offset of that value's cell; SIZE_MAX where the run has none. */
size_t layout_find(const struct result_layout *layout, unsigned value,
		   const struct reducer *reducer);
/* Bytes of n groups; SIZE_MAX on overflow. */
size_t layout_bytes(const struct result_layout *layout, size_t n);
/*
 * Bytes of the cells of all values but the first, and of those that are `beyond`. What is planned
 * for whoever holds cells, or a copy of them, has room for one value's others.
 */
size_t layout_bytes_beyond_first(const struct result_layout *layout);

void group_clear(const struct result_layout *layout, struct cell_group *group);
void group_merge(const struct result_layout *layout, struct cell_group *into,
		 const struct cell_group *from);
/* Into `out`, aligned to 16 and layout->packed_most bytes long. Returns the bytes used. */
size_t group_pack(const struct result_layout *layout, void *out, const struct cell_group *group);
size_t group_packed_bytes(const struct result_layout *layout, const struct cell_group *group);
/* -1 with EX_SOFTWARE where `bytes` of `in`, aligned to 16, are no group of this layout. */
int group_unpack(const struct result_layout *layout, struct cell_group *group, const void *in,
		 size_t bytes, struct error *err) MUST_CHECK;

/* The cell at this offset. */
static inline void *group_cell(const struct cell_group *group, size_t offset)
{
	return (unsigned char *)(uintptr_t)group + offset;
}

/* Group number i of a result. */
static inline struct cell_group *result_group(const struct result_layout *layout,
					      const struct chunk_result *result, size_t i)
{
	return group_cell(result->group, i * layout->group_bytes);
}

/* --- tile.c: how the result of a chunk lies over the tiles of a scene --- */

/* Groups that a chunk of this size needs at the most. */
size_t result_groups(const struct scene *scene, uint32_t x_size, uint32_t y_size, bool by_tile);
/* Lay result->group, which has room for them, over this part of the scene, all cleared. */
void result_begin(struct chunk_result *result, const struct result_layout *layout,
		  const struct scene *scene, const struct window *chunk, bool by_tile);
/* Window of one tile of the per-tile table, cut to the image. */
struct window scene_tile_window(const struct scene *scene, uint32_t number);

#endif
