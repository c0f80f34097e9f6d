/*
 * Maps of scenes on the page; see html_gallery.h. Pictures that the run has made lead to their
 * files; until HTML_PICTURES_BYTES of them are there they are within the page, then beside it.
 */
#include "html_gallery.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html_link.h"
#include "output/class_colours.h"
#include "output/map_classes.h"
#include "output/map_defs.h"
#include "picture/page.h"
#include "picture/png.h"
#include "picture/thumbnail.h"
#include "pixels/preview.h"
#include "recipe.h"
#include "report_words.h"
#include "base/text.h"

enum {
	CAPTION_BYTES = 400,
	DAY = 10,
	LARGEST_CELL = 16, /* of a picture of few pixels, on the screen */
	LEAST_SIDE = 16
};

/* --- a coarse map --- */

/* Least and greatest cell; false: none has a valid pixel. */
static bool find_range(const struct preview *preview, const struct value_def *value,
		       struct preview_size size, double range[2], bool *holes)
{
	range[0] = INFINITY;
	range[1] = -INFINITY;
	for (uint32_t y = 0; y < size.down; y++)
		for (uint32_t x = 0; x < size.across; x++) {
			double mean = preview_mean(preview, &value->grid, x, y);

			*holes |= isnan(mean);
			range[0] = fmin(range[0], mean);
			range[1] = fmax(range[1], mean);
		}
	return range[0] <= range[1];
}

/* Its picture is to be released. false: there is nothing to be seen, or no memory. */
static bool make_map(struct thumbnail *t, const struct preview *preview,
		     const struct value_def *value, const struct scene *scene, bool fixed,
		     bool *holes)
{
	const struct preview_size size = preview_size(scene->x_size, scene->y_size);
	double range[2];
	bool any_hole = false;

	*t = (struct thumbnail){.numbers = true, .own_range = !fixed};
	if (!find_range(preview, value, size, range, &any_hole) ||
	    picture_init(&t->picture, size.across, size.down, NULL))
		return false;
	*holes |= any_hole;
	t->ramp = fixed ? ramp_make(value->grid.lo, value->grid.hi) : ramp_make(range[0], range[1]);
	t->picture.n_colours = RAMP_LEVELS + 1;
	ramp_colours(t->picture.colour, t->ramp.kind);
	for (uint32_t y = 0; y < size.down; y++)
		for (uint32_t x = 0; x < size.across; x++)
			picture_row(&t->picture, y)[x] =
				ramp_level(&t->ramp, preview_mean(preview, &value->grid, x, y));
	(void)snprintf(t->title, sizeof(t->title), "%s", value->name);
	return true;
}

/* --- a picture --- */

/* What a picture shows: files have NDVI for ndvi, the page has the names of its tables. */
struct shown {
	const char *name;
	const double *mean; /* NULL: not known */
};

/* "river, 2026-07-01: ndvi, mean 0.5632" */
static void make_caption(char text[CAPTION_BYTES], const struct scene *scene,
			 const struct thumbnail *t, const struct shown *shown)
{
	char v[24];
	int n = snprintf(text, CAPTION_BYTES - 120, "%s%s%.*s", scene->name ? scene->name : "",
			 *scene->acquired ? ", " : "", DAY, scene->acquired);

	n = n < CAPTION_BYTES - 120 ? n : CAPTION_BYTES - 121;
	n += snprintf(text + n, (size_t)(CAPTION_BYTES - n), ": %s", shown->name);
	if (shown->mean)
		n += snprintf(text + n, (size_t)(CAPTION_BYTES - n), ", mean %s",
			      text_value(v, *shown->mean));
	if (t->numbers && t->own_range)
		(void)snprintf(text + n, (size_t)(CAPTION_BYTES - n), ", colours %.4g to %.4g",
			       t->ramp.low, t->ramp.high);
}

/* As a PNG file in memory; NULL where that cannot be had. To be freed. */
static char *make_png(const struct picture *picture, size_t *n)
{
	char *bytes = NULL;
	FILE *out = open_memstream(&bytes, n);
	bool good = out && png_write(out, picture, NULL, NULL, NULL) == 0;

	if (out && fclose(out))
		good = false;
	if (good)
		return bytes;
	free(bytes);
	return NULL;
}

static unsigned on_screen(uint32_t pixels, uint32_t times)
{
	return pixels * times > LEAST_SIDE ? pixels * times : LEAST_SIDE;
}

