/*
 * The decode floor of TIFF files: every stored block that is needed is fetched with one pread() and
 * decoded by the best library call that is known for its codec, and nothing else is done. No
 * predictor is undone. Where blocks lie is looked up once, before any is decoded.
 *
 *     floor FILE... [-b BAND,BAND] THREADS     0 threads: only says which call it is
 *
 *   DEFLATE  libdeflate_zlib_decompress()
 *   ZSTD     ZSTD_decompressDCtx()
 *   LZW      TIFFReadFromUserBuffer() of libtiff: the only library there is, not the best possible
 *   none     pread() alone
 *
 * -b: of files with separate bands, only the blocks of these (from 1), as only those are needed.
 */
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>
#include <zstd.h>

/*
 * ALIGNED: to a buffer where malloc() begins large ones, 16 bytes into a page, the kernel copies a
 * third as fast (AMD Zen 3).
 */
enum { MOST_THREADS = 64, MOST_BANDS = 16, ALIGNED = 4096 };

struct block {
	uint64_t offset;
	uint32_t bytes, number; /* number: in its file */
	int file;
};

static char **files;
static int n_files;
static unsigned bands[MOST_BANDS], n_bands;
static struct block *block;
static unsigned n_blocks;
static size_t most_bytes, most_out; /* of any block, stored and decoded */
static uint16_t codec;              /* of the first file; all have the same */
static atomic_uint next_block;
static atomic_int failures;

/* --- which blocks there are --- */

static bool wanted(uint16_t planar, uint32_t of_a_band, uint32_t number)
{
	if (planar != PLANARCONFIG_SEPARATE || !n_bands)
		return true;
	for (unsigned i = 0; i < n_bands; i++)
		if (number / of_a_band == bands[i] - 1)
			return true;
	return false;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void look_up(TIFF *tiff, int file)
{
	const bool tiled = TIFFIsTiled(tiff);
	const uint32_t n = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
	uint16_t planar = PLANARCONFIG_CONTIG, samples = 1, compression = COMPRESSION_NONE;

	TIFFGetField(tiff, TIFFTAG_PLANARCONFIG, &planar);
	TIFFGetField(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
	TIFFGetField(tiff, TIFFTAG_COMPRESSION, &compression);
	codec = file ? codec : compression;
	block = realloc(block, (n_blocks + n) * sizeof(*block));
	if (!block || compression != codec)
		exit(65);
	for (uint32_t i = 0; i < n; i++) {
		const struct block one = {TIFFGetStrileOffset(tiff, i),
					  (uint32_t)TIFFGetStrileByteCount(tiff, i), i, file};

		if (!wanted(planar, n / samples, i))
			continue;
		most_bytes = larger(most_bytes, one.bytes);
		block[n_blocks++] = one;
	}
	most_out = larger(most_out, (size_t)(tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff)));
}

static TIFF *open_tiff(int file)
{
	TIFF *tiff = TIFFOpen(files[file], "rm");

	if (!tiff)
		exit(66);
	return tiff;
}

static void look_up_all(void)
{
	for (int i = 0; i < n_files; i++) {
		TIFF *tiff = open_tiff(i);

		look_up(tiff, i);
		TIFFClose(tiff);
	}
}

/* --- decoding --- */

struct decoder {
	struct libdeflate_decompressor *deflate;
	ZSTD_DCtx *zstd;
	unsigned char *raw, *out;
	int file, fd; /* that is open; LZW: tiff */
	TIFF *tiff;
};

static void turn_to(struct decoder *d, int file)
{
	if (d->file == file)
		return;
	if (d->fd >= 0)
		close(d->fd);
	if (d->tiff)
		TIFFClose(d->tiff);
	d->file = file;
	d->fd = open(files[file], O_RDONLY);
	if (d->fd < 0)
		exit(66);
	if (codec != COMPRESSION_LZW)
		return;
	d->tiff = open_tiff(file);
	TIFFSetField(d->tiff, TIFFTAG_PREDICTOR, PREDICTOR_NONE);
}

static bool decode(struct decoder *d, const struct block *b)
{
	size_t got;

	turn_to(d, b->file);
	if (pread(d->fd, d->raw, b->bytes, (off_t)b->offset) != (ssize_t)b->bytes)
		return false;
	switch (codec) {
	case COMPRESSION_ADOBE_DEFLATE:
		return libdeflate_zlib_decompress(d->deflate, d->raw, b->bytes, d->out, most_out,
						  &got) == LIBDEFLATE_SUCCESS;
	case COMPRESSION_ZSTD:
		return !ZSTD_isError(
			ZSTD_decompressDCtx(d->zstd, d->out, most_out, d->raw, b->bytes));
	case COMPRESSION_LZW:
		return TIFFReadFromUserBuffer(d->tiff, b->number, d->raw, b->bytes, d->out,
					      (tmsize_t)most_out);
	default:
		return codec == COMPRESSION_NONE;
	}
}

static void *work(void *unused)
{
	struct decoder d = {.deflate = libdeflate_alloc_decompressor(),
			    .zstd = ZSTD_createDCtx(),
			    .raw = aligned_alloc(ALIGNED, (most_bytes / ALIGNED + 1) * ALIGNED),
			    .out = aligned_alloc(ALIGNED, (most_out / ALIGNED + 1) * ALIGNED),
			    .file = -1,
			    .fd = -1};
	unsigned at;

	(void)unused;
	while ((at = atomic_fetch_add(&next_block, 1)) < n_blocks)
		if (!d.raw || !d.out || !decode(&d, &block[at]))
			atomic_fetch_add(&failures, 1);
	return NULL;
}

/* --- */

static void say_call(void)
{
	const char *libtiff = strstr(TIFFGetVersion(), "Version ");

	if (codec == COMPRESSION_ADOBE_DEFLATE)
		printf("libdeflate %s\n", LIBDEFLATE_VERSION_STRING);
	else if (codec == COMPRESSION_ZSTD)
		printf("libzstd %s\n", ZSTD_versionString());
	else if (codec == COMPRESSION_LZW)
		printf("libtiff %.*s LZW, not the best possible\n",
		       libtiff ? (int)strcspn(libtiff + 8, "\n") : 1, libtiff ? libtiff + 8 : "?");
	else
		printf("pread\n");
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[argc - 1]) : -1;
	pthread_t thread[MOST_THREADS];

	files = argv + 1;
	n_files = argc - 2;
	if (n_files > 2 && strcmp(files[n_files - 2], "-b") == 0) {
		for (char *at = files[n_files - 1]; *at && n_bands < MOST_BANDS; at += *at == ',')
			bands[n_bands++] = (unsigned)strtoul(at, &at, 10);
		n_files -= 2;
	}
	if (threads < 0 || threads > MOST_THREADS || n_files < 1) {
		fprintf(stderr, "usage: floor FILE... [-b BAND,BAND] THREADS\n");
		return 64;
	}
	TIFFSetWarningHandler(NULL);
	look_up_all();
	if (!threads)
		say_call();
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, work, NULL))
			return 71;
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return atomic_load(&failures) ? 65 : 0;
}
