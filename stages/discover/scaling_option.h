/*
 * What users should know of the --scale and --offset that they gave. scaling_option.c.
 */
#ifndef IMGPIPE_SCALING_OPTION_H
#define IMGPIPE_SCALING_OPTION_H

#include "options.h"
#include "product_rule.h"
#include "scene.h"

/* Is a band that is not of quality of whole numbers? */
bool any_integers(const struct scene *scene);

/* Whole numbers times 1 or more: what --scale makes of them lies beyond reflectance. */
bool option_scale_is_large(const struct scene *scene, const struct options *options);

/* Add the notes, for a scene whose scale --scale or --offset gave. */
void scaling_option_notes(struct scene *scene, const struct product_rule *rule,
			  const struct options *options);

#endif
