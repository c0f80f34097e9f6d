/*
 * The kinds of evidence for the bands of a stack: each says of one wish which band it is, as far as
 * it alone knows. What counts more, and what two of them settle together, is decided in bands.c.
 */
#include "bands_search.h"

#include <stdio.h>
#include <string.h>

#include "bands/names.h"
#include "bands/wavelengths.h"
#include "input/spectral.h"
#include "wishes.h"

uint16_t has_bands(const struct search *search)
{
	uint16_t has = 0;

	for (unsigned i = 0; i < search->recipe->n_bands; i++)
		has |= (uint16_t)((search->scene->band[i].index != 0) << i);
	return has;
}

static void found_described(const struct search *search, struct finding *found, uint32_t index,
			    const char *sensor)
{
	found->index = index;
	snprintf(found->source, sizeof(found->source), "band description '%.50s'%s%.40s",
		 search->info->bands[index - 1].description, *sensor ? ", " : "", sensor);
}

/* --- the option --- */

int by_option(struct search *search, unsigned i, struct finding *found, struct error *err)
{
	const struct band_wish *wish = &search->recipe->band[i];
	const struct band_choice *choice = wish_choice(search->options, wish);
	const char *path = search->scene->files[0].path;
	uint32_t n_bands = search->info->n_bands;
	char advice[400];

	if (wish->kind == WISH_PLACE && !choice) {
		found->index = wish->place <= n_bands ? wish->place : 0;
		snprintf(found->source, sizeof(found->source), "its place, %s", wish->text);
		return 0;
	}
	if (!choice || !choice->index)
		return 0;
	if (choice->index > n_bands && n_bands == 1)
		return error_set(err, EX_DATAERR,
				 "%s: this file has one band, so band numbers in --bands do not "
				 "fit; give patterns of file names: --bands '%s'",
				 path,
				 wishes_advice(search->recipe, search->recipe->value[0].reads,
					       "PATTERN", advice, sizeof(advice)));
	if (choice->index > n_bands)
		return error_set(err, EX_DATAERR,
				 "%s: --bands asks for band %u as %s, but there are only %u; give "
				 "a number from 1 to %u",
				 path, choice->index, wish->text, n_bands, n_bands);
	found->index = choice->index;
	snprintf(found->source, sizeof(found->source), "option --bands");
	return 0;
}

/* --- labels --- */

uint32_t labelled(const struct raster_info *info, enum color_label color)
{
	uint32_t found = 0, n = 0;

	for (uint32_t i = 0; i < info->n_bands; i++)
		if (info->bands[i].color == color && ++n)
			found = i + 1;
	return n == 1 ? found : 0;
}

static uint32_t labelled_name(const struct search *search, enum band_name name)
{
	if (name == NAME_RED)
		return labelled(search->info, COLOR_RED);
	if (name == NAME_GREEN)
		return labelled(search->info, COLOR_GREEN);
	if (name == NAME_BLUE)
		return labelled(search->info, COLOR_BLUE);
	return name == NAME_NIR ? labelled(search->info, COLOR_NIR) : 0;
}

void by_label(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];

	if (wish->kind != WISH_NAME)
		return;
	found->index = labelled_name(search, wish->name);
	snprintf(found->source, sizeof(found->source), "colour label %s", wish->text);
}

bool labels_are_meant(const struct search *search)
{
	bool named = false;

	for (uint32_t i = 0; i < search->n; i++)
		named = named || search->meaning[i].name != NAME_NONE;
	return named || labelled(search->info, COLOR_NIR) != 0;
}

bool is_rgb(const struct search *search)
{
	return labelled(search->info, COLOR_RED) && labelled(search->info, COLOR_GREEN) &&
	       labelled(search->info, COLOR_BLUE);
}

/* --- words of descriptions --- */

/* The bands that are called so: how many, and the last. */
static unsigned called(const struct search *search, enum band_name name, uint32_t *last)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < search->n && name != NAME_NONE; i++)
		if (search->meaning[i].name == name && ++n)
			*last = i + 1;
	return n;
}

/* The name of a product's band, as words may have it: OLI's band 5 is nir and nir08. */
static enum band_name coded_name(const struct search *search, const char *code)
{
	enum band_name name = sensor_name_of(search->sensor, code);
	enum band_name other = band_name_stand_in(name);
	uint32_t index;

