/*
 * File systems that hold no stored files: the kernel's own (/proc, /sys and others) and /dev. Their
 * files are generated when read, may block forever, and may have effects when opened.
 */
#ifndef IMGPIPE_KERNEL_FOLDER_H
#define IMGPIPE_KERNEL_FOLDER_H

#include <stdbool.h>

/* The directory that is open as `fd`, and called `path`. /dev/shm is storage. */
bool kernel_folder(int fd, const char *path);

/* The file of that name in the directory that is open as `dir`, where a link leads. */
bool kernel_file(int dir, const char *name);

#endif
