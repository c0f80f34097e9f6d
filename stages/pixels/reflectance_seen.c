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
/*
 * A scene of water alone is as dark as any with a tenth of its scale: the most of all numbers does
 * not tell them apart. But where NIR is three times red there are plants, and of many plants some
 * are bright in NIR: of real scenes (tests/oracle/real.py) above 0.2 with the right scale, and up
 * to 0.071 with a tenth of it. Half a square kilometre in the shadow of mountains has 0.06: too few
 * pixels to say. What is darker than PLANTS_FROM may be the noise of water. Of snow, deserts and
 * towns without plants nothing can be said.
 */
#define LEAST_OF_PLANTS 0.08
#define PLANTS_FROM     0.015
#define PLANTS_RATIO    3
enum {
	ENOUGH = 100,
	ONE_OF = 10,
	EVERY = 16,
	STRIP = 512,
	ENOUGH_PLANTS = 300,
	PLANTS_ONE_OF = 20
};

static void seen_clear(void *cell)
{
	*(struct reflectance_seen *)cell =
		(struct reflectance_seen){.most = -INFINITY, .most_of_plants = -INFINITY};
}

static void seen_merge(void *into, const void *from)
{
	struct reflectance_seen *a = into;
	const struct reflectance_seen *b = from;

	a->n += b->n;
	a->n_above += b->n_above;
	a->most = b->most > a->most ? b->most : a->most;
	a->n_pixels += b->n_pixels;
	a->n_plants += b->n_plants;
	a->most_of_plants = fmax(a->most_of_plants, b->most_of_plants);
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

/* Pixels of one row; each stands for `times`. */
struct strip {
	const struct block *block;
	const uint8_t *class;
	size_t first, n; /* at most STRIP */
	uint64_t times;
};

static void look(struct reflectance_seen *seen, const struct strip *strip, unsigned slot)
{
	double value[STRIP];

	band_physical(strip->block, slot, strip->first, strip->n, value);
	for (size_t i = 0; i < strip->n; i++) {
		if (strip->class[strip->first + i] != PIXEL_VALID)
			continue;
		seen->n += strip->times;
		seen->n_above += value[i] > MOST_REFLECTANCE ? strip->times : 0;
		seen->most = value[i] > seen->most ? value[i] : seen->most;
	}
}

static void look_for_plants(struct reflectance_seen *seen, const struct strip *strip, unsigned red,
			    unsigned nir)
{
	double r[STRIP], n[STRIP];

	band_physical(strip->block, red, strip->first, strip->n, r);
	band_physical(strip->block, nir, strip->first, strip->n, n);
	for (size_t i = 0; i < strip->n; i++) {
		if (strip->class[strip->first + i] != PIXEL_VALID)
			continue;
		seen->n_pixels += strip->times;
		if (!(r[i] > 0 && n[i] >= PLANTS_FROM && n[i] > PLANTS_RATIO * r[i]))
			continue;
		seen->n_plants += strip->times;
		seen->most_of_plants = fmax(seen->most_of_plants, n[i]);
	}
}

/* The band of either name that a value reads; n_bands: none. */
static unsigned band_named(const struct recipe *recipe, uint16_t reads, enum band_name a,
			   enum band_name b)
{
	unsigned slot = 0;

	while (slot < recipe->n_bands &&
	       !((reads >> slot & 1) && recipe->band[slot].kind == WISH_NAME &&
		 (recipe->band[slot].name == a || recipe->band[slot].name == b)))
		slot++;
	return slot;
}

void reflectance_seen_block(struct reflectance_seen *seen, const struct recipe *recipe,
			    const struct block *block)
{
	const struct window *window = &block->window;
	const unsigned v = looked_at(recipe, block->scene);
	const uint16_t bands = v < recipe->n_values ? recipe->value[v].reads : 0;
	const unsigned red = band_named(recipe, bands, NAME_RED, NAME_RED);
	const unsigned nir = band_named(recipe, bands, NAME_NIR, NAME_NIR08);
	const bool plants = red < recipe->n_bands && nir < recipe->n_bands;
	const size_t across = block->constant ? 1 : window->x_size;
	struct strip strip = {.block = block, .times = block->constant ? window->x_size : 1};

	for (uint32_t y = 0; bands && y < window->y_size; y++) {
		strip.class = block->out[v].pixel_class;
		for (size_t x = 0; (window->y_off + y) % EVERY == 0 && x < across; x += STRIP) {
			strip.first = (block->constant ? 0 : y * across) + x;
			strip.n = across - x < STRIP ? across - x : STRIP;
			for (unsigned slot = 0; bands >> slot; slot++)
				if (bands >> slot & 1)
					look(seen, &strip, slot);
			if (plants)
				look_for_plants(seen, &strip, red, nir);
		}
	}
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
	else if (seen->n_plants >= ENOUGH_PLANTS &&
		 seen->n_plants >= seen->n_pixels / PLANTS_ONE_OF &&
		 seen->most_of_plants < LEAST_OF_PLANTS)
		scene_note(
			scene,
			"hardly reflectance from 0 to 1: where NIR is more than %d times red, as "
			"of plants (%.0f %% of the pixels), it is %.4g at most, and of plants it "
			"is more than %g (every 16th row was looked at); " ADVICE,
			PLANTS_RATIO, 100 * (double)seen->n_plants / (double)seen->n_pixels,
			seen->most_of_plants, LEAST_OF_PLANTS);
}
