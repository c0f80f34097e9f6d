/*
 * imgpipe: joins the imagery side (a workload) to the machinery, says what went wrong, and sets the
 * exit status. The only file that prints errors or exits.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "execute.h"
#include "options.h"
#include "plan.h"
#include "reader.h"
#include "report.h"
#include "signals.h"
#include "workload.h"

enum { SAMPLES = 16 }; /* scenes tried for the one to plan on */

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

static int fail(const struct error *error)
{
	fprintf(stderr, "imgpipe: %s\n", error->text);
	return error->code ? error->code : EX_SOFTWARE;
}

/*
 * The first of the first few scenes that opens. All of them are tried, so that it is known whether
 * one needs GDAL.
 */
static bool open_first(struct scene *first, const struct workload *workload,
		       const struct catalog *catalog, const struct options *options,
		       struct error *err)
{
	bool found = false;

	*first = (struct scene){0};
	for (uint32_t id = 0; id < catalog_scenes(catalog) && id < SAMPLES; id++) {
		struct scene scene = {0};

		if (!workload->scene_open(&scene, catalog, id, options, err) && !found) {
			*first = scene;
			found = true;
		} else {
			scene_release(&scene);
		}
	}
	return found;
}

/*
 * A scene to plan on; false where none opens (err: the last one's reason). One that needs no GDAL,
 * if there is one: whether GDAL may be loaded is the plan's decision.
 */
static bool open_sample(struct scene *scene, const struct workload *workload,
			const struct catalog *catalog, const struct options *options,
			struct error *err)
{
	bool found;

	reader_gdal_forbid("it needs GDAL");
	found = open_first(scene, workload, catalog, options, err);
	reader_gdal_forbid(NULL);
	if (!found && reader_gdal_wanted())
		found = open_first(scene, workload, catalog, options, err);
	return found;
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
		     const struct workload *workload, const struct catalog *catalog,
		     const struct scene *sample, struct error *err)
{
	struct chunk_grid grid;

	if (plan_scene(&grid, plan, options, workload, sample, err))
		return fail(err);
	if (report_plan(stdout, plan, &grid, sample, catalog, options))
		return EX_IOERR;
	return EX_OK;
}

/* Does the report for people, which has the plan's notes, go to standard output? */
static bool text_is_shown(const struct options *options)
{
	for (int i = 0; reports[i]; i++)
		if (strcmp(reports[i]->name, "text") == 0)
			return reports[i]->path(options) != NULL;
	return false;
}

static int plan_and_run(const struct options *options, const struct workload *workload,
			const struct catalog *catalog, struct error *err)
{
	struct scene sample;
	bool has_sample = open_sample(&sample, workload, catalog, options, err);
	const uint64_t gdal_bytes = READER_GDAL_BASELINE_BYTES + READER_GDAL_CACHE_BYTES;
	char why[160];
	struct machine machine;
	struct plan plan;
	int status;

	machine_probe(&machine);
	status = plan_make(&plan, options, &machine, catalog, workload, has_sample ? &sample : NULL,
			   err);
	if (status || (options->command == COMMAND_PLAN && !has_sample))
		status = fail(err);
	else if (options->command == COMMAND_PLAN)
		status = show_plan(&plan, options, workload, catalog, &sample, err);
	scene_release(&sample);
	if (status || options->command == COMMAND_PLAN)
		return status;
	if (!text_is_shown(options))
		for (unsigned i = 0; i < plan.n_notes && options->verbosity >= 0; i++)
			fprintf(stderr, "imgpipe: note: %s\n", plan.notes[i]);
	(void)snprintf(
		why, sizeof(why),
		"it needs GDAL, for which the memory limit leaves no room beside %u worker%s; "
		"--memory %lluM does",
		plan.workers, plan.workers == 1 ? "" : "s",
		(unsigned long long)((plan.budget.limit + gdal_bytes) >> 20) + 1);
	if (!plan.gdal)
		reader_gdal_forbid(why);
	*err = (struct error){0};
	signals_catch();
	status = execute(options, &plan, workload, catalog, err);
	if (status > 128)
		fprintf(stderr, "imgpipe: interrupted by signal %d; what was done is reported\n",
			status - 128);
	return err->code ? fail(err) : status;
}

int main(int argc, char **argv)
{
	const struct workload *workload = &workload_ndvi;
	struct catalog *catalog = NULL;
	struct options options;
	struct error error = {0};
	int status;

	tame_malloc();
	signals_init();
	status = options_parse(&options, argc, argv, &error);
	if (status > 0)
		status = EX_OK;
	else if (status || catalog_new(&catalog, &options, &error))
		status = fail(&error);
	else if (options.command == COMMAND_INFO)
		status = info(&options, workload, catalog);
	else
		status = plan_and_run(&options, workload, catalog, &error);
	catalog_free(catalog);
	options_release(&options);
	if (fflush(stdout) && status != EX_IOERR) {
		error_errno(&error, EX_IOERR, errno, "standard output");
		status = fail(&error);
	}
	return status;
}
