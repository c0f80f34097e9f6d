/*
 * Words of a formula: numbers, names, places of bands, signs. Knows no grammar and no meaning.
 */
#ifndef IMGPIPE_FORMULA_LEXER_H
#define IMGPIPE_FORMULA_LEXER_H

#include <stddef.h>

#include "error.h"

enum { WORD_BYTES = 32 };

enum token_kind {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_NAME, /* also "#5" */
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_TIMES,
	TOKEN_OVER,
	TOKEN_POWER,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,  /* the word, which binds less than comparisons */
	TOKEN_BANG, /* the sign, which binds as a minus does */
	TOKEN_QUESTION,
	TOKEN_COLON,
	TOKEN_COMMA,
	TOKEN_OPEN,
	TOKEN_CLOSE,
};

struct token {
	enum token_kind kind;
	size_t at, end;        /* bytes of the text */
	double number;         /* NUMBER */
	char word[WORD_BYTES]; /* NAME */
};

/* The token behind the byte `from`. 0, or -1 with EX_USAGE and its place. */
int token_next(struct token *token, const char *text, size_t from, struct error *err) MUST_CHECK;

#endif
