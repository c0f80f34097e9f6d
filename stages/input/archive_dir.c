/*
 * Names and places of an archive's members, and what they must not be. It knows no format.
 */
#include "archive_dir.h"

#include <stdlib.h>
#include <string.h>

#include "window.h"

enum {
	/* DEFLATE makes at most 258 bytes of 2 bits: 1032 to 1, and some bytes of heads. */
	MOST_RATIO = 1032,
	/* What shrinks more than this is refused, if it is also large: images do not. */
	LARGE_RATIO = 100,
};
static const uint64_t large_bytes = (uint64_t)1 << 30;

enum archive_problem archive_ratio(uint64_t packed, uint64_t bytes)
{
	if (bytes / MOST_RATIO > packed)
		return ARCHIVE_LIES;
	return bytes > large_bytes && bytes / LARGE_RATIO > packed ? ARCHIVE_TOO_LARGE
								   : ARCHIVE_FINE;
}

/* --- names --- */

/* One part of a name between slashes onto the end of out[]. */
static enum archive_problem add_part(char *out, size_t *n, const char *part, size_t length)
{
	if (length == 0 || (length == 1 && *part == '.'))
		return ARCHIVE_FINE;
	if (length == 2 && part[0] == '.' && part[1] == '.')
		return ARCHIVE_UNSAFE_NAME;
	if (*n + length + 2 > ARCHIVE_NAME_BYTES)
		return ARCHIVE_LONG_NAME;
	if (*n)
		out[(*n)++] = '/';
	memcpy(out + *n, part, length);
	*n += length;
	return ARCHIVE_FINE;
}

/* "./a//b" -> "a/b"; nothing that could lead out of a folder. */
static enum archive_problem clean_name(const char *name, size_t length,
				       char out[ARCHIVE_NAME_BYTES], size_t *n)
{
	enum archive_problem problem = ARCHIVE_FINE;
	const char *end = name + length;

	*n = 0;
	if (memchr(name, '\0', length) || memchr(name, '\\', length) || (length && *name == '/'))
		return ARCHIVE_UNSAFE_NAME;
	while (name < end && problem == ARCHIVE_FINE) {
		const char *slash = memchr(name, '/', (size_t)(end - name));
		const char *stop = slash ? slash : end;

		problem = add_part(out, n, name, (size_t)(stop - name));
		name = slash ? slash + 1 : end;
	}
	out[*n] = '\0';
	return problem;
}

/* --- growing --- */

static bool room_for_name(struct archive *archive, size_t length)
{
	size_t size = archive->names_size;
	char *grown;

	if (archive->names_len + length <= size)
		return true;
	size += size / 2 + 4096;
	grown = realloc(archive->names, size);
	if (!grown)
		return false;
	archive->names = grown;
	archive->names_size = size;
	return true;
}

static bool room_for_member(struct archive *archive)
{
	uint32_t size = archive->size + archive->size / 2 + 32;
	struct archive_member *grown;

	if (archive->n < archive->size)
		return true;
	grown = realloc(archive->member, size * sizeof(*grown));
	if (!grown)
		return false;
	archive->member = grown;
	archive->size = size;
	return true;
}

enum archive_problem archive_add(struct archive *archive, const char *name, size_t length,
				 const struct archive_member *member)
{
	char clean[ARCHIVE_NAME_BYTES];
	enum archive_problem problem;
	size_t n;

	problem = clean_name(name, length, clean, &n);
	if (problem != ARCHIVE_FINE || n == 0)
		return problem;
	if (archive->n >= ARCHIVE_MOST_MEMBERS || archive->names_len + n >= ARCHIVE_NAMES_BYTES)
		return ARCHIVE_TOO_MANY;
	if (!room_for_name(archive, n + 1) || !room_for_member(archive))
		return ARCHIVE_NO_MEMORY;
	archive->member[archive->n] = *member;
	archive->member[archive->n++].name = (uint32_t)archive->names_len;
	memcpy(archive->names + archive->names_len, clean, n + 1);
	archive->names_len += n + 1;
	return ARCHIVE_FINE;
}

/* --- all of them --- */

int archive_compare(const char *a, const char *b)
{
	const unsigned char *s = (const unsigned char *)a, *t = (const unsigned char *)b;

	for (; *s && *s == *t; s++)
		t++;
	/* The end comes first, then '/', so that "a/b" stands right behind "a". */
	return (*s == '/' ? 1 : *s ? *s + 1 : 0) - (*t == '/' ? 1 : *t ? *t + 1 : 0);
}

static int by_start(const void *a, const void *b)
{
	const struct archive_member *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static int by_name(const void *a, const void *b, void *names)
{
	const struct archive_member *x = a, *y = b;

	return archive_compare((const char *)names + x->name, (const char *)names + y->name);
}

static bool some_overlap(const struct archive *archive)
{
	for (uint32_t i = 1; i < archive->n; i++) {
		const struct archive_member *before = &archive->member[i - 1];

		if (archive->member[i].start < before->offset + before->stored ||
		    archive->member[i].start == before->start)
			return true;
	}
	return false;
}

/* Two of one name, or a file that is a folder, too. */
static bool some_twice(const struct archive *archive)
{
	for (uint32_t i = 1; i < archive->n; i++) {
		const char *one = archive_name(archive, i - 1), *next = archive_name(archive, i);
		size_t length = strlen(one);

		if (strncmp(one, next, length) == 0 && (next[length] == '/' || !next[length]))
			return true;
	}
	return false;
}

enum archive_problem archive_finish(struct archive *archive)
{
	if (archive->n == 0)
		return ARCHIVE_FINE;
	qsort(archive->member, archive->n, sizeof(*archive->member), by_start);
	if (some_overlap(archive))
		return ARCHIVE_OVERLAPS;
	qsort_r(archive->member, archive->n, sizeof(*archive->member), by_name, archive->names);
	return some_twice(archive) ? ARCHIVE_TWICE : ARCHIVE_FINE;
}
