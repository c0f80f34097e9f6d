/*
 * imgpipe info: opens scenes one after another and shows what was found. No plan, no worker.
 */
#include <stdio.h>

#include "computing.h"
#include "discover/scene_list.h"
#include "inputs_apart.h"
#include "options/rows.h"
#include "reading.h"
#include "report/report.h"
#include "scenes.h"

static int show(const struct scene_list *scene_list, uint32_t id, const struct options *options,
		struct error *failure, bool *no_scene)
{
	struct scene scene = {0};
	int failed = workload_pixels.scene_open(&scene, scene_list, id, options, failure);
	struct told_quality quality;
	struct told_bands told;
	int written;

	scene_tell_bands(&told, &scene, scene_list, options);
	scene_tell_quality(&quality, &scene, scene_list, options);
	written = report_info(stdout, &scene, &told, &quality, options->recipe,
			      failed ? failure : NULL);
	*no_scene = scene.no_scene;
	scene_release(&scene);
	return written;
}

/*
 * 0; 1 where some scenes fail; their own status where all do. Files that are no scenes are shown,
 * and fail where there is nothing else.
 */
static int show_all(const struct scene_list *scene_list, const struct options *options)
{
	uint32_t n = scene_list_count(scene_list), n_failed = 0, n_skipped = 0;
	int code = EX_OK;

	for (uint32_t id = 0; id < n; id++) {
		struct error failure = {0};
		bool no_scene = false;

		if (show(scene_list, id, options, &failure, &no_scene))
			return EX_IOERR;
		n_skipped += no_scene;
		if (failure.code && !no_scene)
			code = !n_failed++ || code == failure.code ? failure.code : EX_DATAERR;
	}
	if (n_skipped == n)
		return EX_DATAERR;
	return n_failed && n_failed < n - n_skipped ? 1 : code;
}

static int run(const struct call *call, struct error *err)
{
	struct scene_list *scene_list = NULL;
	struct machine machine;
	int status;

	machine_probe(&machine);
	status = scenes_names(&scene_list, call->options, &machine, err);
	if (!status)
		status = inputs_apart(call->options, scene_list, true, err);
	if (!status)
		status = show_all(scene_list, call->options);
	scene_list_free(scene_list);
	return status;
}

static const struct option_row *const choosing_rows[] = {&option_memory, &option_shard,
							 &option_tile_grid, NULL};

const struct command command_info = {
	.word = "info",
	.arguments = "FILE|DIRECTORY|@LIST|- ...",
	.operand = VALUE_FILE,
	.purpose = "show metadata and where it comes from",
	.examples = "imgpipe info scene.tif\n"
		    "imgpipe info --bands red=3,nir=4 planet/\n",
	.groups = {{.title = COMPUTING_TITLE, .rows = computing_rows},
		   {.title = READING_TITLE, .rows = reading_rows},
		   {.title = "How to work", .rows = choosing_rows}},
	.run = run,
};
