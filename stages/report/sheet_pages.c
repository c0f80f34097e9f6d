/*
 * Pages of a contact sheet by their names, and by what stands in them.
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

/* Behind "; page " at the end of the title. */
static unsigned page_of_title(const char *title, size_t n)
{
	static const char words[] = "; page ";
	unsigned page = 0;
	const char *at = n ? memmem(title, n, words, sizeof(words) - 1) : NULL;

	if (!at)
		return 1;
	for (at += sizeof(words) - 1; at < title + n && *at >= '0' && *at <= '9'; at++)
		page = page > SHEET_PAGES_MOST ? page : 10 * page + (unsigned)(*at - '0');
	return page ? page : 1;
}

/* As libpng writes it for stages/picture/sheet.c: before each name four bytes of length. */
unsigned sheet_page_in(const char *head, size_t n)
{
	static const char mark[] = "tEXtSoftware\0" SHEET_SOFTWARE, title[] = "tEXtTitle";
	const char *at = n ? memmem(head, n, mark, sizeof(mark) - 1) : NULL;
	size_t left;

	if (!at)
		return 0;
	at = memmem(head, n, title, sizeof(title));
	if (!at || at - head < 4)
		return 1;
	left = n - (size_t)(at + sizeof(title) - head);
	n = (unsigned char)at[-1];
	n = n > sizeof("Title") ? n - sizeof("Title") : 0;
	return page_of_title(at + sizeof(title), n < left ? n : left);
}
