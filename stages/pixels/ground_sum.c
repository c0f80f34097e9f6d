/*
 * Areas of valid pixels, row by row and block by block of columns. Blocks begin at the scene's left
 * edge, not the window's, so that the cut of the work cannot show.
 */
#include "ground_sum.h"

#include "discover/ground.h"

/* The pixel's area as a whole number; none where the interpolation is below zero (a pole). */
static uint128 whole(double area)
{
	double scaled = ldexp(area, 30) + 0.5;

	return scaled >= 1 && scaled < 0x1p120 ? (uint128)scaled : 0;
}

static uint32_t count_valid(const uint8_t *class, uint32_t n)
{
	uint32_t valid = 0;

	for (uint32_t i = 0; i < n; i++)
		valid += class[i] == PIXEL_VALID;
	return valid;
}

static uint128 row_sum(const struct scene *scene, const struct ground_axis *across,
		       const double *along, const struct window *window, const uint8_t *class,
		       bool constant)
{
	const uint32_t block = scene->ground.block, end = window->x_off + window->x_size;
	uint128 sum = 0;

	for (uint32_t x = window->x_off; x < end;) {
		uint32_t first = x / block * block;
		uint32_t next = scene->x_size - first > block ? first + block : scene->x_size;
		uint32_t n = (next < end ? next : end) - x;
		uint32_t valid = constant ? n : count_valid(class + (x - window->x_off), n);

		if (valid)
			sum += valid *
			       whole(ground_pixel(across, along, (first + (double)next) / 2));
		x += n;
	}
	return sum;
}

/* The mean over a row's height: at the two places of Gauss, as a row may span degrees. */
static void row_along(const struct ground_area *ground, const struct ground_axis *down,
		      double middle, double along[GROUND_NODES_X])
{
	static const double away = 0.28867513459481287; /* 1 / sqrt(12) */
	double lower[GROUND_NODES_X];

	ground_along(ground, down, middle - away, along);
	ground_along(ground, down, middle + away, lower);
	for (unsigned i = 0; i < ground->n_x; i++)
		along[i] = (along[i] + lower[i]) / 2;
}

void ground_sum(uint128 *sum, const struct scene *scene, const struct window *window,
		const uint8_t *class, size_t stride, bool constant)
{
	const struct ground_area *ground = &scene->ground;
	const struct ground_axis across = ground_axis(ground->n_x, scene->x_size);
	const struct ground_axis down = ground_axis(ground->n_y, scene->y_size);
	double along[GROUND_NODES_X];

	if (constant && class[0] != PIXEL_VALID)
		return;
	for (uint32_t y = 0; y < window->y_size; y++) {
		row_along(ground, &down, window->y_off + y + 0.5, along);
		*sum += row_sum(scene, &across, along, window,
				constant ? class : class + y * stride, constant);
	}
}
