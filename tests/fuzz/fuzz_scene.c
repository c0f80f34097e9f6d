/*
 * Fuzz what a worker process may say of its scene. The first byte chooses: bit 0, whether the
 * worker claims to have opened it; bit 1, whether the rest is the description itself, or changes
 * (place, place, byte) of a sound one. A scene that is believed must be one that can be packed
 * again to the same bytes, and worked with: its masks are carried out on a few pixels of each
 * quality band, and their areas added up.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pixels/ground_sum.h"
#include "pixels/quality.h"
#include "pixels/quality_seen.h"
#include "pixels/resample.h"
#include "scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char room[SCENE_PACKED_MAX], again[SCENE_PACKED_MAX];

enum { SIDE = 8, MOST_FINER = 4 };

static void fill_file(struct scene_file *file, char *path, const char *reader, uint32_t x_size,
		      uint32_t y_size)
{
	file->path = path;
	file->info = (struct raster_info){.x_size = x_size,
					  .y_size = y_size,
					  .n_bands = 4,
					  .block_x_size = 16,
					  .block_y_size = 16,
					  .codec = "none",
					  .crs = "EPSG:32633"};
	memcpy(file->info.reader, reader, strlen(reader) + 1);
}

static void fill_masks(struct scene *scene)
{
	scene->masks = (struct scene_masks){
		.n_tests = 2,
		.test = {{.slot = SCENE_QA,
			  .n = 2,
			  .condition = {{.bits = 8, .reason = REASON_CLOUD, .lo = 8, .hi = 8},
					{.reason = REASON_SNOW, .lo = 11, .hi = INFINITY}}},
			 {.slot = SCENE_QA + 1,
			  .rule = 1,
			  .keep = true,
			  .reason = REASON_OTHER,
			  .n = 1,
			  .condition = {{.lo = -0.5, .hi = 20}}}},
		.n_rules = 2,
		.rule = {{.layout = "scl", .source = "file y"}, {.source = "file z"}},
	};
}

static size_t sound(void)
{
	static char name[] = "scene", x[] = "x.tif", y[] = "y.jp2", z[] = "z.tif";
	struct scene scene = {
		.name = name,
		.sensor = "Landsat 8",
		.n_files = 3,
		.has_band = {[0] = true, [1] = true, [SCENE_QA] = true, [SCENE_QA + 1] = true},
		.x_size = 100,
		.y_size = 90,
		.store_x_size = 16,
		.store_y_size = 16,
		.tile_x_size = 16,
		.tile_y_size = 16,
		.ground = {.n_x = 1, .n_y = 2, .block = 100, .node = {99, 101}},
		.n_notes = 1,
		.notes = {"note"}};
	struct error error;

	fill_file(&scene.files[0], x, "tiff", 100, 90);
	fill_file(&scene.files[1], y, "gdal", 50, 45);
	fill_file(&scene.files[2], z, "tiff", 200, 180);
	fill_masks(&scene);
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		scene.band[slot] = (struct band){.name = "nir",
						 .path = x,
						 .index = 1,
						 .ratio = slot == SCENE_QA ? 2 : 1,
						 .finer = slot == SCENE_QA + 1 ? 2 : 0,
						 .file = slot < SCENE_QA ? 0 : slot - SCENE_QA + 1,
						 .source = "option --bands"};
	return scene_pack(room, &scene, &error);
}

/*
 * One quality band's say on a window at the scene's far end. Rows of the file are as wide as the
 * window asks for; the samples' bytes are the packed scene's.
 */
static void judge_band(const struct scene *scene, unsigned slot, const struct window *w,
		       uint8_t *verdict, struct seen_cell *seen)
{
	const struct band *band = &scene->band[slot];
	const struct raster_info *info = &scene->files[band->file].info;
	struct window stored =
		band->finer ? window_finer(w, band->finer) : window_coarser(w, band->ratio);
	size_t n = window_pixels(&stored), bytes = n * sample_size(info->type);
	unsigned char *samples = malloc(bytes);
	uint8_t *code = malloc(n);

	if (stored.x_off + (uint64_t)stored.x_size > info->x_size ||
	    stored.y_off + (uint64_t)stored.y_size > info->y_size || !samples || !code)
		abort();
	for (size_t i = 0; i < bytes; i++)
		samples[i] = room[i % sizeof(room)];
	memset(code, QUALITY_KEPT, n);
	quality_judge(code, scene, slot, samples, n);
	quality_seen_add(seen, scene, slot, w, &stored, samples, false);
	if (band->finer)
		quality_gather(verdict, w, code, band->finer);
	else
		quality_repeat(verdict, w, code, band->ratio);
	free(code);
	free(samples);
}

static void work(struct scene *scene)
{
	uint32_t across = scene->x_size < SIDE ? scene->x_size : SIDE;
	uint32_t down = scene->y_size < SIDE ? scene->y_size : SIDE;
	struct window w = {scene->x_size - across, scene->y_size - down, across, down};
	uint8_t verdict[SIDE * SIDE];
	uint128 sum = 0;
	struct seen_cell seen;
	struct error error;

	memset(verdict, QUALITY_KEPT, sizeof(verdict));
	reducer_seen.clear(&seen);
	for (unsigned slot = SCENE_QA; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot] && scene->band[slot].finer <= MOST_FINER)
			judge_band(scene, slot, &w, verdict, &seen);
	for (unsigned i = 0; i < across * down; i++)
		if (verdict[i] != QUALITY_KEPT && (verdict[i] & QUALITY_REASON) >= N_MASK_REASONS)
			abort();
	if (scene->ground.n_x)
		ground_sum(&sum, scene, &w, verdict, across, false);
	if (quality_seen_check(&seen, scene, &error) && !error.code)
		abort();
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
	if (opened)
		work(&scene);
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
