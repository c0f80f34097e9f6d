/*
 * Options of make_scene: one table makes parsing and --help. Knows nothing of how scenes are made.
 */
#include "scene_options.h"

#include <errno.h>
#include <float.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "scene_tags.h"
#include "window.h"

struct parse {
	struct scene_options *options;
	const char *nodata, *predictor;
	bool has_type, has_nodata;
};

typedef int parse_value(struct parse *p, const char *value, struct error *err);

static int number(const char *name, const char *text, unsigned long max, uint32_t *out,
		  struct error *err)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || v > max)
		return error_set(err, EX_USAGE, "--%s '%s': expected a whole number up to %lu",
				 name, text, max);
	*out = (uint32_t)v;
	return 0;
}

/* "W x H" or one number for both. */
static int size_pair(const char *name, const char *text, uint32_t *x, uint32_t *y,
		     struct error *err)
{
	const char *by = strchr(text, 'x');
	char first[16];

	if (by && (size_t)(by - text) < sizeof(first)) {
		snprintf(first, sizeof(first), "%.*s", (int)(by - text), text);
		if (number(name, first, MAX_SIZE, x, err) || number(name, by + 1, MAX_SIZE, y, err))
			return -1;
	} else if (number(name, text, MAX_SIZE, x, err)) {
		return -1;
	} else {
		*y = *x;
	}
	if (!*x || !*y)
		return error_set(err, EX_USAGE, "--%s '%s': sizes start at 1", name, text);
	return 0;
}

/* Index of text in a list of n words. */
static int word(const char *name, const char *text, const char *const *words, unsigned n,
		unsigned *out, struct error *err)
{
	char list[160] = "";

	for (*out = 0; *out < n; ++*out)
		if (!strcmp(text, words[*out]))
			return 0;
	for (unsigned i = 0; i < n; i++) {
		size_t used = strlen(list);

		snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "", words[i]);
	}
	return error_set(err, EX_USAGE, "--%s '%s': expected one of %s", name, text, list);
}

#define SPEC(p) (&(p)->options->spec)

static int parse_size(struct parse *p, const char *v, struct error *err)
{
	return size_pair("size", v, &SPEC(p)->x_size, &SPEC(p)->y_size, err);
}

static int parse_seed(struct parse *p, const char *v, struct error *err)
{
	return number("seed", v, UINT32_MAX, &SPEC(p)->seed, err);
}

static int parse_content(struct parse *p, const char *v, struct error *err)
{
	const char *names[16];
	unsigned n = 0, i;

	while (contents[n].name) {
		names[n] = contents[n].name;
		n++;
	}
	if (word("content", v, names, n, &i, err))
		return -1;
	SPEC(p)->content = contents + i;
	return 0;
}

static int parse_bands(struct parse *p, const char *v, struct error *err)
{
	if (number("bands", v, MAX_BANDS, &SPEC(p)->n_bands, err))
		return -1;
	return SPEC(p)->n_bands ? 0 : error_set(err, EX_USAGE, "--bands 0: at least one");
}

static int parse_labels(struct parse *p, const char *v, struct error *err)
{
	static const char *const names[] = {"descriptions", "none", "rgb", "lying"};
	unsigned i;

	if (word("labels", v, names, 4, &i, err))
		return -1;
	SPEC(p)->labels = (enum labels)i;
	return 0;
}

static int parse_type(struct parse *p, const char *v, struct error *err)
{
	static const char *const names[N_SAMPLE_TYPES] = {
		[SAMPLE_U8] = "uint8",    [SAMPLE_I8] = "int8",     [SAMPLE_U16] = "uint16",
		[SAMPLE_I16] = "int16",   [SAMPLE_U32] = "uint32",  [SAMPLE_I32] = "int32",
		[SAMPLE_F32] = "float32", [SAMPLE_F64] = "float64",
	};
	unsigned i;

	if (word("type", v, names, N_SAMPLE_TYPES, &i, err))
		return -1;
	SPEC(p)->type = (enum sample_type)i;
	p->has_type = true;
	return 0;
}

static int parse_nodata(struct parse *p, const char *v, struct error *err)
{
	char *end;

	p->has_nodata = true;
	SPEC(p)->has_nodata = strcmp(v, "none") != 0;
	if (!SPEC(p)->has_nodata)
		return 0;
	SPEC(p)->nodata = strtod(v, &end);
	if (end == v || *end)
		return error_set(err, EX_USAGE, "--nodata '%s': expected a number, nan or none", v);
	return 0;
}

