/*
 * Which band of a stack is which of the recipe's. Kinds of evidence, the best first; each settles
 * what it can and leaves the rest to the next, which is heard only where it agrees with what is
 * settled. Never a guess: what is only customary is noted in the scene, and what is not known is
 * missing, or an error that names the option to pass.
 */
#include "bands.h"

#include <stdio.h>
#include <string.h>

#include "bands/names.h"
#include "bands/wavelengths.h"
#include "bands_search.h"
#include "input/spectral.h"
#include "wishes.h"

/* --- settling --- */

/* Two wishes may be one band: NIR and what stands in for it, a name and the product's number. */
static bool may_share(const struct band_wish *a, const struct band_wish *b)
{
	return a->kind != WISH_NAME || b->kind != WISH_NAME ||
	       band_name_stand_in(a->name) == b->name;
}

static bool is_free(const struct search *search, unsigned i, uint32_t index)
{
	for (unsigned j = 0; j < search->recipe->n_bands; j++)
		if (j != i && search->scene->band[j].index == index &&
		    !may_share(&search->recipe->band[i], &search->recipe->band[j]))
			return false;
	return true;
}

static void set_band(struct search *search, unsigned i, const struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];
	struct band *band = &search->scene->band[i];

	band->index = found->index;
	snprintf(band->source, sizeof(band->source), "%s", found->source);
	if (found->stand_in)
		scene_note(search->scene, "%s is not there; %s stands in for it", wish->text,
			   band_name_word(band_name_stand_in(wish->name)));
}

/* Does the evidence contradict what is settled by better one? */
static bool agrees(struct search *search, evidence *of)
{
	for (unsigned i = 0; i < search->recipe->n_bands; i++) {
		struct finding found = {0};

		if (!search->scene->band[i].index)
			continue;
		of(search, i, &found);
		if (found.index && !found.stand_in && found.index != search->scene->band[i].index)
			return false;
	}
	return true;
}

/* Does the band state a wavelength that the name does not have? Words and options may say so. */
static bool lies_elsewhere(const struct search *search, unsigned i, uint32_t index, evidence *of)
{
	const struct band_wish *wish = &search->recipe->band[i];
	double nm = spectral_nm(&search->info->bands[index - 1]);

	return of != by_words && of != by_chosen_other && wish->kind == WISH_NAME && nm > 0 &&
	       band_centre_nm(wish->name) > 0 && band_distance_nm(wish->name, nm) < 0 &&
	       band_distance_nm(band_name_stand_in(wish->name), nm) < 0;
}

/* Settle what is open by one kind of evidence. Returns the bands settled, bit by bit. */
static uint16_t settle(struct search *search, evidence *of)
{
	uint16_t settled = 0;

	if (!agrees(search, of))
		return 0;
	for (unsigned i = 0; i < search->recipe->n_bands; i++) {
		struct finding found = {0};

		if (search->scene->band[i].index)
			continue;
		of(search, i, &found);
		if (!found.index || found.index > search->info->n_bands ||
		    !is_free(search, i, found.index) || lies_elsewhere(search, i, found.index, of))
			continue;
		set_band(search, i, &found);
		settled |= (uint16_t)(1u << i);
	}
	return settled;
}

/*
 * Has the product numbers of its own, though this file does not tell them? Then "B5" may be the
 * product's band or the fifth.
 */
static bool has_numbers(const struct search *search)
{
	bool numbers = false;

	for (enum band_name name = NAME_NONE + 1; search->sensor && name < N_BAND_NAMES; name++)
		numbers = numbers || search->sensor->code[name];
	return numbers;
}

/* Do the descriptions, or the order, hold numbers? Then one that they lack is not there. */
static bool tells_numbers(const struct search *search)
{
	char code[4] = "";

	for (uint32_t i = 0; i < search->n; i++)
		if (search->meaning[i].code[0])
			return true;
	if (search->order)
		stack_code(search->order, 1, code);
	return *code;
}

