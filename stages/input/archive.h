/*
 * Archives (.zip, .tar, .tar.gz, .tgz) as folders: "one.zip/folder/a.tif" is a member of the file
 * one.zip. What an archive holds is read from its own directory, bounded and checked as a whole
 * before any member is used; nothing is unpacked to a file. An archive in an archive is a member
 * like any other, and not opened.
 *
 * Refused, the archive with all its members: names that are absolute or hold "..", a backslash or
 * NUL; two members of one name; members that overlap or lie beyond the file; sizes that contradict
 * each other or that no packing can reach. A single member is not read where it is encrypted, a
 * link, a device, sparse, or packed by another method than DEFLATE.
 */
#ifndef IMGPIPE_ARCHIVE_H
#define IMGPIPE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "error.h"

enum {
	ARCHIVE_MOST_MEMBERS = 1 << 16, /* zip's own limit without ZIP64 */
	ARCHIVE_NAME_BYTES = 1024,      /* of a member, with its end */
	ARCHIVE_NAMES_BYTES = 4 << 20,  /* of all members */
};

enum archive_problem {
	ARCHIVE_FINE,
	ARCHIVE_UNREADABLE, /* errno says why */
	ARCHIVE_NO_MEMORY,
	ARCHIVE_NOT_ONE,
	ARCHIVE_CUT,
	ARCHIVE_DAMAGED,
	ARCHIVE_LIES, /* sizes or places that contradict each other */
	ARCHIVE_OVERLAPS,
	ARCHIVE_TWICE,
	ARCHIVE_UNSAFE_NAME,
	ARCHIVE_LONG_NAME,
	ARCHIVE_TOO_MANY,
	ARCHIVE_TOO_LARGE, /* unpacked, for what is packed */
	ARCHIVE_SPLIT,     /* over several files */
	ARCHIVE_NO_RASTER, /* nothing that is searched for: told by who searches */
	ARCHIVE_ONLY_ARCHIVES,
	/* of one member: */
	ARCHIVE_NO_MEMBER,
	ARCHIVE_ENCRYPTED,
	ARCHIVE_METHOD,
	ARCHIVE_LINK,
	ARCHIVE_SPECIAL,
	ARCHIVE_SPARSE,
};

enum archive_kind { ARCHIVE_TAR, ARCHIVE_TAR_GZ, ARCHIVE_ZIP };

struct archive_member {
	uint64_t start;  /* where it begins, its own header included */
	uint64_t offset; /* of its data: in the file, in a .tar.gz in what that unpacks to */
	uint64_t stored; /* bytes there */
	uint64_t bytes;  /* unpacked */
	uint32_t crc;    /* of a zip's member */
	uint32_t name;   /* offset into names */
	bool deflated;
	uint8_t problem; /* enum archive_problem */
};

/* Which file an archive is, and as what it was read. */
struct archive_id {
	dev_t dev;
	ino_t ino;
	uint64_t bytes;
	struct timespec written, changed; /* st_mtim, st_ctim */
};

/* A directory, read-only once it is read. */
struct archive {
	enum archive_kind kind;
	struct archive_id id;
	uint64_t unpacked; /* bytes of a .tar.gz without gzip */
	/* By name, '/' before all other bytes, so that a folder's members stand together. */
	struct archive_member *member;
	uint32_t n, size;
	char *names;
	size_t names_len, names_size;
	unsigned n_users; /* under the lock of the cache */
};

/* Does the file's name end as those of archives that are read (or not) do? In any case. */
bool archive_named(const char *path);
bool archive_named_other(const char *path);

/*
 * Bytes of the front part of `path` that is an archive's file, where something follows it: 7 for
 * "one.zip/a.tif". 0: there is no such file. Looks at file names, and at the file system once it
 * finds one. Thread-safe, as all of these.
 */
size_t archive_part(const char *path);

/* The directory of an archive's file; NULL with *problem. To be given back. */
const struct archive *archive_get(const char *path, enum archive_problem *problem);
void archive_put(const struct archive *archive);

static inline const char *archive_name(const struct archive *archive, uint32_t i)
{
	return archive->names + archive->member[i].name;
}

/* Bytes of the directories that are kept: the one that was read last, and up to 8 MiB of others. */
size_t archive_kept_bytes(void);

/* What is wrong, to stand behind the archive's name, with the remedy. errno for UNREADABLE. */
const char *archive_words(enum archive_problem problem);
/* The exit code that goes with it. */
int archive_code(enum archive_problem problem);

/* Where a member's bytes are. */
struct archive_place {
	char *archive;      /* the archive's path, owned */
	const char *member; /* its name there, a part of the path it was asked by */
	enum archive_kind kind;
	struct archive_id id;
	bool deflated;
	uint64_t offset, stored, bytes, unpacked; /* as above */
	uint32_t crc;
	uint32_t n_members; /* of the archive */
	size_t names_bytes;
};

/* Are the member's bytes those of the archive's file from `offset` on? Else they are packed. */
static inline bool archive_is_plain(const struct archive_place *place)
{
	return !place->deflated && place->kind != ARCHIVE_TAR_GZ;
}

/* Is this still the archive's file, as it was when its directory was read? */
bool archive_is_of(const struct archive_place *place, const struct stat *st);

/*
 * The same without words: ARCHIVE_NO_MEMBER, too, where the path leads into no archive; with
 * ARCHIVE_UNREADABLE errno says why.
 */
enum archive_problem archive_look(const char *path, struct archive_place *place) MUST_CHECK;

/* Find the member that `path` names. -1: err names it and what is wrong. Release what is found. */
int archive_find(const char *path, struct archive_place *place, struct error *err) MUST_CHECK;
void archive_place_release(struct archive_place *place);

/* Is there such a file, or such a member of an archive? As access(path, F_OK). */
bool archive_exists(const char *path);

/*
 * Read a small file (metadata) by its path, a regular file's or a member's: a stream, NULL with
 * errno (ENOENT, ENOTDIR: there is none; EFBIG: the member is larger than `most`; EBADMSG: it
 * cannot be unpacked, and so fails a read later). Never waits for a pipe's writer: EINVAL for what
 * is no regular file. A member of a .tar.gz is unpacked from the archive's start.
 */
FILE *archive_text(const char *path, uint64_t most);

#endif
