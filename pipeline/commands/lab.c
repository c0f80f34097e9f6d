/*
 * imgpipe pi, sum and recur: each row of a lab is a normal run on a synthetic scene. This file does
 * not know what is computed.
 *
 * A row is computed in a child process, so that the peak of memory is the row's own. The child
 * returns through main(), as the whole program does. Under MPI there are no children; the ranks go
 * through the rows together.
 */
#include "lab/lab.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/text.h"
#include "commands.h"
#include "discover/scene_list.h"
#include "executor.h"
#include "lab_options.h"
#include "plan.h"
#include "log.h"
#include "report/report.h"
#include "report_lists.h"
#include "run/execute.h"
#include "teach/costs.h"
#include "workload.h"

enum { POLL_MS = 20 };

struct lab_work {
	const struct options *options;
	const struct session *session;
	const struct executor *executor;
	int argc;
	char **argv;
	struct lab_set set;
};

/* --- one line --- */

static int refuse_size(const struct lab *lab, const struct budget *budget, struct error *err)
{
	char limit[24], size[24];

	if (lab_shared_bytes(lab) <= budget->limit)
		return 0;
	return error_set(err, EX_TEMPFAIL,
			 "memory shared by all workers: %s, more than the limit of %s (%s)",
			 bytes_text(size, lab_shared_bytes(lab)), bytes_text(limit, budget->limit),
			 budget->source);
}

static int plan_line(struct plan *plan, const struct lab_work *work, const struct options *own,
		     struct lab *lab, struct scene_list **scene_list, struct error *err)
{
	const struct workload *workload = lab_workload(lab);
	struct scene sample = {0};
	struct machine machine;
	struct budget budget;
	int status;

	machine_probe(&machine);
	budget_init(&budget, own, &machine);
	status = refuse_size(lab, &budget, err);
	if (!status)
		status = lab_prepare(lab, err);
	if (!status)
		status = scene_list_made(scene_list, err);
	if (!status)
		status = workload->scene_open(&sample, *scene_list, 0, own, err);
	machine_probe(&machine); /* with what is shared */
	machine_share(&machine, work->session->n_ranks, work->session->ranks_here);
	session_level(work->session, &machine);
	if (!status)
		status = teach_check(&own->teach, work->executor->name, err);
	if (!status) {
		plan_begin(plan, own, &machine, work->executor, *scene_list, workload);
		plan->reports = lab_run_reports;
		plan->surveys_always = true; /* a scene that is made up needs no GDAL */
		status = plan_make(plan, own, workload, &sample, err);
	}
	scene_release(&sample);
	return session_agree(work->session, status, own, work->argc, work->argv, plan, err);
}

static int run_planned(const struct lab_work *work, const struct options *own,
		       const struct plan *plan, struct lab *lab,
		       const struct scene_list *scene_list, struct error *err)
{
	struct samples none = {0};
	struct run_setup setup = {.options = own,
				  .plan = plan,
				  .workload = lab_workload(lab),
				  .scene_list = scene_list,
				  .samples = &none,
				  .sink = &report_sink,
				  .executor = work->executor,
				  .session = work->session};
	struct costs costs;
	int status;

	costs_init(&costs, own, plan, setup.workload);
	setup.decorator = costs_decorator(&costs);
	status = execute(&setup, err);
	costs_release(&costs);
	return status;
}

static int run_line(const struct lab_work *work, struct lab *lab, struct error *err)
{
	struct scene_list *scene_list = NULL;
	const char *why = lab_needs_memory(lab);
	struct options own;
	struct plan plan = {0};
	int status;

	if (why && work->session->n_ranks > 1) {
		error_set(err, EX_UNAVAILABLE, "not between ranks of MPI: %s", why);
		return err->code;
	}
	lab_options(&own, work->options, lab);
	if (lab_want_line(&own, err) || plan_line(&plan, work, &own, lab, &scene_list, err))
		status = err->code ? err->code : EX_SOFTWARE;
	else
		status = run_planned(work, &own, &plan, lab, scene_list, err);
	scene_list_free(scene_list);
	lab_release(lab);
	return status;
}

/* The line's status is 0 only where its report has said so. */
static int live_line(const struct lab_work *work, unsigned i)
{
	struct lab_line *line = &work->set.line[i];
	struct lab lab = lab_of_line(&work->set, i);
	struct error error = {0};
	int status;

	lab.silent = work->options->verbosity < 0 || session_is_silent(work->session);
	lab.costs = work->set.n_lines == 1 || work->options->verbosity > 0;
	status = run_line(work, &lab, &error);
	if (status)
		line->status = status;
	if (error.code)
		line->error = error;
	return status;
}

