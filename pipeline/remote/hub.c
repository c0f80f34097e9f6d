/* The hub: seats, and the run's claims and deliveries for them. It knows no transport. */
#include "hub.h"

#include <stdlib.h>
#include <string.h>

#include "run/decorator.h"
#include "run/reserve.h"
#include "run/run.h"
#include "base/signals.h"
#include "trace.h"

enum {
	/*
	 * Workers that may die in a seat one after the other without one delivered chunk between.
	 * A file that kills its worker fails its scene with the first death, so a batch of a few
	 * such files gets through; a machine on which nothing works ends soon.
	 */
	MOST_DEATHS = 3
};

enum seat_state { SEAT_EMPTY, SEAT_IDLE, SEAT_WAITING, SEAT_AT_SCENE, SEAT_AT_CHUNK };

struct seat {
	enum seat_state state;
	struct worker worker; /* who it is for the run; it has no memory and no stages here */
	struct task task;     /* at work on */
	unsigned deaths;      /* in a row */
	uint64_t asked_ns;    /* when it asked */
	enum wait_cause cause;
};

struct hub {
	struct run *run;
	struct meter meter;
	uint64_t begin_ns;
	unsigned n_seats, n_waiting;
	unsigned next; /* seat whose turn it is to be asked first */
	unsigned n_started, n_refused;
	struct error refusal; /* of the first worker that could not start */
	struct error death;   /* the last one */
	struct seat *seats;
	struct piece *piece; /* one that has come */
	const struct result_ops *ops;
};

static int seat_init(struct hub *hub, unsigned i, const struct hub_seats *where, struct error *err)
{
	const struct decorator *decorator = hub->run->decorator;
	struct worker *worker = &hub->seats[i].worker;

	run_worker(worker, hub->run, where->first_number + i);
	worker->run = hub->run;
	worker->meter = &hub->meter;
	worker->pool = &hub->run->pools[where->first_pool + i / where->workers_per_pool];
	return decorator ? decorator->worker_begin(decorator->context, worker, err) : 0;
}

static void seat_release(struct hub *hub, struct seat *seat)
{
	const struct decorator *decorator = hub->run->decorator;

	if (decorator)
		decorator->worker_end(decorator->context, &seat->worker);
}

struct hub *hub_new(struct job *job, struct hub_seats where, struct error *err)
{
	struct hub *hub = calloc(1, sizeof(*hub));
	struct run *run = job->context;

	if (hub) {
		hub->run = run;
		hub->n_seats = where.n_seats;
		hub->begin_ns = clock_now();
		meter_start(&hub->meter);
		hub->meter.trace = run->trace ? trace_of(run->trace, run->trace->n_workers) : NULL;
		hub->seats = calloc(where.n_seats ? where.n_seats : 1, sizeof(*hub->seats));
		hub->ops = run->workload->result;
		hub->piece = malloc(hub->ops->piece_bytes);
	}
	if (!hub || !hub->seats || !hub->piece) {
		hub_free(hub);
		error_memory(err, "the seats of the workers", where.n_seats * sizeof(struct seat));
		return NULL;
	}
	for (unsigned i = 0; i < where.n_seats; i++)
		if (seat_init(hub, i, &where, err)) {
			hub_free(hub);
			return NULL;
		}
	return hub;
}

void hub_free(struct hub *hub)
{
	if (!hub)
		return;
	if (hub->seats && hub->run) {
		pthread_mutex_lock(&hub->run->lock);
		meter_settle(&hub->meter);
		trace_settle(hub->meter.trace, &hub->meter);
		meter_merge(&hub->run->totals.meter, &hub->meter);
		for (int stage = 0; stage < N_METER_STAGES; stage++)
			hub->run->totals.hub_busy_ns += hub->meter.row[stage].busy_ns;
		pthread_mutex_unlock(&hub->run->lock);
	}
	for (unsigned i = 0; hub->seats && i < hub->n_seats; i++)
		seat_release(hub, &hub->seats[i]);
	free(hub->seats);
	free(hub->piece);
	free(hub);
}

struct meter *hub_meter(struct hub *hub)
{
	return &hub->meter;
}