/* path NULL: there is no file of it. */
static void put_picture(FILE *out, struct html_gallery *gallery, const struct scene *scene,
			const struct thumbnail *t, const char *path, const struct shown *shown)
{
	const uint32_t most = thumbnail_times(&t->picture);
	const uint32_t times = most < LARGEST_CELL ? most : LARGEST_CELL;
	char caption[CAPTION_BYTES], alt[CAPTION_BYTES + 8], link[HTML_LINK_BYTES];
	size_t n = 0;
	char *bytes = gallery->embedded < HTML_PICTURES_BYTES ? make_png(&t->picture, &n) : NULL;
	bool within = bytes && gallery->embedded + n <= HTML_PICTURES_BYTES;

	make_caption(caption, scene, t, shown);
	(void)snprintf(alt, sizeof(alt), "Map of %s", caption);
	html_link(link, gallery->page, path);
	gallery->embedded += within ? n : 0;
	gallery->n_linked += !within;
	page_picture(out, &(struct page_picture){.png = within ? bytes : NULL,
						 .n_png = n,
						 .link = link,
						 .caption = caption,
						 .alt = alt,
						 .x_size = on_screen(t->picture.x_size, times),
						 .y_size = on_screen(t->picture.y_size, times)});
	free(bytes);
}

static bool has_holes(const struct picture *picture)
{
	return memchr(picture->pixel, 0, picture_bytes(picture->x_size, picture->y_size));
}

static const double *mean_of(double *mean, const struct scene_result *result, int v,
			     const struct recipe *recipe)
{
	struct summary summary;

	if (v < 0 || !scene_summary(&summary, result, (unsigned)v, recipe) ||
	    !summary.n[PIXEL_VALID])
		return NULL;
	*mean = summary.mean;
	return mean;
}

static void count_value(struct html_gallery *gallery, unsigned v, bool own)
{
	gallery->values |= (uint16_t)(1U << v);
	gallery->own |= (uint16_t)((own ? 1U : 0U) << v);
}

/* --- a scene --- */

/* Those that the run has made as files, or for a contact sheet. False: none. */
static bool put_pictures(FILE *out, struct html_gallery *gallery, const struct scene_result *result,
			 const struct recipe *recipe)
{
	struct shown shown;
	double mean;
	bool any = false;

	for (unsigned i = 0; i < result->n_files; i++) {
		const struct output_file *file = &result->file[i];

		if (!file->thumbnail)
			continue;
		any = true;
		gallery->classes |= classes_seen(file->thumbnail);
		gallery->holes |= file->thumbnail->numbers && has_holes(&file->thumbnail->picture);
		if (file->thumbnail->numbers && file->value >= 0)
			count_value(gallery, (unsigned)file->value, file->thumbnail->own_range);
		shown = (struct shown){.name = file->value >= 0 && file->thumbnail->numbers
						       ? recipe->value[file->value].name
						       : file->thumbnail->title,
				       .mean = mean_of(&mean, result, file->value, recipe)};
		put_picture(out, gallery, result->scene, file->thumbnail, file->path, &shown);
	}
	gallery->pictures |= any;
	return any;
}

static const struct preview *preview_of(const struct scene_result *result, unsigned v)
{
	size_t at = result->cells ? layout_find(result->layout, v, &reducer_preview) : SIZE_MAX;

	return at == SIZE_MAX || !result->value[v].histogram ? NULL : group_cell(result->cells, at);
}

/* Of the first values. False: there are none. */
static bool put_maps(FILE *out, struct html_gallery *gallery, const struct scene_result *result,
		     const struct options *options)
{
	bool any = false;

	for (unsigned v = 0; v < result->n_values; v++) {
		const struct preview *preview = preview_of(result, v);
		const struct value_def *value = &options->recipe->value[v];
		bool fixed = value_range_known(value, options);
		struct thumbnail t;
		struct shown shown;
		double mean;

		if (!preview)
			continue;
		if (make_map(&t, preview, value, result->scene, fixed, &gallery->holes)) {
			any = true;
			count_value(gallery, v, !fixed);
			shown = (struct shown){value->name,
					       mean_of(&mean, result, (int)v, options->recipe)};
			put_picture(out, gallery, result->scene, &t, NULL, &shown);
		}
		picture_release(&t.picture);
	}
	return any;
}

static bool has_preview(const struct scene_result *result)
{
	for (unsigned v = 0; v < result->n_values; v++)
		if (preview_of(result, v))
			return true;
	return false;
}

