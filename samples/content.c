/*
 * Contents whose statistics are known in closed form, and the table of all contents. Each closed
 * form stands with its derivation above the function that computes it; none looks at pixels.
 *
 * All values but those of a nodata hole are written as they are: nothing is scaled or clamped. The
 * bands that NDVI does not use hold OTHER. 8-bit types take smaller numbers with the same
 * quotients.
 */
#include "content.h"

#include <float.h>
#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum { OTHER = 100 };

const char *const s2_band_names[MAX_BANDS] = {"B02", "B03", "B04", "B08", "B05",
					      "B06", "B07", "B8A", "B11", "B12"};

static bool is_8bit(const struct scene_spec *spec)
{
	return spec->type == SAMPLE_U8 || spec->type == SAMPLE_I8;
}

static void put(const struct scene_spec *spec, struct run_pixels *out, unsigned i, int32_t red,
		int32_t nir)
{
	for (unsigned b = 0; b < spec->n_bands; b++)
		out->value[b][i] = spec->bands[b] == B04   ? red
				   : spec->bands[b] == B08 ? nir
							   : OTHER;
}

static void keep_all(const struct scene_spec *spec, const struct run *run, unsigned char *keep)
{
	(void)spec;
	memset(keep, 1, run->n);
}

static double zero_nodata(enum sample_type type)
{
	(void)type;
	return 0;
}

/* A value that no content holds. */
static double far_nodata(enum sample_type type)
{
	static const double far[N_SAMPLE_TYPES] = {
		[SAMPLE_U8] = 255,     [SAMPLE_I8] = -128,        [SAMPLE_U16] = 65535,
		[SAMPLE_I16] = -32768, [SAMPLE_U32] = 4294967295, [SAMPLE_I32] = -2147483648.0,
		[SAMPLE_F32] = -9999,  [SAMPLE_F64] = -9999,
	};

	return far[type];
}

static int refuse_nodata(const struct scene_spec *spec, struct error *err)
{
	return error_set(err, EX_USAGE,
			 "--nodata %g: content '%s' holds this value, so its closed form would not "
			 "be true; choose another",
			 spec->nodata, spec->content->name);
}

/* Is nodata one of these two values? */
static bool nodata_is(const struct scene_spec *spec, int32_t a, int32_t b)
{
	return spec->has_nodata && (spec->nodata == a || spec->nodata == b);
}

static uint64_t pixels(const struct scene_spec *spec)
{
	return (uint64_t)spec->x_size * spec->y_size;
}

/*
 * constant: red = a, NIR = 3a everywhere. NDVI = (3a - a) / (3a + a) = 1/2; the deviation is 0.
 */
static void constant_fill(const struct scene_spec *spec, const struct run *run,
			  struct run_pixels *out)
{
	int32_t red = is_8bit(spec) ? 30 : 1000;

	for (unsigned i = 0; i < run->n; i++)
		put(spec, out, i, red, 3 * red);
}

static int constant_check(const struct scene_spec *spec, struct error *err)
{
	int32_t red = is_8bit(spec) ? 30 : 1000;

	return nodata_is(spec, red, 3 * red) ? refuse_nodata(spec, err) : 0;
}

static void constant_expect(const struct scene_spec *spec, struct expected *out)
{
	*out = (struct expected){pixels(spec), 0, 0, 0.5, 0, 0.5, 0.5};
}

/*
 * checker: pixels with x + y even have red = a, NIR = 3a: NDVI 1/2; the others red = 3a, NIR = 5a:
 * NDVI 2a / 8a = 1/4. Of N = W * H pixels ceil(N / 2) are even: each row starts with the other
 * colour, so they alternate in reading order as well (W odd), or each row has as many of both (W
 * even). With e even and o odd pixels:
 *
 *     mean = (e/2 + o/4) / N = (2e + o) / 4N
 *     std  = |1/2 - 1/4| * sqrt(e/N * o/N)     (two values: a Bernoulli variable, scaled)
 */
static void checker_fill(const struct scene_spec *spec, const struct run *run,
			 struct run_pixels *out)
{
	int32_t a = is_8bit(spec) ? 20 : 1000;

