/*
 * From arguments to a plan, for run, plan and graph.
 */
#include "scenes.h"

#include <stdio.h>

#include "base/memory.h"
#include "choices.h"
#include "confine/confine.h"
#include "discover/scene_list.h"
#include "hold.h"
#include "inputs_apart.h"
#include "maps_apart.h"
#include "options/rows.h"
#include "output/file_set.h"
#include "output/maps.h"
#include "plan/limit.h"
#include "report/report.h"

int scenes_names(struct scene_list **scene_list, const struct options *options,
		 const struct machine *machine, struct error *err)
{
	struct options within = *options;
	struct budget budget;

	budget_init(&budget, options, machine);
	within.memory_bytes = budget.limit;
	return scene_list_new(scene_list, &within, err);
}

void scenes_forbid_heavy(const struct plan *plan, const struct workload *workload)
{
	char why[160];

	if (plan->gdal || !workload->heavy)
		return;
	(void)snprintf(why, sizeof(why),
		       "%s, and the memory limit has no room for that; --memory %lluM is enough",
		       workload->heavy->needed,
		       (unsigned long long)(plan_enough(plan, plan->survey.gdal.most, true) >> 20));
	heavy_forbid(workload->heavy, why);
}

/* What plans a run, and no more: how results travel and what is told of it does not. */
const struct option_row *const planning_rows[] = {
	&option_workers,     &option_executor, &option_confine, &option_memory,  &option_chunk,
	&option_working_set, &option_shard,    &option_timeout, &option_verbose, NULL,
};
const struct option_row *const counted_rows[] = {&option_tile_grid, NULL};

/*
 * What there is to do: without scenes that a catalogue holds as done. A collective under MPI.
 * Before a run nothing has been changed unless all is well.
 */
static int leave_out_done(struct scenes *scenes, const struct call *call, uint64_t limit,
			  bool for_run, int status, struct error *err)
{
	const struct options *options = call->options;
	struct error shared;

	if (!status)
		status = resume_begin(&scenes->resume, call, scenes->scene_list, for_run, err);
	if (resume_share(&scenes->resume, call->session, scenes->scene_list, &shared) && !status) {
		*err = shared;
		status = -1;
	}
	if (!status)
		status = maps_apart(options, scenes->scene_list, limit, scenes->resume, for_run,
				    err);
	if (status)
		return -1;
	resume_leave_out(scenes->resume, scenes->scene_list);
	if (resume_has_nothing_to_do(scenes->resume) && !options->teach.modes)
		scenes->executor = executor_find("serial", false, err);
	return resume_start(scenes->resume, scenes->scene_list, err);
}

static int survey(struct scenes *scenes, const struct options *options,
		  const struct session *session, struct error *err)
{
	scenes->sample = survey_scenes(&scenes->plan, &scenes->samples, options, scenes->workload,
				       scenes->scene_list, session, err);
	return plan_make(&scenes->plan, options, scenes->workload, scenes->sample, err);
}

int scenes_plan(struct scenes *scenes, const struct call *call, bool for_run, struct error *err)
{
	const struct options *options = call->options;
	struct confinement confinement = {0};
	struct machine machine;
	struct budget budget;
	int status;

	*scenes = (struct scenes){.workload = options->maps ? &workload_maps : &workload_pixels};
	scenes->executor = executor_find(options->executor, call->session->cluster != NULL, err);
	status = scenes->executor ? 0 : -1;
	if (!status && for_run && call->session->rank == 0)
		status = hold_take(&scenes->hold, options, err);
	machine_probe(&machine);
	machine_share(&machine, call->session->n_ranks, call->session->ranks_here);
	budget_init(&budget, options, &machine);
	if (!status)
		status = scenes_names(&scenes->scene_list, options, &machine, err);
	if (!status)
		status = inputs_apart(options, scenes->scene_list, !for_run, err);
	status = leave_out_done(scenes, call, budget.limit, for_run, status, err);
	if (!status && scenes->hold && options->maps && !options->maps->sheet_alone)
		file_set_sweep(options->maps->folder);
	/* Names included, and what is known of done scenes; nothing is opened yet. */
	machine.resident = memory_resident() + resume_bytes(scenes->resume);
	session_level(call->session, &machine);
	if (!status)
		status = confine_prepare(&confinement, options, scenes->executor, scenes->workload,
					 scenes->scene_list, err);
	if (!status)
		status = teach_check(&options->teach, scenes->executor->name, err);
	if (!status)
		plan_begin(&scenes->plan, options, &machine, scenes->executor, scenes->scene_list,
			   scenes->workload);
	scenes->plan.confinement = confinement;
	scenes->plan.reports = reports;
	if (scenes->scene_list) {
		scenes->plan.names_bytes = scene_list_memory(scenes->scene_list);
		scenes->plan.file_bytes = scene_list_file_bytes(scenes->scene_list);
	}
	if (!status)
		status = survey(scenes, options, call->session, err);
	if (!status && !for_run && resume_has_nothing_to_do(scenes->resume))
		status =
			error_set(err, EX_NOINPUT, "all scenes are done: there is nothing to plan");
	if (!status && !for_run && !scenes->sample)
		status = -1;
	if (session_agree(call->session, status, options, call->argc, call->argv, &scenes->plan,
			  err))
		return -1;
	return 0;
}

void scenes_release(struct scenes *scenes)
{
	samples_release(&scenes->samples);
	scene_list_free(scenes->scene_list);
	hold_release(scenes->hold);
}