void html_gallery_scene(FILE *out, struct html_gallery *gallery, const struct scene_result *result,
			const struct options *options)
{
	if (result->status != SCENE_OK)
		return;
	if (put_pictures(out, gallery, result, options->recipe))
		gallery->n_scenes++;
	else if (result->earlier)
		gallery->n_earlier++;
	else if (!has_preview(result))
		return;
	else if (gallery->n_scenes >= HTML_MAP_SCENES)
		gallery->n_beyond++;
	else if (put_maps(out, gallery, result, options))
		gallery->n_scenes++;
	else
		gallery->n_empty++;
}

/* --- what colours mean --- */

static const char *words_of(const struct value_def *value, const struct ramp *ramp)
{
	if (ramp->kind == RAMP_SEQUENTIAL)
		return "from dark blue (low) to yellow (high)";
	if (value_is_ndvi(value))
		return "brown: below 0 (water, snow, cloud); cream: about 0 (bare ground, rock); "
		       "blue-green: plants";
	return "brown: below 0; cream: about 0; blue-green: above";
}

static char *make_strip(enum ramp_kind kind, size_t *n)
{
	struct picture picture;
	char *bytes;

	if (picture_init(&picture, RAMP_LEVELS, 1, NULL))
		return NULL;
	picture.n_colours = RAMP_LEVELS + 1;
	ramp_colours(picture.colour, kind);
	for (unsigned x = 0; x < RAMP_LEVELS; x++)
		picture.pixel[x] = (uint8_t)(x + 1);
	bytes = make_png(&picture, n);
	picture_release(&picture);
	return bytes;
}

static void put_ramp(FILE *out, const struct value_def *value, bool own, bool holes)
{
	const struct ramp ramp = ramp_make(value->grid.lo, value->grid.hi);
	char low[24], high[24];
	struct page_key key = {
		.name = value->name,
		.low = low,
		.high = high,
		.words = own ? "colours go over the range of each map, which is below it"
			     : words_of(value, &ramp),
		.holes = holes,
	};
	char *strip = own ? NULL : make_strip(ramp.kind, &key.n_png);

	(void)snprintf(low, sizeof(low), "%.4g", ramp.low);
	(void)snprintf(high, sizeof(high), "%.4g", ramp.high);
	key.png = strip;
	page_key(out, &key);
	free(strip);
}

static void put_classes(FILE *out, unsigned classes)
{
	page_swatches_open(out, "Why a pixel has no value");
	for (unsigned code = 0; code < N_CLASS_CODES; code++) {
		const struct rgba c = class_colour(code);
		char colour[8];

		if (!(classes >> code & 1))
			continue;
		(void)snprintf(colour, sizeof(colour), "#%02x%02x%02x", c.red, c.green, c.blue);
		page_swatch(out, colour, "%s", map_class_names[code]);
	}
	page_swatches_close(out);
}

void html_gallery_key(FILE *out, const struct html_gallery *gallery, const struct options *options)
{
	const struct recipe *recipe = options->recipe;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (gallery->values >> v & 1)
			put_ramp(out, &recipe->value[v], gallery->own >> v & 1,
				 gallery->holes && !(gallery->values >> (v + 1)));
	if (gallery->classes)
		put_classes(out, gallery->classes);
}

static void put_rest(FILE *out, uint32_t n, const char *one, const char *several)
{
	if (n)
		page_paragraph(out, "%" PRIu32 " %s", n, n == 1 ? one : several);
}

void html_gallery_rest(FILE *out, const struct html_gallery *gallery)
{
	if (gallery->n_scenes && !gallery->pictures)
		page_paragraph(out,
			       "A cell is the mean of the valid pixels in it; there are %d at most "
			       "along the longer side of a scene.",
			       PREVIEW_SIDE);
	put_rest(out, gallery->n_beyond,
		 "scene more has no map here; -o with --quicklook makes a picture of every scene.",
		 "scenes more have no map here; -o with --quicklook makes a picture of every "
		 "scene.");
	put_rest(out, gallery->n_empty, "scene has no valid pixel, and so no map.",
		 "scenes have no valid pixel, and so no map.");
	put_rest(out, gallery->n_earlier, "scene was done by an earlier run: its map is not kept.",
		 "scenes were done by earlier runs: their maps are not kept.");
	put_rest(out, gallery->n_linked,
		 "picture is too much for one page: the page shows it only beside its file.",
		 "pictures are too much for one page: it shows them only beside their files.");
}
