/*
 * Directories (IFDs) of a TIFF file, read with pread(): which of them is the image and which the
 * mask, and how many entries the arrays of block offsets hold (libtiff does not tell, and takes
 * missing ones for empty blocks); and the values of single tags. It reads a few numbers per
 * directory, never a whole array.
 */
#include "ifd.h"

#include <errno.h>
#include <string.h>

#include "io.h"
#include "samples.h"

/* directories looked at in search of images and masks */
enum { MAX_IFDS = 1024 };

enum { CLASSIC_ENTRY = 12, BIG_ENTRY = 20, BATCH = 32, MAX_ENTRIES = 4096 };

static bool pread_all(const struct tiff_image *image, void *buffer, size_t size, uint64_t offset)
{
	return tiff_pread(image, buffer, size, offset) == (ssize_t)size;
}

/* An unsigned number of `size` bytes in the file's byte order. */
static uint64_t number(const struct tiff_image *image, const unsigned char *p, size_t size)
{
	const uint16_t probe = 1;
	bool little = (*(const unsigned char *)&probe == 1) != image->swapped;
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)p[i] << 8 * (little ? i : size - 1 - i);
	return value;
}

bool tiff_ifd_begin(struct tiff_image *image)
{
	const uint16_t probe = 1;
	bool little = *(const unsigned char *)&probe == 1;
	unsigned char head[16];
	ssize_t n = tiff_pread(image, head, sizeof(head), 0);
	uint64_t version;

	if (n < 8 || head[0] != head[1] || (head[0] != 'I' && head[0] != 'M'))
		return false;
	image->swapped = (head[0] == 'I') != little;
	version = number(image, head + 2, 2);
	image->big = version == 43;
	if (version != 42 && version != 43)
		return false;
	image->first_ifd =
		image->big && n == 16 ? number(image, head + 8, 8) : number(image, head + 4, 4);
	return true;
}

size_t tiff_number_bytes(uint64_t type)
{
	switch (type) {
	case TIFF_BYTE:
	case TIFF_SBYTE:
		return 1;
	case TIFF_SHORT:
	case TIFF_SSHORT:
		return 2;
	case TIFF_LONG:
	case TIFF_SLONG:
	case TIFF_IFD:
		return 4;
	case TIFF_LONG8:
	case TIFF_SLONG8:
	case TIFF_IFD8:
		return 8;
	default:
		return 0;
	}
}

/* Bytes of one value of any type, as libtiff has them; 0 for types that do not exist. */
static size_t value_bytes(uint64_t type)
{
	switch (type) {
	case TIFF_NOTYPE:
	case TIFF_ASCII:
	case TIFF_UNDEFINED:
		return 1;
	case TIFF_FLOAT:
		return 4;
	case TIFF_RATIONAL:
	case TIFF_SRATIONAL:
	case TIFF_DOUBLE:
		return 8;
	default:
		return tiff_number_bytes(type);
	}
}

static size_t inline_bytes(const struct tiff_image *image)
{
	return image->big ? 8 : 4;
}

uint64_t tiff_entry_bytes(const struct tiff_entry *entry)
{
	const size_t width = value_bytes(entry->type);
	uint64_t bytes;

	if (!width || __builtin_mul_overflow(entry->count, (uint64_t)width, &bytes))
		return 0;
	return bytes;
}

uint64_t tiff_entry_offset(const struct tiff_image *image, const struct tiff_entry *entry)
{
	return number(image, entry->value, inline_bytes(image));
}

/* How many of an array's entries lie in the file. */
static uint64_t entries_in_file(const struct tiff_image *image, const struct tiff_entry *entry)
{
	size_t size = tiff_number_bytes(entry->type);
	uint64_t offset = tiff_entry_offset(image, entry), fit;

	if (!size)
		return 0;
	if (entry->count <= inline_bytes(image) / size)
		return entry->count;
	fit = offset < image->file_bytes ? (image->file_bytes - offset) / size : 0;
	return entry->count < fit ? entry->count : fit;
}

/* The first value of an entry that holds it itself. */
static uint64_t first_value(const struct tiff_image *image, const struct tiff_entry *entry)
{
	size_t size = tiff_number_bytes(entry->type);

	return size <= inline_bytes(image) ? number(image, entry->value, size) : 0;
}

