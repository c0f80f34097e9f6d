/*
 * Pages of a contact sheet and what they are called: FILE.png, FILE-2.png, and so on.
 */
#ifndef IMGPIPE_STAGES_SHEET_PAGES_H
#define IMGPIPE_STAGES_SHEET_PAGES_H

#include <stdint.h>

enum { SHEET_PAGES_MOST = 100 };

/* How many pages so many pictures take. */
unsigned sheet_pages(uint64_t n_pictures);

/* The path of page `page`, from 2; to be freed. NULL without memory. */
char *sheet_page_path(const char *path, unsigned page);

/* Which further page, from 2, of the sheet `sheet` is `name`? 0: none. Paths or names, alike. */
unsigned sheet_page_of(const char *sheet, const char *name);

#endif
