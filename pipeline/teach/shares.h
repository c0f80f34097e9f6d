/*
 * Static hand-out (--teach static): the chunks of each scene belong to the workers beforehand, as
 * many to each and side by side. Who has had all of its share waits until the others' chunks are
 * handed out, as scenes come one after the other. All is called with run->lock held.
 */
#ifndef IMGPIPE_PIPELINE_SHARES_H
#define IMGPIPE_PIPELINE_SHARES_H

#include "run/run.h"

struct shares {
	struct share {
		uint64_t scene; /* that `next` is of: its id + 1; 0: none yet */
		uint64_t next;  /* its first chunk that is not handed out */
	} * of;                 /* of each worker; NULL: there was no memory */
	unsigned n;
};

void shares_init(struct shares *shares, unsigned n_workers);
void shares_release(struct shares *shares);

/*
 * The next chunk of the worker's share. Where it has none, and nobody else is there who will take
 * those of the others (a worker may not have started), it gets one of those. False: none now.
 */
bool shares_choose(const struct shares *shares, const struct worker *worker,
		   const struct slot *slot, uint64_t *chunk);
/* That one is handed out. */
void shares_taken(struct shares *shares, const struct task *task);

#endif
