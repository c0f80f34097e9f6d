/*
 * imgpipe index: the table of indices, all of it or what a sensor allows, and one index explained.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "formula/index_text.h"

static int unknown_index(const char *name, struct error *err)
{
	char near[SPELLING_LIST];

	index_near(near, name);
	return error_set(err, EX_USAGE, "there is no index '%.60s'%s%s%s; imgpipe index lists them",
			 name, *near ? " (is it " : "", near, *near ? "?)" : "");
}

static int show_each(char **names, unsigned n, struct error *err)
{
	if (!n)
		return error_set(err, EX_USAGE,
				 "show which? give a name, as in imgpipe index show "
				 "evi");
	for (unsigned i = 0; i < n; i++) {
		const struct index_row *row = index_find(names[i]);

		if (!row)
			return unknown_index(names[i], err);
		if (i)
			putchar('\n');
		if (index_text_show(stdout, row, err))
			return -1;
	}
	return 0;
}

static int unknown_sensor(const char *name, struct error *err)
{
	char list[400] = "";
	size_t used = 0;

	if (index_find(name))
		return error_set(err, EX_USAGE, "%s is an index: imgpipe index show %s", name,
				 name);
	for (const struct sensor *s = sensor_next(NULL); s && used < sizeof(list);
	     s = sensor_next(s))
		if (s->called)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.*s",
						 used ? ", " : "", (int)strcspn(s->called, " "),
						 s->called);
	return error_set(err, EX_USAGE, "'%.60s' is no sensor; there are: %s", name, list);
}

/* Bands that all of them have. */
static int common_bands(uint32_t *bands, char **names, unsigned n, struct error *err)
{
	*bands = (uint32_t)EVERY_BAND;
	for (unsigned i = 0; i < n; i++) {
		const struct sensor *sensor = sensor_called(names[i]);

		if (!sensor)
			return unknown_sensor(names[i], err);
		*bands &= index_text_bands(sensor);
	}
	return 0;
}

static int run(const struct call *call, struct error *err)
{
	char **word = call->options->args;
	unsigned n = call->options->n_args;
	uint32_t bands;

	if (n && strcmp(word[0], "show") == 0)
		return show_each(word + 1, n - 1, err);
	return common_bands(&bands, word, n, err) || index_text_list(stdout, bands, err) ? -1 : 0;
}

const struct command command_index = {
	.word = "index",
	.arguments = "[SENSOR ...] | show NAME ...",
	.purpose = "list the indices that --index knows, or explain one",
	.examples = "imgpipe index\n"
		    "imgpipe index sentinel2           those that its bands allow\n"
		    "imgpipe index show evi\n",
	.run = run,
};
