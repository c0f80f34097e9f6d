/*
 * Patterns over file names, extensions, dates and baselines. It knows how names are written, not
 * what a sensor is; band tokens are in tokens.c.
 */
#include "names.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* No more stand for anything: a file's name is not longer. */
enum { MAX_WILDCARDS = NAME_MAX };

struct span {
	const char *from, *to;
};

static bool capture_spans(const char *p, const char *text, struct span *span, unsigned *n)
{
	const char *star = NULL, *retry = NULL;
	unsigned n_star = 0;

	*n = 0;
	while (*text || *p) {
		bool wildcard = *p == '*' || *p == '?';

		if (wildcard && *n == MAX_WILDCARDS)
			return false;
		if (*p == '*') {
			star = p++;
			retry = text;
			n_star = *n;
			span[(*n)++] = (struct span){text, text};
		} else if (*text && *p == '?') {
			span[(*n)++] = (struct span){text, text + 1};
			p++;
			text++;
		} else if (*text && *p == *text) {
			p++;
			text++;
		} else if (star && *retry) {
			p = star + 1;
			text = ++retry;
			*n = n_star + 1;
			span[n_star].to = text;
		} else {
			return false;
		}
	}
	return true;
}

bool name_capture(const char *pattern, const char *text, char *captured, size_t size)
{
	struct span span[MAX_WILDCARDS];
	unsigned n;
	size_t used = 0;

	if (!capture_spans(pattern, text, span, &n))
		return false;
	for (unsigned i = 0; i < n; i++) {
		int len = snprintf(captured + used, size - used, "%.*s/",
				   (int)(span[i].to - span[i].from), span[i].from);

		if (len < 0 || (size_t)len >= size - used)
			break;
		used += (size_t)len;
	}
	if (n == 0)
		captured[0] = '\0';
	return true;
}

bool name_is_raster(const char *name)
{
	static const char *const extensions[] = {
		"tif", "tiff", "gtif", "gtiff", "tf8", "btf", "jp2", "j2k", "jpx", "vrt",
		"img", "bil",  "bip",  "bsq",   "ntf", "kea", "rst", "ers", "pix",
	};
	size_t stem = name_stem(name);

	if (!name[stem])
		return false;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcasecmp(name + stem + 1, extensions[i]) == 0)
			return true;
	return false;
}

static size_t digits_at(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

static unsigned number(const char *s, unsigned n)
{
	unsigned value = 0;

	for (unsigned i = 0; i < n; i++)
		value = value * 10 + (unsigned)(s[i] - '0');
	return value;
}

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool put_ymd(unsigned year, unsigned month, unsigned day, char out[24])
{
	if (year < 1960 || year > 2100 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	snprintf(out, 24, "%04u-%02u-%02u", year, month, day);
	return true;
}

static bool put_doy(unsigned year, unsigned doy, char out[24])
{
	static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned month = 0;

	if (doy < 1 || doy > 365u + is_leap(year))
		return false;
	for (;; month++) {
		unsigned in_month = days[month] + (month == 1 && is_leap(year) ? 1u : 0u);

		if (doy <= in_month)
			return put_ymd(year, month + 1, doy, out);
		doy -= in_month;
	}
}

/* A time of day behind a date: 'T' or '_', then exactly six digits. */
static void put_time(const char *s, char out[24])
{
	unsigned h, m, sec;

	if ((s[0] != 'T' && s[0] != 't' && s[0] != '_') || digits_at(s + 1) != 6)
		return;
	h = number(s + 1, 2);
	m = number(s + 3, 2);
	sec = number(s + 5, 2);
	if (h < 24 && m < 60 && sec < 61)
		snprintf(out + 10, 14, "T%02u:%02u:%02uZ", h % 100, m % 100, sec % 100);
}

/* Names of Sentinel-2 before December 2016 begin with the time of processing; "_V" is sensing. */
static const char *old_sensing_time(const char *name)
{
	for (const char *s = strstr(name, "_V"); s; s = strstr(s + 1, "_V"))
		if (digits_at(s + 2) == 8 && s[10] == 'T')
			return s;
	return NULL;
}

void name_date(const char *name, enum date_form form, char out[24])
{
	size_t want = form == DATE_YEARDOY ? 7 : 8;

	out[0] = '\0';
	if (form == DATE_NONE)
		return;
	if (name_matches("S2@_OPER_*", name, strlen(name)) && !(name = old_sensing_time(name)))
		return;
	if (form == DATE_LANDSAT && strlen(name) >= 16 && digits_at(name + 3) == 13) {
		put_doy(number(name + 9, 4), number(name + 13, 3), out);
		return;
	}
	for (const char *s = name; *s;) {
		size_t n = digits_at(s);

		if (n == want &&
		    (form == DATE_YEARDOY
			     ? put_doy(number(s, 4), number(s + 4, 3), out)
			     : put_ymd(number(s, 4), number(s + 4, 2), number(s + 6, 2), out))) {
			put_time(s + n, out);
			return;
		}
		s += n ? n : 1;
	}
}

bool name_holds(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}
