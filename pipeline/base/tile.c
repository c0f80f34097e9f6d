/*
 * The grid of the per-tile table, and how the result of a chunk lies over it. It does not know what
 * the cells are.
 */
#include "result.h"

struct window scene_tile_window(const struct scene *scene, uint32_t number)
{
	uint32_t across = scene_tiles_across(scene);
	struct window tile = {number % across * scene->tile_x_size,
			      number / across * scene->tile_y_size, scene->tile_x_size,
			      scene->tile_y_size};
	struct window image = {0, 0, scene->x_size, scene->y_size};

	window_intersect(&tile, &image, &tile);
	return tile;
}

size_t result_groups(const struct scene *scene, uint32_t x_size, uint32_t y_size, bool by_tile)
{
	if (!by_tile)
		return 1;
	/* A window of n pixels meets at most ceil(n / tile) + 1 tiles, and never more than all. */
	uint64_t across = ceil_div(x_size, scene->tile_x_size) + 1;
	uint64_t down = ceil_div(y_size, scene->tile_y_size) + 1;

	across = across < scene_tiles_across(scene) ? across : scene_tiles_across(scene);
	down = down < scene_tiles_down(scene) ? down : scene_tiles_down(scene);
	return size_mul(across, down);
}

void result_begin(struct chunk_result *result, const struct result_layout *layout,
		  const struct scene *scene, const struct window *chunk, bool by_tile)
{
	uint32_t tiles_down = 1;

	result->by_tile = by_tile;
	result->tile_x0 = result->tile_y0 = 0;
	result->tiles_across = 1;
	if (by_tile) {
		result->tile_x0 = chunk->x_off / scene->tile_x_size;
		result->tile_y0 = chunk->y_off / scene->tile_y_size;
		result->tiles_across = (chunk->x_off + chunk->x_size - 1) / scene->tile_x_size -
				       result->tile_x0 + 1;
		tiles_down = (chunk->y_off + chunk->y_size - 1) / scene->tile_y_size -
			     result->tile_y0 + 1;
	}
	result->n_groups = result->tiles_across * tiles_down;
	for (uint32_t i = 0; i < result->n_groups; i++) {
		struct cell_group *group = result_group(layout, result, i);
		uint32_t x = result->tile_x0 + i % result->tiles_across;
		uint32_t y = result->tile_y0 + i / result->tiles_across;

		group_clear(layout, group);
		group->tile = by_tile ? y * scene_tiles_across(scene) + x : 0;
	}
}
