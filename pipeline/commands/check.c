/*
 * imgpipe check: a run whose scenes are files, each block of which is decoded once. The plan, the
 * workers and what confines them are those of run.
 */
#include "check/check.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/signals.h"
#include "choices.h"
#include "commands.h"
#include "confine/confine.h"
#include "discover/scene_list.h"
#include "inputs_apart.h"
#include "options/rows.h"
#include "options/values.h"
#include "output_stream.h"
#include "plan.h"
#include "reading.h"
#include "report_lists.h"
#include "report/report.h"
#include "run/execute.h"
#include "scenes.h"
#include "survey/survey_scenes.h"

/* What is checked, and the plan for it. */
struct checking {
	const struct options *options;
	const struct session *session;
	const struct executor *executor;
	struct scene_list *files;
	struct plan plan;
	struct samples samples;
};

static int list_files(struct checking *c, const struct machine *machine, struct error *err)
{
	struct options within = *c->options;
	struct budget budget;

	budget_init(&budget, c->options, machine);
	within.memory_bytes = budget.limit;
	if (scene_list_of_files(&c->files, &within, err))
		return -1;
	return inputs_apart(c->options, c->files, false, err);
}

static int survey(struct checking *c, const struct machine *machine,
		  const struct confinement *confinement, struct error *err)
{
	const struct scene *sample;

	plan_begin(&c->plan, c->options, machine, c->executor, c->files, &workload_check);
	c->plan.confinement = *confinement;
	c->plan.reports = check_reports;
	c->plan.names_bytes = scene_list_memory(c->files);
	c->plan.file_bytes = scene_list_file_bytes(c->files);
	sample = survey_scenes(&c->plan, &c->samples, c->options, &workload_check, c->files,
			       c->session, err);
	return plan_make(&c->plan, c->options, &workload_check, sample, err);
}

static int make_plan(struct checking *c, const struct call *call, struct error *err)
{
	struct confinement confinement = {0};
	struct machine machine;
	int status;

	c->executor = executor_find(c->options->executor, c->session->cluster != NULL, err);
	status = c->executor ? 0 : -1;
	machine_probe(&machine);
	machine_share(&machine, c->session->n_ranks, c->session->ranks_here);
	if (!status)
		status = list_files(c, &machine, err);
	machine.resident = memory_resident(); /* names included; nothing is opened yet */
	session_level(c->session, &machine);
	if (!status)
		status = confine_prepare(&confinement, c->options, c->executor, &workload_check,
					 c->files, err);
	if (!status)
		status = survey(c, &machine, &confinement, err);
	return session_agree(c->session, status, c->options, call->argc, call->argv, &c->plan, err);
}

static int work(struct checking *c, struct error *err)
{
	const struct run_setup setup = {.options = c->options,
					.plan = &c->plan,
					.workload = &workload_check,
					.scene_list = c->files,
					.samples = &c->samples,
					.sink = &report_sink,
					.executor = c->executor,
					.session = c->session};

	scenes_forbid_heavy(&c->plan, &workload_check);
	*err = (struct error){0};
	signals_catch();
	if (reports_are_printed(c->options))
		output_stream_insist();
	return execute(&setup, err);
}

/*
 * 1: some file is bad. Named files that are not there, alone, are EX_NOINPUT, as with run. What
 * could not be read for another reason than its own tells this reason.
 */
static int status_of(const struct check_outcome *found)
{
	if (found->n_bad)
		return found->n_bad == found->n_missing && !found->n_ok ? EX_NOINPUT : 1;
	return found->n_unread ? found->unread_code : EX_OK;
}

static int outcome(const struct check_outcome *found, int status, struct error *err)
{
	const uint32_t looked_at = found->n_ok + found->n_bad + found->n_unread + found->n_left;

	if (found->told && found->n_skipped && !looked_at)
		return error_set(err, EX_NOINPUT,
				 "no image among the files that were found (%u looked at); name "
				 "another folder, or files",
				 found->n_skipped);
	if (err->code)
		return -1;
	return status > 128 || !found->told ? status : status_of(found);
}

static int run(const struct call *call, struct error *err)
{
	struct checking c = {.options = call->options, .session = call->session};
	int status = make_plan(&c, call, err);

	if (!status)
		status = outcome(call->options->own, work(&c, err), err);
	samples_release(&c.samples);
	scene_list_free(c.files);
	return status;
}

static const struct option_row *const files_rows[] = {&option_include, &option_exclude,
						      &option_reader, &option_follow, NULL};
static const struct option_row *const working_rows[] = {
	&option_workers,
	&option_executor,
	&option_transport,
	&option_confine,
	&option_memory,
	&option_shard,
	NULL,
};
static const struct option_row quiet = {
	.letter = 'q',
	.name = "quiet",
	.help = "print bad files alone, and no progress",
	.set = set_quiet,
};
static const struct option_row *const saying_rows[] = {&quiet, &option_verbose, &option_progress,
						       &option_monitor, NULL};

const struct command command_check = {
	.word = "check",
	.arguments = "FILE|DIRECTORY|@LIST|- ...",
	.operand = VALUE_FILE,
	.purpose = "decode every block of every file, and tell which files are bad",
	.examples = "imgpipe check scenes/\n"
		    "imgpipe check -q /archive           bad files alone; exit status 1 if any\n"
		    "imgpipe check --executor processes --memory 1G --csv checked.csv downloads/\n",
	.groups = {{.title = READING_TITLE, .rows = files_rows},
		   {.title = "How to work", .rows = working_rows},
		   {.title = "What to write (FILE may be -)",
		    .reports = all_reports,
		    .made_by = REPORT_BY_CHECK},
		   {.title = "What to say", .rows = saying_rows}},
	.own_bytes = sizeof(struct check_outcome),
	.by_all_ranks = true,
	.run = run,
};
