/*
 * Options of maps and pictures, for all commands that plan a run. What they mean together is known
 * to stages/output/maps_make.c.
 */
#ifndef IMGPIPE_PIPELINE_MAP_OPTIONS_H
#define IMGPIPE_PIPELINE_MAP_OPTIONS_H

#include "options/command.h"

#define MAPS_TITLE "Maps and pictures"
extern const struct option_row *const map_rows[];

#endif
