/*
 * What libtiff gets to see of a file: a header and one directory, made here, which holds the tags
 * that it needs to find and decode blocks, and no others. Everything behind that is the file.
 *
 * libtiff loads all tags of each directory it opens, some of them three times over. What it does
 * not see costs nothing: metadata of many MiB, directories that lead in circles, tags of which
 * nobody knows the kind. The view is a BigTIFF in the file's byte order, whatever the file is.
 *
 * libtiff takes a failed read for a short one and may go on with zeros, so the failure is kept in
 * the image, for whoever asked libtiff to look at.
 */
#include "view.h"

#include <errno.h>
#include <string.h>

#include "ifd.h"
#include "io.h"

enum {
	HEADER_BYTES = 16,
	COUNT_BYTES = 8,
	ENTRY_BYTES = 20,
	/*
	 * All values that libtiff loads, but for the places of blocks. The largest that are real: a
	 * colour map of 16 bits, 384 KiB, and 2 bytes for each of 65,535 samples in three tags.
	 */
	MAX_TAG_BYTES = 1 << 20,
};

/* Far behind the end of every file; see view_read(). */
static const uint64_t directory_at = (uint64_t)1 << 62;

/* The tags that are used, and by whom. */
enum user { LIBTIFF = 1, BLOCKS = 2 | LIBTIFF, US = 4 };

static const struct {
	uint16_t tag;
	enum user user;
} used[] = {
	{TIFFTAG_IMAGEWIDTH, LIBTIFF},
	{TIFFTAG_IMAGELENGTH, LIBTIFF},
	{TIFFTAG_BITSPERSAMPLE, LIBTIFF},
	{TIFFTAG_COMPRESSION, LIBTIFF},
	{TIFFTAG_PHOTOMETRIC, LIBTIFF},
	{TIFFTAG_FILLORDER, LIBTIFF},
	{TIFFTAG_STRIPOFFSETS, BLOCKS},
	{TIFFTAG_ORIENTATION, LIBTIFF},
	{TIFFTAG_SAMPLESPERPIXEL, LIBTIFF},
	{TIFFTAG_ROWSPERSTRIP, LIBTIFF},
	{TIFFTAG_STRIPBYTECOUNTS, BLOCKS},
	{TIFFTAG_PLANARCONFIG, LIBTIFF},
	{TIFFTAG_GROUP3OPTIONS, LIBTIFF},
	{TIFFTAG_GROUP4OPTIONS, LIBTIFF},
	{TIFFTAG_PREDICTOR, LIBTIFF},
	{TIFFTAG_COLORMAP, LIBTIFF},
	{TIFFTAG_TILEWIDTH, LIBTIFF},
	{TIFFTAG_TILELENGTH, LIBTIFF},
	{TIFFTAG_TILEOFFSETS, BLOCKS},
	{TIFFTAG_TILEBYTECOUNTS, BLOCKS},
	{TIFFTAG_EXTRASAMPLES, LIBTIFF},
	{TIFFTAG_SAMPLEFORMAT, LIBTIFF},
	{TIFFTAG_JPEGTABLES, LIBTIFF},
	{TIFFTAG_JPEGPROC, LIBTIFF},
	{TIFFTAG_JPEGIFOFFSET, LIBTIFF},
	{TIFFTAG_JPEGIFBYTECOUNT, LIBTIFF},
	{TIFFTAG_JPEGRESTARTINTERVAL, LIBTIFF},
	{TIFFTAG_JPEGQTABLES, LIBTIFF},
	{TIFFTAG_JPEGDCTABLES, LIBTIFF},
	{TIFFTAG_JPEGACTABLES, LIBTIFF},
	{TIFFTAG_YCBCRCOEFFICIENTS, LIBTIFF},
	{TIFFTAG_YCBCRSUBSAMPLING, LIBTIFF},
	{TIFFTAG_YCBCRPOSITIONING, LIBTIFF},
	{TIFFTAG_REFERENCEBLACKWHITE, LIBTIFF},
	{TIFFTAG_MATTEING, LIBTIFF},
	{TIFFTAG_DATATYPE, LIBTIFF},
	{TIFFTAG_IMAGEDEPTH, LIBTIFF},
	{TIFFTAG_TILEDEPTH, LIBTIFF},
	{TIFFTAG_XMLPACKET, US},
	{GEO_PIXEL_SCALE, US},
	{GEO_TIEPOINT, US},
	{GEO_TRANSFORMATION, US},
	{GEO_KEYS, US},
	{GEO_DOUBLES, US},
	{GEO_ASCII, US},
	{TIFFTAG_GDAL_METADATA, US},
	{TIFFTAG_GDAL_NODATA, US},
	{TIFFTAG_LERC_PARAMETERS, LIBTIFF},
};

