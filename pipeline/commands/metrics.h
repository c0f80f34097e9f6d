/*
 * --metrics of the program as a whole: the file is written when all is over, however it went.
 */
#ifndef IMGPIPE_PIPELINE_METRICS_H
#define IMGPIPE_PIPELINE_METRICS_H

#include "options.h"

/*
 * The options have been parsed, to a good end or not: if --metrics is among them, options->metrics
 * will be kept. Without memory there are none.
 */
void metrics_begin(struct options *options);
/* The program ends with this status. -1 where the file cannot be written. */
int metrics_conclude(const struct options *options, int exit_status, struct error *err) MUST_CHECK;
void metrics_release(struct options *options);

#endif
