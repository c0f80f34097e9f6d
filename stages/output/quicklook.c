/*
 * Quicklooks; see quicklook.h. Samples become numbers of colours at once, so that a byte a pixel is
 * all that is kept of them.
 */
#include "quicklook.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "class_colours.h"
#include "gdal_metadata.h"
#include "picture/legend.h"
#include "picture/png.h"
#include "picture/ramp.h"
#include "pyramid.h"

static const char software[] = "imgpipe quicklook";

enum { TITLE_BYTES = 80, NOTE_BYTES = 120 };

struct quicklook {
	struct quicklook_facts facts;
	struct ramp ramp;
	struct picture image; /* of the level, then, where that is larger, of what is shown */
	uint32_t by;          /* pixels of the level along one that is shown */
	bool shrunk;
};

/* --- colours --- */

static bool is_stretched(const struct quicklook_facts *facts)
{
	return facts->value && facts->choice->stretched && isfinite(facts->low) &&
	       isfinite(facts->high);
}

static struct ramp ramp_of(const struct quicklook_facts *facts)
{
	if (is_stretched(facts))
		return ramp_make(facts->low, facts->high);
	if (facts->value)
		return ramp_make(facts->value->grid.lo, facts->value->grid.hi);
	return (struct ramp){RAMP_SEQUENTIAL, 0, 1};
}

static void set_colours(struct quicklook *q)
{
	ramp_colours(q->image.colour, q->ramp.kind);
	for (unsigned code = 0; !q->facts.value && code < RAMP_LEVELS; code++)
		q->image.colour[code + 1] = class_colour(code);
	legend_colours(q->image.colour);
	q->image.n_colours = LEGEND_COLOURS;
}

static double sample_at(enum map_type type, const void *samples, size_t i)
{
	switch (type) {
	case MAP_FLOAT32:
		return ((const float *)samples)[i];
	case MAP_INT16:
		return ((const int16_t *)samples)[i];
	case MAP_UINT8:
		break;
	}
	return ((const uint8_t *)samples)[i];
}

static uint8_t colour_of(const struct quicklook *q, double sample)
{
	const struct map_def *map = q->facts.map;

	if (isnan(sample) || sample == map->nodata)
		return 0;
	if (!q->facts.value)
		return sample < RAMP_LEVELS ? (uint8_t)(sample + 1) : RAMP_LEVELS;
	return ramp_level(&q->ramp, sample * map->scale + map->offset);
}

void quicklook_put(struct quicklook *q, const struct window *window, const void *samples,
		   size_t stride)
{
	const struct window all = {0, 0, q->facts.x_size, q->facts.y_size};
	struct window w;

	if (!window_intersect(window, &all, &w))
		return;
	for (uint32_t y = 0; y < w.y_size; y++) {
		uint8_t *row = picture_row(&q->image, w.y_off + y) + w.x_off;
		size_t first = (w.y_off + y - window->y_off) * stride + (w.x_off - window->x_off);

		for (uint32_t x = 0; x < w.x_size; x++)
			row[x] = colour_of(q, sample_at(q->facts.map->type, samples, first + x));
	}
}

/* --- from new to free --- */

size_t quicklook_bytes(uint32_t x_size, uint32_t y_size)
{
	size_t shown = picture_bytes(PICTURE_SIDE_MOST, PICTURE_SIDE_MOST);
	size_t small = picture_bytes(THUMBNAIL_SIDE_MOST, THUMBNAIL_SIDE_MOST);

	/* The strip of a legend is no larger than a picture. */
	return size_add(picture_bytes(x_size, y_size),
			2 * shown + small + sizeof(struct quicklook) + PNG_FILE_BYTES);
}

struct quicklook *quicklook_new(const struct quicklook_facts *facts, struct error *err)
{
	uint32_t longer = facts->x_size > facts->y_size ? facts->x_size : facts->y_size;
	struct quicklook *q = calloc(1, sizeof(*q));

	if (!q) {
		(void)error_memory(err, "a quicklook", sizeof(*q));
		return NULL;
	}
	q->facts = *facts;
	q->ramp = ramp_of(facts);
	q->by = (uint32_t)ceil_div(longer, PICTURE_SIDE_MOST);
	if (picture_init(&q->image, facts->x_size, facts->y_size, err)) {
		quicklook_free(q);
		return NULL;
	}
	set_colours(q);
	return q;
}