	for (unsigned i = 0; i < run->n; i++) {
		uint32_t odd = (run->x + i * run->step + run->y) & 1;

		put(spec, out, i, odd ? 3 * a : a, odd ? 5 * a : 3 * a);
	}
}

static int checker_check(const struct scene_spec *spec, struct error *err)
{
	int32_t a = is_8bit(spec) ? 20 : 1000;

	return nodata_is(spec, a, 3 * a) || nodata_is(spec, 5 * a, 5 * a) ? refuse_nodata(spec, err)
									  : 0;
}

static void checker_expect(const struct scene_spec *spec, struct expected *out)
{
	uint64_t n = pixels(spec), odd = n / 2, even = n - odd;

	*out = (struct expected){.valid = n, .max = 0.5, .min = odd ? 0.25 : 0.5};
	out->mean = (double)(2 * even + odd) / (4.0 * (double)n);
	out->std = 0.25 * sqrt((double)even * (double)odd) / (double)n;
}

/*
 * ramp: NIR = k, red = S - k with S a power of two and k = 1 + x mod (S - 1), so that
 *
 *     NDVI = (2k - S) / S = 2k/S - 1
 *
 * is an arithmetic progression along x with step 2/S, each term exact in single precision. While
 * W < S the terms are k = 1 ... W, of mean (W + 1) / 2 and variance (W^2 - 1) / 12. Wider scenes
 * start again at 1: with W = q (S - 1) + r, T(m) = m(m+1)/2 and Q(m) = m(m+1)(2m+1)/6 (the sums of
 * k and of k^2 up to m)
 *
 *     A = q T(S-1) + T(r),  B = q Q(S-1) + Q(r)
 *     mean = 2/S * A/W - 1,  std = 2/S * sqrt(W B - A^2) / W
 *
 * which is the former where q = 0. Rows are equal, so H does not matter.
 */
static uint32_t ramp_sum(const struct scene_spec *spec)
{
	return is_8bit(spec) ? 128 : 16384;
}

static void ramp_fill(const struct scene_spec *spec, const struct run *run, struct run_pixels *out)
{
	uint32_t s = ramp_sum(spec);

	for (unsigned i = 0; i < run->n; i++) {
		uint32_t k = 1 + (run->x + i * run->step) % (s - 1);

		put(spec, out, i, (int32_t)(s - k), (int32_t)k);
	}
}

static int ramp_check(const struct scene_spec *spec, struct error *err)
{
	bool used = spec->has_nodata && spec->nodata >= 1 && spec->nodata < ramp_sum(spec);

	return used ? refuse_nodata(spec, err) : 0;
}

static wide sum_to(uint64_t m)
{
	return (wide)m * (m + 1) / 2;
}

static wide sum_squares_to(uint64_t m)
{
	return (wide)m * (m + 1) * (2 * m + 1) / 6;
}

static void ramp_expect(const struct scene_spec *spec, struct expected *out)
{
	uint64_t s = ramp_sum(spec), w = spec->x_size, q = w / (s - 1), r = w % (s - 1);
	wide a = q * sum_to(s - 1) + sum_to(r);
	wide b = q * sum_squares_to(s - 1) + sum_squares_to(r);
	double last = (double)(q ? s - 1 : r);

	out->valid = pixels(spec);
	out->nodata = out->zero_denominator = 0;
	out->mean = 2.0 * (double)a / ((double)s * (double)w) - 1.0;
	out->std = 2.0 / (double)s * sqrt((double)(w * b - a * a)) / (double)w;
	out->min = 2.0 / (double)s - 1.0;
	out->max = 2.0 * last / (double)s - 1.0;
}

/*
 * holes: as `constant`, but in reading order (i = y W + x) every 7th pixel has no data (in red, in
 * NIR or in both, in turn) and every 11th that is not one of those has red = NIR = 0. From i = 0,
 * ceil(N / m) of N numbers are multiples of m, and 7 and 11 meet in the multiples of 77:
 *
 *     nodata = ceil(N/7),  zero_denominator = ceil(N/11) - ceil(N/77),  valid = the rest
 *
 * Where the declared nodata is 0 the zero denominators are nodata as well; where none is declared
 * there are no holes, and every 11th pixel has denominator zero.
 */
