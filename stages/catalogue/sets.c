/*
 * Sets: what scenes have in common. One is known by its *definition*, a text of one form: results
 * version, bands and values as a partial's head has them, and the options that change numbers, of
 * those that are given (so that an option of a later program, which nobody gave, makes no other
 * set).
 */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "formula/recipe_make.h"
#include "identity.h"
#include "printable.h"
#include "report/json_stats.h"
#include "report/partial.h"
#include "rows.h"

enum { DEFINITION_MOST = 1 << 20 };

/* --- definitions --- */

static json_t *options_object(const struct identity *identity)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < identity->n; i++)
		if (identity->item[i].value)
			js_put(&o, identity->item[i].option, partial_text(identity->item[i].value));
	return o;
}

static char *definition_of(const struct recipe *recipe, const struct identity *identity)
{
	json_t *o = json_object();
	char *text;

	js_put(&o, "results", json_integer(RESULTS_VERSION));
	js_put(&o, "bands", partial_bands(recipe));
	js_put(&o, "indices", partial_values(recipe));
	js_put(&o, "options", options_object(identity));
	text = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17)) : NULL;
	json_decref(o);
	return text;
}

/* A word of a command line, quoted where a shell would want it. */
static void put_word(FILE *out, const char *word, size_t length)
{
	bool plain = length > 0;

	for (size_t i = 0; i < length; i++)
		plain = plain && (isalnum((unsigned char)word[i]) || strchr("_-+=,.:/@%", word[i]));
	(void)fputs(plain ? "" : "'", out);
	for (size_t i = 0; i < length; i++)
		if (word[i] == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc(word[i], out);
	(void)fputs(plain ? "" : "'", out);
}

/* Patterns stand a line each; "yes" is an option without a value. */
static void put_option(FILE *out, const char *option, const char *value)
{
	const char *before = ftell(out) ? " " : "";

	if (strcmp(value, "yes") == 0) {
		(void)fprintf(out, "%s--%s", before, option);
		return;
	}
	for (const char *line = value;; line++) {
		size_t length = strcspn(line, "\n");

		(void)fprintf(out, "%s--%s ", before, option);
		put_word(out, line, length);
		before = " ";
		line += length;
		if (!*line)
			return;
	}
}

/* "--index ndvi --mask scl", printable; "" where nothing was given. NULL without memory. */
static char *options_text(const struct identity *identity)
{
	char *raw = NULL, *text;
	size_t size;
	FILE *out = open_memstream(&raw, &size);

	if (!out)
		return NULL;
	for (unsigned i = 0; i < identity->n; i++)
		if (identity->item[i].value)
			put_option(out, identity->item[i].option, identity->item[i].value);
	if (fclose(out)) {
		free(raw);
		return NULL;
	}
	text = malloc(4 * size + 1);
	if (text)
		(void)printable_copy(text, 4 * size + 1, raw);
	free(raw);
	return text;
}

char *set_options_text(const struct options *options, struct error *err)
{
	struct identity identity;
	char *text = NULL;

	if (identity_of(&identity, options, err) == 0) {
		text = options_text(&identity);
		if (!text)
			(void)error_memory(err, "the options of the catalogue", DEFINITION_MOST);
	}
	identity_release(&identity);
	return text;
}

/* --- finding --- */

static int find(struct catalogue *catalogue, const char *definition, int64_t *id, struct error *err)
{
	const struct bound value[] = {bound_text(definition)};
	sqlite3_stmt *row = statement_begin(catalogue, SET_FIND, value, N_BOUND(value), err);
	int rc = row ? statement_next(catalogue, row, err) : -1;

	if (rc <= 0)
		return rc;
	*id = sqlite3_column_int64(row, 0);
	statement_end(row);
	return 1;
}

int set_with(struct catalogue *catalogue, unsigned results_version, const char *options,
	     const char *definition, int64_t *id, struct error *err)
{
	const struct bound value[] = {bound_integer(results_version), bound_text(options),
				      bound_text(definition)};
	int rc = find(catalogue, definition, id, err);

	if (rc)
		return rc < 0 ? -1 : 0;
	if (statement_run(catalogue, SET_ADD, value, N_BOUND(value), err))
		return -1;
	*id = sqlite3_last_insert_rowid(catalogue->db);
	catalogue->changed = true;
	return 0;
}

static int find_or_make(struct catalogue *catalogue, const char *options, const char *definition,
			bool make, int64_t *id, struct error *err)
{
	int rc = find(catalogue, definition, id, err);

	if (rc || !make)
		return rc;
	if (statement_transaction(catalogue, err))
		return -1;
	if (set_with(catalogue, RESULTS_VERSION, options, definition, id, err) == 0)
		return statement_commit(catalogue, err) ? -1 : 1;
	statement_rollback(catalogue);
	return -1;
}

int catalogue_set_of(struct catalogue *catalogue, const struct options *options, bool make,
		     int64_t *id, struct error *err)
{
	char *definition, *text;
	struct identity identity;
	int rc = -1;

	if (identity_of(&identity, options, err)) {
		identity_release(&identity);
		return -1;
	}
	definition = definition_of(options->recipe, &identity);
	text = options_text(&identity);
	if (!definition || !text)
		(void)error_memory(err, "the options of the catalogue", DEFINITION_MOST);
	else
		rc = find_or_make(catalogue, text, definition, make, id, err);
	free(definition);
	free(text);
	identity_release(&identity);
	return rc;
}

/* --- reading --- */

enum { ID, RESULTS, OPTIONS, DEFINITION, SCENES, GONE };

static int read_set(struct catalogue *catalogue, sqlite3_stmt *row, struct catalogue_set *set,
		    struct error *err)
{
	const char *options = column_text(catalogue, row, OPTIONS, err);

	*set = (struct catalogue_set){
		.id = sqlite3_column_int64(row, ID),
		.results_version = (unsigned)sqlite3_column_int(row, RESULTS),
		.scenes = (uint64_t)sqlite3_column_int64(row, SCENES),
		.gone = (uint64_t)sqlite3_column_int64(row, GONE),
	};
	if (!options)
		return -1;
	set->identity = strdup(options);
	return set->identity ? 0 : error_memory(err, "a set of the catalogue", strlen(options));
}

/* NULL: it is none, or there is no memory. */
static json_t *parse_definition(const char *definition)
{
	const size_t bytes = strlen(definition);

	return bytes <= DEFINITION_MOST
		       ? json_loadb(definition, bytes, JSON_REJECT_DUPLICATES, NULL)
		       : NULL;
}

static struct recipe *read_recipe(const json_t *o)
{
	const json_t *asked = json_object_get(json_object_get(o, "options"), "bands-output");
	struct recipe *recipe = NULL;

	if (json_object_size(o) == 4)
		recipe = partial_read_recipe(json_object_get(o, "bands"),
					     json_object_get(o, "indices"));
	if (recipe && recipe->kept && !asked) {
		recipe_free(recipe);
		recipe = NULL;
	}
	return recipe;
}

/* 1: *row is at it, for statement_end(); 0: there is no such set. */
static int find_set(struct catalogue *catalogue, int64_t id, sqlite3_stmt **row, struct error *err)
{
	const struct bound value[] = {bound_integer(id)};

	*row = statement_begin(catalogue, SET_READ, value, N_BOUND(value), err);
	return *row ? statement_next(catalogue, *row, err) : -1;
}

int catalogue_set_read(struct catalogue *catalogue, int64_t id, struct catalogue_set *set,
		       struct error *err)
{
	sqlite3_stmt *row;
	int rc = find_set(catalogue, id, &row, err);
	const char *definition;
	json_t *o;

	*set = (struct catalogue_set){0};
	if (rc == 0)
		return catalogue_bad(catalogue, "it lacks a set that its rows name", err);
	if (rc < 0)
		return -1;
	rc = read_set(catalogue, row, set, err);
	definition = rc ? NULL : column_text(catalogue, row, DEFINITION, err);
	if (definition) {
		o = parse_definition(definition);
		set->recipe = read_recipe(o);
		json_decref(o);
		if (!set->recipe)
			rc = catalogue_bad(catalogue, "the recipe of a set is none", err);
	}
	statement_end(row);
	return definition ? rc : -1;
}

int catalogue_sets(struct catalogue *catalogue,
		   bool (*see)(void *context, const struct catalogue_set *set), void *context,
		   struct error *err)
{
	sqlite3_stmt *row = statement_begin(catalogue, SET_LIST, NULL, 0, err);
	int rc = row ? 0 : -1;

	while (row && (rc = statement_next(catalogue, row, err)) > 0) {
		struct catalogue_set set;
		bool on;

		rc = read_set(catalogue, row, &set, err);
		on = rc == 0 && see(context, &set);
		catalogue_set_release(&set);
		if (!on) {
			statement_end(row);
			break;
		}
	}
	return rc;
}

/* The options of a definition, those that were not given included. */
static int read_options(struct catalogue *catalogue, struct identity *identity, const json_t *o,
			struct error *err)
{
	const struct options none = {.scale = 1};
	size_t met = 0;

	if (identity_of(identity, &none, err))
		return -1;
	for (unsigned i = 0; i < identity->n; i++) {
		const json_t *value = json_object_get(o, identity->item[i].option);

		if (!value)
			continue;
		identity->item[i].value = partial_read_text(value, DEFINITION_MOST);
		met += identity->item[i].value && *identity->item[i].value;
	}
	return met == json_object_size(o)
		       ? 0
		       : catalogue_bad(catalogue, "the options of a set are none", err);
}

static int read_head(struct catalogue *catalogue, struct partial_head *head, const json_t *o,
		     struct error *err)
{
	if (!o)
		return catalogue_bad(catalogue, "the definition of a set is none", err);
	if (json_integer_value(json_object_get(o, "results")) != RESULTS_VERSION)
		return error_set(err, EX_DATAERR,
				 "catalogue %s: the set is of another results version than this "
				 "imgpipe's, %d, whose numbers differ; do its scenes again, or use "
				 "the imgpipe that made it",
				 catalogue->path, RESULTS_VERSION);
	if (read_options(catalogue, &head->identity, json_object_get(o, "options"), err))
		return -1;
	head->own_recipe = read_recipe(o);
	head->recipe = head->own_recipe;
	head->made_by = partial_made_by();
	return head->recipe ? 0 : catalogue_bad(catalogue, "the recipe of a set is none", err);
}

int catalogue_set_head(struct catalogue *catalogue, int64_t id, struct partial_head *head,
		       struct error *err)
{
	sqlite3_stmt *row;
	int rc = find_set(catalogue, id, &row, err);
	const char *definition;
	json_t *o;

	*head = (struct partial_head){.part = 1, .parts = 1};
	if (rc == 0)
		return error_set(err, EX_NOINPUT,
				 "catalogue %s: has no set %lld; imgpipe catalog lists its sets",
				 catalogue->path, (long long)id);
	if (rc < 0)
		return -1;
	definition = column_text(catalogue, row, DEFINITION, err);
	o = definition ? parse_definition(definition) : NULL;
	rc = definition ? read_head(catalogue, head, o, err) : -1;
	json_decref(o);
	statement_end(row);
	return rc;
}

/* --- what is different --- */

static void say_differences(char words[CATALOGUE_DIFFERS_BYTES], const struct identity *set,
			    const struct identity *own)
{
	struct identity_pair first = {0};
	unsigned n = 0;

	for (unsigned i = 0; i < own->n; i++) {
		const char *a = set->item[i].value, *b = own->item[i].value;

		if (strcmp(a ? a : "", b ? b : "") != 0 && !n++)
			first = identity_shown(own->item[i].option, a, b);
	}
	if (n)
		(void)snprintf(words, CATALOGUE_DIFFERS_BYTES,
			       "other options (%s there, %s here%s)", first.a, first.b,
			       n > 1 ? ", and more" : "");
}

/* The set's may be of a later program, which knows more options. */
static int differ(struct catalogue *catalogue, const json_t *definition,
		  const struct options *options, char words[CATALOGUE_DIFFERS_BYTES],
		  struct error *err)
{
	struct identity set = {0}, own;
	struct error unknown;
	int rc = identity_of(&own, options, err);

	if (rc == 0 && definition &&
	    read_options(catalogue, &set, json_object_get(definition, "options"), &unknown) == 0)
		say_differences(words, &set, &own);
	identity_release(&set);
	identity_release(&own);
	return rc;
}

int catalogue_set_differs(struct catalogue *catalogue, int64_t id, const struct options *options,
			  char words[CATALOGUE_DIFFERS_BYTES], struct error *err)
{
	sqlite3_stmt *row;
	int rc = find_set(catalogue, id, &row, err);
	const char *definition;
	json_t *o;

	(void)snprintf(words, CATALOGUE_DIFFERS_BYTES, "other options");
	if (rc <= 0)
		return rc;
	definition = column_text(catalogue, row, DEFINITION, err);
	o = definition ? parse_definition(definition) : NULL;
	rc = definition ? differ(catalogue, o, options, words, err) : -1;
	json_decref(o);
	statement_end(row);
	return rc;
}

void catalogue_set_release(struct catalogue_set *set)
{
	free(set->identity);
	recipe_free(set->recipe);
	*set = (struct catalogue_set){0};
}