void quicklook_free(struct quicklook *q)
{
	if (!q)
		return;
	picture_release(&q->image);
	free(q);
}

/* To the size that is shown. */
static int shrink(struct quicklook *q, struct error *err)
{
	struct picture small;

	if (q->by == 1 || q->shrunk)
		return 0;
	if (picture_shrink(&small, &q->image, PICTURE_SIDE_MOST, q->facts.value != NULL, err))
		return -1;
	picture_release(&q->image);
	q->image = small;
	q->shrunk = true;
	return 0;
}

int quicklook_thumbnail(struct thumbnail *thumbnail, struct quicklook *q, struct error *err)
{
	*thumbnail = (struct thumbnail){
		.numbers = q->facts.value, .own_range = is_stretched(&q->facts), .ramp = q->ramp};
	(void)snprintf(thumbnail->title, sizeof(thumbnail->title), "%s", q->facts.title);
	if (shrink(q, err))
		return -1;
	return picture_shrink(&thumbnail->picture, &q->image, THUMBNAIL_SIDE_MOST,
			      q->facts.value != NULL, err);
}

/* --- where it lies --- */

/* NULL: not known. */
static const struct raster_info *place_of(const struct scene *scene)
{
	const struct scene_file *file = scene_grid_file(scene);

	return file && file->info.has_geotransform ? &file->info : NULL;
}

/* Pixels of the scene along one of the picture. */
static double reduction(const struct quicklook *q)
{
	return ldexp(q->by, (int)q->facts.level);
}

/*
 * Around classes: one is white, as the page may be. What has no legend is for maps, whose pixels
 * must stay where they are.
 */
static uint32_t frame_of(const struct quicklook *q)
{
	return !q->facts.value && !q->facts.choice->plain;
}

/* How many pixels, along rows and columns, show one: small pictures are as wide as their legend. */
static uint32_t times_of(const struct quicklook *q)
{
	const uint32_t longer =
		q->image.x_size > q->image.y_size ? q->image.x_size : q->image.y_size;
	const uint32_t wide = legend_width(1);

	return q->facts.choice->plain || longer > wide ? 1 : wide / longer;
}

/* Metres along a row of one pixel of the picture; 0 where they are not known. */
static double pixel_metres(const struct quicklook *q)
{
	const struct raster_info *info = place_of(q->facts.scene);

	if (!info || !info->projected)
		return 0;
	return hypot(info->geotransform[1], info->geotransform[4]) * info->unit_metres *
	       reduction(q) / times_of(q);
}

int quicklook_world_text(const struct quicklook *q, char text[WORLD_FILE_BYTES])
{
	const struct raster_info *info = place_of(q->facts.scene);
	const double *g = info ? info->geotransform : NULL;
	char number[METADATA_NUMBER_BYTES];
	double r = reduction(q);
	int n = 0;

	*text = '\0';
	if (!q->facts.choice->plain || !info)
		return 0;
	/* Of the upper left pixel its centre, in the order of world files. */
	const double lines[] = {g[1] * r,
				g[4] * r,
				g[2] * r,
				g[5] * r,
				g[0] + (g[1] + g[2]) * r / 2,
				g[3] + (g[4] + g[5]) * r / 2};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		n += snprintf(text + n, (size_t)(WORLD_FILE_BYTES - n), "%s\n",
			      metadata_number(number, lines[i]));
	return n;
}

/* --- the file --- */

static void note_text(char note[NOTE_BYTES], const struct quicklook *q)
{
	(void)snprintf(note, NOTE_BYTES, "%s", q->facts.value ? "no value: transparent" : "");
	if (is_stretched(&q->facts))
		(void)snprintf(note, NOTE_BYTES,
			       "from percentile %g to %g of this scene; no value: transparent",
			       q->facts.choice->low, q->facts.choice->high);
}

/* Names of the classes that are to be seen; "" of all others. */
static void present_names(const char *name[RAMP_LEVELS + 1], const struct quicklook *q)
{
	const char *const *category = q->facts.value ? NULL : q->facts.category;
	bool used[PICTURE_COLOURS];
	unsigned n = 0;

	picture_colours_used(&q->image, used);
	for (; category && category[n] && n < RAMP_LEVELS; n++)
		name[n] = used[n + 1] ? category[n] : "";
	name[n] = NULL;
}

