/*
 * The clock of a scene, and what is said of one that takes too long.
 */
#include "timeout.h"

#include <errno.h>
#include <stdio.h>

#include "run.h"

static uint64_t limit_ns(const struct run *run)
{
	return run->options->nightly.timeout_s * UINT64_C(1000000000);
}

void scene_taken(const struct run *run, struct slot *slot)
{
	const uint64_t limit = limit_ns(run);

	if (slot->n_at++ || !limit)
		return;
	slot->since_ns = clock_now();
	slot->deadline_ns = slot->since_ns + (limit > slot->had_ns ? limit - slot->had_ns : 0);
}

void scene_given_back(const struct run *run, struct slot *slot)
{
	if (--slot->n_at || !limit_ns(run))
		return;
	slot->had_ns += clock_now() - slot->since_ns;
}

bool scene_runs_out(const struct run *run, struct slot *slot)
{
	const uint64_t limit = limit_ns(run);
	struct error error;

	if (!limit || (slot->n_at ? clock_now() <= slot->deadline_ns : slot->had_ns < limit))
		return false;
	(void)timeout_error(&error, &slot->scene, run->options->nightly.timeout_s);
	slot_fail(slot, slot->next_chunk, &error);
	slot_settle(run, slot);
	return true;
}

int timeout_error(struct error *err, const struct scene *scene, unsigned timeout_s)
{
	const char *file = scene->n_files && scene->files[0].path ? scene->files[0].path : NULL;
	char others[40] = "";

	if (scene->n_files > 1)
		(void)snprintf(others, sizeof(others), " or another of its %u files",
			       scene->n_files);
	error_set(err, EX_IOERR,
		  "%s: no result within %u s (--timeout); was reading %s%s; see whether it can be "
		  "read, or give it more time",
		  scene->name ? scene->name : "a scene", timeout_s, file ? file : "its files",
		  others);
	if (err)
		err->number = ETIMEDOUT;
	return -1;
}

void forsaken_given_back(struct run *run, struct slot *slot)
{
	run->n_stuck--;
	if (slot->n_at)
		return;
	run->pools[0].reserved -= slot->shared_bytes;
	atomic_fetch_sub(&run->slots[slot->place]->n_forsaken, 1);
	slot_clear(run, slot);
	slot_delete(slot);
	pthread_cond_broadcast(&run->changed);
}
