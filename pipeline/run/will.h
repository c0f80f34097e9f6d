/*
 * A run's last will: what is done where a signal has come and workers do not come to the end of a
 * block, or nobody is left but workers that do not come back (--timeout). One block may be a whole
 * image, and a library that decodes it knows nothing of signals.
 */
#ifndef IMGPIPE_PIPELINE_WILL_H
#define IMGPIPE_PIPELINE_WILL_H

#include <stdbool.h>

struct will;

/*
 * From now on a thread calls look(context) ten times a second. Where that returns true, or
 * SIGNAL_PATIENCE_MS after a signal, it calls conclude(context) and ends the program with the exit
 * status that it returns. NULL where there is no thread to be had: then workers are waited for.
 */
struct will *will_make(bool (*look)(void *context), int (*conclude)(void *context), void *context);

/* The workers have ended by themselves. Does not return where the will is being carried out. */
void will_revoke(struct will *will);

#endif