static uint32_t shown_width(const struct quicklook *q)
{
	return q->image.x_size * times_of(q) + 2 * frame_of(q);
}

static int make_strip(struct picture *strip, const struct quicklook *q, struct error *err)
{
	const char *name[RAMP_LEVELS + 1];
	char note[NOTE_BYTES];
	const struct scene *scene = q->facts.scene;
	const struct legend legend = {
		.title = q->facts.title,
		.date = scene->acquired,
		.name = scene->name ? scene->name : "",
		.note = note,
		.ramp = q->facts.value ? &q->ramp : NULL,
		.category = name,
		.metres = pixel_metres(q),
	};

	*strip = (struct picture){0};
	if (q->facts.choice->plain)
		return 0;
	note_text(note, q);
	present_names(name, q);
	return legend_make(strip, &legend, shown_width(q), err);
}

static void enlarge_row(uint8_t *to, const uint8_t *from, uint32_t n, uint32_t times)
{
	for (uint32_t x = 0; x < n; x++)
		memset(to + (size_t)x * times, from[x], times);
}

/* Its upper or lower side. */
static int put_edge(struct png_file *png, const struct quicklook *q, uint8_t *row, uint32_t left,
		    struct error *err)
{
	memset(row + left, LEGEND_RULE, shown_width(q));
	return frame_of(q) ? png_file_row(png, row, err) : 0;
}

/* Rows of the image in the middle of rows of the strip's width; then the strip. */
static int put_rows(struct png_file *png, const struct quicklook *q, const struct picture *strip,
		    uint8_t *row, uint32_t width, struct error *err)
{
	const uint32_t times = times_of(q), rows = q->image.y_size * times;
	const uint32_t left = (width - shown_width(q)) / 2;
	int rc;

	memset(row, 0, width);
	rc = put_edge(png, q, row, left, err);
	for (uint32_t y = 0; rc == 0 && y < rows; y++) {
		enlarge_row(row + left + frame_of(q), picture_row(&q->image, y / times),
			    q->image.x_size, times);
		rc = png_file_row(png, row, err);
	}
	if (rc == 0)
		rc = put_edge(png, q, row, left, err);
	for (uint32_t y = 0; rc == 0 && y < strip->y_size; y++)
		rc = png_file_row(png, picture_row(strip, y), err);
	return rc ? -1 : png_file_end(png, err);
}

static int write_stream(const struct quicklook *q, const struct picture *strip, FILE *out,
			struct error *err)
{
	uint8_t row[PICTURE_SIDE_MOST + 2]; /* with a frame */
	char title[TITLE_BYTES];
	const struct png_head head = {
		.x_size = strip->x_size ? strip->x_size : q->image.x_size,
		.y_size = q->image.y_size * times_of(q) + 2 * frame_of(q) + strip->y_size,
		.n_colours = q->image.n_colours,
		.colour = q->image.colour,
		.software = software,
		.title = title,
	};
	struct png_file *png;
	int rc;

	(void)snprintf(title, sizeof(title), "%s", q->facts.title);
	png = png_file_new(out, &head, err);
	rc = png ? put_rows(png, q, strip, row, head.x_size, err) : -1;
	png_file_free(png);
	return rc;
}

/* A stream of its own on the same descriptor, which stays open. */
static int write_descriptor(const struct quicklook *q, const struct picture *strip, int fd,
			    struct error *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *out = own >= 0 ? fdopen(own, "w") : NULL;
	int rc;

	if (!out) {
		rc = error_errno(err, EX_OSERR, errno, "cannot write a quicklook");
		if (own >= 0)
			(void)close(own);
		return rc;
	}
	rc = write_stream(q, strip, out, err);
	if (fclose(out) && rc == 0)
		rc = error_errno(err, EX_IOERR, errno, "cannot write");
	return rc;
}

int quicklook_write(struct quicklook *q, int fd, struct error *err)
{
	struct picture strip;
	int rc;

	if (shrink(q, err) || make_strip(&strip, q, err))
		return -1;
	rc = write_descriptor(q, &strip, fd, err);
	picture_release(&strip);
	return rc;
}
