/*
 * The floor of writing a map: predictor and codec alone, on the stored pixels of a finished map.
 * All tiles of full resolution are read and decoded first; then the clock runs.
 *
 *     floor_maps MAP.tif LEVEL
 *
 * Prints CPU seconds (the best of three passes) and bytes. What it encodes has to be the bytes that
 * the map holds, so it does the same work.
 */
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

enum { PASSES = 3 };

struct map {
	TIFF *tiff;
	uint32_t side, n_tiles;
	size_t sample, bytes; /* of a sample, and of a tile */
	uint16_t compression, predictor;
	unsigned char **tile;
};

struct codec {
	struct libdeflate_compressor *deflate;
	ZSTD_CCtx *zstd;
	unsigned char *predicted, *encoded;
	size_t room;
};

static void difference(const struct map *map, const void *in_ptr, void *out_ptr)
{
	const uint16_t *in = in_ptr;
	uint16_t *restrict out = out_ptr;

	for (uint32_t y = 0; y < map->side; y++, in += map->side, out += map->side) {
		out[0] = in[0];
		for (uint32_t x = 1; x < map->side; x++)
			out[x] = (uint16_t)(in[x] - in[x - 1]);
	}
}

/* Planes of bytes, the highest first, and differences of those. */
static void difference_float(const struct map *map, const void *in_ptr, void *out_ptr)
{
	const size_t n = map->side;
	const uint32_t *in = in_ptr;
	unsigned char *restrict out = out_ptr;

	for (size_t y = 0; y < n; y++, in += n, out += 4 * n)
		for (size_t plane = 0; plane < 4; plane++) {
			const unsigned shift = (unsigned)(24 - 8 * plane);
			unsigned char before =
				plane ? (unsigned char)(in[n - 1] >> (shift + 8)) : 0;

			out[plane * n] = (unsigned char)((in[0] >> shift) - before);
			for (size_t x = 1; x < n; x++)
				out[plane * n + x] =
					(unsigned char)((in[x] >> shift) - (in[x - 1] >> shift));
		}
}

static size_t encode(const struct map *map, struct codec *codec, const unsigned char *tile)
{
	const unsigned char *from = map->predictor > 1 ? codec->predicted : tile;

	if (map->predictor == 3)
		difference_float(map, tile, codec->predicted);
	else if (map->predictor == 2)
		difference(map, tile, codec->predicted);
	if (codec->deflate)
		return libdeflate_zlib_compress(codec->deflate, from, map->bytes, codec->encoded,
						codec->room);
	if (codec->zstd)
		return ZSTD_compress2(codec->zstd, codec->encoded, codec->room, from, map->bytes);
	memcpy(codec->encoded, from, map->bytes);
	return map->bytes;
}

static void *get(size_t bytes)
{
	void *memory = malloc(bytes);

	if (!memory)
		exit(71);
	return memory;
}

static void open_map(struct map *map, const char *path)
{
	uint16_t bits = 0;

	TIFFSetWarningHandler(NULL);
	map->tiff = TIFFOpen(path, "rm");
	if (!map->tiff || !TIFFIsTiled(map->tiff))
		exit(66);
	TIFFGetField(map->tiff, TIFFTAG_TILEWIDTH, &map->side);
	TIFFGetField(map->tiff, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetField(map->tiff, TIFFTAG_COMPRESSION, &map->compression);
	map->predictor = 1;
	TIFFGetFieldDefaulted(map->tiff, TIFFTAG_PREDICTOR, &map->predictor);
	map->sample = bits / 8;
	map->bytes = (size_t)TIFFTileSize(map->tiff);
	map->n_tiles = TIFFNumberOfTiles(map->tiff);
	map->tile = get(map->n_tiles * sizeof(*map->tile));
	for (uint32_t i = 0; i < map->n_tiles; i++) {
		map->tile[i] = get(map->bytes);
		if (TIFFReadEncodedTile(map->tiff, i, map->tile[i], (tmsize_t)map->bytes) < 0)
			exit(65);
	}
}

static void open_codec(struct codec *codec, const struct map *map, int level)
{
	codec->room = map->bytes * 2 + 4096;
	codec->predicted = get(map->bytes);
	codec->encoded = get(codec->room);
	if (map->compression == COMPRESSION_ADOBE_DEFLATE)
		codec->deflate = libdeflate_alloc_compressor(level);
	if (map->compression == COMPRESSION_ZSTD) {
		codec->zstd = ZSTD_createCCtx();
		ZSTD_CCtx_setParameter(codec->zstd, ZSTD_c_compressionLevel, level);
	}
}

/* Is it what the file holds? */
static int same(const struct map *map, const struct codec *codec, uint32_t i, size_t bytes)
{
	size_t stored = (size_t)TIFFGetStrileByteCount(map->tiff, i);
	unsigned char *held = get(stored);
	int equal = bytes == stored &&
		    pread(TIFFFileno(map->tiff), held, stored,
			  (off_t)TIFFGetStrileOffset(map->tiff, i)) == (ssize_t)stored &&
		    memcmp(held, codec->encoded, stored) == 0;

	free(held);
	return equal;
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double best = 1e9;
	struct map map = {0};
	struct codec codec = {0};
	size_t bytes = 0;

	if (argc != 3)
		return 64;
	open_map(&map, argv[1]);
	open_codec(&codec, &map, atoi(argv[2]));
	for (uint32_t i = 0; i < map.n_tiles; i++)
		if (!same(&map, &codec, i, encode(&map, &codec, map.tile[i]))) {
			fprintf(stderr, "%s: tile %u is encoded otherwise\n", argv[1], i);
			return 65;
		}
	for (int pass = 0; pass < PASSES; pass++) {
		double begin = cpu();

		bytes = 0;
		for (uint32_t i = 0; i < map.n_tiles; i++)
			bytes += encode(&map, &codec, map.tile[i]);
		best = cpu() - begin < best ? cpu() - begin : best;
	}
	printf("%.3f %zu\n", best, bytes);
	return 0;
}
