/*
 * Spreads and series of a sweep.
 */
#include "sweep_stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/run_figures.h"

static double value_of(const struct sweep_sample *sample, enum sweep_figure figure)
{
	switch (figure) {
	case SWEEP_WALL:
		return sample->wall_s;
	case SWEEP_CPU:
		return sample->cpu_s;
	case SWEEP_PEAK:
		return sample->peak_bytes;
	case SWEEP_OVERHEAD:
		return sample->overhead;
	case SWEEP_READ:
		return sample->amplification;
	case SWEEP_RUNNING:
		return sample->running;
	}
	return NAN;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread point_spread(const struct sweep_point *point, enum sweep_figure figure)
{
	enum { RUNS_MOST = 1000 };
	double values[RUNS_MOST];
	unsigned n = 0;

	for (unsigned i = 0; i < point->n && i < RUNS_MOST; i++) {
		double value = value_of(&point->sample[i], figure);

		if (isfinite(value))
			values[n++] = value;
	}
	if (!n)
		return (struct spread){NAN, NAN, NAN};
	qsort(values, n, sizeof(values[0]), by_value);
	return (struct spread){values[0], (values[(n - 1) / 2] + values[n / 2]) / 2, values[n - 1]};
}

unsigned point_short_of_cores(const struct sweep_point *point, unsigned cores, double *least)
{
	unsigned n = 0;

	*least = 1;
	for (unsigned i = 0; i < point->n && point->workers <= cores; i++)
		if (point->sample[i].running < RUNNING_SHARE) {
			*least = fmin(*least, point->sample[i].running);
			n++;
		}
	return n;
}

bool point_asked(const struct sweep_point *point, uint32_t *x, uint32_t *y)
{
	char *end;

	if (point->chunk[strspn(point->chunk, "0123456789xX")] != '\0')
		return false;
	*x = *y = (uint32_t)strtoul(point->chunk, &end, 10);
	if (*end)
		*y = (uint32_t)strtoul(end + 1, NULL, 10);
	return true;
}

double point_edge(const struct sweep_point *point)
{
	uint32_t x, y;

	if (!point_asked(point, &x, &y)) {
		x = point->chunk_x;
		y = point->chunk_y;
	}
	return sqrt((double)x * y);
}

/* Insert by the value that the series goes over. */
static void add_to_series(struct series *series, const struct sweep_point *point,
			  double (*at)(const struct sweep_point *))
{
	unsigned i = series->n;

	if (series->n == SERIES_POINTS)
		return;
	for (; i && at(series->point[i - 1]) > at(point); i--)
		series->point[i] = series->point[i - 1];
	series->point[i] = point;
	series->n++;
}

static double workers_of(const struct sweep_point *point)
{
	return point->workers;
}

static bool same_set(const struct sweep_point *a, const struct sweep_point *b)
{
	return strcmp(a->executor, b->executor) == 0 && strcmp(a->set, b->set) == 0;
}

bool sweep_has_sets(const struct sweep *sweep)
{
	for (unsigned i = 1; i < sweep->n_points; i++)
		if (strcmp(sweep->point[i].set, sweep->point[0].set) != 0)
			return true;
	return false;
}

static struct series *new_series(struct series_list *list)
{
	if (list->n == SERIES_MOST) {
		list->left_out = true;
		return NULL;
	}
	list->series[list->n] = (struct series){.n = 0};
	return &list->series[list->n++];
}

void series_by_chunk(struct series_list *list, const struct sweep *sweep)
{
	const struct sweep_point *last = NULL;
	struct series *series = NULL;

	*list = (struct series_list){.n = 0};
	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *point = &sweep->point[i];

		if (!point->n)
			continue;
		if (!last || !same_set(last, point) || last->workers != point->workers) {
			series = new_series(list);
			if (series)
				(void)snprintf(series->name, sizeof(series->name),
					       "%s, %u worker%s%s%s", point->executor,
					       point->workers, point->workers == 1 ? "" : "s",
					       sweep_has_sets(sweep) ? ", working set " : "",
					       sweep_has_sets(sweep) ? point->set : "");
		}
		last = point;
		if (series)
			add_to_series(series, point, point_edge);
	}
}

/* Chunks of all scenes, taken as alike; 0: not known. */
static uint64_t all_chunks(const struct sweep *sweep, const struct sweep_point *point)
{
	return point->chunks * sweep->n_scenes;
}

/* Do all points of this chunk have a chunk for each worker, at least? */
static bool keeps_busy(const struct sweep *sweep, const struct sweep_point *of, const char *chunk)
{
	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *point = &sweep->point[i];

		if (point->n && same_set(point, of) && strcmp(point->chunk, chunk) == 0 &&
		    all_chunks(sweep, point) < point->workers)
			return false;
	}
	return true;
}

/*
 * The chunk whose times, over all workers of an executor and working set, are best together; one
 * that leaves workers without work only where all do.
 */
