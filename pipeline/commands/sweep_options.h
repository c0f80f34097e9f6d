/*
 * What imgpipe sweep alone takes: lists whose every combination is a point, and how to measure.
 */
#ifndef IMGPIPE_PIPELINE_SWEEP_OPTIONS_H
#define IMGPIPE_PIPELINE_SWEEP_OPTIONS_H

#include "options/command.h"
#include "sweep/sweep.h"

enum { SWEEP_VALUES = 32, SWEEP_WORD = 24 };
/* Options of run that a sweep takes: each once, and those that repeat. */
enum { SWEEP_PASSED = SWEEP_VALUES + 4 * OPTION_TEXTS_MOST };

/* options->own of a sweep. */
struct sweep_options {
	unsigned n_chunks, n_workers, n_executors, n_sets; /* 0: the default */
	char chunk[SWEEP_VALUES][SWEEP_WORD];              /* as --chunk takes them */
	unsigned workers[SWEEP_VALUES];
	char executor[SWEEP_VALUES][SWEEP_WORD];
	char set[2][SWEEP_WORD]; /* as --working-set takes them */
	unsigned repeat;         /* 0: the default */
	bool cold;               /* the files leave the page cache before each run */
	unsigned n_passed;       /* options of run, for every point as they were typed */
	struct {
		const char *name, *value; /* value NULL: takes none */
	} passed[SWEEP_PASSED];
};

/* What a sweep and a run both take is for the runs: see struct command. */
void sweep_took(struct options *options, const struct option_item *item, const char *value);
/* Options of a run that a sweep cannot do with. */
int sweep_check(struct options *options, struct error *err);

extern const struct option_row *const sweep_varying_rows[];
extern const struct option_row *const sweep_measuring_rows[];

#endif
