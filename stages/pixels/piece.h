/*
 * A piece: the statistics of one chunk, or of the part of one tile that lies in it. Stages fill it,
 * the reduction of a scene adds it up; the machinery carries it by the functions of piece_ops.
 */
#ifndef IMGPIPE_STAGES_PIECE_H
#define IMGPIPE_STAGES_PIECE_H

#include "accum.h"
#include "result.h"
#include "teach.h"

struct piece {
	uint32_t tile; /* number in the scene's tile grid, row by row; 0 where tiles are not kept */
	struct accum accum;
	struct float_sums float_sums; /* --teach float-sums; 0 without */
	struct histogram histogram;
};

/* As it travels: only the part of the histogram that is not zero. */
struct packed_piece {
	uint32_t tile;
	uint32_t first_slot, n_slots;
	uint32_t wide; /* counts are 64 bits, else 32 */
	struct accum accum;
	struct float_sums float_sums;
	unsigned char counts[]; /* n_slots of them */
};

enum { PACKED_PIECE_MAX = sizeof(struct packed_piece) + HIST_SLOTS * sizeof(uint64_t) };

extern const struct result_ops piece_ops;

/* tile.c: how pieces lie over the tiles of a scene; see result.h. */
size_t tile_pieces(const struct scene *scene, uint32_t x_size, uint32_t y_size, bool by_tile);
void tile_pieces_begin(struct chunk_result *result, const struct scene *scene,
		       const struct window *chunk, bool by_tile);
/* Window of one tile of the per-tile table, cut to the image. */
struct window scene_tile_window(const struct scene *scene, uint32_t number);

#endif
