/*
 * What the user names, put into the file list: arguments.c. For scene_list.c.
 */
#ifndef IMGPIPE_ARGUMENTS_H
#define IMGPIPE_ARGUMENTS_H

#include "file_list.h"

/* Expand one argument. -1 only where memory fails, or the names exceed most_bytes. */
int file_list_add(struct file_list *list, const char *argument, struct error *err) MUST_CHECK;

#endif
