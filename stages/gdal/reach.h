/*
 * How far GDAL may go for one input: the rule is in reach.c, and is in force between
 * gdal_log_begin() and gdal_log_end() (log.h).
 */
#ifndef IMGPIPE_GDAL_REACH_H
#define IMGPIPE_GDAL_REACH_H

#include "error.h"
#include "gate.h"
#include "input/archive.h"
#include "scene.h"

/* As named, where that is without links, and where the file itself is without links. */
enum { GDAL_REACH_FOLDERS = 3 };

/*
 * How far GDAL may go for one input: the gate that is in force while it works for this input. It
 * stays where it is from gdal_reach_init() on, and belongs to one thread at a time.
 */
struct gdal_reach {
	enum file_reach how;
	bool network;               /* the input itself is on the network */
	bool nothing;               /* the name holds no file that is there */
	struct archive_place place; /* the archive that it is in; place.archive NULL: in none */
	bool curl;  /* GDAL has its network handlers, and is told which names they take */
	char *name; /* what GDAL is to open */
	char *main; /* the file, without links */
	char *folder[GDAL_REACH_FOLDERS];
	char refused[320]; /* the first thing beyond, for a message; "" while there is none */
	struct gate gate;
};

/* Take the name apart, and refuse what may not be opened at all. Release it where it is 0. */
int gdal_reach_init(struct gdal_reach *reach, const char *path, enum file_reach how,
		    struct error *err) MUST_CHECK;
void gdal_reach_release(struct gdal_reach *reach);

/* The error for reach->refused; always -1. */
int gdal_reach_error(const struct gdal_reach *reach, const char *path, struct error *err);

#endif
