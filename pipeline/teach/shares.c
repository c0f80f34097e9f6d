/*
 * Whose chunk is whose, and which of them have been handed out.
 */
#include "shares.h"

#include <stdlib.h>

void shares_init(struct shares *shares, unsigned n_workers)
{
	*shares = (struct shares){.of = calloc(n_workers, sizeof(*shares->of)), .n = n_workers};
}

void shares_release(struct shares *shares)
{
	free(shares->of);
	shares->of = NULL;
}

/* Where the share of a worker begins, and the one before it ends. */
static uint64_t share_begin(const struct shares *shares, unsigned worker, uint64_t n_chunks)
{
	return n_chunks / shares->n * worker + n_chunks % shares->n * worker / shares->n;
}

static bool next_of(const struct shares *shares, unsigned worker, const struct slot *slot,
		    uint64_t *chunk)
{
	const struct share *share = &shares->of[worker];
	uint64_t n_chunks = chunk_grid_count(&slot->grid);
	uint64_t next = share->scene == (uint64_t)slot->scene.id + 1
				? share->next
				: share_begin(shares, worker, n_chunks);

	if (next == share_begin(shares, worker + 1, n_chunks))
		return false;
	*chunk = next;
	return true;
}

bool shares_choose(const struct shares *shares, const struct worker *worker,
		   const struct slot *slot, uint64_t *chunk)
{
	const struct run *run = worker->run;

	if (next_of(shares, worker->number, slot, chunk))
		return true;
	if (run->n_waiting + run->n_stuck + 1 < run->n_living)
		return false;
	for (unsigned i = 0; i < shares->n; i++)
		if (next_of(shares, i, slot, chunk))
			return true;
	return false;
}

void shares_taken(struct shares *shares, const struct task *task)
{
	const uint64_t n_chunks = chunk_grid_count(task->grid);
	unsigned owner = 0;

	while (share_begin(shares, owner + 1, n_chunks) <= task->chunk)
		owner++;
	shares->of[owner] =
		(struct share){.scene = (uint64_t)task->scene_id + 1, .next = task->chunk + 1};
}
