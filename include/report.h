/*
 * Reports: summaries and meters to people and files. Rows stream: each finished scene is written
 * when its turn comes and then released; nothing here grows with the batch.
 *
 * All calls come from one thread at a time (the machinery's writer).
 */
#ifndef IMGPIPE_REPORT_H
#define IMGPIPE_REPORT_H

#include <stdio.h>

#include "accum.h"
#include "budget.h"
#include "meter.h"
#include "options.h"
#include "plan.h"
#include "report_sink.h"
#include "run_totals.h"
#include "trace.h"
#include "workload.h"

/* What all scenes that are OK add up to, in their order, so that no sum depends on the work. */
struct pixel_totals {
	struct accum accum;
	struct float_sums float_sums; /* --teach float-sums */
	struct histogram histogram;
	double area_m2; /* NaN as soon as one scene's is not known */
};

/* Totals of no scene; one more scene, which is not counted unless it is OK. */
void pixel_totals_init(struct pixel_totals *totals);
void pixel_totals_add(struct pixel_totals *totals, const struct scene_result *result);

/* What a report is made of, in this order. */
enum report_piece { REPORT_HEAD, REPORT_SCENE, REPORT_TAIL };

/* One kind of report: a row in the table `reports`. NULL members are skipped. */
struct report {
	const char *name;
	/* Path this report goes to by the options, NULL where it is not wanted; "-" is stdout. */
	const char *(*path)(const struct options *options);
	int (*begin)(FILE *out, const struct plan *plan, const struct options *options,
		     struct error *err);
	/* row: scenes written before this one, from 0. */
	int (*scene)(FILE *out, uint64_t row, const struct scene_result *result,
		     const struct options *options, struct error *err);
	int (*end)(FILE *out, const struct run_totals *totals, const struct plan *plan,
		   const struct options *options, struct error *err);
	/* Closes each piece, given the CRC-32 of all bytes of the report before it. */
	void (*seal)(FILE *out, enum report_piece piece, uint32_t crc);
};

extern const struct report *const reports[]; /* ended by NULL */

/*
 * No report of the command may go into a file that it reads: -1 with EX_USAGE, and both named,
 * where one would. catalog: NULL where there is none (merge); it is looked through only where a
 * file is about to be replaced.
 */
int report_inputs_apart(const struct options *options, const struct catalog *catalog,
			struct error *err) MUST_CHECK;

/*
 * Reports of a run; see report_sink.h. What has been added up so far may be looked at.
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
		const struct scene *scene, const struct catalog *catalog,
		const struct options *options);
/* `imgpipe graph`: tasks and what they hand on, SVG, or text with --text. */
int report_graph(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		 const struct scene *scene, const struct catalog *catalog,
		 const struct options *options);
int report_info(FILE *out, const struct scene *scene, const struct error *failure);

#endif
