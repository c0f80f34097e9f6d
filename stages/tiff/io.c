/*
 * A TIFF file's bytes: pread() that goes on after a signal, and what is wrong where it fails.
 */
#include "io.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t tiff_pread(const struct tiff_image *image, void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	if (offset > INT64_MAX || size > INT64_MAX - offset) {
		errno = EINVAL;
		return -1;
	}
	if (image->in_archive) {
		uint64_t left = offset < image->file_bytes ? image->file_bytes - offset : 0;

		size = size < left ? size : (size_t)left;
		offset += image->start;
	}
	while (done < size) {
		ssize_t n = pread(image->fd, (unsigned char *)buffer + done, size - done,
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

bool tiff_file_changed(const struct tiff_image *image)
{
	struct stat st;

	return fstat(image->fd, &st) == 0 && ((uint64_t)st.st_size != image->whole_bytes ||
					      st.st_mtim.tv_sec != image->written.tv_sec ||
					      st.st_mtim.tv_nsec != image->written.tv_nsec);
}

int tiff_io_error(const struct tiff_image *image, struct error *err)
{
	return error_errno(err, EX_IOERR, image->io_errno, "%s: cannot be read", image->path);
}