/* --- children --- */

/*
 * Whoever stops the command stops the line; the child tells by its status what became of it. One
 * block may be a whole array: a child that does not come to its end is not waited for.
 */
static int wait_for(pid_t child)
{
	uint64_t told_ns = 0;
	int status = 0;
	pid_t got;

	while ((got = waitpid(child, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
		if (signals_caught() && !told_ns) {
			told_ns = clock_now();
			kill(child, SIGTERM);
		}
		if (told_ns && clock_now() - told_ns > SIGNAL_PATIENCE_MS * 1000000ull)
			kill(child, SIGKILL);
		poll(NULL, 0, POLL_MS);
	}
	return status;
}

/* A child that was killed has left no error. */
static void judge_end(struct lab_line *line, int status)
{
	if (WIFEXITED(status) && (WEXITSTATUS(status) || !line->status))
		return;
	line->status = EX_SOFTWARE;
	if (signals_caught())
		line->status = 128 + signals_caught();
	else if (WIFSIGNALED(status))
		error_set(&line->error, EX_SOFTWARE, "its process was killed by SIG%s%s",
			  sigabbrev_np(WTERMSIG(status)),
			  WTERMSIG(status) == SIGKILL ? ", often for want of memory" : "");
	else
		error_set(&line->error, EX_SOFTWARE, "its process ended without a result");
}

/* 0; 1 in the child, with *status to end with; -1 if there is no child. */
static int start_line(const struct lab_work *work, unsigned i, int *status, struct error *err)
{
	pid_t parent = getpid(), child;

	if (fflush(stdout))
		return error_errno(err, EX_IOERR, errno, "standard output");
	child = fork();
	if (child < 0)
		return error_errno(err, EX_OSERR, errno, "cannot start a process");
	if (child == 0) {
		*status = EX_OSERR;
		if (!prctl(PR_SET_PDEATHSIG, SIGKILL) && getppid() == parent)
			*status = live_line(work, i);
		return 1;
	}
	judge_end(&work->set.line[i], wait_for(child));
	return 0;
}

/* --- all lines --- */

static void tell(const struct lab_work *work, const struct lab_line *line)
{
	char name[48];

	if (line->status > 0 && line->status < 128 && line->error.code &&
	    !session_is_silent(work->session))
		log_line(LOG_LEVEL_ERROR, "lab-failed", NULL, "%s: %s", lab_line_name(name, line),
			 line->error.text);
}

/* Under MPI all ranks go on or none does. */
static bool goes_on(const struct session *session)
{
	int caught = signals_caught();

	if (session->cluster)
		session->cluster->share(&caught, sizeof(caught));
	if (caught)
		signals_note(caught);
	return !caught;
}

/* As with scenes: 0, 1 where some failed, their own status where all did. */
static int outcome(const struct lab_set *set, struct error *err)
{
	unsigned failed = 0;
	int status = 0, caught = signals_caught();

	if (caught) {
		error_set(err, 128 + caught, "interrupted by SIG%s; the lines above are complete",
			  sigabbrev_np(caught));
		return err->code;
	}
	for (unsigned i = 0; i < set->n_lines; i++)
		if (set->line[i].status) {
			status = set->line[i].status;
			failed++;
		}
	return failed && failed < set->n_lines ? 1 : status;
}

/* 1 in a child, with *status to end with. */
static int do_lines(struct lab_work *work, int *status, struct error *err)
{
	int side = 0;

	for (unsigned i = 0; i < work->set.n_lines && goes_on(work->session); i++) {
		if (work->session->cluster)
			(void)live_line(work, i);
		else if ((side = start_line(work, i, status, err)))
			return side;
		tell(work, &work->set.line[i]);
	}
	return 0;
}

static int run_lines(struct lab_work *work, struct error *err)
{
	bool speaks = !session_is_silent(work->session);
	struct lab_files *files = NULL;
	int status = 0, side;

	if (speaks && lab_files_open(&files, work->options, err))
		status = err->code;
	if (work->session->cluster)
		work->session->cluster->share(&status, sizeof(status));
	if (status)
		goto out;
	work->set.lab.timelines = lab_files_timelines(files);
	if (speaks)
		lab_print_head(&work->set, work->options);
	side = do_lines(work, &status, err);
	if (side > 0) {
		lab_files_forget(files);
		return status;
	}
	if (side == 0 && speaks)
		lab_print_foot(&work->set, work->options);
	if (side < 0 || (speaks && lab_files_write(files, &work->set, work->options, err)))
		status = err->code;
	else
		status = outcome(&work->set, err);
out:
	lab_files_free(files);
	return status;
}

/* Workers as the executor takes them, each number once. Without a list: from 1 to what it takes. */
static void take_workers(struct lab_request *list, const struct executor *executor,
			 unsigned *machine_workers)
{
	unsigned n = 0;

	if (!executor->workers)
		return;
	*machine_workers = executor->workers(*machine_workers, false);
	for (unsigned i = 0; i < list->n_workers; i++) {
		unsigned asked = list->workers[i] ? list->workers[i] : *machine_workers;
		unsigned taken = executor->workers(asked, true), at = 0;

		while (at < n && list->workers[at] != taken)
			at++;
		list->workers[at] = taken;
		n += at == n;
	}
	list->n_workers = n;
}

/* All lines of the command. */
static int run_lab(const struct call *call, enum lab_kind kind, struct error *err)
{
	struct lab_request request = *(const struct lab_request *)call->options->own;
	struct lab_work work = {.options = call->options,
				.session = call->session,
				.argc = call->argc,
				.argv = call->argv};
	struct machine machine;
	int status = -1;

	request.kind = kind;
	work.executor = executor_find(call->options->executor, call->session->cluster != NULL, err);
	if (!work.executor)
		return -1;
	machine_probe(&machine);
	machine_share(&machine, call->session->n_ranks, call->session->ranks_here);
	session_level(call->session, &machine);
	take_workers(&request, work.executor, &machine.workers);
	if (!lab_set_init(&work.set, &request, call->options, machine.workers,
			  call->session->n_ranks, err)) {
		signals_catch();
		status = run_lines(&work, err);
	}
	lab_set_release(&work.set);
	return err->code ? -1 : status;
}

/* --- the commands --- */

static int run_pi(const struct call *call, struct error *err)
{
	return run_lab(call, LAB_PI, err);
}

static int run_sum(const struct call *call, struct error *err)
{
	return run_lab(call, LAB_SUM, err);
}

static int run_recur(const struct call *call, struct error *err)
{
	return run_lab(call, LAB_RECUR, err);
}

/* What the three take; `own`: those of its own. */
#define LAB_GROUPS(own)                                                     \
	{                                                                   \
		{.title = "What to compute", .rows = (own)},                \
			{.title = "How to work", .rows = lab_working_rows}, \
			{.title = "What to write (FILE may be -)",          \
			 .reports = all_reports,                            \
			 .made_by = REPORT_BY_LAB},                         \
		{                                                           \
			.title = "What to say", .rows = lab_saying_rows     \
		}                                                           \
	}

const struct command command_pi = {
	.word = "pi",
	.arguments = "",
	.purpose = "compute pi from random numbers: workers alone, no files",
	.examples = "imgpipe pi                         all generators, 1, 2 ... workers\n"
		    "imgpipe pi -N 1e8 --generator own --workers 1,2,4\n"
		    "imgpipe pi -N 1e5                  too small: what overhead is\n"
		    "imgpipe pi -N 1e7 --chunk 1000 --workers 2 --generator vector\n"
		    "imgpipe pi --executor processes --generator vector --report pi.json -j 2\n",
	.groups = LAB_GROUPS(pi_rows),
	.own_bytes = sizeof(struct lab_request),
	.by_all_ranks = true,
	.run = run_pi,
};

const struct command command_sum = {
	.word = "sum",
	.arguments = "",
	.purpose = "compute a large sum, in chunks and as one array in memory",
	.examples = "imgpipe sum                                   chunks, array, floats\n"
		    "imgpipe sum -N 1e9 --how array --memory 1G    refused: exit status 75\n"
		    "imgpipe sum -N 1e9 --how chunks --memory 64M --workers 1,2\n"
		    "imgpipe sum -N 1e7 --how floats --chunk 1e5\n",
	.groups = LAB_GROUPS(sum_rows),
	.own_bytes = sizeof(struct lab_request),
	.by_all_ranks = true,
	.run = run_sum,
};

const struct command command_recur = {
	.word = "recur",
	.arguments = "",
	.purpose = "compute a recurrence: each step needs the step before",
	.examples = "imgpipe recur --workers 1,2,4\n"
		    "imgpipe recur -N 1e6 --steps 100 --over pixels\n"
		    "imgpipe recur --over time --workers 2     waits: see its stage table\n",
	.groups = LAB_GROUPS(recur_rows),
	.own_bytes = sizeof(struct lab_request),
	.by_all_ranks = true,
	.run = run_recur,
};
