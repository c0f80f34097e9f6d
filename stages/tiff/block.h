/*
 * Stored blocks (tiles and strips) of an image: where they are in the file, and how an error names
 * them. block.c; everything that fetches or decodes is above it.
 */
#ifndef IMGPIPE_TIFF_BLOCK_H
#define IMGPIPE_TIFF_BLOCK_H

#include "image.h"
#include "window.h"

/* One stored block. `strile` is libtiff's number of it. */
struct tiff_block {
	uint32_t strile, column, row;
	uint32_t y_size;        /* rows stored, if the padding is: of strips, the last has fewer */
	uint16_t plane;         /* 0 where samples are interleaved */
	struct window window;   /* the part of the image that it covers */
	uint64_t offset, bytes; /* in the file; both 0: sparse */
};

/* Find the arrays, once what the image is has been read. */
void tiff_places_begin(struct tiff_image *image);

/* Where the block in this column and row is stored; -1 if the file does not say. */
int tiff_block_find(struct tiff_image *image, uint32_t column, uint32_t row, uint16_t plane,
		    struct tiff_block *block, struct error *err);

static inline bool tiff_block_sparse(const struct tiff_block *block)
{
	return block->bytes == 0;
}

/* "path: tile 17 (column 3, row 2): <text>". Always -1. */
int tiff_block_error(const struct tiff_image *image, const struct tiff_block *block,
		     struct error *err, int code, const char *text);

/* The same with EX_DATAERR, and the remedy behind the text. */
int tiff_block_damaged(const struct tiff_image *image, const struct tiff_block *block,
		       struct error *err, const char *text);

/*
 * The decoder has refused it, with these words: of damage, or of a file that was cut off. Always
 * -1.
 */
int tiff_block_undecodable(const struct tiff_image *image, const struct tiff_block *block,
			   struct error *err, const char *words);

/* Bytes of the block, decoded, that lie in the image: all that has to be there. */
static inline size_t tiff_block_needed(const struct tiff_image *image,
				       const struct tiff_block *block)
{
	return image->row_bytes * block->window.y_size;
}

/* The stored bytes of a block that are looked at: no more than one can need, nor the file has. */
static inline uint64_t tiff_block_stored(const struct tiff_image *image,
					 const struct tiff_block *block)
{
	uint64_t left = image->file_bytes - block->offset;
	uint64_t room = left < image->raw_bytes ? left : image->raw_bytes;

	return block->bytes < room ? block->bytes : room;
}

/* The block cannot be read, for this errno; 0: the file has ended before it. Always -1. */
int tiff_block_unread(const struct tiff_image *image, const struct tiff_block *block,
		      struct error *err, int errno_value);

#endif
