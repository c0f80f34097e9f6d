/*
 * Pieces of JSON that several reports share. Knows what a summary is, not which report it is for.
 */
#include "json_stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "printable.h"
#include "report_words.h"
#include "window.h"

static json_t *text_of(const char *text, size_t (*next)(char *piece, const char **text))
{
	size_t size = size_add(size_mul(strlen(text), 4), 1), used = 0;
	char piece[PRINTABLE_PIECE], *copy = malloc(size);
	json_t *json;

	if (!copy)
		return NULL;
	while (*text) {
		size_t n = utf8_length(text);

		/* js_emit() has a form of its own for characters that must not be seen raw. */
		if (n > 1 || (n == 1 && *text != '\\')) {
			memcpy(copy + used, text, n);
			text += n;
		} else {
			n = next(piece, &text);
			memcpy(copy + used, piece, n);
		}
		used += n;
	}
	json = json_stringn(copy, used);
	free(copy);
	return json;
}

/* The same without the secrets of an address. */
static json_t *shown_text(const char *text, size_t (*next)(char *piece, const char **text))
{
	char *shown = strpbrk(text, "@=%") ? strdup(text) : NULL;
	json_t *json;

	if (!shown && strpbrk(text, "@=%"))
		return NULL;
	if (shown)
		redact(shown);
	json = text_of(shown ? shown : text, next);
	free(shown);
	return json;
}

json_t *js_text(const char *text)
{
	return shown_text(text, printable_next);
}

json_t *js_name(const char *name)
{
	return shown_text(name, printable_name_next);
}

json_t *js_whole_name(const char *name)
{
	return text_of(name, printable_name_next);
}

json_t *js_text_or_null(const char *text)
{
	return text && *text ? js_text(text) : json_null();
}

json_t *js_count(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

json_t *js_number(double value)
{
	return isfinite(value) ? json_real(value + 0.0) : json_null();
}

json_t *js_seconds(uint64_t ns)
{
	return js_number((double)ns / 1e9);
}

void js_put(json_t **object, const char *key, json_t *value)
{
	if (json_object_set_new(*object, key, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

void js_append(json_t **array, json_t *value)
{
	if (json_array_append_new(*array, value) == 0)
		return;
	json_decref(*array);
	*array = NULL;
}

int js_emit_member(FILE *out, const char *before, const char *key, json_t *value, struct error *err)
{
	if (fprintf(out, "%s\"%s\":", before, key) < 0) {
		json_decref(value);
		return error_errno(err, EX_IOERR, errno, "cannot write");
	}
	return js_emit(out, value, err);
}

json_t *js_wide(int128 n)
{
	char text[48], *at = text + sizeof(text) - 1;
	uint128 rest = n < 0 ? -(uint128)n : (uint128)n;

	*at = '\0';
	do
		*--at = (char)('0' + (int)(rest % 10));
	while (rest /= 10);
	if (n < 0)
		*--at = '-';
	return json_string(at);
}

/* A cell that is a number. */
static json_t *cell_number(const struct cell_kind *kind, const struct cell_group *cells)
{
	uint64_t count = 0;
	int128 wide = 0;

	if (kind->reducer->number == CELL_COUNT) {
		if (cells)
			memcpy(&count, group_cell(cells, kind->offset), sizeof(count));
		return js_count(count);
	}
	if (cells)
		memcpy(&wide, group_cell(cells, kind->offset), sizeof(wide));
	return js_wide(wide);
}

json_t *js_exact(const struct result_layout *layout, const struct cell_group *cells)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < layout->n_kinds; i++)
		if (layout->kind[i].name && layout->kind[i].reducer->number != CELL_OPAQUE)
			js_put(&o, layout->kind[i].name, cell_number(&layout->kind[i], cells));
	return o;
}
