/*
 * Archives, put into the file list: archives.c. For arguments.c and walk.c.
 */
#ifndef IMGPIPE_ARCHIVES_H
#define IMGPIPE_ARCHIVES_H

#include "file_list.h"

/*
 * Add the rasters that an archive holds, like those of a folder. One that cannot be read fails in
 * its place. One that holds none fails only where it was named.
 */
int file_list_archive(struct file_list *list, const char *path, bool named, struct error *err);

/* Add what a name behind an archive's stands for, a member or a folder: path[length] is '/'. */
int file_list_in_archive(struct file_list *list, const char *path, size_t length,
			 struct error *err);

#endif
