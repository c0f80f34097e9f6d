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
#include "describe.h"
#include "wishes.h"

enum { MAX_STACK = 256 }; /* bands looked at; no sensor's stack has a band of use behind these */

struct search {
	struct scene *scene;
	const struct raster_info *info;
	const struct options *options;
	const struct recipe *recipe;
	const struct sensor *sensor;  /* of file and folder names */
	const struct sensor *by_stem; /* of the file's own name */
	const struct sensor *coded;   /* whose numbers the descriptions hold */
	bool coded_assumed;
	const struct stack_order *order; /* of by_stem's stacks of so many bands */
	uint32_t n;
	struct band_meaning meaning[MAX_STACK];
	uint16_t ambiguous; /* bands of the recipe that several bands are called */
};

/* What one kind of evidence says of a wish: a band, from 1, and why. index 0: nothing. */
struct finding {
	uint32_t index;
	bool stand_in; /* it is the band that may stand in for it */
	char source[sizeof(((struct band *)0)->source)];
};

typedef void evidence(struct search *search, unsigned i, struct finding *found);

static void found_described(const struct search *search, struct finding *found, uint32_t index,
			    const char *sensor)
{
	found->index = index;
	snprintf(found->source, sizeof(found->source), "band description '%.50s'%s%.40s",
		 search->info->bands[index - 1].description, *sensor ? ", " : "", sensor);
}

/* --- the option --- */

static int by_option(struct search *search, unsigned i, struct finding *found, struct error *err)
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

/* The only band with this label; 0 if there is none, or several. */
static uint32_t labelled(const struct raster_info *info, enum color_label color)
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

static void by_label(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];

	if (wish->kind != WISH_NAME)
		return;
	found->index = labelled_name(search, wish->name);
	snprintf(found->source, sizeof(found->source), "colour label %s", wish->text);
}

/*
 * Writers label the first three bands red, green and blue whatever they are. Who labelled one NIR,
 * or named one in words, meant the others' labels, too.
 */
static bool labels_are_meant(const struct search *search)
{
	bool named = false;

	for (uint32_t i = 0; i < search->n; i++)
		named = named || search->meaning[i].name != NAME_NONE;
	return named || labelled(search->info, COLOR_NIR) != 0;
}

static bool is_rgb(const struct search *search)
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

static void by_words(struct search *search, unsigned i, struct finding *found)
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

/* Whose band numbers these are: by the way they are written, by names, by which there are. */
static const struct sensor *code_sensor(const struct band_meaning *meaning, uint32_t n,
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

static void by_codes(struct search *search, unsigned i, struct finding *found)
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

static void by_order(struct search *search, unsigned i, struct finding *found)
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

/* --- what is left --- */

/* Four bands of which three are labelled R, G, B: the fourth is NIR, unless it says otherwise. */
static void by_elimination(struct search *search, unsigned i, struct finding *found)
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
static void by_place(struct search *search, unsigned i, struct finding *found)
{
	const struct band_wish *wish = &search->recipe->band[i];

	if (wish->kind != WISH_CODE || wish->place > search->info->n_bands)
		return;
	found->index = wish->place;
	snprintf(found->source, sizeof(found->source), "its place: the bands have no numbers");
}

/* What --bands calls NIR may stand in for nir08, where there is no such band. */
static void by_chosen_other(struct search *search, unsigned i, struct finding *found)
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
		    !is_free(search, i, found.index))
			continue;
		set_band(search, i, &found);
		settled |= (uint16_t)(1u << i);
	}
	return settled;
}

