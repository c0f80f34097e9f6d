/*
 * Levels and tiles of a pyramid, as numbers.
 */
#include "pyramid.h"

#include "window.h"

static uint32_t side(uint32_t size, unsigned level)
{
	return (uint32_t)ceil_div(size, UINT64_C(1) << level);
}

void pyramid_make(struct pyramid *pyramid, uint32_t x_size, uint32_t y_size, uint32_t tile,
		  bool overviews)
{
	uint32_t longer = x_size > y_size ? x_size : y_size;
	unsigned n = 1;

	while (overviews && n < PYRAMID_LEVELS_MOST && side(longer, n - 1) > tile)
		n++;
	*pyramid = (struct pyramid){x_size, y_size, tile, n};
}

uint32_t pyramid_x_size(const struct pyramid *pyramid, unsigned level)
{
	return side(pyramid->x_size, level);
}

uint32_t pyramid_y_size(const struct pyramid *pyramid, unsigned level)
{
	return side(pyramid->y_size, level);
}

uint32_t pyramid_across(const struct pyramid *pyramid, unsigned level)
{
	return (uint32_t)ceil_div(pyramid_x_size(pyramid, level), pyramid->tile);
}

uint32_t pyramid_down(const struct pyramid *pyramid, unsigned level)
{
	return (uint32_t)ceil_div(pyramid_y_size(pyramid, level), pyramid->tile);
}

uint64_t pyramid_tiles(const struct pyramid *pyramid, unsigned level)
{
	return (uint64_t)pyramid_across(pyramid, level) * pyramid_down(pyramid, level);
}

uint64_t pyramid_first(const struct pyramid *pyramid, unsigned level)
{
	uint64_t first = 0;

	for (unsigned l = 0; l < level && l < pyramid->n_levels; l++)
		first += pyramid_tiles(pyramid, l);
	return first;
}

uint64_t pyramid_number(const struct pyramid *pyramid, unsigned level, uint32_t x, uint32_t y)
{
	return pyramid_first(pyramid, level) + (uint64_t)y * pyramid_across(pyramid, level) + x;
}

bool pyramid_tile(const struct pyramid *pyramid, uint64_t number, unsigned *level, uint32_t *x,
		  uint32_t *y)
{
	for (unsigned l = 0; l < pyramid->n_levels; l++) {
		uint64_t n = pyramid_tiles(pyramid, l), across = pyramid_across(pyramid, l);

		if (number < n) {
			*level = l;
			*x = (uint32_t)(number % across);
			*y = (uint32_t)(number / across);
			return true;
		}
		number -= n;
	}
	return false;
}

bool map_has_picture(const struct maps *maps, unsigned output)
{
	return (maps->picture.wanted || maps->picture.contact_sheet) &&
	       maps->map[output].kind != MAP_BAND;
}

unsigned maps_n_pictures(const struct maps *maps)
{
	unsigned n = 0;

	for (unsigned i = 0; i < maps->n; i++)
		n += map_has_picture(maps, i);
	return n;
}

void map_pyramid(struct pyramid *pyramid, const struct maps *maps, unsigned output, uint32_t x_size,
		 uint32_t y_size)
{
	pyramid_make(pyramid, x_size, y_size, maps->format.tile,
		     (maps->files && maps->format.overviews) || map_has_picture(maps, output));
}

unsigned picture_level(const struct pyramid *pyramid)
{
	uint32_t longer = pyramid->x_size > pyramid->y_size ? pyramid->x_size : pyramid->y_size;
	unsigned level = 0;

	while (level + 1 < pyramid->n_levels && side(longer, level) > PICTURE_SIDE_MOST)
		level++;
	return level;
}
