/*
 * Numbers that are said to be reflectance, counted and compared.
 */
#include "reflectance_seen.h"

#include <math.h>

#include "accum.h"
#include "band_values.h"
#include "stages.h"

/*
 * Clouds, snow and glint reflect about as much as a white surface does, and rarely much more. Of so
 * many pixels some are dark, but not all.
 */
#define MOST_REFLECTANCE  1.6
#define LEAST_OF_THE_MOST 0.01
/* And no sensor's numbers end at so little: there would be no room for land. */
#define LEAST_OF_TYPES 0.1
enum { ENOUGH = 100, ONE_OF = 10, EVERY = 16, STRIP = 512 };

static void seen_clear(void *cell)
{
	*(struct reflectance_seen *)cell = (struct reflectance_seen){.most = -INFINITY};
}

static void seen_merge(void *into, const void *from)
{
	struct reflectance_seen *a = into;
	const struct reflectance_seen *b = from;

	a->n += b->n;
	a->n_above += b->n_above;
	a->most = b->most > a->most ? b->most : a->most;
}

const struct reducer reducer_reflectance = {
	.name = "reflectance",
	.bytes = sizeof(struct reflectance_seen),
	.clear = seen_clear,
	.merge = seen_merge,
};

bool reflectance_is_claimed(const struct options *options)
{
	bool reads = false;

	for (unsigned v = 0; v < options->recipe->n_values; v++)
		reads = reads || options->recipe->value[v].kind == VALUE_REFLECTANCE;
	return reads && (options->assume_reflectance || options->has_scale);
}

/* The value of the scene whose bands are looked at; n_values: it has none. */
static unsigned looked_at(const struct recipe *recipe, const struct scene *scene)
{
	unsigned v = 0;

	while (v < recipe->n_values && (recipe->value[v].kind != VALUE_REFLECTANCE ||
					!recipe->value[v].program || value_is_missing(scene, v)))
		v++;
	return v;
}

/* n pixels of a band from `first` on, each of which stands for `times`. */
static void look(struct reflectance_seen *seen, const struct block *block, unsigned slot,
		 const uint8_t *class, size_t first, size_t n, uint64_t times)
{
	double value[STRIP];

	band_physical(block, slot, first, n, value);
	for (size_t i = 0; i < n; i++) {
		if (class[first + i] != PIXEL_VALID)
			continue;
		seen->n += times;
		seen->n_above += value[i] > MOST_REFLECTANCE ? times : 0;
		seen->most = value[i] > seen->most ? value[i] : seen->most;
	}
}

void reflectance_seen_block(struct reflectance_seen *seen, const struct recipe *recipe,
			    const struct block *block)
{
	const struct window *window = &block->window;
	const unsigned v = looked_at(recipe, block->scene);
	const uint16_t bands = v < recipe->n_values ? recipe->value[v].reads : 0;
	const size_t across = block->constant ? 1 : window->x_size;
	const uint64_t times = block->constant ? window->x_size : 1;

	for (uint32_t y = 0; y < window->y_size; y++)
		for (unsigned slot = 0; (window->y_off + y) % EVERY == 0 && bands >> slot; slot++)
			for (size_t x = 0; (bands >> slot & 1) && x < across; x += STRIP)
				look(seen, block, slot, block->out[v].pixel_class,
				     (block->constant ? 0 : y * across) + x,
				     across - x < STRIP ? across - x : STRIP, times);
}

static bool is_signed(enum sample_type type)
{
	return type == SAMPLE_I8 || type == SAMPLE_I16 || type == SAMPLE_I32;
}

/* The most that whole numbers of the scene's types become by their scale; INFINITY: not all are. */
static double most_of_types(const struct scene *scene)
{
	double most = -INFINITY;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		const struct band *band = &scene->band[slot];
		int bits = (int)(8 * sample_size(band->type));
		double lowest, highest;

		if (!scene->has_band[slot])
			continue;
		if (!sample_is_integer(band->type))
			return INFINITY;
		lowest = is_signed(band->type) ? -ldexp(1, bits - 1) : 0;
		highest = lowest + ldexp(1, bits) - 1;
		most = fmax(most, fmax(lowest * band->scale, highest * band->scale) + band->offset);
	}
	return most == -INFINITY ? INFINITY : most;
}

#define ADVICE "pass the --scale and --offset that make them it"

void reflectance_seen_check(const struct reflectance_seen *seen, struct scene *scene)
{
	if (seen->n_above > seen->n / ONE_OF)
		scene_note(
			scene,
			"hardly reflectance from 0 to 1: of the numbers that are taken as it "
			"%.0f %% are above %g (some %.4g; every 16th row was looked at); " ADVICE,
			100 * (double)seen->n_above / (double)seen->n, MOST_REFLECTANCE,
			seen->most);
	else if (seen->n && most_of_types(scene) < LEAST_OF_TYPES)
		scene_note(scene,
			   "hardly reflectance from 0 to 1: with scale %g no number of the files' "
			   "types can be above %.4g; " ADVICE,
			   scene_first_band(scene)->scale, most_of_types(scene));
	else if (seen->n >= ENOUGH && seen->most < LEAST_OF_THE_MOST)
		scene_note(scene,
			   "hardly reflectance from 0 to 1: of the numbers that are taken as it "
			   "none is above %.4g (every 16th row was looked at); " ADVICE,
			   seen->most);
}
