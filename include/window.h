/*
 * Windows and sizes: rectangles of pixels, and products of dimensions that cannot overflow unseen.
 * Everything here is pure and may be called from any thread.
 */
#ifndef IMGPIPE_WINDOW_H
#define IMGPIPE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A rectangle of pixels; offsets count from the upper left pixel of the scene. Sizes are > 0. */
struct window {
	uint32_t x_off, y_off;
	uint32_t x_size, y_size;
};

static inline uint64_t window_pixels(const struct window *w)
{
	return (uint64_t)w->x_size * w->y_size;
}

/* The common part of a and b; false (and *out untouched) where they do not meet. */
static inline bool window_intersect(const struct window *a, const struct window *b,
				    struct window *out)
{
	uint32_t x0 = a->x_off > b->x_off ? a->x_off : b->x_off;
	uint32_t y0 = a->y_off > b->y_off ? a->y_off : b->y_off;
	uint64_t ax = (uint64_t)a->x_off + a->x_size, bx = (uint64_t)b->x_off + b->x_size;
	uint64_t ay = (uint64_t)a->y_off + a->y_size, by = (uint64_t)b->y_off + b->y_size;
	uint64_t x1 = ax < bx ? ax : bx, y1 = ay < by ? ay : by;

	if (x0 >= x1 || y0 >= y1)
		return false;
	*out = (struct window){x0, y0, (uint32_t)(x1 - x0), (uint32_t)(y1 - y0)};
	return true;
}

static inline uint64_t ceil_div(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit != 0);
}

/* a * b, or SIZE_MAX where that overflows: a size nobody can allocate, so the refusal comes later.
 */
static inline size_t size_mul(size_t a, size_t b)
{
	size_t product;

	return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

/* a + b, or SIZE_MAX where that overflows. */
static inline size_t size_add(size_t a, size_t b)
{
	size_t sum;

	return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

#endif
