/*
 * The memory limit of one worker process: RLIMIT_DATA, which counts private writable memory, mapped
 * or on the heap, touched or not (setrlimit(2), since Linux 4.7). It moves with the scene, within a
 * limit that the process cannot raise. It knows no scene.
 */
#include "confine.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "budget.h"
#include "base/text.h"

/* The sixth number of /proc/self/statm: data and stack, in pages (proc(5)). 0: not known. */
static uint64_t used_now(const struct fence *fence)
{
	unsigned long long pages;
	char text[128];
	ssize_t n = pread(fence->statm, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (sscanf(text, "%*u %*u %*u %*u %*u %llu", &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t at_most(uint64_t bytes, uint64_t most)
{
	return bytes < most ? bytes : most;
}

/* What GDAL may still take, all of it or what its cache grows by, and what opening takes. */
static uint64_t on_top(const struct fence *fence, bool opening)
{
	uint64_t gdal = heavy_is_loaded(fence->heavy) ? fence->heavy->cache_bytes
			: opening                     ? fence->gdal
						      : 0;

	return gdal + (opening ? CONFINE_OPENING_BYTES : 0);
}

void fence_raise(struct fence *fence, const struct fence_plan *plan)
{
	struct rlimit limit;
	uint64_t used;

	*fence = (struct fence){.fixed = plan->fixed + CONFINE_MARGIN_BYTES,
				.gdal = plan->gdal,
				.heavy = plan->heavy};
#ifndef IMGPIPE_SANITIZED /* whose shadow memory is no allocation of ours */
	fence->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	used = fence->statm < 0 ? 0 : used_now(fence);
	if (!used || getrlimit(RLIMIT_DATA, &limit))
		return;
	fence->most =
		at_most(used + fence->fixed + on_top(fence, true) + plan->pool, limit.rlim_max);
	limit.rlim_cur = limit.rlim_max = fence->most;
	fence->set = setrlimit(RLIMIT_DATA, &limit) == 0;
	fence->now = fence->most;
#else
	(void)limit;
	(void)used;
	(void)used_now;
	(void)at_most;
	(void)on_top;
#endif
}

void fence_move(struct fence *fence, uint64_t footprint, uint64_t held, bool opening)
{
	uint64_t used;

	if (!fence || !fence->set)
		return;
	used = used_now(fence);
	fence->now = at_most((used > held ? used - held : 0) + fence->fixed + footprint +
				     on_top(fence, opening),
			     fence->most);
	(void)setrlimit(RLIMIT_DATA,
			&(struct rlimit){.rlim_cur = fence->now, .rlim_max = fence->most});
}

/*
 * Words of ours, the C library's, libtiff's and GDAL's. A file's name, which messages begin with,
 * does not count; nor does libtiff, where it had nothing to allocate ("0 elements").
 */
static bool speaks_of_memory(const char *text)
{
	const char *folder = strrchr(text, '/'), *said = strstr(folder ? folder : text, ": ");
	static const char *const words[] = {"no memory",     "allocate memory", "ut of memory",
					    "emory allocat", "not allocate",    "annot allocate",
					    "enough memory", "bad_alloc",       "malloc"};

	text = said ? said : text;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(text, words[i]))
			return !strstr(text, "(0 elements");
	return false;
}

void fence_explain(const struct fence *fence, struct error *error)
{
	char limit[24];
	size_t used = strlen(error->text);

	if (!fence || !fence->set || !speaks_of_memory(error->text))
		return;
	(void)snprintf(error->text + used, sizeof(error->text) - used,
		       "; its worker process may have %s for data, as planned for this scene "
		       "(--confine off lifts that)",
		       bytes_text(limit, fence->now));
}
