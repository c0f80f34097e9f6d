/*
 * The decode floor of a TIFF file: every stored block is fetched with one pread() and decoded, and
 * nothing else is done. DEFLATE goes to libdeflate and ZSTD to libzstd, the predictor is not
 * undone; LZW goes through libtiff, with its predictor, as it is "libtiff's own decode" that the
 * target names; uncompressed blocks are only fetched.
 *
 *     floor FILE... [-b BAND,BAND] THREADS
 *
 * -b: of files with separate bands, only the blocks of these (from 1), as only those are needed.
 */
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

enum { PAGE = 4096 };

static char **files;
static int n_files;
static unsigned bands[16], n_bands;
static atomic_uint next_file_block; /* counted over all files */
static atomic_int failures;
static unsigned *first_block; /* of each file in the common count; [n_files]: all */

static bool wanted(TIFF *tiff, uint32_t block)
{
	uint16_t planar = PLANARCONFIG_CONTIG, samples = 1;
	uint32_t all = TIFFIsTiled(tiff) ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);

	TIFFGetField(tiff, TIFFTAG_PLANARCONFIG, &planar);
	TIFFGetField(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
	if (planar != PLANARCONFIG_SEPARATE || !n_bands)
		return true;
	for (unsigned i = 0; i < n_bands; i++)
		if (block / (all / samples) == bands[i] - 1)
			return true;
	return false;
}

struct decoder {
	struct libdeflate_decompressor *deflate;
	ZSTD_DCtx *zstd;
	unsigned char *raw, *out;
	size_t raw_size, out_size;
};

static void reserve(struct decoder *d, size_t raw, size_t out)
{
	if (raw > d->raw_size) {
		free(d->raw);
		d->raw = aligned_alloc(PAGE, (raw / PAGE + 2) * PAGE);
		d->raw_size = raw;
	}
	if (out > d->out_size)
		d->out = realloc(d->out, d->out_size = out);
	if (!d->raw || !d->out)
		exit(71);
}

static bool decode(struct decoder *d, TIFF *tiff, uint32_t block)
{
	uint16_t compression = COMPRESSION_NONE;
	uint64_t offset = TIFFGetStrileOffset(tiff, block),
		 size = TIFFGetStrileByteCount(tiff, block);
	size_t out = (size_t)(TIFFIsTiled(tiff) ? TIFFTileSize(tiff) : TIFFStripSize(tiff)), got;
	unsigned char *raw;

	TIFFGetField(tiff, TIFFTAG_COMPRESSION, &compression);
	reserve(d, size, out);
	/*
	 * As far into its page as in the file: where a copy's target lies 1 to 15 bytes further
	 * than its source, modulo 4096, the kernel's takes three times as long (AMD Zen 4).
	 */
	raw = d->raw + offset % PAGE;
	if (compression == COMPRESSION_LZW)
		return (TIFFIsTiled(tiff)
				? TIFFReadEncodedTile(tiff, block, d->out, (tmsize_t)out)
				: TIFFReadEncodedStrip(tiff, block, d->out, (tmsize_t)out)) > 0;
	if (pread(TIFFFileno(tiff), raw, size, (off_t)offset) != (ssize_t)size)
		return false;
	if (compression == COMPRESSION_ADOBE_DEFLATE)
		return libdeflate_zlib_decompress(d->deflate, raw, size, d->out, out, &got) ==
		       LIBDEFLATE_SUCCESS;
	if (compression == COMPRESSION_ZSTD)
		return !ZSTD_isError(ZSTD_decompressDCtx(d->zstd, d->out, out, raw, size));
	return compression == COMPRESSION_NONE;
}

static void *work(void *unused)
{
	struct decoder d = {.deflate = libdeflate_alloc_decompressor(), .zstd = ZSTD_createDCtx()};
	TIFF *tiff = NULL;
	int file = -1;
	unsigned at;

	(void)unused;
	while ((at = atomic_fetch_add(&next_file_block, 1)) < first_block[n_files]) {
		int f = file < 0 ? 0 : file;

		while (at >= first_block[f + 1])
			f++;
		if (f != file) {
			if (tiff)
				TIFFClose(tiff);
			tiff = TIFFOpen(files[f], "rm");
			file = f;
		}
		if (!tiff ||
		    (wanted(tiff, at - first_block[f]) && !decode(&d, tiff, at - first_block[f])))
			atomic_fetch_add(&failures, 1);
	}
	if (tiff)
		TIFFClose(tiff);
	return NULL;
}

static void count_blocks(void)
{
	first_block = calloc((size_t)n_files + 1, sizeof(*first_block));
	for (int i = 0; first_block && i < n_files; i++) {
		TIFF *tiff = TIFFOpen(files[i], "rm");

		if (!tiff)
			exit(66);
		first_block[i + 1] =
			first_block[i] +
			(TIFFIsTiled(tiff) ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff));
		TIFFClose(tiff);
	}
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[argc - 1]) : 0;
	pthread_t thread[64];

	files = argv + 1;
	n_files = argc - 2;
	if (n_files > 2 && strcmp(files[n_files - 2], "-b") == 0) {
		for (char *at = files[n_files - 1]; *at && n_bands < 16; at += *at == ',')
			bands[n_bands++] = (unsigned)strtoul(at, &at, 10);
		n_files -= 2;
	}
	if (threads < 1 || threads > 64 || n_files < 1) {
		fprintf(stderr, "usage: floor FILE... [-b BAND,BAND] THREADS\n");
		return 64;
	}
	TIFFSetWarningHandler(NULL);
	count_blocks();
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, work, NULL))
			return 71;
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return atomic_load(&failures) ? 65 : 0;
}
