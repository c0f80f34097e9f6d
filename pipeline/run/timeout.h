/*
 * --timeout: the time of a scene. It runs while some worker has the scene, from its opening on; not
 * while it waits for memory, for its turn, or for its files to be laid out. Who is over it fails
 * the scene at the next block. A worker in another process that does not come so far is killed by
 * its executor; a thread cannot be, so the scene goes on without it: it is forsaken.
 */
#ifndef IMGPIPE_PIPELINE_TIMEOUT_H
#define IMGPIPE_PIPELINE_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "error.h"

struct run;
struct scene;
struct slot;

/* A worker that is a little late says so itself; then the others do it for him. */
enum { TIMEOUT_GRACE_MS = 500 };

/* --- with run->lock held; without --timeout they count and read no clock --- */

/* A worker has got the scene, to open it or a chunk of it; it has given it back. */
void scene_taken(const struct run *run, struct slot *slot);
void scene_given_back(const struct run *run, struct slot *slot);
/* Chunks that are not yet handed out: is no time left for them? Then the scene has failed. */
bool scene_runs_out(const struct run *run, struct slot *slot);

/*
 * A worker has come back from a scene that was forsaken: what it has of it is dropped. The slot is
 * freed with the last one.
 */
void forsaken_given_back(struct run *run, struct slot *slot);

/* --- these need no lock --- */

/* deadline_ns as in a task; 0: none, and no clock is read. */
static inline bool timeout_is_over(uint64_t deadline_ns)
{
	return deadline_ns && clock_now() > deadline_ns;
}

/* "SCENE: no result within 60 s (--timeout); was reading FILE", EX_IOERR. Always returns -1. */
int timeout_error(struct error *err, const struct scene *scene, unsigned timeout_s);

#endif
