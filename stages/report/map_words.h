/*
 * Maps and pictures in words, for the reports for people.
 */
#ifndef IMGPIPE_STAGES_MAP_WORDS_H
#define IMGPIPE_STAGES_MAP_WORDS_H

#include "output/maps.h"
#include "report.h"

enum { MAP_TEXT_BYTES = 600 };

/* What would be written of a scene like this one (NULL: none is known), and how large at the most.
 * Returns text. */
const char *maps_text(char text[MAP_TEXT_BYTES], const struct maps *maps,
		      const struct scene *scene);
/* "Maps"; "Pictures" where there are no maps; NULL: no files of scenes are made. */
const char *files_label(const struct maps *maps);
/* "6 files, 12.3 MiB, in ndvi". Returns text. */
const char *files_text(char text[MAP_TEXT_BYTES], const struct pixel_totals *totals,
		       const struct maps *maps);
/* Pixels that the type could not hold; "" none. Returns text. */
const char *clamped_text(char text[MAP_TEXT_BYTES], const struct output_file *file,
			 const struct maps *maps);

/* The map that was made of value v; NULL: none. */
const struct output_file *value_map(const struct scene_result *result, unsigned v);
/* What the file is a map of; NULL: it is a picture. */
const struct map_def *file_map(const struct output_file *file, const struct maps *maps);

#endif
