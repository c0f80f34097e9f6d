/*
 * One row of the table below a codec. A tile of one value alone, as nodata at the edge of an orbit,
 * is encoded once and remembered.
 */
#include "tile_codec.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define ZSTD_STATIC_LINKING_ONLY /* the sizes of contexts */
#include <zstd.h>

#include "lzw_encode.h"
#include "predict.h"

enum {
	REMEMBERED_BYTES = 32768, /* DEFLATE leaves 1/252 of 4 MiB */
	N_TYPES = MAP_UINT8 + 1,
};

/* A tile whose samples are all `value`; bytes 0: none yet. */
struct remembered {
	uint32_t value;
	size_t bytes;
	unsigned char encoded[REMEMBERED_BYTES];
};

struct tile_encoder {
	struct map_format format;
	void *state;              /* of the codec; NULL: it has none */
	unsigned char *predicted; /* a tile; NULL: encoded in place */
	struct remembered remembered[N_TYPES];
};

/* How a codec works on n bytes. Levels 0 to 0: it has none. */
struct codec {
	const char *name, *library;
	const char *(*version)(void);
	int least, most;
	size_t (*state_bytes)(int level, size_t n);
	void *(*open)(int level);
	void (*close)(void *state);
	size_t (*encoded_most)(size_t n);
	/* 0: it failed. */
	size_t (*encode)(void *state, const void *in, size_t n, void *out, size_t room);
};

static size_t bytes_of_tile(const struct map_format *format, enum map_type type)
{
	return (size_t)format->tile * format->tile * map_sample_bytes(type);
}

/* --- DEFLATE --- */

/* libdeflate does not say. Measured with 1.14, rounded up; test_tile_codec.c holds them to it. */
static size_t deflate_bytes(int level, size_t n)
{
	(void)n;
	return level == 1 ? 208 << 10 : level < 10 ? 656 << 10 : 8804 << 10;
}

static void *deflate_open(int level)
{
	return libdeflate_alloc_compressor(level);
}

static void deflate_close(void *state)
{
	libdeflate_free_compressor(state);
}

static size_t deflate_most(size_t n)
{
	return libdeflate_zlib_compress_bound(NULL, n);
}

static size_t deflate(void *state, const void *in, size_t n, void *out, size_t room)
{
	return libdeflate_zlib_compress(state, in, n, out, room);
}

static const char *deflate_version(void)
{
	return LIBDEFLATE_VERSION_STRING;
}

/* --- ZSTD --- */

static size_t zstd_bytes(int level, size_t n)
{
	return ZSTD_estimateCCtxSize_usingCParams(ZSTD_getCParams(level, n, 0));
}

static void zstd_close(void *state)
{
	(void)ZSTD_freeCCtx(state);
}

static void *zstd_open(int level)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();

	if (context &&
	    ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))) {
		zstd_close(context);
		return NULL;
	}
	return context;
}

static size_t zstd_most(size_t n)
{
	return ZSTD_compressBound(n);
}

static size_t zstd(void *state, const void *in, size_t n, void *out, size_t room)
{
	size_t bytes = ZSTD_compress2(state, out, room, in, n);

	return ZSTD_isError(bytes) ? 0 : bytes;
}

/* --- LZW and none --- */

static size_t lzw_bytes(int level, size_t n)
{
	(void)level;
	(void)n;
	return sizeof(struct lzw_table);
}

static void *lzw_open(int level)
{
	(void)level;
	return malloc(sizeof(struct lzw_table));
}

static size_t lzw(void *state, const void *in, size_t n, void *out, size_t room)
{
	(void)room;
	return lzw_encode(state, in, n, out);
}

static size_t same_most(size_t n)
{
	return n;
}

static const struct codec codecs[] = {
	[MAP_NONE] = {.name = "NONE", .encoded_most = same_most},
	[MAP_LZW] = {.name = "LZW",
		     .state_bytes = lzw_bytes,
		     .open = lzw_open,
		     .close = free,
		     .encoded_most = lzw_encoded_most,
		     .encode = lzw},
	[MAP_DEFLATE] = {"DEFLATE", "libdeflate", deflate_version, 1, 12, deflate_bytes,
			 deflate_open, deflate_close, deflate_most, deflate},
	[MAP_ZSTD] = {"ZSTD", "libzstd", ZSTD_versionString, 1, 22, zstd_bytes, zstd_open,
		      zstd_close, zstd_most, zstd},
};

