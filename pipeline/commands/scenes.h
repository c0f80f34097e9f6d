/*
 * What run, plan and graph have in common: the names of the scenes, a look at them, and the plan.
 */
#ifndef IMGPIPE_PIPELINE_SCENES_H
#define IMGPIPE_PIPELINE_SCENES_H

#include "commands.h"
#include "discover/scene_list.h"
#include "plan.h"
#include "resume.h"
#include "survey/survey_scenes.h"
#include "workload.h"

struct scenes {
	struct hold *hold; /* the locks of a run; NULL: none */
	const struct workload *workload;
	const struct executor *executor;
	struct scene_list *scene_list; /* of those that are to be done */
	struct resumed *resume;        /* NULL: there is no catalogue */
	struct samples samples;
	const struct scene *sample; /* the first that opens; NULL: none does */
	struct plan plan;
};

/*
 * Under MPI a collective: every rank comes to the agreement at its end, however it fared. -1 with
 * the error where one failed. for_run: reports will be written, and no scene has to open. Release
 * the scenes whatever comes back.
 */
int scenes_plan(struct scenes *scenes, const struct call *call, bool for_run,
		struct error *err) MUST_CHECK;
void scenes_release(struct scenes *scenes);

/* The names alone, within the limit that a run would have: --memory or a share of the machine. */
int scenes_names(struct scene_list **scene_list, const struct options *options,
		 const struct machine *machine, struct error *err) MUST_CHECK;

/* Before a run: what the plan has no memory for is not loaded, and who asks for it is told why. */
void scenes_forbid_heavy(const struct plan *plan, const struct workload *workload);

/* Rows of --help that plan and graph share. */
extern const struct option_row *const planning_rows[];
extern const struct option_row *const counted_rows[];
#define COUNTED_TITLE "What run would write (its memory is counted, nothing is written)"

#endif
