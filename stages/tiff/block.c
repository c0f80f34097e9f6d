/*
 * Where blocks are stored, and how an error names one. The arrays of offsets and byte counts are
 * looked up a page at a time: a file of 200 bytes may claim arrays of 2^32 entries, and libtiff
 * takes memory for all of one as soon as one entry is asked for; and whether it finds an entry near
 * the file's end depends on which others it has looked at. A single block is left to it: it makes
 * up counts that are missing or wrong.
 *
 * Whatever cannot be found is an error that names the block: damaged data never become zeros.
 */
#include "block.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ifd.h"
#include "io.h"

/* --- the arrays --- */

static unsigned width_of(const struct tiff_entry *entry)
{
	return entry ? (unsigned)tiff_number_bytes(entry->type) : 0;
}

/* Writers confuse the tags of tiles and strips; libtiff takes either. */
static const struct tiff_entry *find(const struct tiff_image *image, uint16_t of_tiles,
				     uint16_t of_strips)
{
	const struct tiff_entry *entry =
		tiff_entry_find(image, image->tiled ? of_tiles : of_strips);

	return entry ? entry : tiff_entry_find(image, image->tiled ? of_strips : of_tiles);
}

/* The page that entry i lies in: whole ones from the array's begin on, cut where the file ends. */
static bool load(struct tiff_image *image, struct tiff_places *places, uint64_t i)
{
	const struct tiff_entry *entry = places->entry;
	const unsigned width = width_of(entry);
	const uint64_t in_page = sizeof(places->page) / width, first = i / in_page * in_page;
	const uint64_t offset = tiff_entry_offset(image, entry) + first * width;
	ssize_t n;

	if (places->n && i >= places->first && i - places->first < places->n)
		return true;
	places->n = 0;
	if (entry->count <= (image->big ? 8u : 4u) / width) {
		memcpy(places->page, entry->value, sizeof(entry->value));
		places->n = (unsigned)entry->count;
	} else {
		n = tiff_pread(image, places->page, sizeof(places->page), offset);
		if (n < 0)
			image->io_errno = errno;
		places->n = n > 0 ? (unsigned)((size_t)n / width) : 0;
	}
	places->first = first;
	return i >= first && i - first < places->n;
}

/*
 * Entry i of one of the arrays, with image->own_places. -1 if it does not lie in the file, or
 * cannot be read (then image->io_errno is set).
 */
static int places_get(struct tiff_image *image, struct tiff_places *places, uint64_t i,
		      uint64_t *value)
{
	unsigned width = width_of(places->entry);
	uint16_t u16;
	uint32_t u32;

	if (!width || !load(image, places, i))
		return -1;
	i = (i - places->first) * width;
	if (width == 1) {
		*value = places->page[i];
	} else if (width == 2) {
		memcpy(&u16, places->page + i, 2);
		*value = image->swapped ? __builtin_bswap16(u16) : u16;
	} else if (width == 4) {
		memcpy(&u32, places->page + i, 4);
		*value = image->swapped ? __builtin_bswap32(u32) : u32;
	} else {
		memcpy(value, places->page + i, 8);
		*value = image->swapped ? __builtin_bswap64(*value) : *value;
	}
	return 0;
}

/*
 * As libtiff (TIFFReadDirectory(), "Wrong StripByteCounts field"): of rows that are not compressed,
 * where the first two blocks are said to be of different size, no count is believed.
 */
static bool counts_are_wrong(struct tiff_image *image)
{
	uint64_t first, second;

	return image->compression == COMPRESSION_NONE && !image->planar &&
	       (uint64_t)image->across * image->down > 2 &&
	       !places_get(image, &image->counts, 0, &first) &&
	       !places_get(image, &image->counts, 1, &second) && first && second && first != second;
}

/*
 * As libtiff (_TIFFPartialReadStripArray(), TIFFReadDirEntryLong8ArrayWithLimit()): an array of
 * this type cannot be read. It may have said so while it opened the file, where that is no failure.
 */
static bool is_lost(const struct tiff_entry *entry)
{
	enum { LEAST_IN_PARTS = 5 };

	switch (entry ? entry->type : TIFF_LONG) {
	case TIFF_SHORT:
	case TIFF_LONG:
	case TIFF_LONG8:
	case TIFF_SLONG8:
		return false;
	case TIFF_IFD:
	case TIFF_IFD8:
		return true;
	default:
		return entry->count >= LEAST_IN_PARTS;
	}
}

void tiff_places_begin(struct tiff_image *image)
{
	image->offsets.entry = find(image, TIFFTAG_TILEOFFSETS, TIFFTAG_STRIPOFFSETS);
	image->counts.entry = find(image, TIFFTAG_TILEBYTECOUNTS, TIFFTAG_STRIPBYTECOUNTS);
	image->own_places = image->offsets.entry && image->counts.entry &&
			    (uint64_t)image->across * image->down > 1;
	image->counts_wrong = image->own_places && counts_are_wrong(image);
	image->places_lost = !image->own_places &&
			     (is_lost(image->offsets.entry) || is_lost(image->counts.entry));
}

/* --- errors --- */

