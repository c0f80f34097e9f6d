/*
 * Forsaken scenes. Their slots stay with the workers that are at them, others take their places in
 * the ring: so nothing is freed that a worker may still look at, however late it comes back.
 */
#include "forsake.h"

#include <stdlib.h>

#include "run.h"
#include "timeout.h"

enum {
	FORSAKE_MS = 2 * TIMEOUT_GRACE_MS, /* the worker has not looked for so long */
	LOOKS = 30                         /* at a run in which nothing moves: 3 s */
};

/* For its row: all that is known of the scene, or its name where it has not opened. */
static void copy_scene(const struct run *run, uint32_t id, const struct slot *from, struct slot *to)
{
	void *packed = from->state == SLOT_READY ? malloc(SCENE_PACKED_MAX) : NULL;
	struct error error = {0};
	size_t bytes = packed ? run->workload->scene_pack(packed, &from->scene, &error) : 0;

	if (!packed || error.code ||
	    run->workload->scene_unpack(&to->scene, packed, bytes, true, &error))
		(void)run->workload->scene_begin(&to->scene, run->scene_list, id, NULL);
	to->grid = from->grid;
	free(packed);
}

/* Without memory for another slot the scene stays as it is, for a next time. */
static void forsake(struct run *run, uint32_t id, struct slot *slot, struct meter *meter)
{
	struct slot *fresh = slot_new(run->n_pools);
	struct error error;

	if (!fresh)
		return;
	copy_scene(run, id, slot, fresh);
	(void)timeout_error(&error, &fresh->scene, run->options->nightly.timeout_s);
	fresh->place = slot->place;
	atomic_store(&fresh->n_forsaken, atomic_load(&slot->n_forsaken) + 1);
	fresh->state = SLOT_READY;
	slot_fail(fresh, 0, slot->status == SCENE_FAILED ? &slot->error : &error);
	slot->forsaken = true;
	run->n_stuck += slot->n_at;
	run->slots[slot->place] = fresh;
	slot_settle(run, fresh);
	slots_write(run, meter);
	pthread_cond_broadcast(&run->changed);
}

/* The oldest such scene; NULL: there is none. */
static struct slot *late_slot(struct run *run, uint32_t *id)
{
	const uint64_t now = clock_now(), grace = FORSAKE_MS * UINT64_C(1000000);

	for (*id = run->first; *id < run->next_open; ++*id) {
		struct slot *slot = slot_of(run, *id);

		if ((slot->state == SLOT_OPENING || slot->state == SLOT_READY) && slot->n_at &&
		    now > slot->deadline_ns + grace)
			return slot;
	}
	return NULL;
}

void run_forsake_late(struct run *run)
{
	struct meter meter = {0};
	struct slot *slot;
	uint32_t id;

	if (!run->options->nightly.timeout_s)
		return;
	pthread_mutex_lock(&run->lock);
	while ((slot = late_slot(run, &id))) {
		forsake(run, id, slot, &meter);
		if (!slot->forsaken)
			break;
	}
	pthread_mutex_unlock(&run->lock);
}

/* --- a run in which nobody else is left --- */

static void give_up(struct run *run, bool alone)
{
	struct meter meter = {0};
	struct error why;

	if (alone)
		(void)error_set(&why, EX_IOERR,
				"not begun: all workers hang in scenes that are over their "
				"--timeout; --executor processes can end such workers");
	else
		(void)error_set(&why, EX_TEMPFAIL,
				"not done: it needs memory that workers hold which hang in scenes "
				"that are over their --timeout; --executor processes can end such "
				"workers");
	(alone ? run_give_up : run_give_up_oldest)(run, &why, &meter);
}

bool run_hangs(struct run *run, unsigned *looks)
{
	bool waits, alone;

	if (!run->options->nightly.timeout_s)
		return false;
	pthread_mutex_lock(&run->lock);
	alone = run->n_stuck && run->n_stuck == run->n_living;
	waits = run->n_stuck && !alone && run->n_stuck + run->n_waiting == run->n_living;
	if (waits && !*looks) /* is there really nothing to do? */
		pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	*looks = waits || alone ? *looks + 1 : 0;
	if (*looks < LOOKS)
		return false;
	*looks = 0;
	give_up(run, alone);
	return alone;
}