/* The file's labels say something else than the order that was used. */
static void note_labels(const struct search *search, uint16_t used)
{
	uint32_t red = labelled(search->info, COLOR_RED);

	for (unsigned i = 0; i < search->recipe->n_bands; i++) {
		const struct band_wish *wish = &search->recipe->band[i];
		uint32_t index = search->scene->band[i].index;

		if (!(used >> i & 1))
			continue;
		if (wish->kind == WISH_NAME && wish->name == NAME_RED && red && red != index)
			scene_note(search->scene,
				   "band %u is labelled red, but in %s products red is band %u, "
				   "which was used",
				   red, search->by_stem->name, index);
		if (search->info->bands[index - 1].color == COLOR_ALPHA)
			scene_note(search->scene,
				   "band %u is labelled alpha; it is %s in %s products", index,
				   wish->text, search->by_stem->name);
	}
}

/* "red=4,nir=8": what was taken of the bands. */
static const char *taken_text(const struct search *search, uint16_t used, char *text, size_t size)
{
	size_t at = 0;

	*text = '\0';
	for (unsigned i = 0; i < search->recipe->n_bands && at < size; i++)
		if (used >> i & 1)
			at += (size_t)snprintf(text + at, size - at, "%s%s=%u", at ? ", " : "",
					       search->recipe->band[i].text,
					       search->scene->band[i].index);
	return text;
}

static void note_order(const struct search *search, uint16_t used)
{
	char taken[160], advice[400];

	if (search->order->assumed)
		scene_note(search->scene,
			   "assumed: the %u bands are in the order of %s, %s; if not, pass --bands "
			   "%s",
			   search->info->n_bands, search->by_stem->name,
			   taken_text(search, used, taken, sizeof(taken)),
			   wishes_advice(search->recipe, used, "N", advice, sizeof(advice)));
	note_labels(search, used);
}

static int settle_numbers(struct search *search, struct error *err)
{
	for (unsigned i = 0; i < search->recipe->n_bands; i++) {
		const struct band_wish *wish = &search->recipe->band[i];

		if (wish->kind != WISH_CODE || search->scene->band[i].index ||
		    tells_numbers(search) || !wish->place || wish->place > search->info->n_bands)
			continue;
		if (has_numbers(search))
			return error_set(err, EX_DATAERR,
					 "%s: %s may be the product's band or the file's band %u; "
					 "write #%u for the place in the file, or pass --bands "
					 "%s=N",
					 search->scene->files[0].path, wish->text, wish->place,
					 wish->place, wish->text);
	}
	if (!has_numbers(search) && !tells_numbers(search))
		(void)settle(search, by_place);
	return 0;
}

static void settle_colours(struct search *search)
{
	uint16_t settled;

	if (labels_are_meant(search))
		(void)settle(search, by_label);
	settled = settle(search, by_order);
	if (settled)
		note_order(search, settled);
}

/* Labels that writers give by themselves: noted where they are all that is known. */
static void settle_left(struct search *search)
{
	uint16_t labels, rest;
	char advice[400];

	if (search->ambiguous || search->order || !is_rgb(search))
		return;
	labels = settle(search, by_label);
	rest = settle(search, by_elimination);
	for (unsigned i = 0; i < search->recipe->n_bands; i++)
		if (rest >> i & 1)
			scene_note(search->scene,
				   "assumed: band %u is NIR, as the others are labelled R,G,B; if "
				   "not, pass --bands %s",
				   search->scene->band[i].index,
				   wishes_advice(search->recipe, labels | rest, "N", advice,
						 sizeof(advice)));
	if (labels && !rest &&
	    search->info->n_bands > 3u + (labelled(search->info, COLOR_ALPHA) != 0))
		scene_note(search->scene,
			   "assumed: bands are as their colour labels say; if not, pass --bands %s",
			   wishes_advice(search->recipe, labels, "N", advice, sizeof(advice)));
}

/* "Band 8" of the eighth band: its place, if most bands are described in another way. */
static bool counts_only(const struct band_meaning *meaning, uint32_t i)
{
	char place[12];

	snprintf(place, sizeof(place), "%u", i + 1);
	return meaning[i].plain && strcmp(meaning[i].code, place) == 0;
}

/*
 * What the descriptions say. Programs that join files leave "Band 8" to a band without a
 * description: where most are like "band 1 reflectance" it is no number of the product's (there, a
 * cloud mask). Not so "Band 1" ... "Band 7" of which one is "Band 6_VCID_1".
 */
static void describe_all(struct band_meaning *meaning, const struct raster_info *info, uint32_t n)
{
	uint32_t n_plain = 0, n_others = 0;

	for (uint32_t i = 0; i < n; i++) {
		meaning[i] = describe(info->bands[i].description);
		n_plain += meaning[i].plain;
		n_others += meaning[i].meaning != MEANS_NOTHING && !meaning[i].plain;
	}
	for (uint32_t i = 0; i < n && n_plain < n_others; i++)
		if (counts_only(meaning, i))
			meaning[i] = (struct band_meaning){.meaning = MEANS_NOTHING};
}

