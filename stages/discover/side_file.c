/*
 * Side files. They are opened without waiting, so that a FIFO of that name holds up nobody, and
 * never read beyond the bound that the caller gives.
 */
#include "side_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Up to `size` bytes; -1 where reading fails. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, text + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

/* What is wrong with an open file, NULL: nothing. *text is the caller's. */
static const char *take(int fd, size_t most_bytes, char **text, size_t *size)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return "is no regular file";
	if (st.st_size < 0 || (uintmax_t)st.st_size > most_bytes)
		return "is larger than such metadata are";
	*text = malloc((size_t)st.st_size + 1);
	if (!*text)
		return "cannot be read without more memory";
	n = read_all(fd, *text, (size_t)st.st_size);
	if (n < 0)
		return "cannot be read";
	(*text)[n] = '\0';
	*size = (size_t)n;
	return NULL;
}

bool side_file_read(const char *path, size_t most_bytes, char **text, size_t *size,
		    char problem[SIDE_PROBLEM_BYTES])
{
	const char *why;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*text = NULL;
	*size = 0;
	problem[0] = '\0';
	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
			snprintf(problem, SIDE_PROBLEM_BYTES, "cannot be opened");
		return false;
	}
	why = take(fd, most_bytes, text, size);
	(void)close(fd);
	if (!why)
		return true;
	free(*text);
	*text = NULL;
	snprintf(problem, SIDE_PROBLEM_BYTES, "%s", why);
	return false;
}

static ssize_t read_bytes(void *from, void *buffer, size_t size)
{
	struct side_bytes *bytes = from;
	size_t n = size < bytes->left ? size : bytes->left;

	memcpy(buffer, bytes->at, n);
	bytes->at += n;
	bytes->left -= n;
	return (ssize_t)n;
}

struct xml_source side_bytes_source(struct side_bytes *bytes)
{
	return (struct xml_source){read_bytes, bytes, bytes->left};
}

const char *side_local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

bool side_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	while (isspace((unsigned char)*end))
		end++;
	return end != text && *end == '\0' && isfinite(*value);
}
