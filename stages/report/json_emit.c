/*
 * JSON values as text: Jansson's compact form, character for character. What lies between values,
 * whole numbers and plain words is written here, as reports hold hundreds of them a scene; all that
 * has a form to be found (real numbers, texts with anything to escape) is Jansson's to write.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "json_stats.h"
#include "json_write.h"
#include "printable.h"

enum { DEEPEST = 64 };

static int hand_on(struct json_writer *e, const char *text, size_t size)
{
	return fwrite(text, 1, size, e->out) == size ? 0 : -1;
}

static int flush(struct json_writer *e)
{
	const size_t n = e->n;

	e->n = 0;
	return hand_on(e, e->text, n);
}

static int put_plain(struct json_writer *e, const char *text, size_t size)
{
	if (size > sizeof(e->text) - e->n && flush(e))
		return -1;
	if (size > sizeof(e->text))
		return hand_on(e, text, size);
	memcpy(e->text + e->n, text, size);
	e->n += size;
	return 0;
}

static int put_char(struct json_writer *e, char c)
{
	if (e->n == sizeof(e->text) && flush(e))
		return -1;
	e->text[e->n++] = c;
	return 0;
}

/* --- by Jansson --- */

/* A character as JSON's \uXXXX, two of them beyond the first plane (RFC 8259, 7). */
static int put_escaped(FILE *out, uint32_t number)
{
	if (number <= 0xFFFF)
		return fprintf(out, "\\u%04X", number);
	number -= 0x10000;
	return fprintf(out, "\\u%04X\\u%04X", 0xD800 + (number >> 10), 0xDC00 + (number & 0x3FF));
}

/*
 * JSON as it is dumped. What is not printable is written as an escape: no reader sees a difference,
 * and no terminal or editor sees the character. Jansson never hands over parts of a character.
 */
static int put_json(const char *text, size_t size, void *writer)
{
	const char *from = text, *end = text + size;
	struct json_writer *e = writer;

	for (const char *at = text; at < end;) {
		size_t n = (unsigned char)*at < 0x7F ? 1 : utf8_length(at);

		if ((unsigned char)*at >= 0x7F && n && !printable_as_is(at, n)) {
			if (put_plain(e, from, (size_t)(at - from)) || flush(e) ||
			    put_escaped(e->out, utf8_number(at, n)) < 0)
				return -1;
			from = at + n;
		}
		at += n ? n : 1;
	}
	return put_plain(e, from, (size_t)(end - from));
}

