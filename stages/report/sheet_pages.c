/*
 * Names of the pages of a contact sheet.
 */
#include "sheet_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "picture/sheet.h"
#include "window.h"

/* Of a path: what stands before ".png". */
static size_t stem(const char *path)
{
	static const char end[] = ".png";
	size_t n = strlen(path), m = sizeof(end) - 1;

	return n > m && strcasecmp(path + n - m, end) == 0 ? n - m : n;
}

unsigned sheet_pages(uint64_t n_pictures)
{
	uint64_t n = ceil_div(n_pictures, SHEET_CELLS);

	return n > SHEET_PAGES_MOST ? SHEET_PAGES_MOST : n ? (unsigned)n : 1;
}

char *sheet_page_path(const char *path, unsigned page)
{
	size_t n = stem(path);
	char *out = NULL;

	return asprintf(&out, "%.*s-%u%s", (int)n, path, page, path + n) < 0 ? NULL : out;
}

unsigned sheet_page_of(const char *sheet, const char *name)
{
	size_t n = stem(sheet);
	unsigned long page;
	char *end;

	if (strncmp(name, sheet, n) != 0 || name[n] != '-' || name[n + 1] < '1' ||
	    name[n + 1] > '9')
		return 0;
	page = strtoul(name + n + 1, &end, 10);
	return page >= 2 && page <= SHEET_PAGES_MOST && strcmp(end, sheet + n) == 0 ? (unsigned)page
										    : 0;
}
