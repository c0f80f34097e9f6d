/*
 * A whole run: sets up what the workers share, lets the executor run them, merges what they
 * metered, and commits the reports.
 */
#include "execute.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "forsake.h"
#include "meters/console.h"
#include "meters/monitor.h"
#include "progress.h"
#include "run.h"
#include "meters/sampler.h"
#include "base/signals.h"
#include "log.h"
#include "trace.h"
#include "will.h"
#include "base/memory.h"

enum { NAMING_PATIENCE_S = 2 };

/* Of this process and of children that have ended and were waited for. */
static uint64_t process_cpu_ns(void)
{
	static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
	struct rusage usage;
	uint64_t ns = 0;

	for (int i = 0; i < 2; i++) {
		if (getrusage(whose[i], &usage))
			return 0;
		ns += ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) *
			      1000000000u +
		      ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000u;
	}
	return ns;
}

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

static int run_init(struct run *run, const struct run_setup *setup, uint64_t token,
		    struct error *err)
{
	const struct plan *plan = setup->plan;
	const bool leads = setup->session->rank == 0;
	unsigned n_pools = plan->ranks ? plan->ranks : 1;
	bool complete;

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
		.n_pools = n_pools,
	};
	run->totals.n_scenes = run->n_scenes;
	/* Of others' scenes, or of earlier runs'. */
	run->totals.of_share = run->options->shard.n > 1 || plan->n_all_scenes > plan->n_scenes;
	run->totals.predicted = plan->predicted;
	run->pools = calloc(n_pools, sizeof(*run->pools));
	run->ranks = calloc(n_pools, sizeof(*run->ranks));
	if (posix_memalign((void **)&run->meters, _Alignof(struct worker_meter),
			   plan->workers * sizeof(*run->meters)))
		run->meters = NULL;
	/* A worker process that is replaced has two lives. */
	run->merged = calloc((size_t)plan->workers * n_pools, sizeof(*run->merged));
	complete = run->pools && run->ranks && run->meters && run->merged;
	if (!complete)
		return error_memory(err, "the workers", plan->workers * sizeof(*run->meters));
	if (slots_make(run, err))
		return -1;
	for (unsigned i = 0; i < plan->workers; i++)
		run->meters[i] = (struct worker_meter){0};
	pthread_mutex_init(&run->lock, NULL);
	pthread_rwlock_init(&run->naming, NULL);
	pthread_cond_init(&run->changed, NULL);
	if (plan->trace_events && leads &&
	    trace_log_new(&run->trace, plan->workers, plan->trace_events, err))
		return -1;
	trace_survey(run);
	for (unsigned i = 0; i < plan->workers; i++)
		run->meters[i].meter.trace = trace_of(run->trace, i);
	if (open_spools(run, setup->session, token, err))
		return -1;
	if (!leads)
		return 0;       /* people hear from rank 0 */
	if (!run->options->lab) /* whose command tells what became of it */
		run->console = console_new(run->options, plan->file_bytes);
	if (run->workload->tells_failures)
		console_leave_failures(run->console);
	if (console_shows_views(run->console))
		run->shown = show_workers(plan_all_workers(plan));
	return run->sink->open(run->sink, &run->reports, plan, run->options, err);
}

/*
 * Under MPI the others would wait for a rank that cannot begin (reports that cannot be created, no
 * memory): so all tell, and none begins.
 */
static int all_ready(const struct session *session, int status, struct error *err)
{
	uint64_t fine = status == 0;

	if (!session->cluster)
		return status;
	session->cluster->least(&fine, 1);
	if (!status && !fine)
		return error_set(err, EX_TEMPFAIL, "another rank could not begin");
	return status;
}

static void run_release(struct run *run)
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

/*
 * From its own end to the last one's a worker had nothing to do. Workers that shared the run's
 * memory come first; those of other processes have been merged when they said goodbye.
 */
