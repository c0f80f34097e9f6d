/*
 * The directory of a tar archive: the headers, one before each member (POSIX.1-2017, pax, "ustar
 * Interchange Format" and "pax Header Block"; the GNU tar manual, "Basic Tar Format"). Names come
 * from the header, from a pax record or from a GNU member of names before it. It reads no member.
 */
#include "archive_dir.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK = 512,
	MOST_HEADERS = 4 * ARCHIVE_MOST_MEMBERS, /* folders and extended headers included */
	MOST_EXTENDED = 1 << 20,                 /* bytes of one extended header */
};

/* Where fields are in a header, and their sizes. */
enum {
	NAME = 0,
	NAME_SIZE = 100,
	SIZE = 124,
	SIZE_SIZE = 12,
	CHECKSUM = 148,
	CHECKSUM_SIZE = 8,
	TYPE = 156,
	MAGIC = 257,
	PREFIX = 345,
	PREFIX_SIZE = 155
};

/* What extended headers say of the member after them. */
struct extended {
	char name[ARCHIVE_NAME_BYTES];
	size_t name_length;
	bool has_name, has_size, sparse;
	uint64_t size;
};

struct tar {
	struct archive *archive;
	struct archive_source *source;
	unsigned char header[BLOCK];
	uint64_t size; /* as the header says */
	struct extended next;
};

/* --- numbers --- */

/* Octal digits between blanks, or, with the highest bit set, a number to the base of 256. */
static bool parse_number(const unsigned char *field, size_t n, uint64_t *value)
{
	size_t i = 0;

	*value = 0;
	if (*field == 0x80) {
		for (i = 1; i < n; i++) {
			if (*value >> 55)
				return false;
			*value = *value << 8 | field[i];
		}
		return true;
	}
	while (i < n && field[i] == ' ')
		i++;
	for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
		*value = *value << 3 | (uint64_t)(field[i] - '0');
	return i == n || field[i] == ' ' || field[i] == '\0';
}

/* The sum of the header's bytes, its own field counted as blanks; early tars had signed bytes. */
static bool sum_is_right(const unsigned char header[BLOCK])
{
	uint64_t stated, sum = 0;
	int64_t signed_sum = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		unsigned char c = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_SIZE ? ' ' : header[i];

		sum += c;
		signed_sum += (signed char)c;
	}
	return parse_number(header + CHECKSUM, CHECKSUM_SIZE, &stated) &&
	       (stated == sum || (int64_t)stated == signed_sum);
}

static bool is_empty(const unsigned char header[BLOCK])
{
	for (size_t i = 0; i < BLOCK; i++)
		if (header[i])
			return false;
	return true;
}

/* --- extended headers --- */

static bool parse_decimal(const char *text, size_t n, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9' || *value > INT64_MAX / 10 - 1)
			return false;
		*value = *value * 10 + (uint64_t)(text[i] - '0');
	}
	return n > 0;
}

static enum archive_problem set_name(struct extended *next, const char *name, size_t length)
{
	if (length >= sizeof(next->name))
		return ARCHIVE_LONG_NAME;
	memcpy(next->name, name, length);
	next->name_length = length;
	next->has_name = true;
	return ARCHIVE_FINE;
}

static bool is_key(const char *key, size_t length, const char *wanted)
{
	return length == strlen(wanted) && memcmp(key, wanted, length) == 0;
}

/* "path=a/b"; keys that say nothing of where the bytes are do not matter. */
static enum archive_problem take_record(struct extended *next, const char *key, size_t key_length,
					const char *value, size_t length)
{
	static const char sparse[] = "GNU.sparse.";

	if (is_key(key, key_length, "path"))
		return set_name(next, value, length);
	if (key_length >= sizeof(sparse) - 1 && memcmp(key, sparse, sizeof(sparse) - 1) == 0)
		next->sparse = true;
	if (!is_key(key, key_length, "size"))
		return ARCHIVE_FINE;
	next->has_size = true;
	return parse_decimal(value, length, &next->size) ? ARCHIVE_FINE : ARCHIVE_LIES;
}

/* Records "LENGTH KEY=VALUE\n"; the length counts all of it. */
static enum archive_problem parse_pax(struct extended *next, const char *text, size_t n)
{
	enum archive_problem problem = ARCHIVE_FINE;

	while (n > 0 && *text && problem == ARCHIVE_FINE) {
		const char *blank = memchr(text, ' ', n < 20 ? n : 20), *equals;
		uint64_t length;

		if (!blank || !parse_decimal(text, (size_t)(blank - text), &length) || length > n ||
		    length < (size_t)(blank - text) + 3 || text[length - 1] != '\n')
			return ARCHIVE_DAMAGED;
		blank++;
		equals = memchr(blank, '=', (size_t)(text + length - 1 - blank));
		if (!equals)
			return ARCHIVE_DAMAGED;
		problem = take_record(next, blank, (size_t)(equals - blank), equals + 1,
				      (size_t)(text + length - 1 - (equals + 1)));
		text += length;
		n -= (size_t)length;
	}
	return problem;
}

static enum archive_problem read_failed(const struct archive_source *source)
{
	return source->problem != ARCHIVE_FINE ? source->problem : ARCHIVE_CUT;
}

/* What fills blocks behind `size` bytes. */
static uint64_t padding(uint64_t size)
{
	return (BLOCK - size % BLOCK) % BLOCK;
}

/* The bytes of a member that describes the next one, in a new string of tar->size bytes. */
static enum archive_problem read_body(struct tar *tar, char **body)
{
	struct archive_source *source = tar->source;
	size_t n = (size_t)tar->size;
	enum archive_problem problem = ARCHIVE_FINE;

