/*
 * Numbers of quality bands, added up by runs of equal ones: such bands are of few values that lie
 * together. It does not know what the numbers mean, but for the fill, which the layout tells.
 */
#include "quality_seen.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"

enum {
	STRIP = 256,
	KNOWN = 64, /* numbers of which it is remembered whether they are fill */
};

/* One band and its layout, while its samples are gone through. */
struct look {
	struct quality_seen *seen;
	const struct mask_layout *layout;
	bool has_nodata;
	uint32_t nodata; /* as samples are compared */
	struct {
		uint32_t number;
		bool known, fill;
	} memory[KNOWN];
};

static void seen_clear(void *cell)
{
	struct seen_cell *seen = cell;

	memset(seen, 0, sizeof(*seen));
	for (unsigned i = 0; i < MASK_RULES_MOST; i++)
		seen->rule[i].all = seen->rule[i].least = UINT32_MAX;
}

static void merge_one(struct quality_seen *into, const struct quality_seen *from)
{
	into->n += from->n;
	into->any |= from->any;
	into->all &= from->all;
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

static bool is_fill(struct look *look, uint32_t number)
{
	unsigned at = number % KNOWN;

	if (!look->memory[at].known || look->memory[at].number != number) {
		look->memory[at].known = true;
		look->memory[at].number = number;
		look->memory[at].fill = (look->has_nodata && number == look->nodata) ||
					layout_is_fill(look->layout, number);
	}
	return look->memory[at].fill;
}

static void add_run(struct look *look, uint32_t number, uint64_t n)
{
	const struct quality_seen run = {n, number, number, number, number};

	if (n && !is_fill(look, number))
		merge_one(look->seen, &run);
}

/* Numbers of strips that hold but one, which most do, are compared as vectors. */
#define DEFINE_LOOK(name, type)                                                          \
	SIMD_KERNEL(name##_differ, (uint32_t * differ, const type *sample, size_t n),    \
		    (differ, sample, n))                                                 \
	{                                                                                \
		type bits = 0;                                                           \
                                                                                         \
		for (size_t i = 0; i < n; i++)                                           \
			bits |= sample[i] ^ sample[0];                                   \
		*differ = bits;                                                          \
	}                                                                                \
                                                                                         \
	static void name##_mixed(struct look *look, const type *sample, size_t n)        \
	{                                                                                \
		size_t from = 0;                                                         \
                                                                                         \
		for (size_t i = 1; i < n; i++) {                                         \
			if (sample[i] == sample[from])                                   \
				continue;                                                \
			add_run(look, sample[from], i - from);                           \
			from = i;                                                        \
		}                                                                        \
		add_run(look, sample[from], n - from);                                   \
	}                                                                                \
                                                                                         \
	static void name(struct look *look, const void *samples, size_t first, size_t n) \
	{                                                                                \
		const type *sample = (const type *)samples + first;                      \
                                                                                         \
		for (size_t i = 0; i < n; i += STRIP) {                                  \
			size_t m = n - i < STRIP ? n - i : STRIP;                        \
			uint32_t differ;                                                 \
                                                                                         \
			name##_differ(&differ, sample + i, m);                           \
			if (differ)                                                      \
				name##_mixed(look, sample + i, m);                       \
			else                                                             \
				add_run(look, sample[i], m);                             \
		}                                                                        \
	}

DEFINE_LOOK(look_8, uint8_t)
DEFINE_LOOK(look_16, uint16_t)
DEFINE_LOOK(look_32, uint32_t)

/* Whole numbers of 32 bits; others are no codes. */
static void add_number(struct look *look, double x)
{
	if (x >= 0 && x <= UINT32_MAX && x == floor(x))
		add_run(look, (uint32_t)x, 1);
}

static void look_f32(struct look *look, const void *samples, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		add_number(look, (double)((const float *)samples)[i]);
}

static void look_f64(struct look *look, const void *samples, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		add_number(look, ((const double *)samples)[i]);
}

static void (*const looks[N_SAMPLE_TYPES])(struct look *, const void *, size_t, size_t) = {
	[SAMPLE_U8] = look_8,    [SAMPLE_I8] = look_8,    [SAMPLE_U16] = look_16,
	[SAMPLE_I16] = look_16,  [SAMPLE_U32] = look_32,  [SAMPLE_I32] = look_32,
	[SAMPLE_F32] = look_f32, [SAMPLE_F64] = look_f64,
};

/* Samples with a sign are compared as numbers without: a negative nodata value, too. */
static void set_nodata(struct look *look, const struct band *band)
{
	double x = band->nodata;
	size_t bits = 8 * sample_size(band->type);

	look->has_nodata = band->has_nodata && x >= INT32_MIN && x <= UINT32_MAX && x == floor(x);
	if (!look->has_nodata)
		return;
	look->nodata = (uint32_t)(int64_t)x;
	if (bits < 32)
		look->nodata &= (UINT32_C(1) << bits) - 1;
}

/* --- the window --- */

/* Columns or rows in front that belong to an earlier block: one of a coarser band, or none. */
static uint32_t not_ours(uint32_t off, uint32_t ratio)
{
	return off % ratio != 0;
}

static void look_at(struct look *look, const struct band *band, const struct window *window,
		    const struct window *stored, const void *samples, bool constant)
{
	uint32_t left = band->finer ? 0 : not_ours(window->x_off, band->ratio);
	uint32_t above = band->finer ? 0 : not_ours(window->y_off, band->ratio);
	struct quality_seen one = {.all = UINT32_MAX, .least = UINT32_MAX};
	struct quality_seen *whole = look->seen;

	if (!constant) {
		for (uint32_t y = above; y < stored->y_size; y++)
			looks[band->type](look, samples, (size_t)y * stored->x_size + left,
					  stored->x_size - left);
		return;
	}
	look->seen = &one;
	looks[band->type](look, samples, 0, 1);
	one.n *= (uint64_t)(stored->x_size - left) * (stored->y_size - above);
	if (one.n)
		merge_one(whole, &one);
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
		struct look look = {.seen = &cell->rule[rule], .layout = layout_of(scene, rule)};

		if (!look.layout || first_slot(scene, rule) != slot)
			continue;
		set_nodata(&look, &scene->band[slot]);
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
	const char *path = slot ? scene->band[slot].path : NULL, *slash, *doubt;
	char problem[LAYOUT_PROBLEM_BYTES];

	if (!layout || !path || !seen->n)
		return 0;
	slash = strrchr(path, '/');
	path = slash ? slash + 1 : path;
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
