/*
 * Which maps a run makes: values, then classes, then bands. How they store values is decided here
 * from the options alone, so that all scenes of a run, and all its shards, are stored alike.
 */
#include "map_defs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "map_classes.h"
#include "pyramid.h"
#include "window.h"

static const char *const type_names[] = {
	[MAP_FLOAT32] = "float32", [MAP_INT16] = "int16", [MAP_UINT8] = "uint8"};
enum { N_TYPES = 3 };

const char *map_type_name(enum map_type type)
{
	return type_names[type];
}

const char *map_kind_name(enum map_kind kind)
{
	static const char *const names[] = {
		[MAP_VALUE] = "map", [MAP_CLASSES] = "classes", [MAP_BAND] = "band"};

	return names[kind];
}

/* --- how values are stored --- */

enum { INT16_MOST = 32767, UINT8_STEPS = 250, UINT8_NODATA = 255 };

double map_int16_scale(double lo, double hi)
{
	static const int digit[] = {1, 2, 5};
	const double most = fmax(fabs(lo), fabs(hi));
	double step = 1e-4;
	char text[16];

	for (int i = 0; most > step * INT16_MOST && i < 60; i++) {
		(void)snprintf(text, sizeof(text), "%de%d", digit[i % 3], i / 3 - 4);
		step = strtod(text, NULL);
	}
	return step;
}

/* lo to hi: where the values are expected. */
static void store_as(struct map_def *map, enum map_type type, double lo, double hi)
{
	map->type = type;
	map->scale = 1;
	map->offset = 0;
	map->nodata = NAN;
	if (type == MAP_INT16) {
		map->scale = map_int16_scale(lo, hi);
		map->nodata = -INT16_MOST - 1;
	}
	if (type == MAP_UINT8) {
		map->scale = (hi - lo) / UINT8_STEPS;
		map->offset = lo + 0.0;
		map->nodata = UINT8_NODATA;
	}
}

/* Is there a --range NAME=... for it? */
static bool has_range(const struct text_list *ranges, const char *name)
{
	const size_t length = strlen(name);

	for (unsigned i = 0; i < ranges->n; i++)
		if (strncasecmp(ranges->text[i], name, length) == 0 &&
		    ranges->text[i][length] == '=')
			return true;
	return false;
}

bool value_range_known(const struct value_def *value, const struct options *options)
{
	if (value->limited || has_range(&options->index.range, value->name))
		return true;
	if (value->normalized_difference)
		return true;
	return value->row && value->kind != VALUE_PROPORTIONAL;
}

/* Integers need a range. */
static enum map_type usual_type(const struct value_def *value, const struct options *options)
{
	return value_range_known(value, options) ? MAP_INT16 : MAP_FLOAT32;
}

/* --- nodata --- */

static int bad_nodata(const struct map_def *map, const char *text, struct error *err)
{
	return error_set(err, EX_USAGE, "--output-nodata: %s holds no '%.40s'; %s",
			 type_names[map->type], text,
			 map->type == MAP_FLOAT32 ? "give a number, or nan"
			 : map->type == MAP_INT16 ? "give a whole number from -32768 to 32767, or "
						    "--type float32"
						  : "give a whole number from 0 to 255");
}

/* Does a value from lo to hi have it, as stored? Then it would be read as none. */
static int check_apart(const struct map_def *map, const char *text, double nodata, double lo,
		       double hi, struct error *err)
{
	const bool real = map->type == MAP_FLOAT32;
	const double least = real ? lo : nearbyint((lo - map->offset) / map->scale);
	const double most = real ? hi : nearbyint((hi - map->offset) / map->scale);

	if (!(nodata >= least && nodata <= most))
		return 0;
	return error_set(err, EX_USAGE,
			 "--output-nodata: %s is a number that values of %s are stored as; give "
			 "one outside %.9g to %.9g%s",
			 text, map->name, least, most, real ? ", or nan" : "");
}

/* lo to hi: where the values are expected. */
static int set_nodata(struct map_def *map, const char *text, double lo, double hi,
		      struct error *err)
{
	double value;
	char *end;

	if (!text)
		return 0;
	value = strtod(text, &end);
	if (end == text || *end)
		return bad_nodata(map, text, err);
	if (map->type == MAP_INT16 && !(value >= -32768 && value <= 32767 && value == floor(value)))
		return bad_nodata(map, text, err);
	if (map->type == MAP_UINT8 && !(value >= 0 && value <= 255 && value == floor(value)))
		return bad_nodata(map, text, err);
	if (map->type == MAP_FLOAT32 && isfinite(value) && fabs(value) > (double)__FLT_MAX__)
		return bad_nodata(map, text, err);
	if (check_apart(map, text, value, lo, hi, err))
		return -1;
	map->nodata = map->type == MAP_FLOAT32 ? (double)(float)value : value + 0.0;
	return 0;
}

/* --- which --- */

