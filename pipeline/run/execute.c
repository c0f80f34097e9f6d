/*
 * A whole run: sets up what the workers share (run_init.c), lets the executor run them, merges what
 * they metered, and commits the reports.
 */
#include "execute.h"

#include <sys/resource.h>
#include <time.h>

#include "base/memory.h"
#include "base/signals.h"
#include "forsake.h"
#include "log.h"
#include "meters/console.h"
#include "meters/monitor.h"
#include "meters/sampler.h"
#include "progress.h"
#include "run.h"
#include "run_init.h"
#include "trace.h"
#include "will.h"

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

	if (all_ready(setup->session, run_init(run, setup, err), err))
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
