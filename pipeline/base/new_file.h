/*
 * A new file that has no name yet, or a temporary one beside its final one; see new_file.c.
 */
#ifndef IMGPIPE_NEW_FILE_H
#define IMGPIPE_NEW_FILE_H

#include <stdbool.h>
#include <sys/types.h>

struct new_file {
	int folder;       /* borrowed */
	const char *temp; /* what its temporary names begin with; borrowed */
	char *name;       /* of the temporary file; allocated also while it has none */
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
 * Likewise, but temporary names begin with `temp`, and nothing is removed: for many files, swept
 * once. `temp` outlives the file.
 */
int new_file_open_as(struct new_file *file, int folder, const char *temp, mode_t mode);

/* Remove what processes that are gone have left under temporary names that begin so. */
void new_files_sweep(int folder, const char *temp);

/*
 * Give the file `fd` the name `base`. With `replace` in place of a file that has it: then with its
 * permissions, group, access list and, where the system allows it, owner; not with its extended
 * attributes, security label or hard links. Never a moment without either. Without `replace` a
 * file that has the name stays, also one that came just now: EEXIST. -1 with errno.
 */
int new_file_commit(struct new_file *file, int fd, const char *base, bool replace);

/* fsync(2), which no signal ends. -1 with errno. */
int new_file_sync(int fd);

/* What has not got its final name goes. */
void new_file_drop(struct new_file *file);

#endif
