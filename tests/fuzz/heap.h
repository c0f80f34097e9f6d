/*
 * What a fuzz target holds in the heap, counted through the sanitizer's hooks: live bytes and their
 * peak, as requested. Memory that the plan reserves by itself (arenas, which are mapped) is not in
 * it.
 */
#ifndef IMGPIPE_FUZZ_HEAP_H
#define IMGPIPE_FUZZ_HEAP_H

#include <stddef.h>

/* Begin to count; the first call installs the hooks. */
void heap_begin(void);

/* The peak since heap_begin(), above what was live then. */
size_t heap_peak(void);

/* A peak above `planned` is a finding: says so and ends the program. */
void heap_check(const char *what, size_t planned);

#endif