static int parse_tile(struct parse *p, const char *v, struct error *err)
{
	struct scene_spec *spec = SPEC(p);

	spec->tiled = true;
	if (size_pair("tile", v, &spec->block_x_size, &spec->block_y_size, err))
		return -1;
	if (spec->block_x_size % 16 || spec->block_y_size % 16)
		return error_set(err, EX_USAGE, "--tile '%s': TIFF wants multiples of 16", v);
	return 0;
}

static int parse_strip(struct parse *p, const char *v, struct error *err)
{
	SPEC(p)->tiled = false;
	return number("strip", v, MAX_SIZE, &SPEC(p)->block_y_size, err);
}

static int parse_interleave(struct parse *p, const char *v, struct error *err)
{
	static const char *const names[] = {"pixel", "band"};
	unsigned i;

	if (word("interleave", v, names, 2, &i, err))
		return -1;
	SPEC(p)->band_interleaved = i == 1;
	return 0;
}

static int parse_codec(struct parse *p, const char *v, struct error *err)
{
	const char *names[16];
	unsigned n = 0, i;

	while (codecs[n].name) {
		names[n] = codecs[n].name;
		n++;
	}
	if (word("codec", v, names, n, &i, err))
		return -1;
	SPEC(p)->codec = codecs + i;
	return 0;
}

static int parse_predictor(struct parse *p, const char *v, struct error *err)
{
	if (number("predictor", v, 3, &SPEC(p)->predictor, err))
		return -1;
	return SPEC(p)->predictor ? 0 : error_set(err, EX_USAGE, "--predictor 0: 1, 2 or 3");
}

static int parse_level(struct parse *p, const char *v, struct error *err)
{
	uint32_t level = 0;

	if (number("level", v, 100, &level, err))
		return -1;
	SPEC(p)->level = (int)level;
	return 0;
}

static int parse_byte_order(struct parse *p, const char *v, struct error *err)
{
	static const char *const names[] = {"little", "big"};
	unsigned i;

	if (word("byte-order", v, names, 2, &i, err))
		return -1;
	SPEC(p)->big_endian = i == 1;
	return 0;
}

static int parse_bigtiff(struct parse *p, const char *v, struct error *err)
{
	(void)v;
	(void)err;
	SPEC(p)->bigtiff = true;
	return 0;
}

static int parse_mask(struct parse *p, const char *v, struct error *err)
{
	(void)v;
	(void)err;
	SPEC(p)->mask = true;
	return 0;
}

static int parse_sparse(struct parse *p, const char *v, struct error *err)
{
	(void)v;
	(void)err;
	SPEC(p)->sparse = true;
	return 0;
}

static int parse_overviews(struct parse *p, const char *v, struct error *err)
{
	return number("overviews", v, MAX_OVERVIEWS, &SPEC(p)->overviews, err);
}

static int parse_epsg(struct parse *p, const char *v, struct error *err)
{
	return strcmp(v, "none") ? number("epsg", v, 65534, &SPEC(p)->epsg, err)
				 : (SPEC(p)->epsg = 0, 0);
}

static int parse_split(struct parse *p, const char *v, struct error *err)
{
	(void)err;
	p->options->split = v;
	SPEC(p)->split = true;
	return 0;
}

static int parse_count(struct parse *p, const char *v, struct error *err)
{
	if (number("count", v, 1000000, &p->options->count, err))
		return -1;
	return p->options->count ? 0 : error_set(err, EX_USAGE, "--count 0: at least one");
}

static int parse_expect(struct parse *p, const char *v, struct error *err)
{
	(void)v;
	(void)err;
	p->options->expect = true;
	return 0;
}

static int parse_workers(struct parse *p, const char *v, struct error *err)
{
	if (number("workers", v, 1024, &SPEC(p)->workers, err))
		return -1;
	return SPEC(p)->workers ? 0 : error_set(err, EX_USAGE, "--workers 0: at least one");
}

static int parse_help(struct parse *p, const char *v, struct error *err)
{
	(void)v;
	(void)err;
	p->options->help = true;
	return 0;
}

