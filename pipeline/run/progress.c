/*
 * A run's progress in words. It reads what is counted anyway.
 */
#include "progress.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/signals.h"
#include "base/text.h"
#include "meters/console.h"
#include "run.h"

enum { LINE_BYTES = 320 };

/* Seconds, by bytes of files where there are any, else by scenes; -1: not yet known. */
static double seconds_left(const struct run *run, const struct progress *done, uint32_t n_done,
			   double seconds)
{
	const bool by_bytes = run->plan->file_bytes > 0;
	const double all = by_bytes ? (double)run->plan->file_bytes : run->n_scenes;
	const double now = by_bytes ? done->bytes : n_done;

	if (now <= 0)
		return -1;
	return now < all ? seconds / now * (all - now) : 0;
}

static void tell_left(char text[40], double seconds)
{
	if (seconds < 0)
		(void)snprintf(text, 40, "time left not known yet");
	else if (seconds < 600)
		(void)snprintf(text, 40, "about %.0f s left", seconds);
	else
		(void)snprintf(text, 40, "about %.0f min left", seconds / 60);
}

static void make_line(char line[LINE_BYTES], struct run *run)
{
	const double seconds = (double)(clock_now() - run->begin_ns) / 1e9;
	const uint64_t resident = run->plan->own_memory ? run->pss : memory_resident();
	char used[24], limit[24], left[40];
	struct progress done;
	uint32_t n_done;

	pthread_mutex_lock(&run->lock);
	done = run->progress;
	n_done = run->first;
	pthread_mutex_unlock(&run->lock);
	tell_left(left, seconds_left(run, &done, n_done, seconds));
	(void)snprintf(line, LINE_BYTES,
		       "progress: %u of %u scenes done, %u failed; %llu chunks, %.1f MB/s; memory "
		       "%s of %s%s; %s",
		       n_done, run->n_scenes, done.n_failed, (unsigned long long)done.chunks,
		       done.bytes / 1e6 / (seconds > 0 ? seconds : 1), bytes_text(used, resident),
		       bytes_text(limit, run->plan->budget.limit),
		       run->n_pools > 1 ? " (rank 0)" : "", left);
}

void run_tell_progress(struct run *run)
{
	char line[LINE_BYTES];

	if (!signals_asked())
		return;
	make_line(line, run);
	if (console_say(run->console, line))
		signals_answered();
}
