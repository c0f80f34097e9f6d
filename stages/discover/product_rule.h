/*
 * What the product says of scale and offset, band by band. A rule needs positive evidence:
 * the product's metadata or its name, never a date. product_rule.c, with product_metadata.c for
 * those whose coefficients stand in a file beside the images. Thread-safe.
 */
#ifndef IMGPIPE_PRODUCT_RULE_H
#define IMGPIPE_PRODUCT_RULE_H

#include <stdbool.h>

#include "band_facts.h"
#include "options.h"
#include "scene.h"
#include "input/side_names.h"
#include "side_file.h"
#include "bands/sensors.h"

struct product_rule {
	bool known;      /* scale and offset are */
	bool assumed;    /* from a name that may also be of something made from the product */
	bool eight_bits; /* numbers of 8 bits may be the product's, not a picture made of them */
	double scale[SCENE_QA], offset[SCENE_QA];
	char why[160];
	/*
	 * Digital numbers or radiance, of which a normalised difference is biased, and that are not
	 * made reflectance: remedy says how they are, "" where nobody knows.
	 */
	bool biased;
	char remedy[SIDE_PROBLEM_BYTES];
	int lack; /* errno: nobody can tell, for want of memory or descriptors; 0: none is wanting
		   */
};

/* The rule for the scene's bands. It names the sensor's level where the metadata or the name tell
 * it. */
struct product_rule product_rule_find(struct scene *scene, const struct sensor *sensor,
				      const char *path, const struct options *options);

/*
 * Names of the metadata that product_rule_find() reads of an image of this sensor, whose path is
 * absolute; NULL: all that its header may make it. 1: it was enough; 0; -1 without memory.
 */
int product_rule_names(const struct sensor *sensor, const char *path,
		       const struct side_names *names) MUST_CHECK;

/* May numbers of this type be the product's? In 8 bits they are, mostly, a picture made of it. */
bool product_numbers(const struct product_rule *rule, enum sample_type type);

/* --- product_metadata.c --- */

/* Sentinel-2 with its MTD_MSI*.xml beside; not known: without. */
struct product_rule product_rule_sentinel2(struct scene *scene, const char *path);

/*
 * Landsat Level-1 with its MTL file: reflectance where --reflectance asks for it. level1: the name
 * says that it is; otherwise the file has to.
 */
struct product_rule product_rule_landsat_l1(const struct scene *scene, const struct sensor *sensor,
					    const char *path, bool level1,
					    const struct options *options);

/* Planet's radiance with its XML. */
struct product_rule product_rule_radiance(const struct scene *scene, const char *path);

#endif
