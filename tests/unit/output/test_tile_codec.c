/*
 * Encoded tiles as libtiff decodes them: codecs, levels, predictors, types; the same bytes whatever
 * came before; and no more memory than promised.
 */
#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../random.h"
#include "base/simd.h"
#include "output/tile_codec.h"
#include "tiff_memory.h"

enum { SMALL = 128, MIDDLE = 256, LARGE = 512 };

static const enum map_type types[] = {MAP_FLOAT32, MAP_INT16, MAP_UINT8};

/* What a tile holds. */
enum content { NOISE, SMOOTH, EDGE, CONSTANT, NODATA, N_CONTENTS };

static double number_at(enum content content, uint32_t x, uint32_t y)
{
	if (content == NOISE)
		return random_unit() * 2 - 1;
	if (content == SMOOTH || (content == EDGE && x + y > SMALL))
		return sin(x * 0.05) * cos(y * 0.03) * 0.8 + random_unit() * 0.01;
	return content == CONSTANT ? 0.25 : NAN;
}

static void fill(enum map_type type, enum content content, uint32_t tile, void *samples)
{
	for (uint32_t y = 0, i = 0; y < tile; y++)
		for (uint32_t x = 0; x < tile; x++, i++) {
			double number = number_at(content, x, y);

			if (type == MAP_FLOAT32)
				((float *)samples)[i] = (float)number;
			else if (type == MAP_INT16)
				((int16_t *)samples)[i] =
					isnan(number) ? INT16_MIN : (int16_t)(number * 10000);
			else
				((uint8_t *)samples)[i] =
					isnan(number) ? 255 : (uint8_t)((number + 1) * 125);
		}
}

static struct tiff_layout layout_of(const struct map_format *format, enum map_type type)
{
	static const uint16_t compression[] = {
		[MAP_NONE] = COMPRESSION_NONE,
		[MAP_LZW] = COMPRESSION_LZW,
		[MAP_DEFLATE] = COMPRESSION_ADOBE_DEFLATE,
		[MAP_ZSTD] = COMPRESSION_ZSTD,
	};
	static const uint16_t sample_format[] = {
		[MAP_FLOAT32] = SAMPLEFORMAT_IEEEFP,
		[MAP_INT16] = SAMPLEFORMAT_INT,
		[MAP_UINT8] = SAMPLEFORMAT_UINT,
	};
	uint16_t predictor = (uint16_t)map_predictor(format, type);

	return (struct tiff_layout){format->tile,
				    format->tile,
				    true,
				    (uint16_t)(map_sample_bytes(type) * 8),
				    sample_format[type],
				    compression[format->codec],
				    predictor > 1 ? predictor : 0};
}

/* Into a buffer of just the promised size. Returns it, with the bytes. */
static unsigned char *encode(struct tile_encoder *encoder, const struct map_format *format,
			     enum map_type type, const void *samples, size_t *bytes)
{
	const size_t most = tile_encoded_most(format, type);
	unsigned char *out = malloc(most);
	struct error err = {0};

	memset(out, 0x5a, most);
	*bytes = tile_encode(encoder, type, samples, out, &err);
	assert_string_equal(err.text, "");
	assert_in_range(*bytes, 1, most);
	return out;
}

static struct tile_encoder *new_encoder(const struct map_format *format)
{
	struct error err = {0};
	struct tile_encoder *encoder = tile_encoder_new(format, MAP_FLOAT32, &err);

	assert_non_null(encoder);
	return encoder;
}

static void check_tile(struct tile_encoder *encoder, const struct map_format *format,
		       enum map_type type, enum content content)
{
	const struct tiff_layout layout = layout_of(format, type);
	const size_t n = (size_t)format->tile * format->tile * map_sample_bytes(type);
	void *samples = malloc(n), *same = malloc(n), *back = malloc(n);
	unsigned char *out;
	size_t bytes;

