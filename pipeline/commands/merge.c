/*
 * imgpipe merge: the parts decide all numbers, so it takes nothing but names of files to write.
 */
#include "report/merge.h"

#include "commands.h"
#include "inputs_apart.h"
#include "options/rows.h"
#include "report_lists.h"

static int run(const struct call *call, struct error *err)
{
	struct options options = *call->options;

	if (inputs_apart(&options, NULL, false, err))
		return -1;
	return merge_partials(&options, err);
}

static const struct option_row *const saying_rows[] = {&option_quiet, NULL};

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
