/*
 * A run's last will: what is done where a signal has come and workers do not come to the end of a
 * block. One block may be a whole image, and a library that decodes it knows nothing of signals.
 */
#ifndef IMGPIPE_PIPELINE_WILL_H
#define IMGPIPE_PIPELINE_WILL_H

struct will;

/*
 * From now on a thread waits for a signal and, SIGNAL_PATIENCE_MS later, calls conclude(context)
 * and ends the program with the exit status that it returns. NULL where there is no thread to be
 * had: then workers are waited for.
 */
struct will *will_make(int (*conclude)(void *context), void *context);

/* The workers have ended by themselves. Does not return where the will is being carried out. */
void will_revoke(struct will *will);

#endif
