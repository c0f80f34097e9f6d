/*
 * Blocks too large to be held whole, row by row: rows.c. For decode.c, and read.c, which closes
 * what is open.
 */
#ifndef IMGPIPE_TIFF_ROWS_H
#define IMGPIPE_TIFF_ROWS_H

#include "block.h"
#include "stream.h"

enum {
	TIFF_MAX_CURSORS = 16,      /* row decoders of one handle: tile columns x planes */
	TIFF_INPUT_BYTES = 1 << 15, /* stored bytes of a row decoder fetched at once */
};

/* A decoder in the middle of a block that is decoded row by row; NULL `stream`: not in use. */
struct tiff_cursor {
	struct stream *stream;
	struct stream_input input;
	const struct tiff_image *image;
	uint32_t strile;
	uint32_t next_row; /* the row of the block that the decoder gives next */
	uint64_t last_used;
	unsigned char *buffer; /* TIFF_INPUT_BYTES of the stored bytes */
	uint64_t offset, left; /* of those not fetched yet, in the file */
	bool unread;           /* a fetch failed: */
	int io_errno;          /* for this errno, or 0 if the file ended too early */
};

struct tiff_handle;

/* Rows row0 to row0 + n (counted in the block) of an uncompressed block, in native byte order. */
int tiff_rows_fetch(const struct tiff_image *image, const struct tiff_block *block, uint32_t row0,
		    uint32_t n, void *out, struct error *err);

/*
 * A decoder of the block that stands at or before row0; started, or taken up where an earlier
 * window left it.
 */
struct tiff_cursor *tiff_cursor_get(struct tiff_handle *handle, const struct tiff_block *block,
				    uint32_t row0, struct error *err);
/* The next row of the block into `out` (row_bytes). -1 if it is damaged; then it is closed. */
int tiff_cursor_row(const struct tiff_image *image, struct tiff_cursor *cursor,
		    const struct tiff_block *block, void *out, struct error *err);
/* After the last row in the image: look at the rest of the stream, and close. */
int tiff_cursor_finish(const struct tiff_image *image, struct tiff_cursor *cursor,
		       const struct tiff_block *block, struct error *err);
/* All of the handle's: decoders of whole blocks may take their memory. */
void tiff_cursors_close(struct tiff_handle *handle);

#endif
