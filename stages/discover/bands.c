/*
 * Which band of a stack is red, which NIR. Four kinds of evidence, the best first; each either
 * settles both bands or leaves the question to the next. Never a guess: what is only customary is
 * noted in the scene, and what is not known is an error that names the option to pass.
 */
#include "bands.h"

#include "entries.h"

#include <stdio.h>
#include <string.h>

#include "describe.h"

enum { MAX_STACK = 256 }; /* bands looked at; no sensor's stack has its red band behind these */

enum verdict { SETTLED, OPEN, AMBIGUOUS };

static void set_band(struct scene *scene, enum role role, uint32_t index, const char *source)
{
	scene->band[role].index = index;
	snprintf(scene->band[role].source, sizeof(scene->band[role].source), "%s", source);
}

static void set_described(struct scene *scene, enum role role, uint32_t index, const char *sensor)
{
	char source[sizeof(scene->band[role].source)];

	snprintf(source, sizeof(source), "band description '%.50s'%s%.40s",
		 scene->files[0].info.bands[index - 1].description, *sensor ? ", " : "", sensor);
	set_band(scene, role, index, source);
}

static int by_option(struct scene *scene, const struct options *options, bool *settled,
		     struct error *err)
{
	const struct raster_info *info = &scene->files[0].info;

	*settled = role_choice(options, ROLE_RED)->index && role_choice(options, ROLE_NIR)->index;
	if (!*settled)
		return 0;
	for (enum role role = ROLE_RED; role <= ROLE_NIR; role++) {
		uint32_t index = role_choice(options, role)->index;

		if (index > info->n_bands && info->n_bands == 1)
			return error_set(err, EX_DATAERR,
					 "%s: this file has one band, so band numbers in --bands "
					 "do not fit; give patterns of file names: --bands "
					 "'red=PATTERN,nir=PATTERN'",
					 scene->files[0].path);
		if (index > info->n_bands)
			return error_set(err, EX_DATAERR,
					 "%s: --bands asks for band %u as %s, but there are only "
					 "%u; give a number from 1 to %u",
					 scene->files[0].path, index,
					 role == ROLE_RED ? "red" : "nir", info->n_bands,
					 info->n_bands);
		set_band(scene, role, index, "option --bands");
	}
	return 0;
}

/* The only band with this label; 0 if there is none, or several. */
static uint32_t labelled(const struct raster_info *info, enum color_label color)
{
	uint32_t found = 0, n = 0;

	for (uint32_t i = 0; i < info->n_bands; i++)
		if (info->bands[i].color == color && ++n)
			found = i + 1;
	return n == 1 ? found : 0;
}

/* Words: exactly one band of the best rank is called red, and one NIR. */
static enum verdict by_words(struct scene *scene, const struct band_meaning *meaning, uint32_t n)
{
	uint32_t red = 0, nir = 0, n_red = 0, n_nir = 0;
	int best = 1;

	for (uint32_t i = 0; i < n; i++)
		if (meaning[i].meaning == MEANS_NIR && meaning[i].rank < best)
			best = meaning[i].rank;
	for (uint32_t i = 0; i < n; i++) {
		if (meaning[i].meaning == MEANS_RED && ++n_red)
			red = i + 1;
		if (meaning[i].meaning == MEANS_NIR && meaning[i].rank == best && ++n_nir)
			nir = i + 1;
	}
	if (n_red > 1 || n_nir > 1)
		return AMBIGUOUS;
	/* "NIR" beside R,G,B labels: who named one band meant the labels of the others. */
	if (n_red == 0 && n_nir == 1 && (red = labelled(&scene->files[0].info, COLOR_RED)) != 0)
		set_band(scene, ROLE_RED, red, "colour label red");
	else if (n_red == 1 && n_nir == 1)
		set_described(scene, ROLE_RED, red, "");
	else
		return OPEN;
	set_described(scene, ROLE_NIR, nir, "");
	return SETTLED;
}

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

static enum verdict by_codes(struct scene *scene, const struct band_meaning *meaning, uint32_t n,
			     const struct sensor *sensor)
{
	bool assumed;
	const struct sensor *of = code_sensor(meaning, n, sensor, &assumed);
	uint32_t red = of ? best_code(meaning, n, of, NAME_RED) : 0;
	uint32_t nir = of ? best_code(meaning, n, of, NAME_NIR) : 0;

	if (!red || !nir)
		return OPEN;
	set_described(scene, ROLE_RED, red, of->name);
	set_described(scene, ROLE_NIR, nir, of->name);
	if (assumed)
		scene_note(scene, "assumed: band names are %s's; if not, pass --bands red=N,nir=N",
			   of->name);
	return SETTLED;
}

