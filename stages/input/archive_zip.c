/*
 * The directory of a zip archive: the records at its end (APPNOTE.TXT 6.3.10 of PKWARE: 4.3.7 local
 * header, 4.3.12 central directory, 4.3.14 to 4.3.16 its end, 4.5.3 ZIP64). The header in front of
 * each member has to agree with the directory. It unpacks nothing.
 */
#include "archive_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LOCAL_BYTES = 30,
	CENTRAL_BYTES = 46,
	END_BYTES = 22,
	END64_BYTES = 56,
	LOCATOR_BYTES = 20,
	MOST_COMMENT = 0xffff,
	/* Of the whole directory: names, and as much again for what stands beside them. */
	MOST_DIRECTORY = ARCHIVE_NAMES_BYTES * 2 + ARCHIVE_MOST_MEMBERS * CENTRAL_BYTES,
	FLAG_ENCRYPTED = 1,
	FLAG_SIZES_BEHIND = 1 << 3,
	FLAG_HEADERS_MASKED = 1 << 13,
	STORED = 0,
	DEFLATED = 8,
	MADE_BY_UNIX = 3,
	ZIP64_EXTRA = 1,
};

/* Where the directory is. */
struct zip {
	struct archive *archive;
	int fd;
	uint64_t file_bytes;
	uint64_t offset, bytes, n;
};

/* One record of the directory. */
struct record {
	unsigned flags, method, made_by;
	uint32_t crc, mode;
	uint64_t stored, bytes, offset;
	const unsigned char *name;
	size_t name_length;
};

