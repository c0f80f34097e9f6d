/*
 * Creation options of maps. Keys and words are those of GDAL's COG and GTiff drivers, without
 * regard to case; both drivers' keys are taken for both containers, as they mean the same. A key
 * that has no effect here is refused.
 */
#include "co.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/spelling.h"

enum { TILE_LEAST = 128, TILE_MOST = 4096, TILE_USUAL = 512, DEFLATE_MOST = 12, ZSTD_MOST = 22 };
enum { PREDICTOR_BY_TYPE = 0, LEVEL_USUAL = 0 };

/* What is being read. */
struct reading {
	struct map_format *format;
	const char *level_key; /* that gave the level; NULL: none did */
	bool predicted;        /* PREDICTOR is given */
};

struct word {
	const char *word;
	int number;
};

/* The number of a word; -1 with all of them. */
static int choose(const struct word *words, const char *value, struct error *err)
{
	enum { MOST = 10 };
	const char *all[MOST + 1] = {NULL};

	for (int i = 0; i < MOST && words[i].word; i++) {
		if (strcasecmp(words[i].word, value) == 0)
			return words[i].number;
		all[i] = words[i].word;
	}
	return spelling_none_of(err, value, all);
}

/* A whole number of decimal digits in [least, most]; -1. */
static int whole(const char *value, int least, int most)
{
	char *end;
	long n;

	if (*value < '0' || *value > '9' || strlen(value) > 6)
		return -1;
	n = strtol(value, &end, 10);
	return *end || n < least || n > most ? -1 : (int)n;
}

static int set_codec(struct reading *r, const char *key, const char *value, struct error *err)
{
	static const struct word words[] = {{"DEFLATE", MAP_DEFLATE},
					    {"ZSTD", MAP_ZSTD},
					    {"LZW", MAP_LZW},
					    {"NONE", MAP_NONE},
					    {NULL, 0}};
	int codec = choose(words, value, err);

	(void)key;
	r->format->codec = codec < 0 ? MAP_NONE : (enum map_codec)codec;
	return codec < 0 ? -1 : 0;
}

static int set_level(struct reading *r, const char *key, const char *value, struct error *err)
{
	if (r->level_key)
		return error_set(err, EX_USAGE, "%s and %s mean the same; give one", r->level_key,
				 key);
	r->level_key = key;
	r->format->level = whole(value, 1, ZSTD_MOST);
	if (r->format->level < 0)
		return error_set(err, EX_USAGE,
				 "'%.40s' is no level: 1 to %d for DEFLATE, 1 to %d for ZSTD",
				 value, DEFLATE_MOST, ZSTD_MOST);
	return 0;
}

static int set_predictor(struct reading *r, const char *key, const char *value, struct error *err)
{
	static const struct word words[] = {{"YES", PREDICTOR_BY_TYPE},
					    {"NO", 1},
					    {"STANDARD", 2},
					    {"FLOATING_POINT", 3},
					    {"1", 1},
					    {"2", 2},
					    {"3", 3},
					    {NULL, 0}};
	int predictor = choose(words, value, err);

	(void)key;
	r->predicted = predictor > 1;
	r->format->predictor = predictor < 0 ? 1 : (unsigned)predictor;
	return predictor < 0 ? -1 : 0;
}

static int set_tile(struct reading *r, const char *key, const char *value, struct error *err)
{
	int side = whole(value, TILE_LEAST, TILE_MOST);

	(void)key;
	if (side < 0 || (side & (side - 1)))
		return error_set(err, EX_USAGE, "'%.40s' is no power of two from %d to %d", value,
				 TILE_LEAST, TILE_MOST);
	if (r->format->tile && r->format->tile != (uint32_t)side)
		return error_set(err, EX_USAGE, "tiles are square: %u and %d are not one side",
				 r->format->tile, side);
	r->format->tile = (uint32_t)side;
	return 0;
}

