/*
 * Folders that are listed: opening them, and file systems that hold no stored files: the kernel's
 * own (/proc, /sys and others) and /dev. Their files are generated when read, may block forever,
 * and may have effects when opened.
 */
#ifndef IMGPIPE_KERNEL_FOLDER_H
#define IMGPIPE_KERNEL_FOLDER_H

#include <dirent.h>
#include <stdbool.h>

/*
 * Open a directory ("": the working one) without waiting for anybody; NULL with errno. follow:
 * where a link stands in its place, too. Close it with closedir().
 */
DIR *folder_open(const char *path, bool follow);

/* The directory that is open as `fd`, and called `path` ("": the working one). /dev/shm is storage.
 */
bool kernel_folder(int fd, const char *path);

/* The file of that name in the directory that is open as `dir`, where a link leads. */
bool kernel_file(int dir, const char *name);

#endif
