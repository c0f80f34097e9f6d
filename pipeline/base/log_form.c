/*
 * Lines of the log. No memory is asked for: there may be none, and that is what is to be told.
 */
#include "log_form.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "printable.h"
#include "redact.h"

/* Shown bytes; JSON may double them by its escapes, and all of it stays below LOG_FORM_BYTES. */
enum { TEXT_BYTES = 4096, NAME_BYTES = 1024, RAW_NAME_BYTES = 4096, STAMP_BYTES = 40 };

struct out {
	char *at, *end; /* the last byte is that of the NUL */
};

PRINTF_LIKE(2, 3)
static void put(struct out *out, const char *format, ...)
{
	size_t room = (size_t)(out->end - out->at);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out->at, room + 1, format, args);
	va_end(args);
	out->at += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room;
}

/* --- times, RFC 3339 --- */

static void utc(char stamp[STAMP_BYTES])
{
	struct timespec now;
	struct tm tm;
	size_t n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	n = gmtime_r(&now.tv_sec, &tm) ? strftime(stamp, STAMP_BYTES, "%Y-%m-%dT%H:%M:%S", &tm) : 0;
	(void)snprintf(stamp + n, STAMP_BYTES - n, ".%03ldZ", now.tv_nsec / 1000000);
}

/* As people and cron know it, with the difference to UTC. */
static void local(char stamp[STAMP_BYTES])
{
	time_t now = time(NULL);
	struct tm tm;
	size_t n = localtime_r(&now, &tm) ? strftime(stamp, STAMP_BYTES, "%Y-%m-%dT%H:%M:%S%z", &tm)
					  : 0;

	if (n < 2) {
		utc(stamp);
		return;
	}
	memmove(stamp + n - 1, stamp + n - 2, 3);
	stamp[n - 2] = ':';
}

/* --- text --- */

/* The next line of the text, which is cut behind it; NULL: there is none. */
static char *next_line(char **rest, bool lines)
{
	char *line = *rest;

	if (!line)
		return NULL;
	*rest = lines ? strchr(line, '\n') : NULL;
	if (*rest)
		*(*rest)++ = '\0';
	if (*rest && !**rest)
		*rest = NULL;
	return line;
}

static void put_front(struct out *out, struct log_form form, const struct log_entry *entry,
		      bool first)
{
	char stamp[STAMP_BYTES];

	if (form.levels)
		put(out, "<%d>", (int)entry->level);
	if (form.stamped) {
		local(stamp);
		put(out, "%s imgpipe[%ld]: ", stamp, (long)getpid());
	} else if (first) {
		put(out, "imgpipe: ");
	}
	if (!first)
		put(out, "  ");
}

/* The scene's name as words for people, as long as it is. */
static void put_note(struct out *out, const char *scene)
{
	char shown[NAME_BYTES], raw[RAW_NAME_BYTES];

	if (scene) {
		(void)snprintf(raw, sizeof(raw), "%s", scene);
		redact(raw);
		put(out, "scene %s: ", printable_copy(shown, sizeof(shown), raw));
	}
	put(out, "note: ");
}

static void put_text(struct out *out, struct log_form form, const struct log_entry *entry,
		     char *text)
{
	char shown[TEXT_BYTES], *rest = text, *line;
	bool first = true;

	for (; (line = next_line(&rest, entry->lines)); first = false) {
		put_front(out, form, entry, first);
		if (first && strcmp(entry->event, "note") == 0)
			put_note(out, entry->scene);
		put(out, "%s\n", printable_copy(shown, sizeof(shown), line));
	}
}

/* --- JSON --- */

/* Of printable text, in which nothing else needs an escape. */
static void put_escaped(struct out *out, const char *text)
{
	for (; *text; text++)
		put(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
}

/* A name as in the reports: its bytes can be had back. */
static void put_name(struct out *out, const char *name)
{
	char raw[RAW_NAME_BYTES], piece[PRINTABLE_PIECE];
	const char *at = raw;
	size_t used = 0;

	(void)snprintf(raw, sizeof(raw), "%s", name);
	redact(raw);
	while (*at && used < NAME_BYTES) {
		used += printable_name_next(piece, &at);
		put_escaped(out, piece);
	}
}

static void put_numbers(struct out *out, const struct log_number *number)
{
	for (; number && number->name; number++) {
		put(out, ",\"%s\":", number->name);
		if (!isfinite(number->value))
			put(out, "null");
		else if (number->value == floor(number->value) && fabs(number->value) < 0x1p53)
			put(out, "%.0f", number->value);
		else
			put(out, "%.9g", number->value);
	}
}

static void put_json(struct out *out, struct log_form form, const struct log_entry *entry,
		     char *text)
{
	static const char *const level[] = {[LOG_LEVEL_ERROR] = "error",
					    [LOG_LEVEL_WARNING] = "warning",
					    [LOG_LEVEL_NOTE] = "notice",
					    [LOG_LEVEL_INFO] = "info"};
	char stamp[STAMP_BYTES], shown[TEXT_BYTES], *rest = text, *line;
	bool first = true;

	utc(stamp);
	if (form.levels)
		put(out, "<%d>", (int)entry->level);
	put(out, "{\"ts\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",\"run\":\"%s\",\"pid\":%ld",
	    stamp, level[entry->level], entry->event, log_run_id(), (long)getpid());
	if (entry->scene) {
		put(out, ",\"scene\":\"");
		put_name(out, entry->scene);
		put(out, "\"");
	}
	put_numbers(out, entry->numbers);
	put(out, ",\"msg\":\"");
	for (; (line = next_line(&rest, entry->lines)); first = false) {
		put(out, "%s", first ? "" : "\\n");
		put_escaped(out, printable_copy(shown, sizeof(shown), line));
	}
	put(out, "\"}\n");
}

size_t log_form(char out[LOG_FORM_BYTES], struct log_form form, const struct log_entry *entry)
{
	struct out to = {out, out + LOG_FORM_BYTES - 1};
	char text[LOG_TEXT_BYTES];

	(void)snprintf(text, sizeof(text), "%s", entry->text);
	redact(text);
	if (form.json)
		put_json(&to, form, entry, text);
	else
		put_text(&to, form, entry, text);
	return (size_t)(to.at - out);
}
