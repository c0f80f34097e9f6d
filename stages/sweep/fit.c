/*
 * Least squares with few parameters that may not be negative: normal equations, every choice of
 * parameters that are held at 0, the best one that is allowed.
 */
#include "fit.h"

#include <math.h>
#include <string.h>

enum { TERMS_MOST = 3 };

/* Solve a x = b in place by elimination with pivots. False where it has no single solution. */
static bool solve(double a[TERMS_MOST][TERMS_MOST], double b[TERMS_MOST], unsigned n)
{
	for (unsigned k = 0; k < n; k++) {
		unsigned pivot = k;

		for (unsigned i = k + 1; i < n; i++)
			if (fabs(a[i][k]) > fabs(a[pivot][k]))
				pivot = i;
		for (unsigned j = 0; j < n && pivot != k; j++) {
			double held = a[k][j];

			a[k][j] = a[pivot][j];
			a[pivot][j] = held;
		}
		if (pivot != k) {
			double held = b[k];

			b[k] = b[pivot];
			b[pivot] = held;
		}
		if (fabs(a[k][k]) < 1e-300)
			return false;
		for (unsigned i = k + 1; i < n; i++) {
			double factor = a[i][k] / a[k][k];

			for (unsigned j = k; j < n; j++)
				a[i][j] -= factor * a[k][j];
			b[i] -= factor * b[k];
		}
	}
	for (unsigned k = n; k-- > 0;) {
		for (unsigned j = k + 1; j < n; j++)
			b[k] -= a[k][j] * b[j];
		b[k] /= a[k][k];
	}
	return true;
}

/* term[t][i]: value of term t at point i. */
struct system {
	const double *term[TERMS_MOST];
	const double *y;
	unsigned terms, points;
};

static double residual(const struct system *s, const double c[TERMS_MOST])
{
	double sum = 0;

	for (unsigned i = 0; i < s->points; i++) {
		double y = s->y[i];

		for (unsigned t = 0; t < s->terms; t++)
			y -= c[t] * s->term[t][i];
		sum += y * y;
	}
	return sum;
}

/* The terms in `mask` alone; the others' coefficients are 0. */
static bool fit_terms(const struct system *s, unsigned mask, double c[TERMS_MOST])
{
	double a[TERMS_MOST][TERMS_MOST] = {{0}}, b[TERMS_MOST] = {0};
	unsigned used[TERMS_MOST], n = 0;

	for (unsigned t = 0; t < s->terms; t++)
		if (mask & 1u << t)
			used[n++] = t;
	for (unsigned i = 0; i < s->points; i++)
		for (unsigned p = 0; p < n; p++) {
			double value = s->term[used[p]][i];

			b[p] += value * s->y[i];
			for (unsigned q = 0; q < n; q++)
				a[p][q] += value * s->term[used[q]][i];
		}
	memset(c, 0, TERMS_MOST * sizeof(*c));
	if (!solve(a, b, n))
		return false;
	for (unsigned p = 0; p < n; p++)
		c[used[p]] = b[p];
	return true;
}

/* All coefficients at least 0; false where there is no such fit with the terms in `needed`. */
static bool fit_positive(const struct system *s, unsigned needed, double best[TERMS_MOST])
{
	double least = INFINITY;

	for (unsigned mask = 1; mask < 1u << s->terms; mask++) {
		double c[TERMS_MOST];
		bool allowed = (mask & needed) == needed && fit_terms(s, mask, c);

		for (unsigned t = 0; allowed && t < s->terms; t++)
			allowed = c[t] >= 0;
		if (allowed && residual(s, c) < least) {
			least = residual(s, c);
			memcpy(best, c, TERMS_MOST * sizeof(*c));
		}
	}
	return isfinite(least);
}

unsigned fit_distinct(const double *n, unsigned points)
{
	unsigned distinct = 0;

	for (unsigned i = 0; i < points; i++) {
		unsigned j = 0;

		while (j < i && n[j] != n[i])
			j++;
		distinct += j == i;
	}
	return distinct;
}

enum { POINTS_MOST = 64 };

struct amdahl fit_amdahl(const double *n, const double *t, unsigned points)
{
	double one[POINTS_MOST], inverse[POINTS_MOST], c[TERMS_MOST];
	struct system s = {.term = {one, inverse}, .y = t, .terms = 2, .points = points};
	struct amdahl law = {.ok = false};

	if (points > POINTS_MOST || fit_distinct(n, points) < 2)
		return law;
	for (unsigned i = 0; i < points; i++) {
		one[i] = 1;
		inverse[i] = 1 / n[i];
	}
	law.ok = fit_positive(&s, 0, c);
	if (!law.ok)
		return law;
	law.t1 = c[0] + c[1];
	law.serial = c[0] / law.t1;
	return law;
}

struct usl fit_usl(const double *n, const double *t, unsigned points)
{
	double one[POINTS_MOST], linear[POINTS_MOST], square[POINTS_MOST], work[POINTS_MOST];
	double c[TERMS_MOST];
	struct system s = {.term = {one, linear, square}, .y = work, .terms = 3, .points = points};
	struct usl law = {.ok = false, .n_max = INFINITY};

	if (points > POINTS_MOST || fit_distinct(n, points) < 3)
		return law;
	for (unsigned i = 0; i < points; i++) {
		one[i] = 1;
		linear[i] = n[i] - 1;
		square[i] = n[i] * (n[i] - 1);
		work[i] = n[i] * t[i];
	}
	law.ok = fit_positive(&s, 1, c) && c[0] > 0;
	if (!law.ok)
		return law;
	law.t1 = c[0];
	law.contention = c[1] / c[0];
	law.coherency = c[2] / c[0];
	/* Where the speed-up's derivative is 0: n^2 = (1 - a) / b. */
	if (law.coherency > 0)
		law.n_max = sqrt(fmax(1 - law.contention, 0) / law.coherency);
	return law;
}

double amdahl_time(const struct amdahl *law, double n)
{
	return law->t1 * (law->serial + (1 - law->serial) / n);
}

double usl_time(const struct usl *law, double n)
{
	return law->t1 * (1 + law->contention * (n - 1) + law->coherency * n * (n - 1)) / n;
}
