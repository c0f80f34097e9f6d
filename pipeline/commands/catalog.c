/*
 * imgpipe catalog: what a catalogue holds, the reports of it, and taking scenes out of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "catalogue/catalogue.h"
#include "catalogue/fold.h"
#include "catalogue_list.h"
#include "catalogue_outputs.h"
#include "commands.h"
#include "hold.h"
#include "inputs_apart.h"
#include "nightly_options.h"
#include "options/rows.h"
#include "options/values.h"
#include "printable.h"
#include "report/report.h"
#include "report_lists.h"

/* options->own */
struct catalog_request {
	uint64_t set; /* 0: the only one */
	const char *since, *scene;
	bool failed, gone, check, forget, numbers;
};

static bool is_filtered(const struct catalog_request *request)
{
	return request->set || request->since || request->scene || request->failed || request->gone;
}

static struct catalogue_filter filter_of(const struct catalog_request *request)
{
	return (struct catalogue_filter){
		.set = (int64_t)request->set,
		.since = request->since,
		.pattern = request->scene,
		.failed = request->failed,
		.gone = request->gone,
	};
}

/* --- the set that is meant --- */

struct sought {
	int64_t id;
	bool found;
};

static bool is_sought(void *context, const struct catalogue_set *set)
{
	struct sought *sought = context;

	sought->found = set->id == sought->id;
	return !sought->found;
}

static int check_set(struct catalogue *catalogue, const struct catalog_request *request,
		     struct error *err)
{
	struct sought sought = {.id = (int64_t)request->set};

	if (!request->set)
		return 0;
	if (catalogue_sets(catalogue, is_sought, &sought, err))
		return -1;
	return sought.found ? 0
			    : error_set(err, EX_NOINPUT,
					"the catalogue has no set %llu; imgpipe catalog without "
					"--set lists its sets",
					(unsigned long long)request->set);
}

/* --- reports --- */

static int make_reports(struct catalogue *catalogue, const struct catalog_request *request,
			const struct options *options, struct error *err)
{
	struct catalogue_filter filter = filter_of(request);

	if (!filter.set && catalogue_only_set(catalogue, &filter.set, err))
		return -1;
	return catalogue_fold(catalogue, &filter, options, err);
}

/* --- check --- */

struct checking {
	struct catalogue *catalogue;
	uint64_t n, n_bad;
	struct error *err;
	int status;
};

static bool check_one(void *context, const struct catalogue_scene *scene)
{
	struct checking *checking = context;
	char wrong[CATALOGUE_WRONG_BYTES];

	checking->n++;
	checking->status =
		catalogue_outputs_wrong(checking->catalogue, scene->id, wrong, checking->err);
	if (checking->status > 0) {
		checking->n_bad++;
		printable_line(stdout, "%s: %s; a run with --resume makes it again", scene->name,
			       wrong);
	}
	return checking->status >= 0;
}

static int check(struct catalogue *catalogue, const struct catalog_request *request,
		 struct error *err)
{
	const struct catalogue_filter filter = filter_of(request);
	struct checking checking = {.catalogue = catalogue, .err = err};

	if (catalogue_check(catalogue, err) ||
	    catalogue_each(catalogue, &filter, check_one, &checking, err) || checking.status < 0)
		return -1;
	printf("the catalogue is whole; of %" PRIu64 " scenes, %" PRIu64 " lack%s files\n",
	       checking.n, checking.n_bad, checking.n_bad == 1 ? "s" : "");
	return checking.n_bad ? 1 : 0;
}

/* --- forget --- */

struct forgetting {
	int64_t *id;
	size_t n, room;
	bool full;
};

static bool mean_one(void *context, const struct catalogue_scene *scene)
{
	struct forgetting *f = context;

	if (f->n == f->room) {
		const size_t room = f->room ? 2 * f->room : 64;
		int64_t *more = realloc(f->id, room * sizeof(*more));

		f->full = !more;
		if (!more)
			return false;
		f->id = more;
		f->room = room;
	}
	f->id[f->n++] = scene->id;
	return true;
}

