/*
 * What is said of a worker process that is lost.
 */
#ifndef IMGPIPE_PIPELINE_DEATH_H
#define IMGPIPE_PIPELINE_DEATH_H

enum { DEATH_BYTES = 256 };

enum death {
	DEATH_ENDED,    /* by itself or by a signal, as its status says */
	DEATH_EXPELLED, /* it sent an invalid message, or takes no answers */
	DEATH_HELD      /* it was killed, and has not ended */
};

/* To be put behind the name of the file that it worked on; status as of waitpid(). Returns text. */
const char *death_text(char text[DEATH_BYTES], int pid, enum death death, int status);

#endif
