/*
 * Blocks too large to be held whole, row by row: uncompressed rows are fetched from their place,
 * the others are decoded one after another from stored bytes that are fetched a few at a time.
 *
 * Guaranteed: the same rows as from tiff_block_decode(), the same blocks refused, in the same
 * words.
 */
#include "rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec.h"
#include "handle.h"
#include "io.h"
#include "samples.h"

/* --- uncompressed --- */

/* Are all rows of the block there? Asked for a few of them, the answer is the same. */
static int check_rows(const struct tiff_image *image, const struct tiff_block *block,
		      struct error *err)
{
	size_t needed = tiff_block_needed(image, block);
	char text[160];

	if (needed > block->bytes) {
		(void)snprintf(text, sizeof(text), "%llu bytes are stored, %zu are needed",
			       (unsigned long long)block->bytes, needed);
		return tiff_block_damaged(image, block, err, text);
	}
	if (needed <= image->file_bytes - block->offset)
		return 0;
	(void)snprintf(text, sizeof(text),
		       "it needs %zu bytes from byte %llu on, the file ends at byte %llu", needed,
		       (unsigned long long)block->offset, (unsigned long long)image->file_bytes);
	return tiff_block_damaged(image, block, err, text);
}

int tiff_rows_fetch(const struct tiff_image *image, const struct tiff_block *block, uint32_t row0,
		    uint32_t n, void *out, struct error *err)
{
	size_t skip = row0 * image->row_bytes, size = n * image->row_bytes;
	ssize_t got;

	if (check_rows(image, block, err))
		return -1;
	got = tiff_pread(image, out, size, block->offset + skip);
	if (got < 0 || (size_t)got < size)
		return tiff_block_unread(image, block, err, got < 0 ? errno : 0);
	if (image->fill_order == FILLORDER_LSB2MSB)
		tiff_reverse_bits(out, size);
	if (image->swapped)
		tiff_swap_samples(out, size, image->bits);
	return 0;
}

/* --- cursors --- */

static void close_cursor(struct tiff_cursor *cursor)
{
	stream_free(cursor->stream);
	free(cursor->buffer);
	*cursor = (struct tiff_cursor){0};
}

void tiff_cursors_close(struct tiff_handle *handle)
{
	for (unsigned i = 0; i < TIFF_MAX_CURSORS; i++)
		if (handle->cursor[i].stream)
			close_cursor(&handle->cursor[i]);
}

/* For the decoder: the next of the block's stored bytes. */
static bool refill(struct stream_input *input)
{
	struct tiff_cursor *cursor = input->user;
	const struct tiff_image *image = cursor->image;
	size_t size = cursor->left < TIFF_INPUT_BYTES ? (size_t)cursor->left : TIFF_INPUT_BYTES;
	ssize_t n = tiff_pread(image, cursor->buffer, size, cursor->offset);

	cursor->io_errno = n < 0 ? errno : 0;
	cursor->unread = n < 0 || (size_t)n < size;
	if (cursor->unread)
		return false;
	if (image->fill_order == FILLORDER_LSB2MSB)
		tiff_reverse_bits(cursor->buffer, size);
	input->at = cursor->buffer;
	input->bytes = size;
	cursor->offset += size;
	cursor->left -= size;
	return true;
}

static int no_memory(struct tiff_cursor *cursor, struct error *err)
{
	close_cursor(cursor);
	return error_memory(err, "a decoder of rows", TIFF_INPUT_BYTES);
}

static int open_cursor(const struct tiff_image *image, struct tiff_cursor *cursor,
		       const struct tiff_block *block, struct error *err)
{
	*cursor = (struct tiff_cursor){
		.image = image,
		.strile = block->strile,
		.offset = block->offset,
		.left = tiff_block_stored(image, block),
		.input = {.refill = refill, .user = cursor},
		.stream = stream_new(image->compression,
				     size_add(image->window_bytes, TIFF_WINDOW_MARGIN)),
		.buffer = malloc(TIFF_INPUT_BYTES),
	};
	if (!cursor->stream || !cursor->buffer)
		return no_memory(cursor, err);
	if (!refill(&cursor->input))
		(void)tiff_block_unread(image, block, err, cursor->io_errno);
	else if (!tiff_codec_check(image, block, cursor->input.at, cursor->input.bytes, err)) {
		stream_begin(cursor->stream, &cursor->input);
		return 0;
	}
	close_cursor(cursor);
	return -1;
}

/* The cursor in this block, or one not in use, or the one that was not used for longest. */
static struct tiff_cursor *choose(struct tiff_handle *handle, uint32_t strile)
{
	struct tiff_cursor *oldest = &handle->cursor[0];

	for (unsigned i = 0; i < TIFF_MAX_CURSORS; i++) {
		struct tiff_cursor *cursor = &handle->cursor[i];

		if (cursor->stream && cursor->strile == strile)
			return cursor;
		if (oldest->stream && (!cursor->stream || cursor->last_used < oldest->last_used))
			oldest = cursor;
	}
	return oldest;
}

struct tiff_cursor *tiff_cursor_get(struct tiff_handle *handle, const struct tiff_block *block,
				    uint32_t row0, struct error *err)
{
	struct tiff_cursor *cursor = choose(handle, block->strile);

	decoder_rest(handle->image.decoder);
	if (!cursor->stream || cursor->strile != block->strile || cursor->next_row > row0) {
		close_cursor(cursor);
		if (open_cursor(&handle->image, cursor, block, err))
			return NULL;
	}
	cursor->last_used = ++handle->n_used;
	return cursor;
}

/* `wrong`: what the decoder says; where its input could not be had, that is the reason. */
static int failed(const struct tiff_image *image, struct tiff_cursor *cursor,
		  const struct tiff_block *block, const char *wrong, struct error *err)
{
	if (cursor->unread)
		(void)tiff_block_unread(image, block, err, cursor->io_errno);
	else
		(void)tiff_block_undecodable(image, block, err, wrong);
	close_cursor(cursor);
	return -1;
}

int tiff_cursor_row(const struct tiff_image *image, struct tiff_cursor *cursor,
		    const struct tiff_block *block, void *out, struct error *err)
{
	const char *wrong = stream_read(cursor->stream, out, image->row_bytes);

	if (wrong)
		return failed(image, cursor, block, wrong, err);
	cursor->next_row++;
	return 0;
}

int tiff_cursor_finish(const struct tiff_image *image, struct tiff_cursor *cursor,
		       const struct tiff_block *block, struct error *err)
{
	uint64_t most = decode_most(image->block_bytes) - tiff_block_needed(image, block);
	const char *wrong = stream_finish(cursor->stream, most);

	if (wrong)
		return failed(image, cursor, block, wrong, err);
	close_cursor(cursor);
	return 0;
}