static void merge_meters(struct run *run)
{
	struct run_totals *totals = &run->totals;
	uint64_t last = 0;

	for (unsigned i = 0; i < run->job.n_workers; i++)
		if (run->meters[i].meter.end_ns)
			run_merge_meter(run, &run->meters[i].meter);
	if (run->trace)
		trace_log_mend(run->trace);
	for (unsigned i = 0; i < run->n_merged; i++)
		last = run->merged[i].end_ns > last ? run->merged[i].end_ns : last;
	for (unsigned i = 0; i < run->n_merged; i++) {
		uint64_t idle = last - run->merged[i].end_ns;

		run->merged[i].row[METER_CLAIM].wait_ns[WAIT_IDLE] += idle;
		if (run->trace && run->merged[i].worker < run->trace->n_workers)
			trace_lap(trace_of(run->trace, run->merged[i].worker), &run->merged[i],
				  TRACE_WAIT + WAIT_IDLE, last - idle, last);
		totals->meter.row[METER_CLAIM].wait_ns[WAIT_IDLE] += idle;
		run->merged[i].end_ns = last;
	}
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		totals->meter.row[stage].planned_peak =
			run->n_merged * totals->predicted.stage_peak[stage];
	totals->n_workers = run->n_merged;
	totals->worker = run->merged;
	if (run->trace) {
		run->trace->end_ns = clock_now();
		run->trace->n_elsewhere = run->n_merged > run->trace->n_workers
						  ? run->n_merged - run->trace->n_workers
						  : 0;
	}
	totals->trace = run->trace;
}

static void fill_totals(struct run *run, const struct executor *executor, uint64_t begin_ns,
			uint64_t begin_cpu)
{
	struct run_totals *totals = &run->totals;

	totals->executor = executor->name;
	if (!totals->transport) /* MPI has named its own */
		totals->transport = !executor->own_memory                       ? "memory"
				    : run->options->transport == TRANSPORT_PIPE ? "pipe"
										: "shm";
	totals->interrupted_by = signals_name();
	totals->wall_ns = clock_now() - begin_ns;
	totals->cpu_ns += process_cpu_ns() - begin_cpu;
	totals->reserved_peak = plan_fixed(run->plan) + run->pools[0].reserved_peak +
				totals->meter.costs.backlog_peak;
	if (heavy_is_loaded(run->workload->heavy)) { /* what was set aside for it has been used */
		totals->reserved_peak += run->plan->gdal;
		totals->predicted.peak += totals->predicted.gdal ? 0 : run->plan->gdal;
	}
	totals->resident_peak = totals->pss_peak ? totals->pss_peak : memory_resident_peak();
	for (unsigned i = 0; i < totals->n_ranks; i++)
		if (totals->rank[i].resident_peak > totals->resident_peak)
			totals->resident_peak = totals->rank[i].resident_peak;
	totals->cgroup_peak = memory_cgroup_peak();
	if (run->spools)
		totals->spool_bytes_peak = spools_peak(run->spools);
}

static int exit_status(const struct run_totals *totals)
{
	if (signals_caught())
		return 128 + signals_caught();
	return run_totals_status(totals);
}

/* What has begun, and has an end. */
struct course {
	struct run run;
	const struct executor *executor;
	const struct session *session;
	void (*depart)(const struct options *options, int exit_status);
	struct sampler *sampler;
	uint64_t begin_ns, begin_cpu;
	unsigned looks; /* of run_hangs() */
};

/* The workers are gone, or left to themselves: rows of what they have not done. */
static int settle(struct course *course, struct error *err)
{
	struct run *run = &course->run;
	struct meter last_meter = {0};

	monitor_stop(run->monitor);
	run->monitor = NULL;
	sampler_stop(course->sampler);
	meter_start(&last_meter);
	last_meter.trace = run->trace ? trace_of(run->trace, run->trace->n_workers) : NULL;
	trace_revive(last_meter.trace);
	slots_abandon(run, &last_meter);
	meter_settle(&last_meter);
	trace_settle(last_meter.trace, &last_meter);
	meter_merge(&run->totals.meter, &last_meter);
	if (!run->error.code)
		return 0;
	*err = run->error;
	return -1;
}

/* Scenes were opened before the run began, for the plan: their time is the run's as well. */
static void add_survey(struct run_totals *totals, const struct samples *samples)
{
	samples_book(&totals->meter, samples);
	totals->survey_busy_ns = samples->opened.busy_ns;
	totals->cpu_ns += samples->opened.cpu_ns;
}

/* Of a full disk the run's error tells. */
static void tell_early_end(const struct run *run)
{
	char text[RUN_END_BYTES];

	if (run->totals.end != RUN_ENDED_BY_FULL && run_end_text(text, &run->totals) &&
	    !report_is_read_here(&run->options->reports))
		log_line(LOG_LEVEL_WARNING, "ended-early", NULL, "%s", text);
}

