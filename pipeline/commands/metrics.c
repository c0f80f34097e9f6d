/*
 * When metrics begin and end. What they say is metrics.h of the reports.
 */
#include "metrics.h"

#include <stdlib.h>
#include <time.h>

#include "report/metrics.h"
#include "report/report.h"

void metrics_begin(struct options *options)
{
	struct timespec now = {0};

	if (!report_path(&options->reports, &report_metrics.option))
		return;
	options->metrics = calloc(1, sizeof(*options->metrics));
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (options->metrics)
		options->metrics->begin_s = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int metrics_conclude(const struct options *options, int exit_status, struct error *err)
{
	const char *path = report_path(&options->reports, &report_metrics.option);

	if (!path || !options->metrics)
		return 0;
	return metrics_write(path, options->metrics, exit_status, err);
}

void metrics_release(struct options *options)
{
	free(options->metrics);
	options->metrics = NULL;
}
