/*
 * The list of a catalogue. Names and errors in it come from outside, and so does all of a
 * catalogue.
 */
#include "catalogue_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "recipe.h"

enum { INDENT = 4, ACQUIRED_COLUMNS = 20 };

struct listing {
	struct error *err;
	int status;
	uint64_t n, n_failed, n_gone;
	bool many_sets;
};

static const char *status_word(const struct catalogue_scene *scene)
{
	return scene->gone                      ? "gone"
	       : scene->status == SCENE_FAILED  ? "failed"
	       : scene->status == SCENE_SKIPPED ? "skipped"
						: "ok";
}

/* "failed   2026-07-01T10:00:31Z set 2  S2B_...: why". */
static int put_scene(const struct listing *list, const struct catalogue_scene *scene)
{
	const bool failed = scene->status == SCENE_FAILED && scene->error && *scene->error;
	const char *name = scene->name ? scene->name : "";
	const char *acquired = scene->acquired && *scene->acquired ? scene->acquired : "-";
	char set[32] = "", date[4 * ACQUIRED_COLUMNS + 1], word[sizeof(date) + 16], *rest;

	if (list->many_sets)
		(void)snprintf(set, sizeof(set), "set %" PRId64 "  ", scene->set);
	if (asprintf(&rest, "%s%s%s%s", set, name, failed ? ": " : "",
		     failed ? text_beyond_name(scene->error, name) : "") < 0)
		return error_memory(list->err, "a line", ERROR_TEXT_BYTES);
	(void)snprintf(word, sizeof(word), "%-8s %s", status_word(scene),
		       text_cut(date, acquired, ACQUIRED_COLUMNS));
	text_line(stdout,
		  scene->status == SCENE_FAILED ? INK_BAD
		  : scene->gone                 ? INK_WARNING
						: INK_PLAIN,
		  INDENT, word, rest);
	free(rest);
	return 0;
}

static bool list_one(void *context, const struct catalogue_scene *scene)
{
	struct listing *list = context;

	list->status = put_scene(list, scene);
	list->n++;
	list->n_failed += scene->status == SCENE_FAILED;
	list->n_gone += scene->gone;
	return !list->status && !ferror(stdout);
}

struct set_listing {
	struct catalogue *catalogue;
	unsigned n;
	struct error *err;
	int status;
};

/* "ndvi, evi, ndmi ... (12)  mask=auto: 40 scenes, 0 gone". */
static void put_set(const struct catalogue_set *set)
{
	enum { SHOWN = 6 };
	const struct recipe *recipe = set->recipe;
	char word[32], names[SHOWN * (VALUE_NAME_BYTES + 2) + 1] = "", more[24] = "", *rest;
	size_t used = 0;

	for (unsigned v = 0; v < recipe->n_values && v < SHOWN; v++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", v ? ", " : "",
					 recipe->value[v].name);
	if (recipe->n_values > SHOWN)
		(void)snprintf(more, sizeof(more), " ... (%u)", recipe->n_values);
	if (asprintf(&rest, "%s%s%s%s: %" PRIu64 " scene%s, %" PRIu64 " gone", names, more,
		     *set->identity ? "  " : "", set->identity, set->scenes,
		     set->scenes == 1 ? "" : "s", set->gone) < 0)
		return;
	(void)snprintf(word, sizeof(word), "Set %-4" PRId64, set->id);
	text_line(stdout, INK_HEADING, INDENT, word, rest);
	free(rest);
}

static bool list_set(void *context, const struct catalogue_set *listed)
{
	struct set_listing *list = context;
	struct catalogue_set set;

	list->status = catalogue_set_read(list->catalogue, listed->id, &set, list->err);
	if (list->status)
		return false;
	list->n++;
	put_set(&set);
	catalogue_set_release(&set);
	return !ferror(stdout);
}

static int list_run(struct catalogue *catalogue, struct error *err)
{
	struct catalogue_run run;
	char line[240];
	int rc = catalogue_last_run(catalogue, &run, err);

	if (rc <= 0)
		return rc;
	if (run.ended)
		(void)snprintf(line, sizeof(line),
			       "%.40s to %.40s, exit %d: %" PRIu64 " scenes, %" PRIu64
			       " ok, %" PRIu64 " failed",
			       run.started ? run.started : "?", run.ended, run.exit_status,
			       run.scenes, run.ok, run.failed);
	else
		(void)snprintf(line, sizeof(line), "%.40s, at work still or killed",
			       run.started ? run.started : "?");
	text_line(stdout, run.exit_status ? INK_WARNING : INK_HEADING, INDENT, "Last run", line);
	return 0;
}

int catalogue_list(struct catalogue *catalogue, const struct catalogue_filter *filter,
		   struct error *err)
{
	struct listing scenes = {.err = err};
	struct set_listing sets = {.catalogue = catalogue, .err = err};

	if (catalogue_sets(catalogue, list_set, &sets, err) || sets.status ||
	    list_run(catalogue, err))
		return -1;
	scenes.many_sets = sets.n > 1 && !filter->set;
	if (catalogue_each(catalogue, filter, list_one, &scenes, err) || scenes.status)
		return -1;
	printf("%" PRIu64 " scene%s, %" PRIu64 " failed, %" PRIu64 " gone\n", scenes.n,
	       scenes.n == 1 ? "" : "s", scenes.n_failed, scenes.n_gone);
	return fflush(stdout) || ferror(stdout)
		       ? error_errno(err, EX_IOERR, errno, "standard output")
		       : 0;
}
