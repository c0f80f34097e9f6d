/*
 * What may be shown as it is, and the escape for the rest.
 */
#include "printable.h"

#include <stdarg.h>
#include <string.h>

enum { LINE_BYTES = 4096, RAW_LINE_BYTES = 3 * 4096 };

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
static bool utf8_second_ok(unsigned char lead, unsigned char second)
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

uint32_t utf8_number(const char *p, size_t n)
{
	static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t number = n <= 4 ? (unsigned char)*p & lead_bits[n] : 0;

	for (size_t i = 1; i < n; i++)
		number = number << 6 | ((unsigned char)p[i] & 0x3F);
	return number;
}

/*
 * Unicode 15: general categories Cc (controls), Zl and Zp (separators of lines and paragraphs), the
 * property Default_Ignorable_Code_Point (soft hyphen, zero widths, directions, fillers, variation
 * selectors, tags), interlinear annotation, noncharacters. Not the rest of Cf: those marks are
 * seen.
 */
static const struct range {
	uint32_t from, to;
} hidden[] = {
	{0x00, 0x1F},       {0x7F, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},
	{0x61C, 0x61C},     {0x115F, 0x1160}, {0x17B4, 0x17B5},   {0x180B, 0x180F},
	{0x200B, 0x200F},   {0x2028, 0x202E}, {0x2060, 0x206F},   {0x3164, 0x3164},
	{0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
	{0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
	{0xE0000, 0xE0FFF},
};

bool printable_as_is(const char *p, size_t n)
{
	uint32_t number;

	if (n == 0)
		return false;
	if (n == 1)
		return *p >= ' ' && *p != 0x7F;
	number = utf8_number(p, n);
	if ((number & 0xFFFE) == 0xFFFE) /* the last two of every plane are no characters */
		return false;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (number <= hidden[i].to)
			return number < hidden[i].from;
	return true;
}

size_t printable_next(char piece[PRINTABLE_PIECE], const char **text)
{
	size_t n = utf8_length(*text), used = 0;

	if (printable_as_is(*text, n)) {
		memcpy(piece, *text, n);
		*text += n;
		piece[n] = '\0';
		return n;
	}
	for (n = n ? n : 1; n; n--)
		used += (size_t)snprintf(piece + used, PRINTABLE_PIECE - used, "\\x%02X",
					 (unsigned)(unsigned char)*(*text)++);
	return used;
}

static bool is_capital_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static bool is_escape(const char *p)
{
	return p[0] == '\\' && p[1] == 'x' && is_capital_hex(p[2]) && is_capital_hex(p[3]);
}

size_t printable_name_next(char piece[PRINTABLE_PIECE], const char **name)
{
	if (!is_escape(*name))
		return printable_next(piece, name);
	++*name;
	memcpy(piece, "\\x5C", 5);
	return 4;
}

static size_t shown_length(const char *text)
{
	char piece[PRINTABLE_PIECE];
	size_t length = 0;

	while (*text)
		length += printable_next(piece, &text);
	return length;
}

/* Pieces that lie whole in [from, to) of the shown text. */
static char *copy_part(char *out, const char *text, size_t from, size_t to)
{
	char piece[PRINTABLE_PIECE];
	size_t at = 0;

	while (*text && at < to) {
		size_t n = printable_next(piece, &text);

		if (at >= from && at + n <= to)
			out = mempcpy(out, piece, n);
		at += n;
	}
	return out;
}

char *printable_copy(char *out, size_t size, const char *text)
{
	static const char gap[] = "...";
	size_t length = shown_length(text), room, head;
	char *at = out;

	if (length < size) {
		*copy_part(out, text, 0, length) = '\0';
		return out;
	}
	if (size < sizeof(gap))
		return size ? memset(out, 0, size) : out;
	room = size - sizeof(gap);
	head = room / 2;
	at = copy_part(at, text, 0, head);
	at = mempcpy(at, gap, sizeof(gap) - 1);
	*copy_part(at, text, length - (room - head), length) = '\0';
	return out;
}

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

void printable_restore(char *name)
{
	char *to = name;

	for (const char *from = name; *from; to++) {
		if (is_escape(from)) {
			*to = (char)(hex_value(from[2]) << 4 | hex_value(from[3]));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

void printable_line(FILE *out, const char *format, ...)
{
	char raw[RAW_LINE_BYTES], shown[LINE_BYTES];
	va_list args;

	va_start(args, format);
	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		raw[0] = '\0';
	va_end(args);
	/* One call: other threads and processes write there, too. */
	(void)fprintf(out, "%s\n", printable_copy(shown, sizeof(shown), raw));
}
