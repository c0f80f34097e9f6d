/*
 * Which files an image of the list is read from, besides its product's metadata: image_names.c. For
 * whoever asks which files are inputs, of a run or of a scene.
 */
#ifndef IMGPIPE_IMAGE_NAMES_H
#define IMGPIPE_IMAGE_NAMES_H

#include "error.h"
#include "file_list.h"
#include "input/side_names.h"

/*
 * The image, or the archive that it is in, or the files that GDAL's name holds; and what is beside
 * it. 1: it was enough; 0; -1 without memory.
 */
int image_names(const struct file_list *files, uint32_t file,
		const struct side_names *names) MUST_CHECK;
/* The same of a file that is not in the list, by its path. */
int image_path_names(const char *path, const struct side_names *names) MUST_CHECK;

#endif
