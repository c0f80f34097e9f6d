/*
 * One encoded tile, or strip, in a TIFF file in memory, decoded by libtiff: the independent judge
 * of encoders. Include it once a program.
 */
#ifndef IMGPIPE_TESTS_TIFF_MEMORY_H
#define IMGPIPE_TESTS_TIFF_MEMORY_H

#include <sys/mman.h>
#include <tiffio.h>
#include <unistd.h>

struct tiff_layout {
	uint32_t x_size, y_size;
	bool tiled;
	uint16_t bits, sample_format, compression, predictor; /* predictor 0: no tag */
};

static inline void tiff_tags(TIFF *tif, const struct tiff_layout *l)
{
	TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, l->x_size);
	TIFFSetField(tif, TIFFTAG_IMAGELENGTH, l->y_size);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, l->bits);
	TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, l->sample_format);
	TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
	TIFFSetField(tif, TIFFTAG_COMPRESSION, l->compression);
	if (l->predictor)
		TIFFSetField(tif, TIFFTAG_PREDICTOR, l->predictor);
	if (l->tiled) {
		TIFFSetField(tif, TIFFTAG_TILEWIDTH, l->x_size);
		TIFFSetField(tif, TIFFTAG_TILELENGTH, l->y_size);
	} else {
		TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, l->y_size);
	}
}

/* `raw` as libtiff decodes it into n bytes at `out`. */
static inline void tiff_decode(const struct tiff_layout *l, const void *raw, size_t raw_bytes,
			       void *out, size_t n)
{
	int fd = memfd_create("tile", 0);
	TIFF *tif = TIFFFdOpen(fd, "tile", "w");

	assert_non_null(tif);
	tiff_tags(tif, l);
	if (l->tiled)
		assert_int_equal(
			TIFFWriteRawTile(tif, 0, (void *)(uintptr_t)raw, (tmsize_t)raw_bytes),
			raw_bytes);
	else
		assert_int_equal(
			TIFFWriteRawStrip(tif, 0, (void *)(uintptr_t)raw, (tmsize_t)raw_bytes),
			raw_bytes);
	assert_int_equal(TIFFFlush(tif), 1);
	TIFFCleanup(tif);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	tif = TIFFFdOpen(fd, "tile", "r");
	assert_non_null(tif);
	if (l->tiled)
		assert_int_equal(TIFFReadEncodedTile(tif, 0, out, (tmsize_t)n), n);
	else
		assert_int_equal(TIFFReadEncodedStrip(tif, 0, out, (tmsize_t)n), n);
	TIFFClose(tif);
}

#endif
