/*
 * Names that a few folders hold, so that thousands of names which are not there need not each be
 * asked of the kernel. folder_names.c; for whoever looks at the files beside all scenes of a list.
 *
 * A folder's names are those of the moment when it was first asked about. One thread at a time.
 */
#ifndef IMGPIPE_FOLDER_NAMES_H
#define IMGPIPE_FOLDER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * FOLDERS_KEPT: relative and whole name of a scene's folder, and of the one above. A folder with
 * more than FOLDER_NAMES_MOST names is not kept: all of them have FOLDER_NAMES_BYTES at most.
 */
enum {
	FOLDERS_KEPT = 4,
	FOLDER_NAMES_MOST = 1 << 17,
	FOLDER_NAMES_BYTES = FOLDERS_KEPT * (FOLDER_NAMES_MOST * 2 * 4 + 4096)
};

/* Sorted out by folder_names_begin(). */
struct folder_names {
	struct kept_folder {
		char *path;     /* as it was asked for; NULL: none */
		size_t length;  /* of it */
		uint32_t *slot; /* hashes of names, an open table; NULL: not known */
		uint32_t mask;  /* slots less 1 */
	} folder[FOLDERS_KEPT];
	unsigned next;        /* to be given up */
	uint64_t names_left;  /* how many more are read, over and over */
	char *working_folder; /* NULL: not asked for yet */
};

/* For a list of so many files. */
void folder_names_begin(struct folder_names *names, uint64_t files);
void folder_names_end(struct folder_names *names);
/* Is there surely no such file? false: who wants to know has to ask. `names` NULL: false. */
bool folder_names_lacks(struct folder_names *names, const char *path);
/* The path from the root, as path_absolute(); the working folder is asked for once. */
char *folder_names_whole(struct folder_names *names, const char *path);

#endif
