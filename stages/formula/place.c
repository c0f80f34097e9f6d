/*
 * The three lines of an error in a formula. Knows nothing of what is wrong.
 */
#include "place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

enum {
	MESSAGE_BYTES = 400,
	BEFORE = 45, /* columns in front of the caret, at most */
	MARK = 3,    /* "..." where something is left out */
	WINDOW = PLACE_COLUMNS - 2 * MARK,
};

/* Of one column everywhere: no East Asian letters, no marks that sit on others. */
static bool is_narrow(uint32_t number)
{
	return number < 0x300 || (number >= 0x370 && number < 0x480) ||
	       (number >= 0x2010 && number < 0x2300);
}

/* One character that is shown as it is, or one byte as \xNN; white space is a blank. */
static size_t show(char piece[PRINTABLE_PIECE], const char **text, size_t *columns)
{
	size_t n = utf8_length(*text);

	if (strchr("\t\n\r", **text)) {
		++*text;
		*columns = 1;
		return (size_t)snprintf(piece, PRINTABLE_PIECE, " ");
	}
	if (printable_as_is(*text, n) && is_narrow(utf8_number(*text, n))) {
		*columns = 1;
		return printable_next(piece, text);
	}
	*columns = 4;
	return (size_t)snprintf(piece, PRINTABLE_PIECE, "\\x%02X",
				(unsigned)(unsigned char)*(*text)++);
}

/* Columns that the text takes up to `to`. A place inside a character stands at its beginning. */
static size_t columns_before(const char *text, const char *to)
{
	char piece[PRINTABLE_PIECE];
	size_t all = 0, columns = 0;

	while (*text && text < to) {
		(void)show(piece, &text, &columns);
		if (text <= to)
			all += columns;
	}
	return all;
}

/* The columns [from, from + WINDOW) of the text, with marks where something is left out. */
static char *show_window(char *out, const char *text, size_t from)
{
	char piece[PRINTABLE_PIECE];
	size_t at = 0, columns;

	if (from)
		out = mempcpy(out, "...", MARK);
	while (*text) {
		size_t n = show(piece, &text, &columns);

		if (at >= from && at + columns <= from + WINDOW)
			out = mempcpy(out, piece, n);
		else if (at >= from)
			break;
		else if (at + columns > from) /* cut by the edge: keep the columns */
			for (size_t i = from; i < at + columns; i++)
				*out++ = ' ';
		at += columns;
	}
	if (at + (*text ? 1 : 0) > from + WINDOW || *text)
		out = mempcpy(out, "...", MARK);
	*out = '\0';
	return out;
}

int place_error(struct error *err, const char *text, size_t at, const char *format, ...)
{
	char raw[2 * MESSAGE_BYTES], *out;
	size_t column, from;
	va_list args;

	if (!err)
		return -1;
	va_start(args, format);
	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		raw[0] = '\0';
	va_end(args);
	err->code = EX_USAGE;
	column = columns_before(text, text + at);
	from = column > BEFORE ? column - BEFORE : 0;
	out = printable_copy(err->text, MESSAGE_BYTES, raw);
	out += strlen(out);
	*out++ = '\n';
	out = show_window(out, text, from);
	*out++ = '\n';
	column = column - from + (from ? MARK : 0);
	memset(out, ' ', column);
	memcpy(out + column, "^", 2);
	return -1;
}