static int add_value(struct maps *maps, unsigned v, const struct options *options,
		     const enum map_type *asked, struct error *err)
{
	const struct value_def *value = &options->recipe->value[v];
	const double lo = value->limited ? value->least : value->grid.lo;
	const double hi = value->limited ? value->most : value->grid.hi;
	struct map_def *map = &maps->map[maps->n++];

	*map = (struct map_def){.kind = MAP_VALUE, .item = v};
	(void)snprintf(map->name, sizeof(map->name), "%s", value->name);
	store_as(map, asked ? *asked : usual_type(value, options), lo, hi);
	return set_nodata(map, options->map.nodata, lo, hi, err);
}

static int add_classes(struct maps *maps, const char *name, struct error *err)
{
	struct map_def *map = &maps->map[maps->n++];

	*map = (struct map_def){
		.kind = MAP_CLASSES, .type = MAP_UINT8, .scale = 1, .nodata = CLASS_CODE_NONE};
	if (!*name || strlen(name) >= sizeof(map->name) ||
	    name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			      "0123456789_-")])
		return error_set(err, EX_USAGE,
				 "--mask-output: '%.40s' is no name of at most %zu letters, "
				 "digits, _ and -, as in classes",
				 name, sizeof(map->name) - 1);
	(void)snprintf(map->name, sizeof(map->name), "%s", name);
	return 0;
}

/* Stored numbers, or reflectance from 0 to 1. */
static int add_band(struct maps *maps, unsigned band, const struct options *options,
		    const enum map_type *asked, struct error *err)
{
	const char *text = options->recipe->band[band].text;
	const double hi = options->raw ? UINT16_MAX : 1;
	struct map_def *map = &maps->map[maps->n++];

	*map = (struct map_def){.kind = MAP_BAND, .item = band};
	(void)snprintf(map->name, sizeof(map->name), "%s%s", *text == '#' ? "band" : "",
		       text + (*text == '#'));
	store_as(map, asked ? *asked : MAP_FLOAT32, 0, hi);
	return set_nodata(map, options->map.nodata, 0, hi, err);
}

/* Names of maps are in names of files: each is another one, also where case does not count. */
static int check_names(const struct maps *maps, struct error *err)
{
	for (unsigned i = 0; i < maps->n; i++)
		for (unsigned k = 0; k < i; k++)
			if (strcasecmp(maps->map[i].name, maps->map[k].name) == 0)
				return error_set(err, EX_USAGE,
						 "%s: %s is the name of another map of this run; "
						 "give another",
						 maps->map[i].kind == MAP_CLASSES
							 ? "--mask-output"
							 : "--bands-output",
						 maps->map[i].name);
	return 0;
}

/* NULL in *asked: by index. */
static int read_type(const char *text, enum map_type *type, const enum map_type **asked,
		     struct error *err)
{
	*asked = NULL;
	if (!text)
		return 0;
	if (strcasecmp(text, "Byte") == 0) /* GDAL's word */
		text = map_type_name(MAP_UINT8);
	for (int i = 0; i < N_TYPES; i++)
		if (strcasecmp(text, type_names[i]) == 0) {
			*type = (enum map_type)i;
			*asked = type;
			return 0;
		}
	/* No guess: what is spelt nearly alike (int8, uint16) holds quite other numbers. */
	return error_set(err, EX_USAGE, "--type: '%.40s' is none of: float32, int16, uint8 (Byte)",
			 text);
}

int map_defs_make(struct maps *maps, const struct options *options, struct error *err)
{
	const struct recipe *recipe = options->recipe;
	const enum map_type *asked;
	enum map_type type;

	maps->n = 0;
	if (read_type(options->map.type, &type, &asked, err))
		return -1;
	for (unsigned v = 0; v < recipe->n_values; v++)
		if (add_value(maps, v, options, asked, err))
			return -1;
	if (options->map.mask_output && add_classes(maps, options->map.mask_output, err))
		return -1;
	for (unsigned band = 0; band < recipe->n_bands; band++)
		if ((recipe->kept >> band & 1) && add_band(maps, band, options, asked, err))
			return -1;
	return check_names(maps, err);
}

/* --- how large --- */

/* A code of LZW takes 12 bits where it stands for 8; DEFLATE and ZSTD store what does not shrink.
 */
uint64_t map_bytes_most(const struct map_format *format, const struct map_def *map, uint32_t x_size,
			uint32_t y_size)
{
	const uint64_t raw = (uint64_t)format->tile * format->tile * map_sample_bytes(map->type);
	const uint64_t more = format->codec == MAP_NONE  ? 0
			      : format->codec == MAP_LZW ? raw / 2
							 : raw / 128 + 64;
	enum { RECORD_BYTES = 8 + 12, HEADER_BYTES = 8192 };
	struct pyramid pyramid;

	pyramid_make(&pyramid, x_size, y_size, format->tile, format->overviews);
	return pyramid_first(&pyramid, pyramid.n_levels) * (raw + more + RECORD_BYTES) +
	       HEADER_BYTES;
}
