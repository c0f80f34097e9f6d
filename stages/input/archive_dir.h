/*
 * A directory while it is read: members are added one by one, and checked among each other when all
 * are there. Private to the readers of archives: archive_tar.c, archive_zip.c.
 */
#ifndef IMGPIPE_ARCHIVE_DIR_H
#define IMGPIPE_ARCHIVE_DIR_H

#include "archive.h"
#include "archive_source.h"

/* Add one member; its name is cleaned of "." and "//". Without a name left it is none. */
enum archive_problem archive_add(struct archive *archive, const char *name, size_t length,
				 const struct archive_member *member);

/* All are there: sort, and refuse what is there twice or overlaps. */
enum archive_problem archive_finish(struct archive *archive);

/* strcmp() with '/' before all other bytes: the order of members. */
int archive_compare(const char *a, const char *b);

/* Can so many bytes be packed into so few? FINE, LIES or TOO_LARGE. */
enum archive_problem archive_ratio(uint64_t packed, uint64_t bytes);

/* The directories, by their formats: archive_tar.c, archive_zip.c. */
enum archive_problem archive_read_tar(struct archive *archive, struct archive_source *source);
enum archive_problem archive_read_zip(struct archive *archive, int fd, uint64_t file_bytes);

#endif
