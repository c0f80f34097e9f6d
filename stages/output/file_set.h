/*
 * Files of one scene that get their names together: when all of them are whole and on the disk.
 * file_set.c. For scene_maps.c and pictures.
 */
#ifndef IMGPIPE_OUTPUT_FILE_SET_H
#define IMGPIPE_OUTPUT_FILE_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "base/new_file.h"
#include "kept_files.h"
#include "output_file.h"

/* One of them. */
struct set_file {
	struct new_file file;
	int fd;
	const char *base; /* its name in the folder; outlives the set */
	bool has_name;    /* it has got it */
	bool replaced;    /* another file's */
	int kept;         /* number of that one in `kept`; -1: it is not */
};

/*
 * Remove what runs that are gone have left in the folder under temporary names; what they had
 * replaced is put back where they had not named all files of a scene.
 */
void file_set_sweep(const char *folder);

struct file_set {
	const char *folder;
	int folder_fd;
	bool overwrite, sync;
	unsigned n, most;
	struct set_file *set;
	struct kept_files kept; /* while names are given */
};

/* Room for `most` files in a folder that is there. Drop it whatever comes back. */
int file_set_init(struct file_set *files, const char *folder, unsigned most, bool overwrite,
		  bool sync, struct error *err) MUST_CHECK;

/* A new file, to be called `base`: its descriptor, which belongs to the set; -1 with an error. */
int file_set_add(struct file_set *files, const char *base, struct error *err) MUST_CHECK;

/*
 * All of them are whole: they go to the disk (where `sync`), and get their names, if env says that
 * they may (NULL: they may). -1: none has one,
 * and files that had been replaced before that are back; where the file system has no hard links
 * those stay replaced. Only files and links are replaced, with `overwrite` alone; what GDAL has
 * written beside them (.aux.xml, .ovr, .msk) goes once all have their names.
 */
int file_set_commit(struct file_set *files, const struct outputs_env *env,
		    struct error *err) MUST_CHECK;

/* Closes them; what has no name is gone. */
void file_set_drop(struct file_set *files);

#endif
