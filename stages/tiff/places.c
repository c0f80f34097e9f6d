/*
 * Where blocks are stored: the arrays of offsets and byte counts, looked up a page at a time. A
 * file of 200 bytes may claim arrays of 2^32 entries, and libtiff takes memory for all of one as
 * soon as one entry is asked for; and whether it finds an entry near the file's end depends on
 * which others it has looked at. A single block is left to it: it makes up counts that are missing
 * or wrong.
 */
#include "tiff.h"

#include <errno.h>
#include <string.h>

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

/*
 * As libtiff (TIFFReadDirectory(), "Wrong StripByteCounts field"): of rows that are not compressed,
 * where the first two blocks are said to be of different size, no count is believed.
 */
static bool counts_are_wrong(struct tiff_image *image)
{
	uint64_t first, second;

	return image->compression == COMPRESSION_NONE && !image->planar &&
	       (uint64_t)image->across * image->down > 2 &&
	       !tiff_places_get(image, &image->counts, 0, &first) &&
	       !tiff_places_get(image, &image->counts, 1, &second) && first && second &&
	       first != second;
}

void tiff_places_begin(struct tiff_image *image)
{
	image->offsets.entry = find(image, TIFFTAG_TILEOFFSETS, TIFFTAG_STRIPOFFSETS);
	image->counts.entry = find(image, TIFFTAG_TILEBYTECOUNTS, TIFFTAG_STRIPBYTECOUNTS);
	image->own_places = image->offsets.entry && image->counts.entry &&
			    (uint64_t)image->across * image->down > 1;
	image->counts_wrong = image->own_places && counts_are_wrong(image);
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
