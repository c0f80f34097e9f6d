/*
 * Directories of a TIFF file and the values of their tags, read by ifd.c without libtiff. The
 * records of what was read are in image.h.
 */
#ifndef IMGPIPE_TIFF_IFD_H
#define IMGPIPE_TIFF_IFD_H

#include "image.h"

/* Is this the start of a TIFF file? Fills big, swapped and first_ifd. */
bool tiff_ifd_begin(struct tiff_image *image);

/* Read one directory; false where it does not lie in the file. */
bool tiff_ifd_read(const struct tiff_image *image, uint64_t offset, struct tiff_ifd *ifd);

/* act() on each entry of a directory that was read; false where it cannot be read any more. */
bool tiff_ifd_each(const struct tiff_image *image, const struct tiff_ifd *ifd,
		   void (*act)(void *user, const struct tiff_entry *entry), void *user);

/*
 * The image to read: the first directory that is neither overview nor mask, or else the first. This
 * and the next look at no more directories than a file of this size can hold side by side, so that
 * a chain that leads in circles ends in linear time.
 */
bool tiff_ifd_main(const struct tiff_image *image, struct tiff_ifd *ifd);

/* The mask of the whole image: same size, marked as mask and not as overview. */
bool tiff_ifd_mask(const struct tiff_image *image, struct tiff_ifd *ifd);

/*
 * How many images of this size there are that are neither overview nor mask; *other: the number of
 * the second, from 1, as GDAL counts directories.
 */
uint32_t tiff_ifd_pages(const struct tiff_image *image, uint32_t *other);

/*
 * Directories besides the image and masks: overviews, and other images. Of those that stand in the
 * file's chain, no more than are looked at for a mask.
 */
void tiff_ifd_others(const struct tiff_image *image, uint32_t *n_overviews, uint32_t *n_pages);

/* Bytes of one whole number of this type; 0 for types that are none. */
size_t tiff_number_bytes(uint64_t type);

/* Bytes of an entry's values; 0 for types that do not exist and counts that cannot be. */
uint64_t tiff_entry_bytes(const struct tiff_entry *entry);

/* Where values lie that do not stand in the entry itself. */
uint64_t tiff_entry_offset(const struct tiff_image *image, const struct tiff_entry *entry);

/* One of the image's entries that are used; NULL if it has none. */
const struct tiff_entry *tiff_entry_find(const struct tiff_image *image, uint16_t tag);

/*
 * Values `first` to first + n of a tag, where it is of this type, in native byte order: how many
 * were there. What nobody asks for is not read. A failed read leaves its errno in image->io_errno.
 */
size_t tiff_values(struct tiff_image *image, uint16_t tag, TIFFDataType type, uint64_t first,
		   size_t n, void *out);

#endif
