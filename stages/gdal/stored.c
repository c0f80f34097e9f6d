/*
 * What is stored of a file that GDAL reads. GDAL shows no index; but of formats that hold rows of
 * samples and nothing else, what is missing behind the file's end it gives as zeros, without a
 * word. So there the size is looked at.
 */
#include "stored.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pieces.h"
#include "window.h"

static const char *driver_of(const struct gdal_handle *h)
{
	return GDALGetDriverShortName(GDALGetDatasetDriver(h->dataset));
}

/* Is the file that is named all samples, as they are? */
static bool is_raw(const struct gdal_handle *h)
{
	static const char *const drivers[] = {"ENVI", "EHdr", "RST"};
	const char *compression = GDALGetMetadataItem(h->dataset, "file_compression", "ENVI");

	if (compression && strcmp(compression, "0") != 0)
		return false;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(driver_of(h), drivers[i]) == 0)
			return true;
	return false;
}

static uint64_t bits_of(GDALRasterBandH band)
{
	const char *bits = GDALGetMetadataItem(band, "NBITS", "IMAGE_STRUCTURE");
	uint64_t whole = (uint64_t)GDALGetDataTypeSizeBits(GDALGetRasterDataType(band));
	uint64_t stated = bits ? strtoull(bits, NULL, 10) : whole;

	return stated < whole ? stated : whole;
}

/* Bytes that all samples take at least: rows may be padded. */
static uint64_t least_bytes(const struct gdal_handle *h)
{
	const char *offset = GDALGetMetadataItem(h->dataset, "header_offset", "ENVI");
	uint64_t pixels = (uint64_t)h->x_size * h->y_size, bits = 0;

	for (uint32_t i = 1; i <= h->n_bands; i++)
		bits += bits_of(GDALGetRasterBand(h->dataset, (int)i));
	if (__builtin_mul_overflow(pixels, bits, &bits))
		return UINT64_MAX;
	return size_add((size_t)(bits / 8), offset ? strtoull(offset, NULL, 10) : 0);
}

static int check_size(const struct gdal_handle *h, struct error *err)
{
	uint64_t need = is_raw(h) ? least_bytes(h) : 0;
	VSIStatBufL st;

	if (!need || VSIStatL(h->reach.name, &st) || (uint64_t)st.st_size >= need)
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: its header says %u x %u pixels and %u bands, which take %llu bytes, "
			 "and the file has %llu; it is not complete, fetch it again",
			 h->path, h->x_size, h->y_size, h->n_bands, (unsigned long long)need,
			 (unsigned long long)st.st_size);
}

int gdal_stored(void *handle, struct raster_stored *stored, struct error *err)
{
	const struct gdal_handle *h = handle;
	uint64_t blocks =
		ceil_div(h->x_size, h->block_x_size) * ceil_div(h->y_size, h->block_y_size);
	struct gdal_log log;
	int rc;

	*stored =
		(struct raster_stored){.n_blocks = blocks * (h->band_interleaved ? h->n_bands : 1)};
	gdal_log_begin(&log, &h->reach);
	rc = check_size(h, err);
	gdal_log_end(&log);
	return rc;
}
