/*
 * Free rules: a name, an operator, numbers. They say what is kept.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule_parse.h"

#define FORMS "in quotes, as in 'SCL=4-7,11', 'SCL!=3,8-10', 'CLDPRB<20', 'QA_PIXEL&31=0'"

struct span {
	double lo, hi;
};

struct spans {
	unsigned n;
	struct span span[MASK_CONDITIONS_MOST];
};

/* --- numbers --- */

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " ");
}

/* A number in decimal or hexadecimal, from the front of *at. */
static int take_number(const char **at, double *number)
{
	const char *text = skip_blanks(*at), *digits = text + (*text == '-' || *text == '+');
	char *end;

	if (!isdigit((unsigned char)*digits) && *digits != '.')
		return -1;
	*number = strtod(text, &end) + 0.0; /* -0 is 0 */
	if (end == text || !isfinite(*number))
		return -1;
	*at = skip_blanks(end);
	return 0;
}

/* "4" or "4-7". */
static int take_span(const char **at, struct span *span)
{
	if (take_number(at, &span->lo))
		return -1;
	span->hi = span->lo;
	if (**at != '-')
		return 0;
	++*at;
	return take_number(at, &span->hi);
}

static int take_list(struct spans *list, const char *at, struct error *err)
{
	for (const char *begin = at;; at++) {
		struct span *span = &list->span[list->n];

		if (list->n == MASK_CONDITIONS_MOST)
			return error_set(err, EX_USAGE, "more than %d numbers and ranges",
					 MASK_CONDITIONS_MOST);
		if (take_span(&at, span) || (*at && *at != ','))
			return error_set(err, EX_USAGE,
					 "'%s' is no list of numbers and ranges, as in 4-7,11",
					 begin);
		if (span->lo > span->hi)
			return error_set(err, EX_USAGE, "the range %g-%g is empty", span->lo,
					 span->hi);
		list->n++;
		if (!*at)
			return 0;
	}
}

static int by_low(const void *a, const void *b)
{
	double x = ((const struct span *)a)->lo, y = ((const struct span *)b)->lo;

	return (x > y) - (x < y);
}

/* Whole numbers that follow each other are one range. */
static bool joins(const struct span *a, const struct span *b)
{
	bool whole = a->hi == floor(a->hi) && b->lo == floor(b->lo);

	return b->lo <= a->hi || (whole && b->lo == a->hi + 1);
}

static void put_in_order(struct spans *list)
{
	unsigned n = 0;

	qsort(list->span, list->n, sizeof(list->span[0]), by_low);
	for (unsigned i = 1; i < list->n; i++) {
		struct span *last = &list->span[n], *next = &list->span[i];

		if (!joins(last, next))
			list->span[++n] = *next;
		else if (next->hi > last->hi)
			last->hi = next->hi;
	}
	list->n = n + 1;
}

/* --- bits --- */

static int take_bits(const char **at, uint32_t *bits, struct error *err)
{
	double number;

	if (take_number(at, &number) || number < 1 || number > UINT32_MAX ||
	    number != floor(number))
		return error_set(err, EX_USAGE,
				 "behind & stand the bits as one whole number: 31 or 0x1f are "
				 "bits 0 to 4");
	*bits = (uint32_t)number;
	return 0;
}

/* Numbers that (x & bits) can be. */
static int check_bits(const struct spans *list, uint32_t bits, struct error *err)
{
	for (unsigned i = 0; i < list->n; i++) {
		double lo = list->span[i].lo, hi = list->span[i].hi;

		if (lo < 0 || lo > bits || lo != floor(lo) || hi != floor(hi) ||
		    (lo == hi && ((uint32_t)lo & ~bits)))
			return error_set(err, EX_USAGE, "x & %u is never %g", bits, lo);
	}
	return 0;
}

/* --- the rule --- */

/* Ends of a range that all numbers below, or above, another are in. */
static int take_threshold(struct spans *list, double *typed, const char *operator, const char * at,
			  struct error *err)
{
	bool below = *operator== '<', with = operator[1] == '=';
	double number;

	if (take_number(&at, typed) || *at)
		return error_set(err, EX_USAGE,
				 "behind %s stands one number, as in 'CLDPRB%s20'; a range is "
				 "'SCL=4-7', and what else has to hold another --mask",
				 operator, operator);
	number = *typed;
	list->n = 1;
	list->span[0] =
		below ? (struct span){-INFINITY, with ? number : nextafter(number, -INFINITY)}
		      : (struct span){with ? number : nextafter(number, INFINITY), INFINITY};
	return 0;
}

static void set_test(struct mask_test *test, const struct spans *list, uint32_t bits, bool keep)
{
	test->keep = keep;
	test->reason = REASON_OTHER;
	test->n = (uint8_t)list->n;
	for (unsigned i = 0; i < list->n; i++)
		test->condition[i] = (struct mask_condition){.bits = bits,
							     .reason = REASON_OTHER,
							     .lo = list->span[i].lo,
							     .hi = list->span[i].hi};
}

static int bad_name(struct error *err, const char *name, size_t length)
{
	if (!length)
		return error_set(err, EX_USAGE, "no band is named; write rules " FORMS);
	return error_set(
		err, EX_USAGE,
		"'%.*s' is no name of a band; it is what the name of its file holds (SCL, "
		"QA_PIXEL), a pattern of it (*_SCL_20m.jp2), with .2 for its band 2, or #5 "
		"for band 5 of a stack",
		(int)length, name);
}

