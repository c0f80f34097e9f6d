/*
 * A TIFF file's bytes: pread() that goes on after a signal, and what is wrong where it fails.
 */
#include "io.h"

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
