/*
 * Directories (IFDs) of a TIFF file, read with pread(): which of them is the image and which the
 * mask, and how many entries the arrays of block offsets hold (libtiff does not tell, and takes
 * missing ones for empty blocks). It reads a few numbers per directory, never a whole array.
 */
#include "tiff.h"

enum { CLASSIC_ENTRY = 12, BIG_ENTRY = 20, BATCH = 32, MAX_ENTRIES = 4096 };

static bool pread_all(const struct tiff_image *image, void *buffer, size_t size, uint64_t offset)
{
	return tiff_pread(image->fd, buffer, size, offset) == (ssize_t)size;
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

bool tiff_ifd_first(struct tiff_image *image, uint64_t *offset)
{
	const uint16_t probe = 1;
	bool little = *(const unsigned char *)&probe == 1;
	unsigned char head[16];
	ssize_t n = tiff_pread(image->fd, head, sizeof(head), 0);
	uint64_t version;

	if (n < 8 || head[0] != head[1] || (head[0] != 'I' && head[0] != 'M'))
		return false;
	image->swapped = (head[0] == 'I') != little;
	version = number(image, head + 2, 2);
	image->big = version == 43;
	if (version != 42 && version != 43)
		return false;
	*offset = image->big && n == 16 ? number(image, head + 8, 8) : number(image, head + 4, 4);
	return true;
}

static size_t type_bytes(uint64_t type)
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

/* How many of an array's entries lie in the file; `at` holds its values, or their offset. */
static uint64_t entries_in_file(const struct tiff_image *image, uint64_t type, uint64_t count,
				const unsigned char *at)
{
	size_t size = type_bytes(type), inline_bytes = image->big ? 8 : 4;
	uint64_t offset = number(image, at, inline_bytes), fit;

	if (!size)
		return 0;
	if (count <= inline_bytes / size)
		return count;
	fit = offset < image->file_bytes ? (image->file_bytes - offset) / size : 0;
	return count < fit ? count : fit;
}

/*
 * Bytes that libtiff will hold of a value outside its entry: whatever the tag is, known or not. A
 * value that does not lie in the file is not read.
 */
static uint64_t bytes_outside(const struct tiff_image *image, uint64_t type, uint64_t count,
			      const unsigned char *at)
{
	uint64_t inline_bytes = image->big ? 8 : 4, bytes;
	int width = type <= TIFF_IFD8 ? TIFFDataWidth((TIFFDataType)type) : 0;

	if (__builtin_mul_overflow(count, (uint64_t)(width > 0 ? width : 1), &bytes) ||
	    bytes <= inline_bytes || bytes > image->file_bytes ||
	    number(image, at, inline_bytes) > image->file_bytes - bytes)
		return 0;
	return bytes;
}

/* Keep what matters of one entry. Where a tag occurs twice the first counts, as in libtiff. */
static void take_entry(const struct tiff_image *image, const unsigned char *entry,
		       struct tiff_ifd *ifd)
{
	uint64_t tag = number(image, entry, 2), type = number(image, entry + 2, 2);
	uint64_t count = number(image, entry + 4, image->big ? 8 : 4);
	const unsigned char *at = entry + (image->big ? 12 : 8);
	uint64_t value =
		number(image, at, type_bytes(type) > (image->big ? 8u : 4u) ? 0 : type_bytes(type));
	uint64_t *into = NULL;

	switch (tag) {
	case TIFFTAG_SUBFILETYPE:
		into = &ifd->subfile_type;
		break;
	case TIFFTAG_IMAGEWIDTH:
		into = &ifd->x_size;
		break;
	case TIFFTAG_IMAGELENGTH:
		into = &ifd->y_size;
		break;
	case TIFFTAG_STRIPOFFSETS:
	case TIFFTAG_TILEOFFSETS:
		into = &ifd->n_offsets;
		value = entries_in_file(image, type, count, at);
		break;
	case TIFFTAG_STRIPBYTECOUNTS:
	case TIFFTAG_TILEBYTECOUNTS:
		into = &ifd->n_counts;
		value = entries_in_file(image, type, count, at);
		ifd->has_counts = true;
		break;
	default:
		/* At most 2^16 entries of the file's size: no overflow. */
		ifd->tag_bytes += bytes_outside(image, type, count, at);
		break;
	}
	if (into && !*into)
		*into = value;
}

bool tiff_ifd_read(const struct tiff_image *image, uint64_t offset, struct tiff_ifd *ifd)
{
	size_t entry_bytes = image->big ? BIG_ENTRY : CLASSIC_ENTRY;
	size_t count_bytes = image->big ? 8 : 2, link_bytes = image->big ? 8 : 4;
	unsigned char buffer[BATCH * BIG_ENTRY];
	uint64_t at = offset + count_bytes;

	*ifd = (struct tiff_ifd){.offset = offset};
	if (!offset || offset >= image->file_bytes ||
	    !pread_all(image, buffer, count_bytes, offset))
		return false;
	ifd->n_entries = number(image, buffer, count_bytes);
	if (ifd->n_entries > (image->big ? MAX_ENTRIES : UINT16_MAX))
		return false;
	for (uint64_t left = ifd->n_entries; left;) {
		size_t n = left < BATCH ? (size_t)left : BATCH;

		if (!pread_all(image, buffer, n * entry_bytes, at))
			return false;
		for (size_t i = 0; i < n; i++)
			take_entry(image, buffer + i * entry_bytes, ifd);
		at += n * entry_bytes;
		left -= n;
	}
	if (pread_all(image, buffer, link_bytes, at))
		ifd->next = number(image, buffer, link_bytes);
	return true;
}

bool tiff_ifd_main(const struct tiff_image *image, struct tiff_ifd *ifd)
{
	struct tiff_image copy = *image;
	struct tiff_ifd other;
	uint64_t offset;

	if (!tiff_ifd_first(&copy, &offset) || !tiff_ifd_read(image, offset, ifd))
		return false;
	other = *ifd;
	for (int i = 0; i < TIFF_MAX_IFDS; i++) {
		if (!(other.subfile_type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK))) {
			*ifd = other;
			return true;
		}
		if (!tiff_ifd_read(image, other.next, &other))
			break;
	}
	return true;
}

bool tiff_ifd_mask(const struct tiff_image *image, struct tiff_ifd *ifd)
{
	uint64_t next = image->ifd.next;

	for (int i = 0; i < TIFF_MAX_IFDS && tiff_ifd_read(image, next, ifd); i++) {
		if ((ifd->subfile_type & FILETYPE_MASK) &&
		    !(ifd->subfile_type & FILETYPE_REDUCEDIMAGE) && ifd->x_size == image->x_size &&
		    ifd->y_size == image->y_size)
			return true;
		next = ifd->next;
	}
	return false;
}
