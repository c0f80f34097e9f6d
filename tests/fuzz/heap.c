/*
 * Heap accounting for fuzz targets. One thread: targets have no others.
 */
#include "heap.h"

#include <sanitizer/allocator_interface.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long long live, peak;
static bool counting;

static void on_malloc(const volatile void *at, size_t size)
{
	(void)at;
	if (!counting)
		return;
	live += (long long)size;
	peak = live > peak ? live : peak;
}

/* Freed memory may be from before: then live falls below zero, which is right. */
static void on_free(const volatile void *at)
{
	if (counting && at)
		live -= (long long)__sanitizer_get_allocated_size(at);
}

void heap_begin(void)
{
	static bool installed;

	if (!installed && !__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free))
		abort();
	installed = true;
	live = peak = 0;
	counting = true;
}

size_t heap_peak(void)
{
	counting = false;
	return (size_t)peak;
}

void heap_check(const char *what, size_t planned)
{
	size_t most = heap_peak();

	if (most <= planned)
		return;
	fprintf(stderr, "%s: %zu bytes of heap where %zu were planned\n", what, most, planned);
	abort();
}
