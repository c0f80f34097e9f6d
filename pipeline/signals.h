/*
 * SIGINT and SIGTERM: noted, and looked at between blocks. A second one ends the program at once.
 */
#ifndef IMGPIPE_PIPELINE_SIGNALS_H
#define IMGPIPE_PIPELINE_SIGNALS_H

/* Signals that tell of failed writes (SIGPIPE, SIGXFSZ) are left to the calls that fail. */
void signals_init(void);

/* From here on SIGINT and SIGTERM are noted; before, they end the program. */
void signals_catch(void);

/* Number of the signal caught, 0 while there is none. Callable from any thread. */
int signals_caught(void);

/* As if `number` had been caught: another process of the run has caught it. */
void signals_note(int number);

#endif
