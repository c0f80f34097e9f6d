/*
 * imgpipe merge: parts of a run, scene by scene in the order of the whole, into reports. Scene k is
 * in part k mod n, so one line of one part is in memory at a time. What a part must be is in
 * partial.h; here is what parts must be to each other.
 */
#include "merge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "partial.h"
#include "report.h"
#include "input/seen.h"
#include "masks/masks.h"
#include "pixels/stages.h"

struct merge {
	unsigned n;
	struct partial_file *part;
	struct partial_room room;
	struct seen seen;
	struct histogram *histogram; /* of the scene in hand, by value */
	struct run_totals *totals;   /* of merge_reports(), as `set` */
	struct report_set *set;
};

static int by_part(const void *a, const void *b)
{
	uint64_t x = ((const struct partial_file *)a)->head.part;
	uint64_t y = ((const struct partial_file *)b)->head.part;

	return (x > y) - (x < y);
}

/* In the order of parts, each there once. */
static int check_complete(struct merge *merge, struct error *err)
{
	struct partial_file *part = merge->part;

	qsort(part, merge->n, sizeof(*part), by_part);
	for (unsigned i = 1; i < merge->n; i++)
		if (part[i].head.part == part[i - 1].head.part)
			return error_set(err, EX_DATAERR, "%s and %s are both part %" PRIu64,
					 part[i - 1].path, part[i].path, part[i].head.part);
	for (uint64_t i = 0; i < part[0].head.parts; i++)
		if (i >= merge->n || part[i].head.part != i + 1)
			return error_set(err, EX_NOINPUT,
					 "part %" PRIu64 " of %" PRIu64
					 " is missing; run it, or name its file too",
					 i + 1, part[0].head.parts);
	return 0;
}

/* All of one run; the first then stands for all. */
static int check_parts(struct merge *merge, struct error *err)
{
	struct partial_file *part = merge->part;

	for (unsigned i = 1; i < merge->n; i++)
		if (partial_head_same(&part[0].head, part[0].path, &part[i].head, part[i].path,
				      err))
			return -1;
	if (check_complete(merge, err))
		return -1;
	for (unsigned i = 1; i < merge->n; i++)
		if (partial_head_credit(&part[0].head, &part[i].head, err))
			return -1;
	return 0;
}

static int open_parts(struct merge *merge, char **paths, struct error *err)
{
	merge->part = calloc(merge->n, sizeof(*merge->part));
	if (!merge->part)
		return error_memory(err, "the parts", merge->n * sizeof(*merge->part));
	for (unsigned i = 0; i < merge->n; i++)
		if (partial_open(&merge->part[i], paths[i], &merge->room, err))
			return -1;
	return 0;
}

/* What is missing in the scene adds nothing. */
int merge_fits(const struct report_set *set, const struct scene_result *result, struct error *err)
{
	const struct value_totals *totals = report_set_pixels(set)->value;

	for (unsigned v = 0; v < result->n_values; v++)
		if (result->value[v].histogram &&
		    partial_fits(&totals[v].accum, &result->value[v].accum, err))
			return -1;
	return 0;
}

/* Does the scene stand where it must, once, and can it be added? */
static int check_scene(struct merge *merge, const struct partial_file *part,
		       const struct scene_result *result, uint64_t found, uint64_t number,
		       struct error *err)
{
	char text[80];
	struct error own;

	if (found != number) {
		(void)snprintf(text, sizeof(text),
			       "scene %" PRIu64 " stands where scene %" PRIu64 " must be", found,
			       number);
		return partial_bad_line(part, text, err);
	}
	if (result->status != SCENE_OK)
		return 0;
	if (merge_fits(merge->set, result, &own))
		return partial_bad_line(part, own.text, err);
	switch (seen_add(&merge->seen, result->scene, err)) {
	case SEEN_NEW:
		return 0;
	case SEEN_BEFORE:
		return partial_bad_line(part, "its bands are those of an earlier scene", err);
	case SEEN_FAILED:
		break;
	}
	return -1;
}

/* Scene `number` of the whole, the next one of its part. */
static int merge_scene(struct merge *merge, uint64_t number, struct error *err)
{
	struct partial_file *part = &merge->part[number % merge->n];
	struct scene_result result;
	struct scene scene = {0};
	uint64_t found;
	int status =
		partial_next(part, &merge->room, &scene, merge->histogram, &result, &found, err);

	if (!status)
		status = check_scene(merge, part, &result, found, number, err);
	if (!status) {
		run_totals_count(merge->totals, &result, part->head.recipe);
		status = report_set_scene(merge->set, &result, err);
	}
	scene_release(&scene);
	return status;
}

static int merge_scenes(void *context, struct report_set *set, struct run_totals *totals,
			struct error *err)
{
	struct merge *merge = context;

	merge->set = set;
	merge->totals = totals;
	for (uint64_t number = 0; number < merge->part[0].head.scenes_in_all; number++)
		if (merge_scene(merge, number, err))
			return -1;
	for (unsigned i = 0; i < merge->n; i++)
		if (partial_finish(&merge->part[i], &merge->room, err))
			return -1;
	return 0;
}

static int make_room(struct merge *merge, struct error *err)
{
	const size_t n = merge->part[0].head.recipe->n_values;

	merge->histogram = calloc(n, sizeof(*merge->histogram));
	return merge->histogram ? 0 : error_memory(err, "a scene", n * sizeof(*merge->histogram));
}

int merge_reports(const struct partial_head *head, const struct options *given,
		  int (*scenes)(void *context, struct report_set *set, struct run_totals *totals,
				struct error *err),
		  void *context, struct error *err)
{
	struct masks *masks = partial_rules(&head->identity);
	struct run_totals totals = {.n_scenes = (uint32_t)head->scenes_in_all};
	struct options options = *given;
	struct plan plan = {
		.n_all_scenes = head->scenes_in_all,
		.files_checksum = head->files,
		.reports = reports,
		.merged = head,
		.stage_names = pixel_stage_names,
	};
	struct report_set *set = NULL;
	int status;

	options.recipe = head->recipe;
	options.masks = masks;
	pixels_layout(&plan.layout, &options);
	status = report_set_open(&set, &plan, &options, err);
	if (!status)
		status = scenes(context, set, &totals, err);
	if (!status)
		status = report_set_commit(set, &totals, err);
	if (!status)
		status = run_totals_check(&totals, err);
	report_set_free(set);
	masks_free(masks);
	return status ? -1 : run_totals_status(&totals);
}

static void merge_free(struct merge *merge)
{
	if (!merge)
		return;
	for (unsigned i = 0; merge->part && i < merge->n; i++)
		partial_close(&merge->part[i]);
	free(merge->part);
	free(merge->histogram);
	free(merge->room.text);
	seen_release(&merge->seen);
	free(merge);
}

int merge_partials(const struct options *options, struct error *err)
{
	struct merge *merge = calloc(1, sizeof(*merge));
	int status;

	if (!merge)
		return error_memory(err, "the parts", sizeof(*merge));
	merge->n = options->n_args;
	status = open_parts(merge, options->args, err);
	if (!status)
		status = check_parts(merge, err);
	if (!status)
		status = make_room(merge, err);
	if (!status)
		status = merge_reports(&merge->part[0].head, options, merge_scenes, merge, err);
	merge_free(merge);
	return status;
}
