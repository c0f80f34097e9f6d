/*
 * --teach no-backpressure: all chunks of a scene are read before the first one is reduced, as a
 * scheduler does that starts every task whose input is there, and takes results as they come. The
 * pixels wait in memory meanwhile. Not without bound: the pile has its share of the memory limit,
 * and at most what the machine had to spare; a scene that fills it fails.
 */
#include "taught.h"

#include <stdlib.h>

#include "run/run.h"
#include "base/text.h"

struct pile_parcel {
	struct pile_parcel *next;
	size_t bytes;
	_Alignas(16) unsigned char parcel[];
};

/* One chunk's pixels, in order. */
struct pile_chunk {
	struct pile_chunk *next; /* that came before it */
	uint64_t chunk;
	struct pile_parcel *first, *last;
};

static void bundle_free(struct run *run, struct pile_chunk *bundle)
{
	struct pile_parcel *next;

	for (struct pile_parcel *p = bundle ? bundle->first : NULL; p; p = next) {
		next = p->next;
		atomic_fetch_sub(&run->piled, p->bytes);
		free(p);
	}
	free(bundle);
}

void pile_free(struct run *run, struct pile_chunk *pile)
{
	while (pile) {
		struct pile_chunk *next = pile->next;

		bundle_free(run, pile);
		pile = next;
	}
}

static int pile_is_full(const struct run *run, struct error *err)
{
	char most[24];

	return error_set(err, EX_TEMPFAIL,
			 "without back-pressure %s of pixels wait to be reduced and no more fit; "
			 "a program without a limit would go on until the machine swaps. Without "
			 "--teach no-backpressure a few blocks are in memory at once; --memory "
			 "sets the limit",
			 bytes_text(most, run->plan->pile));
}

/* Room for it, or NULL with err set. */
static struct pile_parcel *parcel_new(struct worker *worker, size_t bytes, struct error *err)
{
	struct run *run = worker->run;
	uint64_t waiting = atomic_fetch_add(&run->piled, bytes) + bytes;
	struct pile_parcel *parcel =
		waiting <= run->plan->pile ? malloc(sizeof(*parcel) + bytes) : NULL;

	if (!parcel) {
		atomic_fetch_sub(&run->piled, bytes);
		(void)pile_is_full(run, err);
		return NULL;
	}
	parcel->next = NULL;
	parcel->bytes = bytes;
	if (waiting > worker->meter->taught.pile_peak)
		worker->meter->taught.pile_peak = waiting;
	return parcel;
}

int pile_add(struct worker *worker, const struct block *block, size_t bytes,
	     struct chunk_result *result)
{
	struct pile_parcel *parcel;
	uint64_t since = clock_now();

	if (!worker->bundle)
		worker->bundle = calloc(1, sizeof(*worker->bundle));
	if (!worker->bundle)
		return error_memory(&result->error, "pixels that wait", sizeof(*worker->bundle));
	parcel = parcel_new(worker, bytes, &result->error);
	if (!parcel)
		return -1;
	parcel_pack(parcel->parcel, block);
	parcel_book(worker, bytes, since);
	if (worker->bundle->last)
		worker->bundle->last->next = parcel;
	else
		worker->bundle->first = parcel;
	worker->bundle->last = parcel;
	return 0;
}

static int reduce_bundle(struct worker *worker, const struct task *task, struct pile_chunk *bundle,
			 struct chunk_result *one)
{
	struct window window = chunk_grid_window(task->grid, bundle->chunk);
	struct block block;
	int status = 0;

	worker->workload->result->begin(one, task->scene, &window, worker->by_tile);
	activity_compute(METER_STATS, NULL);
	reducer_lock(worker);
	for (struct pile_parcel *p = bundle->first; p && !status; p = p->next)
		status = parcel_unpack(&block, p->parcel, p->bytes, task->scene, &window,
				       &one->error) ||
			 reducer_run(worker, &block, one);
	reducer_end(worker, one);
	pthread_mutex_unlock(&worker->run->reducer.lock);
	activity_compute_end();
	return status || run_fold(worker, task, one) ? -1 : 0;
}

static struct pile_chunk *in_order_of_arrival(struct pile_chunk *pile)
{
	struct pile_chunk *turned = NULL;

	while (pile) {
		struct pile_chunk *next = pile->next;

		pile->next = turned;
		turned = pile;
		pile = next;
	}
	return turned;
}

/* All of a scene's chunks, in the arena of whoever brought the last one. */
static void reduce_pile(struct worker *worker, const struct task *task, struct pile_chunk *pile,
			struct chunk_result *result)
{
	const struct result_ops *ops = worker->workload->result;
	struct chunk_result one = {.status = CHUNK_DONE, .scene_id = task->scene_id};
	size_t pieces = ops->pieces(task->scene, task->grid->chunk_x_size, task->grid->chunk_y_size,
				    worker->by_tile);

	arena_rewind(&worker->arena, 0);
	one.piece = arena_alloc(&worker->arena, result_bytes(ops, pieces));
	pile = in_order_of_arrival(pile);
	while (pile && one.piece) {
		struct pile_chunk *next = pile->next;

		one.chunk = pile->chunk;
		if (reduce_bundle(worker, task, pile, &one)) {
			result->status = CHUNK_FAILED;
			result->error = one.error;
			break;
		}
		bundle_free(worker->run, pile);
		pile = next;
	}
	if (!one.piece) {
		result->status = CHUNK_FAILED;
		error_memory(&result->error, "the answers of a pile", result_bytes(ops, pieces));
	}
	pile_free(worker->run, pile);
}

void pile_deliver(struct worker *worker, const struct task *task, struct chunk_result *result)
{
	struct run *run = worker->run;
	struct slot *slot = task->slot;
	struct pile_chunk *bundle = worker->bundle, *pile = NULL;
	bool wanted, last;

	worker->bundle = NULL;
	result->n_pieces = 0;
	pthread_mutex_lock(&run->lock);
	wanted = slot->status == SCENE_OK && result->status == CHUNK_DONE;
	last = ++slot->n_piled == slot->n_chunks;
	if (wanted && bundle) {
		bundle->chunk = task->chunk;
		bundle->next = slot->pile;
		slot->pile = bundle;
		bundle = NULL;
	}
	if (last || !wanted) {
		pile = slot->pile;
		slot->pile = NULL;
	}
	pthread_mutex_unlock(&run->lock);
	bundle_free(run, bundle);
	if (wanted && last)
		reduce_pile(worker, task, pile, result);
	else
		pile_free(run, pile);
}
