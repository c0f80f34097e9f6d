/*
 * The tables of reports of all rooms, as one list of options.
 */
#include "report_lists.h"

#include "options.h"

#include <stddef.h>

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

bool reports_asked(const struct options *options)
{
	for (unsigned i = 0; i < options->reports.n; i++)
		if (options->reports.choice[i].report->name)
			return true;
	return false;
}
