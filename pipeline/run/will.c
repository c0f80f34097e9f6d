/*
 * The thread that carries the will out. It sleeps, and looks for a reason now and then. Knows
 * nothing of what is to be done.
 */
#include "will.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "base/signals.h"
#include "base/thread.h"

enum {
	LOOK_MS = 100,
#ifdef IMGPIPE_SANITIZED
	SLOWER = 20 /* blocks take longer, and what the will reads is not locked in all places */
#else
	SLOWER = 1
#endif
};

struct will {
	bool (*look)(void *context);
	int (*conclude)(void *context);
	void *context;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	bool revoked, carried_out;
};

/* Until LOOK_MS are over or it is revoked. With the lock held. */
static void look_later(struct will *will)
{
	struct timespec until = deadline_after(LOOK_MS * 1000000ull);

	if (!will->revoked)
		(void)pthread_cond_timedwait(&will->changed, &will->lock, &until);
}

/* *since: of a signal, when it was first seen. */
static bool is_time(struct will *will, uint64_t *since)
{
	if (!signals_caught())
		return will->look(will->context);
	*since = *since ? *since : clock_now();
	return clock_now() - *since > SLOWER * SIGNAL_PATIENCE_MS * 1000000ull;
}

static void *wait_for_reason(void *arg)
{
	struct will *will = arg;
	uint64_t since = 0;
	bool now = false;

	pthread_mutex_lock(&will->lock);
	while (!will->revoked && !now) {
		look_later(will);
		if (will->revoked)
			break;
		pthread_mutex_unlock(&will->lock);
		now = is_time(will, &since);
		pthread_mutex_lock(&will->lock);
	}
	will->carried_out = !will->revoked;
	pthread_mutex_unlock(&will->lock);
	if (will->carried_out) {
		int status = will->conclude(will->context);

		(void)fflush(stdout);
		_exit(status); /* other threads are at work: nothing may be taken from them */
	}
	return NULL;
}

struct will *will_make(bool (*look)(void *context), int (*conclude)(void *context), void *context)
{
	struct will *will = calloc(1, sizeof(*will));

	if (!will)
		return NULL;
	will->look = look;
	will->conclude = conclude;
	will->context = context;
	pthread_mutex_init(&will->lock, NULL);
	condition_init(&will->changed);
	if (!thread_start(&will->thread, wait_for_reason, will))
		return will;
	pthread_cond_destroy(&will->changed);
	pthread_mutex_destroy(&will->lock);
	free(will);
	return NULL;
}

void will_revoke(struct will *will)
{
	bool carried_out;

	if (!will)
		return;
	pthread_mutex_lock(&will->lock);
	will->revoked = true;
	carried_out = will->carried_out;
	pthread_cond_signal(&will->changed);
	pthread_mutex_unlock(&will->lock);
	while (carried_out)
		(void)pause(); /* the program ends */
	pthread_join(will->thread, NULL);
	pthread_cond_destroy(&will->changed);
	pthread_mutex_destroy(&will->lock);
	free(will);
}
