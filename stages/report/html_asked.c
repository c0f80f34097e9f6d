/*
 * Where the numbers of a page come from: which words, program and libraries, which options that
 * change numbers, and what was computed.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/redact.h"
#include "base/text.h"
#include "html_sections.h"
#include "identity.h"
#include "partial.h"
#include "picture/page.h"
#include "recipe.h"

/* --- the command line --- */

/* As a shell reads it: a word with anything but these in it stands in quotes. */
static void put_word(FILE *out, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789%+,-./:=@_";

	if (*word && word[strspn(word, plain)] == '\0') {
		(void)fputs(word, out);
		return;
	}
	(void)fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc(*word, out);
	(void)fputc('\'', out);
}

static void put_words(FILE *out, const struct options *options)
{
	for (unsigned i = 0; i < options->n_words; i++) {
		char *word = strdup(options->words[i]);

		if (!word)
			continue;
		redact(word);
		if (i)
			(void)fputc(' ', out);
		put_word(out, word);
		free(word);
	}
}

static void put_command(FILE *out, const struct options *options)
{
	char *text = NULL;
	size_t size;
	FILE *words = open_memstream(&text, &size);

	if (!words)
		return;
	put_words(words, options);
	if (fclose(words) == 0 && size)
		page_code(out, text);
	free(text);
}

/* --- facts --- */

/* "imgpipe 0.1.0, libtiff 4.5.0, ...; results version 4" */
static void put_program(FILE *out)
{
	json_t *list = partial_made_by(), *value;
	char text[240] = "";
	size_t used = 0;
	const char *name;

	json_object_foreach(json_array_get(list, 0), name, value) if (used < sizeof(text)) used +=
		(size_t)snprintf(text + used, sizeof(text) - used, "%s%s %s", used ? ", " : "",
				 name, json_string_value(value));
	page_fact(out, "Program", "%s; results version %d", text, RESULTS_VERSION);
	json_decref(list);
}

/* The run began one wall time ago. */
static void put_times(FILE *out, const struct run_totals *totals)
{
	time_t start = time(NULL) - (time_t)(totals->wall_ns / 1000000000U);
	char text[32];
	struct tm utc;

	if (gmtime_r(&start, &utc) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc))
		page_fact(out, "Begun", "%s; it took %.3f s", text, (double)totals->wall_ns / 1e9);
}

static void put_value(FILE *out, const char *name, const char *value, const char *from)
{
	char *shown = strdup(value ? value : "");

	if (!shown)
		return;
	redact(shown);
	page_fact(out, name, "%s%s%s", shown, from ? "; from " : "", from ? from : "");
	free(shown);
}

/* What the command line does not show. */
static void put_elsewhere(FILE *out, const struct options *options)
{
	for (unsigned i = 0; i < options->n_given; i++) {
		const struct given_option *given = &options->given[i];
		char name[64];

		(void)snprintf(name, sizeof(name), "--%s", given->name);
		if (given->from)
			put_value(out, name, given->value, given->from);
	}
}

static void put_identity(FILE *out, const struct options *options)
{
	struct identity identity;
	unsigned n = 0;

	if (identity_of(&identity, options, NULL) == 0)
		for (unsigned i = 0; i < identity.n; i++) {
			char name[64];

			if (!identity.item[i].value)
				continue;
			(void)snprintf(name, sizeof(name), "--%s", identity.item[i].option);
			put_value(out, name, identity.item[i].value, NULL);
			n++;
		}
	if (!n)
		page_fact(out, "none", "bands, scales and masks are as the files say");
	identity_release(&identity);
}

static void put_catalogue(FILE *out, const struct options *options)
{
	if (options->nightly.catalogue)
		put_value(out, "Catalogue", options->nightly.catalogue, NULL);
}

/* --- what is computed --- */

static void put_formulas(FILE *out, const struct recipe *recipe)
{
	static const char *const heads[] = {"index", "formula", ">most values from", ">to"};

	page_table_open(out, "What is computed", heads, sizeof(heads) / sizeof(heads[0]));
	for (const struct value_def *v = recipe->value; v < recipe->value + recipe->n_values; v++) {
		page_row_open(out);
		page_row_head(out, "%s", v->name);
		page_cell(out, "%s", v->formula);
		page_number(out, "%.6g", v->grid.lo);
		page_number(out, "%.6g", v->grid.hi);
		page_row_close(out);
	}
	page_table_close(out);
}

void html_asked(FILE *out, const struct run_totals *totals, const struct plan *plan,
		const struct options *options)
{
	char b[24];

	put_command(out, options);
	page_facts_open(out, "The run");
	put_times(out, totals);
	put_program(out);
	page_fact(out, "Workers", "%u, executor %s", totals->n_workers,
		  totals->executor ? totals->executor : "?");
	page_fact(out, "Memory", "limit %s (%s)", bytes_text(b, plan->budget.limit),
		  plan->budget.source);
	put_catalogue(out, options);
	put_elsewhere(out, options);
	page_table_close(out);
	page_facts_open(out, "Options that change numbers");
	put_identity(out, options);
	page_table_close(out);
	put_formulas(out, plan->layout.recipe);
}
