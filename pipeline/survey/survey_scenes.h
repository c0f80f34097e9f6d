/*
 * Making the survey: the scenes of a run are opened before the first pixel, as far as the plan has
 * to know them.
 */
#ifndef IMGPIPE_PIPELINE_SURVEY_H
#define IMGPIPE_PIPELINE_SURVEY_H

#include "base/cluster.h"
#include "options.h"
#include "plan.h"
#include "scene.h"
#include "survey.h"
#include "workload.h"

struct scene_list;

/*
 * Fill plan->survey and give back a scene to plan on: one that fits, if there is one; NULL where
 * none opens (err: the last one's reason). All that open among the first few are kept in *samples,
 * for the run; release them whatever comes. Scenes beyond those are opened in a process of their
 * own, so that what their headers do to memory is gone with it.
 */
const struct scene *survey_scenes(struct plan *plan, struct samples *samples,
				  const struct options *options, const struct workload *workload,
				  const struct scene_list *scene_list,
				  const struct session *session, struct error *err);

void samples_release(struct samples *samples);

#endif
