/*
 * Artifacts: what a chunk leaves for the files of its scene, beside the cells of its result: bytes
 * in a spool (spool.h), and what they are. The machinery carries the records to the process of the
 * run and does not look into them; the bytes stay where they are. Order does not matter: what the
 * files hold depends on numbers of artifacts alone.
 */
#ifndef IMGPIPE_ARTIFACT_H
#define IMGPIPE_ARTIFACT_H

#include <stdint.h>

/* Plain data: it travels as it is. Whoever takes one from another process checks all of it. */
struct artifact {
	uint16_t output; /* which of the run's outputs */
	uint16_t kind;   /* the outputs' own */
	uint32_t rank;   /* in whose spool of this scene: spools_rank(), whatever is sent */
	uint64_t number; /* the outputs' own: which tile */
	uint64_t offset; /* bytes from the start of that spool */
	uint64_t bytes;
};

#endif
