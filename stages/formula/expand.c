/*
 * Formulas written out, word by word. It knows no grammar beyond "a name before a parenthesis is a
 * function": what it is given has been or will be compiled.
 */
#include "expand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lexer.h"

enum { INDICES_DEEP = 8 }; /* indices within indices */

struct expansion {
	const struct band_wish *band;
	size_t used;
	char text[FORMULA_MOST + 1];
};

const char *formula_number(char buf[FORMULA_NUMBER_BYTES], double value)
{
	for (int digits = 6; digits <= 17; digits++) {
		(void)snprintf(buf, FORMULA_NUMBER_BYTES, "%.*g", digits, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	return buf;
}

static int put(struct expansion *e, const char *text, struct error *err)
{
	size_t length = strlen(text);

	if (length > FORMULA_MOST - e->used)
		return error_set(err, EX_USAGE,
				 "with its indices and constants written out it has more than %d "
				 "characters; write less in one expression",
				 FORMULA_MOST);
	memcpy(e->text + e->used, text, length + 1);
	e->used += length;
	return 0;
}

static int put_number(struct expansion *e, double value, struct error *err)
{
	char number[FORMULA_NUMBER_BYTES], signed_number[FORMULA_NUMBER_BYTES + 2];

	(void)snprintf(signed_number, sizeof(signed_number), signbit(value) ? "(%s)" : "%s",
		       formula_number(number, value));
	return put(e, signed_number, err);
}

static int expand(struct expansion *e, const char *text, const struct formula_scope *scope,
		  unsigned depth, struct error *err);

/* A constant, an index or a band: what knows it first. */
static int put_name(struct expansion *e, const char *name, const struct formula_scope *scope,
		    unsigned depth, struct error *err)
{
	struct formula_scope inner = {0};
	const char *formula;
	double value;
	unsigned slot;

	if (!scope->constant(scope->context, name, &value))
		return put_number(e, value, err);
	formula = scope->macro(scope->context, name, &inner);
	if (formula && depth == INDICES_DEEP)
		return error_set(err, EX_USAGE, "indices within indices, too deep at %s", name);
	if (formula)
		return put(e, "(", err) || expand(e, formula, &inner, depth + 1, err) ||
				       put(e, ")", err)
			       ? -1
			       : 0;
	if (scope->band(scope->context, name, &slot, err))
		return -1;
	return put(e, e->band[slot].text, err);
}

/* Signs of one meaning are written in one way; blanks go, but for that behind `not`. */
static int put_token(struct expansion *e, const struct token *token, const char *text,
		     struct error *err)
{
	char word[8];

	switch (token->kind) {
	case TOKEN_POWER:
		return put(e, "^", err);
	case TOKEN_AND:
		return put(e, "&&", err);
	case TOKEN_OR:
		return put(e, "||", err);
	case TOKEN_NOT:
		return put(e, "not ", err);
	case TOKEN_END:
	case TOKEN_NUMBER:
	case TOKEN_NAME:
	case TOKEN_PLUS:
	case TOKEN_MINUS:
	case TOKEN_TIMES:
	case TOKEN_OVER:
	case TOKEN_LT:
	case TOKEN_LE:
	case TOKEN_GT:
	case TOKEN_GE:
	case TOKEN_EQ:
	case TOKEN_NE:
	case TOKEN_BANG:
	case TOKEN_QUESTION:
	case TOKEN_COLON:
	case TOKEN_COMMA:
	case TOKEN_OPEN:
	case TOKEN_CLOSE:
		break;
	}
	(void)snprintf(word, sizeof(word), "%.*s", (int)(token->end - token->at), text + token->at);
	return put(e, word, err);
}

static int expand(struct expansion *e, const char *text, const struct formula_scope *scope,
		  unsigned depth, struct error *err)
{
	struct token token, next;
	int status = token_next(&token, text, 0, err);

	while (!status && token.kind != TOKEN_END) {
		if (token_next(&next, text, token.end, err))
			return -1;
		if (token.kind == TOKEN_NUMBER)
			status = put_number(e, token.number, err);
		else if (token.kind != TOKEN_NAME)
			status = put_token(e, &token, text, err);
		else if (next.kind == TOKEN_OPEN)
			status = put(e, token.word, err);
		else
			status = put_name(e, token.word, scope, depth, err);
		token = next;
	}
	return status;
}

int formula_expand(char **out, const char *text, const struct formula_scope *scope,
		   const struct band_wish *band, struct error *err)
{
	struct expansion *e = malloc(sizeof(*e));

	*out = NULL;
	if (!e)
		return error_memory(err, "a formula", sizeof(*e));
	*e = (struct expansion){.band = band};
	if (!expand(e, text, scope, 0, err)) {
		*out = strdup(e->text);
		if (!*out)
			error_memory(err, "a formula", e->used);
	}
	free(e);
	return *out ? 0 : -1;
}
