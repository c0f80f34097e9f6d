/*
 * Carrying out the tests of quality bands. Each test becomes a few steps, each of them one pass
 * over a strip of samples that lies in L1: "where the number, cut to these bits, lies between
 * these, the code is this". So any layout costs as many vector operations as it has conditions,
 * whatever the number of bits, and needs no table. It knows no layout and no file.
 */
#include "quality.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

enum { STRIP = 1024 };

/* The code of a pixel whose number x has (x & bits) - lo <= span, in the samples' width. */
struct step {
	uint32_t bits, lo, span;
	uint8_t code;
};

/* Of a later step, where several hold: the nodata value comes last. */
struct steps {
	uint8_t otherwise;
	unsigned n;
	struct step step[MASK_CONDITIONS_MOST + 1];
};

static uint8_t code_of(unsigned test, unsigned reason)
{
	return (uint8_t)(test * 16 + reason);
}

uint32_t quality_slots(const struct scene *scene)
{
	uint32_t slots = 0;

	for (unsigned slot = SCENE_QA; slot < SCENE_MAX_BANDS; slot++)
		slots |= (uint32_t)scene->has_band[slot] << slot;
	return slots;
}

/* --- steps, for integers --- */

/* The whole numbers from lo to hi that lie from least to most. */
static bool set_span(struct step *step, double lo, double hi, double least, double most)
{
	lo = lo < least ? least : ceil(lo);
	hi = hi > most ? most : floor(hi);
	if (!(lo <= hi))
		return false;
	step->lo = (uint32_t)(int64_t)lo;
	step->span = (uint32_t)((int64_t)hi - (int64_t)lo);
	return true;
}

/* Bits are those of two's complement; without, samples are numbers that may have a sign. */
static void add_step(struct steps *steps, enum sample_type type,
		     const struct mask_condition *condition, uint8_t code)
{
	double all = ldexp(1, (int)sample_size(type) * 8) - 1;
	bool has_sign = type == SAMPLE_I8 || type == SAMPLE_I16 || type == SAMPLE_I32;
	double least = has_sign && !condition->bits ? -(all + 1) / 2 : 0;
	struct step step = {.bits = condition->bits ? condition->bits : UINT32_MAX, .code = code};

	if (set_span(&step, condition->lo, condition->hi, least, least + all))
		steps->step[steps->n++] = step;
}

static void make_steps(struct steps *steps, const struct mask_test *test, unsigned number,
		       const struct band *band)
{
	const struct mask_condition nodata = {.lo = band->nodata, .hi = band->nodata};

	steps->n = 0;
	steps->otherwise = test->keep ? code_of(number, test->reason) : QUALITY_KEPT;
	for (unsigned i = test->n; i--;) /* backwards, as the first that holds decides */
		add_step(steps, band->type, &test->condition[i],
			 test->keep ? QUALITY_KEPT : code_of(number, test->condition[i].reason));
	if (band->has_nodata)
		add_step(steps, band->type, &nodata, code_of(number, REASON_OTHER));
}

/* Do this step and the next one ask for one number each? */
static bool are_two(const struct steps *steps, unsigned s)
{
	return s + 1 < steps->n && !steps->step[s].span && !steps->step[s + 1].span;
}