/* "udm2.1" -> band 1; "#5" -> band 5 of "#". What is left of `name` is the pattern. */
static int take_index(char *name, uint32_t *index)
{
	char *at = *name == '#' ? name : strrchr(name, '.'), *end;
	unsigned long number;

	if (!at || (at[1 + strspn(at + 1, "0123456789")] && *name != '#'))
		return 0;
	if (!isdigit((unsigned char)at[1])) /* "a." is a name */
		return *name == '#' ? -1 : 0;
	number = strtoul(at + 1, &end, 10);
	if (*end || number < 1 || number > UINT16_MAX)
		return -1;
	*index = (uint32_t)number;
	at[*name == '#'] = '\0';
	return *name ? 0 : -1;
}

static bool has_control(const char *name)
{
	while (*name && !iscntrl((unsigned char)*name))
		name++;
	return *name != '\0';
}

static int take_name(struct mask_need *need, const char *text, size_t length, struct error *err)
{
	char name[sizeof(need->pattern) + 8];

	while (length && text[length - 1] == ' ')
		length--;
	if (length >= sizeof(need->pattern))
		return error_set(err, EX_USAGE, "the name '%.20s...' is too long", text);
	memcpy(name, text, length);
	name[length] = '\0';
	if (!length || strpbrk(name, "|/") || has_control(name) || take_index(name, &need->index))
		return bad_name(err, text, length);
	memcpy(need->pattern, name, sizeof(need->pattern));
	return 0;
}

/* --- its text --- */

static void put(char *text, size_t *used, const char *more)
{
	int n = snprintf(text + *used, MASK_RULE_BYTES - *used, "%s", more);

	*used += (size_t)n;
	*used = *used < MASK_RULE_BYTES ? *used : MASK_RULE_BYTES - 1;
}

/* With as few digits as tell it from all others. */
static void put_number(char *text, size_t *used, double number)
{
	char digits[40];
	int precision = 15;

	do
		(void)snprintf(digits, sizeof(digits), "%.*g", precision, number);
	while (strtod(digits, NULL) != number && precision++ < 17);
	put(text, used, digits);
}

static void put_list(char *text, size_t *used, const struct spans *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		if (i)
			put(text, used, ",");
		put_number(text, used, list->span[i].lo);
		if (list->span[i].lo == list->span[i].hi)
			continue;
		put(text, used, "-");
		put_number(text, used, list->span[i].hi);
	}
}

/* Names that are no patterns are looked for without regard to case. */
static void put_name(char *text, size_t *used, const struct mask_need *need)
{
	char name[sizeof(need->pattern) + 12];
	bool pattern = need->pattern[strcspn(need->pattern, "*?[")] != '\0';
	const char *dot = *need->pattern == '#' ? "" : ".";

	if (need->index)
		(void)snprintf(name, sizeof(name), "%s%s%u", need->pattern, dot, need->index);
	else
		(void)snprintf(name, sizeof(name), "%s", need->pattern);
	for (char *at = name; *at && !pattern; at++)
		*at = (char)tolower((unsigned char)*at);
	put(text, used, name);
}

struct operation {
	char word[3]; /* = != < <= > >= */
	uint32_t bits;
	bool threshold;
	double number; /* of a threshold, as typed */
	struct spans list;
};

static int put_rule(struct mask_rule *rule, const struct operation *op, struct error *err)
{
	char text[MASK_RULE_BYTES], bits[16];
	size_t used = 0;

	put_name(text, &used, &rule->need);
	(void)snprintf(bits, sizeof(bits), "&%u", op->bits);
	put(text, &used, op->bits ? bits : "");
	put(text, &used, op->word);
	if (op->threshold)
		put_number(text, &used, op->number);
	else
		put_list(text, &used, &op->list);
	if (used == MASK_RULE_BYTES - 1)
		return error_set(err, EX_USAGE,
				 "the rule is too long; ranges as 4-7 make it short");
	memcpy(rule->text, text, used + 1);
	return 0;
}

/* --- the whole --- */

/* The operator at *at: its word. */
static int take_word(struct operation *op, const char **at, struct error *err)
{
	static const char *const words[] = {"!=", "<=", ">=", "==", "<", ">", "="};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i]);

		if (strncmp(*at, words[i], length) != 0)
			continue;
		*at += length;
		(void)snprintf(op->word, sizeof(op->word), "%s",
			       strcmp(words[i], "==") == 0 ? "=" : words[i]);
		op->threshold = *op->word == '<' || *op->word == '>';
		return 0;
	}
	return error_set(err, EX_USAGE, "cannot read '%s'; write rules " FORMS, *at);
}

static int take_numbers(struct operation *op, const char *at, struct error *err)
{
	if (op->threshold)
		return take_threshold(&op->list, &op->number, op->word, at, err);
	if (take_list(&op->list, at, err))
		return -1;
	put_in_order(&op->list);
	return op->bits ? check_bits(&op->list, op->bits, err) : 0;
}

static int take_operation(struct operation *op, const char *at, struct error *err)
{
	*op = (struct operation){.word = "="};
	if (*at == '&') {
		at++;
		if (take_bits(&at, &op->bits, err))
			return -1;
		if (!*at) { /* the old form: none of them set */
			op->list.n = 1;
			return 0;
		}
	}
	if (take_word(op, &at, err))
		return -1;
	if (op->bits && op->threshold)
		return error_set(err, EX_USAGE,
				 "bits are compared by = or !=, and are one number: 'QA&8=0' says "
				 "that bit 3 is not set");
	return take_numbers(op, at, err);
}

int free_rule_parse(struct mask_rule *rule, const char *text, struct error *err)
{
	const char *name = skip_blanks(text);
	size_t length = strcspn(name, RULE_OPERATORS);
	struct operation op;

	*rule = (struct mask_rule){.kind = RULE_FREE};
	if (take_name(&rule->need, name, length, err) || take_operation(&op, name + length, err))
		return -1;
	set_test(&rule->need.test, &op.list, op.bits, strcmp(op.word, "!=") != 0);
	return put_rule(rule, &op, err);
}
