/*
 * Figures of a sweep: spreads, series, the best chunk and how flat the optimum is. Pure.
 */
#ifndef IMGPIPE_STAGES_SWEEP_STATS_H
#define IMGPIPE_STAGES_SWEEP_STATS_H

#include "base/screen.h"
#include "fit.h"
#include "sweep.h"

/* Of the runs that know the value; all NaN where none does. */
struct spread {
	double min, median, max;
};

enum sweep_figure { SWEEP_WALL, SWEEP_CPU, SWEEP_PEAK, SWEEP_OVERHEAD, SWEEP_READ, SWEEP_RUNNING };

struct spread point_spread(const struct sweep_point *point, enum sweep_figure figure);

/*
 * Runs that were short of cores: workers that worked had a CPU for less than RUNNING_SHARE of that
 * time, though there were no more of them than cores. `least`: the least of those shares, 0 to 1.
 */
unsigned point_short_of_cores(const struct sweep_point *point, unsigned cores, double *least);

/* The window asked for; false where it was not given in pixels (auto, tile, bytes). */
bool point_asked(const struct sweep_point *point, uint32_t *x, uint32_t *y);

/* Edge of the chunk in pixels: asked for, else as the run had it; the geometric mean of two. */
double point_edge(const struct sweep_point *point);

/* Points that differ in one thing only, ascending in it; they have been measured. */
enum { SERIES_MOST = 32, SERIES_POINTS = 32 };
struct series {
	char name[64];
	unsigned n;
	const struct sweep_point *point[SERIES_POINTS];
	unsigned starved; /* points by workers that are left out: they had fewer chunks than workers
			   */
	uint64_t chunks;  /* of those, the most */
};
struct series_list {
	unsigned n;
	bool left_out; /* there were more than SERIES_MOST */
	struct series series[SERIES_MOST];
};

/* Does the sweep vary the working set? */
bool sweep_has_sets(const struct sweep *sweep);

/* Over chunk sizes: one for each executor, working set and number of workers. */
void series_by_chunk(struct series_list *list, const struct sweep *sweep);
/*
 * Over workers: one for each executor and working set, with the chunk that was best for it. Where
 * some workers have no chunk, a time says nothing of their number: such points are left out.
 */
void series_by_workers(struct series_list *list, const struct sweep *sweep);

/* The fewest workers of the series, with which the others are compared: are they one? */
bool series_has_one(const struct series *series);
/* What one worker takes: measured, or what the fewest would take if they were ideal. For pictures
 * of time alone. */
double series_base_time(const struct series *series);
/* How many times as fast as the fewest workers point i is; NaN for those themselves: a measurement
 * is not compared with itself. */
double series_speed_up(const struct series *series, unsigned i);

/* Was point i, or the one that it is compared with, measured beside other programs? Then its
 * speed-up says nothing of workers. */
bool series_spoilt(const struct series *series, unsigned i, unsigned cores);

/* The point with the least median wall time; NULL if the series is empty. */
const struct sweep_point *series_best(const struct series *series);
/* Was every run of `point` slower than all of `best`? */
bool point_apart(const struct sweep_point *point, const struct sweep_point *best);
/* Runs of the series that were short of cores. */
unsigned series_short_runs(const struct series *series, unsigned cores);
/* Is the best one told apart from all others, by times that no other program has spoilt? */
bool series_has_winner(const struct series *series, unsigned cores);
/*
 * The neighbours of the best, with no other in between, whose median is within `share` of its.
 */
void series_flat(const struct series *series, double share, const struct sweep_point **low,
		 const struct sweep_point **high);

/* Differences under this share are not worth another setting. */
#define SWEEP_FLAT_SHARE 0.05

/* Sentences: each fits in ADVICE_BYTES. */
enum { ADVICE_MOST = 16, ADVICE_BYTES = 640 };
struct advice {
	unsigned n;
	enum ink ink[ADVICE_MOST];
	char text[ADVICE_MOST][ADVICE_BYTES];
};
void sweep_advise(struct advice *advice, const struct sweep *sweep);

/* What was done, in a sentence or two. */
void sweep_describe(char *text, size_t size, const struct sweep *sweep);

/* Laws of scaling over the medians of a series by workers. */
struct scaling_fit {
	unsigned points;
	struct amdahl amdahl;
	struct usl usl;
};
void series_fit(struct scaling_fit *fit, const struct series *series);

#endif
