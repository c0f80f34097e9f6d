/*
 * Blocks too large to be held whole, row by row.
 *
 * Uncompressed rows are fetched from their place. For compressed blocks libtiff decodes single rows
 * of strips, but only where it finds the stored bytes in one piece of memory, and not at all of
 * tiles. So each block is shown to libtiff as a file of its own: one page with a made-up header
 * that describes one strip, and behind it the block's part of the real file, mapped. libtiff reads
 * straight from the mapping; pages it has passed are dropped from memory every MiB or so.
 *
 * Guaranteed: the same rows as tiff_block_decode(), the same refusals. Not guaranteed: a file that
 * another program cuts short meanwhile ends the program with SIGBUS, as with every mapping.
 */
#include "tiff.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "window.h"

enum { DROP_BYTES = 1 << 20, N_ENTRIES = 12, HEADER_BYTES = 16 + 8 + N_ENTRIES * 20 + 8 };

/* --- uncompressed --- */

static void swap_bytes(void *samples, size_t bytes, unsigned bits)
{
	if (bits == 16)
		TIFFSwabArrayOfShort(samples, (tmsize_t)(bytes / 2));
	else if (bits == 32)
		TIFFSwabArrayOfLong(samples, (tmsize_t)(bytes / 4));
	else if (bits == 64)
		TIFFSwabArrayOfLong8(samples, (tmsize_t)(bytes / 8));
}

int tiff_rows_fetch(const struct tiff_image *image, const struct tiff_block *block, uint32_t row0,
		    uint32_t n, void *out, struct error *err)
{
	size_t skip = row0 * image->row_bytes, size = n * image->row_bytes;
	char text[160];
	ssize_t got;

	if (skip + size > block->bytes) {
		(void)snprintf(text, sizeof(text), "%llu bytes are stored, %zu are needed",
			       (unsigned long long)block->bytes, skip + size);
		return tiff_block_damaged(image, block, err, text);
	}
	got = tiff_pread(image->fd, out, size, block->offset + skip);
	if (got < 0) {
		char buffer[128];

		(void)snprintf(text, sizeof(text), "cannot be read: %s",
			       strerror_r(errno, buffer, sizeof(buffer)));
		return tiff_block_error(image, block, err, EX_IOERR, text);
	}
	if ((size_t)got < size) {
		(void)snprintf(text, sizeof(text),
			       "it needs %zu bytes from byte %llu on, the file ends at byte %llu",
			       skip + size, (unsigned long long)block->offset,
			       (unsigned long long)image->file_bytes);
		return tiff_block_damaged(image, block, err, text);
	}
	if (image->swapped)
		swap_bytes(out, size, image->bits);
	return 0;
}

/* --- the made-up file --- */

/* Writes numbers in the byte order of the real file, as that decides the order in its samples. */
struct writer {
	unsigned char *at;
	bool little;
};

static void put(struct writer *w, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		w->at[i] = (unsigned char)(value >> 8 * (w->little ? i : size - 1 - i));
	w->at += size;
}

static void put_entry(struct writer *w, unsigned tag, unsigned type, uint64_t value)
{
	unsigned char *end = w->at + 20;

	put(w, tag, 2);
	put(w, type, 2);
	put(w, 1, 8);
	put(w, value, type == TIFF_SHORT ? 2 : type == TIFF_LONG ? 4 : 8);
	w->at = end;
}

/*
 * A BigTIFF of one strip. One row more than there is, so that the end of the stream can be looked
 * at; see check_end(). Tags in ascending order.
 */
static void put_header(const struct tiff_image *image, const struct tiff_block *block,
		       unsigned char *page, uint64_t offset, uint64_t bytes)
{
	const uint16_t probe = 1;
	bool native_little = *(const unsigned char *)&probe == 1;
	struct writer w = {page, native_little != image->swapped};
	uint64_t rows = (uint64_t)block->y_size + (block->y_size < UINT32_MAX);

	put(&w, w.little ? 0x4949 : 0x4d4d, 2);
	put(&w, 43, 2);
	put(&w, 8, 2);
	put(&w, 0, 2);
	put(&w, 16, 8);
	put(&w, N_ENTRIES, 8);
	put_entry(&w, TIFFTAG_IMAGEWIDTH, TIFF_LONG, image->block_x_size);
	put_entry(&w, TIFFTAG_IMAGELENGTH, TIFF_LONG, rows);
	put_entry(&w, TIFFTAG_BITSPERSAMPLE, TIFF_SHORT, image->bits);
	put_entry(&w, TIFFTAG_COMPRESSION, TIFF_SHORT, image->compression);
	put_entry(&w, TIFFTAG_PHOTOMETRIC, TIFF_SHORT, PHOTOMETRIC_MINISBLACK);
	put_entry(&w, TIFFTAG_STRIPOFFSETS, TIFF_LONG8, offset);
	put_entry(&w, TIFFTAG_SAMPLESPERPIXEL, TIFF_SHORT, image->block_samples);
	put_entry(&w, TIFFTAG_ROWSPERSTRIP, TIFF_LONG, rows);
	put_entry(&w, TIFFTAG_STRIPBYTECOUNTS, TIFF_LONG8, bytes);
	put_entry(&w, TIFFTAG_PLANARCONFIG, TIFF_SHORT, PLANARCONFIG_CONTIG);
	put_entry(&w, TIFFTAG_PREDICTOR, TIFF_SHORT, image->predictor);
	put_entry(&w, TIFFTAG_SAMPLEFORMAT, TIFF_SHORT, image->format);
	put(&w, 0, 8);
}

