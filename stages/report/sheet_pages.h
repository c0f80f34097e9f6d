/*
 * Pages of a contact sheet: what they are called (FILE.png, FILE-2.png, and so on), and what their
 * files say that they are.
 */
#ifndef IMGPIPE_STAGES_SHEET_PAGES_H
#define IMGPIPE_STAGES_SHEET_PAGES_H

#include <stddef.h>
#include <stdint.h>

enum {
	SHEET_PAGES_MOST = 100,
	SHEET_HEAD_BYTES = 2048 /* what a sheet is stands behind its table of colours */
};

/* How many pages so many pictures take. */
unsigned sheet_pages(uint64_t n_pictures);

/* The path of page `page`, from 2; to be freed. NULL without memory. */
char *sheet_page_path(const char *path, unsigned page);

/* Which further page, from 2, of the sheet `sheet` is `name`? 0: none. Paths or names, alike. */
unsigned sheet_page_of(const char *sheet, const char *name);

/*
 * Which page of a contact sheet a file that begins so says that it is: 1 the first or only one; 0:
 * it is none. Up to SHEET_HEAD_BYTES are looked at.
 */
unsigned sheet_page_in(const char *head, size_t n);

#endif
