/*
 * Contradictions of a scene as a whole (partial.h): between its status, its bands and its values.
 */
#include "partial.h"

#include <math.h>

static unsigned bands_of(const struct scene *scene, const struct recipe *recipe)
{
	unsigned bands = 0;

	for (unsigned i = 0; i < recipe->n_bands; i++)
		bands |= (unsigned)scene->has_band[i] << i;
	return bands;
}

/* Missing is what lacks a band, or wants reflectance; what is there reads its bands. */
static int check_missing(const struct scene_result *result, const struct recipe *recipe,
			 struct error *err)
{
	unsigned read = bands_of(result->scene, recipe), has = read | result->scene->unread;
	unsigned there = 0;

	for (unsigned v = 0; v < recipe->n_values; v++) {
		const struct value_def *def = &recipe->value[v];
		bool lacks = def->reads & ~has;

		there += result->value[v].histogram != NULL;
		if (def->reads & ~read && result->value[v].histogram)
			return error_set(err, EX_DATAERR, "it has %s, but not its bands",
					 def->name);
		if (!lacks && !result->value[v].histogram && def->kind != VALUE_REFLECTANCE)
			return error_set(err, EX_DATAERR, "it has the bands of %s, but not %s",
					 def->name, def->name);
	}
	return there ? 0 : error_set(err, EX_DATAERR, "it is ok, but has no bands");
}

static uint64_t left_out(const struct accum *a)
{
	return a->n[PIXEL_NODATA] + a->n[PIXEL_MASKED];
}

/* A pixel without data in one band is without data for all values that read it. */
static bool pair_agrees(const struct value_result *fewer, const struct value_result *more)
{
	return fewer->accum.n[PIXEL_NODATA] <= more->accum.n[PIXEL_NODATA] &&
	       left_out(&fewer->accum) <= left_out(&more->accum);
}

/* The area is that of a pixel, times the valid ones, but where pixels vary in area. */
static bool areas_agree(const struct scene *scene, const struct value_result *a,
			const struct value_result *b)
{
	if (isnan(a->area_m2) || isnan(b->area_m2))
		return isnan(a->area_m2) && isnan(b->area_m2);
	return scene->ground.n_x || a->accum.n[PIXEL_VALID] != b->accum.n[PIXEL_VALID] ||
	       a->area_m2 == b->area_m2;
}

static int check_pair(const struct scene_result *result, const struct recipe *recipe, unsigned v,
		      unsigned w, struct error *err)
{
	const struct value_def *a = &recipe->value[v], *b = &recipe->value[w];
	const struct value_result *x = &result->value[v], *y = &result->value[w];

	if (!x->histogram || !y->histogram)
		return 0;
	if (!(a->reads & ~b->reads) && !pair_agrees(x, y))
		return error_set(err, EX_DATAERR,
				 "%s reads the bands of %s, but has fewer pixels without data or "
				 "masked",
				 b->name, a->name);
	if (!areas_agree(result->scene, x, y))
		return error_set(err, EX_DATAERR, "the areas of %s and %s contradict each other",
				 a->name, b->name);
	return 0;
}

static int check_pairs(const struct scene_result *result, const struct recipe *recipe,
		       struct error *err)
{
	for (unsigned v = 0; v < recipe->n_values; v++)
		for (unsigned w = 0; w < recipe->n_values; w++)
			if (v != w && check_pair(result, recipe, v, w, err))
				return -1;
	return 0;
}

static int check_values(const struct scene_result *result, const struct recipe *recipe,
			struct error *err)
{
	for (unsigned v = 0; v < recipe->n_values; v++)
		if (result->value[v].histogram &&
		    partial_check_value(result->scene, &result->value[v], &recipe->value[v].grid,
					err))
			return error_prefix(err, "%s", recipe->value[v].name);
	return check_pairs(result, recipe, err);
}

int partial_check(const struct scene_result *result, const struct recipe *recipe, struct error *err)
{
	if (result->status == SCENE_CANCELLED)
		return error_set(err, EX_DATAERR, "its run was interrupted");
	if (result->status == SCENE_FAILED || result->status == SCENE_SKIPPED)
		return result->error.code >= EX__BASE && result->error.code <= EX__MAX
			       ? 0
			       : error_set(err, EX_DATAERR, "it has failed, but has no error");
	if (result->error.code || result->error.text[0])
		return error_set(err, EX_DATAERR, "it is ok, and has an error");
	if (check_missing(result, recipe, err))
		return -1;
	return check_values(result, recipe, err);
}
