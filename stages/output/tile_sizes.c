/*
 * What the tiles of a chunk take: places, memory, records, and bytes of the spool.
 */
#include "tile_parts.h"
#include "tile_record.h"
#include "window.h"

/* Lines of squares that a stretch of `length` pixels can meet, wherever it begins. */
static uint64_t met(uint64_t length, uint64_t square)
{
	return (length + square - 2) / square + 1;
}

struct tile_places tile_places(uint32_t tile, unsigned level, const struct chunk_grid *grid)
{
	uint64_t square = (uint64_t)tile << level, x = grid->block_x_size, y = grid->block_y_size;
	uint32_t across = (uint32_t)ceil_div(grid->chunk_x_size, square);
	uint32_t down = (uint32_t)ceil_div(grid->chunk_y_size, square);

	/* Blocks as wide as the chunk, or within a row of tiles: rows are finished one by one. */
	if (x >= grid->chunk_x_size || square % y == 0)
		return (struct tile_places){across, 1};
	/* A row of blocks cuts rows of tiles. */
	if (y % square && y < grid->chunk_y_size)
		return (struct tile_places){across, least(met(y, square), down)};
	/* A block finishes its tiles, row by row. */
	if (x % square == 0)
		return (struct tile_places){least(x / square, across), 1};
	/* Or leaves open those at its sides. */
	return (struct tile_places){least(met(x, square), across),
				    least(ceil_div(y, square), down)};
}

unsigned tile_top_level(const struct pyramid *pyramid, const struct chunk_grid *grid)
{
	return grid->level < pyramid->n_levels ? grid->level : pyramid->n_levels - 1;
}

static size_t tile_bytes(const struct maps *maps, unsigned output)
{
	size_t tile = maps->format.tile;

	return tile * tile * map_sample_bytes(maps->map[output].type);
}

size_t tile_maker_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid)
{
	size_t bytes = arena_cost(sizeof(struct tile_maker));
	struct pyramid pyramid;

	map_pyramid(&pyramid, maps, output, grid->x_size, grid->y_size);
	for (unsigned level = 0; level <= tile_top_level(&pyramid, grid); level++) {
		struct tile_places places = tile_places(pyramid.tile, level, grid);
		size_t n = size_mul(places.columns, places.rows);

		bytes = size_add(bytes, arena_cost(size_mul(n, sizeof(struct open_tile))));
		bytes = size_add(bytes, arena_cost(size_mul(n, tile_bytes(maps, output))));
	}
	return bytes;
}

/* Records of one output. */
static size_t artifacts_of(const struct maps *maps, unsigned output, const struct chunk_grid *grid)
{
	struct pyramid pyramid;
	unsigned top;
	size_t n = 0;

	map_pyramid(&pyramid, maps, output, grid->x_size, grid->y_size);
	top = tile_top_level(&pyramid, grid);
	for (unsigned level = 0; level <= top; level++) {
		uint64_t side = (uint64_t)pyramid.tile << level;
		size_t tiles = size_mul(ceil_div(grid->chunk_x_size, side),
					ceil_div(grid->chunk_y_size, side));
		bool kept = map_has_picture(maps, output) && level == picture_level(&pyramid);

		n = size_add(n, size_mul(1 + (level == top) + kept, tiles));
	}
	return n;
}

size_t tile_maker_artifacts(const struct maps *maps, const struct chunk_grid *grid)
{
	size_t n = 1; /* tags of the place */

	for (unsigned i = 0; i < maps->n; i++)
		n = size_add(n, artifacts_of(maps, i, grid));
	return n;
}

static size_t encoded_most(const struct maps *maps, unsigned output)
{
	return tile_encoded_most(&maps->format, maps->map[output].type);
}

size_t tile_maker_room(const struct maps *maps)
{
	size_t room = 0;

	for (unsigned i = 0; i < maps->n; i++) {
		size_t encoded = encoded_most(maps, i), quadrant = tile_bytes(maps, i) / QUADRANTS;
		size_t most = encoded > quadrant ? encoded : quadrant;

		room = most > room ? most : room;
	}
	return room;
}

static uint64_t spool_of(const struct maps *maps, unsigned output, const struct chunk_grid *grid)
{
	uint64_t bytes = 0, tile = tile_bytes(maps, output);
	struct pyramid pyramid;
	unsigned top;

	map_pyramid(&pyramid, maps, output, grid->x_size, grid->y_size);
	top = tile_top_level(&pyramid, grid);
	if (maps->files)
		bytes = size_mul(
			pyramid_first(&pyramid, maps->format.overviews ? pyramid.n_levels : 1),
			size_add(encoded_most(maps, output), TILE_RECORD_MORE));
	if (top + 1 < pyramid.n_levels)
		bytes = size_add(bytes, size_mul(pyramid_tiles(&pyramid, top), tile / QUADRANTS));
	if (map_has_picture(maps, output))
		bytes = size_add(bytes,
				 size_mul(pyramid_tiles(&pyramid, picture_level(&pyramid)), tile));
	return bytes;
}

uint64_t tile_maker_spool_bytes(const struct maps *maps, const struct chunk_grid *grid)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < maps->n; i++)
		bytes = size_add(bytes, spool_of(maps, i, grid));
	return bytes;
}
