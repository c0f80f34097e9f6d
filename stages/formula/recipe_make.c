/*
 * Recipes from options. Names are put together first (which indices, which constants, whose), then
 * formulas are written out and their bands counted, then compiled: what is compiled is the text
 * that reports show. Any option that would have no effect is an error.
 */
#include "recipe_make.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accum.h"
#include "expand.h"
#include "maker.h"

/* --- values --- */

static int add_value(struct maker *m, const char *name, size_t length, const struct owner *owner,
		     struct error *err)
{
	struct recipe *recipe = m->recipe;
	struct value_def value = {.row = owner->row};

	(void)word_lower(value.name, name, length);
	for (unsigned i = 0; i < recipe->n_values; i++)
		if (strcmp(recipe->value[i].name, value.name) == 0)
			return error_set(err, EX_USAGE, "%s is asked for twice", value.name);
	if (recipe->n_values == RECIPE_MAX_VALUES)
		return error_set(err, EX_USAGE,
				 "more than %d indices and expressions in one run; compute the "
				 "others in another",
				 RECIPE_MAX_VALUES);
	value.kind = owner->row ? owner->row->kind : VALUE_PROPORTIONAL;
	value.grid = owner->row ? owner->row->grid : (struct value_grid){.lo = -1, .hi = 1};
	m->of[recipe->n_values] = owner;
	recipe->value[recipe->n_values++] = value;
	return 0;
}

static int add_index(struct maker *m, const char *name, size_t length, struct error *err)
{
	char word[VALUE_NAME_BYTES];
	const struct index_row *row;

	if (!length)
		return error_set(err, EX_USAGE, "there is an empty place in the list");
	if (!word_lower(word, name, length))
		return error_set(err, EX_USAGE, "'%.*s...' is too long for an index",
				 VALUE_NAME_BYTES, name);
	row = index_find(word);
	if (!row) {
		(void)snprintf(word, sizeof(word), "%.*s", (int)length, name);
		return index_unknown(word, ", and --expr NAME=EXPRESSION takes any other", err);
	}
	return add_value(m, name, length, owner_of_row(m, row), err);
}

static int add_indices(struct maker *m, const char *list, struct error *err)
{
	for (const char *at = list;; at++) {
		size_t length;

		at += strspn(at, " ");
		length = strcspn(at, ", ");
		if (add_index(m, at, length, err))
			return error_prefix(err, "--index %.100s", list);
		at += length;
		at += strspn(at, " ");
		if (!*at)
			return 0;
		if (*at != ',')
			return error_set(err, EX_USAGE,
					 "--index %.100s: names are parted by commas", list);
	}
}

static int bad_expression(const char *text, struct error *err)
{
	return error_set(err, EX_USAGE,
			 "--expr %.100s: give a name of at most %d letters, digits and _, and an "
			 "expression, as in bare=(swir16-nir)/(swir16+nir)",
			 text, VALUE_NAME_BYTES - 1);
}

static int add_expression(struct maker *m, const char *text, struct error *err)
{
	const char *name = text + strspn(text, " "), *equals = strchr(text, '=');
	size_t length = strcspn(name, " =");
	struct owner *owner = &m->owner[m->n_owners];

	*owner = (struct owner){.maker = m};
	if (!equals || equals[1] == '=' || name[length + strspn(name + length, " ")] != '=' ||
	    !word_is_name(name, length) || !word_lower(owner->name, name, length))
		return bad_expression(text, err);
	if (word_is_free(owner->name, err) || add_value(m, name, length, owner, err))
		return error_prefix(err, "--expr %.*s", (int)length, name);
	owner->text = equals + 1;
	m->n_owners++;
	return 0;
}

static int add_values(struct maker *m, const struct index_choice *choice, struct error *err)
{
	for (unsigned i = 0; i < choice->index.n; i++)
		if (add_indices(m, choice->index.text[i], err))
			return -1;
	for (unsigned i = 0; i < choice->expression.n; i++)
		if (add_expression(m, choice->expression.text[i], err))
			return -1;
	return m->recipe->n_values ? 0 : add_indices(m, "ndvi", err);
}

