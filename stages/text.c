/*
 * Text for people. Knows nothing of reports.
 */
#include "text.h"

#include <math.h>
#include <string.h>

static size_t utf8_expected(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* The second byte's range keeps out overlong forms, surrogates and numbers over U+10FFFF. */
static int utf8_second_ok(unsigned char lead, unsigned char second)
{
	unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
	unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;

	return second >= low && second <= high;
}

size_t utf8_length(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = utf8_expected(*u);

	if (*u == '\0')
		return 0;
	if (n > 1 && !utf8_second_ok(u[0], u[1]))
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((u[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

/* C0 and C1 controls and DEL. */
static int is_control(const char *p, size_t n)
{
	unsigned char c = (unsigned char)*p;

	return (n == 1 && (c < 0x20 || c == 0x7F)) ||
	       (n == 2 && c == 0xC2 && (unsigned char)p[1] < 0xA0);
}

/* Copy one character, or '?', and step over it; returns the bytes written. */
static size_t copy_glyph(char *out, const char **p)
{
	size_t n = utf8_length(*p);

	if (n == 0 || is_control(*p, n)) {
		*out = '?';
		*p += n ? n : 1;
		return 1;
	}
	memcpy(out, *p, n);
	*p += n;
	return n;
}

static size_t count_glyphs(const char *text)
{
	char skip[4];
	size_t n = 0;

	while (*text != '\0') {
		(void)copy_glyph(skip, &text);
		n++;
	}
	return n;
}

const char *text_cut(char out[4 * TEXT_NAME_COLUMNS + 1], const char *text, unsigned width)
{
	size_t n = count_glyphs(text), used = 0;
	size_t head = n <= width ? n : (width - 3 + 1) / 2;
	size_t tail_from = n <= width ? n : n - (width - 3 - head);
	char skip[4];

	for (size_t i = 0; i < n; i++) {
		if (i == head && n > width) {
			memcpy(out + used, "...", 3);
			used += 3;
		}
		if (i < head || i >= tail_from)
			used += copy_glyph(out + used, &text);
		else
			(void)copy_glyph(skip, &text);
	}
	for (; n < width; n++)
		out[used++] = ' ';
	out[used] = '\0';
	return out;
}

static void put_word(FILE *out, const char *word, const char *end)
{
	char glyph[4];

	while (word < end) {
		size_t n = copy_glyph(glyph, &word);

		(void)fwrite(glyph, 1, n, out);
	}
}

static size_t word_columns(const char *word, const char *end)
{
	char skip[4];
	size_t n = 0;

	for (; word < end; n++)
		(void)copy_glyph(skip, &word);
	return n;
}

void text_fold(FILE *out, unsigned column, unsigned indent, const char *text)
{
	size_t at = column;
	int first = 1;

	for (const char *word = text + strspn(text, " "); *word != '\0';) {
		const char *end = word + strcspn(word, " ");
		size_t columns = word_columns(word, end);

		if (first ? at > indent && at + columns > TEXT_COLUMNS
			  : at + 1 + columns > TEXT_COLUMNS) {
			(void)fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			(void)fputc(' ', out);
			at++;
		}
		put_word(out, word, end);
		at += columns;
		first = 0;
		word = end + strspn(end, " ");
	}
	(void)fputc('\n', out);
}

void text_item(FILE *out, unsigned indent, const char *label, const char *text)
{
	(void)fprintf(out, "%-*s", (int)indent, label);
	text_fold(out, indent, indent, text);
}

const char *text_value(char buf[24], double value)
{
	if (isnan(value))
		return strcpy(buf, "-");
	(void)snprintf(buf, 24, fabs(value) < 999.99995 ? "%.4f" : "%.2g", value);
	return buf;
}