static int set_bigtiff(struct reading *r, const char *key, const char *value, struct error *err)
{
	static const struct word words[] = {{"IF_NEEDED", BIGTIFF_IF_NEEDED},
					    {"YES", BIGTIFF_YES},
					    {"NO", BIGTIFF_NO},
					    {"IF_SAFER", BIGTIFF_IF_SAFER},
					    {NULL, 0}};
	int bigtiff = choose(words, value, err);

	(void)key;
	r->format->bigtiff = bigtiff < 0 ? BIGTIFF_IF_NEEDED : (enum bigtiff)bigtiff;
	return bigtiff < 0 ? -1 : 0;
}

static int set_overviews(struct reading *r, const char *key, const char *value, struct error *err)
{
	static const struct word words[] = {{"AUTO", 1}, {"NONE", 0}, {NULL, 0}};
	int overviews = choose(words, value, err);

	(void)key;
	r->format->overviews = overviews == 1;
	return overviews < 0 ? -1 : 0;
}

static int yes_or_no(const char *value, struct error *err)
{
	static const struct word words[] = {{"YES", 1}, {"NO", 0},  {"TRUE", 1},
					    {"ON", 1},  {"OFF", 0}, {"FALSE", 0},
					    {"1", 1},   {"0", 0},   {NULL, 0}};

	return choose(words, value, err);
}

static int set_sparse(struct reading *r, const char *key, const char *value, struct error *err)
{
	int sparse = yes_or_no(value, err);

	(void)key;
	r->format->sparse = sparse == 1;
	return sparse < 0 ? -1 : 0;
}

static int set_tiled(struct reading *r, const char *key, const char *value, struct error *err)
{
	int tiled = yes_or_no(value, err);

	(void)r;
	(void)key;
	return tiled ? (tiled < 0 ? -1 : 0)
		     : error_set(err, EX_USAGE,
				 "maps are always tiled; leave it out, and give BLOCKSIZE for the "
				 "side of tiles");
}

/* Scripts for GDAL's COG driver have it. */
static int set_resampling(struct reading *r, const char *key, const char *value, struct error *err)
{
	(void)r;
	(void)key;
	if (strcasecmp(value, "AVERAGE") == 0)
		return 0;
	return error_set(
		err, EX_USAGE,
		"overviews are averages (of classes the upper left pixel); leave it out, or "
		"make others with gdaladdo on --format gtiff");
}

/* Scripts have it: workers are --workers, and decide no byte. */
static int ignore_threads(struct reading *r, const char *key, const char *value, struct error *err)
{
	(void)r;
	(void)key;
	if (strcasecmp(value, "ALL_CPUS") == 0 || whole(value, 0, 9999) >= 0)
		return 0;
	return error_set(err, EX_USAGE,
			 "'%.40s' is neither a number nor ALL_CPUS; --workers says "
			 "how many work",
			 value);
}

static const struct {
	const char *key;
	int (*set)(struct reading *r, const char *key, const char *value, struct error *err);
} keys[] = {
	{"COMPRESS", set_codec},
	{"LEVEL", set_level},
	{"ZLEVEL", set_level},
	{"ZSTD_LEVEL", set_level},
	{"PREDICTOR", set_predictor},
	{"BLOCKSIZE", set_tile},
	{"BLOCKXSIZE", set_tile},
	{"BLOCKYSIZE", set_tile},
	{"TILED", set_tiled},
	{"BIGTIFF", set_bigtiff},
	{"OVERVIEWS", set_overviews},
	{"SPARSE_OK", set_sparse},
	{"RESAMPLING", set_resampling},
	{"OVERVIEW_RESAMPLING", set_resampling},
	{"NUM_THREADS", ignore_threads},
};

enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

static int unknown(const char *text, size_t length, struct error *err)
{
	char list[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < N_KEYS; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 keys[i].key);
	return error_set(err, EX_USAGE, "'%.*s' is no creation option of maps; there are %s",
			 (int)(length < 40 ? length : 40), text, list);
}