/* What is needed to take directories one after the other. */
struct taking {
	const struct tiff_image *image;
	struct tiff_ifd *ifd;
};

/* Keep what matters of one entry. Where a tag occurs twice the first counts, as in libtiff. */
static void take_entry(void *user, const struct tiff_entry *entry)
{
	const struct taking *taking = user;
	const struct tiff_image *image = taking->image;
	struct tiff_ifd *ifd = taking->ifd;
	uint64_t value = 0, *into;

	switch (entry->tag) {
	case TIFFTAG_SUBFILETYPE:
		into = &ifd->subfile_type;
		value = first_value(image, entry);
		break;
	case TIFFTAG_IMAGEWIDTH:
		into = &ifd->x_size;
		value = first_value(image, entry);
		break;
	case TIFFTAG_IMAGELENGTH:
		into = &ifd->y_size;
		value = first_value(image, entry);
		break;
	case TIFFTAG_STRIPOFFSETS:
	case TIFFTAG_TILEOFFSETS:
		into = &ifd->n_offsets;
		value = entries_in_file(image, entry);
		break;
	case TIFFTAG_STRIPBYTECOUNTS:
	case TIFFTAG_TILEBYTECOUNTS:
		into = &ifd->n_counts;
		value = entries_in_file(image, entry);
		ifd->has_counts = true;
		break;
	default:
		return;
	}
	if (!*into)
		*into = value;
}

static struct tiff_entry entry_at(const struct tiff_image *image, const unsigned char *p)
{
	struct tiff_entry entry = {.tag = (uint16_t)number(image, p, 2),
				   .type = (uint16_t)number(image, p + 2, 2),
				   .count = number(image, p + 4, inline_bytes(image))};

	memcpy(entry.value, p + 4 + inline_bytes(image), inline_bytes(image));
	return entry;
}

static size_t count_bytes(const struct tiff_image *image)
{
	return image->big ? 8 : 2;
}

/* Bytes of the directory, from the count of its entries to the next one's place. */
static uint64_t ifd_bytes(const struct tiff_image *image, const struct tiff_ifd *ifd)
{
	return count_bytes(image) + ifd->n_entries * (image->big ? BIG_ENTRY : CLASSIC_ENTRY) +
	       inline_bytes(image);
}

bool tiff_ifd_each(const struct tiff_image *image, const struct tiff_ifd *ifd,
		   void (*act)(void *, const struct tiff_entry *), void *user)
{
	size_t entry_bytes = image->big ? BIG_ENTRY : CLASSIC_ENTRY;
	unsigned char buffer[BATCH * BIG_ENTRY];
	uint64_t at = ifd->offset + count_bytes(image);

	for (uint64_t left = ifd->n_entries; left;) {
		size_t n = left < BATCH ? (size_t)left : BATCH;

		if (!pread_all(image, buffer, n * entry_bytes, at))
			return false;
		for (size_t i = 0; i < n; i++) {
			struct tiff_entry entry = entry_at(image, buffer + i * entry_bytes);

			act(user, &entry);
		}
		at += n * entry_bytes;
		left -= n;
	}
	return true;
}

bool tiff_ifd_read(const struct tiff_image *image, uint64_t offset, struct tiff_ifd *ifd)
{
	struct taking taking = {image, ifd};
	unsigned char buffer[8];

	*ifd = (struct tiff_ifd){.offset = offset};
	if (!offset || offset >= image->file_bytes ||
	    !pread_all(image, buffer, count_bytes(image), offset))
		return false;
	ifd->n_entries = number(image, buffer, count_bytes(image));
	if (ifd->n_entries > (image->big ? MAX_ENTRIES : UINT16_MAX))
		return false;
	if (!tiff_ifd_each(image, ifd, take_entry, &taking))
		return false;
	if (pread_all(image, buffer, inline_bytes(image),
		      offset + ifd_bytes(image, ifd) - inline_bytes(image)))
		ifd->next = number(image, buffer, inline_bytes(image));
	return true;
}

