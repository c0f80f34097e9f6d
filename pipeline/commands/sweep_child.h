/*
 * One run of a sweep: this program again, in a process of its own, so that its peak of memory is
 * its own and a run that fails costs nothing but its row.
 */
#ifndef IMGPIPE_PIPELINE_SWEEP_CHILD_H
#define IMGPIPE_PIPELINE_SWEEP_CHILD_H

#include "sweep/sweep.h"

/* A folder of the sweep's own, and the files that a run leaves in it. */
struct sweep_folder {
	char path[160];
	int lock;                                  /* held as long as the sweep lives */
	char report[192], summary[192], said[192]; /* said: its standard error */
	char reference[192];                       /* summary of the first run that had one */
	char scene[192];                           /* report of the first read */
};

int sweep_folder_make(struct sweep_folder *folder, struct error *err) MUST_CHECK;
void sweep_folder_remove(const struct sweep_folder *folder);
/* What the last run left is no outcome of the next. */
void sweep_folder_forget_run(const struct sweep_folder *folder);

/* How a run ended. */
struct sweep_ending {
	int status; /* exit status; 128 + number of the signal that ended it */
	double wall_s, cpu_s;
};

/*
 * Run one point (NULL: with the defaults of run) to its end, or until a signal came: then the run
 * is ended, too, and ending->status is 130 or 143. -1 if it could not be started.
 */
int sweep_child_run(const struct sweep_folder *folder, const struct options *options,
		    const struct sweep_point *point, struct sweep_ending *ending,
		    struct error *err) MUST_CHECK;

/* The last line it said, without the program's name; "" if it said nothing. */
void sweep_child_said(const struct sweep_folder *folder, char text[SWEEP_PROBLEM]);

#endif