/* libtiff's view of the mapping as a file. It asks for the header this way, the rest it maps. */
static tmsize_t file_read(thandle_t handle, void *buffer, tmsize_t size)
{
	struct tiff_cursor *cursor = handle;
	uint64_t left =
		cursor->position < cursor->map_bytes ? cursor->map_bytes - cursor->position : 0;
	size_t n = size < 0 ? 0 : (uint64_t)size < left ? (size_t)size : (size_t)left;

	memcpy(buffer, cursor->map + (n ? cursor->position : 0), n);
	cursor->position += n;
	return (tmsize_t)n;
}

static tmsize_t file_write(thandle_t handle, void *buffer, tmsize_t size)
{
	(void)handle;
	(void)buffer;
	(void)size;
	return -1;
}

static toff_t file_seek(thandle_t handle, toff_t offset, int whence)
{
	struct tiff_cursor *cursor = handle;

	if (whence == SEEK_CUR)
		offset += cursor->position;
	else if (whence == SEEK_END)
		offset += cursor->map_bytes;
	cursor->position = offset;
	return offset;
}

static int file_close(thandle_t handle)
{
	(void)handle;
	return 0;
}

static toff_t file_size(thandle_t handle)
{
	const struct tiff_cursor *cursor = handle;

	return cursor->map_bytes;
}

static int file_map(thandle_t handle, void **base, toff_t *size)
{
	const struct tiff_cursor *cursor = handle;

	*base = cursor->map;
	*size = cursor->map_bytes;
	return 1;
}

static void file_unmap(thandle_t handle, void *base, toff_t size)
{
	(void)handle;
	(void)base;
	(void)size;
}

/* --- cursors --- */

void tiff_cursor_close(struct tiff_cursor *cursor)
{
	if (cursor->tif)
		TIFFClose(cursor->tif);
	if (cursor->map)
		(void)munmap(cursor->map, cursor->map_bytes);
	*cursor = (struct tiff_cursor){0};
}

