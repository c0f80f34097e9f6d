/*
 * Which files of the list are one, by links: links.c. For scene_list.c.
 */
#ifndef IMGPIPE_LINKS_H
#define IMGPIPE_LINKS_H

#include "file_list.h"

/* Find out which files are one, by links. Before the list is sealed. */
int file_list_resolve(struct file_list *list, struct error *err) MUST_CHECK;
void file_list_forget_links(struct file_list *list);

#endif
