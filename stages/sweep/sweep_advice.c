/*
 * What a sweep shows, in sentences.
 */
#include "sweep_stats.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A serial part under this is noise. */
static const double least_serial = 0.0005;

PRINTF_LIKE(3, 0)
static void say_list(struct advice *advice, enum ink ink, const char *format, va_list args)
{
	if (advice->n == ADVICE_MOST)
		return;
	advice->ink[advice->n] = ink;
	(void)vsnprintf(advice->text[advice->n++], ADVICE_BYTES, format, args);
}

PRINTF_LIKE(2, 3) static void say(struct advice *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_list(advice, INK_PLAIN, format, args);
	va_end(args);
}

PRINTF_LIKE(2, 3) static void warn(struct advice *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_list(advice, INK_WARNING, format, args);
	va_end(args);
}

void sweep_describe(char *text, size_t size, const struct sweep *sweep)
{
	char more[48] = "";

	if (sweep->n_scenes > 1)
		(void)snprintf(more, sizeof(more), " and %u more scene%s", sweep->n_scenes - 1,
			       sweep->n_scenes == 2 ? "" : "s");
	(void)snprintf(text, size,
		       "%s%s: %u x %u pixels, stored in blocks of %u x %u; %u point%s, %u round%s "
		       "over all of them, each in another order; %s; %u physical core%s",
		       sweep->scene, more, sweep->x_size, sweep->y_size, sweep->store_x,
		       sweep->store_y, sweep->n_points, sweep->n_points == 1 ? "" : "s",
		       sweep->rounds, sweep->rounds == 1 ? "" : "s",
		       sweep->cold
			       ? "cold: the system was asked to forget the files before each run"
			       : "warm: the files were read once before, which is not counted",
		       sweep->cores, sweep->cores == 1 ? "" : "s");
}

static double median_wall(const struct sweep_point *point)
{
	return point_spread(point, SWEEP_WALL).median;
}

/* Within SWEEP_FLAT_SHARE of the best, or not told apart from it. */
static bool as_good(const struct sweep_point *point, const struct sweep_point *best)
{
	return median_wall(point) <= (1 + SWEEP_FLAT_SHARE) * median_wall(best) ||
	       !point_apart(point, best);
}

/* "512, 1024 to 4096": the chunk sizes that are as good as the best. Returns how many those are. */
static unsigned name_flat(char *text, size_t size, const struct series *series)
{
	const struct sweep_point *best = series_best(series);
	unsigned n_flat = 0;
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < series->n; i++) {
		unsigned first = i;

		while (i < series->n && as_good(series->point[i], best))
			i++;
		if (i == first || used >= size)
			continue;
		n_flat += i - first;
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s", used ? ", " : "",
					 series->point[first]->chunk, i - first > 1 ? " to " : "",
					 i - first > 1 ? series->point[i - 1]->chunk : "");
	}
	return n_flat;
}

/* Of those that are not as good as the best; that one itself where all are. */
static const struct sweep_point *slowest(const struct series *series)
{
	const struct sweep_point *best = series_best(series), *worst = best;

	for (unsigned i = 0; i < series->n; i++)
		if (!as_good(series->point[i], best) &&
		    median_wall(series->point[i]) > median_wall(worst))
			worst = series->point[i];
	return worst;
}

/* Runs that overlap name no winner. */
static void say_chunk(struct advice *advice, const struct series *series, bool apart)
{
	const struct sweep_point *best = series_best(series), *worst = slowest(series);
	double wall = median_wall(best);
	char flat[256];
	unsigned n_flat = name_flat(flat, sizeof(flat), series);

	if (n_flat == series->n)
		say(advice,
		    "%s: all chunk sizes, %s, are within %.0f %% of the best%s (--chunk %s, "
		    "%.3f s): any will do",
		    series->name, flat, 100 * SWEEP_FLAT_SHARE,
		    apart ? "" : " or not told apart from it", best->chunk, wall);
	else if (n_flat == 1)
		say(advice,
		    "%s: --chunk %s is best (%.3f s), no other comes within %.0f %% of it; "
		    "the slowest, %s, takes %.1f times as long",
		    series->name, best->chunk, wall, 100 * SWEEP_FLAT_SHARE, worst->chunk,
		    median_wall(worst) / wall);
	else if (apart)
		say(advice,
		    "%s: --chunk %s is best (%.3f s); within %.0f %% of it: %s; the slowest, "
		    "%s, takes %.1f times as long",
		    series->name, best->chunk, wall, 100 * SWEEP_FLAT_SHARE, flat, worst->chunk,
		    median_wall(worst) / wall);
	else
		say(advice,
		    "%s: the best are not told apart, as their runs overlap or are within %.0f %%: "
		    "--chunk %s (median %.3f s for %s); the slowest, %s, takes %.1f times as long",
		    series->name, 100 * SWEEP_FLAT_SHARE, flat, wall, best->chunk, worst->chunk,
		    median_wall(worst) / wall);
}

