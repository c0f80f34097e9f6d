/*
 * How check lays a file out: whatever windows the scene is cut into, each block of each band is
 * asked for once, and each row of the mask; what another process says of a file is not believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/check_scene.h"

enum { MOST_BANDS = 60, SIDE = 64 };

/* How often each pixel of a band was asked for; the mask is behind the bands. */
struct asked {
	uint8_t n[MOST_BANDS + 1][SIDE][SIDE];
};

static struct scene file_of(const char *reader, uint32_t x, uint32_t y, uint32_t block_x,
			    uint32_t block_y, uint32_t bands, bool apart, bool mask)
{
	struct scene scene = {.n_files = 1};
	struct raster_info *info = &scene.files[0].info;

	*info = (struct raster_info){.x_size = x,
				     .y_size = y,
				     .block_x_size = block_x,
				     .block_y_size = block_y,
				     .n_bands = bands,
				     .band_interleaved = apart,
				     .has_mask = mask};
	(void)snprintf(info->reader, sizeof(info->reader), "%s", reader);
	return scene;
}

static void note(struct asked *asked, const struct check_part *part)
{
	const struct window *w = &part->window;

	assert_true(part->mask == (part->n_bands == 0));
	for (uint32_t y = w->y_off; y < w->y_off + w->y_size; y++)
		for (uint32_t x = w->x_off; x < w->x_off + w->x_size; x++) {
			for (uint32_t b = 0; b < part->n_bands; b++)
				asked->n[part->first_band + b - 1][y][x]++;
			asked->n[MOST_BANDS][y][x] += part->mask;
		}
}

static void walk(struct asked *asked, const struct scene *scene, uint32_t rows, uint32_t step_x,
		 uint32_t step_y)
{
	const uint32_t width = scene->files[0].info.x_size;

	memset(asked, 0, sizeof(*asked));
	for (uint32_t y = 0; y < rows; y += step_y)
		for (uint32_t x = 0; x < width; x += step_x) {
			const struct window window = {
				.x_off = x,
				.y_off = y,
				.x_size = step_x < width - x ? step_x : width - x,
				.y_size = step_y < rows - y ? step_y : rows - y,
			};
			struct check_part part;

			for (uint32_t at = y; check_next_part(scene, &window, &at, &part);)
				note(asked, &part);
		}
}

/* Bands that are decoded with the first one need not be asked for. */
static void check_all(const struct asked *asked, const struct scene *scene, uint32_t bands)
{
	const struct raster_info *info = &scene->files[0].info;

	for (uint32_t y = 0; y < info->y_size; y++)
		for (uint32_t x = 0; x < info->x_size; x++) {
			for (uint32_t b = 0; b < MOST_BANDS; b++)
				assert_int_equal(asked->n[b][y][x], b < bands);
			assert_int_equal(asked->n[MOST_BANDS][y][x], info->has_mask);
		}
}

static void check_layout(struct scene scene, uint32_t bands)
{
	static const uint32_t steps[][2] = {{64, 64}, {16, 16}, {16, 48},
					    {32, 1},  {64, 7},  {1, 200}};
	const struct check_planes planes = check_planes(&scene.files[0].info);
	static struct asked asked;

	assert_true(planes.rows >= scene.files[0].info.y_size);
	if (planes.n > 1)
		assert_int_equal(planes.rows % scene.files[0].info.block_y_size, 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		walk(&asked, &scene, planes.n * planes.rows, steps[i][0], steps[i][1]);
		check_all(&asked, &scene, bands);
	}
}

static void everything_is_asked_for_once(void **state)
{
	(void)state;
	for (unsigned mask = 0; mask < 2; mask++) {
		check_layout(file_of("tiff", 40, 40, 16, 16, 1, false, mask), 1);
		check_layout(file_of("tiff", 40, 40, 16, 16, 4, false, mask), 1);
		check_layout(file_of("tiff", 40, 40, 16, 16, 4, true, mask), 4);
		check_layout(file_of("tiff", 33, 17, 33, 5, 60, true, mask), 60);
		check_layout(file_of("gdal", 40, 40, 16, 16, 4, false, mask), 4);
		check_layout(file_of("gdal", 40, 40, 16, 16, 60, false, mask), 60);
		check_layout(file_of("gdal", 40, 41, 40, 1, 3, true, mask), 3);
	}
}

/* Rows of the scene are 32-bit numbers. */
static void what_cannot_be_counted_has_no_rows(void **state)
{
	struct scene scene = file_of("tiff", 1, 1u << 30, 1, 1, 3, true, false);

	(void)state;
	assert_int_equal(check_planes(&scene.files[0].info).rows, 1u << 30);
	scene.files[0].info.n_bands = 4;
	assert_int_equal(check_planes(&scene.files[0].info).rows, 0);
	scene.files[0].info.n_bands = UINT32_MAX;
	scene.files[0].info.has_mask = true;
	assert_int_equal(check_planes(&scene.files[0].info).rows, 0);
	scene = file_of("tiff", 1, UINT32_MAX - 1, 1, UINT32_MAX, 1, true, true);
	assert_int_equal(check_planes(&scene.files[0].info).rows, 0);
}

/* --- between processes --- */

static struct scene opened(uint32_t bands, bool apart)
{
	struct scene scene = file_of("tiff", 40, 30, 16, 16, bands, apart, false);

	scene.name = strdup("a.tif");
	scene.files[0].path = strdup("a.tif");
	scene.x_size = 40;
	scene.y_size = apart ? bands * 32 : 30;
	scene.store_x_size = scene.store_y_size = scene.tile_x_size = scene.tile_y_size = 16;
	scene.has_band[0] = true;
	scene.band[0] = (struct band){
		.name = "#1", .path = strdup("a.tif"), .index = 1, .scale = 1, .ratio = 1};
	return scene;
}

static int travel(struct scene *scene, struct scene *out)
{
	void *room = malloc(SCENE_PACKED_MAX);
	size_t bytes = check_scene_pack(room, scene, NULL);
	int status;

	assert_true(bytes > 0);
	status = check_scene_unpack(out, room, bytes, true, NULL);
	free(room);
	scene_release(scene);
	return status;
}

static void a_file_travels(void **state)
{
	struct scene scene = opened(5, true), out;

	(void)state;
	assert_int_equal(travel(&scene, &out), 0);
	assert_int_equal(out.y_size, 5 * 32);
	assert_int_equal(out.files[0].info.n_bands, 5);
	free(out.name);
	out.name = strdup("list.tif");
	assert_int_equal(check_scene_confirm(&out, NULL, NULL), 0);
	assert_string_equal(out.files[0].path, "list.tif");
	scene_release(&out);
}

static void what_is_no_file_is_refused(void **state)
{
	struct scene scene = opened(5, true), out;

	(void)state;
	scene.store_y_size = 15;
	assert_int_equal(travel(&scene, &out), -1);
	scene = opened(1, false);
	scene.x_size = 39;
	assert_int_equal(travel(&scene, &out), -1);
	scene = opened(1, false);
	scene.files[0].info.n_bands = UINT32_MAX;
	scene.files[0].info.band_interleaved = true;
	assert_int_equal(travel(&scene, &out), -1);
	scene_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_asked_for_once),
		cmocka_unit_test(what_cannot_be_counted_has_no_rows),
		cmocka_unit_test(a_file_travels),
		cmocka_unit_test(what_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
