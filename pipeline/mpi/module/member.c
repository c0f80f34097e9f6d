/*
 * A rank other than 0: workers in threads, each at a channel whose other end is the main thread,
 * which alone speaks MPI.
 */
#include "mpi_run.h"

#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message_queue.h"
#include "pace.h"
#include "rank_partials.h"
#include "run/run.h"
#include "base/thread.h"

struct member;

/* A worker's channel. The worker waits for an answer to all it sends, so one message fits. */
struct mailbox {
	struct channel channel; /* first, so that one is the other */
	struct member *member;
	unsigned number;
	pthread_t thread;
	pthread_cond_t answered;
	bool has_out, has_in; /* under member->lock, with the messages */
	struct message out, in;
	bool gone; /* the agent is: nothing will be answered */
};

struct member {
	struct job *job;
	struct message_queue *queue;
	struct parts *parts;
	struct rank_partials *partials; /* NULL where groups travel */
	struct meter meter;             /* of the main thread */
	pthread_mutex_t lock;
	pthread_cond_t work; /* a worker has something to send */
	struct mailbox *mailbox;
	unsigned n_started;
	bool stopped, told_signal;
	struct pace pace;
};

static int mailbox_send(struct channel *channel, const struct message *message, struct error *err)
{
	struct mailbox *mailbox = (struct mailbox *)(void *)channel;

	(void)err;
	pthread_mutex_lock(&mailbox->member->lock);
	mailbox->out = *message;
	mailbox->has_out = true;
	pthread_cond_signal(&mailbox->member->work);
	pthread_mutex_unlock(&mailbox->member->lock);
	return 0;
}

static int mailbox_receive(struct channel *channel, struct message *message, struct error *err)
{
	struct mailbox *mailbox = (struct mailbox *)(void *)channel;
	bool gone;

	pthread_mutex_lock(&mailbox->member->lock);
	while (!mailbox->has_in && !mailbox->gone)
		pthread_cond_wait(&mailbox->answered, &mailbox->member->lock);
	gone = mailbox->gone;
	*message = mailbox->in;
	mailbox->has_in = false;
	pthread_mutex_unlock(&mailbox->member->lock);
	return gone ? error_set(err, EX_SOFTWARE, "rank 0 is gone") : 0;
}

static void *worker_main(void *arg)
{
	struct mailbox *mailbox = arg;

	remote_live(mailbox->member->job, mailbox->number, &mailbox->channel,
		    mailbox->member->partials, NULL);
	return NULL;
}

/* On behalf of a worker that could not be started. */
static void refuse(struct member *member, unsigned number)
{
	struct error why = {0};
	struct message bye = {
		.kind = MESSAGE_BYE, .worker = number, .status = 1, .payload_bytes = sizeof(why)};

	error_set(&why, EX_OSERR, "a rank cannot start a worker thread");
	message_queue_send(member->queue, 0, TAG_UP, &bye, sizeof(bye), &why, sizeof(why),
			   &member->meter.row[METER_CLAIM]);
}

static void start_workers(struct member *member, unsigned first_number)
{
	for (; member->n_started < member->job->n_workers; member->n_started++) {
		struct mailbox *mailbox = &member->mailbox[member->n_started];

		mailbox->number = first_number + member->n_started;
		if (thread_start(&mailbox->thread, worker_main, mailbox))
			break;
	}
	for (unsigned i = member->n_started; i < member->job->n_workers; i++)
		refuse(member, first_number + i);
}

/* Post what workers have to say, and they have counted. False where there was nothing. */
static bool post_all(struct member *member)
{
	bool something = false;

	for (unsigned i = 0; i < member->n_started; i++) {
		struct mailbox *mailbox = &member->mailbox[i];
		bool has_out;

		pthread_mutex_lock(&member->lock);
		has_out = mailbox->has_out;
		mailbox->has_out = false;
		pthread_mutex_unlock(&member->lock);
		if (!has_out)
			continue;
		mailbox->out.sent_ns = clock_now();
		message_queue_send(member->queue, 0, TAG_UP, &mailbox->out, sizeof(mailbox->out),
				   mailbox->channel.payload, mailbox->out.payload_bytes, NULL);
		something = true;
	}
	return something;
}

