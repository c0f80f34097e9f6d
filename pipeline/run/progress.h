/*
 * SIGUSR1: where is the run? One line to standard error.
 */
#ifndef IMGPIPE_PIPELINE_PROGRESS_H
#define IMGPIPE_PIPELINE_PROGRESS_H

struct run;

/*
 * If somebody has asked, say it. Called now and then, by one thread of the process that leads the
 * run. Does not wait: where standard error takes nothing now, it is said at a later call.
 */
void run_tell_progress(struct run *run);

#endif
