/*
 * Nodata: which stored number means that there is none. A product's own value counts in files that
 * lost their tag, too: an offset would turn it into a plausible reflectance.
 */
#include "fill.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "product_rule.h"

static bool landsat_fill(enum sample_type type, const struct product_rule *rule, double *fill)
{
	*fill = type == SAMPLE_I16 ? -9999 : 0;
	return type == SAMPLE_I16 || type == SAMPLE_U16 || !sample_is_integer(type) ||
	       rule->eight_bits;
}

static bool modis_fill(const char *description, double *fill)
{
	bool nadir = name_holds(description, "Nadir_Reflectance");

	*fill = nadir ? 32767 : -28672;
	return nadir || name_holds(description, "sur_refl");
}

/* The product's value for pixels without data in this band; false: it is not known. */
static bool product_fill(const struct scene *scene, unsigned slot, const struct sensor *sensor,
			 const struct product_rule *rule, const char *path, double *fill)
{
	const struct band *band = &scene->band[slot];
	enum fill_rule by = sensor                              ? sensor->fill_rule
			    : says_landsat_surface(scene, path) ? FILL_LANDSAT
								: FILL_NONE;

	switch (by) {
	case FILL_VALUE:
		*fill = sensor->fill;
		return true;
	case FILL_LANDSAT:
		return landsat_fill(band->type, rule, fill);
	case FILL_MODIS:
		return modis_fill(band_file_info(scene, slot)->description, fill);
	case FILL_NONE:
		break;
	}
	return false;
}

/*
 * In floating point 0 may be a reflectance, unless --scale says that the numbers are still the
 * product's; other fills are no reflectance.
 */
static bool use_product_fill(struct scene *scene, unsigned slot, const struct sensor *sensor,
			     const struct product_rule *rule, const char *path,
			     const struct options *options)
{
	struct band *band = &scene->band[slot];
	double fill;

	if (options->raw || !product_fill(scene, slot, sensor, rule, path, &fill))
		return false;
	if (sample_is_integer(band->type) ? !product_numbers(rule, band->type)
					  : fill == 0 && !options->has_scale)
		return false;
	return sample_holds(band->type, fill, &band->nodata);
}

/* Is `value` the type's limit, written with fewer digits ("-2.14748e+09", "-3.403e+38")? */
static bool rounded_limit(enum sample_type type, double value, double *limit)
{
	static const double limits[N_SAMPLE_TYPES][2] = {
		[SAMPLE_U32] = {4294967295.0, 4294967295.0},
		[SAMPLE_I32] = {-2147483648.0, 2147483647.0},
		[SAMPLE_F32] = {-(double)FLT_MAX, (double)FLT_MAX},
		[SAMPLE_F64] = {-DBL_MAX, DBL_MAX},
	};

	for (unsigned side = 0; side < 2; side++)
		for (int digits = 4; digits <= 9; digits++) {
			char text[32];

			snprintf(text, sizeof(text), "%.*g", digits, limits[type][side]);
			if (value == limits[type][side] || limits[type][side] == 0 ||
			    strtod(text, NULL) != value)
				continue;
			*limit = limits[type][side];
			return true;
		}
	return false;
}

/* The value that --nodata or the file gives; false: no sample of the band can have it. */
static bool use_stated(struct scene *scene, unsigned slot, double value, bool quiet)
{
	struct band *band = &scene->band[slot];
	double limit;

	if (sample_is_integer(band->type) && rounded_limit(band->type, value, &limit)) {
		if (!quiet)
			scene_note(scene,
				   "nodata %.9g of %s is a rounded limit of %s: %.10g is left out",
				   value, band->name, sample_name(band->type), limit);
		value = limit;
	}
	if (sample_holds(band->type, value, &band->nodata))
		return true;
	if (rounded_limit(band->type, value, &limit))
		return sample_holds(band->type, limit, &band->nodata);
	return false;
}

/* Floating-point limits are compared with the tolerance of GDAL, which is large there. */
static void note_limit(struct scene *scene, const struct band *band)
{
	double limit = band->type == SAMPLE_F32 ? (double)FLT_MAX : DBL_MAX;

	if (!sample_is_integer(band->type) && band->has_nodata &&
	    fabs(band->nodata) > 0.99 * limit && fabs(band->nodata) != limit)
		scene_note(scene,
			   "nodata %.9g of %s is a rounded limit of %s: numbers of that size are "
			   "left out, %.9g too",
			   band->nodata, band->name, sample_name(band->type),
			   copysign(limit, band->nodata));
}

static bool same_nodata(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* Has a band before this one the same stated value and type, so that all was said there? */
static bool is_told(const struct scene *scene, unsigned slot)
{
	for (unsigned i = 0; i < slot; i++)
		if (scene->has_band[i] && scene->band[i].type == scene->band[slot].type &&
		    band_file_info(scene, i)->has_nodata ==
			    band_file_info(scene, slot)->has_nodata &&
		    same_nodata(band_file_info(scene, i)->nodata,
				band_file_info(scene, slot)->nodata))
			return true;
	return false;
}

static void set_nodata(struct scene *scene, unsigned slot, const struct sensor *sensor,
		       const struct product_rule *rule, const char *path,
		       const struct options *options)
{
	struct band *band = &scene->band[slot];
	const struct band_info *info = band_file_info(scene, slot);
	double value = options->has_nodata ? options->nodata : info->nodata;
	bool stated = options->has_nodata || info->has_nodata, quiet = is_told(scene, slot);

	band->has_nodata = stated && use_stated(scene, slot, value, quiet);
	if (stated && !band->has_nodata && !quiet)
		scene_note(scene, "nodata %g of %s cannot occur in %s samples: none is used", value,
			   band->name, sample_name(band->type));
	if (!quiet)
		note_limit(scene, band);
	if (!band->has_nodata && !options->has_nodata) {
		band->has_nodata = use_product_fill(scene, slot, sensor, rule, path, options);
		if (band->has_nodata && !quiet)
			scene_note(scene,
				   "%s; %g is left out by the product's rule (--nodata none "
				   "keeps it)",
				   stated ? "so" : "the file states no nodata", band->nodata);
	}
}

void fill_apply(struct scene *scene, const struct sensor *sensor, const struct product_rule *rule,
		const char *path, const struct options *options)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		if (!scene->has_band[slot])
			continue;
		if (options->no_nodata)
			scene->band[slot].has_nodata = false;
		else
			set_nodata(scene, slot, sensor, rule, path, options);
	}
}