/* --monitor: as far as the hub knows. A worker that shares memory says it better. */
static void show(const struct hub *hub, const struct seat *seat, unsigned what)
{
	if (hub->run->shown)
		__atomic_store_n(&hub->run->shown[seat->worker.number], (uint8_t)what,
				 __ATOMIC_RELAXED);
}

void hub_seat_taken(struct hub *hub, unsigned seat)
{
	hub->seats[seat].state = SEAT_IDLE;
}

/* --- answers --- */

static void order(struct message *answer, struct seat *seat, enum message_kind kind)
{
	*answer = (struct message){.kind = kind,
				   .worker = seat->worker.number,
				   .scene_id = seat->task.scene_id,
				   .chunk = seat->task.chunk};
	if (kind == MESSAGE_CHUNK)
		answer->grid = *seat->task.grid;
	if (kind == MESSAGE_CHUNK) {
		answer->tile_x_size = seat->task.scene->tile_x_size;
		answer->tile_y_size = seat->task.scene->tile_y_size;
	}
}

/* One try for a seat that wants work; false where it has to wait. */
static bool try_answer(struct hub *hub, struct seat *seat, struct message *answer)
{
	struct run *run = hub->run;
	enum claim_answer got;

	pthread_mutex_lock(&run->lock);
	got = run_try_claim(&seat->worker, &seat->task, &seat->cause);
	pthread_mutex_unlock(&run->lock);
	switch (got) {
	case ANSWER_WAIT:
		return false;
	case ANSWER_CHUNK:
		seat->state = SEAT_AT_CHUNK;
		show(hub, seat, METER_DECODE);
		order(answer, seat, MESSAGE_CHUNK);
		break;
	case ANSWER_SCENE:
		seat->state = SEAT_AT_SCENE;
		show(hub, seat, METER_DISCOVER);
		order(answer, seat, MESSAGE_SCENE);
		break;
	case ANSWER_RELEASE:
		seat->state = SEAT_IDLE;
		order(answer, seat, MESSAGE_RELEASE);
		break;
	case ANSWER_NOTHING:
		seat->state = SEAT_IDLE;
		order(answer, seat, MESSAGE_STOP);
		break;
	}
	return true;
}

/* Booked by who sends it. */
static void book_answer(struct hub *hub, const struct message *answer)
{
	struct meter_row *row = &hub->meter.row[METER_CLAIM];

	row->messages++;
	row->message_bytes += sizeof(*answer) + answer->payload_bytes;
}

static bool answer_or_wait(struct hub *hub, struct seat *seat, uint64_t since,
			   struct message *answer)
{
	if (!try_answer(hub, seat, answer)) {
		seat->state = SEAT_WAITING;
		show(hub, seat, ACTIVITY_WAIT + seat->cause);
		seat->asked_ns = clock_now();
		hub->n_waiting++;
		return false;
	}
	answer->served_ns = clock_now() - since;
	book_answer(hub, answer);
	return true;
}

bool hub_next(struct hub *hub, unsigned *seat, struct message *answer)
{
	for (unsigned i = 0; hub->n_waiting && i < hub->n_seats; i++) {
		unsigned number = (hub->next + i) % hub->n_seats;
		struct seat *s = &hub->seats[number];

		if (s->state != SEAT_WAITING || !try_answer(hub, s, answer))
			continue;
		hub->n_waiting--;
		hub->next = number + 1;
		answer->waited_ns = clock_now() - s->asked_ns;
		answer->cause = s->cause;
		if (answer->kind == MESSAGE_STOP)
			answer->cause = WAIT_IDLE;
		book_answer(hub, answer);
		*seat = number;
		return true;
	}
	return false;
}

/* --- messages --- */

static void take_piece(struct hub *hub, struct seat *seat, const struct message *message,
		       const void *payload, struct chunk_result *result)
{
	if (hub->ops->unpack(hub->piece, payload, message->payload_bytes, &result->error)) {
		result->status = CHUNK_FAILED;
		return;
	}
	result->piece = hub->piece;
	result->n_pieces = 1;
	if (message->kind == MESSAGE_PIECE)
		(void)run_fold(&seat->worker, &seat->task, result);
}

/* --- the decorator's --- */

