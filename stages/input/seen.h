/*
 * Scenes met before: a set of 64-bit hashes of the bands' files, 16 to 32 bytes a scene. Two
 * scenes that only look alike to it are rarer than one in 10^6 even among ten million. Knows no
 * pixels.
 */
#ifndef IMGPIPE_SEEN_H
#define IMGPIPE_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "scene.h"

struct seen {
	uint64_t *slot; /* 0: free */
	size_t n, size; /* a power of two */
};

enum seen_answer { SEEN_NEW, SEEN_BEFORE, SEEN_FAILED /* no memory: err is set */ };

/* Has a scene of the same bands been added? If not, add this one. */
enum seen_answer seen_add(struct seen *seen, const struct scene *scene, struct error *err);
void seen_release(struct seen *seen);

#endif
