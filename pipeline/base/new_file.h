/*
 * A new file that has no name yet, or a temporary one beside its final one; see new_file.c.
 */
#ifndef IMGPIPE_NEW_FILE_H
#define IMGPIPE_NEW_FILE_H

#include <stdbool.h>
#include <sys/types.h>

struct new_file {
	int folder; /* borrowed */
	char *name; /* of the temporary file; allocated also while it has none */
	bool locked;
	bool named; /* there is a file of that name in the folder, and it is ours */
};

/*
 * A new file in `folder` (a descriptor), to become `base`, for reading and writing. Without a name
 * where the file system allows it: then nothing is left of it however the process ends. What such
 * processes have left otherwise is removed first. Returns its descriptor, or -1 with errno; drop it
 * whatever comes back.
 */
int new_file_open(struct new_file *file, int folder, const char *base, mode_t mode);

/*
 * Give the file `fd` the name `base`, in place of a file that has it: then with its permissions,
 * group, access list and, where the system allows it, owner; not with its extended attributes,
 * security label or hard links. Never a moment without either. -1 with errno.
 */
int new_file_commit(struct new_file *file, int fd, const char *base);

/* What has not got its final name goes. */
void new_file_drop(struct new_file *file);

#endif
