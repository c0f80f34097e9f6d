/*
 * Workers that do not come back from a scene that is over its time (timeout.h), in runs whose
 * workers are threads: nobody can stop them. The scene is forsaken: it has failed, and the run goes
 * on without it and them.
 *
 * Called now and then by one thread; they lock what they need.
 */
#ifndef IMGPIPE_PIPELINE_FORSAKE_H
#define IMGPIPE_PIPELINE_FORSAKE_H

#include <stdbool.h>

struct run;

/*
 * Scenes that are over their time and whose workers do not come back have failed; their rows are
 * written, and others may take their places.
 */
void run_forsake_late(struct run *run);
/*
 * Is nobody left but workers at forsaken scenes? Where all others wait for those, what is not yet
 * begun fails first. `looks`: 0 at first, of whoever asks.
 */
bool run_hangs(struct run *run, unsigned *looks);

#endif
