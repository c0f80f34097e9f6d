/*
 * Directories, put into the file list: walk.c. For arguments.c.
 */
#ifndef IMGPIPE_WALK_H
#define IMGPIPE_WALK_H

#include "file_list.h"

/* Add the rasters of a directory and of those below it, as walk.c says. */
int file_list_walk(struct file_list *list, const char *path, struct error *err);

#endif
