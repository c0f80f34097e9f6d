/*
 * What a check comes to, for the command's exit status: a report that nobody sees.
 */
#include "check_outcome.h"

#include <stdio.h>

#include "check_words.h"
#include "options.h"
#include "reports.h"

void check_count(struct check_outcome *o, const struct scene_result *result)
{
	switch (check_verdict(result)) {
	case CHECK_OK:
		o->n_ok++;
		break;
	case CHECK_BAD:
		o->n_bad++;
		o->n_missing += result->error.code == EX_NOINPUT;
		break;
	case CHECK_UNREAD:
		o->n_unread++;
		o->unread_code = result->error.code;
		break;
	case CHECK_SKIPPED:
		o->n_skipped++;
		break;
	case CHECK_LEFT:
		break;
	}
}

void check_settle(struct check_outcome *o, const struct run_totals *totals)
{
	o->n_left = totals->n_scenes - o->n_ok - o->n_bad - o->n_unread - o->n_skipped;
	o->told = true;
}

static bool outcome_by_default(char path[REPORT_MADE_PATH], const struct options *options)
{
	(void)options;
	(void)snprintf(path, REPORT_MADE_PATH, "/dev/null");
	return true;
}

static int outcome_scene(struct open_report *report, const struct scene_result *result,
			 struct error *err)
{
	(void)err;
	check_count(report->options->own, result);
	return 0;
}

static int outcome_end(struct open_report *report, const struct run_totals *totals,
		       struct error *err)
{
	(void)err;
	check_settle(report->options->own, totals);
	return 0;
}

const struct report report_check_outcome = {
	.option = {.kind = "outcome", .made_by = REPORT_BY_CHECK, .by_default = outcome_by_default},
	.scene = outcome_scene,
	.end = outcome_end,
};
