/*
 * The processes executor: a pool of forked children. A child that dies fails the chunk it held and
 * is replaced; nothing it could have locked is shared. The parent hands out and reduces in one
 * thread; where files are made of scenes another one does that (assembler.h), and a replacement is
 * forked while that one rests.
 */
#include "exec.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assembler.h"
#include "budget.h"
#include "death.h"
#include "confine/confine.h"
#include "remote/coordinator.h"
#include "remote/link.h"
#include "meters/monitor.h"
#include "remote/remote.h"
#include "run/progress.h"
#include "run/run.h"
#include "base/signals.h"
#include "base/memory.h"
#include "base/reap.h"

enum {
	SAMPLE_NS =
		100000000, /* how often memory is looked at: the kernel walks all pages for it */
	POLL_MS = 100,     /* and whether a signal has come */
	MONITOR_MS = 20,   /* with --monitor, which looks from here */
	LEAVE_MS = 5000    /* a worker that has said goodbye ends within that */
};

struct child {
	pid_t pid; /* 0: none */
	struct link link;
	bool said_bye;
	bool expelled;      /* it sent an invalid message, or takes no answers */
	bool late;          /* it is killed because its scene is over its time */
	bool held;          /* it was killed and is lost, but the kernel does not let it go */
	bool replaced;      /* another one is to take its place, when it has gone */
	bool missing;       /* it has gone, and another one is to take its place */
	uint64_t killed_ns; /* when it was; nothing that it says is heard any more; 0: it is not */
	uint64_t bye_ns;
};

struct crew {
	struct job *job;
	struct coordinator *coordinator;
	struct assembler *assembler;            /* NULL: no files are made */
	unsigned n, n_alive, n_missing, n_held; /* held ones are not alive */
	struct child *child;
	struct pollfd *polls;
	void *room; /* for the payload of one message */
	size_t room_bytes;
	atomic_bool *stop; /* in memory that all see: no more blocks */
	uint64_t sampled_ns;
	unsigned stopped; /* workers that were told that nothing is left to do */
	uint64_t told_ns; /* when *stop was set */
};

static bool processes_available(void)
{
	return true;
}

/* --- memory --- */

/*
 * Pages that several processes share are counted once: the sum of proportional set sizes (PSS), of
 * the parent and its children.
 */
static void sample_memory(struct crew *crew)
{
	uint64_t bytes = memory_pss(0);

	for (unsigned i = 0; i < crew->n; i++)
		if (crew->child[i].pid)
			bytes += memory_pss(crew->child[i].pid);
	run_sample_memory(crew->job->context, bytes);
	crew->sampled_ns = clock_now();
}

/* --- birth and death --- */

/* To its channel and the spools, within what the plan gives it. */
static int confine(const struct run *run, const struct link *link, struct fence *fence,
		   struct error *err)
{
	const struct plan *plan = run->plan;
	const struct fence_plan most = {.fixed = plan->per_worker_fixed,
					.gdal = plan->gdal,
					.pool = plan->pool,
					.heavy = plan->heavy};
	const int *spool = NULL;
	const unsigned n_spools = run->spools ? spools_descriptors(run->spools, &spool) : 0;
	int *keep, status;

	if (!plan->confinement.wanted)
		return 0;
	keep = malloc((3 + n_spools) * sizeof(*keep));
	if (!keep)
		return error_memory(err, "a worker's files", (3 + n_spools) * sizeof(*keep));
	fence_raise(fence, &most);
	memcpy(keep, (const int[]){link->down[0], link->up[1], fence->statm}, 3 * sizeof(*keep));
	if (n_spools)
		memcpy(keep + 3, spool, n_spools * sizeof(*keep));
	status = confine_self(&plan->confinement, keep, 3 + n_spools, n_spools > 0,
			      run->options->verbosity > 0, err);
	free(keep);
	return status;
}