static int forget(struct catalogue *catalogue, const struct catalog_request *request,
		  struct error *err)
{
	const struct catalogue_filter filter = filter_of(request);
	struct forgetting f = {0};
	int status = catalogue_each(catalogue, &filter, mean_one, &f, err);

	if (!status && f.full)
		status = error_memory(err, "scenes to forget", f.room * sizeof(*f.id));
	for (size_t i = 0; i < f.n && !status; i++)
		status = catalogue_forget(catalogue, f.id[i], err);
	if (!status)
		printf("%zu scene%s forgotten; files that were made of %s stay\n", f.n,
		       f.n == 1 ? "" : "s", f.n == 1 ? "it" : "them");
	free(f.id);
	return status;
}

/* --- the command --- */

static bool wants_reports(const struct options *options)
{
	const struct catalog_request *request = options->own;

	return request->numbers || reports_asked(options);
}

static int work(struct catalogue *catalogue, const struct options *options, struct error *err)
{
	const struct catalog_request *request = options->own;
	const struct catalogue_filter filter = filter_of(request);

	if (check_set(catalogue, request, err))
		return -1;
	if (request->check)
		return check(catalogue, request, err);
	if (request->forget)
		return forget(catalogue, request, err);
	if (wants_reports(options))
		return make_reports(catalogue, request, options, err);
	return catalogue_list(catalogue, &filter, err);
}

static int open_and_work(const struct options *options, enum catalogue_access access,
			 struct error *err)
{
	struct catalogue *catalogue;
	int status, closed;

	if (catalogue_open(&catalogue, options->args[0], access, err))
		return -1;
	status = work(catalogue, options, err);
	closed = catalogue_close(catalogue, status < 0 ? NULL : err);
	return closed && status >= 0 ? -1 : status;
}

/* Its lock, where it is a catalogue: to open it for writing would make one that is not there. */
static int hold(struct hold **hold, const struct options *options, struct error *err)
{
	struct catalogue *catalogue;

	if (catalogue_open(&catalogue, options->args[0], CATALOGUE_READ, err) ||
	    catalogue_close(catalogue, err))
		return -1;
	return hold_take_catalogue(hold, options, options->args[0], err);
}

/* Whoever only reads takes no lock. */
static int run(const struct call *call, struct error *err)
{
	const struct options *options = call->options;
	const struct catalog_request *request = options->own;
	struct hold *held = NULL;
	int status;

	if (inputs_apart(options, NULL, false, err) ||
	    (request->forget && hold(&held, options, err)))
		return -1;
	status = open_and_work(options, request->forget ? CATALOGUE_WRITE : CATALOGUE_READ, err);
	hold_release(held);
	return status;
}

static int check_options(struct options *options, struct error *err)
{
	const struct catalog_request *request = options->own;

	if (options->n_args > 1 && access(options->args[0], F_OK))
		return error_set(err, EX_USAGE,
				 "there is no file '%.60s'; what is done with a catalogue is said "
				 "by options, and without one it is listed: imgpipe catalog %.200s",
				 options->args[0], options->args[1]);
	if (options->n_args != 1)
		return error_set(err, EX_USAGE,
				 options->n_args ? "one catalogue at a time; imgpipe merge joins "
						   "several"
						 : "which catalogue? as in imgpipe catalog "
						   "ndvi.gpkg");
	if (request->forget && !is_filtered(request))
		return error_set(err, EX_USAGE,
				 "--forget takes scenes out: say which, with --scene PATTERN, "
				 "--gone, --failed, --since DATE or --set N");
	if (request->forget + request->check + wants_reports(options) > 1)
		return error_set(err, EX_USAGE,
				 "--check, --forget and reports are done one at a time");
	return tables_check(options, err);
}

/* --- options --- */

static int set_set(struct options *o, const char *value, struct error *err)
{
	struct catalog_request *request = o->own;

	if (option_count(value, 1e15, &request->set) || !request->set)
		return error_set(err, EX_USAGE, "'%.40s' is no number of a set, as in 1", value);
	return 0;
}