_Static_assert(sizeof(used) / sizeof(used[0]) == TIFF_MAX_ENTRIES, "one entry for each tag");

static enum user user_of(uint16_t tag)
{
	for (size_t i = 0; i < TIFF_MAX_ENTRIES; i++)
		if (used[i].tag == tag)
			return used[i].user;
	return 0;
}

static void keep_entry(void *user, const struct tiff_entry *entry)
{
	struct tiff_image *image = user;

	if (user_of(entry->tag) && !tiff_entry_find(image, entry->tag))
		image->entry[image->n_entries++] = *entry;
}

/* Writes numbers in the file's byte order, as that decides the order in its samples. */
static void put(unsigned char **at, const struct tiff_image *image, uint64_t value, size_t size)
{
	const uint16_t probe = 1;
	bool little = (*(const unsigned char *)&probe == 1) != image->swapped;

	for (size_t i = 0; i < size; i++)
		(*at)[i] = (unsigned char)(value >> 8 * (little ? i : size - 1 - i));
	*at += size;
}

/*
 * The entry as a BigTIFF has it: what fits into 8 bytes stands in the entry there; false where that
 * cannot be read. A place behind every file stays there.
 */
static bool put_entry(unsigned char **at, const struct tiff_image *image,
		      const struct tiff_entry *entry, uint64_t bytes)
{
	unsigned char value[8] = {0};
	uint64_t offset = tiff_entry_offset(image, entry);

	put(at, image, entry->tag, 2);
	put(at, image, entry->type, 2);
	put(at, image, entry->count, 8);
	if (bytes > 8) {
		put(at, image, offset < directory_at ? offset : directory_at - 1, 8);
		return true;
	}
	if (bytes <= (image->big ? 8u : 4u))
		memcpy(value, entry->value, (size_t)bytes);
	else if (tiff_pread(image, value, (size_t)bytes, offset) != (ssize_t)bytes)
		return false;
	memcpy(*at, value, 8);
	*at += 8;
	return true;
}

static void put_header(struct tiff_image *image)
{
	unsigned char *at = image->view;
	const uint16_t probe = 1;
	bool little = (*(const unsigned char *)&probe == 1) != image->swapped;

	put(&at, image, little ? 0x4949 : 0x4d4d, 2);
	put(&at, image, 43, 2);
	put(&at, image, 8, 2);
	put(&at, image, 0, 2);
	put(&at, image, directory_at, 8);
}

static int broken(const struct tiff_image *image, struct error *err, uint16_t tag, const char *what)
{
	return error_set(err, EX_DATAERR,
			 "%s: broken TIFF: its %s%.0u %s; fetch or copy the file again",
			 image->path, tag ? "tag " : "directory", tag, what);
}