static unsigned get16(const unsigned char *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

static uint32_t get32(const unsigned char *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const unsigned char *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* All of these bytes of the file. */
static enum archive_problem read_at(const struct zip *zip, uint64_t offset, void *out, size_t n)
{
	size_t done = 0;

	if (offset > zip->file_bytes || n > zip->file_bytes - offset)
		return ARCHIVE_CUT;
	while (done < n) {
		ssize_t got = pread(zip->fd, (char *)out + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? ARCHIVE_UNREADABLE : ARCHIVE_CUT;
		done += (size_t)got;
	}
	return ARCHIVE_FINE;
}

/* --- the end --- */

/* The record of a larger archive, which the locator before the end names. */
static enum archive_problem read_end64(struct zip *zip, uint64_t end)
{
	unsigned char locator[LOCATOR_BYTES], at[END64_BYTES];
	enum archive_problem problem =
		end < LOCATOR_BYTES ? ARCHIVE_DAMAGED
				    : read_at(zip, end - LOCATOR_BYTES, locator, LOCATOR_BYTES);
	uint64_t offset;

	if (problem != ARCHIVE_FINE)
		return problem;
	if (memcmp(locator, "PK\6\7", 4) != 0)
		return ARCHIVE_LIES; /* 0xffff... without it means itself, and so many there are not
				      */
	offset = get64(locator + 8);
	if (get32(locator + 4) != 0 || get32(locator + 16) > 1)
		return ARCHIVE_SPLIT;
	if (offset > end - LOCATOR_BYTES || end - LOCATOR_BYTES - offset < END64_BYTES)
		return ARCHIVE_LIES;
	problem = read_at(zip, offset, at, END64_BYTES);
	if (problem != ARCHIVE_FINE)
		return problem;
	if (memcmp(at, "PK\6\6", 4) != 0)
		return ARCHIVE_DAMAGED;
	if (get32(at + 16) != 0 || get32(at + 20) != 0 || get64(at + 24) != get64(at + 32))
		return ARCHIVE_SPLIT;
	zip->n = get64(at + 32);
	zip->bytes = get64(at + 40);
	zip->offset = get64(at + 48);
	return zip->bytes <= offset && zip->offset == offset - zip->bytes ? ARCHIVE_FINE
									  : ARCHIVE_LIES;
}

static enum archive_problem read_end(struct zip *zip, const unsigned char *at, uint64_t end)
{
	unsigned disk = get16(at + 4), first = get16(at + 6), here = get16(at + 8);

	zip->n = get16(at + 10);
	zip->bytes = get32(at + 12);
	zip->offset = get32(at + 16);
	if (zip->n == 0xffff || zip->bytes == UINT32_MAX || zip->offset == UINT32_MAX ||
	    disk == 0xffff)
		return read_end64(zip, end);
	if (disk != 0 || first != 0 || here != zip->n)
		return ARCHIVE_SPLIT;
	/* ZIP64 records that nothing refers to may stand between. */
	return zip->offset <= end && zip->bytes <= end - zip->offset ? ARCHIVE_FINE : ARCHIVE_LIES;
}

/* From the back: the last record, whose comment reaches to the file's end. */
static enum archive_problem find_end(struct zip *zip)
{
	size_t most = END_BYTES + MOST_COMMENT;
	size_t n = zip->file_bytes < most ? (size_t)zip->file_bytes : most;
	unsigned char *tail = n >= END_BYTES ? malloc(n) : NULL;
	enum archive_problem problem;

	if (n < END_BYTES)
		return ARCHIVE_CUT;
	if (!tail)
		return ARCHIVE_NO_MEMORY;
	problem = read_at(zip, zip->file_bytes - n, tail, n);
	for (size_t i = n - END_BYTES + 1; problem == ARCHIVE_FINE && i-- > 0;) {
		if (memcmp(tail + i, "PK\5\6", 4) != 0)
			continue;
		/* GDAL takes the first one that it meets, whatever is behind; it must be ours. */
		problem = get16(tail + i + 20) == n - END_BYTES - i
				  ? read_end(zip, tail + i, zip->file_bytes - n + i)
				  : ARCHIVE_LIES;
		free(tail);
		return problem;
	}
	free(tail);
	return problem != ARCHIVE_FINE ? problem : ARCHIVE_CUT;
}

/* --- members --- */

/* Sizes and the place that do not fit 32 bits are in an extra field, those alone, in this order. */
static enum archive_problem take_zip64(struct record *record, const unsigned char *extra, size_t n)
{
	uint64_t *wide[3] = {&record->bytes, &record->stored, &record->offset};

	while (n >= 4) {
		size_t size = get16(extra + 2);
		const unsigned char *at = extra + 4, *end = at + size;

		if (size > n - 4)
			return ARCHIVE_DAMAGED;
		for (size_t i = 0; get16(extra) == ZIP64_EXTRA && i < 3; i++) {
			if (*wide[i] != UINT32_MAX)
				continue;
			if (end - at < 8)
				return ARCHIVE_LIES;
			*wide[i] = get64(at);
			at += 8;
		}
		extra = end;
		n -= 4 + size;
	}
	return ARCHIVE_FINE;
}

/* The record at `at`, of which `left` bytes are there; *size: its length. */
static enum archive_problem take_record(struct record *record, const unsigned char *at, size_t left,
					size_t *size)
{
	size_t name, extra, comment;

	if (left < CENTRAL_BYTES || memcmp(at, "PK\1\2", 4) != 0)
		return ARCHIVE_DAMAGED;
	name = get16(at + 28);
	extra = get16(at + 30);
	comment = get16(at + 32);
	*size = CENTRAL_BYTES + name + extra + comment;
	if (*size > left)
		return ARCHIVE_DAMAGED;
	if (get16(at + 34) != 0 && get16(at + 34) != 0xffff)
		return ARCHIVE_SPLIT;
	*record = (struct record){
		.made_by = at[5],
		.flags = get16(at + 8),
		.method = get16(at + 10),
		.crc = get32(at + 16),
		.stored = get32(at + 20),
		.bytes = get32(at + 24),
		.mode = get32(at + 38) >> 16,
		.offset = get32(at + 42),
		.name = at + CENTRAL_BYTES,
		.name_length = name,
	};
	return take_zip64(record, at + CENTRAL_BYTES + name, extra);
}

/* Method and sizes; these may stand behind the member, or in an extra field. */
static bool same_claims(const unsigned char local[LOCAL_BYTES], const struct record *record)
{
	uint32_t stored = get32(local + 18), bytes = get32(local + 22);
	unsigned flags = get16(local + 6);

	if (get16(local + 8) != record->method || ((flags ^ record->flags) & FLAG_ENCRYPTED))
		return false;
	return flags & FLAG_SIZES_BEHIND || ((stored == record->stored || stored == UINT32_MAX) &&
					     (bytes == record->bytes || bytes == UINT32_MAX));
}

/* Does the header in front of the member say the same? *data: where its bytes begin. */
static enum archive_problem check_local(const struct zip *zip, const struct record *record,
					uint64_t *data)
{
	unsigned char at[LOCAL_BYTES];
	char name[ARCHIVE_NAME_BYTES];
	enum archive_problem problem = read_at(zip, record->offset, at, LOCAL_BYTES);

	if (problem != ARCHIVE_FINE)
		return problem;
	if (memcmp(at, "PK\3\4", 4) != 0)
		return ARCHIVE_DAMAGED;
	if (get16(at + 26) != record->name_length || !same_claims(at, record))
		return ARCHIVE_LIES;
	if (record->name_length >= sizeof(name))
		return ARCHIVE_LONG_NAME;
	problem = read_at(zip, record->offset + LOCAL_BYTES, name, record->name_length);
	if (problem != ARCHIVE_FINE)
		return problem;
	if (memcmp(name, record->name, record->name_length) != 0)
		return ARCHIVE_LIES;
	*data = record->offset + LOCAL_BYTES + get16(at + 26) + get16(at + 28);
	return *data <= zip->offset && record->stored <= zip->offset - *data ? ARCHIVE_FINE
									     : ARCHIVE_LIES;
}

static enum archive_problem problem_of(const struct record *record)
{
	unsigned type = record->made_by == MADE_BY_UNIX ? record->mode & S_IFMT : 0;

	if (record->flags & (FLAG_ENCRYPTED | FLAG_HEADERS_MASKED))
		return ARCHIVE_ENCRYPTED;
	if (type == S_IFLNK)
		return ARCHIVE_LINK;
	if (type && type != S_IFREG && type != S_IFDIR)
		return ARCHIVE_SPECIAL;
	return record->method == STORED || record->method == DEFLATED ? ARCHIVE_FINE
								      : ARCHIVE_METHOD;
}

/* What its sizes claim: stored bytes are as many as they are, packed ones can be unpacked to them.
 */
static enum archive_problem check_sizes(const struct record *record, enum archive_problem of_member)
{
	if (of_member == ARCHIVE_ENCRYPTED || of_member == ARCHIVE_METHOD)
		return ARCHIVE_FINE;
	if (record->method == STORED)
		return record->bytes == record->stored ? ARCHIVE_FINE : ARCHIVE_LIES;
	return archive_ratio(record->stored, record->bytes);
}

static bool is_folder(const struct record *record)
{
	return record->name_length && record->name[record->name_length - 1] == '/';
}

static enum archive_problem add_record(const struct zip *zip, const struct record *record)
{
	struct archive_member member = {
		.start = record->offset,
		.stored = record->stored,
		.bytes = record->bytes,
		.crc = record->crc,
		.deflated = record->method == DEFLATED,
		.problem = (uint8_t)problem_of(record),
	};
	enum archive_problem problem = check_local(zip, record, &member.offset);

	if (problem == ARCHIVE_FINE)
		problem = check_sizes(record, (enum archive_problem)member.problem);
	if (problem == ARCHIVE_FINE && !is_folder(record))
		problem = archive_add(zip->archive, (const char *)record->name, record->name_length,
				      &member);
	return problem;
}

static enum archive_problem add_records(const struct zip *zip, const unsigned char *at)
{
	enum archive_problem problem = ARCHIVE_FINE;
	size_t left = (size_t)zip->bytes, size = 0;
	struct record record;

	for (uint64_t i = 0; i < zip->n && problem == ARCHIVE_FINE; i++) {
		problem = take_record(&record, at, left, &size);
		if (problem == ARCHIVE_FINE)
			problem = add_record(zip, &record);
		at += size;
		left -= size;
	}
	return problem == ARCHIVE_FINE && left ? ARCHIVE_LIES : problem;
}

enum archive_problem archive_read_zip(struct archive *archive, int fd, uint64_t file_bytes)
{
	struct zip zip = {.archive = archive, .fd = fd, .file_bytes = file_bytes};
	enum archive_problem problem = find_end(&zip);
	unsigned char *directory;

	if (problem != ARCHIVE_FINE)
		return problem;
	if (zip.n > ARCHIVE_MOST_MEMBERS || zip.bytes > MOST_DIRECTORY)
		return ARCHIVE_TOO_MANY;
	directory = malloc((size_t)zip.bytes + 1);
	if (!directory)
		return ARCHIVE_NO_MEMORY;
	problem = read_at(&zip, zip.offset, directory, (size_t)zip.bytes);
	if (problem == ARCHIVE_FINE)
		problem = add_records(&zip, directory);
	free(directory);
	return problem;
}