/* Codes are as wide as samples until the end, so that all of a strip is vectors of one width. */
#define DEFINE_JUDGE(name, type)                                                                   \
	SIMD_KERNEL(name##_step,                                                                   \
		    (type * found, const type *sample, size_t n, const struct step *step),         \
		    (found, sample, n, step))                                                      \
	{                                                                                          \
		const type bits = (type)step->bits, lo = (type)step->lo;                           \
		const type span = (type)step->span, code = step->code;                             \
                                                                                                   \
		for (size_t i = 0; i < n; i++)                                                     \
			found[i] =                                                                 \
				(type)((type)(sample[i] & bits) - lo) <= span ? code : found[i];   \
	}                                                                                          \
                                                                                                   \
	/* Two of them at once that ask for one number each: the usual single bits. */             \
	SIMD_KERNEL(name##_two,                                                                    \
		    (type * found, const type *sample, size_t n, const struct step *step),         \
		    (found, sample, n, step))                                                      \
	{                                                                                          \
		const type bits_0 = (type)step[0].bits, bits_1 = (type)step[1].bits;               \
		const type lo_0 = (type)step[0].lo, lo_1 = (type)step[1].lo;                       \
		const type code_0 = step[0].code, code_1 = step[1].code;                           \
                                                                                                   \
		for (size_t i = 0; i < n; i++) {                                                   \
			type x = sample[i], code = found[i];                                       \
                                                                                                   \
			code = (type)(x & bits_0) == lo_0 ? code_0 : code;                         \
			found[i] = (type)(x & bits_1) == lo_1 ? code_1 : code;                     \
		}                                                                                  \
	}                                                                                          \
                                                                                                   \
	SIMD_KERNEL(name##_lower, (uint8_t * code, const type *found, size_t n), (code, found, n)) \
	{                                                                                          \
		for (size_t i = 0; i < n; i++) {                                                   \
			uint8_t other = (uint8_t)found[i];                                         \
                                                                                                   \
			code[i] = other < code[i] ? other : code[i];                               \
		}                                                                                  \
	}                                                                                          \
                                                                                                   \
	static void name(uint8_t *code, const void *samples, size_t n, const struct steps *steps)  \
	{                                                                                          \
		const type *sample = samples;                                                      \
		type found[STRIP];                                                                 \
                                                                                                   \
		for (size_t i = 0; i < n; i += STRIP) {                                            \
			size_t m = n - i < STRIP ? n - i : STRIP;                                  \
                                                                                                   \
			for (size_t k = 0; k < m; k++)                                             \
				found[k] = steps->otherwise;                                       \
			for (unsigned s = 0; s < steps->n; s++)                                    \
				if (are_two(steps, s))                                             \
					name##_two(found, sample + i, m, &steps->step[s++]);       \
				else                                                               \
					name##_step(found, sample + i, m, &steps->step[s]);        \
			name##_lower(code + i, found, m);                                          \
		}                                                                                  \
	}

DEFINE_JUDGE(judge_8, uint8_t)
DEFINE_JUDGE(judge_16, uint16_t)
DEFINE_JUDGE(judge_32, uint32_t)

/* --- floating point, one by one --- */

/* Whole numbers have bits; of others no condition on bits can be known. */
static bool holds(const struct mask_condition *condition, double x, bool *unknown)
{
	if (condition->bits && (x != floor(x) || !(x >= INT32_MIN && x <= UINT32_MAX)))
		*unknown = true;
	else if (condition->bits)
		x = (uint32_t)(int64_t)x & condition->bits;
	return !*unknown && x >= condition->lo && x <= condition->hi;
}

static bool is_nodata(const struct band *band, double x)
{
	if (!band->has_nodata)
		return false;
	return band->type == SAMPLE_F32 ? sample_near_f32((float)x, (float)band->nodata)
					: sample_near_f64(x, band->nodata);
}

static uint8_t judge_number(const struct mask_test *test, unsigned number, const struct band *band,
			    double x)
{
	bool unknown = isnan(x) || is_nodata(band, x);
	unsigned i = 0;

	while (!unknown && i < test->n && !holds(&test->condition[i], x, &unknown))
		i++;
	if (unknown)
		return code_of(number, REASON_OTHER);
	if (test->keep)
		return i < test->n ? QUALITY_KEPT : code_of(number, test->reason);
	return i < test->n ? code_of(number, test->condition[i].reason) : QUALITY_KEPT;
}

static void judge_numbers(uint8_t *code, const struct mask_test *test, unsigned number,
			  const struct band *band, const void *samples, size_t n)
{
	const float *single = samples;
	const double *wide = samples;

	for (size_t i = 0; i < n; i++) {
		double x = band->type == SAMPLE_F32 ? (double)single[i] : wide[i];

		quality_lower(&code[i], judge_number(test, number, band, x), 1);
	}
}

/* --- a band --- */

static void judge_test(uint8_t *code, const struct mask_test *test, unsigned number,
		       const struct band *band, const void *samples, size_t n)
{
	struct steps steps;

	if (!sample_is_integer(band->type)) {
		judge_numbers(code, test, number, band, samples, n);
		return;
	}
	make_steps(&steps, test, number, band);
	if (sample_size(band->type) == 1)
		judge_8(code, samples, n, &steps);
	else if (sample_size(band->type) == 2)
		judge_16(code, samples, n, &steps);
	else
		judge_32(code, samples, n, &steps);
}

void quality_judge(uint8_t *code, const struct scene *scene, unsigned slot, const void *samples,
		   size_t n)
{
	const struct scene_masks *masks = &scene->masks;

	for (unsigned t = 0; t < masks->n_tests; t++)
		if (masks->test[t].slot == slot)
			judge_test(code, &masks->test[t], t, &scene->band[slot], samples, n);
}

void quality_hide(uint8_t *code, const struct scene_masks *masks, unsigned slot,
		  const uint8_t *file_mask, size_t n)
{
	unsigned t = 0;

	while (t < masks->n_tests && masks->test[t].slot != slot)
		t++;
	for (size_t i = 0; t < masks->n_tests && i < n; i++)
		if (!file_mask[i])
			quality_lower(&code[i], code_of(t, REASON_OTHER), 1);
}

/* --- grids --- */

/* Most quality bands are twice as coarse: a form of its own, which compilers make vectors of. */
SIMD_KERNEL(lower_pairs, (uint8_t * out, const uint8_t *code, size_t n), (out, code, n))
{
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = code[i] < out[2 * i] ? code[i] : out[2 * i];
		out[2 * i + 1] = code[i] < out[2 * i + 1] ? code[i] : out[2 * i + 1];
	}
}

