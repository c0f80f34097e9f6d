/*
 * Quality files beside files that the user named: beside.c. For scene_list.c.
 */
#ifndef IMGPIPE_BESIDE_H
#define IMGPIPE_BESIDE_H

#include "error.h"
#include "file_list.h"
#include "masks/masks.h"

/*
 * With --mask: add quality files, and what free rules ask for, of folders in which files were
 * named, and of R10m, R20m, R60m beside such a folder. Each folder is listed once; what was
 * searched is left alone. They are scenes of nobody's. Before the list is sealed.
 */
int file_list_beside(struct file_list *list, const struct masks *masks,
		     struct error *err) MUST_CHECK;

/* Is it a regular file, or a link to one, and not the kernel's? `type`: its d_type. */
bool quality_is_file(int dir, const char *name, unsigned char type);

#endif
