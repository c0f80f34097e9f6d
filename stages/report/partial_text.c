/*
 * Text of partial results: each has one form, whatever its bytes (include/printable.h).
 */
#include "partial.h"

#include <stdlib.h>
#include <string.h>

#include "json_stats.h"
#include "printable.h"

json_t *partial_text(const char *text)
{
	return js_whole_name(text);
}

/* The bytes that were written so, and no others: each text has one form. */
char *partial_read_text(const json_t *value, size_t most)
{
	char *text = json_is_string(value) && json_string_length(value) <= 4 * most
			     ? strdup(json_string_value(value))
			     : NULL;
	json_t *again;
	bool same;

	if (!text)
		return NULL;
	printable_restore(text);
	again = js_whole_name(text);
	same = strlen(text) <= most && json_equal(again, value);
	json_decref(again);
	if (same)
		return text;
	free(text);
	return NULL;
}
