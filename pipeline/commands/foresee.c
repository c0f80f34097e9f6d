/*
 * Foresight: scenes are opened in a child, which may load GDAL where the plan has room for it, and
 * are cut here as a run would cut them.
 */
#include "foresee.h"

#include "survey/scene_inspect.h"

enum { LOOKS = 1000 };

struct looking {
	struct foreseen *foreseen;
	struct plan *plan;
	const struct workload *workload;
	const struct options *options;
};

static void note_unfit(struct foreseen *foreseen, const struct error *why)
{
	if (foreseen->n_unfit < FORESEEN_NAMED)
		foreseen->unfit[foreseen->n_unfit] = *why;
	foreseen->n_unfit++;
}

/* What GDAL takes is counted from the first scene on that it reads: it stays. */
static void predict(const struct looking *l, const struct scene *scene,
		    const struct chunk_grid *grid)
{
	struct prediction *prediction = &l->plan->predicted;
	const bool loads = l->plan->survey.wants_gdal || heavy_reads(l->workload->heavy, scene);

	if (l->plan->gdal && loads && !prediction->gdal) {
		prediction->gdal = true;
		prediction->peak += l->plan->gdal;
	}
	plan_predict(prediction, l->plan, l->options, l->workload, scene, grid);
}

static void look_at(const struct looking *l, const struct scene *scene)
{
	struct chunk_grid grid = {0};
	struct error error = {0};

	l->foreseen->n_seen++;
	if (plan_scene(&grid, l->plan, l->options, l->workload, scene, &error))
		note_unfit(l->foreseen, &error);
	else
		predict(l, scene, &grid);
}

static uint64_t no_need(void *context, const struct scene *scene)
{
	(void)context;
	(void)scene;
	return 0;
}

static void hear(void *context, uint32_t id, struct scene *scene, uint64_t need, bool asked,
		 const struct error *error)
{
	const struct looking *l = context;

	(void)id;
	(void)need;
	if (!error->code) {
		look_at(l, scene);
	} else {
		l->foreseen->n_seen++;
		if (scene->no_scene)
			l->foreseen->n_skipped++;
		else if (asked && error->code == EX_TEMPFAIL)
			note_unfit(l->foreseen, error);
		else
			l->foreseen->n_unopened++;
	}
	scene_release(scene);
}

static void look_at_samples(const struct looking *l, const struct samples *samples)
{
	for (uint32_t i = 0; i < samples->n; i++)
		if (samples->scene[i].name)
			look_at(l, &samples->scene[i]);
}

void foresee(struct foreseen *foreseen, struct scenes *scenes, const struct call *call)
{
	struct looking looking = {foreseen, &scenes->plan, scenes->workload, call->options};
	uint32_t n = scenes->plan.n_scenes < LOOKS ? scenes->plan.n_scenes : LOOKS, id[LOOKS];
	struct meter_row row = {0};
	const struct scene_inspection in = {.confinement = &scenes->plan.confinement,
					    .workload = scenes->workload,
					    .scene_list = scenes->scene_list,
					    .options = call->options,
					    .id = id,
					    .n = n,
					    .gdal = scenes->plan.gdal != 0,
					    .need = no_need,
					    .found = hear,
					    .context = &looking,
					    .row = &row};

	*foreseen = (struct foreseen){0};
	for (uint32_t i = 0; i < n; i++)
		id[i] = i;
	if (call->session->cluster || call->options->nightly.timeout_s)
		look_at_samples(&looking, &scenes->samples);
	else /* where no child can be had, less was looked at, and that is said */
		(void)!scene_inspect(&in, NULL);
}
