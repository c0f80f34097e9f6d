/*
 * Blocks: one place of the grid of tiles or strips, made from its content and encoded by libtiff
 * into memory. Called from many threads, each with blocks of its own.
 */
#ifndef SAMPLES_BLOCK_H
#define SAMPLES_BLOCK_H

#include <stddef.h>

#include "content.h"
#include "scene_tags.h"

/* One plane of a block: bytes [begin, begin + size) of data. size 0: sparse, nothing is stored. */
struct blob {
	unsigned char *data;
	size_t begin, size;
};

struct block {
	uint32_t x, y, x_size, y_size; /* pixels of the directory; tiles: with padding */
	struct blob blobs[MAX_BANDS];  /* dir->planes of them */
};

/* Fill the block's blobs: encoded, or for `raw` as plain rows in native byte order. */
int block_make(struct block *block, const struct scene_spec *spec, const struct directory *dir,
	       bool raw, struct error *err) MUST_CHECK;

/* Free the blobs. */
void block_release(struct block *block);

/* The mode for TIFFOpen() of a new file with the spec's byte order and size of offsets. */
const char *write_mode(const struct scene_spec *spec, bool big, char mode[8]);

#endif
