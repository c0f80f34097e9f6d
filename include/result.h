/*
 * The result of one chunk, as the machinery carries it: pieces whose contents it does not know. The
 * workload says how large a piece is, how it is begun, merged and packed. Merging is exact and in
 * any order gives the same bits, so that who works on what, and when, cannot show.
 *
 * Implemented by the imagery side (stages/pixels/piece.c); called by worker, plan, reduction and
 * transports.
 */
#ifndef IMGPIPE_RESULT_H
#define IMGPIPE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "scene.h"
#include "window.h"

/* What is known of one part of a scene: plain data, which may be copied within a process. */
struct piece;

enum chunk_status { CHUNK_DONE, CHUNK_FAILED, CHUNK_CANCELLED };

/*
 * The outcome of one chunk: plain data but for `piece`, which is an array of the worker. Each chunk
 * is delivered exactly once.
 */
struct chunk_result {
	uint64_t chunk;
	uint32_t scene_id;
	enum chunk_status status;
	struct error error; /* where FAILED */
	bool by_tile;       /* pieces are per tile; else one piece is the whole chunk */
	uint32_t tile_x0, tile_y0, tiles_across; /* the tiles that the chunk touches */
	uint32_t n_pieces;
	struct piece *piece;
};

struct result_ops {
	size_t piece_bytes; /* of one in memory, aligned to 16 */
	size_t packed_most; /* of one as it travels */
	/* Pieces that a chunk of this size needs at the most. Pure. */
	size_t (*pieces)(const struct scene *scene, uint32_t x_size, uint32_t y_size, bool by_tile);
	/* Lay result->piece, which has room for them, over this part of the scene, all cleared. */
	void (*begin)(struct chunk_result *result, const struct scene *scene,
		      const struct window *chunk, bool by_tile);
	void (*clear)(struct piece *piece);
	void (*merge)(struct piece *into, const struct piece *from);
	/* Into `out`, aligned to 16 and packed_most bytes long. Returns the bytes used. */
	size_t (*pack)(void *out, const struct piece *piece);
	/* Bytes that it would take. */
	size_t (*packed_bytes)(const struct piece *piece);
	/* -1 where `bytes` of `in` are no piece: a worker that died can leave anything. */
	int (*unpack)(struct piece *piece, const void *in, size_t bytes, struct error *err);
};

/* Bytes of n pieces; SIZE_MAX on overflow. */
static inline size_t result_bytes(const struct result_ops *ops, size_t n)
{
	return size_mul(n, ops->piece_bytes);
}

/* Piece number i of a result. */
static inline struct piece *result_piece(const struct result_ops *ops,
					 const struct chunk_result *result, size_t i)
{
	return (struct piece *)(void *)((unsigned char *)result->piece + i * ops->piece_bytes);
}

#endif
