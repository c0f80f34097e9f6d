/*
 * Where blocks are stored: the arrays of offsets and byte counts, looked up a page at a time. A
 * file of 200 bytes may claim arrays of 2^32 entries, and libtiff takes memory for all of one as
 * soon as one entry is asked for; and whether it finds an entry near the file's end depends on
 * which others it has looked at. What it makes up where counts are missing, or wrong for a single
 * strip or for rows that are not compressed, is left to it (tiff_block.c).
 */
#include "tiff.h"

#include <errno.h>
#include <string.h>

static unsigned width_of(const struct tiff_entry *entry)
{
	switch (entry ? entry->type : 0) {
	case TIFF_SHORT:
		return 2;
	case TIFF_LONG:
		return 4;
	case TIFF_LONG8:
		return 8;
	default:
		return 0;
	}
}

void tiff_places_begin(struct tiff_image *image)
{
	const struct tiff_entry *offsets =
		tiff_entry_find(image, image->tiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS);
	const struct tiff_entry *counts = tiff_entry_find(
		image, image->tiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS);

	image->offsets = (struct tiff_places){.entry = offsets};
	image->counts = (struct tiff_places){.entry = counts};
	image->own_places = width_of(offsets) && width_of(counts) &&
			    image->compression != COMPRESSION_NONE &&
			    (image->tiled || image->across * (uint64_t)image->down > 1);
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
	if (tiff_entry_bytes(entry) <= (image->big ? 8u : 4u)) {
		memcpy(places->page, entry->value, sizeof(entry->value));
		places->n = (unsigned)entry->count;
	} else {
		n = tiff_pread(image->fd, places->page, sizeof(places->page), offset);
		if (n < 0)
			image->io_errno = errno;
		places->n = n > 0 ? (unsigned)((size_t)n / width) : 0;
	}
	places->first = first;
	return i >= first && i - first < places->n;
}

int tiff_places_get(struct tiff_image *image, struct tiff_places *places, uint64_t i,
		    uint64_t *value)
{
	unsigned width = width_of(places->entry);
	uint16_t u16;
	uint32_t u32;

	if (!load(image, places, i))
		return -1;
	i = (i - places->first) * width;
	if (width == 2) {
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
