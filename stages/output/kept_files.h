/*
 * Files that are about to be replaced, kept until all that replace them have their names: in a
 * hidden folder beside them, by hard links. Where the file system has none they cannot be kept.
 * kept_files.c. For file_set.c.
 */
#ifndef IMGPIPE_OUTPUT_KEPT_FILES_H
#define IMGPIPE_OUTPUT_KEPT_FILES_H

#include <stdbool.h>
#include <sys/types.h>

struct kept_files {
	int folder; /* borrowed */
	int fd;     /* of the hidden folder; -1: there is none */
	unsigned n;
	char *name;
};

/*
 * Keep the file that is called `base` in `folder`; inode: of the one that will replace it. Returns
 * its number, or -1 with errno: it cannot be kept, for want of space or of hard links. Zero at
 * first but for fd = -1; end it whatever comes back.
 */
int kept_files_add(struct kept_files *kept, int folder, const char *base, ino_t inode);

/* Number i is called `base` again. -1 with errno. */
int kept_files_put_back(struct kept_files *kept, int i, const char *base);

/* Whatever is kept goes. */
void kept_files_end(struct kept_files *kept);

/*
 * What processes that are gone have left in the folder: where they had begun to give names and had
 * not come to an end, files that they had replaced are put back.
 */
void kept_files_sweep(int folder);

#endif
