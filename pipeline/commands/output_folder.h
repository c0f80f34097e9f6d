/*
 * The folder of -o: it is there, and files can be made in it. output_folder.c.
 */
#ifndef IMGPIPE_PIPELINE_OUTPUT_FOLDER_H
#define IMGPIPE_PIPELINE_OUTPUT_FOLDER_H

#include <stdbool.h>

#include "error.h"

/*
 * Make it where only its last part is missing; *made: it was this call that did. -1 with
 * EX_CANTCREAT where it cannot be had, or nothing can be made in it.
 */
int output_folder_have(const char *path, bool *made, struct error *err) MUST_CHECK;

/* Remove one that holds nothing but the `n` files whose paths are given, and these with it. */
void output_folder_give_back(const char *path, const char *const *file, unsigned n);

#endif
