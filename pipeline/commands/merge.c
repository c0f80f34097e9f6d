/*
 * imgpipe merge: the parts decide all numbers, so it takes nothing but names of files to write.
 */
#include "report/merge.h"

#include "commands.h"
#include "inputs_apart.h"
#include "log.h"
#include "nightly_options.h"
#include "options/rows.h"
#include "report/report.h"
#include "report_lists.h"

static int run(const struct call *call, struct error *err)
{
	struct options options = *call->options;

	int status = inputs_apart(&options, NULL, false, err);

	if (!status)
		status = merge_partials(&options, err);
	if (status > 0 && !report_shows_text(&options))
		log_line(LOG_LEVEL_WARNING, "scene-failed", NULL,
			 "some scenes have failed or lack an index; the reports say which");
	return status;
}

static const struct option_row *const saying_rows[] = {&option_quiet, &option_log_format,
						       &option_log_file, NULL};

const struct command command_merge = {
	.word = "merge",
	.arguments = "PARTIAL ...",
	.purpose = "join partial results (--partial, --shard) of several jobs",
	.examples = "imgpipe merge --summary ndvi.json part-*-of-8.json\n"
		    "imgpipe merge -q --partial all.json part-*-of-8.json\n",
	.groups = {{.title = "What to write (FILE may be -)",
		    .reports = all_reports,
		    .made_by = REPORT_BY_MERGE},
		   {.title = "What to say", .rows = saying_rows}},
	.run = run,
};
