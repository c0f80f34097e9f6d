/*
 * Small pictures of a run on their way to a contact sheet: in a file without a name beside it, as
 * they come, to be read by date; what is kept in memory is 40 bytes a picture. Knows no scenes.
 */
#ifndef IMGPIPE_STAGES_SHEET_STORE_H
#define IMGPIPE_STAGES_SHEET_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "picture/sheet.h"
#include "sheet_pages.h"
#include "base/new_file.h"

enum {
	SHEET_STORE_MOST = SHEET_PAGES_MOST * SHEET_CELLS,
	SHEET_DATE_BYTES = 24,
	SHEET_LINE_BYTES = 128,
	SHEET_REASON_BYTES = 320
};

struct sheet_key {
	char date[SHEET_DATE_BYTES]; /* ISO; "" sorts last */
	uint32_t number;             /* in which order they came */
	uint64_t offset;
};

/* As it lies in the file; pixels follow. */
struct sheet_record {
	char first[SHEET_LINE_BYTES], second[SHEET_LINE_BYTES], reason[SHEET_REASON_BYTES];
	bool has_picture;
	struct thumbnail thumbnail;
};

struct sheet_store {
	int folder, fd;
	struct new_file file;
	uint32_t n, room;
	uint64_t bytes;
	struct sheet_key *key;
};

/* Memory that it takes at the most. Pure. */
size_t sheet_store_bytes(void);

/* Beside `path`. Close it whatever comes back. -1 with EX_CANTCREAT. */
int sheet_store_open(struct sheet_store *store, const char *path, struct error *err) MUST_CHECK;
void sheet_store_close(struct sheet_store *store); /* all zero is allowed */

/* -1 with EX_IOERR. No more than SHEET_STORE_MOST. */
int sheet_store_add(struct sheet_store *store, const char *date, const struct sheet_cell *cell,
		    struct error *err) MUST_CHECK;
void sheet_store_sort(struct sheet_store *store);
/* Number i in that order. Its picture is to be released. */
int sheet_store_read(const struct sheet_store *store, uint32_t i, struct sheet_record *record,
		     struct error *err) MUST_CHECK;

#endif
