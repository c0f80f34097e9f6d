/*
 * Files that hold several images: netCDF and HDF, whose images have names, and TIFF files of
 * several pages. What to name instead, or besides. images.c; it opens no file.
 */
#ifndef IMGPIPE_IMAGES_H
#define IMGPIPE_IMAGES_H

#include "error.h"
#include "options.h"
#include "scene.h"

/*
 * The error for a file that only holds others, info.images: with the words to pass where their
 * names tell which are the recipe's bands, else with the list. Always -1.
 */
int images_refuse(const struct scene_file *file, const struct options *options,
		  struct error *err) MUST_CHECK;

/* Note that a file has other pages as large as the one that is read, and how they are named. */
void pages_note(struct scene *scene, unsigned file);

/*
 * The error for a file of one band and several pages, where `value` needs `lacking`, bands of the
 * recipe by bit. Always -1.
 */
int pages_refuse(const struct scene_file *file, const struct recipe *recipe, uint16_t reads,
		 const char *value, const char *lacking, struct error *err) MUST_CHECK;

#endif
