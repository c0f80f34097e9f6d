/*
 * What to say where nobody can tell which bands of a stack are meant: what the file has, and the
 * option to pass.
 */
#include <stdio.h>
#include <string.h>

#include "bands/names.h"
#include "bands/wavelengths.h"
#include "bands_search.h"
#include "images.h"
#include "input/spectral.h"
#include "wishes.h"

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

/* "1 at 900.1 nm, 2 at 905.2 nm, ... 60 at 2449.6 nm"; false: no band states its wavelength. */
static bool list_wavelengths(const struct raster_info *info, char *text, size_t size)
{
	uint32_t last = 0, first = 0;
	size_t used = 0;

	for (uint32_t i = info->n_bands; i-- > 0;)
		if (spectral_nm(&info->bands[i]) > 0) {
			last = last ? last : i + 1;
			first = i + 1;
		}
	for (uint32_t i = first; i && i < last && size - used > 64; i++)
		if (spectral_nm(&info->bands[i - 1]) > 0)
			used += (size_t)snprintf(text + used, size - used, "%u at %.6g nm%s, ", i,
						 spectral_nm(&info->bands[i - 1]),
						 info->bands[i - 1].bad ? " (bad)" : "");
	if (!last)
		return false;
	(void)snprintf(text + used, size - used, "%s%u at %.6g nm%s",
		       size - used > 64 ? "" : "... ", last, spectral_nm(&info->bands[last - 1]),
		       info->bands[last - 1].bad ? " (bad)" : "");
	return true;
}

/* The first band of a value that no wavelength fits; NAME_NONE: it has no range. */
static enum band_name first_lacking(const struct search *search, unsigned v)
{
	for (unsigned i = 0; i < search->recipe->n_bands; i++)
		if ((search->recipe->value[v].reads >> i & 1) && !search->scene->band[i].index)
			return search->recipe->band[i].kind == WISH_NAME
				       ? search->recipe->band[i].name
				       : NAME_NONE;
	return NAME_NONE;
}

/* The bands say where they lie, and none lies where it should. */
static int out_of_range(const struct search *search, unsigned v, const char *advice,
			struct error *err)
{
	enum band_name name = first_lacking(search, v);
	double least, most;
	char list[320];

	band_range_nm(name, &least, &most);
	if (!list_wavelengths(search->info, list, sizeof(list)) || !(most > 0))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: no band of %g to %g nm, where %s lies: bands %s; if one of them is "
			 "meant all the same, pass %s",
			 search->scene->files[0].path, least, most, band_name_word(name), list,
			 advice);
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

int not_known(const struct search *search, struct error *err)
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
	if (info->n_bands == 1 && info->n_pages > 1)
		return pages_refuse(&search->scene->files[0], search->recipe,
				    search->recipe->value[v].reads, value, lacking, err);
	if (info->n_bands == 1)
		return error_set(err, EX_DATAERR,
				 "%s: has one band; %s needs %s: name the other files too, or pass "
				 "--bands '%s'",
				 search->scene->files[0].path, value, lacking, all);
	(void)snprintf(advice, sizeof(advice),
		       "--bands %s with their numbers, for such scenes alone", all);
	if (red && alpha && info->n_bands == 4 && search->recipe->n_bands == 2)
		(void)snprintf(
			advice, sizeof(advice),
			"--bands %s=%u,%s=%u if the band labelled alpha is NIR, for such scenes "
			"alone",
			search->recipe->band[0].text, red, search->recipe->band[1].text, alpha);
	if (!search->ambiguous && out_of_range(search, v, advice, err))
		return -1;
	list_bands(info, list, sizeof(list));
	return error_set(err, EX_DATAERR, "%s: %s %s: bands %s; pass %s",
			 search->scene->files[0].path,
			 search->ambiguous      ? "more than one band may be"
			 : strchr(lacking, ' ') ? "cannot tell which bands are"
						: "cannot tell which band is",
			 lacking, list, advice);
}
