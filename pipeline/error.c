/*
 * Error values: formatting only. Knows nothing of what failed.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One line, printable: file names and library messages may hold anything. */
static void flatten(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

PRINTF_LIKE(3, 0)
static void set_text(struct error *err, int code, const char *format, va_list args)
{
	err->code = code;
	if (vsnprintf(err->text, sizeof(err->text), format, args) < 0)
		err->text[0] = '\0';
	flatten(err->text);
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return -1;
	va_start(args, format);
	set_text(err, code, format, args);
	va_end(args);
	return -1;
}

static void append(struct error *err, const char *text)
{
	size_t used = strlen(err->text);

	snprintf(err->text + used, sizeof(err->text) - used, ": %s", text);
	flatten(err->text);
}

int error_errno(struct error *err, int code, int errno_value, const char *format, ...)
{
	char buffer[128];
	va_list args;

	if (!err)
		return -1;
	va_start(args, format);
	set_text(err, code, format, args);
	va_end(args);
	append(err, strerror_r(errno_value, buffer, sizeof(buffer)));
	return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
	char old[ERROR_TEXT_BYTES];
	va_list args;

	if (!err)
		return -1;
	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	set_text(err, err->code, format, args);
	va_end(args);
	append(err, old);
	return -1;
}

int error_memory(struct error *err, const char *what, unsigned long long bytes)
{
	return error_set(err, EX_TEMPFAIL,
			 "no memory for %s (%llu bytes); free some memory or use fewer workers",
			 what, bytes);
}
