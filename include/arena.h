/*
 * Arena: one block of memory a worker carves its buffers from. It is mapped once and reused for
 * every block of pixels, so nothing is allocated in the hot loop, and its pages are taken by the
 * worker that uses them. Not thread-safe: one owner.
 */
#ifndef IMGPIPE_ARENA_H
#define IMGPIPE_ARENA_H

#include <stddef.h>

#include "error.h"

enum { ARENA_ALIGN = 64 };

struct arena {
	unsigned char *base;
	size_t size; /* bytes mapped; what the budget has reserved for it */
	size_t used;
	size_t peak; /* most of `used`; the owner may lower it to start a new measurement */
};

/*
 * Map `size` bytes (rounded up to pages). They are resident at once where the kernel can do that,
 * else when they are touched. -1 with EX_TEMPFAIL where the system refuses.
 */
int arena_init(struct arena *arena, size_t size, struct error *err) MUST_CHECK;

/* Unmap; the arena is empty and may be initialised again. */
void arena_release(struct arena *arena);

/* `size` bytes aligned to ARENA_ALIGN, not cleared; NULL if the arena is too small. */
void *arena_alloc(struct arena *arena, size_t size);

/* What arena_alloc(size) takes: for footprints. SIZE_MAX on overflow. */
size_t arena_cost(size_t size);

/* What arena_init(size) maps: whole pages. SIZE_MAX on overflow. */
size_t arena_mapped(size_t size);

/* Give back everything allocated since `mark` (a former value of ->used). */
static inline void arena_rewind(struct arena *arena, size_t mark)
{
	arena->used = mark;
}

#endif
