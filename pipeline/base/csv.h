/*
 * Fields of text in comma-separated tables: quoted as RFC 4180 says, one line a record, and
 * harmless in a spreadsheet. Knows no table.
 */
#ifndef IMGPIPE_CSV_H
#define IMGPIPE_CSV_H

#include <stdio.h>

/* The name of a file or scene, so that its bytes can be recovered (include/printable.h). */
void csv_name(FILE *out, const char *name);

/* Words for people: errors, problems, what files say. */
void csv_words(FILE *out, const char *text);

#endif
