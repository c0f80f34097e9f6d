/*
 * Well-known text: NODE["text", 1.5, NODE[...]]. Read once from left to right with a stack of the
 * nodes that are open; only the root and its horizontal CRS are looked at.
 */
#include "wkt.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gdal_text.h"

enum { MAX_DEPTH = 24, WORD_BYTES = 24, VALUE_BYTES = 96 };

struct node {
	char word[WORD_BYTES];
	unsigned n_values; /* met so far; nodes within do not count */
};

struct code {
	char authority[16], number[16];
};

struct reading {
	struct node node[MAX_DEPTH];
	unsigned depth;
	unsigned horizontal; /* depth of the projected or geographic CRS, 0: not met yet */
	bool horizontal_done, projected;
	char name[VALUE_BYTES];
	double unit, axis_unit;
	struct code of_root, of_horizontal;
};

static bool is_any(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcasecmp(word, *list) == 0)
			return true;
	return false;
}

static bool is_projected(const char *word)
{
	static const char *const words[] = {"PROJCS", "PROJCRS", "PROJECTEDCRS", NULL};

	return is_any(word, words);
}

static bool is_geographic(const char *word)
{
	static const char *const words[] = {"GEOGCS",  "GEOGCRS",     "GEOGRAPHICCRS",
					    "GEODCRS", "GEODETICCRS", NULL};

	return is_any(word, words);
}

static bool may_be_root(const char *word)
{
	static const char *const words[] = {"COMPD_CS", "COMPOUNDCRS", "BOUNDCRS", "LOCAL_CS",
					    "ENGCRS",   "GEOCCS",      NULL};

	return is_projected(word) || is_geographic(word) || is_any(word, words);
}

/* Does this node only hold the horizontal CRS? */
static bool holds_horizontal(const char *word)
{
	static const char *const words[] = {"COMPD_CS", "COMPOUNDCRS", "BOUNDCRS", "SOURCECRS",
					    NULL};

	return is_any(word, words);
}

static void enter(struct reading *r)
{
	const char *word = r->node[r->depth - 1].word;

	if (r->horizontal || r->horizontal_done || !(is_projected(word) || is_geographic(word)))
		return;
	for (unsigned i = 0; i + 1 < r->depth; i++)
		if (!holds_horizontal(r->node[i].word))
			return;
	r->horizontal = r->depth;
	r->projected = is_projected(word);
}

static void leave(struct reading *r)
{
	if (r->horizontal == r->depth && r->depth) {
		r->horizontal = 0;
		r->horizontal_done = true;
	}
	r->depth--;
}

static void take_code(struct code *code, unsigned number, const char *value)
{
	if (number == 0)
		(void)snprintf(code->authority, sizeof(code->authority), "%.15s", value);
	if (number == 1)
		(void)snprintf(code->number, sizeof(code->number), "%.15s", value);
}

/* A text or number that stands in the open node. */
static void take_value(struct reading *r, const char *value)
{
	static const char *const codes[] = {"AUTHORITY", "ID", NULL};
	static const char *const units[] = {"UNIT", "LENGTHUNIT", NULL};
	struct node *node = &r->node[r->depth - 1];
	unsigned number = node->n_values++;
	bool in_horizontal = r->horizontal && r->depth == r->horizontal + 1;

	if (r->depth == 1 && number == 0)
		(void)snprintf(r->name, sizeof(r->name), "%s", value);
	if (is_any(node->word, codes)) {
		if (r->depth == 2)
			take_code(&r->of_root, number, value);
		if (in_horizontal)
			take_code(&r->of_horizontal, number, value);
	}
	if (!is_any(node->word, units) || number != 1)
		return;
	if (in_horizontal)
		r->unit = strtod(value, NULL);
	else if (r->horizontal && r->depth == r->horizontal + 2 && !(r->axis_unit > 0) &&
		 strcasecmp(r->node[r->depth - 2].word, "AXIS") == 0)
		r->axis_unit = strtod(value, NULL);
}

/* A text in quotes, of which two stand for one; NULL where it does not end. */
static const char *read_quoted(const char *at, char *value, size_t size)
{
	size_t n = 0;

	for (; *at; at++) {
		if (*at == '"' && *++at != '"') {
			value[n] = '\0';
			return at;
		}
		if (n + 1 < size)
			value[n++] = *at;
	}
	return NULL;
}

/* A word or number up to the next mark. */
static const char *read_bare(const char *at, char *value, size_t size)
{
	size_t n = 0;

	for (; *at && !strchr("[](),\"", *at) && !isspace((unsigned char)*at); at++)
		if (n + 1 < size)
			value[n++] = *at;
	value[n] = '\0';
	return at;
}

static bool open_node(struct reading *r, const char *word)
{
	if (r->depth == MAX_DEPTH || (r->depth == 0 && !may_be_root(word)))
		return false;
	r->node[r->depth] = (struct node){.n_values = 0};
	(void)snprintf(r->node[r->depth].word, WORD_BYTES, "%.*s", WORD_BYTES - 1, word);
	r->depth++;
	enter(r);
	return true;
}

/* One text, number, node's start or end; NULL: it is no WKT. */
static const char *read_one(struct reading *r, const char *at)
{
	char value[VALUE_BYTES];

	if (*at == ']' || *at == ')') {
		leave(r);
		return at + 1;
	}
	if (*at == ',')
		return at + 1;
	if (*at == '"') {
		at = read_quoted(at + 1, value, sizeof(value));
		if (at)
			take_value(r, value);
		return at;
	}
	at = read_bare(at, value, sizeof(value));
	at += strspn(at, " \t\r\n");
	if (*at == '[' || *at == '(')
		return *value && open_node(r, value) ? at + 1 : NULL;
	if (*value && r->depth)
		take_value(r, value);
	return *value && r->depth ? at : NULL;
}

static void put_label(const struct reading *r, struct wkt_facts *facts)
{
	const struct code *code = *r->of_root.number ? &r->of_root : &r->of_horizontal;

	if (*code->authority && *code->number)
		(void)snprintf(facts->crs, sizeof(facts->crs), "%s:%s", code->authority,
			       code->number);
	else
		gdal_copy_text(facts->crs, sizeof(facts->crs), r->name);
}

bool wkt_read(const char *text, struct wkt_facts *facts)
{
	struct reading r = {.depth = 0};
	double unit;

	*facts = (struct wkt_facts){.projected = false};
	text += strspn(text, " \t\r\n");
	do {
		text = read_one(&r, text);
		if (text)
			text += strspn(text, " \t\r\n");
	} while (text && *text && r.depth);
	if (!text || r.depth || !(r.horizontal_done || *r.name))
		return false;
	unit = r.unit > 0 ? r.unit : r.axis_unit;
	facts->projected = r.projected;
	facts->unit_metres = r.projected && unit > 0 && isfinite(unit) ? unit : 0;
	put_label(&r, facts);
	return true;
}