/* Nothing of the parent's is touched but the channel; not even its open files are flushed. */
static void child_main(struct crew *crew, unsigned number, pid_t parent)
{
	struct link *link = &crew->child[number].link;
	struct fence fence = {0};
	struct error error = {0};

	/* Without a parent there is nothing to work for. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(EX_OSERR);
	signals_release();
	for (unsigned i = 0; i < crew->n; i++)
		if (i != number)
			link_close(&crew->child[i].link);
	link_keep_child(link);
	link->channel.stop = crew->stop;
	if (confine(crew->job->context, link, &fence, &error))
		remote_refuse(number, &link->channel, &error);
	else
		remote_live(crew->job, number, &link->channel, NULL, &fence);
	_exit(EX_OK);
}

static int start_child(struct crew *crew, unsigned number, struct error *err)
{
	const struct run *run = crew->job->context;
	struct child *child = &crew->child[number];
	pid_t parent = getpid();

	*child = (struct child){.link = {.down = {-1, -1}, .up = {-1, -1}}};
	if (link_open(&child->link, run->options->transport == TRANSPORT_SHM, crew->room_bytes,
		      err))
		return -1;
	child->pid = fork();
	if (child->pid == 0)
		child_main(crew, number, parent);
	if (child->pid < 0) {
		error_errno(err, EX_OSERR, errno, "cannot start a worker process");
		child->pid = 0;
		link_close(&child->link);
		return -1;
	}
	link_keep_parent(&child->link);
	coordinator_peer_taken(crew->coordinator, number);
	crew->n_alive++;
	return 0;
}

/*
 * A group of processes gets such a signal together (a terminal that goes, systemd, kill -pgid), and
 * a worker may be gone before this process has its own: then it is the run that ends, not a worker
 * that has died.
 */
static void wait_for_own(int status)
{
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGHUP) &&
	    !signals_caught())
		(void)poll(NULL, 0, SIGNAL_TOGETHER_MS); /* a signal ends it */
}

/* Again and again does not harm. */
static void kill_child(struct child *child)
{
	if (!child->killed_ns)
		child->killed_ns = clock_now();
	(void)kill(child->pid, SIGKILL);
}

/* Nothing of it is left: its memory is free, and another one may take its place. */
static void gone(struct crew *crew, unsigned number)
{
	struct child *child = &crew->child[number];

	crew->n_held -= child->held;
	child->held = false;
	child->pid = 0;
	coordinator_gone(crew->coordinator, number);
	if (!child->replaced || atomic_load(&((struct run *)crew->job->context)->stopping))
		return;
	child->missing = true;
	crew->n_missing++;
}

/* The run goes on without it. */
static void tell_loss(struct crew *crew, unsigned number, enum death death, int status)
{
	struct child *child = &crew->child[number];
	char how[DEATH_BYTES];

	if (death == DEATH_ENDED)
		wait_for_own(status);
	run_poll_signals(crew->job->context);
	child->replaced =
		coordinator_lost(crew->coordinator, number,
				 death_text(how, (int)child->pid, death, status), child->late);
}

/*
 * The child's pipe has closed, or it was killed and that has not closed. What the kernel holds is
 * not waited for.
 */
static void bury(struct crew *crew, unsigned number, unsigned patience_ms)
{
	struct child *child = &crew->child[number];
	int status;
	bool ended = reap(child->pid, &status, patience_ms);

	link_close(&child->link);
	crew->n_alive--;
	if (!ended) {
		kill_child(child);
		child->held = true;
		crew->n_held++;
	}
	if (!child->said_bye)
		tell_loss(crew, number,
			  child->expelled ? DEATH_EXPELLED
			  : ended         ? DEATH_ENDED
					  : DEATH_HELD,
			  status);
	if (ended)
		gone(crew, number);
}