static const struct row {
	const char *name, *value, *help; /* value NULL: takes none */
	parse_value *parse;
} rows[] = {
	{"size", "WxH|N", "pixels (default 1024)", parse_size},
	{"seed", "N", "another seed, another scene (default 1)", parse_seed},
	{"content", "NAME", "what the pixels are, see below (default s2)", parse_content},
	{"bands", "N", "1 ... 10 (default 4: B02 B03 B04 B08; 2: B04 B08)", parse_bands},
	{"labels", "WHICH", "descriptions (default), none, rgb (stored R,G,B,NIR), lying",
	 parse_labels},
	{"type", "TYPE", "uint8 int8 uint16 int16 uint32 int32 float32 float64 (default uint16)",
	 parse_type},
	{"nodata", "V|none", "declared nodata (default 0; content holes: the type's last value)",
	 parse_nodata},
	{"mask", NULL, "add an internal mask: collar and dense cloud are out", parse_mask},
	{"overviews", "N", "N reduced copies, each half the size of the one before",
	 parse_overviews},
	{"tile", "N|WxH", "tiles of this size (default 512)", parse_tile},
	{"strip", "ROWS", "strips instead of tiles; 0: the whole image in one", parse_strip},
	{"interleave", "HOW", "pixel (default) or band", parse_interleave},
	{"codec", "NAME", "none lzw deflate (default) zstd packbits lzma lerc jpeg", parse_codec},
	{"predictor", "1|2|3", "default 2, for floats 3, where the codec takes one",
	 parse_predictor},
	{"level", "N", "effort of deflate, zstd, lzma; quality of jpeg", parse_level},
	{"byte-order", "WHICH", "little (default) or big", parse_byte_order},
	{"bigtiff", NULL, "BigTIFF also where the file stays small", parse_bigtiff},
	{"sparse", NULL, "leave out blocks without data", parse_sparse},
	{"epsg", "CODE|none", "projected CRS in metres, or 4326 (default 32633)", parse_epsg},
	{"split", "DIR", "a file a band, named as Sentinel-2 does, in DIR", parse_split},
	{"count", "N", "N scenes with successive seeds: OUT_0001.tif ...", parse_count},
	{"expect", NULL, "print the exact NDVI statistics as JSON, from the formula", parse_expect},
	{"workers", "N", "threads (default: CPUs)", parse_workers},
	{"help", NULL, "this text", parse_help},
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

void scene_options_help(void)
{
	printf("usage: make_scene [options] OUT.tif\n"
	       "       make_scene [options] --split DIR\n"
	       "       make_scene [options] --expect\n\n"
	       "Make a satellite scene as GeoTIFF. The same size, seed and type give the same "
	       "pixels\n"
	       "in every layout.\n\n");
	for (unsigned i = 0; i < N_ROWS; i++) {
		char left[40];

		snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
			 rows[i].value ? rows[i].value : "");
		printf("  %-20s %s\n", left, rows[i].help);
	}
	printf("\ncontents:\n");
	for (const struct content *c = contents; c->name; c++)
		printf("  %-20s %s\n", c->name, c->help);
	printf("\nexit status: 0 done, 64 wrong usage, 73 cannot create or store this, 74 cannot\n"
	       "write, 130 or 143 interrupted; then nothing half-written is left.\n");
}

/* 1: red; 2: red, NIR; 3: green, red, NIR; from 4 on the order of s2_band_names. */
static void choose_bands(struct scene_spec *spec)
{
	static const enum s2_band few[3][3] = {{B04}, {B04, B08}, {B03, B04, B08}};

	for (unsigned b = 0; b < spec->n_bands; b++)
		spec->bands[b] = spec->n_bands < 4 ? few[spec->n_bands - 1][b] : (enum s2_band)b;
	if (spec->labels == LABELS_RGB && spec->n_bands >= 4) {
		spec->bands[0] = B04;
		spec->bands[2] = B02;
	}
}

static int check_nodata(struct scene_spec *spec, struct error *err)
{
	static const double range[N_SAMPLE_TYPES][2] = {
		[SAMPLE_U8] = {0, 255},
		[SAMPLE_I8] = {-128, 127},
		[SAMPLE_U16] = {0, 65535},
		[SAMPLE_I16] = {-32768, 32767},
		[SAMPLE_U32] = {0, 4294967295.0},
		[SAMPLE_I32] = {-2147483648.0, 2147483647},
		[SAMPLE_F32] = {-FLT_MAX, FLT_MAX},
		[SAMPLE_F64] = {0, 0},
	};
	const double *r = range[spec->type], v = spec->nodata;

	if (!spec->has_nodata || r[0] == r[1] || (isnan(v) && spec->type == SAMPLE_F32))
		return 0;
	if (!(v >= r[0] && v <= r[1] && (v == rint(v) || spec->type == SAMPLE_F32)))
		return error_set(err, EX_USAGE, "--nodata %g: the type cannot hold it", v);
	return 0;
}