/* --- formulas --- */

/* Of an expression as it was typed, for errors that show their place in it. */
static int check_expression(const char *text, const struct formula_scope *scope, struct error *err)
{
	struct program *program = program_compile(text, scope, err);

	program_free(program);
	return program ? 0 : -1;
}

static int write_out(struct maker *m, unsigned v, struct error *err)
{
	const struct owner *owner = m->of[v];
	const struct formula_scope scope = scope_of(owner);
	const char *text = owner->row ? owner->row->formula : owner->text;

	m->in_hand = &m->recipe->value[v];
	if ((!owner->row && check_expression(text, &scope, err)) ||
	    formula_expand(&m->recipe->value[v].formula, text, &scope, m->recipe->band, err))
		return error_prefix(err, "--%s %s", owner->row ? "index" : "expr",
				    m->recipe->value[v].name);
	return 0;
}

static int by_band(const void *a, const void *b)
{
	const struct band_wish *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == WISH_NAME)
		return (x->name > y->name) - (x->name < y->name);
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return strcmp(x->code, y->code);
}

static int compile(struct maker *m, unsigned v, struct error *err)
{
	const struct formula_scope scope = scope_of_bands(m->of[v]);
	struct value_def *value = &m->recipe->value[v];
	struct program *program = program_compile(value->formula, &scope, err);
	unsigned a, b;

	if (!program)
		return error_prefix(err, "%s, written out", value->name);
	value->program = program;
	value->reads = program_reads(program);
	value->of_unit = !program_is_scale_free(program);
	if (!value->reads)
		return error_set(err, EX_USAGE, "--expr %s: it reads no band", value->name);
	if (!program_is_normalized_difference(program, &a, &b))
		return 0;
	value->normalized_difference = true;
	value->kind = VALUE_SCALE_FREE;
	value->a = (uint8_t)a;
	value->b = (uint8_t)b;
	value->program = NULL;
	program_free(program);
	return 0;
}

static int compile_all(struct maker *m, const char *kept, struct error *err)
{
	struct recipe *recipe = m->recipe;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (write_out(m, v, err))
			return -1;
	if (settings_check(m, err) || kept_add(m, kept, err))
		return -1;
	qsort(recipe->band, recipe->n_bands, sizeof(recipe->band[0]), by_band);
	kept_mark(m);
	for (unsigned v = 0; v < recipe->n_values; v++)
		if (compile(m, v, err))
			return -1;
	return 0;
}

/* --- ranges --- */

static int exponent_of(double lo, double hi)
{
	double most = fmax(fabs(lo), fabs(hi));
	int exponent = 0;

	while (exponent < 40 && ldexp(1, exponent) < most)
		exponent++;
	return exponent;
}

static struct value_grid grid_over(double lo, double hi)
{
	return (struct value_grid){.exponent = exponent_of(lo, hi), .lo = lo + 0.0, .hi = hi + 0.0};
}

/* "NAME=LO,HI" of a value that has none yet: whose it is. */
static int read_range(const struct maker *m, const char *text, uint32_t *given, unsigned *value,
		      double *lo, double *hi, struct error *err)
{
	size_t length = strcspn(text, "=");
	char name[VALUE_NAME_BYTES];
	const char *at;
	unsigned v = 0;

	if (!text[length] || !word_lower(name, text, length) ||
	    !word_number(text + length + 1, ',', &at, lo) || !word_number(at, '\0', &at, hi) ||
	    *lo >= *hi)
		return error_set(err, EX_USAGE,
				 "give an index or expression and two numbers, the smaller first, "
				 "as in evi=-1,2");
	while (v < m->recipe->n_values && strcmp(m->recipe->value[v].name, name) != 0)
		v++;
	if (v == m->recipe->n_values)
		return error_set(err, EX_USAGE, "there is no index or expression %s in this run",
				 name);
	if (*given & 1u << v)
		return error_set(err, EX_USAGE, "%s is given twice", name);
	*given |= 1u << v;
	*value = v;
	return 0;
}

