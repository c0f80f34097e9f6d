/*
 * Where the secrets of an address stand. A URL may be a parameter of another one, and then its
 * marks are percent-encoded, once or several times: so text is read in units, a character each,
 * however it is written.
 */
#include "redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 64, STARS = 3 };

struct unit {
	char c;
	unsigned depth;  /* how often it is encoded: & 0, %26 1, %2526 2 */
	unsigned length; /* bytes */
};

static bool is_hex(char c)
{
	return isxdigit((unsigned char)c) != 0;
}

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : (c & ~0x20) - 'A' + 10;
}

/* p is not at the end. */
static struct unit unit_at(const char *p)
{
	unsigned n = 1, depth = 1;

	if (*p != '%')
		return (struct unit){*p, 0, 1};
	for (; p[n] == '2' && p[n + 1] == '5' && is_hex(p[n + 2]) && is_hex(p[n + 3]); n += 2)
		depth++;
	if (!is_hex(p[n]) || !is_hex(p[n + 1]))
		return (struct unit){*p, 0, 1};
	return (struct unit){(char)(hex_value(p[n]) << 4 | hex_value(p[n + 1])), depth, n + 2};
}

static bool is_blank(struct unit u)
{
	return u.depth == 0 && (unsigned char)u.c <= ' ';
}

/* --- parameters --- */

/*
 * Names in small letters, without - _ and dots. Whole: too short or too common to end others that
 * are no secret.
 */
static const char *const whole_names[] = {"sig",   "key", "auth",    "policy", "keypairid",
					  "pass",  "jwt", "session", "proxy",  "hdnea",
					  "hdnts", "sas", "code",    "bearer", "assertion"};
static const char *const name_ends[] = {
	"signature",   "credential",    "credentials",     "token",     "password",
	"passwd",      "pwd",           "secret",          "apikey",    "accesskey",
	"accesskeyid", "secretkey",     "subscriptionkey", "authkey",   "privatekey",
	"accountkey",  "authorization", "cookie",          "sessionid", "passphrase"};
/* These are no words of ordinary text, and stand in lists with blanks, too (PG:"user=a
 * password=b").
 */
static const char *const listed_names[] = {"password", "passwd", "pwd", "userpwd", "proxyuserpwd"};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static bool is_secret_name(const char *name)
{
	size_t length = strlen(name);

	/* Headers that GDAL is to send: /vsicurl?header.Authorization=... */
	if (strncmp(name, "header", 6) == 0 || is_one_of(name, whole_names, COUNT(whole_names)))
		return true;
	for (size_t i = 0; i < COUNT(name_ends); i++) {
		size_t end = strlen(name_ends[i]);

		if (length >= end && strcmp(name + length - end, name_ends[i]) == 0)
			return true;
	}
	return false;
}

/*
 * "NAME=" at p: where its value begins, and the depth of the sign; NULL: there is none. Of a long
 * name the last bytes count.
 */
static const char *name_at(const char *p, char name[NAME_BYTES], unsigned *depth)
{
	size_t n = 0;

	for (; *p;) {
		struct unit u = unit_at(p);

		p += u.length;
		if (u.c == '=') {
			*depth = u.depth;
			name[n] = '\0';
			return n ? p : NULL;
		}
		if (strchr("-_.", u.c) && u.c)
			continue;
		if (!isalnum((unsigned char)u.c))
			return NULL;
		if (n == NAME_BYTES - 1)
			memmove(name, name + 1, --n);
		name[n++] = (char)tolower((unsigned char)u.c);
	}
	return NULL;
}

/*
 * A slash belongs to values of addresses, and ends a folder's name. Quotes and braces are put round
 * addresses by GDAL, with more of the name behind them.
 */
static const char *value_end(const char *value, unsigned depth, bool address)
{
	const char *p = value;

	while (*p) {
		struct unit u = unit_at(p);

		if (is_blank(u))
			break;
		if (u.depth <= depth &&
		    (u.c == '&' || u.c == '"' || u.c == '}' || (u.c == '/' && !address)))
			return p;
		p += u.length;
	}
	/* What a sentence puts behind a name. */
	while (p > value && strchr(":;,.)'", p[-1]))
		p--;
	return p;
}

