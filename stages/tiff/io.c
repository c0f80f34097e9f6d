/*
 * A TIFF file's bytes: pread() that goes on after a signal, and libtiff's I/O on top of
 * tiff_view.c. libtiff takes a failed read for a short one and may go on with zeros, so the failure
 * is kept in the image, for whoever asked libtiff to look at.
 */
#include "tiff.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t tiff_pread(int fd, void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	if (offset > INT64_MAX || size > INT64_MAX - offset) {
		errno = EINVAL;
		return -1;
	}
	while (done < size) {
		ssize_t n = pread(fd, (unsigned char *)buffer + done, size - done,
				  (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static tmsize_t io_read(thandle_t user, void *buffer, tmsize_t size)
{
	struct tiff_image *image = user;
	ssize_t n = tiff_view_read(image, buffer, (size_t)size);

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

TIFF *tiff_io_open(struct tiff_image *image, const char *mode, TIFFOpenOptions *options)
{
	return TIFFClientOpenExt("header", mode, image, io_read, io_write, io_seek, io_close,
				 io_size, NULL, NULL, options);
}

bool tiff_file_changed(const struct tiff_image *image)
{
	struct stat st;

	return fstat(image->fd, &st) == 0 && ((uint64_t)st.st_size != image->file_bytes ||
					      st.st_mtim.tv_sec != image->written.tv_sec ||
					      st.st_mtim.tv_nsec != image->written.tv_nsec);
}

int tiff_io_error(const struct tiff_image *image, struct error *err)
{
	return error_errno(err, EX_IOERR, image->io_errno, "%s: cannot be read", image->path);
}