/* --- what they share --- */

size_t tile_encoder_bytes(const struct map_format *format, enum map_type widest)
{
	const struct codec *codec = &codecs[format->codec];
	const size_t pixels = (size_t)format->tile * format->tile;
	size_t state = 0;

	if (!codec->encode)
		return sizeof(struct tile_encoder);
	for (size_t sample = 1; sample <= map_sample_bytes(widest); sample *= 2) {
		size_t bytes = codec->state_bytes(format->level, pixels * sample);

		state = bytes > state ? bytes : state;
	}
	return sizeof(struct tile_encoder) + state + bytes_of_tile(format, widest);
}

size_t tile_encoded_most(const struct map_format *format, enum map_type type)
{
	return codecs[format->codec].encoded_most(bytes_of_tile(format, type));
}

static int begin(struct tile_encoder *encoder, enum map_type widest, struct error *err)
{
	const struct map_format *format = &encoder->format;
	const struct codec *codec = &codecs[format->codec];

	if (!codec->encode)
		return 0;
	if (codec->most > 0 && (format->level < codec->least || format->level > codec->most))
		return error_set(err, EX_USAGE, "level %d: %s has levels %d to %d", format->level,
				 codec->name, codec->least, codec->most);
	encoder->predicted = malloc(bytes_of_tile(format, widest));
	encoder->state = codec->open(format->level);
	if (!encoder->predicted || !encoder->state)
		return error_memory(err, "encoding tiles", tile_encoder_bytes(format, widest));
	return 0;
}

struct tile_encoder *tile_encoder_new(const struct map_format *format, enum map_type widest,
				      struct error *err)
{
	struct tile_encoder *encoder = calloc(1, sizeof(*encoder));

	if (!encoder) {
		error_memory(err, "encoding tiles", sizeof(*encoder));
		return NULL;
	}
	encoder->format = *format;
	if (begin(encoder, widest, err) < 0) {
		tile_encoder_free(encoder);
		return NULL;
	}
	return encoder;
}

void tile_encoder_free(struct tile_encoder *encoder)
{
	if (!encoder)
		return;
	if (encoder->state)
		codecs[encoder->format.codec].close(encoder->state);
	free(encoder->predicted);
	free(encoder);
}

static size_t encode(struct tile_encoder *encoder, enum map_type type, const void *samples,
		     void *out, struct error *err)
{
	const struct map_format *format = &encoder->format;
	const struct codec *codec = &codecs[format->codec];
	const size_t n = bytes_of_tile(format, type);
	void *predicted = codec->encode ? encoder->predicted : out;
	size_t bytes = n;

	predict_rows(map_predictor(format, type), map_sample_bytes(type), samples, format->tile,
		     format->tile, predicted);
	if (codec->encode)
		bytes = codec->encode(encoder->state, predicted, n, out,
				      tile_encoded_most(format, type));
	if (bytes == 0)
		error_set(err, EX_SOFTWARE, "%s could not encode a tile", codec->name);
	return bytes;
}

/* Each sample is the one before. */
static bool is_constant(const unsigned char *samples, size_t n, size_t sample_bytes)
{
	return memcmp(samples, samples + sample_bytes, n - sample_bytes) == 0;
}

size_t tile_encode(struct tile_encoder *encoder, enum map_type type, const void *samples, void *out,
		   struct error *err)
{
	const size_t size = map_sample_bytes(type), n = bytes_of_tile(&encoder->format, type);
	struct remembered *last = &encoder->remembered[type];
	uint32_t value = 0;
	size_t bytes;

	if (!is_constant(samples, n, size))
		return encode(encoder, type, samples, out, err);
	memcpy(&value, samples, size);
	if (last->bytes > 0 && last->value == value) {
		memcpy(out, last->encoded, last->bytes);
		return last->bytes;
	}
	bytes = encode(encoder, type, samples, out, err);
	if (bytes > 0 && bytes <= REMEMBERED_BYTES) {
		memcpy(last->encoded, out, bytes);
		last->bytes = bytes;
		last->value = value;
	}
	return bytes;
}

const char *tile_codec_text(const struct map_format *format)
{
	static _Thread_local char text[64];
	const struct codec *codec = &codecs[format->codec];

	if (!codec->library)
		return codec->name;
	(void)snprintf(text, sizeof(text), "%s (%s %s) level %d", codec->name, codec->library,
		       codec->version(), format->level);
	return text;
}