static bool begins_parameter(char before)
{
	return before == '?' || before == '&' || before == ';' || before == '#';
}

static bool begins_listed(char before)
{
	return (unsigned char)before <= ' ' || strchr("\"',|", before);
}

/* The value of a secret parameter whose name stands at p, behind `before` (NUL: nothing). */
static bool secret_parameter(const char *p, char before, bool address, const char **value,
			     const char **end)
{
	bool first = begins_parameter(before);
	char name[NAME_BYTES];
	unsigned depth;

	if (!first && !begins_listed(before))
		return false;
	*value = name_at(p, name, &depth);
	if (!*value ||
	    !(first ? is_secret_name(name) : is_one_of(name, listed_names, COUNT(listed_names))))
		return false;
	*end = value_end(*value, depth, address);
	return true;
}

/* --- user:password@ --- */

/*
 * The authority at p, behind slashes of that depth: where the @ of its user stands, or NULL. A
 * password that is not encoded as it should be may hold slashes: then what looks like a port is
 * none.
 */
static const char *user_end(const char *p, unsigned depth)
{
	bool colon = false, port = true, inside = true, bracket = *p == '[';
	const char *at = NULL;

	while (*p) {
		struct unit u = unit_at(p);

		if (is_blank(u))
			break;
		if (u.c == '@') {
			at = p;
			inside = true;
		} else if (u.depth <= depth && strchr("/?#", u.c) && u.c) {
			if (at || !colon || port || bracket)
				break;
			inside = false;
		} else if (u.c == ':') {
			colon = true;
		} else if (colon && inside && !isdigit((unsigned char)u.c)) {
			port = false;
		}
		p += u.length;
	}
	return at;
}

/* Does the text that ends at `end` end so? */
static bool ends_so(const char *text, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - text) >= length && strncasecmp(end - length, word, length) == 0;
}

/* Slashes at p, behind a colon: how many, and of which depth. */
static unsigned slashes_at(const char **p, unsigned *depth)
{
	unsigned n = 0;

	while (**p && n < 3) {
		struct unit u = unit_at(*p);

		if (u.c != '/')
			break;
		*depth = u.depth;
		*p += u.length;
		n++;
	}
	return n;
}

/* --- the text --- */

/* Text that is read at `from` and written at `to`, which is never beyond it. */
struct course {
	char *text, *to;
	const char *from;
	bool address; /* something stands in it that is looked for elsewhere */
};

static void copy_until(struct course *c, const char *end)
{
	size_t n = (size_t)(end - c->from);

	memmove(c->to, c->from, n);
	c->to += n;
	c->from = end;
}

static void hide_until(struct course *c, const char *end)
{
	for (int i = 0; i < STARS && c->from + i < end; i++)
		*c->to++ = '*';
	c->from = end;
}

/* Behind a colon. Curl takes one slash for two, and paths are tidied so. */
static void hide_user(struct course *c)
{
	bool web = ends_so(c->text, c->to - 1, "http") || ends_so(c->text, c->to - 1, "https") ||
		   ends_so(c->text, c->to - 1, "ftp");
	const char *p = c->from, *at;
	unsigned depth = 0, n = slashes_at(&p, &depth);

	if (n < 2 && !(n && web))
		return;
	c->address = true;
	copy_until(c, p);
	at = user_end(p, depth);
	if (at)
		hide_until(c, at);
}

void redact(char *text)
{
	struct course c = {text, text, text, false};
	char before = '\0';

	if (!strpbrk(text, "@=%"))
		return;
	while (*c.from) {
		const char *value, *end;
		struct unit u;

		if (secret_parameter(c.from, before, c.address, &value, &end)) {
			copy_until(&c, value);
			hide_until(&c, end);
			before = 'x';
			continue;
		}
		u = unit_at(c.from);
		copy_until(&c, c.from + u.length);
		before = u.c ? u.c : 'x';
		if (u.c == ':')
			hide_user(&c);
		else if (u.c == '/' && strncmp(c.from, "vsi", 3) == 0)
			c.address = true;
	}
	*c.to = '\0';
}
