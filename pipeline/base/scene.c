/*
 * Scenes as plain records: what they own and how it is freed, notes, and the size of the tile
 * table. How a scene comes about is not known here.
 */
#include "scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "window.h"

void raster_info_release(struct raster_info *info)
{
	free(info->bands);
	memset(info, 0, sizeof(*info));
}

const char *band_role_name(enum band_role role)
{
	static const char *const names[N_BAND_ROLES] = {"red", "nir", "qa"};

	return (unsigned)role < N_BAND_ROLES ? names[role] : "?";
}

void scene_release(struct scene *scene)
{
	free(scene->name);
	for (unsigned i = 0; i < SCENE_MAX_FILES; i++) {
		free(scene->files[i].path);
		raster_info_release(&scene->files[i].info);
	}
	for (unsigned i = 0; i < N_BAND_ROLES; i++)
		free(scene->band[i].path);
	memset(scene, 0, sizeof(*scene));
}

void scene_note(struct scene *scene, const char *format, ...)
{
	char raw[4 * SCENE_NOTE_BYTES];
	va_list args;

	if (scene->n_notes >= SCENE_MAX_NOTES)
		return;
	va_start(args, format);
	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		raw[0] = '\0';
	va_end(args);
	(void)printable_copy(scene->notes[scene->n_notes++], sizeof(scene->notes[0]), raw);
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