static void take_extra(struct hub *hub, struct seat *seat, const struct message *message,
		       const void *payload, struct message *answer)
{
	const struct decorator *decorator = hub->run->decorator;
	uint64_t since = clock_now();
	struct error error = {0};

	if (decorator->message(decorator->context, &seat->worker, &seat->task, payload,
			       message->payload_bytes, &error)) {
		pthread_mutex_lock(&hub->run->lock);
		slot_fail(seat->task.slot, seat->task.chunk, &error);
		pthread_mutex_unlock(&hub->run->lock);
	}
	order(answer, seat, MESSAGE_GO_ON);
	answer->served_ns = clock_now() - since;
	book_answer(hub, answer);
}

/* The chunk is over. */
static void decorate_result(struct hub *hub, struct seat *seat, struct chunk_result *result)
{
	const struct decorator *decorator = hub->run->decorator;

	if (decorator && decorator->result)
		decorator->result(decorator->context, &seat->worker, &seat->task, result);
}

static void take_result(struct hub *hub, struct seat *seat, const struct message *message,
			const void *payload)
{
	struct chunk_result result = {.chunk = seat->task.chunk,
				      .scene_id = seat->task.scene_id,
				      .status = (enum chunk_status)message->status};

	if (result.status == CHUNK_DONE && message->payload_bytes) {
		take_piece(hub, seat, message, payload, &result);
	} else if (result.status == CHUNK_FAILED &&
		   message->payload_bytes == sizeof(result.error)) {
		wire_take_error(&result.error, payload);
	} else if (message->status != CHUNK_DONE && message->status != CHUNK_CANCELLED) {
		result.status = CHUNK_FAILED;
		(void)error_set(&result.error, EX_SOFTWARE, "a worker's result is malformed");
	}
	decorate_result(hub, seat, &result);
	seat->state = SEAT_IDLE;
	seat->deaths = 0;
	run_deliver(&seat->worker, &seat->task, &result);
}

static void take_scene(struct seat *seat, const struct message *message, const void *payload)
{
	const struct opened *opened = payload;
	struct error error = {0};

	seat->state = SEAT_IDLE;
	if (message->payload_bytes < sizeof(*opened)) {
		(void)error_set(&error, EX_SOFTWARE, "what a worker says of its scene is cut off");
		run_fail_scene(&seat->worker, &seat->task, &error);
		return;
	}
	if (opened->error.code)
		wire_take_error(&error, &opened->error);
	run_take_scene(&seat->worker, &seat->task, opened->scene,
		       message->payload_bytes - sizeof(*opened), error.code ? &error : NULL);
}

static void take_farewell(struct hub *hub, struct seat *seat, const struct message *message,
			  const void *payload)
{
	struct meter meter;

	seat->state = SEAT_EMPTY;
	show(hub, seat, ACTIVITY_NONE);
	run_leave(&seat->worker);
	if (message->status && message->payload_bytes == sizeof(hub->refusal)) {
		if (!hub->n_refused++)
			wire_take_error(&hub->refusal, payload);
		return;
	}
	hub->n_started++;
	if (message->payload_bytes != sizeof(meter))
		return;
	memcpy(&meter, payload, sizeof(meter));
	meter.trace = NULL; /* a place in another process */
	meter.worker = seat->worker.number;
	pthread_mutex_lock(&hub->run->lock);
	run_merge_meter(hub->run, &meter);
	pthread_mutex_unlock(&hub->run->lock);
}

/* A piece that could not be folded fails its chunk when the rest of it has come: remembered. */
static bool take_one_of_many(struct hub *hub, struct seat *seat, const struct message *message,
			     const void *payload, struct message *answer)
{
	struct chunk_result result = {.chunk = seat->task.chunk, .status = CHUNK_DONE};

	take_piece(hub, seat, message, payload, &result);
	if (result.status == CHUNK_FAILED) {
		pthread_mutex_lock(&hub->run->lock);
		slot_fail(seat->task.slot, result.chunk, &result.error);
		pthread_mutex_unlock(&hub->run->lock);
	}
	order(answer, seat, MESSAGE_GO_ON);
	book_answer(hub, answer);
	return true;
}

