/*
 * Scenes as plain records: what they own and how it is freed, notes, and the size of the tile
 * table. How a scene comes about is not known here.
 */
#include "scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "printable.h"
#include "redact.h"
#include "text.h"
#include "window.h"

void raster_info_release(struct raster_info *info)
{
	free(info->bands);
	free(info->images);
	memset(info, 0, sizeof(*info));
}

void raster_note_band_masks(struct raster_info *info, const char *path)
{
	if (!*info->note)
		(void)snprintf(info->note, sizeof(info->note),
			       "single bands of %.80s have masks of their own (.msk), which are "
			       "not used; one mask for all bands would be",
			       path_name(path));
}

void scene_release(struct scene *scene)
{
	free(scene->name);
	for (unsigned i = 0; i < SCENE_MAX_FILES; i++) {
		free(scene->files[i].path);
		raster_info_release(&scene->files[i].info);
	}
	for (unsigned i = 0; i < SCENE_MAX_BANDS; i++)
		free(scene->band[i].path);
	memset(scene, 0, sizeof(*scene));
}

/* No room: the last note says how many more there are, itself among them. */
static void scene_note_more(struct scene *scene)
{
	scene->n_more_notes += scene->n_more_notes ? 1 : 2;
	(void)snprintf(scene->notes[SCENE_MAX_NOTES - 1], sizeof(scene->notes[0]),
		       "and %u more notes, which have no room here", scene->n_more_notes);
}

void scene_note(struct scene *scene, const char *format, ...)
{
	char raw[4 * SCENE_NOTE_BYTES];
	va_list args;

	if (scene->n_notes == SCENE_MAX_NOTES) {
		scene_note_more(scene);
		return;
	}
	va_start(args, format);
	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		raw[0] = '\0';
	va_end(args);
	redact(raw);
	(void)printable_copy(scene->notes[scene->n_notes++], sizeof(scene->notes[0]), raw);
}

const struct band *scene_first_band(const struct scene *scene)
{
	for (unsigned i = 0; i < SCENE_QA; i++)
		if (scene->has_band[i])
			return &scene->band[i];
	return NULL;
}

const struct scene_file *scene_grid_file(const struct scene *scene)
{
	for (unsigned i = 0; i < SCENE_QA; i++) {
		const struct band *band = &scene->band[i];

		if (scene->has_band[i] && band->ratio == 1 && !band->finer)
			return &scene->files[band->file];
	}
	return NULL;
}

/* Of the bands that a value reads, those that the scene lacks. */
static uint16_t lacks(const struct scene *scene, uint16_t reads)
{
	for (unsigned i = 0; i < RECIPE_MAX_BANDS; i++)
		if (scene->has_band[i])
			reads &= (uint16_t) ~(1u << i);
	return reads & (uint16_t)~scene->unread;
}

/* "swir16" or "red, nir and blue": bands that the value reads and the scene lacks; their number. */
static unsigned lacking(const struct scene *scene, const struct recipe *recipe, uint16_t reads,
			char *text, size_t size)
{
	const uint16_t bands = lacks(scene, reads);
	unsigned n = (unsigned)__builtin_popcount(bands), at = 0;
	size_t used = 0;

	*text = '\0';
	for (unsigned i = 0; i < recipe->n_bands && used < size; i++) {
		if (!(bands >> i & 1))
			continue;
		at++;
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 at == 1   ? ""
					 : at == n ? " and "
						   : ", ",
					 recipe->band[i].text);
	}
	return n;
}

int scene_missing_reason(const struct scene *scene, const struct recipe *recipe, unsigned v,
			 char *text, size_t size)
{
	char bands[RECIPE_MAX_BANDS * (BAND_WORD_BYTES + 5)];

	*text = '\0';
	if (v >= recipe->n_values || !(scene->missing >> v & 1))
		return 0;
	if (lacking(scene, recipe, recipe->value[v].reads, bands, sizeof(bands)))
		return snprintf(text, size, "needs %s, which this scene does not have", bands);
	return snprintf(text, size,
			"needs reflectance, and the scale of this scene is not known: pass --scale "
			"and --offset; --assume-reflectance is for fractions from 0 to 1 alone");
}

int scene_missing_maps(const struct scene *scene, const struct recipe *recipe, char *text,
		       size_t size)
{
	char bands[RECIPE_MAX_BANDS * (BAND_WORD_BYTES + 5)];
	unsigned n = lacking(scene, recipe, recipe->kept, bands, sizeof(bands));

	*text = '\0';
	return n ? snprintf(text, size, "no map of %s: this scene does not have %s", bands,
			    n == 1 ? "that band" : "those bands")
		 : 0;
}

bool scene_is_incomplete(const struct scene *scene, const struct recipe *recipe)
{
	return scene->missing || (recipe && lacks(scene, recipe->kept));
}

static uint32_t tiles(uint32_t size, uint32_t tile)
{
	return tile ? (uint32_t)ceil_div(size, tile) : 0;
}

uint32_t scene_tiles_across(const struct scene *scene)
{
	return tiles(scene->x_size, scene->tile_x_size);
}

uint32_t scene_tiles_down(const struct scene *scene)
{
	return tiles(scene->y_size, scene->tile_y_size);
}

static uint64_t print_band(uint64_t h, const struct band *band)
{
	const uint32_t whole[] = {band->index, (uint32_t)band->type, band->ratio,
				  band->finer, band->has_nodata,     band->file};
	const double real[] = {band->scale, band->offset, band->has_nodata ? band->nodata : 0};

	return hash_bytes(hash_bytes(h, whole, sizeof(whole)), real, sizeof(real));
}

static uint64_t print_test(uint64_t h, const struct mask_test *test)
{
	const uint8_t head[] = {test->slot, test->rule, test->keep, test->reason, test->n};

	h = hash_bytes(h, head, sizeof(head));
	return hash_bytes(h, test->condition, test->n * sizeof(test->condition[0]));
}

static uint64_t print_ground(uint64_t h, const struct scene *scene)
{
	const struct ground_area *ground = &scene->ground;
	const uint32_t sizes[] = {ground->n_x, ground->n_y, ground->block};

	h = hash_bytes(h, sizes, sizeof(sizes));
	h = hash_bytes(h, ground->node,
		       (size_t)ground->n_x * ground->n_y * sizeof(ground->node[0]));
	return hash_bytes(h, &scene->pixel_area_m2, sizeof(scene->pixel_area_m2));
}

uint64_t scene_print(const struct scene *scene)
{
	const uint32_t head[] = {scene->x_size,         scene->y_size, scene->missing,
				 scene->n_files,        scene->masked, scene->masks.n_tests,
				 scene->has_reflectance};
	uint64_t h = print_ground(hash_bytes(HASH_SEED, head, sizeof(head)), scene);

	for (uint32_t slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot])
			h = print_band(hash_bytes(h, &slot, sizeof(slot)), &scene->band[slot]);
	for (unsigned i = 0; i < scene->masks.n_tests; i++)
		h = print_test(h, &scene->masks.test[i]);
	return h;
}
