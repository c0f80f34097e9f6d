/*
 * imgpipe plan and imgpipe graph: what run would do, as a text and as a picture of its tasks.
 */
#include <stdio.h>

#include "choices.h"
#include "computing.h"
#include "foresee.h"
#include "map_options.h"
#include "nightly_options.h"
#include "options/rows.h"
#include "plan.h"
#include "reading.h"
#include "report/report.h"
#include "report_lists.h"
#include "scenes.h"

/* An exit status. */
typedef int show_plan(struct scenes *scenes, const struct chunk_grid *grid,
		      const struct call *call);

static int plan_and_show(const struct call *call, show_plan *show, struct error *err)
{
	const struct options *options = call->options;
	struct scenes scenes;
	struct chunk_grid grid;
	int status = scenes_plan(&scenes, call, false, err);

	if (!status)
		status = plan_scene(&grid, &scenes.plan, options, scenes.workload, scenes.sample,
				    err);
	if (!status)
		status = show(&scenes, &grid, call);
	status = resume_end(scenes.resume, status, err);
	scenes_release(&scenes);
	return status;
}

/* 1 where scenes would fail for want of memory. */
static int show_words(struct scenes *scenes, const struct chunk_grid *grid, const struct call *call)
{
	struct foreseen foreseen;

	foresee(&foreseen, scenes, call);
	if (report_plan(stdout, &scenes->plan, grid, scenes->sample, call->options, &foreseen))
		return EX_IOERR;
	return foreseen.n_unfit ? 1 : EX_OK;
}

static int show_graph(struct scenes *scenes, const struct chunk_grid *grid, const struct call *call)
{
	return report_graph(stdout, &scenes->plan, grid, scenes->sample, call->options) ? EX_IOERR
											: EX_OK;
}

static int run_plan(const struct call *call, struct error *err)
{
	return plan_and_show(call, show_words, err);
}

static int run_graph(const struct call *call, struct error *err)
{
	return plan_and_show(call, show_graph, err);
}

static const struct option_row *const teaching_rows[] = {&option_teach, NULL};

/* What a run is planned from; both take it. */
#define PLANNED_GROUPS                                                                  \
	{.title = COMPUTING_TITLE, .rows = computing_rows},                             \
		{.title = READING_TITLE, .rows = reading_rows},                         \
		{.title = "How to work", .rows = planning_rows},                        \
		{.title = MAPS_TITLE, .rows = map_rows},                                \
		{.title = NIGHTLY_TITLE, .rows = resuming_rows},                        \
		{.title = COUNTED_TITLE,                                                \
		 .rows = counted_rows,                                                  \
		 .reports = all_reports,                                                \
		 .made_by = REPORT_BY_RUN,                                              \
		 .counted = true},                                                      \
	{                                                                               \
		.title = "For teaching (see imgpipe run --help)", .rows = teaching_rows \
	}

const struct command command_plan = {
	.word = "plan",
	.arguments = "FILE|DIRECTORY|@LIST|- ...",
	.operand = VALUE_FILE,
	.purpose = "show what a run would do, and the memory it needs",
	.examples = "imgpipe plan --memory 64M big.tif\n"
		    "imgpipe plan --workers 8 --html page.html scenes/\n",
	.groups = {PLANNED_GROUPS},
	.check = nightly_check,
	.run = run_plan,
};

static int set_text(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->text = true;
	return 0;
}

static const struct option_row text = {
	.name = "text",
	.help = "the graph in words and numbers, no picture",
	.set = set_text,
};
static const struct option_row *const drawing_rows[] = {&text, NULL};

const struct command command_graph = {
	.word = "graph",
	.arguments = "FILE|DIRECTORY|@LIST|- ...",
	.operand = VALUE_FILE,
	.purpose = "draw the graph of tasks of a run, as SVG on standard output",
	.examples = "imgpipe graph scene.tif > graph.svg\n"
		    "imgpipe graph --text --workers 4 --chunk 1024 scenes/\n",
	.groups = {{.title = "What to draw", .rows = drawing_rows}, PLANNED_GROUPS},
	.check = nightly_check,
	.run = run_graph,
};