static void repeat_row(uint8_t *out, const uint8_t *coarse, uint32_t n, uint32_t first,
		       uint32_t ratio)
{
	uint32_t x = first < n ? first : n, pairs = ratio == 2 ? (n - x) / 2 : 0;

	quality_lower(out, *coarse, x);
	coarse += first != 0;
	lower_pairs(out + x, coarse, pairs);
	for (x += 2 * pairs, coarse += pairs; x < n; x += ratio, coarse++)
		quality_lower(out + x, *coarse, n - x < ratio ? n - x : ratio);
}

void quality_repeat(uint8_t *out, const struct window *w, const uint8_t *coarse, uint32_t ratio)
{
	uint32_t first = (ratio - w->x_off % ratio) % ratio;
	size_t across = (w->x_off + w->x_size - 1) / ratio - w->x_off / ratio + 1;

	for (uint32_t y = 0; y < w->y_size; y++, out += w->x_size)
		repeat_row(out, coarse + ((w->y_off + y) / ratio - w->y_off / ratio) * across,
			   w->x_size, first, ratio);
}

static void gather_row(uint8_t *out, const uint8_t *fine, uint32_t n, uint32_t times)
{
	for (uint32_t x = 0; x < n; x++, fine += times) {
		uint8_t least = out[x];

		for (uint32_t k = 0; k < times; k++)
			least = fine[k] < least ? fine[k] : least;
		out[x] = least;
	}
}

void quality_gather(uint8_t *out, const struct window *w, const uint8_t *fine, uint32_t times)
{
	size_t across = (size_t)w->x_size * times;

	for (uint32_t y = 0; y < w->y_size; y++, out += w->x_size)
		for (uint32_t k = 0; k < times; k++, fine += across)
			gather_row(out, fine, w->x_size, times);
}

void quality_lower(uint8_t *out, uint8_t code, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = code < out[i] ? code : out[i];
}
