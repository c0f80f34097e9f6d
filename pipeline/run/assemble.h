/*
 * The end of a scene whose files of pixels are made: all chunks are delivered, and somebody in the
 * process of the run lays the files out, outside of all locks, while other scenes go on.
 */
#ifndef IMGPIPE_PIPELINE_ASSEMBLE_H
#define IMGPIPE_PIPELINE_ASSEMBLE_H

#include <stdbool.h>

#include "run.h"

/* --- with run->lock held --- */

/* The oldest scene that waits for it: the caller's from here on. NULL: none, or the run ends. */
struct slot *assembly_claim(struct run *run);
/* May one still have to be assembled that now is not yet that far? */
bool assemblies_to_come(struct run *run);
/* So many wait that no new scene is to be begun: its bytes would wait, too. */
bool assemblies_are_many(struct run *run);
/*
 * Has a scene before the one whose chunks are next found no space, and not given back yet what it
 * has? Until then others would find none, either.
 */
bool space_comes_back(struct run *run);

/* --- these lock what they need --- */

void assembly_run(struct run *run, struct slot *slot, struct meter *meter);
/* Claim one and run it. False where there is none. */
bool assembly_run_next(struct run *run, struct meter *meter);
/* Does one wait, while the run goes on? */
bool assembly_waits(struct run *run);

#endif
