/*
 * One image of a TIFF file, opened and measured. Which forms are read at all is the probe's
 * decision; where samples go is the reader's.
 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "block.h"
#include "codec.h"
#include "ifd.h"
#include "input/archive.h"
#include "io.h"
#include "plain.h"
#include "view.h"
#include "window.h"

enum { LIBTIFF_OPEN_BYTES = 64 << 10 };

static int open_failed(const char *path, int errno_value, struct error *err)
{
	if (errno_value == ENOENT || errno_value == ENOTDIR)
		return error_set(err, EX_NOINPUT, "%s: no such file; check the name", path);
	if (errno_value == EACCES || errno_value == EPERM)
		return error_set(err, EX_NOINPUT,
				 "%s: no permission to read it; check its owner and mode", path);
	return error_errno(err, EX_NOINPUT, errno_value, "%s: cannot be opened", path);
}

static int take_member(struct tiff_image *image, const char *path,
		       const struct archive_place *place, struct error *err)
{
	struct stat st;

	if (!archive_is_plain(place)) {
		(void)error_set(err, EX_UNAVAILABLE,
				"%s: is packed in the archive: not read by the TIFF reader", path);
		return PROBE_DECLINED;
	}
	image->fd = open(place->archive, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (image->fd < 0)
		return open_failed(path, errno, err);
	if (fstat(image->fd, &st) || !archive_is_of(place, &st))
		return error_set(
			err, EX_DATAERR,
			"%s: the archive changed while the program ran; run again when it is "
			"complete",
			path);
	if (place->bytes == 0)
		return error_set(err, EX_DATAERR, "%s: the file is empty; pack it again", path);
	image->in_archive = true;
	image->start = place->offset;
	image->file_bytes = place->bytes;
	image->whole_bytes = place->id.bytes;
	image->changed = place->id.changed;
	image->written = place->id.written;
	image->inode = (uint64_t)place->id.ino;
	return PROBE_OK;
}

/* A member of an archive that is stored as it is. */
static int open_member(struct tiff_image *image, const char *path, struct error *err)
{
	struct archive_place place;
	int rc;

	if (archive_find(path, &place, err))
		return -1;
	rc = take_member(image, path, &place, err);
	archive_place_release(&place);
	return rc;
}

/* O_NONBLOCK: a FIFO must not keep us waiting. It changes nothing for regular files. */
static int open_file(struct tiff_image *image, const char *path, struct error *err)
{
	struct stat st;

	image->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (image->fd < 0 && errno == ENOTDIR && archive_part(path))
		return open_member(image, path, err);
	if (image->fd < 0)
		return open_failed(path, errno, err);
	if (fstat(image->fd, &st))
		return error_errno(err, EX_IOERR, errno, "%s: cannot be examined", path);
	if (S_ISDIR(st.st_mode)) {
		(void)error_set(err, EX_NOINPUT, "%s: a directory, not a TIFF file", path);
		return PROBE_DECLINED;
	}
	if (!S_ISREG(st.st_mode))
		return error_set(err, EX_NOINPUT,
				 "%s: not a regular file; copy its content into one", path);
	if (st.st_size == 0)
		return error_set(err, EX_DATAERR, "%s: the file is empty; fetch or copy it again",
				 path);
	image->file_bytes = image->whole_bytes = (uint64_t)st.st_size;
	image->changed = st.st_ctim;
	image->written = st.st_mtim;
	image->inode = (uint64_t)st.st_ino;
	return PROBE_OK;
}

static int broken(const struct tiff_image *image, struct error *err)
{
	if (image->io_errno)
		return tiff_io_error(image, err);
	return error_set(err, EX_DATAERR, "%s: broken TIFF: %s; fetch or copy the file again",
			 image->path,
			 image->log.text[0] ? image->log.text : "its directory cannot be read");
}

/*
 * Where its table of tags cannot grow for a codec, libtiff crashes (_TIFFMergeFields() up to 4.7).
 * All that opening takes is less than this, so it is not tried where there is less.
 */
static bool has_memory(void)
{
	void *volatile reserve =
		malloc(LIBTIFF_OPEN_BYTES); /* volatile: compilers drop such pairs */
	bool had = reserve != NULL;

	free(reserve);
	return had;
}

