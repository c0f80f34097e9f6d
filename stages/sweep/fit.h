/*
 * Two laws of scaling, fitted to times by least squares. Pure; thread-safe.
 *
 * Amdahl (1967): the serial share s of the work does not get faster, so
 * T(n) = T(1) (s + (1 - s) / n).
 *
 * Universal Scalability Law (N. Gunther, "A General Theory of Computational Scalability Based on
 * Rational Functions", arXiv:0808.1431): the speed-up is n / (1 + a (n - 1) + b n (n - 1)), with a
 * for contention and b for coherency, the work of keeping each other informed; for b > 0 there is a
 * number of workers beyond which more of them are slower.
 */
#ifndef IMGPIPE_STAGES_FIT_H
#define IMGPIPE_STAGES_FIT_H

#include <stdbool.h>

enum { FIT_TRUSTED_POINTS = 6 };

struct amdahl {
	bool ok;
	double t1;     /* time of one worker by the law */
	double serial; /* 0 to 1 */
};

struct usl {
	bool ok;
	double t1;
	double contention, coherency; /* neither under 0 */
	double n_max;                 /* workers at the peak; infinite where there is none */
};

/*
 * t[i]: time with n[i] workers, over 0. Amdahl is fitted to T over 1/n; not ok with fewer than two
 * different n. The USL is fitted to n T over n - 1 and n (n - 1), both linear in the parameters;
 * not ok with fewer than three different n. A parameter that would come out under 0 is 0, and the
 * others are fitted without it.
 */
struct amdahl fit_amdahl(const double *n, const double *t, unsigned points);
struct usl fit_usl(const double *n, const double *t, unsigned points);

/* Time by the law. */
double amdahl_time(const struct amdahl *law, double n);
double usl_time(const struct usl *law, double n);

/* Different values among n. */
unsigned fit_distinct(const double *n, unsigned points);

#endif