static void holes_fill(const struct scene_spec *spec, const struct run *run, struct run_pixels *out)
{
	constant_fill(spec, run, out);
	for (unsigned i = 0; i < run->n; i++) {
		uint64_t at = (uint64_t)run->y * spec->x_size + run->x + (uint64_t)i * run->step;
		bool hole = spec->has_nodata && at % 7 == 0;
		unsigned turn = (unsigned)(at / 7 % 3);

		for (unsigned b = 0; b < spec->n_bands; b++) {
			bool red = spec->bands[b] == B04, nir = spec->bands[b] == B08;

			if (hole && ((red && turn != 1) || (nir && turn != 0)))
				out->value[b][i] = HOLE;
			else if (!hole && at % 11 == 0 && (red || nir))
				out->value[b][i] = 0;
		}
	}
}

static void holes_mask(const struct scene_spec *spec, const struct run *run, unsigned char *keep)
{
	for (unsigned i = 0; i < run->n; i++) {
		uint64_t at = (uint64_t)run->y * spec->x_size + run->x + (uint64_t)i * run->step;

		keep[i] = !spec->has_nodata || at % 7 != 0;
	}
}

static uint64_t multiples(uint64_t n, uint64_t of)
{
	return n / of + (n % of != 0);
}

static void holes_expect(const struct scene_spec *spec, struct expected *out)
{
	uint64_t n = pixels(spec), zero = multiples(n, 11) - multiples(n, 77);

	*out = (struct expected){0, multiples(n, 7), zero, 0.5, 0, 0.5, 0.5};
	if (!spec->has_nodata) {
		out->nodata = 0;
		out->zero_denominator = multiples(n, 11);
	} else if (spec->nodata == 0) {
		out->nodata += zero;
		out->zero_denominator = 0;
	}
	out->valid = n - out->nodata - out->zero_denominator;
	if (!out->valid)
		out->mean = out->std = out->min = out->max = NAN;
}

/*
 * negative: red = -a, NIR = 3a, as over-corrected reflectances are: NDVI = 4a / 2a = 2, outside
 * [-1, 1] everywhere.
 */
static void negative_fill(const struct scene_spec *spec, const struct run *run,
			  struct run_pixels *out)
{
	int32_t a = is_8bit(spec) ? 30 : 1000;

	for (unsigned i = 0; i < run->n; i++)
		put(spec, out, i, -a, 3 * a);
}

static int negative_check(const struct scene_spec *spec, struct error *err)
{
	int32_t a = is_8bit(spec) ? 30 : 1000;

	if (spec->type == SAMPLE_U8 || spec->type == SAMPLE_U16 || spec->type == SAMPLE_U32)
		return error_set(
			err, EX_USAGE,
			"--type: content 'negative' needs a signed or floating-point type");
	return nodata_is(spec, -a, 3 * a) ? refuse_nodata(spec, err) : 0;
}

static void negative_expect(const struct scene_spec *spec, struct expected *out)
{
	*out = (struct expected){pixels(spec), 0, 0, 2, 0, 2, 2};
}

const struct content contents[] = {
	{"s2", "Sentinel-2-like farmland (default)", terrain_fill, terrain_mask, NULL, NULL,
	 zero_nodata, SAMPLE_U16},
	{"constant", "NDVI 0.5 everywhere", constant_fill, keep_all, constant_check,
	 constant_expect, zero_nodata, SAMPLE_U16},
	{"checker", "NDVI 0.5 and 0.25 in turn", checker_fill, keep_all, checker_check,
	 checker_expect, zero_nodata, SAMPLE_U16},
	{"ramp", "NDVI an arithmetic progression along x", ramp_fill, keep_all, ramp_check,
	 ramp_expect, zero_nodata, SAMPLE_U16},
	{"holes", "NDVI 0.5; every 7th pixel nodata, every 11th a zero denominator", holes_fill,
	 holes_mask, constant_check, holes_expect, far_nodata, SAMPLE_U16},
	{"negative", "negative red: NDVI 2 everywhere (default type int16)", negative_fill,
	 keep_all, negative_check, negative_expect, zero_nodata, SAMPLE_I16},
	{"swath", "the farmland of s2 in the upper half, no data below", swath_fill, swath_mask,
	 NULL, NULL, zero_nodata, SAMPLE_U16},
	{0},
};
