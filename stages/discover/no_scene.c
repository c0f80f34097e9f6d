/*
 * Files that are no scenes, told by what their headers say when their turn comes, so that names
 * alone decide nothing and whoever opens them comes to the same end.
 */
#include "no_scene.h"

#include <stdio.h>

#include "group.h"
#include "names.h"
#include "scene_build.h"

/* Bands of the image: an alpha band behind it is none. */
static uint32_t image_bands(const struct raster_info *info)
{
	return info->n_bands -
	       (info->n_bands > 1 && info->bands[info->n_bands - 1].color == COLOR_ALPHA);
}

static bool is_picture(const struct raster_info *info)
{
	static const enum color_label labels[] = {COLOR_RED, COLOR_GREEN, COLOR_BLUE};
	const unsigned n = sizeof(labels) / sizeof(labels[0]);

	if (image_bands(info) != n || info->type != SAMPLE_U8)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (info->bands[i].color != labels[i])
			return false;
	return true;
}

/* One band of a product whose other bands are not there, or are no scene's. */
static bool reason_of_band(char *text, size_t size, const struct band_token *token,
			   const char *base, const struct sensor *sensor)
{
	const int len = token->end - token->start;

	switch (token->kind) {
	case TOKEN_QA:
		(void)snprintf(text, size, "a quality band, by its name (%.*s)", len,
			       base + token->start);
		return true;
	case TOKEN_OTHER:
		(void)snprintf(text, size, "another product or band, by its name (%.*s)", len,
			       base + token->start);
		return true;
	case TOKEN_BAND: /* of no known sensor it may be any band: that has to be told */
		(void)snprintf(text, size, "only band %s of %s", token->code,
			       sensor ? sensor->name : "");
		return sensor != NULL;
	case TOKEN_NONE:
	case TOKEN_STACK:
		(void)snprintf(text, size, "one band, and nothing says which");
		return true;
	case TOKEN_RED:
	case TOKEN_NIR:
		break;
	}
	return false;
}

/* Whatever the number of its bands; not "blue_lagoon.tif", which may be a stack. */
static bool is_other_product(const struct band_token *token)
{
	return token->kind == TOKEN_QA || (token->kind == TOKEN_OTHER && token->name == NAME_NONE);
}

static bool reason_of(char *text, size_t size, const struct scene *scene,
		      const struct scene_list *scene_list, uint32_t file)
{
	const char *base = file_list_name(&scene_list->files, file);
	const struct raster_info *info = &scene->files[0].info;
	struct band_token token = name_band_token(base, name_stem(base));

	if (!info->n_bands || !info->bands) /* empty, cut or damaged: it may have been a scene */
		return false;
	if (image_bands(info) == 1 || is_other_product(&token))
		return reason_of_band(text, size, &token, base,
				      file_sensor(&scene_list->files, file));
	(void)snprintf(text, size, "%s",
		       info->n_bands > 3 ? "a picture: red, green, blue and alpha of 8 bits (if "
					   "alpha is NIR: --bands red=1,nir=4)"
					 : "a picture: red, green and blue of 8 bits");
	return is_picture(info);
}

/* By its name, of a product that has a file for each band. */
static bool is_band(const struct scene_list *scene_list, uint32_t file)
{
	const char *base = file_list_name(&scene_list->files, file);

	return name_band_token(base, name_stem(base)).kind == TOKEN_BAND;
}

void no_scene_judge(struct scene *scene, const struct scene_list *scene_list,
		    const struct entry *entry, const struct options *options, struct error *err)
{
	char reason[160];
	uint32_t file = entry_first(scene_list, entry);

	if (entry->kind != ENTRY_STACK || scene->n_files != 1 || scene->files[0].named ||
	    scene_first_band(scene) || !reason_of(reason, sizeof(reason), scene, scene_list, file))
		return;
	scene->no_scene = true;
	scene->unjoined = options->n_bands && options->bands[0].index &&
			  scene->files[0].info.n_bands == 1 && is_band(scene_list, file);
	(void)error_set(err, EX_DATAERR, "%s: no scene: %s", scene->files[0].path, reason);
}
