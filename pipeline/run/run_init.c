/*
 * What the workers of a run share: made before the first of them begins, released when none is
 * left.
 */
#include "run_init.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "execute.h"
#include "meters/console.h"
#include "trace.h"
#include "run.h"

/* A byte a worker, which its processes share. NULL: nothing is shown. */
static uint8_t *show_workers(unsigned n)
{
	void *bytes = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (bytes == MAP_FAILED)
		return NULL;
	memset(bytes, ACTIVITY_NONE, n);
	return bytes;
}

static void count_living(struct run *run, int more)
{
	pthread_mutex_lock(&run->lock);
	run->n_living += (unsigned)more;
	if (more < 0) /* it takes no chunk any more, should somebody wait for that */
		pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

/* A worker that shares the run's memory. */
static int shared_body(struct job *job, unsigned number, struct error *err)
{
	struct run *run = job->context;
	struct worker worker;
	int status;

	count_living(run, 1);
	run_worker(&worker, run, number);
	worker.run = run;
	worker.ops = &run_ops;
	worker.pool = &run->pools[0];
	worker.meter = &run->meters[number].meter;
	status = worker_live(&worker, err);
	count_living(run, -1);
	return status;
}

/* The same number in all ranks, and in no other run: the names of their spools. */
static uint64_t agree_on_token(const struct run_setup *setup)
{
	uint64_t token = 0;

	if (!setup->workload->outputs || setup->session->n_ranks < 2)
		return 0;
	if (getrandom(&token, sizeof(token), 0) != sizeof(token))
		token = clock_now() ^ (uint64_t)getpid();
	setup->session->cluster->least(&token, 1);
	return token;
}

/* What the plan does not need of the memory is left for spools that are in it. */
static void limit_spools(struct run *run)
{
	const uint64_t limit = run->plan->budget.limit, peak = run->plan->predicted.peak;

	if (!spools_in_memory(run->spools))
		return;
	run->totals.spool_in_memory = true;
	spools_limit(run->spools, limit > peak ? limit - peak : 0);
}

static int open_spools(struct run *run, const struct session *session, uint64_t token,
		       struct error *err)
{
	const struct output_maker *outputs = run->workload->outputs;
	struct spools_place place = {.n = run->n_slots,
				     .rank = session->rank,
				     .n_ranks = session->n_ranks,
				     .token = token};

	if (!outputs)
		return 0;
	place.folder = outputs->spool_folder(run->options);
	if (spools_open(&run->spools, &place, err))
		return -1;
	limit_spools(run);
	return 0;
}

/* Memory and locks. */
static int make_records(struct run *run, struct error *err)
{
	const unsigned n_workers = run->plan->workers;
	bool complete;

	run->pools = calloc(run->n_pools, sizeof(*run->pools));
	run->ranks = calloc(run->n_pools, sizeof(*run->ranks));
	if (posix_memalign((void **)&run->meters, _Alignof(struct worker_meter),
			   n_workers * sizeof(*run->meters)))
		run->meters = NULL;
	/* One each, of all ranks: a worker process that died has sent none, its successor does. */
	run->merged = calloc((size_t)n_workers * run->n_pools, sizeof(*run->merged));
	complete = run->pools && run->ranks && run->meters && run->merged;
	if (!complete)
		return error_memory(err, "the workers", n_workers * sizeof(*run->meters));
	if (slots_make(run, err))
		return -1;
	for (unsigned i = 0; i < n_workers; i++)
		run->meters[i] = (struct worker_meter){0};
	pthread_mutex_init(&run->lock, NULL);
	pthread_rwlock_init(&run->naming, NULL);
	pthread_cond_init(&run->changed, NULL);
	return 0;
}

/* The trace begins with the scenes that were opened before, as one event of who hands out. */
static void trace_survey(struct run *run)
{
	const struct samples *samples = run->samples;
	const struct meter nothing = {0};

	if (!run->trace || !samples->begin_ns)
		return;
	run->trace->begin_ns = samples->begin_ns;
	trace_lap(trace_of(run->trace, run->trace->n_workers), &nothing, METER_DISCOVER,
		  samples->begin_ns, samples->begin_ns + samples->opened.busy_ns);
}

static int make_trace(struct run *run, bool leads, struct error *err)
{
	const struct plan *plan = run->plan;

	if (plan->trace_events && leads &&
	    trace_log_new(&run->trace, plan->workers, plan->trace_events, err))
		return -1;
	trace_survey(run);
	for (unsigned i = 0; i < plan->workers; i++)
		run->meters[i].meter.trace = trace_of(run->trace, i);
	return 0;
}

/* What people see and get. */
static int open_sink(struct run *run, struct error *err)
{
	const struct plan *plan = run->plan;

	if (!run->options->lab) /* whose command tells what became of it */
		run->console = console_new(run->options, plan->file_bytes);
	if (run->workload->tells_failures)
		console_leave_failures(run->console);
	if (console_shows_views(run->console))
		run->shown = show_workers(plan_all_workers(plan));
	return run->sink->open(run->sink, &run->reports, plan, run->options, err);
}

int run_init(struct run *run, const struct run_setup *setup, struct error *err)
{
	const struct plan *plan = setup->plan;
	const uint64_t token = agree_on_token(setup); /* all ranks take part: before any fails */
	const bool leads = setup->session->rank == 0;

	*run = (struct run){
		.job = {.context = run,
			.n_workers = plan->workers,
			.cluster = setup->session->cluster,
			.body = shared_body},
		.options = setup->options,
		.plan = plan,
		.workload = setup->workload,
		.scene_list = setup->scene_list,
		.samples = setup->samples,
		.sink = setup->sink,
		.decorator = setup->decorator,
		.begin_ns = clock_now(),
		.n_scenes = plan->n_scenes,
		.n_slots = plan_slots(plan),
		.n_pools = plan->ranks ? plan->ranks : 1,
	};
	run->totals.n_scenes = run->n_scenes;
	/* Of others' scenes, or of earlier runs'. */
	run->totals.of_share = run->options->shard.n > 1 || plan->n_all_scenes > plan->n_scenes;
	run->totals.predicted = plan->predicted;
	if (make_records(run, err) || make_trace(run, leads, err) ||
	    open_spools(run, setup->session, token, err))
		return -1;
	return leads ? open_sink(run, err) : 0; /* people hear from rank 0 */
}

void run_release(struct run *run)
{
	run->sink->free(run->reports);
	spools_close(run->spools);
	console_free(run->console);
	slots_free(run);
	free(run->pools);
	free(run->ranks);
	free(run->meters);
	free(run->merged);
	trace_log_free(run->trace);
	if (run->shown)
		munmap(run->shown, plan_all_workers(run->plan));
}