static void advise_chunk(struct advice *advice, const struct series *series, unsigned cores)
{
	unsigned n_short = series_short_runs(series, cores);

	if (series->n < 2)
		return;
	if (n_short)
		warn(advice,
		     "%s: no chunk size is named best: cores were busy elsewhere in %u of its runs",
		     series->name, n_short);
	else
		say_chunk(advice, series, series_has_winner(series, cores));
}

/* One reason more, behind those that are there. */
PRINTF_LIKE(3, 4) static void doubt(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used + 3 >= size)
		return;
	used += (size_t)snprintf(text + used, size - used, "%s", used ? "; " : " (");
	va_start(args, format);
	(void)vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

/* " (...)": why a fit is to be believed with care; "" if nothing speaks against it. */
static void doubt_fit(char *text, size_t size, const struct series *series,
		      const struct scaling_fit *fit, unsigned cores)
{
	unsigned n_beyond = 0;

	for (unsigned i = 0; i < series->n; i++)
		n_beyond += series->point[i]->workers > cores;
	text[0] = '\0';
	if (fit->points < FIT_TRUSTED_POINTS)
		doubt(text, size, "%u worker counts: too few for a fit to be trusted", fit->points);
	if (n_beyond)
		doubt(text, size,
		      "%u of %u have more workers than the %u physical core%s: the fit mistakes "
		      "missing cores for serial work",
		      n_beyond, fit->points, cores, cores == 1 ? "" : "s");
	if (*text && strlen(text) + 1 < size)
		strcat(text, ")");
}

/* Of all measured ones the highest speed-up, which the table shows; NULL where there is none. */
static const struct sweep_point *fastest_measured(const struct series *series, double *speed_up)
{
	const struct sweep_point *fastest = NULL;

	*speed_up = 0;
	for (unsigned i = 1; i < series->n; i++)
		if (series_speed_up(series, i) > *speed_up) {
			*speed_up = series_speed_up(series, i);
			fastest = series->point[i];
		}
	return fastest;
}

/*
 * A ceiling below what was measured, as both are printed, is refuted by the same runs that it was
 * fitted to. `ceiling`: of the law, times as fast as the series' first point.
 */
static bool refuted(struct advice *advice, const struct series *series, const char *law,
		    double ceiling, const char *trust)
{
	double speed_up;
	const struct sweep_point *fastest = fastest_measured(series, &speed_up);

	if (!fastest || round(100 * speed_up) <= round(100 * ceiling))
		return false;
	say(advice,
	    "%s: %s, fitted to all these times, would allow no more than %.2f times as fast as %u "
	    "worker%s, and %u workers were %.2f times as fast: it does not describe them%s",
	    series->name, law, ceiling, series->point[0]->workers,
	    series->point[0]->workers == 1 ? "" : "s", fastest->workers, speed_up, trust);
	return true;
}

/* False where the law leaves nothing more to be read from these times. */
static bool say_amdahl(struct advice *advice, const struct series *series, const struct amdahl *law,
		       const char *trust)
{
	double first_s = amdahl_time(law, series->point[0]->workers);

	if (refuted(advice, series, "Amdahl's law", first_s / amdahl_time(law, INFINITY), trust))
		return true;
	if (law->serial > 0.99)
		say(advice, "%s: more workers are not faster%s", series->name, trust);
	else if (law->serial < least_serial)
		say(advice, "%s: Amdahl's law: no serial part can be seen in these times%s",
		    series->name, trust);
	else
		say(advice,
		    "%s: Amdahl's law: %.1f %% of the work of one worker is serial, so no number "
		    "of workers is more than %.3g times as fast%s",
		    series->name, 100 * law->serial, 1 / law->serial, trust);
	return law->serial <= 0.99;
}

static void say_usl(struct advice *advice, const struct series *series, const struct usl *law,
		    const char *trust)
{
	static const char name[] = "Universal Scalability Law";
	double first_s = usl_time(law, series->point[0]->workers);
	double most = fmax(law->n_max, series->point[0]->workers); /* infinite: beyond them all */
	char peak[96] = "no maximum";

	if (refuted(advice, series, name, first_s / usl_time(law, fmin(most, 1e9)), trust))
		return;
	if (isfinite(law->n_max))
		(void)snprintf(peak, sizeof(peak), "fastest with %.1f workers (N_max)",
			       fmax(law->n_max, 1));
	say(advice,
	    "%s: %s: contention %.4f (work that only one worker can do at a time), coherency %.5f "
	    "(cost of keeping workers in agreement), %s%s",
	    series->name, name, law->contention, law->coherency, peak, trust);
}