static int check_codec(struct scene_spec *spec, bool has_predictor, struct error *err)
{
	const struct codec *codec = spec->codec;
	bool is_float = spec->type == SAMPLE_F32 || spec->type == SAMPLE_F64;

	if (!TIFFIsCODECConfigured(codec->compression))
		return error_set(err, EX_USAGE, "--codec %s: this libtiff is built without it",
				 codec->name);
	if (codec->only_uint8 && spec->type != SAMPLE_U8)
		return error_set(err, EX_USAGE, "--codec %s: needs --type uint8", codec->name);
	if (!has_predictor)
		spec->predictor = !codec->predictors ? 1 : is_float ? 3 : 2;
	if (spec->predictor > 1 && !codec->predictors)
		return error_set(err, EX_USAGE, "--predictor: codec %s takes none", codec->name);
	if (spec->predictor == 3 && !is_float)
		return error_set(err, EX_USAGE, "--predictor 3: for floating-point types only");
	return 0;
}

static int check_all(struct parse *p, struct error *err)
{
	struct scene_options *o = p->options;
	struct scene_spec *spec = &o->spec;
	size_t bytes;

	if (!p->has_type)
		spec->type = spec->content->default_type;
	if (!p->has_nodata)
		spec->nodata = spec->content->default_nodata(spec->type);
	choose_bands(spec);
	bytes = size_mul(size_mul(spec->block_x_size, spec->block_y_size),
			 (spec->split || spec->band_interleaved ? 1 : spec->n_bands) *
				 (size_t)(sample_bits(spec->type) / 8));
	if (spec->tiled && bytes > INT32_MAX)
		return error_set(err, EX_USAGE, "--tile: a tile of 2 GiB or more; choose smaller");
	if (check_nodata(spec, err) || check_codec(spec, spec->predictor != 0, err) ||
	    (spec->content->check && spec->content->check(spec, err)))
		return -1;
	if (o->expect && !spec->content->expect)
		return error_set(err, EX_USAGE, "--expect: content '%s' has no closed form",
				 spec->content->name);
	if (o->expect && spec->n_bands < 2)
		return error_set(err, EX_USAGE, "--expect: NDVI needs --bands 2 or more");
	if (o->out && o->split)
		return error_set(err, EX_USAGE, "%s: with --split no output file is named", o->out);
	if (!o->out && !o->split && !o->expect)
		return error_set(err, EX_USAGE, "no output file; see --help");
	return 0;
}

static unsigned cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) < 1)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

int scene_options_parse(struct scene_options *o, int argc, char **argv, struct error *err)
{
	struct option list[N_ROWS + 1] = {{0}};
	struct parse p = {.options = o};
	int c;

	*o = (struct scene_options){.spec = {.x_size = 1024,
					     .y_size = 1024,
					     .seed = 1,
					     .content = contents,
					     .n_bands = 4,
					     .has_nodata = true,
					     .tiled = true,
					     .block_x_size = 512,
					     .block_y_size = 512,
					     .codec = codecs + 2,
					     .level = -1,
					     .epsg = 32633,
					     .workers = cpus()}};
	for (int i = 0; i < N_ROWS; i++)
		list[i] = (struct option){rows[i].name,
					  rows[i].value ? required_argument : no_argument, NULL,
					  256 + i};
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", list, NULL)) != -1) {
		if (c == ':')
			return error_set(err, EX_USAGE, "%s: needs a value; see --help",
					 argv[optind - 1]);
		if (c == 'h')
			c = 256 + N_ROWS - 1;
		if (c == '?')
			return error_set(err, EX_USAGE, "%s: unknown option; see --help",
					 argv[optind - 1]);
		if (rows[c - 256].parse(&p, optarg, err))
			return -1;
	}
	if (o->help)
		return 0;
	if (argc - optind > 1)
		return error_set(err, EX_USAGE, "%s: one output file only", argv[optind + 1]);
	o->out = argv[optind];
	return check_all(&p, err);
}