/* Workers that were let go of after all, those that do not go, and those that are to. */
static void look_after(struct crew *crew)
{
	const uint64_t now = clock_now();
	int status;

	for (unsigned i = 0; i < crew->n; i++) {
		struct child *child = &crew->child[i];

		if (!child->pid)
			continue;
		if (child->held) {
			if (reap(child->pid, &status, 0))
				gone(crew, i);
			continue;
		}
		child->late |= !child->killed_ns && coordinator_late(crew->coordinator, i);
		if (child->late ||
		    (child->said_bye && now - child->bye_ns > LEAVE_MS * UINT64_C(1000000)))
			kill_child(child);
		if (child->killed_ns && now > child->killed_ns + REAP_MS * UINT64_C(1000000))
			bury(crew, i, 0);
	}
}

/* What waits for the memory of one that the kernel holds would wait for ever. */
static void give_up_waiting(struct crew *crew)
{
	if (crew->n_held && !crew->n_missing && !assembler_look(crew->assembler) &&
	    coordinator_waits(crew->coordinator))
		coordinator_give_up_oldest(crew->coordinator);
}

/* In place of those that have died, as soon as it may be; where it cannot be the others do it. */
static void replace_missing(struct crew *crew)
{
	struct run *run = crew->job->context;
	struct error ignored;

	if (!crew->n_missing || !assembler_pause(crew->assembler))
		return;
	for (unsigned i = 0; i < crew->n; i++) {
		if (crew->child[i].missing && !atomic_load(&run->stopping))
			(void)start_child(crew, i, &ignored);
		crew->child[i].missing = false;
	}
	crew->n_missing = 0;
	assembler_go_on(crew->assembler);
}

/* --- messages --- */

static void answer(struct crew *crew, unsigned number, const struct message *message)
{
	struct child *child = &crew->child[number];

	/* Once, before the first one gives its memory back: with 64 workers a look takes 6 ms. */
	if (message->kind == MESSAGE_STOP && !crew->stopped++)
		sample_memory(crew);
	/* Gone, or one that takes no answers: the end of its pipe tells. */
	if (link_answer(&child->link, message) && !child->said_bye && child->pid) {
		child->expelled = errno == EAGAIN;
		kill_child(child);
	}
}

static void take_message(struct crew *crew, unsigned number)
{
	struct child *child = &crew->child[number];
	struct message message, reply;
	const void *payload;

	if (child->killed_ns) {
		bury(crew, number, REAP_MS);
		return;
	}
	if (link_take(&child->link, &message, crew->room, &payload)) {
		child->expelled = errno != EPIPE;
		kill_child(child);
		bury(crew, number, REAP_MS);
		return;
	}
	if (!coordinator_expects(crew->coordinator, number, &message)) {
		child->expelled = true;
		kill_child(child);
		bury(crew, number, REAP_MS);
		return;
	}
	child->said_bye = message.kind == MESSAGE_BYE;
	child->bye_ns = child->said_bye ? clock_now() : 0;
	if (coordinator_take(crew->coordinator, number, &message, crew->room, &reply))
		answer(crew, number, &reply);
}

/* Workers are told that the run ends; who does not come to the end of a block is not waited for. */
static void heed_signal(struct crew *crew)
{
	uint64_t now = clock_now();

	if (!signals_caught())
		return;
	if (!crew->told_ns) {
		crew->told_ns = now;
		atomic_store(crew->stop, true);
		run_poll_signals(crew->job->context);
	}
	if (now - crew->told_ns < SIGNAL_PATIENCE_MS * 1000000ull)
		return;
	for (unsigned i = 0; i < crew->n; i++)
		if (crew->child[i].pid && !crew->child[i].said_bye)
			kill_child(&crew->child[i]);
}