/* More workers than chunks: what they took is not due to their number. */
static void say_starved(struct advice *advice, const struct series *series)
{
	if (!series->starved)
		return;
	if (series->chunks == 1)
		say(advice,
		    "%s: 1 chunk: one worker works, however many there are: there is no speed-up "
		    "and nothing to fit",
		    series->name);
	else
		say(advice,
		    "%s: %llu chunks: no more than %llu workers have work; points with more are "
		    "left out of speed-up and laws",
		    series->name, (unsigned long long)series->chunks,
		    (unsigned long long)series->chunks);
}

/* Of times that other programs have spoilt no law is read. */
static void advise_scaling(struct advice *advice, const struct series *series, unsigned cores)
{
	unsigned n_short = series_short_runs(series, cores);
	struct scaling_fit fit;
	char trust[240];

	say_starved(advice, series);
	series_fit(&fit, series);
	if (!fit.amdahl.ok)
		return;
	if (n_short) {
		warn(advice,
		     "%s: no law of scaling is read from these times: cores were busy elsewhere in "
		     "%u of its runs, which looks like serial work and is none",
		     series->name, n_short);
		return;
	}
	doubt_fit(trust, sizeof(trust), series, &fit, cores);
	if (say_amdahl(advice, series, &fit.amdahl, trust) && fit.usl.ok)
		say_usl(advice, series, &fit.usl, trust);
}

/* As a run's verdict says it of itself. */
static void warn_of_cores(struct advice *advice, const struct sweep *sweep)
{
	unsigned n_short = 0, n = 0;
	double least = 1, share;

	for (unsigned i = 0; i < sweep->n_points; i++) {
		n_short += point_short_of_cores(&sweep->point[i], sweep->cores, &share);
		n += sweep->point[i].n;
		least = fmin(least, share);
	}
	if (n_short)
		warn(advice,
		     "cores were busy elsewhere in %u of %u runs: workers with work to do had a "
		     "CPU only %.0f %% of the time in the worst (other programs, a CPU quota, or "
		     "swapping); do not compare these timings, repeat the sweep on a quiet machine",
		     n_short, n, 100 * least);
}

static void say_numbers(struct advice *advice, const struct sweep *sweep)
{
	unsigned measured = 0;

	for (unsigned i = 0; i < sweep->n_points; i++)
		measured += sweep->point[i].n > 0;
	if (!sweep->n_compared)
		say(advice, "no run came to its end, so there are no numbers to compare");
	else if (sweep->same_numbers && measured == sweep->n_points)
		say(advice,
		    "all %u points: the same numbers (the summaries of %u runs have the "
		    "same bytes)",
		    sweep->n_points, sweep->n_compared);
	else if (sweep->same_numbers)
		say(advice,
		    "%u of %u points were measured: the same numbers (the summaries of %u "
		    "runs have the same bytes)",
		    measured, sweep->n_points, sweep->n_compared);
	else
		warn(advice,
		     "%u runs gave OTHER numbers than the first: this is a fault of imgpipe, "
		     "or the files changed meanwhile",
		     sweep->n_points_other);
}

void sweep_advise(struct advice *advice, const struct sweep *sweep)
{
	static const double slack = 1e-3;
	struct series_list list;

	advice->n = 0;
	if (sweep->interrupted_by)
		warn(advice, "interrupted by %s: what was measured until then is shown",
		     sweep->interrupted_by);
	say_numbers(advice, sweep);
	if (sweep->scenes_failed)
		warn(advice, "some scenes FAILED in the runs and are not in any number here; run "
			     "imgpipe on them to see why");
	warn_of_cores(advice, sweep);
	series_by_chunk(&list, sweep);
	for (unsigned i = 0; i < list.n && advice->n < ADVICE_MOST - 4; i++)
		advise_chunk(advice, &list.series[i], sweep->cores);
	series_by_workers(&list, sweep);
	for (unsigned i = 0; i < list.n; i++)
		advise_scaling(advice, &list.series[i], sweep->cores);
	for (unsigned i = 0; i < sweep->n_points; i++)
		if (sweep->point[i].workers > sweep->cores + slack) {
			say(advice,
			    "there are %u physical cores: more workers than that share them and "
			    "can hardly be faster",
			    sweep->cores);
			break;
		}
}