	fill(type, content, format->tile, samples);
	memcpy(same, samples, n);
	out = encode(encoder, format, type, samples, &bytes);
	assert_memory_equal(samples, same, n);
	tiff_decode(&layout, out, bytes, back, n);
	assert_memory_equal(back, samples, n);
	free(samples);
	free(same);
	free(back);
	free(out);
}

static void check_format(const struct map_format *format)
{
	struct tile_encoder *encoder = new_encoder(format);

	for (unsigned content = 0; content < N_CONTENTS; content++)
		for (size_t t = 0; t < 3; t++)
			check_tile(encoder, format, types[t], (enum content)content);
	/* Remembered, and another one. */
	check_tile(encoder, format, MAP_INT16, NODATA);
	check_tile(encoder, format, MAP_INT16, CONSTANT);
	check_tile(encoder, format, MAP_INT16, CONSTANT);
	tile_encoder_free(encoder);
}

static int most_level(enum map_codec codec)
{
	return codec == MAP_DEFLATE ? 12 : codec == MAP_ZSTD ? 22 : 1;
}

static void libtiff_reads_them(void **state)
{
	(void)state;
	for (enum map_codec codec = MAP_NONE; codec <= MAP_ZSTD; codec++)
		for (unsigned predictor = 1; predictor <= 3; predictor++)
			for (int level = 1; level <= most_level(codec); level++) {
				const struct map_format format = {.codec = codec,
								  .level = level,
								  .predictor = predictor,
								  .tile = SMALL};

				/* Slow ones: each level once. */
				if (level < 10 || level % 3 + 1 == (int)predictor)
					check_format(&format);
			}
}

static void every_predictor(void **state)
{
	(void)state;
	for (unsigned predictor = 1; predictor <= 3; predictor++)
		for (uint32_t tile = SMALL; tile <= LARGE; tile *= 4) {
			const struct map_format format = {.codec = MAP_DEFLATE,
							  .level = 1,
							  .predictor = predictor,
							  .tile = tile};

			check_format(&format);
		}
}

static void levels_there_are(void **state)
{
	static const struct {
		enum map_codec codec;
		int level;
	} none[] = {{MAP_DEFLATE, 0}, {MAP_DEFLATE, 13}, {MAP_ZSTD, 0}, {MAP_ZSTD, 23}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct map_format format = {
			.codec = none[i].codec, .level = none[i].level, .tile = SMALL};
		struct error err = {0};

		assert_null(tile_encoder_new(&format, MAP_FLOAT32, &err));
		assert_int_equal(err.code, EX_USAGE);
	}
	tile_encoder_free(NULL);
}

/* One encoder that did all before, and new ones. */
static void same_bytes_whatever_came_before(void **state)
{
	static float samples[MIDDLE * MIDDLE];

	(void)state;
	for (enum map_codec codec = MAP_LZW; codec <= MAP_ZSTD; codec++)
		for (int level = 1; level <= most_level(codec); level += level < 9 ? 1 : 4) {
			const struct map_format format = {
				.codec = codec, .level = level, .predictor = 3, .tile = MIDDLE};
			struct tile_encoder *used = new_encoder(&format);

			for (unsigned i = 0; i < 4; i++) {
				const enum map_type type = types[i % 3];
				struct tile_encoder *fresh = new_encoder(&format);
				unsigned char *first, *second;
				size_t first_bytes, second_bytes;

				fill(type, i % 2 ? SMOOTH : EDGE, MIDDLE, samples);
				first = encode(used, &format, type, samples, &first_bytes);
				second = encode(fresh, &format, type, samples, &second_bytes);
				assert_int_equal(first_bytes, second_bytes);
				assert_memory_equal(first, second, first_bytes);
				free(first);
				free(second);
				tile_encoder_free(fresh);
			}
			tile_encoder_free(used);
		}
}

