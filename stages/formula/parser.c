/*
 * The grammar, by recursive descent; what each rule reads stands above it. The code is built on the
 * way, in the order of evaluation. stages/formula/README.md has the grammar as users see it.
 */
#include "parser.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "functions.h"
#include "lexer.h"
#include "place.h"

enum {
	TOKENS_MOST = 20000, /* with those of other formulas by name, each time */
	SHOWN = 20,          /* characters of a token in a message */
};

struct parser {
	const char *text;
	const struct formula_scope *scope;
	struct code *code;
	struct error *err;
	struct token token;
	size_t end; /* of the token in front of this one */
	unsigned *depth, *tokens;
	const struct parser *outer; /* whose formula this one is part of, by name */
};

static int parse_choice(struct parser *p);
static int parse_text(struct parser *p);

/* --- tokens ------------------------------------------------------------------------------------
 */

#define REFUSE(p, at, ...) place_error((p)->err, (p)->text, at, __VA_ARGS__)

static int step(struct parser *p)
{
	p->end = p->token.end;
	if (++*p->tokens > TOKENS_MOST)
		return REFUSE(p, p->token.at,
			      "the formula is too long with all formulas that its names stand for; "
			      "split it up");
	return token_next(&p->token, p->text, p->token.end, p->err);
}

/* A value of the code; where there was no room for it, an error. */
static int placed(struct parser *p, int value, size_t at)
{
	if (value >= 0)
		return value;
	return REFUSE(p, at, "the formula has too many operations and numbers; split it up");
}

static int descend(struct parser *p)
{
	if (++*p->depth > FORMULA_DEPTH_MOST)
		return REFUSE(
			p, p->token.at,
			"the formula is nested too deep here, more than %d levels; split it up",
			FORMULA_DEPTH_MOST);
	return 0;
}

static bool starts_operand(const struct parser *p)
{
	return p->token.kind == TOKEN_NUMBER || p->token.kind == TOKEN_NAME ||
	       p->token.kind == TOKEN_OPEN || p->token.kind == TOKEN_BANG ||
	       p->token.kind == TOKEN_NOT;
}

/* Two operands side by side: shows the product, with the last word of the first. */
static int refuse_neighbour(struct parser *p)
{
	static const char ends[] = "()+-*/^<>=!&|,?: \t\r\n", closed[] = "(...)";
	const char *left = p->text + p->end, *right = p->text + p->token.at;
	size_t n = 0, m = p->token.end - p->token.at;

	while (left > p->text && n < SHOWN && !strchr(ends, left[-1])) {
		left--;
		n++;
	}
	if (n == 0) {
		left = closed;
		n = strlen(closed);
	}
	if (p->token.kind == TOKEN_OPEN) {
		right = closed;
		m = strlen(closed);
	}
	return REFUSE(p, p->token.at,
		      "an operator is missing here; for a product write %.*s * %.*s", (int)n, left,
		      (int)(m < SHOWN ? m : SHOWN), right);
}

/* --- names -------------------------------------------------------------------------------------
 */

/* The innermost formula by name in which the place is. */
static int tell_formula(struct error *err, const char *name)
{
	char old[ERROR_TEXT_BYTES];

	memcpy(old, err->text, sizeof(old));
	if (strncmp(old, "in `", 4) != 0)
		(void)snprintf(err->text, sizeof(err->text), "in `%s`: %.700s", name, old);
	return -1;
}

static int parse_macro(struct parser *p, const struct token *token, const char *text,
		       const struct formula_scope *scope)
{
	struct parser inner = {.text = text,
			       .scope = scope,
			       .code = p->code,
			       .err = p->err,
			       .depth = p->depth,
			       .tokens = p->tokens,
			       .outer = p};
	int value;

	for (const struct parser *o = p; o; o = o->outer)
		if (o->text == text)
			return REFUSE(p, token->at,
				      "`%s` is part of its own formula here; write another name or "
				      "its formula",
				      token->word);
	if (strlen(text) > FORMULA_MOST)
		return REFUSE(p, token->at, "the formula of `%s` has more than %d characters",
			      token->word, FORMULA_MOST);
	if (descend(p))
		return -1;
	value = parse_text(&inner);
	--*p->depth;
	return value >= 0 ? value : tell_formula(p->err, token->word);
}

/* The scope says what is wrong with a name; its words, and the place. */
static int refuse_name(struct parser *p, const struct token *token, const struct error *why)
{
	const struct function *function = function_find(token->word);

	if (function)
		return REFUSE(p, token->at, "`%s` is a function; write %s", token->word,
			      function->use);
	if (strcasecmp(token->word, "nan") == 0 || strcasecmp(token->word, "inf") == 0)
		return REFUSE(
			p, token->at,
			"`%s` is no number of formulas; use isvalid(x) to ask for pixels that "
			"have a value",
			token->word);
	return REFUSE(p, token->at, "%s", why->text[0] ? why->text : "this name is not known");
}

