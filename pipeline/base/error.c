/*
 * Error values: formatting only. Knows nothing of what failed.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"
#include "redact.h"

/* The longest path with a name that is as long beside it, and words. */
enum { RAW_BYTES = 2 * 4096 + ERROR_TEXT_BYTES };

/* The text, with ": tail" behind it where there is a tail. */
PRINTF_LIKE(4, 0)
static void set_text(struct error *err, int code, const char *tail, const char *format,
		     va_list args)
{
	char raw[RAW_BYTES + ERROR_TEXT_BYTES + 2];
	size_t used;

	if (vsnprintf(raw, RAW_BYTES, format, args) < 0)
		raw[0] = '\0';
	used = strlen(raw);
	if (tail)
		(void)snprintf(raw + used, sizeof(raw) - used, ": %s", tail);
	redact(raw);
	err->code = code;
	(void)printable_copy(err->text, sizeof(err->text), raw);
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return -1;
	va_start(args, format);
	set_text(err, code, NULL, format, args);
	va_end(args);
	err->number = 0;
	return -1;
}

int error_errno(struct error *err, int code, int errno_value, const char *format, ...)
{
	char buffer[128];
	va_list args;

	if (!err)
		return -1;
	va_start(args, format);
	set_text(err, code, strerror_r(errno_value, buffer, sizeof(buffer)), format, args);
	va_end(args);
	err->number = errno_value;
	return -1;
}

/* The old text is printable already; it may have lines of its own, which stay if all fits. */
int error_prefix(struct error *err, const char *format, ...)
{
	char old[ERROR_TEXT_BYTES];
	va_list args;
	size_t used;

	if (!err)
		return -1;
	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	set_text(err, err->code, NULL, format, args);
	va_end(args);
	used = strlen(err->text);
	if (used + 2 + strlen(old) < sizeof(err->text)) {
		(void)sprintf(err->text + used, ": %s", old);
		return -1;
	}
	va_start(args, format);
	set_text(err, err->code, old, format, args);
	va_end(args);
	return -1;
}

int error_memory(struct error *err, const char *what, unsigned long long bytes)
{
	return error_set(err, EX_TEMPFAIL,
			 "no memory for %s (%llu bytes); free some memory or use fewer workers",
			 what, bytes);
}
