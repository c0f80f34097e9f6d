/*
 * imgpipe: joins the imagery side (a workload) to the machinery, says what went wrong, and sets the
 * exit status. The only file that prints errors or exits (a forked worker aside).
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "confine/confine.h"
#include "descriptors.h"
#include "run/execute.h"
#include "commands/inputs_apart.h"
#include "commands/lab_command.h"
#include "commands/report_lists.h"
#include "merge.h"
#include "options.h"
#include "plan.h"
#include "output_stream.h"
#include "plan/limit.h"
#include "printable.h"
#include "report.h"
#include "mpi/session.h"
#include "base/signals.h"
#include "survey/survey_scenes.h"
#include "sweep.h"
#include "teach/costs.h"
#include "workload.h"
#include "base/memory.h"

/*
 * Make malloc give memory back: large blocks mapped one by one, and few arenas, whose free lists
 * are the known cause of growth with many threads.
 */
static void tame_malloc(void)
{
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

/* After a signal that is the end that is told, though it has cut a report short. */
static int fail(const struct error *error)
{
	if (!session_is_silent())
		printable_line(stderr, "imgpipe: %s", error->text);
	if (signals_caught())
		return 128 + signals_caught();
	return error->code ? error->code : EX_SOFTWARE;
}

static int info(const struct options *options, const struct workload *workload,
		const struct catalog *catalog)
{
	uint32_t n = catalog_scenes(catalog), n_failed = 0;
	int code = EX_OK;

	for (uint32_t id = 0; id < n; id++) {
		struct scene scene = {0};
		struct error error = {0};
		int failed = workload->scene_open(&scene, catalog, id, options, &error);
		int written = report_info(stdout, &scene, failed ? &error : NULL);

		scene_release(&scene);
		if (written)
			return EX_IOERR;
		if (failed)
			code = !n_failed++ || code == error.code ? error.code : EX_DATAERR;
	}
	return n_failed && n_failed < n ? 1 : code;
}

static int show_plan(const struct plan *plan, const struct options *options,
		     const struct workload *workload, const struct scene *sample, struct error *err)
{
	struct chunk_grid grid;

	if (plan_scene(&grid, plan, options, workload, sample, err))
		return fail(err);
	if (options->command == COMMAND_GRAPH)
		return report_graph(stdout, plan, &grid, sample, options) ? EX_IOERR : EX_OK;
	if (report_plan(stdout, plan, &grid, sample, options))
		return EX_IOERR;
	return EX_OK;
}

/* That this is no ordinary run. */
static void show_teaching(const struct options *options)
{
	char label[TEACH_LIST_BYTES];

	for (int i = 0; i < N_TEACH_MODES && options->verbosity >= 0; i++)
		if (teaches(&options->teach, teach_rows[i].mode))
			printable_line(stderr, "imgpipe: TEACH: %s - %s; not how imgpipe works",
				       teach_label(label, &options->teach, &teach_rows[i]),
				       teach_rows[i].what);
}

/* What the plan has to say, where the report that has it is not shown. */
static void show_notes(const struct plan *plan, const struct options *options)
{
	if (report_shows_text(options) || session_is_silent())
		return;
	show_teaching(options);
	for (unsigned i = 0; i < plan->n_notes && options->verbosity >= 0; i++)
		printable_line(stderr, "imgpipe: note: %s", plan->notes[i]);
}

static int run_plan(const struct options *options, const struct plan *plan,
		    const struct workload *workload, const struct catalog *catalog,
		    struct samples *samples, const struct executor *executor,
		    const struct session *session, struct error *err)
{
	struct run_setup setup = {.options = options,
				  .plan = plan,
				  .workload = workload,
				  .catalog = catalog,
				  .samples = samples,
				  .sink = &report_sink,
				  .executor = executor,
				  .session = session};
	struct costs costs;
	char why[160];
	int status;

	show_notes(plan, options);
	(void)snprintf(why, sizeof(why),
		       "%s, for which the memory limit leaves no room; --memory %lluM is enough",
		       workload->heavy->needed,
		       (unsigned long long)(plan_enough(plan, plan->survey.gdal.most, true) >> 20));
	if (!plan->gdal)
		heavy_forbid(workload->heavy, why);
	*err = (struct error){0};
	signals_catch();
	costs_init(&costs, options, plan, workload);
	setup.decorator = costs_decorator(&costs);
	status = execute(&setup, err);
	costs_release(&costs);
	if (err->code)
		return fail(err);
	if (status > 128 && !session_is_silent())
		fprintf(stderr, "imgpipe: interrupted by signal %d; what was done is reported\n",
			status - 128);
	return status;
}

/* The catalogue, within the limit that the run will have: --memory or a share of the machine. */
static int read_names(struct catalog **catalog, const struct options *options,
		      const struct machine *machine, struct error *err)
{
	struct options within = *options;
	struct budget budget;

	budget_init(&budget, options, machine);
	within.memory_bytes = budget.limit;
	return catalog_new(catalog, &within, err);
}

/* Under MPI every rank comes to session_agree(), however it fared. */
static int plan_and_run(const struct options *options, const struct session *session, int argc,
			char **argv, struct error *err)
{
	const struct workload *workload = &workload_ndvi;
	struct catalog *catalog = NULL;
	struct confinement confinement = {0};
	struct samples samples = {0};
	const struct scene *sample = NULL;
	const struct executor *executor =
		executor_find(options->executor, session->cluster != NULL, err);
	struct machine machine;
	struct plan plan = {0};
	int status = executor ? 0 : -1;

	machine_probe(&machine);
	machine_share(&machine, session->n_ranks, session->ranks_here);
	if (!status)
		status = read_names(&catalog, options, &machine, err);
	if (!status)
		status = inputs_apart(options, catalog, options->command != COMMAND_RUN, err);
	machine.resident = memory_resident(); /* names included; nothing is opened yet */
	session_level(session, &machine);
	if (!status)
		status = confine_prepare(&confinement, options, executor, workload, catalog, err);
	if (!status)
		status = teach_check(&options->teach, executor->name, err);
	if (!status)
		plan_begin(&plan, options, &machine, executor, catalog, workload);
	plan.confinement = confinement;
	plan.reports = reports;
	if (catalog) {
		plan.names_bytes = catalog_memory(catalog);
		plan.file_bytes = catalog_file_bytes(catalog);
	}
	if (!status)
		sample = survey_scenes(&plan, &samples, options, workload, catalog, session, err);
	if (!status)
		status = plan_make(&plan, options, workload, sample, err);
	if (options->command != COMMAND_RUN && !status && !sample)
		status = -1;
	if (session_agree(session, status, options, argc, argv, &plan, err))
		status = fail(err);
	else if (options->command != COMMAND_RUN)
		status = show_plan(&plan, options, workload, sample, err);
	if (!status && options->command == COMMAND_RUN)
		status = run_plan(options, &plan, workload, catalog, &samples, executor, session,
				  err);
	samples_release(&samples);
	catalog_free(catalog);
	return status;
}

static int show_info(const struct options *options, struct error *err)
{
	struct catalog *catalog = NULL;
	struct machine machine;
	int status;

	machine_probe(&machine);
	status = read_names(&catalog, options, &machine, err) ||
				 inputs_apart(options, catalog, true, err)
			 ? fail(err)
			 : info(options, &workload_ndvi, catalog);
	catalog_free(catalog);
	return status;
}

/* Like run: under MPI by all ranks. */
static int run_lab(const struct options *options, const struct session *session, int argc,
		   char **argv, struct error *err)
{
	int status = lab_command(options, session, argc, argv, err);

	return err->code ? fail(err) : status;
}

static int sweep(const struct options *options, struct error *err)
{
	struct machine machine;
	int status;

	machine_probe(&machine);
	status = sweep_run(options, &machine, err);
	return err->code ? fail(err) : status;
}

static int run_command(const struct options *options, int argc, char **argv, struct error *err)
{
	struct session session = {.n_ranks = 1, .ranks_here = 1};
	int status;

	if (options->command != COMMAND_RUN && !command_is_lab(options->command) &&
	    session_is_silent())
		return EX_OK; /* a copy of it, that a launcher has started */
	switch (options->command) {
	case COMMAND_INFO:
		return show_info(options, err);
	case COMMAND_MERGE:
		status = inputs_apart(options, NULL, false, err);
		if (!status)
			status = merge_partials(options, err);
		return status < 0 ? fail(err) : status;
	case COMMAND_PLAN:
	case COMMAND_GRAPH:
		return plan_and_run(options, &session, argc, argv, err);
	case COMMAND_SWEEP:
		return sweep(options, err);
	case COMMAND_RUN:
	case COMMAND_PI:
	case COMMAND_SUM:
	case COMMAND_RECUR:
		break;
	}
	if (session_begin(&session, options, err))
		return fail(err);
	status = command_is_lab(options->command)
			 ? run_lab(options, &session, argc, argv, err)
			 : plan_and_run(options, &session, argc, argv, err);
	return session_end(&session, status);
}

int main(int argc, char **argv)
{
	struct options options;
	struct error error = {0};
	int status;

	if (descriptors_hold())
		return EX_OSERR; /* and nowhere to say it */
	output_stream_standard();
	tame_malloc();
	signals_init();
	status = options_parse(&options, all_reports, argc, argv, &error);
	if (status > 0)
		status = EX_OK;
	else if (status)
		status = fail(&error);
	else
		status = run_command(&options, argc, argv, &error);
	options_release(&options);
	/* ferror: an earlier write may have failed, and nothing be left to flush. */
	if ((fflush(stdout) || ferror(stdout)) && status != EX_IOERR && !signals_caught()) {
		error_errno(&error, EX_IOERR, errno ? errno : EIO, "standard output");
		status = fail(&error);
	}
	return status;
}
