/*
 * The tables of reports of all rooms, as one list of options.
 */
#include "report_lists.h"

#include "options.h"

#include <stddef.h>
#include <string.h>

#include "check/check.h"
#include "lab/lab.h"
#include "report/report.h"
#include "sweep/sweep.h"

const struct report_option *all_reports(unsigned i)
{
	report_list *const lists[] = {sweep_report_option, lab_report_option, check_report_option,
				      run_report_option};

	for (size_t list = 0; list < sizeof(lists) / sizeof(lists[0]); list++) {
		unsigned n = 0;

		for (; lists[list](n); n++)
			if (n == i)
				return lists[list](n);
		i -= n;
	}
	return NULL;
}

int tables_check(const struct options *options, struct error *err)
{
	for (unsigned i = 0; i < options->reports.n; i++) {
		const char *name = options->reports.choice[i].report->name;

		if (name && (strcmp(name, "csv") == 0 || strcmp(name, "tiles") == 0))
			return 0;
	}
	return options->histogram
		       ? error_set(err, EX_USAGE,
				   "--histogram adds columns to tables: give --csv FILE, too, or "
				   "--tiles FILE of a run; JSON reports have it without")
		       : 0;
}

bool reports_asked(const struct options *options)
{
	for (unsigned i = 0; i < options->reports.n; i++)
		if (options->reports.choice[i].report->name)
			return true;
	return false;
}

bool reports_are_printed(const struct options *options)
{
	for (unsigned i = 0; i < options->reports.n; i++)
		if (!path_is_stdout(options->reports.choice[i].path))
			return false;
	return !options->maps && !options->metrics && !options->nightly.catalogue &&
	       !options->nightly.log_file;
}
