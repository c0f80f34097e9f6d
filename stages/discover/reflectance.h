/*
 * Whether a scene's numbers are reflectance once scale and offset are applied, and what makes them
 * it where they are not. reflectance.c. Pure, thread-safe.
 */
#ifndef IMGPIPE_DISCOVER_REFLECTANCE_H
#define IMGPIPE_DISCOVER_REFLECTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "product_rule.h"
#include "scene.h"
#include "bands/sensors.h"

enum { REFLECTANCE_LACK_BYTES = 320 };

/* Are the numbers, scaled as they are now, reflectance from 0 to 1? stated: by the files. */
bool is_reflectance(const struct scene *scene, const struct product_rule *rule, bool stated,
		    const struct options *options);

/*
 * Why they are not, and what to pass for such a scene, to stand behind "needs reflectance, ":
 * "and nothing states the scale: pass ...". path: of the first band's file. Returns text.
 */
const char *reflectance_lack(const struct scene *scene, const struct sensor *sensor,
			     const char *path, const struct product_rule *rule,
			     const struct options *options, char text[REFLECTANCE_LACK_BYTES]);

/*
 * What makes reflectance of Landsat's whole numbers, of which no name or file tells the level, by
 * their type: "Level-1 needs ..."; NULL: nothing that is known. Static.
 */
const char *landsat_needs(const struct scene *scene, const char *path);

#endif
