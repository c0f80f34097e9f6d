/*
 * Areas of pixels on the ground where they vary within a scene: interpolated between the places of
 * scene->ground (scene.h), which area.c fills. Double operations alone, in one order: the same bits
 * wherever the scene is worked on. Pure, thread-safe.
 */
#ifndef IMGPIPE_GROUND_H
#define IMGPIPE_GROUND_H

#include "scene.h"

/* Where the places lie, from 0 to `size`, and their weights (barycentric interpolation). */
struct ground_axis {
	unsigned n;
	double at[GROUND_NODES_Y], weight[GROUND_NODES_Y];
};

/* n places, as Chebyshev has them: both ends, and closer together near them; 1: the middle. */
struct ground_axis ground_axis(unsigned n, uint32_t size);

/* The places' areas along a row of the scene: y from 0 to y_size. */
void ground_along(const struct ground_area *ground, const struct ground_axis *down, double y,
		  double along[GROUND_NODES_X]);

/* Area of a pixel in m2 there: x from 0 to x_size. */
double ground_pixel(const struct ground_axis *across, const double along[GROUND_NODES_X], double x);

#endif
