/*
 * Fuzz what a worker process may say of its scene. The first byte chooses: bit 0, whether the
 * worker claims to have opened it; bit 1, whether the rest is the description itself, or changes
 * (place, place, byte) of a sound one. A scene that is believed must be one that can be packed
 * again to the same bytes, and worked with.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char room[SCENE_PACKED_MAX], again[SCENE_PACKED_MAX];

static void fill_file(struct scene_file *file, char *path, const char *reader)
{
	file->path = path;
	file->info = (struct raster_info){.x_size = 100,
					  .y_size = 90,
					  .n_bands = 4,
					  .block_x_size = 16,
					  .block_y_size = 16,
					  .codec = "none",
					  .crs = "EPSG:32633"};
	memcpy(file->info.reader, reader, strlen(reader) + 1);
}

static size_t sound(void)
{
	static char name[] = "scene", x[] = "x.tif", y[] = "y.jp2";
	struct scene scene = {.name = name,
			      .sensor = "Landsat 8",
			      .n_files = 2,
			      .has_band = {[0] = true, [1] = true, [SCENE_QA] = true},
			      .x_size = 100,
			      .y_size = 90,
			      .store_x_size = 16,
			      .store_y_size = 16,
			      .tile_x_size = 16,
			      .tile_y_size = 16,
			      .n_notes = 1,
			      .notes = {"note"}};
	struct error error;

	fill_file(&scene.files[0], x, "tiff");
	fill_file(&scene.files[1], y, "gdal");
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		scene.band[slot] = (struct band){.name = "nir",
						 .path = x,
						 .index = 1,
						 .ratio = 1,
						 .file = slot == SCENE_QA,
						 .source = "option --bands"};
	return scene_pack(room, &scene, &error);
}

static void judge(const unsigned char *bytes, size_t size, bool opened)
{
	struct scene scene;
	struct error error;

	if (scene_unpack(&scene, bytes, size, opened, &error)) {
		if (scene.name || error.code == 0)
			abort();
		return;
	}
	if (opened && (!scene_tiles_across(&scene) || !scene_tiles_down(&scene)))
		abort();
	if (scene_pack(again, &scene, &error) != size || memcmp(again, bytes, size) != 0)
		abort();
	scene_release(&scene);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t bytes;

	if (!size)
		return 0;
	if (*data & 2) {
		judge(data + 1, size - 1, *data & 1);
		return 0;
	}
	bytes = sound();
	for (size_t i = 1; i + 2 < size; i += 3)
		room[(size_t)(data[i] << 8 | data[i + 1]) % bytes] = data[i + 2];
	judge(room, bytes, *data & 1);
	return 0;
}
