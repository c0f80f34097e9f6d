/*
 * What is no storage: the kernel's own file systems (/proc, /sys and their like) and /dev. Files
 * there are made up when they are read, may wait for ever, and may act when they are opened.
 */
#ifndef IMGPIPE_KERNEL_FOLDER_H
#define IMGPIPE_KERNEL_FOLDER_H

#include <stdbool.h>

/* The directory that is open as `fd`, and called `path`. /dev/shm is storage. */
bool kernel_folder(int fd, const char *path);

/* The file of that name in the directory that is open as `dir`, where a link leads. */
bool kernel_file(int dir, const char *name);

#endif