const struct sensor *bands_sensor(const struct raster_info *info)
{
	uint32_t n = info->n_bands < MAX_STACK ? info->n_bands : MAX_STACK;
	struct band_meaning meaning[MAX_STACK];
	bool assumed;

	describe_all(meaning, info, n);
	return code_sensor(meaning, n, NULL, &assumed);
}

/* The numbers of the bands found, for those who go by them: rules of scaling. */
static void set_codes(struct search *search)
{
	for (unsigned i = 0; i < search->recipe->n_bands; i++) {
		struct band *band = &search->scene->band[i];

		if (!band->index)
			continue;
		if (band->index <= search->n)
			memcpy(band->code, search->meaning[band->index - 1].code, 4);
		if (!*band->code && search->order)
			stack_code(search->order, band->index, band->code);
		if (!*band->code)
			wish_code(&search->recipe->band[i], search->sensor, band->code);
	}
}

/*
 * What the file or its product says of the bands that --bands chose by number. What is only
 * customary does not count: that the option is there to put right.
 */
static void settle_said(struct search *said)
{
	(void)settle(said, by_words);
	(void)settle(said, by_wavelength);
	if (!said->coded_assumed)
		(void)settle(said, by_codes);
	if (labels_are_meant(said))
		(void)settle(said, by_label);
	if (said->order && !said->order->assumed)
		(void)settle(said, by_order);
}

/* One --bands for all scenes may be right for some and wrong for others. */
static void note_overridden(const struct search *search)
{
	struct scene bare = {.n_files = 1, .files = {search->scene->files[0]}};
	struct search said = *search;
	const char *source = NULL;
	char text[160] = "";
	size_t used = 0;

	said.scene = &bare;
	settle_said(&said);
	for (unsigned i = 0; i < search->recipe->n_bands && used < sizeof(text); i++) {
		const struct band_wish *wish = &search->recipe->band[i];
		const struct band_choice *choice = wish_choice(search->options, wish);
		const struct band *band = &bare.band[i];

		if (!choice || !choice->index || !band->index || band->index == choice->index)
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%s is band %u, not %u", used ? ", " : "", wish->text,
					 band->index, choice->index);
		source = source ? source : band->source;
	}
	if (source)
		scene_note(search->scene, "--bands overrides what is known of this scene: %s (%s)",
			   text, source);
}

int bands_find(struct scene *scene, const struct sensor *sensor, const struct sensor *by_stem,
	       const struct options *options, struct error *err)
{
	const struct raster_info *info = &scene->files[0].info;
	struct search search = {.scene = scene,
				.info = info,
				.options = options,
				.recipe = options->recipe,
				.sensor = sensor,
				.by_stem = by_stem,
				.order = by_stem ? sensor_stack(by_stem, info->n_bands) : NULL,
				.n = info->n_bands < MAX_STACK ? info->n_bands : MAX_STACK};

	char advice[400];
	uint16_t coded;

	for (unsigned i = 0; i < options->recipe->n_bands; i++) {
		struct finding found = {0};

		if (by_option(&search, i, &found, err))
			return -1;
		if (found.index)
			set_band(&search, i, &found);
	}
	describe_all(search.meaning, info, search.n);
	search.coded = code_sensor(search.meaning, search.n, sensor, &search.coded_assumed);
	if (options->n_bands && options->bands[0].index)
		note_overridden(&search);
	(void)settle(&search, by_words);
	(void)settle(&search, by_wavelength);
	coded = settle(&search, by_codes);
	if (coded && search.coded && search.coded_assumed)
		scene_note(scene, "assumed: band names are %s's; if not, pass --bands %s",
			   search.coded->name,
			   wishes_advice(options->recipe, coded, "N", advice, sizeof(advice)));
	settle_colours(&search);
	settle_left(&search);
	(void)settle(&search, by_chosen_other);
	if (settle_numbers(&search, err))
		return -1;
	set_codes(&search);
	return recipe_missing(options->recipe, has_bands(&search)) == recipe_all(options->recipe)
		       ? not_known(&search, err)
		       : 0;
}