/*
 * r: read; m: no mapping, as blocks are fetched with pread(); c: strips as they are stored; D, O:
 * the arrays of block offsets are read when needed and in parts, as a hostile file may claim
 * arrays of any length.
 */
static int open_tif(struct tiff_image *image, size_t max_alloc, struct error *err)
{
	TIFFOpenOptions *options;

	image->libtiff = libtiff_load(err);
	if (!image->libtiff)
		return error_prefix(err, "%s", image->path);
	options = has_memory() ? tiff_log_options(image->libtiff, &image->log, max_alloc) : NULL;
	if (!options)
		return error_memory(err, "libtiff", LIBTIFF_OPEN_BYTES);
	image->tif = tiff_view_open(image, "rmcDO", options);
	image->libtiff->TIFFOpenOptionsFree(options);
	return image->tif ? 0 : broken(image, err);
}

/* The directory that holds the image, the only one that libtiff sees. */
static int choose_ifd(struct tiff_image *image, uint64_t ifd_offset, struct error *err)
{
	bool found = ifd_offset ? tiff_ifd_read(image, ifd_offset, &image->ifd)
				: tiff_ifd_main(image, &image->ifd);

	return found ? tiff_view_make(image, err) : broken(image, err);
}

static uint16_t short_field(const struct tiff_image *image, uint32_t tag, uint16_t missing)
{
	uint16_t value;

	return image->libtiff->TIFFGetFieldDefaulted(image->tif, tag, &value) ? value : missing;
}

static uint32_t long_field(const struct tiff_image *image, uint32_t tag, uint32_t missing)
{
	uint32_t value;

	return image->libtiff->TIFFGetFieldDefaulted(image->tif, tag, &value) ? value : missing;
}

