/*
 * Numbers of quality bands, added up without branches: those that are fill are replaced by what
 * adds nothing. It does not know what the numbers mean, but for the fill, which the layout tells.
 */
#include "quality_seen.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "base/text.h"

enum { FILLS = LAYOUT_FILLS + 1 };

/* x is fill where (x & bits) - lo <= span for one of them, in the samples' width. */
struct fill {
	uint32_t bits, lo, span;
};

/* One band and its layout, while its samples are gone through. */
struct look {
	struct quality_seen *seen;
	struct fill fill[FILLS];
};

static void seen_clear(void *cell)
{
	struct seen_cell *seen = cell;

	memset(seen, 0, sizeof(*seen));
	for (unsigned i = 0; i < MASK_RULES_MOST; i++)
		seen->rule[i].least = UINT32_MAX;
}

static void merge_one(struct quality_seen *into, const struct quality_seen *from)
{
	into->n += from->n;
	into->any |= from->any;
	into->least = from->least < into->least ? from->least : into->least;
	into->most = from->most > into->most ? from->most : into->most;
}

static void seen_merge(void *into, const void *from)
{
	for (unsigned i = 0; i < MASK_RULES_MOST; i++)
		merge_one(&((struct seen_cell *)into)->rule[i],
			  &((const struct seen_cell *)from)->rule[i]);
}

const struct reducer reducer_seen = {
	.name = "seen",
	.bytes = sizeof(struct seen_cell),
	.clear = seen_clear,
	.merge = seen_merge,
};

/* --- samples --- */

/* Compilers make vectors of such sums only where they are told to. */
/* clang-format off */
#define IN_VECTORS \
	_Pragma("omp simd reduction(+ : count) reduction(| : any) reduction(min : least) reduction(max : most)")
/* clang-format on */

/*
 * Strips are so long that their number of samples has room in `type`. Those that are not fill are
 * `kept`: all bits set, which is -1.
 */
#define DEFINE_LOOK(name, type, strip)                                                         \
	SIMD_KERNEL(name##_strip,                                                              \
		    (struct quality_seen * seen, const type *sample, size_t n,                 \
		     const struct fill *fill),                                                 \
		    (seen, sample, n, fill))                                                   \
	{                                                                                      \
		const type bits_0 = (type)fill[0].bits, bits_1 = (type)fill[1].bits;           \
		const type bits_2 = (type)fill[2].bits, lo_0 = (type)fill[0].lo;               \
		const type lo_1 = (type)fill[1].lo, lo_2 = (type)fill[2].lo;                   \
		const type span_0 = (type)fill[0].span, span_1 = (type)fill[1].span;           \
		const type span_2 = (type)fill[2].span, ones = (type)UINT32_MAX;               \
		type count = 0, any = 0, least = ones, most = 0;                               \
                                                                                               \
		IN_VECTORS                                                                     \
		for (size_t i = 0; i < n; i++) {                                               \
			const type x = sample[i];                                              \
			type kept = (type)((type)(x & bits_0) - lo_0) <= span_0 ? 0 : ones;    \
			type value, other;                                                     \
                                                                                               \
			kept = (type)((type)(x & bits_1) - lo_1) <= span_1 ? 0 : kept;         \
			kept = (type)((type)(x & bits_2) - lo_2) <= span_2 ? 0 : kept;         \
			value = x & kept;                                                      \
			other = (type)(x | (type)~kept);                                       \
			count = (type)(count + (kept & 1));                                    \
			any |= value;                                                          \
			least = other < least ? other : least;                                 \
			most = value > most ? value : most;                                    \
		}                                                                              \
		*seen = (struct quality_seen){count, any, least, most};                        \
	}                                                                                      \
                                                                                               \
	static void name(const struct look *look, const void *samples, size_t first, size_t n) \
	{                                                                                      \
		const type *sample = (const type *)samples + first;                            \
                                                                                               \
		for (size_t i = 0; i < n; i += (strip)) {                                      \
			struct quality_seen seen;                                              \
                                                                                               \
			name##_strip(&seen, sample + i, n - i < (strip) ? n - i : (strip),     \
				     look->fill);                                              \
			if (seen.n)                                                            \
				merge_one(look->seen, &seen);                                  \
		}                                                                              \
	}

DEFINE_LOOK(look_8, uint8_t, 192)
DEFINE_LOOK(look_16, uint16_t, 4096)
DEFINE_LOOK(look_32, uint32_t, 4096)

/* Whole numbers of 32 bits; others are no codes. */
static void add_number(const struct look *look, double x)
{
	uint32_t number;

	if (!(x >= 0 && x <= UINT32_MAX && x == floor(x)))
		return;
	number = (uint32_t)x;
	look_32(look, &number, 0, 1);
}

static void look_f32(const struct look *look, const void *samples, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		add_number(look, (double)((const float *)samples)[i]);
}

static void look_f64(const struct look *look, const void *samples, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		add_number(look, ((const double *)samples)[i]);
}

static void (*const looks[N_SAMPLE_TYPES])(const struct look *, const void *, size_t, size_t) = {
	[SAMPLE_U8] = look_8,    [SAMPLE_I8] = look_8,    [SAMPLE_U16] = look_16,
	[SAMPLE_I16] = look_16,  [SAMPLE_U32] = look_32,  [SAMPLE_I32] = look_32,
	[SAMPLE_F32] = look_f32, [SAMPLE_F64] = look_f64,
};

/* What no number is: 0 - 1 is above 0. */
static const struct fill no_fill = {.bits = 0, .lo = 1, .span = 0};

/* Numbers of a layout's fill that such samples cannot hold are left out. */
static struct fill fill_of(const struct mask_condition *condition, double most)
{
	double hi = condition->hi < most ? condition->hi : most;