/* By what the seat is at. One that is empty, or waits for an answer, has nothing to say. */
bool hub_expects(const struct hub *hub, unsigned number, const struct message *message)
{
	static const uint32_t kinds[] = {
		[SEAT_IDLE] = 1U << MESSAGE_READY | 1U << MESSAGE_RELEASED | 1U << MESSAGE_BYE,
		[SEAT_AT_SCENE] = 1U << MESSAGE_OPENED,
		[SEAT_AT_CHUNK] = 1U << MESSAGE_RESULT | 1U << MESSAGE_PIECE | 1U << MESSAGE_EXTRA,
	};
	const struct decorator *decorator = hub->run->decorator;

	if (message->kind == MESSAGE_EXTRA && !(decorator && decorator->message))
		return false;

	return message->kind < 32 && (kinds[hub->seats[number].state] >> message->kind & 1);
}

bool hub_take(struct hub *hub, unsigned number, const struct message *message, const void *payload,
	      struct message *answer)
{
	struct seat *seat = &hub->seats[number];
	uint64_t since = clock_now();

	if (message->signal)
		signals_note(message->signal);
	if (seat->state == SEAT_AT_CHUNK && message->kind == MESSAGE_PIECE)
		return take_one_of_many(hub, seat, message, payload, answer);
	if (seat->state == SEAT_AT_CHUNK && message->kind == MESSAGE_EXTRA) {
		take_extra(hub, seat, message, payload, answer);
		return true;
	}
	if (seat->state == SEAT_AT_CHUNK && message->kind == MESSAGE_RESULT) {
		take_result(hub, seat, message, payload);
	} else if (seat->state == SEAT_AT_SCENE && message->kind == MESSAGE_OPENED) {
		take_scene(seat, message, payload);
	} else if (message->kind == MESSAGE_RELEASED) {
		pthread_mutex_lock(&hub->run->lock);
		run_released(&seat->worker);
		pthread_mutex_unlock(&hub->run->lock);
	} else if (message->kind == MESSAGE_BYE) {
		take_farewell(hub, seat, message, payload);
		return false;
	}
	return answer_or_wait(hub, seat, since, answer);
}

/* --- deaths --- */

static const char *file_of(const struct run *run, const struct seat *seat, struct scene *scene)
{
	if (seat->state == SEAT_AT_CHUNK && seat->task.scene->n_files)
		return seat->task.scene->files[0].path;
	if (run->workload->scene_begin(scene, run->catalog, seat->task.scene_id, NULL) == 0 &&
	    scene->n_files)
		return scene->files[0].path;
	return scene->name ? scene->name : "a scene";
}

bool hub_lost(struct hub *hub, unsigned number, const char *how)
{
	struct seat *seat = &hub->seats[number];
	struct chunk_result result = {
		.chunk = seat->task.chunk, .scene_id = seat->task.scene_id, .status = CHUNK_FAILED};
	struct scene name = {0};
	bool ending = signals_caught() != 0; /* then what it had is cancelled, not failed */

	error_set(&hub->death, EX_SOFTWARE, "%s", how);
	if (ending)
		result.status = CHUNK_CANCELLED;
	else if (seat->state == SEAT_AT_CHUNK || seat->state == SEAT_AT_SCENE)
		error_set(&result.error, EX_SOFTWARE, "%s: %s", file_of(hub->run, seat, &name),
			  how);
	scene_release(&name);
	decorate_result(hub, seat, &result);
	if (seat->state == SEAT_AT_CHUNK)
		run_deliver(&seat->worker, &seat->task, &result);
	else if (seat->state == SEAT_AT_SCENE && !ending) /* else slots_abandon() */
		run_fail_scene(&seat->worker, &seat->task, &result.error);
	else if (seat->state == SEAT_WAITING)
		hub->n_waiting--;
	seat->state = SEAT_EMPTY;
	show(hub, seat, ACTIVITY_NONE);
	run_leave(&seat->worker);
	hub->run->totals.n_lost += !ending;
	return ++seat->deaths < MOST_DEATHS;
}

int hub_failed(const struct hub *hub, struct error *err)
{
	if (hub->n_started || !hub->n_refused)
		return 0;
	*err = hub->refusal;
	return -1;
}

void hub_give_up(struct hub *hub)
{
	struct error why;

	error_set(&why, EX_SOFTWARE,
		  "no worker is left: the last one that died %s; run it again, with --executor "
		  "threads to see whether the machine or the files are at fault",
		  hub->death.code ? hub->death.text : "is not known");
	run_give_up(hub->run, &why, &hub->meter);
}