static enum verdict by_labels(struct scene *scene)
{
	const struct raster_info *info = &scene->files[0].info;
	uint32_t red = labelled(info, COLOR_RED), nir = labelled(info, COLOR_NIR);

	if (!red || !nir)
		return OPEN;
	set_band(scene, ROLE_RED, red, "colour label red");
	set_band(scene, ROLE_NIR, nir, "colour label NIR");
	return SETTLED;
}

static enum verdict by_name(struct scene *scene, const struct sensor *sensor)
{
	const struct raster_info *info = &scene->files[0].info;
	const struct stack_order *order = sensor ? sensor_stack(sensor, info->n_bands) : NULL;
	char source[sizeof(scene->band[0].source)];
	uint32_t at_red = order ? stack_place(sensor, order, NAME_RED) : 0;
	uint32_t at_nir = order ? stack_place(sensor, order, NAME_NIR) : 0, red;

	if (!at_red || !at_nir)
		return OPEN;
	snprintf(source, sizeof(source), "file name: band order of %.60s, %u bands", sensor->name,
		 info->n_bands);
	set_band(scene, ROLE_RED, at_red, source);
	set_band(scene, ROLE_NIR, at_nir, source);
	if (order->assumed)
		scene_note(scene,
			   "assumed: the %u bands are in the order of %s, red=%u, NIR=%u; if not, "
			   "pass --bands red=N,nir=N",
			   info->n_bands, sensor->name, at_red, at_nir);
	red = labelled(info, COLOR_RED);
	if (red && red != at_red)
		scene_note(scene,
			   "band %u is labelled red, but in %s products red is band %u, which was "
			   "used",
			   red, sensor->name, at_red);
	if (info->bands[at_nir - 1].color == COLOR_ALPHA)
		scene_note(scene, "band %u is labelled alpha; it is NIR in %s products", at_nir,
			   sensor->name);
	return SETTLED;
}

static enum verdict by_elimination(struct scene *scene)
{
	const struct raster_info *info = &scene->files[0].info;
	uint32_t red = labelled(info, COLOR_RED), green = labelled(info, COLOR_GREEN),
		 blue = labelled(info, COLOR_BLUE), nir;

	if (info->n_bands != 4 || !red || !green || !blue)
		return OPEN;
	nir = 10 - red - green - blue;
	if (info->bands[nir - 1].color == COLOR_ALPHA)
		return OPEN;
	set_band(scene, ROLE_RED, red, "colour label red");
	set_band(scene, ROLE_NIR, nir, "assumed: the one band beside those labelled R,G,B");
	scene_note(scene,
		   "assumed: band %u is NIR, as the others are labelled R,G,B; if not, pass "
		   "--bands red=N,nir=N",
		   nir);
	return SETTLED;
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

static int not_known(const struct scene *scene, bool ambiguous, struct error *err)
{
	const struct raster_info *info = &scene->files[0].info;
	uint32_t red = labelled(info, COLOR_RED), alpha = labelled(info, COLOR_ALPHA);
	char list[320] = "", advice[120] = "--bands red=N,nir=N with their numbers";

	if (info->n_bands == 1)
		return error_set(err, EX_DATAERR,
				 "%s: has one band; NDVI needs red and NIR: name the other file "
				 "too, or pass --bands 'red=PATTERN,nir=PATTERN'",
				 scene->files[0].path);
	if (red && alpha && info->n_bands == 4)
		snprintf(advice, sizeof(advice),
			 "--bands red=%u,nir=%u if the band labelled alpha is NIR", red, alpha);
	list_bands(info, list, sizeof(list));
	return error_set(err, EX_DATAERR, "%s: %s: bands %s; pass %s", scene->files[0].path,
			 ambiguous ? "more than one band is called red or NIR"
				   : "cannot tell which bands are red and NIR",
			 list, advice);
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

int bands_find(struct scene *scene, const struct sensor *sensor, const struct sensor *by_stem,
	       const struct options *options, struct error *err)
{
	const struct raster_info *info = &scene->files[0].info;
	uint32_t n = info->n_bands < MAX_STACK ? info->n_bands : MAX_STACK;
	struct band_meaning meaning[MAX_STACK];
	enum verdict words;
	bool settled;

	if (by_option(scene, options, &settled, err))
		return -1;
	if (settled)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		meaning[i] = describe(info->bands[i].description);
	words = by_words(scene, meaning, n);
	if (words == SETTLED || by_codes(scene, meaning, n, sensor) == SETTLED ||
	    by_labels(scene) == SETTLED || by_name(scene, by_stem) == SETTLED)
		return 0;
	if (words == OPEN && by_elimination(scene) == SETTLED)
		return 0;
	return not_known(scene, words == AMBIGUOUS, err);
}
