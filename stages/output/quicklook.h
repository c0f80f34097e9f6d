/*
 * The picture of one map of one scene: its overview in colours, and a legend, as a PNG file; or
 * without the legend, and a world file beside it. A small one for reports. Made of stored samples,
 * so it is the same whoever made them.
 */
#ifndef IMGPIPE_OUTPUT_QUICKLOOK_H
#define IMGPIPE_OUTPUT_QUICKLOOK_H

#include "error.h"
#include "maps.h"
#include "picture/thumbnail.h"
#include "scene.h"
#include "window.h"

enum { WORLD_FILE_BYTES = 6 * 32 };

/* What is shown. All of it outlives the quicklook. */
struct quicklook_facts {
	const struct map_def *map;     /* values or classes */
	const struct value_def *value; /* NULL: classes */
	const struct scene *scene;
	const struct picture_choice *choice;
	const char *title;           /* "NDVI" */
	const char *const *category; /* of classes: names by code from 0, NULL-ended */
	double low, high;            /* with choice->stretched: its percentiles; NaN: none */
	unsigned level;          /* of the pyramid, that samples are of: 0 is the scene itself */
	uint32_t x_size, y_size; /* of that level; larger ones than pictures are made smaller */
};

struct quicklook;

/* Bytes that one takes from new to free, its thumbnail included. Pure; SIZE_MAX on overflow. */
size_t quicklook_bytes(uint32_t x_size, uint32_t y_size);

/* All nodata. NULL with an error. */
struct quicklook *quicklook_new(const struct quicklook_facts *facts, struct error *err);
void quicklook_free(struct quicklook *quicklook); /* NULL is allowed */

/*
 * Stored samples of a window of the level, rows `stride` samples apart. What lies beyond the level
 * is left out.
 */
void quicklook_put(struct quicklook *quicklook, const struct window *window, const void *samples,
		   size_t stride);

/* Write the PNG file to a descriptor, which stays open, at its place; syncs nothing. */
int quicklook_write(struct quicklook *quicklook, int fd, struct error *err) MUST_CHECK;

/*
 * The text of its world file: "" where there is to be none, as there is a legend, or the scene's
 * place is not known. Length.
 */
int quicklook_world_text(const struct quicklook *quicklook, char text[WORLD_FILE_BYTES]);

/* The small one, without a legend. Its picture is to be released. */
int quicklook_thumbnail(struct thumbnail *thumbnail, struct quicklook *quicklook,
			struct error *err) MUST_CHECK;

#endif
