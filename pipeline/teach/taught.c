/*
 * Pixels on their way to a reducer, and the cost of a hand-out. The reducer runs the workload's
 * last stage, the same code as ever, so the bits of the result are the same; what differs is where,
 * when, and what had to be moved for it.
 */
#include "taught.h"

#include <stdlib.h>
#include <string.h>

#include "run/run.h"

void taught_overhead(const struct teach *teach, struct meter *meter)
{
	struct meter_span span = meter_begin();
	uint64_t until;

	if (!teaches(teach, TEACH_TASK_OVERHEAD))
		return;
	/* CPU time, as a scheduler written in Python spends it; not sleep. */
	until = clock_cpu() + teach->overhead_ns;
	while (clock_cpu() < until)
		;
	meter->taught.n_overheads++;
	meter->taught.overhead_ns += clock_now() - span.wall_ns;
	meter_lap(meter, METER_CLAIM, &span);
}

void taught_unlock(struct run *run, struct meter *meter)
{
	uint64_t since;

	if (!teaches(&run->options->teach, TEACH_TASK_OVERHEAD)) {
		pthread_mutex_unlock(&run->lock);
		return;
	}
	since = clock_now();
	pthread_mutex_unlock(&run->lock);
	book_wait(meter, WAIT_PEER, since);
}

/* --- parcels --- */

size_t parcel_bytes(uint64_t n_pixels)
{
	return size_add(sizeof(struct parcel), size_mul(n_pixels, PARCEL_PIXEL_BYTES));
}

void parcel_pack(void *out, const struct block *block)
{
	struct parcel *parcel = out;
	unsigned char *pixels = (unsigned char *)(parcel + 1);

	*parcel = (struct parcel){
		.window = block->window, .n_pixels = block->n_pixels, .constant = block->constant};
	memcpy(pixels, block->value, block->n_pixels * sizeof(float));
	memcpy(pixels + block->n_pixels * sizeof(float), block->pixel_class, block->n_pixels);
}

int parcel_unpack(struct block *block, const void *in, size_t bytes, const struct scene *scene,
		  const struct window *within, struct error *err)
{
	const struct parcel *parcel = in;
	struct window common;
	unsigned char *pixels = (unsigned char *)(uintptr_t)(parcel + 1);

	if (bytes < sizeof(*parcel) || bytes != parcel_bytes(parcel->n_pixels) ||
	    !window_intersect(&parcel->window, within, &common) ||
	    memcmp(&common, &parcel->window, sizeof(common)) != 0 ||
	    parcel->n_pixels != (parcel->constant ? 1 : window_pixels(&parcel->window)))
		return error_set(err, EX_SOFTWARE,
				 "a worker's pixels are malformed (%zu bytes); they are left out",
				 bytes);
	*block = (struct block){
		.scene = scene,
		.window = parcel->window,
		.n_pixels = parcel->n_pixels,
		.constant = parcel->constant,
		.value = (float *)(void *)pixels,
		.pixel_class = pixels + parcel->n_pixels * sizeof(float),
	};
	return 0;
}

/* --- the reducer of this process --- */

void reducer_init(struct reducer *reducer)
{
	*reducer = (struct reducer){0};
	pthread_mutex_init(&reducer->lock, NULL);
}

static const struct stage *last_stage(const struct workload *workload)
{
	return workload->stage[workload->n_stages - 1];
}

void reducer_release(struct reducer *reducer, const struct workload *workload)
{
	if (reducer->state && last_stage(workload)->close)
		last_stage(workload)->close(reducer->state);
	reducer->state = NULL;
}

void reducer_lock(struct worker *worker)
{
	uint64_t since = clock_now();

	activity_at(ACTIVITY_WAIT + WAIT_PEER);
	pthread_mutex_lock(&worker->run->reducer.lock);
	book_wait(worker->meter, WAIT_PEER, since);
	activity_at(last_stage(worker->workload)->meter);
}

int reducer_run(struct worker *worker, struct block *block, struct chunk_result *result)
{
	const struct stage *stage = last_stage(worker->workload);
	struct reducer *reducer = &worker->run->reducer;
	struct stage_env env = {.options = worker->options,
				.arena = &worker->arena,
				.meter = worker->meter,
				.worker = worker->number};
	struct meter_span span = meter_begin();

	if (!reducer->state && stage->open && stage->open(&reducer->state, &env, &result->error))
		return -1;
	if (stage->run(reducer->state, &env, block, result, &result->error))
		return -1;
	meter_lap(worker->meter, stage->meter, &span);
	return 0;
}

void reducer_end(struct worker *worker, struct chunk_result *result)
{
	const struct stage *stage = last_stage(worker->workload);

	if (stage->chunk_end && worker->run->reducer.state)
		stage->chunk_end(worker->run->reducer.state, result);
}

void parcel_book(struct worker *worker, size_t bytes, uint64_t since)
{
	struct meter_row *row = &worker->meter->row[METER_REDUCE];

	row->messages++;
	row->message_bytes += bytes;
	book_pack(worker->meter, bytes, since);
	worker->meter->taught.n_parcels++;
	worker->meter->taught.parcel_bytes += bytes;
}

static int ship_now(struct worker *worker, const struct block *block, size_t bytes,
		    struct chunk_result *result)
{
	uint64_t since = clock_now();
	struct block sent;
	int status;

	if (worker->parcel_bytes < bytes) {
		free(worker->parcel);
		worker->parcel = malloc(bytes);
		worker->parcel_bytes = worker->parcel ? bytes : 0;
	}
	if (!worker->parcel)
		return error_memory(&result->error, "pixels on their way", bytes);
	parcel_pack(worker->parcel, block);
	parcel_book(worker, bytes, since);
	if (parcel_unpack(&sent, worker->parcel, bytes, block->scene, &block->window,
			  &result->error))
		return -1;
	reducer_lock(worker);
	status = reducer_run(worker, &sent, result);
	pthread_mutex_unlock(&worker->run->reducer.lock);
	return status;
}

int taught_ship(struct worker *worker, const struct block *block, struct chunk_result *result)
{
	size_t bytes = parcel_bytes(block->n_pixels);

	if (teaches(&worker->options->teach, TEACH_NO_BACKPRESSURE))
		return pile_add(worker, block, bytes, result);
	return ship_now(worker, block, bytes, result);
}

void taught_delivers(struct worker *worker, const struct task *task, struct chunk_result *result)
{
	if (teaches(&worker->options->teach, TEACH_NO_BACKPRESSURE)) {
		pile_deliver(worker, task, result);
		return;
	}
	reducer_lock(worker);
	reducer_end(worker, result);
	pthread_mutex_unlock(&worker->run->reducer.lock);
}

void taught_leave(struct worker *worker)
{
	free(worker->parcel);
	worker->parcel = NULL;
	worker->parcel_bytes = 0;
}
