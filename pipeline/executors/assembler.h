/*
 * The assembler: where workers are processes, a thread of their parent makes the files of finished
 * scenes, so that handing out goes on. Where no thread can be started the parent does it.
 */
#ifndef IMGPIPE_PIPELINE_ASSEMBLER_H
#define IMGPIPE_PIPELINE_ASSEMBLER_H

#include <stdbool.h>

#include "error.h"

struct run;
struct assembler;

/* After the first workers were forked. *assembler is NULL where the run makes no files. */
int assembler_start(struct assembler **assembler, struct run *run, struct error *err) MUST_CHECK;
/* Waits until what it is at has ended; its meter is merged into the run's. NULL is allowed. */
void assembler_stop(struct assembler *assembler);

/* All that follows is the parent's main thread's, and does nothing for NULL. */

/* Have it look for work; without a thread the work is done here and now. True: there is some. */
bool assembler_look(struct assembler *assembler);
/* Readable when it has finished something since assembler_heard(); -1: there is no such thing. */
int assembler_bell(const struct assembler *assembler);
void assembler_heard(struct assembler *assembler);

/*
 * True: it holds nothing, and begins nothing until assembler_go_on(): a process may be forked.
 * False: it is at work; try again when it has finished.
 */
bool assembler_pause(struct assembler *assembler);
void assembler_go_on(struct assembler *assembler);

#endif
