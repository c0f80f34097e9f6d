/*
 * The table of reports: a line each. A report is one file, which has its option, what it needs and
 * what it writes (struct report), and a line here.
 */
#include "report.h"

#include <stddef.h>

/* In the order of --help, and of writing. Text comes last: its path depends on the others', and
 * where stdout fails (a closed pipe), the files have been written. */
#define REPORTS(ROW) \
	ROW(summary) \
	ROW(json)    \
	ROW(csv)     \
	ROW(tiles)   \
	ROW(partial) \
	ROW(trace)   \
	ROW(html)    \
	ROW(metrics) \
	ROW(sheet)   \
	ROW(text)

#define DECLARE(name) extern const struct report report_##name;
#define ADDRESS(name) &report_##name,

REPORTS(DECLARE)

const struct report *const reports[] = {REPORTS(ADDRESS) NULL};

enum { N_REPORTS = sizeof(reports) / sizeof(reports[0]) - 1 };

const struct report_option *run_report_option(unsigned i)
{
	return i < N_REPORTS ? &reports[i]->option : NULL;
}