static uint16_t has_bands(const struct search *search)
{
	uint16_t has = 0;

	for (unsigned i = 0; i < search->recipe->n_bands; i++)
		has |= (uint16_t)((search->scene->band[i].index != 0) << i);
	return has;
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

static const char *label_name(enum color_label color)
{
	static const char *const names[] = {
		[COLOR_UNKNOWN] = "no label", [COLOR_GRAY] = "gray",  [COLOR_RED] = "red",
		[COLOR_GREEN] = "green",      [COLOR_BLUE] = "blue",  [COLOR_NIR] = "nir",
		[COLOR_ALPHA] = "alpha",      [COLOR_OTHER] = "other"};

	return names[color];
}

/* "1 'B4' gray, 2 'B3' no label, ..." */
static void list_bands(const struct raster_info *info, char *text, size_t size)
{
	size_t used = 0;

	for (uint32_t i = 0; i < info->n_bands && used < size; i++) {
		const struct band_info *band = &info->bands[i];
		bool named = band->description[0] != '\0';
		int len;

		if (size - used < 64) {
			snprintf(text + used, size - used, ", ...");
			return;
		}
		len = snprintf(text + used, size - used, "%s%u %s%.24s%s%s", i ? ", " : "", i + 1,
			       named ? "'" : "", band->description, named ? "' " : "",
			       label_name(band->color));
		used += len > 0 ? (size_t)len : 0;
	}
}

/* A place behind the last band that is asked for; NULL: none is. */
static const struct band_wish *place_behind(const struct search *search)
{
	for (unsigned i = 0; i < search->recipe->n_bands; i++) {
		const struct band_wish *wish = &search->recipe->band[i];

		if (wish->kind == WISH_PLACE && wish->place > search->info->n_bands)
			return wish;
	}
	return NULL;
}

static int not_known(const struct search *search, struct error *err)
{
	const struct raster_info *info = search->info;
	const struct band_wish *behind = place_behind(search);
	uint32_t red = labelled(info, COLOR_RED), alpha = labelled(info, COLOR_ALPHA);
	unsigned v = wishes_nearest(search->recipe, has_bands(search));
	char list[320] = "", value[VALUE_NAME_BYTES], lacking[200], all[320], advice[400];

	search->scene->missing = recipe_all(search->recipe);
	if (behind)
		return error_set(err, EX_DATAERR,
				 "%s: there is no %s, the file has %u band%s; imgpipe info shows "
				 "them",
				 search->scene->files[0].path, behind->text, info->n_bands,
				 info->n_bands == 1 ? "" : "s");
	(void)wishes_value(search->recipe, v, value, sizeof(value));
	(void)wishes_lacking(search->recipe, has_bands(search), lacking, sizeof(lacking));
	(void)wishes_advice(search->recipe, search->recipe->value[v].reads,
			    info->n_bands == 1 ? "PATTERN" : "N", all, sizeof(all));
	if (info->n_bands == 1)
		return error_set(err, EX_DATAERR,
				 "%s: has one band; %s needs %s: name the other files too, or pass "
				 "--bands '%s'",
				 search->scene->files[0].path, value, lacking, all);
	(void)snprintf(advice, sizeof(advice), "--bands %s with their numbers", all);
	if (red && alpha && info->n_bands == 4 && search->recipe->n_bands == 2)
		snprintf(advice, sizeof(advice),
			 "--bands %s=%u,%s=%u if the band labelled alpha is NIR",
			 search->recipe->band[0].text, red, search->recipe->band[1].text, alpha);
	list_bands(info, list, sizeof(list));
	return error_set(err, EX_DATAERR, "%s: %s %s: bands %s; pass %s",
			 search->scene->files[0].path,
			 search->ambiguous      ? "more than one band may be"
			 : strchr(lacking, ' ') ? "cannot tell which bands are"
						: "cannot tell which band is",
			 lacking, list, advice);
}

const struct sensor *bands_sensor(const struct raster_info *info)
{
	uint32_t n = info->n_bands < MAX_STACK ? info->n_bands : MAX_STACK;
	struct band_meaning meaning[MAX_STACK];
	bool assumed;

	for (uint32_t i = 0; i < n; i++)
		meaning[i] = describe(info->bands[i].description);
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
	for (uint32_t i = 0; i < search.n; i++)
		search.meaning[i] = describe(info->bands[i].description);
	search.coded = code_sensor(search.meaning, search.n, sensor, &search.coded_assumed);
	(void)settle(&search, by_words);
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