/* One KEY=VALUE. *given: bits of the keys so far. */
static int read_one(struct reading *r, const char *text, uint32_t *given, struct error *err)
{
	size_t length = strcspn(text, "="), i = 0;

	if (!text[length])
		return error_set(err, EX_USAGE, "give KEY=VALUE, as in COMPRESS=ZSTD");
	while (i < N_KEYS &&
	       (strlen(keys[i].key) != length || strncasecmp(keys[i].key, text, length) != 0))
		i++;
	if (i == N_KEYS)
		return unknown(text, length, err);
	if (*given >> i & 1)
		return error_set(err, EX_USAGE, "%s is given twice", keys[i].key);
	*given |= 1u << i;
	return keys[i].set(r, keys[i].key, text + length + 1, err);
}

/* A level fits the codec, and its key. */
static int check_level(const struct reading *r, struct error *err)
{
	const struct map_format *f = r->format;
	const char *key = r->level_key;

	if (!key)
		return 0;
	if (f->codec != MAP_DEFLATE && f->codec != MAP_ZSTD)
		return error_set(err, EX_USAGE,
				 "--co %s: COMPRESS=%s has no level; leave it out, or take DEFLATE "
				 "or ZSTD",
				 key, f->codec == MAP_LZW ? "LZW" : "NONE");
	if (strcmp(key, f->codec == MAP_ZSTD ? "ZLEVEL" : "ZSTD_LEVEL") == 0)
		return error_set(err, EX_USAGE,
				 "--co %s is not of COMPRESS=%s; give LEVEL, or another COMPRESS",
				 key, f->codec == MAP_ZSTD ? "ZSTD" : "DEFLATE");
	if (f->codec == MAP_DEFLATE && f->level > DEFLATE_MOST)
		return error_set(err, EX_USAGE, "--co %s=%d: levels of DEFLATE are 1 to %d", key,
				 f->level, DEFLATE_MOST);
	return 0;
}

static int check_predictor(const struct reading *r, bool reals, struct error *err)
{
	if (r->predicted && r->format->codec == MAP_NONE)
		return error_set(err, EX_USAGE,
				 "--co PREDICTOR: COMPRESS=NONE has none; leave it out");
	if (r->format->predictor == 3 && !reals)
		return error_set(err, EX_USAGE,
				 "--co PREDICTOR: floating point is for --type float32; give "
				 "STANDARD");
	return 0;
}

/* Higher levels are not worth their time: README.md has what was measured. */
static int usual_level(const struct map_format *format)
{
	return format->codec == MAP_DEFLATE || format->codec == MAP_ZSTD ? 1 : 0;
}

static void fill_in(struct map_format *format, bool reals)
{
	if (!format->tile)
		format->tile = TILE_USUAL;
	if (format->level == LEVEL_USUAL)
		format->level = usual_level(format);
	if (format->codec == MAP_NONE)
		format->predictor = 1;
	else if (format->predictor == PREDICTOR_BY_TYPE)
		format->predictor = reals ? 3 : 2;
}

int co_read(struct map_format *format, enum map_container container, const struct text_list *given,
	    bool reals, struct error *err)
{
	struct reading r = {.format = format};
	uint32_t bits = 0;

	*format = (struct map_format){.container = container,
				      .codec = MAP_DEFLATE,
				      .level = LEVEL_USUAL,
				      .predictor = PREDICTOR_BY_TYPE,
				      .overviews = container == CONTAINER_COG};
	for (unsigned i = 0; i < given->n; i++)
		if (read_one(&r, given->text[i], &bits, err))
			return error_prefix(err, "--co %.60s", given->text[i]);
	if (check_level(&r, err) || check_predictor(&r, reals, err))
		return -1;
	fill_in(format, reals);
	return 0;
}

const char *co_text(char text[CO_TEXT_BYTES], const struct map_format *format)
{
	static const char *const codec[] = {"not compressed", "LZW", "DEFLATE", "ZSTD"};
	char level[16] = "", predictor[40] = "";

	if (format->level)
		(void)snprintf(level, sizeof(level), " level %d", format->level);
	if (format->predictor > 1)
		(void)snprintf(predictor, sizeof(predictor), ", predictor %u%s", format->predictor,
			       format->predictor == 3 ? " (integers: 2)" : "");
	(void)snprintf(text, CO_TEXT_BYTES, "%s%s%s, tiles of %u", codec[format->codec], level,
		       predictor, format->tile);
	return text;
}
