/*
 * What users should know of the scale that a scene got: doubts, assumptions, and what to pass where
 * they know better. scaling_notes.c.
 */
#ifndef IMGPIPE_SCALING_NOTES_H
#define IMGPIPE_SCALING_NOTES_H

#include "options.h"
#include "product_rule.h"
#include "scene.h"
#include "bands/sensors.h"

/*
 * Add the notes, for a scene whose scale was not given by --raw or --scale. stated: its files state
 * one. path: of the first band's file, absolute.
 */
void scaling_notes(struct scene *scene, const struct sensor *sensor, const char *path,
		   const struct product_rule *rule, bool stated, const struct options *options);

/*
 * For a scene of whose scale --scale alone was given and its files state none: may the product have
 * an offset, too?
 */
void scaling_offset_note(struct scene *scene, const struct sensor *sensor, const char *path,
			 const struct product_rule *rule, const struct options *options);

#endif
