/*
 * Grouping: which files of the list make one scene, by their names alone: group.c, or by the
 * patterns of --bands: group_pattern.c. For scene_list.c, which keeps the result.
 */
#ifndef IMGPIPE_GROUP_H
#define IMGPIPE_GROUP_H

#include <stdint.h>

#include "entries.h"
#include "error.h"
#include "options.h"
#include "bands/sensors.h"

struct scene_list;

/* file_sensor.c: the sensor whose bands a file's name speaks of; NULL: nobody knows. */
const struct sensor *file_sensor(const struct file_list *files, uint32_t file);

/* Group the files by their names. */
int group_by_name(struct scene_list *scene_list, const struct options *options,
		  struct error *err) MUST_CHECK;
/* Group them by what the patterns of --bands matched. */
int group_by_pattern(struct scene_list *scene_list, const struct options *options,
		     struct error *err) MUST_CHECK;

#endif
