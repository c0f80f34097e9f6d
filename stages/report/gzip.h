/*
 * Text that is compressed on its way to a file, and back (gzip, RFC 1952, by zlib). Streams both
 * ways, in bounded memory; knows nothing of what the text says.
 *
 * What is written depends on the text alone: level 6, no name, no time. The comment in the header
 * says whose it is, so that a later run may replace its own file and nobody else's.
 */
#ifndef IMGPIPE_STAGES_GZIP_H
#define IMGPIPE_STAGES_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"

/* --- writing --- */

struct gzip_writer;

/* In front of `below`, which is not owned. -1 without memory (it takes REPORT_GZIP_BYTES). */
int gzip_writer_open(struct gzip_writer **writer, FILE *below, struct error *err) MUST_CHECK;
/* Where the text goes. Not to be closed. */
FILE *gzip_writer_stream(const struct gzip_writer *writer);
/* All of it, and its end, is handed to `below`. Frees the writer. -1 with errno. */
int gzip_writer_finish(struct gzip_writer *writer) MUST_CHECK;
/* Frees it, and writes nothing more. NULL is allowed. */
void gzip_writer_abandon(struct gzip_writer *writer);

/* Do these first bytes of a file say that a gzip_writer made it? */
bool gzip_is_ours(const void *head, size_t bytes);

/* --- reading --- */

struct gzip_reader;

/* Does a stream at its beginning hold gzip data? It stays at its beginning. */
bool gzip_begins(FILE *in);
/*
 * The text of `below`, which is owned on success only. It must be one member, whole, checked by its
 * sum, with nothing behind it: else the stream ends with an error (ferror) and there is a problem.
 * Memory: some 48 KiB, however much the data unpack to.
 */
int gzip_reader_open(struct gzip_reader **reader, FILE *below, struct error *err) MUST_CHECK;
FILE *gzip_reader_stream(const struct gzip_reader *reader);
/* What is wrong with the data, in words; NULL: nothing so far. */
const char *gzip_reader_problem(const struct gzip_reader *reader);
/* Frees it and closes `below`. NULL is allowed. */
void gzip_reader_free(struct gzip_reader *reader);

#endif
