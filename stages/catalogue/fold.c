/*
 * Scenes of a set, in the order of their sources, into reports.
 */
#include "fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "report/merge.h"
#include "report/partial.h"
#include "report/report.h"
#include "statement.h"

struct fold {
	struct catalogue *catalogue;
	const struct catalogue_filter *filter;
	struct partial_head head;
	struct histogram *histogram; /* of the scene in hand, by value */
	struct report_set *set;
	struct run_totals *totals;
	uint32_t n; /* scenes so far */
	struct error *err;
	int status;
};

/* How many there are, and a checksum of what they are known by. */
static bool count_one(void *context, const struct catalogue_scene *scene)
{
	struct fold *fold = context;

	fold->head.scenes_in_all++;
	fold->head.files = hash_bytes(fold->head.files, scene->source, strlen(scene->source) + 1);
	return fold->head.scenes_in_all < UINT32_MAX;
}

static int count(struct fold *fold, struct error *err)
{
	fold->head.files = HASH_SEED;
	if (catalogue_each(fold->catalogue, fold->filter, count_one, fold, err))
		return -1;
	if (fold->head.scenes_in_all)
		return 0;
	return error_set(err, EX_NOINPUT,
			 "%s: no scene in it fits; imgpipe catalog lists what there is",
			 fold->catalogue->path);
}

static int fold_one(struct fold *fold, const struct catalogue_scene *row, struct scene *scene)
{
	struct scene_result result = {0};

	if (catalogue_recall(fold->catalogue, row->id, fold->head.recipe, scene, fold->histogram,
			     &result, fold->err))
		return -1;
	if (result.status == SCENE_OK && merge_fits(fold->set, &result, fold->err))
		return error_prefix(fold->err, "%s", scene->name);
	result.earlier = false; /* all are: none is told apart */
	scene->id = fold->n++;
	run_totals_count(fold->totals, &result, fold->head.recipe);
	return report_set_scene(fold->set, &result, fold->err);
}

static bool see_one(void *context, const struct catalogue_scene *row)
{
	struct fold *fold = context;
	struct scene scene = {0};

	fold->status = fold_one(fold, row, &scene);
	scene_release(&scene);
	return fold->status == 0;
}

static int scenes(void *context, struct report_set *set, struct run_totals *totals,
		  struct error *err)
{
	struct fold *fold = context;

	fold->set = set;
	fold->totals = totals;
	fold->err = err;
	if (catalogue_each(fold->catalogue, fold->filter, see_one, fold, err) || fold->status)
		return -1;
	if (fold->n != fold->head.scenes_in_all)
		return error_set(err, EX_TEMPFAIL,
				 "the catalogue has changed meanwhile; run it again");
	return 0;
}

int catalogue_fold(struct catalogue *catalogue, const struct catalogue_filter *filter,
		   const struct options *options, struct error *err)
{
	struct fold fold = {.catalogue = catalogue, .filter = filter};
	int status = catalogue_set_head(catalogue, filter->set, &fold.head, err);

	if (!status)
		status = count(&fold, err);
	if (!status) {
		fold.histogram = calloc(fold.head.recipe->n_values, sizeof(*fold.histogram));
		status = fold.histogram ? 0
					: error_memory(err, "a scene",
						       fold.head.recipe->n_values *
							       sizeof(*fold.histogram));
	}
	if (!status)
		status = merge_reports(&fold.head, options, scenes, &fold, err);
	free(fold.histogram);
	partial_head_release(&fold.head);
	return status;
}

/* --- which set --- */

struct choosing {
	unsigned n;
	int64_t only;
};

static bool choose_one(void *context, const struct catalogue_set *set)
{
	struct choosing *choosing = context;

	choosing->n += set->scenes > 0;
	if (set->scenes)
		choosing->only = set->id;
	return true;
}

/* Numbers of two sets are not to be added: which one is meant has to be said. */
int catalogue_only_set(struct catalogue *catalogue, int64_t *set, struct error *err)
{
	struct choosing choosing = {0};

	if (catalogue_sets(catalogue, choose_one, &choosing, err))
		return -1;
	if (choosing.n > 1)
		return error_set(err, EX_USAGE,
				 "%s holds scenes of %u sets of options, whose numbers do not "
				 "belong together; imgpipe catalog lists them, and makes "
				 "reports of one with --set N",
				 catalogue->path, choosing.n);
	if (!choosing.n)
		return error_set(err, EX_NOINPUT, "%s holds no scene yet", catalogue->path);
	*set = choosing.only;
	return 0;
}
