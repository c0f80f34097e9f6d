/*
 * Arenas: anonymous mappings with a bump pointer. A mapping of its own, rather than malloc, so that
 * what the plan reserves is what the system gives, and giving it back really gives it back.
 */
#include "arena.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "window.h"

static size_t round_up(size_t size, size_t unit)
{
	size_t padded = size_add(size, unit - 1);

	return padded == SIZE_MAX ? SIZE_MAX : padded / unit * unit;
}

size_t arena_cost(size_t size)
{
	return round_up(size ? size : 1, ARENA_ALIGN);
}

size_t arena_mapped(size_t size)
{
	return round_up(size ? size : 1, (size_t)sysconf(_SC_PAGESIZE));
}

/*
 * Take all pages at once: where a page fault is dear, as in some virtual machines (11 us there, 0.4
 * us a page in one call), touching them one by one costs more than the work on them. In huge pages
 * where there is room: the kernel uses them inside the mapping only, so no more than `bytes`
 * becomes resident. Where it knows neither (Linux before 5.14), pages come when they are touched.
 */
static void take_pages(void *base, size_t bytes)
{
	(void)madvise(base, bytes, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
	(void)madvise(base, bytes, MADV_POPULATE_WRITE);
#endif
}

int arena_init(struct arena *arena, size_t size, struct error *err)
{
	size_t bytes = arena_mapped(size);
	void *base;

	*arena = (struct arena){0};
	if (bytes == SIZE_MAX)
		return error_memory(err, "a worker's buffers", size);
	base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return error_errno(err, EX_TEMPFAIL, errno,
				   "no memory for a worker's buffers (%zu bytes)", bytes);
	take_pages(base, bytes);
	*arena = (struct arena){.base = base, .size = bytes};
	return 0;
}

void arena_release(struct arena *arena)
{
	if (arena->base)
		munmap(arena->base, arena->size);
	*arena = (struct arena){0};
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t bytes = arena_cost(size);
	void *memory;

	if (bytes > arena->size - arena->used)
		return NULL;
	memory = arena->base + arena->used;
	arena->used += bytes;
	arena->peak = arena->used > arena->peak ? arena->used : arena->peak;
	return memory;
}
