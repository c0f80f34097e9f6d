/*
 * Rows of a set whose files are not there any more: scenes that have left the archive.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "resume_parts.h"

struct change {
	int64_t row;
	bool gone;
};

struct going {
	struct change *change; /* rows whose mark is not as it should be */
	size_t n, room;
	uint32_t n_gone;
	bool forget;
	struct error *err;
	int status;
};

/* The name of the first file: the line less what is said of it. */
static size_t name_length(const char *inputs)
{
	const char *end = strchrnul(inputs, '\n');
	unsigned words = 0;

	/* "BYTES MTIME_NS", or "?", which no file has. */
	while (end > inputs && words < 2)
		words += *--end == ' ';
	return words == 2 ? (size_t)(end - inputs) : 0;
}

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}
