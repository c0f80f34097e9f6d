/*
 * When metrics begin and end. What they say is metrics.h of the reports.
 */
#include "metrics.h"

#include <signal.h>
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

/* What ends programs waits: a launcher of MPI ends all ranks when the first one has failed. */
static void hold_signals(sigset_t *before)
{
	sigset_t enders;

	sigemptyset(&enders);
	sigaddset(&enders, SIGTERM);
	sigaddset(&enders, SIGINT);
	sigaddset(&enders, SIGHUP);
	sigaddset(&enders, SIGXCPU);
	pthread_sigmask(SIG_BLOCK, &enders, before);
}

int metrics_conclude(const struct options *options, int exit_status, struct error *err)
{
	const char *path = report_path(&options->reports, &report_metrics.option);
	sigset_t before;
	int status;

	if (!path || !options->metrics)
		return 0;
	hold_signals(&before);
	status = metrics_write(path, options->metrics, exit_status, err);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status;
}

void metrics_release(struct options *options)
{
	free(options->metrics);
	options->metrics = NULL;
}