static int read_fields(struct tiff_image *image, struct error *err)
{
	const struct libtiff *libtiff = image->libtiff;
	uint16_t *extra = NULL;

	image->x_size = long_field(image, TIFFTAG_IMAGEWIDTH, 0);
	image->y_size = long_field(image, TIFFTAG_IMAGELENGTH, 0);
	image->tiled = libtiff->TIFFIsTiled(image->tif) != 0;
	image->samples = short_field(image, TIFFTAG_SAMPLESPERPIXEL, 1);
	image->planar = short_field(image, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
			PLANARCONFIG_SEPARATE;
	image->block_samples = image->planar ? 1 : image->samples;
	image->bits = short_field(image, TIFFTAG_BITSPERSAMPLE, 1);
	image->format = short_field(image, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
	image->compression = short_field(image, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
	image->photometric = short_field(image, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
	image->fill_order = short_field(image, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB);
	image->predictor = tiff_codec_has_predictor(image->compression)
				   ? short_field(image, TIFFTAG_PREDICTOR, PREDICTOR_NONE)
				   : PREDICTOR_NONE;
	if (!libtiff->TIFFGetField(image->tif, TIFFTAG_EXTRASAMPLES, &image->n_extra, &extra))
		image->n_extra = 0;
	if (image->n_extra && !extra) /* libtiff counts them also where it found no memory */
		return error_memory(err, "tags", image->n_extra * sizeof(*extra));
	image->extra = extra;
	if (image->tiled) {
		image->block_x_size = long_field(image, TIFFTAG_TILEWIDTH, 0);
		image->block_y_size = long_field(image, TIFFTAG_TILELENGTH, 0);
	} else {
		image->block_x_size = image->x_size;
		image->block_y_size = long_field(image, TIFFTAG_ROWSPERSTRIP, UINT32_MAX);
		if (image->block_y_size > image->y_size)
			image->block_y_size = image->y_size;
	}
	return 0;
}

static int measure(struct tiff_image *image, struct error *err)
{
	uint64_t striles;
	size_t bits;

	if (!image->x_size || !image->y_size || !image->block_x_size || !image->block_y_size ||
	    !image->samples || !image->bits)
		return error_set(err, EX_DATAERR,
				 "%s: broken TIFF: its size or its blocks' size is zero; fetch or "
				 "copy the file again",
				 image->path);
	bits = size_mul(size_mul(image->block_x_size, image->block_samples), image->bits);
	image->row_bytes = (size_t)ceil_div(bits, 8);
	image->block_bytes = size_mul(image->row_bytes, image->block_y_size);
	image->raw_bytes = tiff_codec_raw_bytes(image->compression, image->block_bytes);
	image->across = (uint32_t)ceil_div(image->x_size, image->block_x_size);
	image->down = (uint32_t)ceil_div(image->y_size, image->block_y_size);
	striles = (uint64_t)image->across * image->down;
	if (image->planar && __builtin_mul_overflow(striles, image->samples, &striles))
		striles = UINT64_MAX;
	if (bits == SIZE_MAX || image->raw_bytes > INT64_MAX || striles > UINT32_MAX)
		return error_set(err, EX_DATAERR,
				 "%s: broken TIFF: its blocks are too large or too many to count; "
				 "fetch or copy the file again",
				 image->path);
	if ((uint64_t)image->x_size * image->y_size > (uint64_t)1 << TIFF_MAX_PIXEL_BITS)
		return error_set(err, EX_DATAERR,
				 "%s: %u x %u pixels are more than can be counted (2^%d); cut it "
				 "into parts",
				 image->path, image->x_size, image->y_size, TIFF_MAX_PIXEL_BITS);
	return 0;
}

/* Then libtiff is not asked. */
static bool is_plain(struct tiff_image *image)
{
	struct error ignored;

	if (!tiff_plain_fields(image) || measure(image, &ignored))
		return false;
	tiff_places_begin(image);
	return tiff_plain_places(image);
}

static int read_image(struct tiff_image *image, uint64_t ifd_offset, size_t max_alloc,
		      struct error *err)
{
	if (!tiff_ifd_begin(image)) {
		(void)error_set(err, EX_DATAERR, "%s: not a TIFF file", image->path);
		return PROBE_DECLINED;
	}
	if (choose_ifd(image, ifd_offset, err))
		return -1;
	if (is_plain(image))
		return 0;
	if (image->io_errno)
		return tiff_io_error(image, err);
	if (open_tif(image, max_alloc, err) || read_fields(image, err))
		return -1;
	if (image->io_errno)
		return tiff_io_error(image, err);
	if (image->compression == COMPRESSION_JPEG && image->photometric == PHOTOMETRIC_YCBCR &&
	    !image->planar)
		(void)image->libtiff->TIFFSetField(image->tif, TIFFTAG_JPEGCOLORMODE,
						   JPEGCOLORMODE_RGB);
	if (measure(image, err))
		return -1;
	tiff_places_begin(image);
	return 0;
}

int tiff_image_open(struct tiff_image *image, const char *path, uint64_t ifd_offset,
		    size_t max_alloc, struct error *err)
{
	int rc;

	*image = (struct tiff_image){.path = strdup(path), .fd = -1};
	if (!image->path)
		return error_memory(err, "a file name", strlen(path));
	rc = open_file(image, path, err);
	if (rc == PROBE_OK)
		rc = read_image(image, ifd_offset, max_alloc, err);
	if (rc != PROBE_OK)
		tiff_image_close(image);
	return rc;
}

void tiff_image_close(struct tiff_image *image)
{
	decoder_free(image->decoder);
	if (image->tif)
		image->libtiff->TIFFClose(image->tif);
	if (image->fd >= 0)
		(void)close(image->fd);
	free(image->path);
	*image = (struct tiff_image){.fd = -1};
}

bool tiff_image_codec(const struct tiff_image *image)
{
	return !image->tif || image->libtiff->TIFFIsCODECConfigured(image->compression);
}

static bool same_file(const struct tiff_image *image, const struct raster_info *info)
{
	return image->file_bytes == info->file_bytes && image->inode == info->inode &&
	       image->written.tv_sec == info->written.tv_sec &&
	       image->written.tv_nsec == info->written.tv_nsec && image->x_size == info->x_size &&
	       image->y_size == info->y_size && image->samples == info->n_bands &&
	       image->block_x_size == info->block_x_size &&
	       image->block_y_size == info->block_y_size && image->tiled == info->tiled &&
	       image->block_bytes == info->block_bytes && image->raw_bytes == info->raw_bytes &&
	       image->bits == 8 * sample_size(info->type);
}

int tiff_image_same(const struct tiff_image *image, const struct raster_info *info,
		    struct error *err)
{
	if (same_file(image, info))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: the file changed after it was examined; run again when it is "
			 "complete",
			 image->path);
}