/* Tiles of one value, one after the other and again, on one encoder. */
static void tiles_of_one_value(void **state)
{
	static int16_t wide[SMALL * SMALL], back[SMALL * SMALL];
	const struct map_format format = {
		.codec = MAP_DEFLATE, .level = 1, .predictor = 2, .tile = SMALL};
	const struct tiff_layout layout = layout_of(&format, MAP_INT16);
	struct tile_encoder *encoder = new_encoder(&format);

	(void)state;
	for (int value = -2; value < 260; value++) {
		unsigned char *out;
		size_t bytes;

		for (size_t i = 0; i < SMALL * SMALL; i++)
			wide[i] = (int16_t)(value / 2);
		/* The last sample alone differs: no tile of one value. */
		wide[SMALL * SMALL - 1] = (int16_t)(value % 16 == 3 ? -5 : value / 2);
		out = encode(encoder, &format, MAP_INT16, wide, &bytes);
		tiff_decode(&layout, out, bytes, back, sizeof(back));
		assert_memory_equal(back, wide, sizeof(back));
		free(out);
	}
	tile_encoder_free(encoder);
}

static size_t allocated(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* What an encoder has taken after it has done its work, against what it said. */
static void check_memory(enum map_codec codec, int level, uint32_t tile)
{
	static float samples[LARGE * LARGE];
	const struct map_format format = {
		.codec = codec, .level = level, .predictor = 3, .tile = tile};
	const size_t promised = tile_encoder_bytes(&format, MAP_FLOAT32);
	size_t before = allocated(), bytes, most = 0;
	struct tile_encoder *encoder = new_encoder(&format);

	for (size_t t = 0; t < 3; t++) {
		unsigned char *out;
		size_t taken;

		fill(types[t], SMOOTH, tile, samples);
		out = encode(encoder, &format, types[t], samples, &bytes);
		taken = allocated() - before - malloc_usable_size(out);
		most = taken > most ? taken : most;
		free(out);
	}
	tile_encoder_free(encoder);
	/* Pages of the allocator; and no promise of twice what is needed. */
	if (most > promised + 32768 || most < promised / 2)
		fail_msg("codec %d level %d tile %u: %zu bytes promised, %zu taken", (int)codec,
			 level, (unsigned)tile, promised, most);
}

static void memory_is_what_they_say(void **state)
{
#if defined(IMGPIPE_SANITIZED)
	skip(); /* the allocator does not count */
#endif
	(void)state;
	for (enum map_codec codec = MAP_NONE; codec <= MAP_ZSTD; codec++)
		for (int level = 1; level <= most_level(codec); level++)
			for (uint32_t tile = SMALL; tile <= (level < 10 ? LARGE : MIDDLE);
			     tile *= 2)
				if (codec != MAP_NONE)
					check_memory(codec, level, tile);
}

static void texts(void **state)
{
	struct map_format format = {.codec = MAP_DEFLATE, .level = 6};
	int level;

	(void)state;
	assert_int_equal(
		sscanf(tile_codec_text(&format), "DEFLATE (libdeflate %*d.%*d) level %d", &level),
		1);
	assert_int_equal(level, 6);
	format.codec = MAP_ZSTD;
	assert_int_equal(
		sscanf(tile_codec_text(&format), "ZSTD (libzstd %*d.%*d.%*d) level %d", &level), 1);
	assert_int_equal(level, 6);
	format.codec = MAP_LZW;
	assert_string_equal(tile_codec_text(&format), "LZW");
	format.codec = MAP_NONE;
	assert_string_equal(tile_codec_text(&format), "NONE");
}

int main(void)
{
	const struct CMUnitTest every_set[] = {cmocka_unit_test(every_predictor)};
	const struct CMUnitTest once[] = {
		cmocka_unit_test(libtiff_reads_them),
		cmocka_unit_test(levels_there_are),
		cmocka_unit_test(tiles_of_one_value),
		cmocka_unit_test(same_bytes_whatever_came_before),
		cmocka_unit_test(memory_is_what_they_say),
		cmocka_unit_test(texts),
	};
	int failed = cmocka_run_group_tests(once, NULL, NULL);

	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(every_set, NULL, NULL);
	return failed;
}