	return !called(search, name, &index) && sensor_code_rank(search->sensor, other, code) == 0
		       ? other
		       : name;
}

void by_words(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];
	enum band_name name = wish->kind == WISH_NAME ? wish->name : NAME_NONE;
	uint32_t index = 0;
	unsigned n;

	/* The product's band, where words say what it is: "B3" among blue, green, red. */
	if (wish->kind == WISH_CODE && search->sensor)
		name = coded_name(search, wish->code);
	n = called(search, name, &index);
	if (n == 0 && wish->kind == WISH_NAME) {
		n = called(search, band_name_stand_in(name), &index);
		found->stand_in = n > 0;
	}
	if (n > 1 && !search->scene->band[i].index)
		search->ambiguous |= (uint16_t)(1u << i);
	if (n == 1)
		found_described(search, found, index, "");
}

/* --- wavelengths --- */

/*
 * Is the band another one by its number, whose range has the wavelength as well? Ranges touch and
 * overlap: 620 nm, by which MCD43A4 calls its red, ends yellow.
 */
static bool is_other_by_code(const struct search *search, uint32_t i, enum band_name name)
{
	enum band_name other = NAME_NONE;

	if (i < search->n && search->coded && !search->coded_assumed &&
	    search->meaning[i].meaning == MEANS_CODE)
		other = sensor_name_of(search->coded, search->meaning[i].code);
	return other != NAME_NONE && other != name && other != band_name_stand_in(name) &&
	       band_distance_nm(other, spectral_nm(&search->info->bands[i])) >= 0;
}

/* The band whose centre is nearest to where the name's is, within the name's range; 0: none. */
static uint32_t nearest(const struct search *search, enum band_name name)
{
	const struct raster_info *info = search->info;
	uint32_t found = 0;
	double best = 0;

	for (uint32_t i = 0; i < info->n_bands; i++) {
		double nm = spectral_nm(&info->bands[i]);
		double distance = band_distance_nm(name, nm);

		if (info->bands[i].bad || distance < 0 || (found && distance >= best) ||
		    is_other_by_code(search, i, name))
			continue;
		found = i + 1;
		best = distance;
	}
	return found;
}

void by_wavelength(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];

	if (wish->kind != WISH_NAME)
		return;
	found->index = nearest(search, wish->name);
	if (found->index)
		snprintf(found->source, sizeof(found->source), "wavelength %.6g nm, nearest to %g",
			 spectral_nm(&search->info->bands[found->index - 1]),
			 band_centre_nm(wish->name));
}

/* --- numbers in descriptions --- */

static bool has_code(const struct band_meaning *meaning, uint32_t n, const char *code)
{
	for (uint32_t i = 0; i < n; i++)
		if (meaning[i].meaning == MEANS_CODE && strcmp(meaning[i].code, code) == 0)
			return true;
	return false;
}

/*
 * "Band 1" ... "Band N" in order: many programs number bands so, which says nothing, however many
 * there are. "B1" ... is a name where it goes on behind the visible bands and NIR.
 */
static bool only_counts(const struct band_meaning *meaning, uint32_t n)
{
	bool plain = true;
	char code[12];

	for (uint32_t i = 0; i < n; i++) {
		snprintf(code, sizeof(code), "%u", i + 1);
		if (meaning[i].meaning != MEANS_CODE || meaning[i].sentinel || meaning[i].modis ||
		    meaning[i].landsat || strcmp(meaning[i].code, code) != 0)
			return false;
		plain &= meaning[i].plain;
	}
	return plain || n < 6;
}

const struct sensor *code_sensor(const struct band_meaning *meaning, uint32_t n,
				 const struct sensor *sensor, bool *assumed)
{
	*assumed = false;
	for (uint32_t i = 0; i < n; i++)
		if (meaning[i].modis)
			return sensor_modis();
	if (sensor)
		return only_counts(meaning, n) ? NULL : sensor;
	for (uint32_t i = 0; i < n; i++)
		if (meaning[i].sentinel)
			return sensor_sentinel2();
	/* Only OLI has a surface reflectance band 6: TM's and ETM+'s is thermal. */
	for (uint32_t i = 0; i < n; i++)
		if (meaning[i].landsat && strcmp(meaning[i].code, "6") == 0)
			return sensor_landsat_oli();
	/* 4 and 8 without 5: no Landsat stack has pan without NIR. */
	*assumed = true;
	return has_code(meaning, n, "8") && has_code(meaning, n, "4") && !has_code(meaning, n, "5")
		       ? sensor_sentinel2()
		       : NULL;
}

