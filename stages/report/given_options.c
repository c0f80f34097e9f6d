/*
 * Options, their places and what they mean for the numbers, for the JSON and the text report.
 */
#include "given_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "identity.h"
#include "json_values.h"

json_t *given_list(const struct options *options)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < options->n_given; i++) {
		const struct given_option *given = &options->given[i];
		json_t *o = json_object();

		js_put(&o, "name", js_text(given->name));
		js_put(&o, "value", given->value ? js_name(given->value) : json_null());
		js_put(&o, "from", given->from ? js_name(given->from) : js_text("command line"));
		js_put(&o, "line", given->line ? js_count(given->line) : json_null());
		js_append(&list, o);
	}
	return list;
}

json_t *identity_json(const struct options *options)
{
	struct identity identity;
	struct error ignored;
	json_t *o = json_object(), *list = json_object();

	if (identity_of(&identity, options, &ignored)) {
		json_decref(list);
		list = NULL;
	}
	for (unsigned i = 0; list && i < identity.n; i++)
		js_put(&list, identity.item[i].option,
		       identity.item[i].value ? js_name(identity.item[i].value) : json_null());
	identity_release(&identity);
	js_put(&o, "results", json_integer(RESULTS_VERSION));
	js_put(&o, "options", list);
	return o;
}

/* "ndvi.conf: memory 2G (line 3), index ndvi (line 4)"; what has the same place follows on it. */
static void say(FILE *out, const struct options *options)
{
	const char *from = NULL;

	for (unsigned i = 0; i < options->n_given; i++) {
		const struct given_option *given = &options->given[i];

		if (!given->from)
			continue;
		if (!from || strcmp(from, given->from) != 0)
			(void)fprintf(out, "%s%s: ", from ? "; " : "", given->from);
		else
			(void)fputs(", ", out);
		from = given->from;
		(void)fprintf(out, "%s%s%s", given->name, given->value ? " " : "",
			      given->value ? given->value : "");
		if (given->line)
			(void)fprintf(out, " (line %u)", given->line);
	}
}

void put_given(FILE *out, unsigned label_columns, const struct options *options)
{
	char *text = NULL;
	size_t size = 0;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	say(line, options);
	if (fclose(line) == 0 && size)
		text_item(out, label_columns, "Options", text);
	free(text);
}
