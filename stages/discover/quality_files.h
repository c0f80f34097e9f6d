/*
 * The quality files of one scene: those that grouping found, those beside its bands, and those in
 * the product's own folders. quality_files.c. Names alone; no file is opened.
 */
#ifndef IMGPIPE_QUALITY_FILES_H
#define IMGPIPE_QUALITY_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "entries.h"
#include "error.h"
#include "options.h"

/* Where it was found; the first counts most. */
enum quality_place {
	QUALITY_NAMED,   /* it is in the list of files, and belongs to the scene by its name */
	QUALITY_BESIDE,  /* in the folder of the bands, or in R10m, R20m, R60m beside that */
	QUALITY_PRODUCT, /* in the product's folder for them: QI_DATA, MASKS */
};

struct quality_file {
	char *path;       /* owned */
	const char *name; /* in it */
	const char *text; /* the part of the name that says what it is: "QA_PIXEL.TIF" */
	bool named;       /* by the user */
	uint8_t place;
	uint8_t resolution_m; /* 0: not stated */
};

enum { QUALITY_FILES_MOST = 64 };

struct quality_files {
	unsigned n;
	bool more; /* than the table holds */
	bool looked_around;
	struct quality_file file[QUALITY_FILES_MOST];
};

/* Those of the list. Release it also on failure. */
int quality_files_init(struct quality_files *files, const struct scene_list *scene_list,
		       const struct entry *entry, struct error *err) MUST_CHECK;
/*
 * And what the product's own folders hold, once; without --mask (masked) also that of the bands,
 * which is in the list otherwise.
 */
int quality_files_look_around(struct quality_files *files, const struct scene_list *scene_list,
			      const struct entry *entry, bool masked, struct error *err) MUST_CHECK;
/* And files in the folder of the bands whose whole name this is, but for the extension. */
int quality_files_take_whole(struct quality_files *files, const struct scene_list *scene_list,
			     const struct entry *entry, const char *pattern,
			     struct error *err) MUST_CHECK;
void quality_files_release(struct quality_files *files);

#endif
