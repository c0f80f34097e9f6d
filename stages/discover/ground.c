/*
 * Interpolation between the places of a scene whose pixels vary in area. It knows no CRS.
 */
#include "ground.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

struct ground_axis ground_axis(unsigned n, uint32_t size)
{
	struct ground_axis axis = {.n = n};

	for (unsigned k = 0; k < n; k++) {
		axis.at[k] = n > 1 ? size * (1 - cos(pi * k / (n - 1))) / 2 : size / 2.0;
		axis.weight[k] = (k % 2 ? -1.0 : 1.0) * (k == 0 || k + 1 == n ? 0.5 : 1.0);
	}
	return axis;
}

static void ground_shares(const struct ground_axis *axis, double x, double share[])
{
	double all = 0;

	for (unsigned k = 0; k < axis->n; k++) {
		if (x == axis->at[k]) {
			for (unsigned i = 0; i < axis->n; i++)
				share[i] = i == k;
			return;
		}
		share[k] = axis->weight[k] / (x - axis->at[k]);
		all += share[k];
	}
	for (unsigned k = 0; k < axis->n; k++)
		share[k] /= all;
}

void ground_along(const struct ground_area *ground, const struct ground_axis *down, double y,
		  double along[GROUND_NODES_X])
{
	double share[GROUND_NODES_Y];

	ground_shares(down, y, share);
	for (unsigned i = 0; i < ground->n_x; i++) {
		along[i] = 0;
		for (unsigned k = 0; k < ground->n_y; k++)
			along[i] += share[k] * ground->node[k * ground->n_x + i];
	}
}

double ground_pixel(const struct ground_axis *across, const double along[GROUND_NODES_X], double x)
{
	double share[GROUND_NODES_X], area = 0;

	if (across->n == 1)
		return along[0];
	ground_shares(across, x, share);
	for (unsigned i = 0; i < across->n; i++)
		area += share[i] * along[i];
	return area;
}
