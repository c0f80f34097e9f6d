/*
 * Small files as streams, members of archives among them: unpacked on the way, their size and
 * checksum verified at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "archive_source.h"

struct text {
	struct archive_source source;
	uint64_t left;
	bool packed, check;
	uint32_t wanted, crc;
};

static int errno_of(enum archive_problem problem)
{
	return problem == ARCHIVE_NO_MEMBER   ? ENOENT
	       : problem == ARCHIVE_NO_MEMORY ? ENOMEM
					      : EBADMSG;
}

static void text_free(struct text *text)
{
	if (text->packed)
		archive_source_release(&text->source);
	if (text->source.fd >= 0)
		(void)close(text->source.fd);
	free(text);
}

static ssize_t text_read(void *cookie, char *buffer, size_t size)
{
	struct text *text = cookie;
	size_t n = size < text->left ? size : (size_t)text->left;
	ssize_t got = n ? text->source.read(&text->source, buffer, n) : 0;

	if (got >= 0 && (size_t)got == n) {
		text->left -= n;
		text->crc = (uint32_t)crc32(text->crc, (const unsigned char *)buffer, (uInt)n);
		if (text->left || !text->check || text->crc == text->wanted)
			return got;
	}
	errno = errno_of(text->packed ? text->source.problem : ARCHIVE_DAMAGED);
	return -1;
}

static int text_close(void *cookie)
{
	text_free(cookie);
	return 0;
}

static enum archive_problem begin(struct text *text, const struct archive_place *place)
{
	enum archive_problem problem;
	uint64_t end = place->offset + place->stored;
	int fd = text->source.fd;

	text->left = place->bytes;
	text->check = place->kind == ARCHIVE_ZIP;
	text->wanted = place->crc;
	text->packed = !archive_is_plain(place);
	if (!text->packed) {
		archive_source_plain(&text->source, fd, place->offset, end);
		return ARCHIVE_FINE;
	}
	if (place->kind == ARCHIVE_ZIP)
		return archive_source_packed(&text->source, fd, place->offset, end, false);
	problem = archive_source_packed(&text->source, fd, 0, place->id.bytes, true);
	if (problem == ARCHIVE_FINE && !text->source.skip(&text->source, place->offset))
		problem = text->source.problem;
	return problem;
}

static FILE *open_member(const struct archive_place *place)
{
	static const cookie_io_functions_t calls = {.read = text_read, .close = text_close};
	struct text *text = calloc(1, sizeof(*text));
	enum archive_problem problem;
	FILE *stream = NULL;
	int reason;

	if (!text)
		return NULL;
	text->source.fd = open(place->archive, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (text->source.fd < 0) {
		reason = errno;
		text_free(text);
		errno = reason;
		return NULL;
	}
	problem = begin(text, place);
	if (problem == ARCHIVE_FINE)
		stream = fopencookie(text, "r", calls);
	if (!stream) {
		reason = problem == ARCHIVE_FINE ? ENOMEM : errno_of(problem);
		text_free(text);
		errno = reason;
	}
	return stream;
}

static FILE *open_in_archive(const char *path, uint64_t most)
{
	struct archive_place place;
	enum archive_problem problem = archive_look(path, &place);
	FILE *stream = NULL;

	if (problem != ARCHIVE_FINE) {
		if (problem != ARCHIVE_UNREADABLE)
			errno = errno_of(problem);
		return NULL;
	}
	if (place.bytes > most)
		errno = EFBIG;
	else
		stream = open_member(&place);
	archive_place_release(&place);
	return stream;
}

/* Regular files alone. */
static FILE *open_file(int fd)
{
	FILE *stream = NULL;
	struct stat st;
	int reason = EINVAL;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		stream = fdopen(fd, "r");
		reason = errno;
	}
	if (!stream)
		(void)close(fd);
	errno = reason;
	return stream;
}

FILE *archive_text(const char *path, uint64_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		return open_file(fd);
	if (errno != ENOTDIR)
		return NULL;
	return open_in_archive(path, most);
}
