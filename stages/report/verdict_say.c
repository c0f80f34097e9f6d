/*
 * A sentence of a verdict.
 */
#include "verdict_parts.h"

#include <stdarg.h>
#include <stdio.h>

void verdict_say(struct verdict *v, const char *format, ...)
{
	va_list args;

	if (v->n == VERDICT_MAX)
		return;
	va_start(args, format);
	(void)vsnprintf(v->sentence[v->n++], VERDICT_BYTES, format, args);
	va_end(args);
}
