/*
 * Reports: summaries and meters to people and files. Rows stream: each finished scene is written
 * when its turn comes and then released; nothing here grows with the batch.
 *
 * Implemented in stages/report; called by a run's writer, from one thread at a time, and by the
 * commands.
 */
#ifndef IMGPIPE_REPORT_H
#define IMGPIPE_REPORT_H

#include <stdio.h>

#include "accum.h"
#include "budget.h"
#include "foreseen.h"
#include "meter.h"
#include "options.h"
#include "plan.h"
#include "report_sink.h"
#include "run_totals.h"
#include "report_option.h"
#include "trace.h"
#include "workload.h"

/* What one value adds up to, in all scenes that are OK and have it. */
struct value_totals {
	struct accum accum;
	struct float_sums float_sums; /* --teach float-sums */
	struct mask_counts masked_by;
	double area_m2;    /* of the scenes whose area is known */
	uint32_t n_scenes; /* that have it */
	uint32_t n_area;   /* of these, whose area is known */
	struct histogram histogram;
};

/* What all scenes that are OK add up to, in their order, so that no sum depends on the work. */
struct pixel_totals {
	unsigned n_values; /* 0: of a lab, whose cells are below; one that is empty is there */
	struct value_totals *value;
	const struct result_layout *layout;
	struct cell_group *cells;              /* owned; NULL where there is no such scene */
	uint64_t n_files, file_bytes, clamped; /* maps and pictures */
};

/* Totals of no scene; release them whatever comes back. */
int pixel_totals_init(struct pixel_totals *totals, const struct result_layout *layout,
		      struct error *err) MUST_CHECK;
/* One more scene, which is not counted unless it is OK. */
int pixel_totals_add(struct pixel_totals *totals, const struct scene_result *result,
		     struct error *err) MUST_CHECK;
void pixel_totals_release(struct pixel_totals *totals);

/* What a report is made of, in this order. */
enum report_piece { REPORT_HEAD, REPORT_SCENE, REPORT_TAIL };

/* A report that is being written: what its functions are handed. */
struct open_report {
	FILE *out;
	const struct plan *plan;
	const struct options *options;
	uint64_t row; /* scenes written so far */
	void *state;  /* the report's own: state_bytes, zero at first */
};

/* One kind of report of a run: a row of a table. Functions that are NULL are skipped. */
struct report {
	struct report_option option;
	size_t state_bytes;
	/* Its file is written later, by who ends the run; open_report.out is NULL, and here it is
	 * only found out whether it can be. */
	bool late;
	int (*begin)(struct open_report *report, struct error *err);
	int (*scene)(struct open_report *report, const struct scene_result *result,
		     struct error *err);
	int (*end)(struct open_report *report, const struct run_totals *totals, struct error *err);
	/* Whatever came: what the state holds is given back. Called once begin() was. */
	void (*release)(struct open_report *report);
	/* Closes each piece, given the CRC-32 of all bytes of the report before it. */
	void (*seal)(FILE *out, enum report_piece piece, uint32_t crc);
};

/* The reports of run and merge: one file and one line in reports.c each. The last one is NULL. */
extern const struct report *const reports[];
report_list run_report_option;
/* Its option is among those of maps (pipeline/commands). */
extern const struct report report_sheet;
extern const struct report report_html;
/* Written by the command (metrics.h). */
extern const struct report report_metrics;

/* Does the report for people, which has the plan's notes, go to standard output? */
bool report_shows_text(const struct options *options);

/*
 * The reports of a run, those of the plan's table that are wanted; see report_sink.h. What has been
 * added up so far may be looked at.
 */
extern const struct report_sink report_sink;

int report_set_open(struct report_set **set, const struct plan *plan, const struct options *options,
		    struct error *err) MUST_CHECK;
int report_set_scene(struct report_set *set, const struct scene_result *result,
		     struct error *err) MUST_CHECK;
int report_set_commit(struct report_set *set, const struct run_totals *totals,
		      struct error *err) MUST_CHECK;
void report_set_free(struct report_set *set);
const struct pixel_totals *report_set_pixels(const struct report_set *set);

/* Text for people: `imgpipe plan`, `imgpipe info`. */
int report_plan(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		const struct scene *scene, const struct options *options,
		const struct foreseen *foreseen);
/* `imgpipe graph`: tasks and what they hand on, SVG, or text with --text. */
int report_graph(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		 const struct scene *scene, const struct options *options);
/* recipe: what the scene was opened for. -1 without memory, too. */
int report_info(FILE *out, const struct scene *scene, const struct told_bands *told,
		const struct told_quality *quality, const struct recipe *recipe,
		const struct error *failure);

#endif
