/*
 * imgpipe merge: the parts decide all numbers, so it takes nothing but names of files to write.
 */
#include "report/merge.h"

#include "catalogue/catalogue.h"
#include "catalogue/fold.h"
#include "commands.h"
#include "hold.h"
#include "inputs_apart.h"
#include "log.h"
#include "nightly_options.h"
#include "options/rows.h"
#include "printable.h"
#include "report/report.h"
#include "report_lists.h"

/* --- catalogues --- */

static int check_names(const struct options *options, struct error *err)
{
	for (unsigned i = 0; i < options->n_args; i++)
		if (!is_catalogue_name(options->args[i]))
			return error_set(err, EX_USAGE,
					 "%s: is no catalogue (FILE.gpkg), and --catalog joins "
					 "catalogues; merge partial results without it",
					 options->args[i]);
	return catalogue_apart(options, err);
}

static bool count_set(void *context, const struct catalogue_set *set)
{
	*(uint64_t *)context += set->scenes;
	return true;
}

/* *empty: the first part without a scene, which a shard may well be. */
static int join_one(struct catalogue *into, const char *path, const char **empty, struct error *err)
{
	struct catalogue *from;
	uint64_t scenes = 0;
	int status, closed;

	if (catalogue_open(&from, path, CATALOGUE_READ, err))
		return -1;
	status = catalogue_join(into, from, err);
	if (!status)
		status = catalogue_sets(from, count_set, &scenes, err);
	if (!status && !scenes && !*empty)
		*empty = path;
	closed = catalogue_close(from, status ? NULL : err);
	return status || closed ? -1 : 0;
}

static int tell_joined(const struct options *options, uint64_t scenes, const char *empty)
{
	if (options->verbosity < 0)
		return 0;
	printable_line(stdout, "%s: holds %llu scene%s now%s%s%s", options->nightly.catalogue,
		       (unsigned long long)scenes, scenes == 1 ? "" : "s",
		       empty ? "; no scene is in " : "", empty ? empty : "",
		       empty && !scenes && options->n_args > 1 ? " and all others" : "");
	return 0;
}

/* Reports of all scenes that are there now; where none was asked for, a line. `empty`: of the
 * parts, the first that has none. */
static int report_joined(struct catalogue *into, const struct options *options, const char *empty,
			 struct error *err)
{
	struct catalogue_filter filter = {0};
	uint64_t scenes = 0;

	if (catalogue_sets(into, count_set, &scenes, err))
		return -1;
	if (!reports_asked(options))
		return tell_joined(options, scenes, empty);
	if (!scenes && empty)
		return error_set(err, EX_NOINPUT,
				 "%s%s: no scene in %s, so there is nothing to report; imgpipe "
				 "catalog lists what a catalogue holds",
				 empty, options->n_args > 1 ? " and all others" : "",
				 options->n_args > 1 ? "them" : "it");
	if (catalogue_only_set(into, &filter.set, err))
		return -1;
	return catalogue_fold(into, &filter, options, err);
}

static int join_all(const struct options *options, struct error *err)
{
	const char *empty = NULL;
	struct catalogue *into;
	int status = 0, closed;

	if (catalogue_open(&into, options->nightly.catalogue, CATALOGUE_WRITE, err))
		return -1;
	for (unsigned i = 0; i < options->n_args && !status; i++)
		status = join_one(into, options->args[i], &empty, err);
	if (!status)
		status = report_joined(into, options, empty, err);
	closed = catalogue_close(into, status < 0 ? NULL : err);
	return closed && status >= 0 ? -1 : status;
}

static int join(const struct options *options, struct error *err)
{
	struct hold *hold;
	int status;

	if (check_names(options, err) ||
	    hold_take_catalogue(&hold, options, options->nightly.catalogue, err))
		return -1;
	status = join_all(options, err);
	hold_release(hold);
	return status;
}

/* --- parts --- */

static int merge(const struct options *options, struct error *err)
{
	for (unsigned i = 0; i < options->n_args; i++)
		if (is_catalogue_name(options->args[i]))
			return error_set(err, EX_USAGE,
					 "%s: is a catalogue; join catalogues with imgpipe merge "
					 "--catalog ALL.gpkg A.gpkg B.gpkg",
					 options->args[i]);
	return merge_partials(options, err);
}

static int run(const struct call *call, struct error *err)
{
	struct options options = *call->options;

	int status = inputs_apart(&options, NULL, false, err);

	if (!status)
		status = options.nightly.catalogue ? join(&options, err) : merge(&options, err);
	if (status > 0 && !report_shows_text(&options))
		log_line(LOG_LEVEL_WARNING, "scene-failed", NULL,
			 "some scenes have failed, or lack an index or a band; the reports say "
			 "which");
	return status;
}

static const struct option_row *const writing_rows[] = {&option_histogram, NULL};
static const struct option_row *const saying_rows[] = {&option_quiet, &option_log_format,
						       &option_log_file, NULL};

static int check_options(struct options *options, struct error *err)
{
	return tables_check(options, err);
}

const struct command command_merge = {
	.word = "merge",
	.arguments = "PARTIAL ... | CATALOGUE ...",
	.operand = VALUE_FILE,
	.purpose = "join partial results or catalogues of several jobs",
	.examples = "imgpipe merge --summary ndvi.json part-*-of-8.json\n"
		    "imgpipe merge -q --partial all.json part-*-of-8.json\n"
		    "imgpipe merge --catalog ndvi.gpkg --summary ndvi.json part-*.gpkg\n",
	.groups = {{.title = "Catalogues", .rows = joining_rows},
		   {.title = "What to write (FILE may be -)",
		    .rows = writing_rows,
		    .reports = all_reports,
		    .made_by = REPORT_BY_MERGE},
		   {.title = "What to say", .rows = saying_rows}},
	.check = check_options,
	.run = run,
};