/* 17 significant digits: reading a number back gives the same double. */
static int put_dumped(struct json_writer *e, const json_t *value)
{
	return json_dump_callback(value, put_json, e,
				  JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
}

/* --- by hand --- */

static int put_whole(struct json_writer *e, json_int_t number)
{
	char digits[24], *at = digits + sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--at = '-';
	return put_plain(e, at, (size_t)(digits + sizeof(digits) - at));
}

/* Whole numbers are written as Jansson writes them; below 10^15 they have the same digits. */
static int put_real(struct json_writer *e, const json_t *value)
{
	const double number = json_real_value(value);

	if (!(fabs(number) < 1e15) || number != trunc(number) || (number == 0 && signbit(number)))
		return put_dumped(e, value);
	return put_whole(e, (json_int_t)number) || put_plain(e, ".0", 2);
}

/* Are these bytes their own JSON? */
static bool is_plain(const char *text, size_t size)
{
	for (const char *end = text + size; text < end; text++)
		if (*text < ' ' || *text >= 0x7F || *text == '"' || *text == '\\')
			return false;
	return true;
}

static int put_quoted(struct json_writer *e, const char *text, size_t size)
{
	return put_char(e, '"') || put_plain(e, text, size) || put_char(e, '"');
}

static int put_text(struct json_writer *e, const json_t *text)
{
	const char *value = json_string_value(text);
	const size_t size = json_string_length(text);

	return is_plain(value, size) ? put_quoted(e, value, size) : put_dumped(e, text);
}

static int put_key(struct json_writer *e, const char *key)
{
	const size_t size = strlen(key);
	json_t *text;
	int rc;

	if (is_plain(key, size))
		return put_quoted(e, key, size) || put_char(e, ':');
	text = json_string(key);
	rc = text ? put_dumped(e, text) : -1;
	json_decref(text);
	return rc || put_char(e, ':');
}

static int put_value(struct json_writer *e, const json_t *value, unsigned depth);

static int put_array(struct json_writer *e, const json_t *array, unsigned depth)
{
	int rc = put_char(e, '[');

	for (size_t i = 0; !rc && i < json_array_size(array); i++)
		rc = (i && put_char(e, ',')) || put_value(e, json_array_get(array, i), depth + 1);
	return rc || put_char(e, ']');
}

/* In the order in which its members were put. */
static int put_object(struct json_writer *e, json_t *object, unsigned depth)
{
	void *at = json_object_iter(object);
	int rc = put_char(e, '{');

	for (bool first = true; !rc && at; at = json_object_iter_next(object, at), first = false)
		rc = (!first && put_char(e, ',')) || put_key(e, json_object_iter_key(at)) ||
		     put_value(e, json_object_iter_value(at), depth + 1);
	return rc || put_char(e, '}');
}

static int put_value(struct json_writer *e, const json_t *value, unsigned depth)
{
	if (depth > DEEPEST)
		return -1;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return put_object(e, (json_t *)(uintptr_t)value, depth);
	case JSON_ARRAY:
		return put_array(e, value, depth);
	case JSON_INTEGER:
		return put_whole(e, json_integer_value(value));
	case JSON_STRING:
		return put_text(e, value);
	case JSON_NULL:
		return put_plain(e, "null", 4);
	case JSON_REAL:
		return put_real(e, value);
	case JSON_TRUE:
	case JSON_FALSE:
		break;
	}
	return put_dumped(e, value);
}

/* --- piece by piece --- */

void jw_begin(struct json_writer *w, FILE *out)
{
	w->out = out;
	w->n = 0;
	w->failed = w->behind = false;
}

/* In front of a value, a key or what opens one; values behind it stand behind another. */
static void next(struct json_writer *w, bool behind)
{
	if (w->behind && put_char(w, ','))
		w->failed = true;
	w->behind = behind;
}

static void note(struct json_writer *w, int rc)
{
	w->failed = w->failed || rc;
}

void jw_open(struct json_writer *w, char bracket)
{
	next(w, false);
	note(w, put_char(w, bracket));
}

void jw_close(struct json_writer *w, char bracket)
{
	note(w, put_char(w, bracket));
	w->behind = true;
}

void jw_key(struct json_writer *w, const char *key)
{
	next(w, false);
	note(w, put_key(w, key));
}

void jw_count(struct json_writer *w, uint64_t n)
{
	next(w, true);
	note(w, put_whole(w, n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

void jw_value(struct json_writer *w, json_t *value)
{
	next(w, true);
	note(w, !value || put_value(w, value, 0));
	json_decref(value);
}

void jw_members(struct json_writer *w, json_t *object)
{
	void *at = json_object_iter(object);

	note(w, !object);
	for (; at && !w->failed; at = json_object_iter_next(object, at)) {
		jw_key(w, json_object_iter_key(at));
		jw_value(w, json_incref(json_object_iter_value(at)));
	}
	json_decref(object);
}

int jw_end(struct json_writer *w, struct error *err)
{
	if (!w->failed && flush(w) == 0)
		return 0;
	if (!ferror(w->out)) /* jansson gives no other reason */
		return error_memory(err, "JSON of a report", sizeof(struct summary));
	return error_errno(err, EX_IOERR, errno ? errno : EIO, "cannot write");
}

int js_emit(FILE *out, json_t *value, struct error *err)
{
	struct json_writer w;

	jw_begin(&w, out);
	jw_value(&w, value);
	return jw_end(&w, err);
}