/* Entries into the view, and how many they are; -1 if one of them cannot be. */
static int put_entries(struct tiff_image *image, unsigned char **at, struct error *err)
{
	uint64_t total = 0;
	int n = 0;

	for (unsigned i = 0; i < image->n_entries; i++) {
		const struct tiff_entry *entry = &image->entry[i];
		enum user user = user_of(entry->tag);
		uint64_t bytes = tiff_entry_bytes(entry);

		if (!(user & LIBTIFF) || !bytes)
			continue;
		if (user != BLOCKS && (bytes > MAX_TAG_BYTES || (total += bytes) > MAX_TAG_BYTES))
			return broken(image, err, entry->tag,
				      "claims more values than can be real");
		if (!put_entry(at, image, entry, bytes))
			return broken(image, err, entry->tag, "does not lie in the file");
		n++;
	}
	image->ifd.tag_bytes = total;
	return n;
}

int tiff_view_make(struct tiff_image *image, struct error *err)
{
	unsigned char *at = image->view + HEADER_BYTES + COUNT_BYTES, *count_at;
	int n;

	_Static_assert(sizeof(image->view) >=
			       HEADER_BYTES + COUNT_BYTES + TIFF_MAX_ENTRIES * ENTRY_BYTES + 8,
		       "room for all entries and the next directory's place");
	image->n_entries = 0;
	image->view_begun = false;
	if (!tiff_ifd_each(image, &image->ifd, keep_entry, image))
		return broken(image, err, 0, "cannot be read");
	n = put_entries(image, &at, err);
	if (n < 0)
		return -1;
	put(&at, image, 0, 8);
	image->view_bytes = (size_t)(at - image->view);
	count_at = image->view + HEADER_BYTES;
	put(&count_at, image, (uint64_t)n, COUNT_BYTES);
	put_header(image);
	return 0;
}

/* Copy from the view, from `from` on. */
static size_t copy(const struct tiff_image *image, uint64_t from, void *buffer, size_t size)
{
	size_t left = from < image->view_bytes ? image->view_bytes - (size_t)from : 0;
	size_t n = size < left ? size : left;

	memcpy(buffer, image->view + (n ? from : 0), n);
	return n;
}

/*
 * The header comes first, and until the directory was asked for nothing else does; a value of the
 * file may well lie where the header of a BigTIFF goes on.
 */
static ssize_t view_read(struct tiff_image *image, void *buffer, size_t size)
{
	if (image->position >= directory_at) {
		image->view_begun = true;
		return (ssize_t)copy(image, image->position - directory_at + HEADER_BYTES, buffer,
				     size);
	}
	if (!image->view_begun && image->position < HEADER_BYTES)
		return (ssize_t)copy(image, image->position, buffer,
				     size < HEADER_BYTES - image->position
					     ? size
					     : HEADER_BYTES - (size_t)image->position);
	return tiff_pread(image, buffer, size, image->position);
}

/* --- libtiff's input and output --- */

static tmsize_t io_read(thandle_t user, void *buffer, tmsize_t size)
{
	struct tiff_image *image = user;
	ssize_t n = view_read(image, buffer, (size_t)size);

	if (n < 0) {
		image->io_errno = errno;
		return -1;
	}
	image->position += (uint64_t)n;
	return n;
}

static tmsize_t io_write(thandle_t user, void *buffer, tmsize_t size)
{
	(void)user;
	(void)buffer;
	(void)size;
	return -1;
}

static toff_t io_seek(thandle_t user, toff_t offset, int whence)
{
	struct tiff_image *image = user;
	uint64_t base = whence == SEEK_CUR   ? image->position
			: whence == SEEK_END ? image->file_bytes
					     : 0;

	image->position = base + offset;
	return image->position;
}

static toff_t io_size(thandle_t user)
{
	return ((struct tiff_image *)user)->file_bytes;
}

static int io_close(thandle_t user)
{
	(void)user;
	return 0; /* the image closes its file itself */
}

TIFF *tiff_view_open(struct tiff_image *image, const char *mode, TIFFOpenOptions *options)
{
	return image->libtiff->TIFFClientOpenExt("header", mode, image, io_read, io_write, io_seek,
						 io_close, io_size, NULL, NULL, options);
}
