/*
 * Where a report is to go: found, and looked at for all that could stop it from getting there;
 * nothing is made or changed. See report_target.c.
 */
#ifndef IMGPIPE_STAGES_REPORT_TARGET_H
#define IMGPIPE_STAGES_REPORT_TARGET_H

#include <stdbool.h>
#include <sys/stat.h>

#include "error.h"

struct report_target {
	char *path;       /* links followed; NULL: standard output */
	const char *base; /* the last part of it */
	int folder;       /* descriptor of its folder (O_PATH), -1 if it is not needed */
	bool exists;      /* st is of what stands there now, else of the folder */
	bool direct; /* a device, a pipe, a descriptor by its name: written into, not replaced */
	struct stat st;
};

/*
 * -1 with EX_CANTCREAT, or EX_USAGE where it would replace an image or what belongs to one; to be
 * released whatever comes back. `kind`: of the report, for messages.
 */
int report_target_find(struct report_target *target, const char *kind, const char *path,
		       struct error *err) MUST_CHECK;
void report_target_release(struct report_target *target);

/* Would two reports there be in one file or pipe? (Devices may be shared.) */
bool report_target_same(const struct report_target *a, const struct report_target *b);

/* Remove a contact sheet of an earlier run; any other file, and a link, stays. Was there one? */
bool report_target_remove_sheet(const char *path);

/* "path: cannot create the ... report: reason; what to do". Always -1. */
int report_target_refuse(const char *kind, const char *path, int code, struct error *err);

#endif