static int parse_name(struct parser *p, const struct token *token)
{
	const struct formula_scope *scope = p->scope;
	struct formula_scope inner = *scope;
	struct error why = {0};
	const char *text;
	double number;
	unsigned slot;

	if (scope->constant && scope->constant(scope->context, token->word, &number) == 0)
		return placed(p, code_number(p->code, number), token->at);
	text = scope->macro ? scope->macro(scope->context, token->word, &inner) : NULL;
	if (text)
		return parse_macro(p, token, text, &inner);
	if (!scope->band || scope->band(scope->context, token->word, &slot, &why))
		return refuse_name(p, token, &why);
	return placed(p, code_band(p->code, slot), token->at);
}

/* --- functions ---------------------------------------------------------------------------------
 */

static int refuse_call(struct parser *p, const struct token *token)
{
	const struct function *near = function_near(token->word);

	if (near)
		return REFUSE(p, token->at, "`%s` is no function; is it %s?", token->word,
			      near->use);
	return REFUSE(p, token->at,
		      "`%s` is no function; write %s * (...) for a product, and names of bands and "
		      "indices without parentheses",
		      token->word, token->word);
}

/* choice { "," choice }; the number of arguments, or -1 */
static int parse_arguments(struct parser *p, const struct function *function, int *args)
{
	unsigned n = 0;

	if (p->token.kind == TOKEN_CLOSE)
		return 0;
	for (;;) {
		if (n == function->most)
			return REFUSE(p, p->token.at, "too many arguments; write %s",
				      function->use);
		args[n] = parse_choice(p);
		if (args[n++] < 0)
			return -1;
		if (p->token.kind != TOKEN_COMMA)
			return (int)n;
		if (step(p))
			return -1;
	}
}

static int parse_call(struct parser *p, const struct token *token)
{
	const struct function *function = function_find(token->word);
	int args[FUNCTION_ARGS_MOST], n, value;

	if (!function)
		return refuse_call(p, token);
	if (descend(p) || step(p))
		return -1;
	n = parse_arguments(p, function, args);
	if (n < 0)
		return -1;
	--*p->depth;
	if (p->token.kind != TOKEN_CLOSE)
		return starts_operand(p) ? refuse_neighbour(p)
					 : REFUSE(p, p->token.at, "`)` is missing here, of %s",
						  function->use);
	if ((unsigned)n < function->least)
		return REFUSE(p, p->token.at, "too few arguments; write %s", function->use);
	if (step(p))
		return -1;
	value = function->build(p->code, args, (unsigned)n, function->op);
	return placed(p, value, token->at);
}

/* --- rules, from the tightest ------------------------------------------------------------------
 */

static int parse_parentheses(struct parser *p)
{
	size_t open = p->token.at;
	int value;

	if (descend(p) || step(p))
		return -1;
	value = parse_choice(p);
	if (value < 0)
		return -1;
	--*p->depth;
	if (p->token.kind == TOKEN_END)
		return REFUSE(p, open, "this `(` has no `)`");
	if (starts_operand(p))
		return refuse_neighbour(p);
	if (p->token.kind == TOKEN_COMMA)
		return REFUSE(
			p, p->token.at,
			"`,` stands between arguments of functions only; the decimal point is "
			"`.`");
	if (p->token.kind != TOKEN_CLOSE)
		return REFUSE(p, p->token.at, "`)` is missing here");
	return step(p) ? -1 : value;
}

static int refuse_operand(struct parser *p)
{
	if (p->token.kind == TOKEN_END)
		return REFUSE(p, p->token.at,
			      p->end ? "the formula ends where a value is missing"
				     : "the formula is empty; write one, as (nir-red)/(nir+red)");
	return REFUSE(p, p->token.at, "a value is missing here: a number, a name or `(`");
}

/* number | name | name "(" arguments ")" | "(" choice ")" */
static int parse_operand(struct parser *p)
{
	struct token token = p->token;

	if (token.kind == TOKEN_OPEN)
		return parse_parentheses(p);
	if (token.kind != TOKEN_NUMBER && token.kind != TOKEN_NAME)
		return refuse_operand(p);
	if (step(p))
		return -1;
	if (token.kind == TOKEN_NUMBER)
		return placed(p, code_number(p->code, token.number), token.at);
	return p->token.kind == TOKEN_OPEN ? parse_call(p, &token) : parse_name(p, &token);
}

static int parse_signed(struct parser *p);

/* operand [ "**" signed ] */
static int parse_power(struct parser *p)
{
	int base = parse_operand(p), exponent;
	size_t at = p->token.at;

	if (base < 0 || p->token.kind != TOKEN_POWER)
		return base;
	if (descend(p) || step(p))
		return -1;
	exponent = parse_signed(p);
	if (exponent < 0)
		return -1;
	--*p->depth;
	return placed(p, code_power(p->code, base, exponent), at);
}

/* ( "-" | "+" | "!" ) signed | power */
static int parse_signed(struct parser *p)
{
	enum token_kind kind = p->token.kind;
	size_t at = p->token.at;
	int value;

	if (kind != TOKEN_MINUS && kind != TOKEN_PLUS && kind != TOKEN_BANG)
		return parse_power(p);
	if (descend(p) || step(p))
		return -1;
	value = parse_signed(p);
	if (value < 0)
		return -1;
	--*p->depth;
	if (kind == TOKEN_PLUS)
		return value;
	return placed(p, code_op1(p->code, kind == TOKEN_MINUS ? OP_NEG : OP_NOT, value), at);
}

