/*
 * Pieces of JSON that several reports share, on top of jansson. Failure is sticky: a function that
 * is handed NULL, or runs out of memory, gives NULL (freeing what it was handed), so a whole object
 * is built without a test a line and js_emit() sees at the end whether all went well.
 */
#ifndef IMGPIPE_JSON_STATS_H
#define IMGPIPE_JSON_STATS_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "accum.h"
#include "result.h"
#include "error.h"

/* Words as JSON: a byte that is not UTF-8 becomes \xNN, four characters. Secrets of addresses are
 * left out (base/redact.h), here and in names. */
json_t *js_text(const char *text);
/* The name of a file or scene, so that its bytes can be had back (include/printable.h). */
json_t *js_name(const char *name);
/* Likewise, with all that stands in it: for texts that are read again and compared. */
json_t *js_whole_name(const char *name);
json_t *js_text_or_null(const char *text); /* null for NULL and "" */

json_t *js_count(uint64_t n);    /* over 2^63 - 1: that number */
json_t *js_number(double value); /* null where not finite; -0 becomes 0 */
json_t *js_seconds(uint64_t ns);

/* (*object)[key] = value, taking `value` over. */
void js_put(json_t **object, const char *key, json_t *value);
void js_append(json_t **array, json_t *value);

/* Exact integers may be longer than JSON readers take numbers to be: as text. */
json_t *js_wide(int128 n);
/* Cells that are numbers, by their names; 0 where cells is NULL. */
json_t *js_exact(const struct result_layout *layout, const struct cell_group *cells);

/* Write `value` on one line, without a newline, and free it. */
int js_emit(FILE *out, json_t *value, struct error *err) MUST_CHECK;

/* Write "key": value as js_emit() does, with `before` in front. */
int js_emit_member(FILE *out, const char *before, const char *key, json_t *value,
		   struct error *err) MUST_CHECK;

#endif