static int set_value_range(struct maker *m, const char *text, uint32_t *given, struct error *err)
{
	double lo, hi;
	unsigned v;

	if (read_range(m, text, given, &v, &lo, &hi, err))
		return -1;
	if (fmax(fabs(lo), fabs(hi)) > 0x1p40)
		return error_set(err, EX_USAGE, "goes beyond 2^40, the largest there is");
	m->recipe->value[v].grid = grid_over(lo, hi);
	if (value_grid_valid(&m->recipe->value[v].grid))
		return 0;
	return error_set(err, EX_USAGE,
			 "its ends are too near to each other to be told apart in single "
			 "precision; put them further apart");
}

static int set_valid_range(struct maker *m, const char *text, uint32_t *given, struct error *err)
{
	double lo, hi;
	unsigned v;

	if (read_range(m, text, given, &v, &lo, &hi, err))
		return -1;
	m->recipe->value[v].limited = true;
	m->recipe->value[v].least = lo + 0.0;
	m->recipe->value[v].most = hi + 0.0;
	return 0;
}

static int set_ranges(struct maker *m, const char *option, const struct text_list *ranges,
		      int (*set)(struct maker *, const char *, uint32_t *, struct error *),
		      struct error *err)
{
	uint32_t given = 0;

	for (unsigned i = 0; i < ranges->n; i++)
		if (set(m, ranges->text[i], &given, err))
			return error_prefix(err, "--%s %.100s", option, ranges->text[i]);
	return 0;
}

/* --- together --- */

static int make(struct maker *m, const struct index_choice *choice, const char *kept,
		struct error *err)
{
	if (add_values(m, choice, err))
		return -1;
	for (unsigned i = 0; i < choice->constant.n; i++)
		if (setting_add(m, choice->constant.text[i], err))
			return -1;
	if (compile_all(m, kept, err) ||
	    set_ranges(m, "range", &choice->range, set_value_range, err) ||
	    set_ranges(m, "valid-range", &choice->valid_range, set_valid_range, err))
		return -1;
	return recipe_tell(m, err);
}

static size_t count_rows(void)
{
	size_t n = 0;

	while (index_table[n].name)
		n++;
	return n;
}

static int recipe_of(struct recipe **out, const struct index_choice *choice, const char *kept,
		     struct error *err)
{
	size_t n_owners = count_rows() + RECIPE_MAX_VALUES + 1;
	struct maker *m = calloc(1, sizeof(*m));
	int status = -1;

	*out = calloc(1, sizeof(**out));
	if (m)
		m->owner = calloc(n_owners, sizeof(*m->owner));
	if (!m || !*out || !m->owner) {
		error_memory(err, "a recipe", n_owners * sizeof(*m->owner) + sizeof(**out));
	} else {
		m->recipe = *out;
		status = make(m, choice, kept, err);
	}
	if (m)
		free(m->owner);
	free(m);
	if (!status)
		return 0;
	recipe_free(*out);
	*out = NULL;
	return -1;
}

int recipe_make(struct recipe **out, const struct options *options, struct error *err)
{
	return recipe_of(out, &options->index, options->map.bands_output, err);
}

int recipe_of_index(struct recipe **out, const char *name, struct error *err)
{
	const struct index_choice choice = {.index = {.n = 1, .text = {name}}};

	return recipe_of(out, &choice, NULL, err);
}

void recipe_free(struct recipe *recipe)
{
	if (!recipe)
		return;
	for (unsigned v = 0; v < recipe->n_values; v++) {
		program_free((struct program *)recipe->value[v].program);
		free(recipe->value[v].formula);
	}
	for (unsigned i = 0; i < N_RECIPE_OPTIONS; i++)
		free(recipe->asked[i]);
	free(recipe);
}
