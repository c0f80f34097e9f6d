/*
 * Side files, also those in archives. They are opened without waiting, so that a FIFO of that name
 * holds up nobody, and never read beyond the bound that the caller gives.
 */
#include "side_file.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "input/archive.h"

enum { FIRST_BYTES = 16 << 10 };

/* The whole stream, at most `most` bytes; NULL where that is more than there is memory for. */
static char *read_all(FILE *stream, size_t most, size_t *size)
{
	size_t room = most < FIRST_BYTES ? most : FIRST_BYTES;
	char *text = malloc(room + 1), *grown;

	*size = 0;
	while (text) {
		*size += fread(text + *size, 1, room - *size, stream);
		if (*size < room || room == most)
			break;
		room = room < most / 2 ? room * 2 : most;
		grown = realloc(text, room + 1);
		if (!grown)
			free(text);
		text = grown;
	}
	if (text)
		text[*size] = '\0';
	return text;
}

bool side_lack(int reason)
{
	return reason == ENOMEM || reason == EMFILE || reason == ENFILE;
}

/* What is wrong with an open file, NULL: nothing. *text is the caller's. */
static const char *take(FILE *stream, size_t most_bytes, char **text, size_t *size)
{
	errno = 0;
	*text = read_all(stream, most_bytes, size);
	if (!*text)
		return "cannot be read without more memory";
	if (ferror(stream))
		return "cannot be read";
	return getc(stream) == EOF ? NULL : "is larger than such metadata are";
}

/* Why it could not be opened; "": it is not there. */
static const char *why_not(int reason)
{
	if (reason == ENOENT || reason == ENOTDIR || reason == ENAMETOOLONG)
		return "";
	return reason == EINVAL  ? "is no regular file"
	       : reason == EFBIG ? "is larger than such metadata are"
				 : "cannot be opened";
}

bool side_file_read(const char *path, size_t most_bytes, char **text, size_t *size,
		    char problem[SIDE_PROBLEM_BYTES], int *lack)
{
	FILE *stream = archive_text(path, most_bytes);
	const char *why;

	*lack = 0;
	*text = NULL;
	*size = 0;
	problem[0] = '\0';
	if (!stream) {
		*lack = side_lack(errno) ? errno : 0;
		snprintf(problem, SIDE_PROBLEM_BYTES, "%s", why_not(errno));
		return false;
	}
	why = take(stream, most_bytes, text, size);
	*lack = why && side_lack(errno) ? errno : 0;
	(void)fclose(stream);
	if (!why)
		return true;
	free(*text);
	*text = NULL;
	*size = 0;
	snprintf(problem, SIDE_PROBLEM_BYTES, "%s", why);
	return false;
}

void side_file_tell(const char *path, const char *why, char name[SIDE_NAME_BYTES],
		    char problem[SIDE_PROBLEM_BYTES])
{
	const char *own = path_name(path);

	(void)snprintf(name, SIDE_NAME_BYTES, "%.99s", own);
	if (*why)
		(void)snprintf(problem, SIDE_PROBLEM_BYTES, "%.90s %.60s", own, why);
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