	if (!(condition->lo >= 0 && condition->lo <= hi))
		return no_fill;
	return (struct fill){.bits = condition->bits ? condition->bits : UINT32_MAX,
			     .lo = (uint32_t)condition->lo,
			     .span = (uint32_t)hi - (uint32_t)condition->lo};
}

/* Samples with a sign are compared as numbers without: a negative nodata value, too. */
static struct fill fill_of_nodata(const struct band *band, uint32_t most)
{
	double x = band->nodata;

	if (!band->has_nodata || !(x >= INT32_MIN && x <= UINT32_MAX && x == floor(x)))
		return no_fill;
	return (struct fill){.bits = UINT32_MAX, .lo = (uint32_t)(int64_t)x & most};
}

static void set_fill(struct look *look, const struct mask_layout *layout, const struct band *band)
{
	size_t bytes = sample_size(band->type);
	uint32_t most = bytes < sizeof(most) ? (UINT32_C(1) << 8 * bytes) - 1 : UINT32_MAX;
	struct mask_condition fill[LAYOUT_FILLS];
	unsigned n = layout_fills(layout, fill);

	for (unsigned i = 0; i < LAYOUT_FILLS; i++)
		look->fill[i] = i < n ? fill_of(&fill[i], most) : no_fill;
	look->fill[LAYOUT_FILLS] = fill_of_nodata(band, most);
}

/* --- the window --- */

/* Columns or rows in front that belong to an earlier block: one of a coarser band, or none. */
static uint32_t not_ours(uint32_t off, uint32_t ratio)
{
	return off % ratio != 0;
}

/* Rows that are all ours lie one behind the other. */
static void look_at_rows(const struct look *look, const struct band *band,
			 const struct window *stored, const void *samples, uint32_t left,
			 uint32_t above)
{
	size_t across = stored->x_size, ours = across - left;

	if (!left)
		looks[band->type](look, samples, above * across, (stored->y_size - above) * across);
	for (uint32_t y = above; left && y < stored->y_size; y++)
		looks[band->type](look, samples, y * across + left, ours);
}

static void look_at_one(const struct look *look, const struct band *band, const void *samples,
			uint64_t n)
{
	struct quality_seen seen = {.least = UINT32_MAX};
	struct look one = *look;

	one.seen = &seen;
	looks[band->type](&one, samples, 0, 1);
	seen.n *= n;
	if (seen.n)
		merge_one(look->seen, &seen);
}

static void look_at(const struct look *look, const struct band *band, const struct window *window,
		    const struct window *stored, const void *samples, bool constant)
{
	uint32_t left = band->finer ? 0 : not_ours(window->x_off, band->ratio);
	uint32_t above = band->finer ? 0 : not_ours(window->y_off, band->ratio);

	if (constant)
		look_at_one(look, band, samples,
			    (uint64_t)(stored->x_size - left) * (stored->y_size - above));
	else
		look_at_rows(look, band, stored, samples, left, above);
}

/* The band that the rule's first test reads; 0: it has none. */
static unsigned first_slot(const struct scene *scene, unsigned rule)
{
	for (unsigned t = 0; t < scene->masks.n_tests; t++)
		if (scene->masks.test[t].rule == rule)
			return scene->masks.test[t].slot;
	return 0;
}

static const struct mask_layout *layout_of(const struct scene *scene, unsigned rule)
{
	return *scene->masks.rule[rule].layout ? layout_called(scene->masks.rule[rule].layout)
					       : NULL;
}

void quality_seen_add(struct seen_cell *cell, const struct scene *scene, unsigned slot,
		      const struct window *window, const struct window *stored, const void *samples,
		      bool constant)
{
	for (unsigned rule = 0; rule < scene->masks.n_rules; rule++) {
		const struct mask_layout *layout;
		struct look look = {.seen = &cell->rule[rule]};

		if (first_slot(scene, rule) != slot)
			continue;
		layout = layout_of(scene, rule);
		if (!layout)
			continue;
		set_fill(&look, layout, &scene->band[slot]);
		look_at(&look, &scene->band[slot], window, stored, samples, constant);
	}
}

/* --- the end of the scene --- */

static int refuse(const struct scene *scene, const char *file, const struct quality_seen *seen,
		  const char *problem, struct error *err)
{
	const struct mask_layout *other = layout_that_fits(file, seen);

	if (other)
		return error_set(err, EX_DATAERR, "%s: %s %s; %s fits: --mask %s", scene->name,
				 file, problem, layout_name(other), layout_name(other));
	return error_set(err, EX_DATAERR,
			 "%s: %s %s; no layout that is known fits: give a rule of your own, as in "
			 "--mask 'QA&31=0'",
			 scene->name, file, problem);
}

static int check_rule(const struct quality_seen *seen, struct scene *scene, unsigned rule,
		      struct error *err)
{
	const struct mask_layout *layout = layout_of(scene, rule);
	unsigned slot = first_slot(scene, rule);
	const char *path = slot ? scene->band[slot].path : NULL, *doubt;
	char problem[LAYOUT_PROBLEM_BYTES];

	if (!layout || !path || !seen->n)
		return 0;
	path = path_name(path);
	if (!layout_fits(layout, seen, problem, sizeof(problem)))
		return refuse(scene, path, seen, problem, err);
	doubt = layout_doubt(layout, seen);
	if (doubt)
		scene_note(scene, "%.80s: %s", path, doubt);
	return 0;
}

int quality_seen_check(const struct seen_cell *cell, struct scene *scene, struct error *err)
{
	for (unsigned rule = 0; rule < scene->masks.n_rules; rule++)
		if (check_rule(&cell->rule[rule], scene, rule, err))
			return -1;
	return 0;
}