/* The next directory of a chain; false at its end, or where `left` of the file's bytes are used. */
static bool next_ifd(const struct tiff_image *image, struct tiff_ifd *ifd, uint64_t *left)
{
	uint64_t bytes;

	if (!tiff_ifd_read(image, ifd->next, ifd))
		return false;
	bytes = ifd_bytes(image, ifd);
	if (bytes > *left)
		return false;
	*left -= bytes;
	return true;
}

bool tiff_ifd_main(const struct tiff_image *image, struct tiff_ifd *ifd)
{
	uint64_t left = image->file_bytes;
	struct tiff_ifd other;

	if (!tiff_ifd_read(image, image->first_ifd, ifd))
		return false;
	other = *ifd;
	for (int i = 0; i < MAX_IFDS; i++) {
		if (!(other.subfile_type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK))) {
			*ifd = other;
			return true;
		}
		if (!next_ifd(image, &other, &left))
			break;
	}
	return true;
}

bool tiff_ifd_mask(const struct tiff_image *image, struct tiff_ifd *ifd)
{
	uint64_t left = image->file_bytes;

	*ifd = image->ifd;
	for (int i = 0; i < MAX_IFDS && next_ifd(image, ifd, &left); i++)
		if ((ifd->subfile_type & FILETYPE_MASK) &&
		    !(ifd->subfile_type & FILETYPE_REDUCEDIMAGE) && ifd->x_size == image->x_size &&
		    ifd->y_size == image->y_size)
			return true;
	return false;
}

uint32_t tiff_ifd_pages(const struct tiff_image *image, uint32_t *other)
{
	struct tiff_ifd ifd = {.next = image->first_ifd};
	uint64_t left = image->file_bytes;
	uint32_t n = 0;

	*other = 0;
	if (!image->ifd.next && image->ifd.offset == image->first_ifd)
		return 1;
	for (uint32_t i = 1; i <= MAX_IFDS && next_ifd(image, &ifd, &left); i++) {
		if ((ifd.subfile_type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) ||
		    ifd.x_size != image->x_size || ifd.y_size != image->y_size)
			continue;
		if (++n == 2)
			*other = i;
	}
	return n;
}

void tiff_ifd_others(const struct tiff_image *image, uint32_t *n_overviews, uint32_t *n_pages)
{
	struct tiff_ifd ifd = {.next = image->first_ifd};
	uint64_t left = image->file_bytes;

	*n_overviews = *n_pages = 0;
	for (int i = 0; i < MAX_IFDS && next_ifd(image, &ifd, &left); i++) {
		if (ifd.offset == image->ifd.offset || (ifd.subfile_type & FILETYPE_MASK))
			continue;
		if (ifd.subfile_type & FILETYPE_REDUCEDIMAGE)
			++*n_overviews;
		else
			++*n_pages;
	}
}

/* --- values --- */

const struct tiff_entry *tiff_entry_find(const struct tiff_image *image, uint16_t tag)
{
	for (unsigned i = 0; i < image->n_entries; i++)
		if (image->entry[i].tag == tag)
			return &image->entry[i];
	return NULL;
}

static void to_native(const struct tiff_image *image, void *values, size_t n, size_t width)
{
	if (image->swapped)
		tiff_swap_samples(values, n * width, (unsigned)(8 * width));
}

size_t tiff_values(struct tiff_image *image, uint16_t tag, TIFFDataType type, uint64_t first,
		   size_t n, void *out)
{
	const struct tiff_entry *entry = tiff_entry_find(image, tag);
	size_t width = value_bytes(type);
	uint64_t bytes = entry ? tiff_entry_bytes(entry) : 0, offset;
	ssize_t got;

	if (!entry || entry->type != type || first >= bytes / width)
		return 0;
	if (n > bytes / width - first)
		n = (size_t)(bytes / width - first);
	offset = tiff_entry_offset(image, entry);
	if (bytes <= inline_bytes(image)) {
		memcpy(out, entry->value + first * width, n * width);
	} else if (bytes > image->file_bytes || offset > image->file_bytes - bytes) {
		return 0; /* it does not lie in the file */
	} else {
		got = tiff_pread(image, out, n * width, offset + first * width);
		if (got < 0)
			image->io_errno = errno;
		if (got != (ssize_t)(n * width))
			return 0;
	}
	to_native(image, out, n, width);
	return n;
}