	*body = NULL;
	if (tar->size > MOST_EXTENDED)
		return ARCHIVE_LONG_NAME;
	*body = malloc(n + 1);
	if (!*body)
		return ARCHIVE_NO_MEMORY;
	(*body)[n] = '\0';
	if (source->read(source, *body, n) != (ssize_t)n || !source->skip(source, padding(n)))
		problem = read_failed(source);
	return problem;
}

/*
 * x: pax records for the next member; g: for all that follow, which no archiver uses for names and
 * sizes; L: GNU's long name, with a NUL behind it.
 */
static enum archive_problem take_extended(struct tar *tar, char type)
{
	struct extended global = {.name_length = 0}, *to = type == 'g' ? &global : &tar->next;
	char *body;
	enum archive_problem problem = read_body(tar, &body);

	if (problem == ARCHIVE_FINE && type == 'L')
		problem = set_name(to, body, strnlen(body, (size_t)tar->size));
	else if (problem == ARCHIVE_FINE && type != 'K')
		problem = parse_pax(to, body, (size_t)tar->size);
	if (problem == ARCHIVE_FINE && (global.has_name || global.has_size || global.sparse))
		problem = ARCHIVE_LIES;
	free(body);
	return problem;
}

/* --- members --- */

/* The name in the header, with ustar's prefix in front. */
static enum archive_problem header_name(const struct tar *tar, struct extended *out)
{
	const char *header = (const char *)tar->header;
	char joined[PREFIX_SIZE + 1 + NAME_SIZE];
	size_t prefix = memcmp(header + MAGIC, "ustar\0", 6) == 0
				? strnlen(header + PREFIX, PREFIX_SIZE)
				: 0;
	size_t name = strnlen(header + NAME, NAME_SIZE), n = 0;

	memcpy(joined, header + PREFIX, prefix);
	n = prefix;
	if (prefix)
		joined[n++] = '/';
	memcpy(joined + n, header + NAME, name);
	return set_name(out, joined, n + name);
}

/* What a header's type makes of its member. FINE: a file. */
static enum archive_problem problem_of(const struct tar *tar)
{
	switch (tar->header[TYPE]) {
	case '0':
	case '\0':
	case '7':
		return tar->next.sparse ? ARCHIVE_SPARSE : ARCHIVE_FINE;
	case '1':
	case '2':
		return ARCHIVE_LINK;
	case 'S':
		return ARCHIVE_SPARSE;
	default:
		return ARCHIVE_SPECIAL;
	}
}

static bool is_folder(const struct tar *tar)
{
	size_t n = tar->next.name_length;

	return tar->header[TYPE] == '5' || tar->header[TYPE] == 'D' ||
	       (tar->header[TYPE] == '\0' && n && tar->next.name[n - 1] == '/');
}

/* Links and devices have no bytes, whatever their size says. */
static bool has_bytes(unsigned char type)
{
	return type != '1' && type != '2' && type != '3' && type != '4' && type != '5' &&
	       type != '6';
}

static enum archive_problem take_member(struct tar *tar, uint64_t start)
{
	struct archive_source *source = tar->source;
	uint64_t size = tar->next.has_size ? tar->next.size : tar->size;
	struct archive_member member = {.start = start, .offset = source->position};
	enum archive_problem problem = ARCHIVE_FINE;

	if (!has_bytes(tar->header[TYPE]))
		size = 0;
	if (size > INT64_MAX - BLOCK - source->position)
		return ARCHIVE_LIES;
	member.stored = member.bytes = size;
	member.problem = (uint8_t)problem_of(tar);
	if (!tar->next.has_name)
		problem = header_name(tar, &tar->next);
	if (problem == ARCHIVE_FINE && !is_folder(tar))
		problem = archive_add(tar->archive, tar->next.name, tar->next.name_length, &member);
	tar->next = (struct extended){.name_length = 0};
	if (problem == ARCHIVE_FINE && !source->skip(source, size + padding(size)))
		problem = read_failed(source);
	return problem;
}

/* The header at the position; *end: it is the mark of the end. */
static enum archive_problem read_header(struct tar *tar, bool first, bool *end)
{
	struct archive_source *source = tar->source;
	ssize_t n = source->read(source, tar->header, BLOCK);

	*end = false;
	if (n != BLOCK)
		return n >= 0 && first ? ARCHIVE_NOT_ONE : read_failed(source);
	*end = is_empty(tar->header) && !first;
	if (*end)
		return ARCHIVE_FINE;
	if (!sum_is_right(tar->header))
		return first ? ARCHIVE_NOT_ONE : ARCHIVE_DAMAGED;
	return parse_number(tar->header + SIZE, SIZE_SIZE, &tar->size) ? ARCHIVE_FINE
								       : ARCHIVE_LIES;
}

enum archive_problem archive_read_tar(struct archive *archive, struct archive_source *source)
{
	struct tar tar = {.archive = archive, .source = source};
	enum archive_problem problem = ARCHIVE_FINE;
	bool end = false;
	uint64_t start;

	for (unsigned i = 0; problem == ARCHIVE_FINE && !end; i++) {
		start = source->position;
		problem = i < MOST_HEADERS ? read_header(&tar, i == 0, &end) : ARCHIVE_TOO_MANY;
		if (problem != ARCHIVE_FINE || end)
			break;
		if (memchr("xgLK", tar.header[TYPE], 4))
			problem = take_extended(&tar, (char)tar.header[TYPE]);
		else
			problem = take_member(&tar, start);
	}
	return problem;
}