static void hand_over(struct member *member, const struct message *message)
{
	unsigned i = message->worker % member->job->n_workers;
	struct mailbox *mailbox = &member->mailbox[i];

	pthread_mutex_lock(&member->lock);
	mailbox->in = *message;
	mailbox->has_in = true;
	pthread_cond_signal(&mailbox->answered);
	pthread_mutex_unlock(&member->lock);
}

static bool take_all(struct member *member)
{
	struct queued_message message;
	struct cell_group *group;
	bool something = false;
	uint32_t scene_id;

	while (message_queue_take(member->queue, &message)) {
		something = true;
		if (message.tag == TAG_DOWN)
			hand_over(member, message.text);
		else if (message.tag == TAG_STOP)
			member->stopped = true;
		else
			(void)parts_take(member->parts, &message, &scene_id, &group);
	}
	return something;
}

/* Until a worker has something to send, but not longer than this. */
static void wait_for_work(struct member *member, uint64_t ns)
{
	struct timespec until = deadline_after(ns);
	bool waiting = true;

	if (!ns)
		return;
	pthread_mutex_lock(&member->lock);
	for (unsigned i = 0; i < member->n_started; i++)
		waiting = waiting && !member->mailbox[i].has_out;
	if (waiting)
		(void)pthread_cond_timedwait(&member->work, &member->lock, &until);
	pthread_mutex_unlock(&member->lock);
}

/* Workers that wait for work have no message to tell it in. */
static void tell_signal(struct member *member)
{
	int number = signals_caught();

	if (!number || member->told_signal)
		return;
	member->told_signal = true;
	message_queue_send(member->queue, 0, TAG_SIGNAL, &number, sizeof(number), NULL, 0,
			   &member->meter.row[METER_CLAIM]);
}

static int member_init(struct member *member, struct job *job, struct error *err)
{
	const struct run *run = job->context;
	const size_t room = wire_room(&run->plan->layout);

	*member = (struct member){.job = job};
	pthread_mutex_init(&member->lock, NULL);
	condition_init(&member->work);
	member->queue = message_queue_new(sizeof(struct message) + room, err);
	if (!member->queue)
		return -1;
	member->parts = parts_new(member->queue, &member->meter, &run->plan->layout, err);
	member->mailbox = calloc(job->n_workers, sizeof(*member->mailbox));
	if (!member->parts || !member->mailbox)
		return -1;
	member->partials = run->plan->by_tile ? NULL : parts_ops(member->parts);
	for (unsigned i = 0; i < job->n_workers; i++) {
		struct mailbox *mailbox = &member->mailbox[i];

		mailbox->member = member;
		mailbox->channel.send = mailbox_send;
		mailbox->channel.receive = mailbox_receive;
		mailbox->channel.payload = aligned_alloc(16, room);
		pthread_cond_init(&mailbox->answered, NULL);
		if (!mailbox->channel.payload)
			return -1;
	}
	return 0;
}

static void member_release(struct member *member, bool stuck)
{
	pthread_mutex_lock(&member->lock);
	for (unsigned i = 0; i < member->n_started; i++) {
		member->mailbox[i].gone = true;
		pthread_cond_signal(&member->mailbox[i].answered);
	}
	pthread_mutex_unlock(&member->lock);
	for (unsigned i = 0; i < member->n_started; i++)
		pthread_join(member->mailbox[i].thread, NULL);
	for (unsigned i = 0; i < member->job->n_workers; i++)
		free(member->mailbox[i].channel.payload);
	free(member->mailbox);
	parts_free(member->parts);
	if (!stuck)
		message_queue_free(member->queue);
}

int mpi_run_member(struct job *job, unsigned rank, struct rank_outcome *out, struct error *err)
{
	struct member member;

	if (member_init(&member, job, err))
		MPI_Abort(MPI_COMM_WORLD, EX_TEMPFAIL); /* rank 0 waits for this rank's workers */
	start_workers(&member, rank * job->n_workers);
	while (!member.stopped && !(out->stuck = pace_is_stuck(&member.pace, PATIENCE_MEMBER_S))) {
		tell_signal(&member);
		bool posted = post_all(&member), taken = take_all(&member);

		wait_for_work(&member, pace_ns(&member.pace, posted || taken));
	}
	member_release(&member, out->stuck);
	out->meter = member.meter;
	return 0;
}