struct rank {
	enum token_kind kind;
	enum op op;
};

/* part { sign part }, for the signs of one rank, from left to right */
static int parse_rank(struct parser *p, int (*part)(struct parser *), const struct rank *ranks,
		      size_t n_ranks)
{
	int value = part(p);

	for (size_t i = 0; value >= 0 && i < n_ranks; i++) {
		size_t at = p->token.at;
		int other;

		if (p->token.kind != ranks[i].kind)
			continue;
		if (step(p))
			return -1;
		other = part(p);
		if (other < 0)
			return -1;
		value = placed(p, code_op2(p->code, ranks[i].op, value, other), at);
		i = (size_t)-1; /* the next sign may be any of them */
	}
	return value;
}

static int parse_product(struct parser *p)
{
	static const struct rank ranks[] = {{TOKEN_TIMES, OP_MUL}, {TOKEN_OVER, OP_DIV}};

	return parse_rank(p, parse_signed, ranks, 2);
}

static int parse_sum(struct parser *p)
{
	static const struct rank ranks[] = {{TOKEN_PLUS, OP_ADD}, {TOKEN_MINUS, OP_SUB}};

	return parse_rank(p, parse_product, ranks, 2);
}

static bool is_comparison(enum token_kind kind)
{
	return kind >= TOKEN_LT && kind <= TOKEN_NE;
}

/* sum [ comparison sum ] */
static int parse_comparison(struct parser *p)
{
	int a = parse_sum(p), b;
	enum token_kind kind = p->token.kind;
	size_t at = p->token.at;

	if (a < 0 || !is_comparison(kind))
		return a;
	if (step(p))
		return -1;
	b = parse_sum(p);
	if (b < 0)
		return -1;
	if (is_comparison(p->token.kind))
		return REFUSE(p, p->token.at,
			      "comparisons cannot be chained; write a < b && b < c");
	return placed(p, code_op2(p->code, (enum op)(OP_LT + (kind - TOKEN_LT)), a, b), at);
}

/* "not" negation | comparison */
static int parse_negation(struct parser *p)
{
	size_t at = p->token.at;
	int value;

	if (p->token.kind != TOKEN_NOT)
		return parse_comparison(p);
	if (descend(p) || step(p))
		return -1;
	value = parse_negation(p);
	if (value < 0)
		return -1;
	--*p->depth;
	return placed(p, code_op1(p->code, OP_NOT, value), at);
}

static int parse_and(struct parser *p)
{
	return parse_rank(p, parse_negation, &(struct rank){TOKEN_AND, OP_AND}, 1);
}

static int parse_or(struct parser *p)
{
	return parse_rank(p, parse_and, &(struct rank){TOKEN_OR, OP_OR}, 1);
}

/* or [ "?" choice ":" choice ] */
static int parse_choice(struct parser *p)
{
	int condition = parse_or(p), a, b;
	size_t at = p->token.at;

	if (condition < 0 || p->token.kind != TOKEN_QUESTION)
		return condition;
	if (descend(p) || step(p))
		return -1;
	a = parse_choice(p);
	if (a < 0)
		return -1;
	if (starts_operand(p))
		return refuse_neighbour(p);
	if (p->token.kind != TOKEN_COLON)
		return REFUSE(p, p->token.at, "`:` is missing here; write condition ? a : b");
	if (step(p))
		return -1;
	b = parse_choice(p);
	if (b < 0)
		return -1;
	--*p->depth;
	return placed(p, code_op3(p->code, OP_WHERE, condition, a, b), at);
}

/* --- the whole ---------------------------------------------------------------------------------
 */

/* What is left behind a complete formula. */
static int refuse_rest(struct parser *p)
{
	if (starts_operand(p))
		return refuse_neighbour(p);
	if (p->token.kind == TOKEN_CLOSE)
		return REFUSE(p, p->token.at, "this `)` has no `(`");
	if (p->token.kind == TOKEN_COLON)
		return REFUSE(p, p->token.at, "this `:` has no `?`; write condition ? a : b");
	return REFUSE(p, p->token.at,
		      "`,` stands between arguments of functions only; the decimal point is `.`");
}

static int parse_text(struct parser *p)
{
	int value;

	if (step(p))
		return -1;
	value = parse_choice(p);
	if (value >= 0 && p->token.kind != TOKEN_END)
		return refuse_rest(p);
	return value;
}

int parse_formula(struct code *code, const char *text, const struct formula_scope *scope,
		  struct error *err)
{
	unsigned depth = 0, tokens = 0;
	struct parser parser = {.text = text,
				.scope = scope,
				.code = code,
				.err = err,
				.depth = &depth,
				.tokens = &tokens};

	err->text[0] = '\0';
	if (strlen(text) > FORMULA_MOST)
		return place_error(err, text, FORMULA_MOST,
				   "the formula is longer than %d characters; split it up",
				   FORMULA_MOST);
	return parse_text(&parser);
}