static int report(struct course *course, struct error *err)
{
	struct run *run = &course->run;

	if (course->session->rank != 0)
		return 0;
	merge_meters(run);
	fill_totals(run, course->executor, course->begin_ns, course->begin_cpu);
	add_survey(&run->totals, run->samples);
	run_totals_note(&run->totals, 0);
	console_free(run->console);
	run->console = NULL;
	tell_early_end(run);
	if (run->sink->commit(run->reports, &run->totals, err))
		return -1;
	return signals_caught() ? 0 : run_totals_check(&run->totals, err);
}

/*
 * Files that are getting their names have them, and their scene is done; no others will. A disk
 * that keeps even that is not waited for.
 */
static void end_naming(struct run *run)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += NAMING_PATIENCE_S;
	(void)pthread_rwlock_timedwrlock(&run->naming, &until);
}

/* From the will's thread, while workers are at work: what cannot be done by them. */
static bool look_after(void *context)
{
	struct course *course = context;

	run_tell_progress(&course->run);
	run_forsake_late(&course->run);
	return run_hangs(&course->run, &course->looks);
}

static void tell_deserted(const struct run *run)
{
	if (signals_caught())
		log_line(LOG_LEVEL_WARNING, "interrupted", NULL,
			 "interrupted by signal %d, in the middle of a block; what was done is "
			 "reported",
			 signals_caught());
	else
		log_line(LOG_LEVEL_WARNING, "workers-hang", NULL,
			 "%u of the workers did not come back from scenes that were over their "
			 "--timeout; the program ends without them",
			 run->n_stuck);
}

/* Some worker does not come to the end of its block (will.h). */
static int conclude_without_workers(void *context)
{
	struct course *course = context;
	struct error error = {0};
	int status;

	end_naming(&course->run);
	atomic_store(&course->run.deserted, true);
	atomic_store(&course->run.stopping, true);
	if (settle(course, &error) || report(course, &error))
		log_error("run-failed", &error);
	else if (!course->run.options->lab)
		tell_deserted(&course->run);
	if (error.code && !signals_caught())
		status = error.code;
	else
		status = exit_status(&course->run.totals);
	if (course->depart)
		course->depart(course->run.options, status);
	log_end(status);
	return status;
}

/* Only threads can be left to themselves: processes are killed, and ranks have an agreement. */
static struct will *make_will(struct course *course)
{
	return course->executor->own_memory || course->session->cluster
		       ? NULL
		       : will_make(look_after, conclude_without_workers, course);
}

static uint64_t reserved_now(void *context)
{
	return run_reserved(context);
}

/* Of worker processes: as last looked at by their executor; the sum of all shares. */
static uint64_t resident_now(void *context)
{
	const struct run *run = context;

	return run->plan->own_memory ? run->pss : memory_resident();
}

/* From threads, unless the executor forks: then it looks for itself, and so may the monitor. */
static void start_looking(struct course *course)
{
	struct run *run = &course->run;
	const bool threaded = !course->executor->own_memory;
	const struct monitor_source source = {
		.console = run->console,
		.shown = run->shown,
		.n_workers = plan_all_workers(run->plan),
		.stage_names = run->plan->stage_names,
		.budget = run->plan->budget.limit,
		.context = run,
		.reserved = reserved_now,
		.resident = resident_now,
	};

	course->sampler = threaded ? sampler_start(run->trace, reserved_now, run) : NULL;
	run->monitor = monitor_start(&source, threaded);
}

int execute(const struct run_setup *setup, struct error *err)
{
	struct course course = {.executor = setup->executor,
				.session = setup->session,
				.depart = setup->depart,
				.begin_ns = setup->samples->begin_ns ? setup->samples->begin_ns
								     : clock_now(),
				.begin_cpu = process_cpu_ns()};
	struct run *run = &course.run;
	struct will *will;
	int status = -1, failed;

	if (all_ready(setup->session, run_init(run, setup, agree_on_token(setup), err), err))
		goto out;
	start_looking(&course);
	will = make_will(&course);
	failed = course.executor->run(&run->job, err);
	will_revoke(will);
	if (failed)
		run->stopping = true;
	status = settle(&course, err) || failed || report(&course, err) ? -1 : 0;
out:
	run_release(run);
	return status ? err->code : exit_status(&run->totals);
}