static void attend(struct crew *crew)
{
	struct monitor *monitor = ((struct run *)crew->job->context)->monitor;
	struct message reply;
	unsigned number;

	for (unsigned i = 0; i < crew->n; i++)
		crew->polls[i] = (struct pollfd){
			.fd = link_fd(&crew->child[i].link), /* -1: there is none */
			.events = POLLIN,
		};
	crew->polls[crew->n] =
		(struct pollfd){.fd = assembler_bell(crew->assembler), .events = POLLIN};
	if (poll(crew->polls, crew->n + 1, monitor ? MONITOR_MS : POLL_MS) > 0)
		for (unsigned i = 0; i < crew->n; i++)
			if (crew->polls[i].revents)
				take_message(crew, i);
	assembler_heard(crew->assembler);
	replace_missing(crew);
	while (coordinator_next(crew->coordinator, &number, &reply))
		answer(crew, number, &reply);
	give_up_waiting(crew);
	heed_signal(crew);
	look_after(crew);
	run_tell_progress(crew->job->context);
	monitor_tick(monitor);
	if (clock_now() - crew->sampled_ns > SAMPLE_NS)
		sample_memory(crew);
}

static int crew_init(struct crew *crew, struct job *job, struct error *err)
{
	struct coordinator_peers peers = {.n_peers = job->n_workers,
					  .workers_per_pool = job->n_workers};

	*crew = (struct crew){.job = job, .n = job->n_workers};
	crew->child = calloc(crew->n, sizeof(*crew->child));
	crew->polls = calloc(crew->n + 1, sizeof(*crew->polls));
	crew->room_bytes = wire_room(&((struct run *)job->context)->plan->layout);
	crew->room = aligned_alloc(16, crew->room_bytes);
	crew->stop = mmap(NULL, sizeof(*crew->stop), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (crew->stop == MAP_FAILED)
		crew->stop = NULL;
	if (!crew->child || !crew->polls || !crew->room || !crew->stop)
		return error_memory(err, "the process pool", crew->n * sizeof(*crew->child));
	for (unsigned i = 0; i < crew->n; i++)
		crew->child[i].link = (struct link){.down = {-1, -1}, .up = {-1, -1}};
	crew->coordinator = coordinator_new(job, peers, err);
	return crew->coordinator ? 0 : -1;
}

static void crew_release(struct crew *crew)
{
	coordinator_free(crew->coordinator);
	free(crew->child);
	free(crew->polls);
	free(crew->room);
	if (crew->stop)
		(void)munmap(crew->stop, sizeof(*crew->stop));
}

/* Not one process to be had: this one works, and parses what it reads, unless it must not. */
static int work_here(struct job *job, struct error *err)
{
	struct run *run = job->context;

	if (run->options->confine == CONFINE_MUST)
		return error_set(err, EX_OSERR,
				 "--confine must: no worker process can be started here");
	run->totals.unconfined = "no worker process could be started: the work was done here";
	return job->body(job, 0, err);
}

static int processes_run(struct job *job, struct error *err)
{
	struct crew crew;
	unsigned started = 0;
	int status = crew_init(&crew, job, err);
	struct error ignored; /* fewer processes: those do the work */

	for (unsigned i = 0; status == 0 && i < crew.n; i++)
		started += start_child(&crew, i, &ignored) == 0;
	if (status == 0 && !started) {
		crew_release(&crew);
		return work_here(job, err);
	}
	if (status == 0)
		status = assembler_start(&crew.assembler, job->context, err);
	if (status)
		atomic_store(&((struct run *)job->context)->stopping, true);
	while (crew.n_alive || crew.n_missing || assembler_look(crew.assembler)) {
		attend(&crew);
		(void)assembler_look(crew.assembler);
	}
	assembler_stop(crew.assembler);
	if (status == 0)
		status = coordinator_failed(crew.coordinator, err);
	run_poll_signals(job->context);
	if (status == 0)
		coordinator_give_up(crew.coordinator);
	crew_release(&crew);
	return status;
}

const struct executor executor_processes = {
	.name = "processes",
	.help = "forked processes; one that crashes fails only its chunk",
	.own_memory = true,
	.confines = true,
	.available = processes_available,
	.run = processes_run,
};