/* The band whose code ranks first for a sensor's name; 0 if there is none or two of it. */
static uint32_t best_code(const struct band_meaning *meaning, uint32_t n,
			  const struct sensor *sensor, enum band_name name)
{
	uint32_t found = 0;
	int best = 100;
	bool twice = false;

	for (uint32_t i = 0; i < n; i++) {
		int rank = meaning[i].meaning == MEANS_CODE
				   ? sensor_code_rank(sensor, name, meaning[i].code)
				   : -1;

		if (rank < 0 || rank > best)
			continue;
		twice = rank == best;
		best = rank;
		found = i + 1;
	}
	return twice ? 0 : found;
}

/* The band that holds this number; 0 if there is none, or two of it. */
static uint32_t numbered(const struct search *search, const char *code)
{
	uint32_t found = 0, n = 0;

	for (uint32_t i = 0; i < search->n; i++)
		if (strcmp(search->meaning[i].code, code) == 0 && ++n)
			found = i + 1;
	return n == 1 ? found : 0;
}

void by_codes(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];
	const struct sensor *of = search->coded;
	uint32_t index = 0;

	if (wish->kind == WISH_CODE) {
		index = numbered(search, wish->code);
		of = NULL;
	} else if (of && wish->kind == WISH_NAME) {
		index = best_code(search->meaning, search->n, of, wish->name);
		if (!index) {
			index = best_code(search->meaning, search->n, of,
					  band_name_stand_in(wish->name));
			found->stand_in = index > 0;
		}
	}
	if (index)
		found_described(search, found, index, of ? of->name : "");
}

/* --- the order of a sensor's stacks --- */

void by_order(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];
	const struct stack_order *order = search->order;

	if (!order)
		return;
	if (wish->kind == WISH_CODE)
		found->index = stack_place_of_code(order, wish->code);
	if (wish->kind == WISH_NAME)
		found->index = stack_place(search->by_stem, order, wish->name);
	if (wish->kind == WISH_NAME && !found->index) {
		enum band_name other = band_name_stand_in(wish->name);

		found->index = stack_place(search->by_stem, order, other);
		found->stand_in = found->index > 0;
	}
	snprintf(found->source, sizeof(found->source), "file name: band order of %.60s, %u bands",
		 search->by_stem->name, search->info->n_bands);
}

/* --- what is left --- */

/* Four bands of which three are labelled R, G, B: the fourth is NIR, unless it says otherwise. */
void by_elimination(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];
	uint32_t nir = 10 - labelled(search->info, COLOR_RED) -
		       labelled(search->info, COLOR_GREEN) - labelled(search->info, COLOR_BLUE);

	if (wish->kind != WISH_NAME || wish->name != NAME_NIR || search->info->n_bands != 4 ||
	    search->info->bands[nir - 1].color == COLOR_ALPHA)
		return;
	found->index = nir;
	snprintf(found->source, sizeof(found->source),
		 "assumed: the one band beside those labelled R,G,B");
}

/* A number without a name: its place, where the file's bands have no numbers of their own. */
void by_place(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];

	if (wish->kind != WISH_CODE || wish->place > search->info->n_bands)
		return;
	found->index = wish->place;
	snprintf(found->source, sizeof(found->source), "its place: the bands have no numbers");
}

/* What --bands calls NIR may stand in for nir08, where there is no such band. */
void by_chosen_other(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];
	enum band_name other = wish->kind == WISH_NAME ? band_name_stand_in(wish->name) : NAME_NONE;
	struct band_wish named = band_wish_named(other);
	const struct band_choice *choice =
		other != NAME_NONE ? wish_choice(search->options, &named) : NULL;

	found->index = choice ? choice->index : 0;
	found->stand_in = true;
	snprintf(found->source, sizeof(found->source), "option --bands");
}
