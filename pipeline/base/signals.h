/*
 * Signals that ask the program to end (SIGINT, SIGTERM, SIGHUP, SIGXCPU): noted, and looked at
 * between blocks. A second one ends the program at once.
 */
#ifndef IMGPIPE_PIPELINE_SIGNALS_H
#define IMGPIPE_PIPELINE_SIGNALS_H

#include <stdbool.h>

/* Signals that tell of failed writes (SIGPIPE, SIGXFSZ) are left to the calls that fail. */
void signals_init(void);

/* From here on those signals are noted; before, they end the program. */
void signals_catch(void);

/*
 * In a worker process: what ends a program ends this one alone, but for SIGINT, which a terminal
 * sends to all its processes: the process that hands out work tells of that.
 */
void signals_release(void);

/*
 * From here on SIGHUP does not end the program: it asks for a log file to be opened anew, as
 * logrotate(8) does. Worker processes pay no heed to it then.
 */
void signals_hangup_asks(void);
/* SIGHUP has come since this was asked last. Callable from any thread. */
bool signals_hungup(void);

/* Number of the signal caught, 0 while there is none. Callable from any thread. */
int signals_caught(void);

/* Its name, "SIGINT"; NULL while there is none. */
const char *signals_name(void);

/* As if `number` had been caught: another process of the run has caught it. */
void signals_note(int number);

/*
 * "Within a second": a signal that all processes of a group get together comes to some a little
 * later; what a worker is at takes a little; then it is not waited for any more.
 */
enum { SIGNAL_TOGETHER_MS = 200, SIGNAL_PATIENCE_MS = 600 };

#endif