int tiff_block_error(const struct tiff_image *image, const struct tiff_block *block,
		     struct error *err, int code, const char *text)
{
	char band[24] = "";

	if (image->planar)
		(void)snprintf(band, sizeof(band), ", band %u", block->plane + 1u);
	if (!image->tiled)
		return error_set(err, code, "%s: strip %u (row %u%s): %s", image->path,
				 block->strile, block->window.y_off, band, text);
	return error_set(err, code, "%s: tile %u (column %u, row %u%s): %s", image->path,
			 block->strile, block->column, block->row, band, text);
}

int tiff_block_damaged(const struct tiff_image *image, const struct tiff_block *block,
		       struct error *err, const char *text)
{
	char whole[400];

	(void)snprintf(whole, sizeof(whole), "%s; the file is damaged, fetch it again", text);
	return tiff_block_error(image, block, err, EX_DATAERR, whole);
}

int tiff_block_unread(const struct tiff_image *image, const struct tiff_block *block,
		      struct error *err, int errno_value)
{
	char text[200], buffer[128];

	if (!errno_value)
		return tiff_block_damaged(image, block, err,
					  "the file became shorter while it was read");
	(void)snprintf(text, sizeof(text), "cannot be read: %s",
		       strerror_r(errno_value, buffer, sizeof(buffer)));
	return tiff_block_error(image, block, err, EX_IOERR, text);
}

int tiff_block_undecodable(const struct tiff_image *image, const struct tiff_block *block,
			   struct error *err, const char *words)
{
	uint64_t end;
	char text[300];

	if (strstr(words, "nsupported")) {
		(void)snprintf(text, sizeof(text), "%s; convert the file with another program",
			       words);
		return tiff_block_error(image, block, err, EX_DATAERR, text);
	}
	if (strstr(words, "memory"))
		return tiff_block_error(image, block, err, EX_TEMPFAIL, words);
	if (!__builtin_add_overflow(block->offset, block->bytes, &end) && end <= image->file_bytes)
		return tiff_block_damaged(image, block, err, words);
	(void)snprintf(text, sizeof(text),
		       "%s: the block has %llu bytes from byte %llu on, the file ends at byte %llu",
		       words, (unsigned long long)block->bytes, (unsigned long long)block->offset,
		       (unsigned long long)image->file_bytes);
	return tiff_block_damaged(image, block, err, text);
}

/* --- one block --- */

/* Offset and size from the file's arrays, each checked to have an entry for this block. */
static int look_up(struct tiff_image *image, struct tiff_block *block, struct error *err)
{
	int no_offset = 0, no_bytes = 0;

	tiff_log_clear(&image->log);
	if (block->strile >= image->ifd.n_offsets ||
	    (image->ifd.has_counts && block->strile >= image->ifd.n_counts))
		return tiff_block_damaged(image, block, err, "the header has no entry for it");
	if (image->own_places) {
		no_offset = places_get(image, &image->offsets, block->strile, &block->offset);
		no_bytes = places_get(image, &image->counts, block->strile, &block->bytes);
		if (image->counts_wrong)
			block->bytes = image->row_bytes * block->y_size;
	} else {
		block->offset = image->libtiff->TIFFGetStrileOffsetWithErr(
			image->tif, block->strile, &no_offset);
		block->bytes = image->libtiff->TIFFGetStrileByteCountWithErr(
			image->tif, block->strile, &no_bytes);
		image->places_lost |= no_offset || no_bytes;
	}
	if (image->io_errno)
		return tiff_io_error(image, err);
	if (no_offset || no_bytes || image->places_lost)
		return tiff_block_damaged(image, block, err,
					  "its place in the file cannot be read");
	return 0;
}

static int check_place(const struct tiff_image *image, const struct tiff_block *block,
		       struct error *err)
{
	char text[160];

	if (!block->bytes && !block->offset)
		return 0; /* sparse: never written */
	if (!block->bytes)
		return tiff_block_damaged(image, block, err,
					  "0 bytes are stored where data should be");
	if (block->offset < 8)
		return tiff_block_damaged(image, block, err,
					  "it is said to lie in the file's header");
	if (block->offset < image->file_bytes)
		return 0;
	(void)snprintf(text, sizeof(text), "it starts at byte %llu, the file ends at byte %llu",
		       (unsigned long long)block->offset, (unsigned long long)image->file_bytes);
	return tiff_block_damaged(image, block, err, text);
}

int tiff_block_find(struct tiff_image *image, uint32_t column, uint32_t row, uint16_t plane,
		    struct tiff_block *block, struct error *err)
{
	uint32_t x_off = column * image->block_x_size, y_off = row * image->block_y_size;
	uint32_t x_left = image->x_size - x_off, y_left = image->y_size - y_off;

	*block = (struct tiff_block){
		.column = column,
		.row = row,
		.plane = plane,
		.strile = (plane * image->down + row) * image->across + column,
		.window = {x_off, y_off,
			   x_left < image->block_x_size ? x_left : image->block_x_size,
			   y_left < image->block_y_size ? y_left : image->block_y_size},
	};
	block->y_size = image->tiled ? image->block_y_size : block->window.y_size;
	return look_up(image, block, err) ? -1 : check_place(image, block, err);
}
