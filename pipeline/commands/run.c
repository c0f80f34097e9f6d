/*
 * imgpipe run: plan, say what there is to say, work, and the status of it.
 */
#include <stdio.h>

#include "base/signals.h"
#include "choices.h"
#include "computing.h"
#include "log.h"
#include "map_options.h"
#include "metrics.h"
#include "nightly_options.h"
#include "options/rows.h"
#include "output_stream.h"
#include "reading.h"
#include "report/report.h"
#include "report_lists.h"
#include "run/execute.h"
#include "scenes.h"
#include "teach.h"
#include "teach/costs.h"

static bool tells_notes(const struct options *options)
{
	return options->verbosity >= 0 || log_is_record();
}

/* That this is no ordinary run. */
static void show_teaching(const struct options *options)
{
	char label[TEACH_LIST_BYTES];

	for (int i = 0; i < N_TEACH_MODES && tells_notes(options); i++)
		if (teaches(&options->teach, teach_rows[i].mode))
			log_line(LOG_LEVEL_NOTE, "teach", NULL,
				 "TEACH: %s - %s; not how imgpipe works",
				 teach_label(label, &options->teach, &teach_rows[i]),
				 teach_rows[i].what);
}

/* What the plan has to say, where the report that has it is not shown, and for a log. */
static void show_notes(const struct plan *plan, const struct options *options,
		       const struct session *session)
{
	if (session_is_silent(session) || (report_shows_text(options) && !log_is_record()))
		return;
	show_teaching(options);
	for (unsigned i = 0; i < plan->n_notes && tells_notes(options); i++)
		log_line(LOG_LEVEL_NOTE, "note", NULL, "%s", plan->notes[i]);
}

/* A run that is cut short tells of it, too; there is nobody left to hear why it could not. */
static void depart(const struct options *options, int exit_status)
{
	struct error ignored;

	(void)!metrics_conclude(options, exit_status, &ignored);
}

static int work(struct scenes *scenes, const struct options *options, const struct session *session,
		struct error *err)
{
	const struct plan *plan = &scenes->plan;
	struct run_setup setup = {.options = options,
				  .plan = plan,
				  .workload = scenes->workload,
				  .scene_list = scenes->scene_list,
				  .samples = &scenes->samples,
				  .sink = resume_sink(scenes->resume),
				  .executor = scenes->executor,
				  .session = session,
				  .depart = depart};
	struct costs costs;
	int status;

	show_notes(plan, options, session);
	scenes_forbid_heavy(plan, scenes->workload);
	*err = (struct error){0};
	signals_catch();
	if (reports_are_printed(options))
		output_stream_insist();
	costs_init(&costs, options, plan, scenes->workload);
	setup.decorator = costs_decorator(&costs);
	status = execute(&setup, err);
	costs_release(&costs);
	if (err->code)
		return -1;
	status = resume_status(scenes->resume, status, err);
	if (status > 128 && !session_is_silent(session) && !report_is_read_here(&options->reports))
		log_line(LOG_LEVEL_WARNING, "interrupted", NULL,
			 "interrupted by signal %d; what was done is reported", status - 128);
	return status;
}

static int run(const struct call *call, struct error *err)
{
	struct scenes scenes;
	int status = scenes_plan(&scenes, call, true, err);

	if (!status)
		status = work(&scenes, call->options, call->session, err);
	status = resume_end(scenes.resume, status, err);
	scenes_release(&scenes);
	return status;
}

static const struct option_row *const working_rows[] = {
	&option_workers, &option_executor,    &option_transport, &option_confine, &option_memory,
	&option_chunk,   &option_working_set, &option_shard,     &option_timeout, NULL,
};
static const struct option_row *const writing_rows[] = {&option_tile_grid, &option_histogram, NULL};
static const struct option_row *const saying_rows[] = {&option_quiet, &option_verbose,
						       &option_progress, &option_monitor, NULL};
static const struct option_row *const teaching_rows[] = {&option_teach, NULL};

static int check_options(struct options *options, struct error *err)
{
	return nightly_check(options, err) || tables_check(options, err) ? -1 : 0;
}

const struct command command_run = {
	.word = "run",
	.arguments = "FILE|DIRECTORY|@LIST|- ...",
	.operand = VALUE_FILE,
	.purpose = "compute statistics of indices (the default)",
	.examples = "imgpipe --workers 16 scenes/*.tif\n"
		    "imgpipe --index ndvi,evi,ndmi --expr 'clay=S1/S2' --csv all.csv scenes/\n"
		    "imgpipe --memory 2G --summary ndvi.json S2B_MSIL2A_20260701T100031.SAFE\n"
		    "imgpipe -o ndvi/ --quicklook scenes/\n"
		    "imgpipe --bands red=3,nir=4 --csv ndvi.csv planet/\n"
		    "mpirun -n 4 imgpipe --workers 2 --summary ndvi.json scenes/\n"
		    "imgpipe --catalog ndvi.gpkg --resume -o ndvi/ --csv ndvi.csv /archive\n"
		    "imgpipe --shard 3/8 scenes/      one of 8 jobs; then imgpipe merge\n",
	.groups = {{.title = COMPUTING_TITLE, .rows = computing_rows},
		   {.title = READING_TITLE, .rows = reading_rows},
		   {.title = "How to work", .rows = working_rows},
		   {.title = "What to write (FILE may be -)",
		    .rows = writing_rows,
		    .reports = all_reports,
		    .made_by = REPORT_BY_RUN},
		   {.title = MAPS_TITLE, .rows = map_rows},
		   {.title = NIGHTLY_TITLE, .rows = nightly_rows},
		   {.title = "What to say", .rows = saying_rows},
		   {.title = "For teaching (costs that imgpipe avoids; see samples/workshop)",
		    .rows = teaching_rows}},
	.check = check_options,
	.by_all_ranks = true,
	.run = run,
};