static const char *best_chunk(const struct sweep *sweep, const struct sweep_point *of)
{
	const char *best = of->chunk;
	double least = INFINITY;
	bool busy = false;

	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *first = &sweep->point[i];
		bool keeps = keeps_busy(sweep, of, first->chunk);
		double sum = 0;
		unsigned n = 0, all = 0;

		if (first->workers != of->workers || !same_set(first, of))
			continue;
		for (unsigned j = 0; j < sweep->n_points; j++) {
			const struct sweep_point *point = &sweep->point[j];

			if (!same_set(point, of) || strcmp(point->chunk, first->chunk) != 0)
				continue;
			all++;
			n += point->n > 0;
			sum += point->n ? log(point_spread(point, SWEEP_WALL).median) : 0;
		}
		if (n == all && (keeps > busy || (keeps == busy && sum < least))) {
			least = sum;
			busy = keeps;
			best = first->chunk;
		}
	}
	return best;
}

static void add_by_workers(struct series *series, const struct sweep *sweep,
			   const struct sweep_point *point)
{
	uint64_t chunks = all_chunks(sweep, point);

	if (!chunks || chunks >= point->workers) {
		add_to_series(series, point, workers_of);
		return;
	}
	series->starved++;
	series->chunks = chunks > series->chunks ? chunks : series->chunks;
}

void series_by_workers(struct series_list *list, const struct sweep *sweep)
{
	const struct sweep_point *last = NULL;
	struct series *series = NULL;
	const char *chunk = NULL;

	*list = (struct series_list){.n = 0};
	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *point = &sweep->point[i];

		if (!last || !same_set(last, point)) {
			chunk = best_chunk(sweep, point);
			series = new_series(list);
			if (series)
				(void)snprintf(series->name, sizeof(series->name),
					       "%s, chunk %s%s%s", point->executor, chunk,
					       sweep_has_sets(sweep) ? ", working set " : "",
					       sweep_has_sets(sweep) ? point->set : "");
		}
		last = point;
		if (series && point->n && strcmp(point->chunk, chunk) == 0)
			add_by_workers(series, sweep, point);
	}
}

static double median_wall(const struct sweep_point *point)
{
	return point_spread(point, SWEEP_WALL).median;
}

const struct sweep_point *series_best(const struct series *series)
{
	const struct sweep_point *best = series->n ? series->point[0] : NULL;

	for (unsigned i = 1; i < series->n; i++)
		if (median_wall(series->point[i]) < median_wall(best))
			best = series->point[i];
	return best;
}

bool point_apart(const struct sweep_point *point, const struct sweep_point *best)
{
	return point_spread(point, SWEEP_WALL).min > point_spread(best, SWEEP_WALL).max;
}

unsigned series_short_runs(const struct series *series, unsigned cores)
{
	unsigned n = 0;
	double share;

	for (unsigned i = 0; i < series->n; i++)
		n += point_short_of_cores(series->point[i], cores, &share);
	return n;
}

bool series_spoilt(const struct series *series, unsigned i, unsigned cores)
{
	double share;

	return point_short_of_cores(series->point[i], cores, &share) ||
	       point_short_of_cores(series->point[0], cores, &share);
}

bool series_has_winner(const struct series *series, unsigned cores)
{
	const struct sweep_point *best = series_best(series);

	for (unsigned i = 0; i < series->n; i++)
		if (series->point[i] != best && !point_apart(series->point[i], best))
			return false;
	return best && series_short_runs(series, cores) == 0;
}

double series_base_time(const struct series *series)
{
	return point_spread(series->point[0], SWEEP_WALL).median * series->point[0]->workers;
}

bool series_has_one(const struct series *series)
{
	return series->n && series->point[0]->workers == 1;
}

double series_speed_up(const struct series *series, unsigned i)
{
	return i ? median_wall(series->point[0]) / median_wall(series->point[i]) : NAN;
}

void series_flat(const struct series *series, double share, const struct sweep_point **low,
		 const struct sweep_point **high)
{
	const struct sweep_point *best = series_best(series);
	double limit = best ? (1 + share) * median_wall(best) : 0;
	unsigned at = 0, first, last;

	*low = *high = best;
	while (at < series->n && series->point[at] != best)
		at++;
	for (first = at; first > 0 && median_wall(series->point[first - 1]) <= limit; first--)
		*low = series->point[first - 1];
	for (last = at; last + 1 < series->n && median_wall(series->point[last + 1]) <= limit;
	     last++)
		*high = series->point[last + 1];
}

void series_fit(struct scaling_fit *fit, const struct series *series)
{
	double n[SERIES_POINTS], t[SERIES_POINTS];

	for (unsigned i = 0; i < series->n; i++) {
		n[i] = series->point[i]->workers;
		t[i] = median_wall(series->point[i]);
	}
	fit->points = fit_distinct(n, series->n);
	fit->amdahl = fit_amdahl(n, t, series->n);
	fit->usl = fit_usl(n, t, series->n);
}
