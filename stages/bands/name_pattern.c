/*
 * Patterns over file names. It knows how patterns are written, not what is named so.
 */
#include "name_pattern.h"

#include <ctype.h>
#include <string.h>

/* Of ASCII, which patterns are. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "[abc]" or "[4-7]" at p: is c among them? *next is behind the bracket. */
static bool set_matches(const char *p, const char *p_end, char c, const char **next)
{
	bool found = false;

	for (p++; p < p_end && *p != ']'; p++) {
		if (p + 2 < p_end && p[1] == '-' && p[2] != ']') {
			found |= lower(c) >= lower(p[0]) && lower(c) <= lower(p[2]);
			p += 2;
		} else {
			found |= lower(*p) == lower(c);
		}
	}
	*next = p < p_end ? p + 1 : p;
	return found;
}

/* Does c match the pattern's next element? *next is where the element ends. */
static bool char_matches(const char *p, const char *p_end, char c, const char **next)
{
	*next = p + 1;
	switch (*p) {
	case '?':
		return true;
	case '#':
		return is_digit(c);
	case '@':
		return isalpha((unsigned char)c) != 0;
	case '[':
		return set_matches(p, p_end, c, next);
	default:
		return lower(*p) == lower(c);
	}
}

/* Only the last '*' is ever retried: for patterns of this kind that is enough, and never slow. */
static bool one_matches(const char *p, const char *p_end, const char *text, const char *end)
{
	const char *star = NULL, *retry = NULL, *next;

	while (text < end || p < p_end) {
		if (p < p_end && *p == '*') {
			star = p++;
			retry = text;
		} else if (p < p_end && text < end && char_matches(p, p_end, *text, &next)) {
			p = next;
			text++;
		} else if (star && retry < end) {
			p = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	return true;
}

/* Does a pattern that begins so begin with this very character? */
static bool is_itself(char p)
{
	return p && !strchr("*?#@[|", p);
}

/* Most patterns begin with a letter that the text does not: told before all else. */
static bool may_begin(const char *p, const char *text, size_t len)
{
	return !len || lower(*p) == lower(*text) || !is_itself(*p);
}

/* A bit for each letter, one for all else. */
uint32_t name_begin(char c)
{
	const char letter = lower(c);

	return letter >= 'a' && letter <= 'z' ? UINT32_C(1) << (letter - 'a') : UINT32_C(1) << 31;
}

uint32_t name_begins(const char *alternatives)
{
	uint32_t begins = 0;

	for (const char *p = alternatives; p; p = strchr(p, '|')) {
		p += p > alternatives;
		begins |= is_itself(*p) ? name_begin(*p) : UINT32_MAX;
	}
	return begins;
}

bool name_matches(const char *alternatives, const char *text, size_t len)
{
	for (const char *p = alternatives; p; p = strchr(p, '|')) {
		p += p > alternatives;
		if (may_begin(p, text, len) && one_matches(p, strchrnul(p, '|'), text, text + len))
			return true;
	}
	return false;
}