/* YYYY, YYYY-MM or YYYY-MM-DD: what dates of scenes begin with. */
static int set_since(struct options *o, const char *value, struct error *err)
{
	static const char form[] = "dddd-dd-dd";
	struct catalog_request *request = o->own;
	size_t length = strlen(value);
	bool good = length == 4 || length == 7 || length == 10;

	for (size_t i = 0; good && i < length; i++)
		good = form[i] == 'd' ? value[i] >= '0' && value[i] <= '9' : value[i] == form[i];
	if (!good)
		return error_set(err, EX_USAGE, "'%.40s' is no date, as in 2026-07-01 or 2026-07",
				 value);
	request->since = value;
	return 0;
}

static int set_scene(struct options *o, const char *value, struct error *err)
{
	(void)err;
	((struct catalog_request *)o->own)->scene = value;
	return 0;
}

#define SET_FLAG(name)                                                                 \
	static int set_##name(struct options *o, const char *value, struct error *err) \
	{                                                                              \
		(void)value;                                                           \
		(void)err;                                                             \
		((struct catalog_request *)o->own)->name = true;                       \
		return 0;                                                              \
	}
SET_FLAG(failed)
SET_FLAG(gone)
SET_FLAG(check)
SET_FLAG(forget)
SET_FLAG(numbers)

static const struct option_row set = {
	.name = "set",
	.argument = "N",
	.help = "scenes of this set of options; needed if the catalogue holds several",
	.set = set_set,
};
static const struct option_row since = {
	.name = "since",
	.argument = "DATE",
	.help = "scenes that were acquired on this day or later, as in 2026-07-01 or 2026-07; none "
		"whose date is not known",
	.set = set_since,
};
static const struct option_row scene = {
	.name = "scene",
	.argument = "PATTERN",
	.help = "scenes of this name, as in 'S2B_*T33UVP*'",
	.set = set_scene,
};
static const struct option_row failed = {
	.name = "failed",
	.help = "scenes that have failed",
	.set = set_failed,
};
static const struct option_row gone = {
	.name = "gone",
	.help = "scenes whose files are not there any more",
	.set = set_gone,
};
static const struct option_row numbers = {
	.name = "numbers",
	.help = "show their numbers as a run over these scenes would, in place of a list",
	.set = set_numbers,
};
static const struct option_row checks = {
	.name = "check",
	.help = "check the whole catalogue, and that the files it speaks of are there and as they "
		"were made",
	.set = set_check,
};
static const struct option_row forgets = {
	.name = "forget",
	.help = "take these scenes out of the catalogue, so that a run with --resume does them "
		"again; files "
		"stay",
	.set = set_forget,
};

static const struct option_row *const which_rows[] = {&set, &since, &scene, &failed, &gone, NULL};
static const struct option_row *const what_rows[] = {&numbers, &checks, &forgets, &option_wait_lock,
						     NULL};
static const struct option_row *const writing_rows[] = {&option_histogram, NULL};
static const struct option_row *const saying_rows[] = {&option_quiet, &option_verbose, NULL};

const struct command command_catalog = {
	.word = "catalog",
	.arguments = "FILE.gpkg",
	.operand = VALUE_FILE,
	.purpose = "list a catalogue (--catalog), make reports of it, check it",
	.examples = "imgpipe catalog ndvi.gpkg\n"
		    "imgpipe catalog --failed ndvi.gpkg\n"
		    "imgpipe catalog --since 2026-07 --summary july.json --csv july.csv ndvi.gpkg\n"
		    "imgpipe catalog --check ndvi.gpkg\n"
		    "imgpipe catalog --forget --scene 'S2B_*T33UVP*' ndvi.gpkg\n",
	.groups = {{.title = "Which scenes", .rows = which_rows},
		   {.title = "What to do", .rows = what_rows},
		   {.title = "What to write (FILE may be -)",
		    .rows = writing_rows,
		    .reports = all_reports,
		    .made_by = REPORT_BY_MERGE},
		   {.title = "What to say", .rows = saying_rows}},
	.own_bytes = sizeof(struct catalog_request),
	.check = check_options,
	.run = run,
};