/* The header's page and, behind it, the pages of the file that hold the block. */
static int map_block(const struct tiff_image *image, struct tiff_cursor *cursor,
		     const struct tiff_block *block, struct error *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t lead = (size_t)(block->offset % page);
	uint64_t left = image->file_bytes - block->offset;
	uint64_t room = left < image->raw_bytes ? left : image->raw_bytes;
	uint64_t bytes = block->bytes < room ? block->bytes : room;
	size_t total = size_add(page + lead, (size_t)bytes);
	void *base = mmap(NULL, total, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char text[96];

	if (base != MAP_FAILED &&
	    mmap((unsigned char *)base + page, total - page, PROT_READ, MAP_PRIVATE | MAP_FIXED,
		 image->fd, (off_t)(block->offset - lead)) == MAP_FAILED) {
		(void)munmap(base, total);
		base = MAP_FAILED;
	}
	if (base == MAP_FAILED) {
		(void)snprintf(text, sizeof(text),
			       "%zu bytes of address space are needed and not to be had; raise "
			       "ulimit -v",
			       total);
		return tiff_block_error(image, block, err, EX_TEMPFAIL, text);
	}
	if (tiff_codec_check(image, block, (unsigned char *)base + page + lead, (size_t)bytes,
			     err)) {
		(void)munmap(base, total);
		return -1;
	}
	cursor->map = base;
	cursor->map_bytes = total;
	cursor->header_bytes = page;
	put_header(image, block, cursor->map, page + lead, bytes);
	return 0;
}

static int open_cursor(const struct tiff_image *image, struct tiff_cursor *cursor,
		       const struct tiff_block *block, struct error *err)
{
	TIFFOpenOptions *options;

	*cursor = (struct tiff_cursor){.strile = block->strile};
	if (map_block(image, cursor, block, err))
		return -1;
	options = tiff_log_options(&cursor->log, size_add(TIFF_HEADER_ALLOC, image->row_bytes));
	if (options)
		cursor->tif = TIFFClientOpenExt(image->path, "rc", cursor, file_read, file_write,
						file_seek, file_close, file_size, file_map,
						file_unmap, options);
	TIFFOpenOptionsFree(options);
	if (cursor->tif)
		return 0;
	(void)tiff_block_damaged(image, block, err,
				 cursor->log.text[0] ? cursor->log.text : "no memory to decode it");
	tiff_cursor_close(cursor);
	return -1;
}

/* The cursor in this block, or one not in use, or the one that was not used for longest. */
static struct tiff_cursor *choose(struct tiff_handle *handle, uint32_t strile)
{
	struct tiff_cursor *oldest = &handle->cursor[0];

	for (unsigned i = 0; i < TIFF_MAX_CURSORS; i++) {
		struct tiff_cursor *cursor = &handle->cursor[i];

		if (cursor->tif && cursor->strile == strile)
			return cursor;
		if (oldest->tif && (!cursor->tif || cursor->last_used < oldest->last_used))
			oldest = cursor;
	}
	return oldest;
}

struct tiff_cursor *tiff_cursor_get(struct tiff_handle *handle, const struct tiff_block *block,
				    uint32_t row0, struct error *err)
{
	struct tiff_cursor *cursor = choose(handle, block->strile);

	/* What is mapped must be there: beyond the end of a file a look is a SIGBUS. */
	if (tiff_file_shrank(&handle->image)) {
		(void)tiff_block_damaged(&handle->image, block, err,
					 "the file became shorter while it was read");
		return NULL;
	}

	if (!cursor->tif || cursor->strile != block->strile || cursor->next_row > row0) {
		tiff_cursor_close(cursor);
		if (open_cursor(&handle->image, cursor, block, err))
			return NULL;
	}
	cursor->last_used = ++handle->n_used;
	return cursor;
}

static bool decode_row(struct tiff_cursor *cursor, void *out)
{
	tiff_log_clear(&cursor->log);
	return TIFFReadScanline(cursor->tif, out, cursor->next_row, 0) == 1 &&
	       !cursor->log.failed && !cursor->log.corrupt && !cursor->log.discarded;
}

/*
 * The checksum of a DEFLATE stream stands behind the last row, where the decoder has not looked
 * yet. Asked for one more row it either has more data (junk, which is allowed) or says that there
 * is none; any other words mean that the checksum is wrong or missing.
 */
static bool check_end(const struct tiff_image *image, struct tiff_cursor *cursor, void *row)
{
	if (image->compression != COMPRESSION_DEFLATE &&
	    image->compression != COMPRESSION_ADOBE_DEFLATE)
		return true;
	return decode_row(cursor, row) || strstr(cursor->log.text, "Not enough data");
}

static int row_failed(const struct tiff_image *image, struct tiff_cursor *cursor,
		      const struct tiff_block *block, struct error *err)
{
	if (cursor->log.discarded)
		(void)tiff_block_error(image, block, err, EX_TEMPFAIL,
				       "a PackBits run goes beyond the end of its row, so only the "
				       "whole block can be decoded; give more --memory");
	else
		(void)tiff_block_damaged(image, block, err,
					 cursor->log.text[0] ? cursor->log.text
							     : "cannot be decoded");
	tiff_cursor_close(cursor);
	return -1;
}

int tiff_cursor_row(const struct tiff_image *image, struct tiff_cursor *cursor,
		    const struct tiff_block *block, void *out, struct error *err)
{
	if (!decode_row(cursor, out))
		return row_failed(image, cursor, block, err);
	cursor->next_row++;
	cursor->undropped += image->row_bytes;
	if (cursor->undropped >= DROP_BYTES) {
		(void)madvise(cursor->map + cursor->header_bytes,
			      cursor->map_bytes - cursor->header_bytes, MADV_DONTNEED);
		cursor->undropped = 0;
	}
	return 0;
}

int tiff_cursor_finish(const struct tiff_image *image, struct tiff_cursor *cursor,
		       const struct tiff_block *block, void *row, struct error *err)
{
	if (!check_end(image, cursor, row))
		return row_failed(image, cursor, block, err);
	tiff_cursor_close(cursor);
	return 0;
}
