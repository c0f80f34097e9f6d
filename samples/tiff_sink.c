/*
 * libtiff's input and output on a file or on memory. Knows nothing of tags or pixels.
 */
#include "tiff_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void PRINTF_LIKE(3, 0)
	keep_message(thandle_t handle, const char *module, const char *format, va_list args)
{
	struct sink *sink = handle;

	(void)module;
	if (sink && !sink->message[0])
		vsnprintf(sink->message, sizeof(sink->message), format, args);
}

static void drop_message(const char *module, const char *format, va_list args)
{
	(void)module;
	(void)format;
	(void)args;
}

void sink_install_handlers(void)
{
	TIFFSetErrorHandler(drop_message);
	TIFFSetErrorHandlerExt(keep_message);
	TIFFSetWarningHandler(drop_message);
}

static tmsize_t failed(struct sink *sink, int errno_value)
{
	if (!sink->errno_value)
		sink->errno_value = errno_value;
	return -1;
}

static tmsize_t sink_read(thandle_t handle, void *buffer, tmsize_t size)
{
	struct sink *sink = handle;
	uint64_t left = sink->pos < sink->size ? sink->size - sink->pos : 0;
	size_t want = (uint64_t)size < left ? (size_t)size : (size_t)left;
	ssize_t got = (ssize_t)want;

	if (sink->fd >= 0)
		got = pread(sink->fd, buffer, want, (off_t)sink->pos);
	else if (want)
		memcpy(buffer, sink->data + sink->pos, want);
	if (got < 0)
		return failed(sink, errno);
	sink->pos += (uint64_t)got;
	return got;
}

static int grow(struct sink *sink, uint64_t end)
{
	size_t capacity = sink->capacity ? sink->capacity : 65536;
	unsigned char *data;

	while (capacity < end)
		capacity += capacity / 2;
	if (capacity == sink->capacity)
		return 0;
	data = realloc(sink->data, capacity);
	if (!data)
		return -1;
	/* libtiff may seek past the end before it writes: what lies between is zero, as in a file.
	 */
	memset(data + sink->capacity, 0, capacity - sink->capacity);
	sink->data = data;
	sink->capacity = capacity;
	return 0;
}

static tmsize_t sink_write(thandle_t handle, void *buffer, tmsize_t size)
{
	struct sink *sink = handle;
	tmsize_t done = 0;

	if (sink->fd < 0) {
		if (grow(sink, sink->pos + (uint64_t)size))
			return failed(sink, ENOMEM);
		memcpy(sink->data + sink->pos, buffer, (size_t)size);
		done = size;
	}
	while (done < size) {
		ssize_t n = pwrite(sink->fd, (char *)buffer + done, (size_t)(size - done),
				   (off_t)(sink->pos + (uint64_t)done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failed(sink, n ? errno : ENOSPC);
		done += n;
	}
	sink->pos += (uint64_t)size;
	if (sink->pos > sink->size)
		sink->size = sink->pos;
	return size;
}

static toff_t sink_seek(thandle_t handle, toff_t offset, int whence)
{
	struct sink *sink = handle;

	sink->pos = offset + (whence == SEEK_CUR ? sink->pos : whence == SEEK_END ? sink->size : 0);
	return sink->pos;
}

static int sink_close_later(thandle_t handle)
{
	(void)handle;
	return 0;
}

static toff_t sink_size(thandle_t handle)
{
	return ((struct sink *)handle)->size;
}

int sink_create(struct sink *sink, const char *path, const char *name, struct error *err)
{
	*sink = (struct sink){0};
	sink->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (sink->fd < 0)
		return error_errno(err, EX_CANTCREAT, errno, "%s: cannot create", name);
	return 0;
}

void sink_memory(struct sink *sink)
{
	*sink = (struct sink){.fd = -1};
}

TIFF *sink_open(struct sink *sink, const char *mode)
{
	return TIFFClientOpen("scene", mode, sink, sink_read, sink_write, sink_seek,
			      sink_close_later, sink_size, NULL, NULL);
}

int sink_close(struct sink *sink, const char *path, struct error *err)
{
	int fd = sink->fd;

	sink->fd = -1;
	if (fd >= 0 && close(fd))
		return error_errno(err, EX_IOERR, errno, "%s: cannot write", path);
	return 0;
}

int sink_error(const struct sink *sink, const char *path, struct error *err)
{
	if (sink->errno_value == ENOMEM)
		return error_set(err, EX_TEMPFAIL, "%s: out of memory; choose smaller tiles", path);
	if (sink->errno_value)
		return error_errno(err, EX_IOERR, sink->errno_value, "%s: cannot write", path);
	return error_set(err, EX_CANTCREAT,
			 "%s: libtiff cannot write this: %s; choose another codec, predictor, "
			 "type or layout",
			 path, sink->message[0] ? sink->message : "no reason given");
}
