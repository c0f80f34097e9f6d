/*
 * Pictures in memory; see picture.h.
 */
#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "window.h"

size_t picture_bytes(uint32_t x_size, uint32_t y_size)
{
	return size_mul(x_size, y_size);
}

int picture_init(struct picture *picture, uint32_t x_size, uint32_t y_size, struct error *err)
{
	*picture = (struct picture){0};
	if (!x_size || !y_size || x_size > PICTURE_MOST || y_size > PICTURE_MOST)
		return error_set(err, EX_SOFTWARE, "a picture of %u x %u pixels", x_size, y_size);
	picture->pixel = calloc(y_size, x_size);
	if (!picture->pixel)
		return error_memory(err, "a picture", picture_bytes(x_size, y_size));
	picture->x_size = x_size;
	picture->y_size = y_size;
	return 0;
}

void picture_release(struct picture *picture)
{
	free(picture->pixel);
	*picture = (struct picture){0};
}

void picture_colours_used(const struct picture *picture, bool used[PICTURE_COLOURS])
{
	const size_t n = picture_bytes(picture->x_size, picture->y_size);

	memset(used, 0, PICTURE_COLOURS * sizeof(*used));
	for (size_t i = 0; i < n; i++)
		used[picture->pixel[i]] = true;
}

/* The part of *at ... *at + *size that lies within 0 ... most. */
static void cut(int *at, int *size, uint32_t most)
{
	int64_t from = *at < 0 ? 0 : *at, to = (int64_t)*at + *size;

	to = to > most ? most : to;
	*at = (int)from;
	*size = to > from ? (int)(to - from) : 0;
}

void picture_fill(struct picture *picture, int x, int y, int width, int height, uint8_t colour)
{
	cut(&x, &width, picture->x_size);
	cut(&y, &height, picture->y_size);
	for (int row = y; width && row < y + height; row++)
		memset(picture_row(picture, (uint32_t)row) + x, colour, (size_t)width);
}

void picture_frame(struct picture *picture, int x, int y, int width, int height, uint8_t colour)
{
	picture_fill(picture, x, y, width, 1, colour);
	picture_fill(picture, x, y + height - 1, width, 1, colour);
	picture_fill(picture, x, y, 1, height, colour);
	picture_fill(picture, x + width - 1, y, 1, height, colour);
}

void picture_line(struct picture *picture, int x0, int y0, int x1, int y1, uint8_t colour)
{
	int across = abs(x1 - x0), down = abs(y1 - y0);
	int steps = across > down ? across : down;

	for (int i = 0; i <= steps; i++) {
		int64_t x = steps ? (int64_t)(x1 - x0) * i / steps : 0;
		int64_t y = steps ? (int64_t)(y1 - y0) * i / steps : 0;

		picture_fill(picture, x0 + (int)x, y0 + (int)y, 1, 1, colour);
	}
}

/* --- smaller --- */

/* Of the pixels that become one: those that are not 0. */
struct group {
	uint32_t sum, n;
	uint8_t first;
};

static struct group group_of(const struct picture *picture, const struct window *w)
{
	struct group g = {0};

	for (uint32_t y = w->y_off; y < w->y_off + w->y_size; y++)
		for (uint32_t x = w->x_off; x < w->x_off + w->x_size; x++) {
			uint8_t pixel = picture_row(picture, y)[x];

			g.first = g.first ? g.first : pixel;
			g.sum += pixel;
			g.n += pixel != 0;
		}
	return g;
}

int picture_shrink(struct picture *small, const struct picture *picture, uint32_t most, int mean,
		   struct error *err)
{
	uint32_t longer = picture->x_size > picture->y_size ? picture->x_size : picture->y_size;
	uint32_t by = (uint32_t)ceil_div(longer, most);
	const struct window all = {0, 0, picture->x_size, picture->y_size};

	if (picture_init(small, (uint32_t)ceil_div(all.x_size, by),
			 (uint32_t)ceil_div(all.y_size, by), err))
		return -1;
	small->n_colours = picture->n_colours;
	memcpy(small->colour, picture->colour, sizeof(small->colour));
	for (uint32_t y = 0; y < small->y_size; y++)
		for (uint32_t x = 0; x < small->x_size; x++) {
			struct window w = {x * by, y * by, by, by};
			struct group g = {0};

			if (window_intersect(&w, &all, &w))
				g = group_of(picture, &w);
			picture_row(small, y)[x] =
				mean && g.n ? (uint8_t)((2 * g.sum + g.n) / (2 * g.n)) : g.first;
		}
	return 0;
}
