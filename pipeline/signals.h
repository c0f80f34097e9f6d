/*
 * SIGINT and SIGTERM: noted, and looked at between blocks. A second one ends the program at once.
 */
#ifndef IMGPIPE_PIPELINE_SIGNALS_H
#define IMGPIPE_PIPELINE_SIGNALS_H

/* Install the handlers. */
void signals_init(void);

/* Number of the signal caught, 0 while there is none. Callable from any thread. */
int signals_caught(void);

#endif
