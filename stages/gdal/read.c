/*
 * The GDAL reader: everything GDAL opens and the TIFF reader does not (JPEG 2000, VRT, /vsi...,
 * odd bit depths). A module of its own, loaded by stages/reader/; the one symbol it exports is the
 * table at the end. It must not know what the pixels mean, nor what may be opened (reach.c).
 */
#include <stdlib.h>
#include <string.h>

#include "archived.h"
#include "geo_tags.h"
#include "geographic.h"
#include "log.h"
#include "pieces.h"
#include "probe.h"
#include "stored.h"

#include "window.h"

/* The type to ask GDAL for. Before GDAL 3.7 signed bytes travel as bytes. */
static GDALDataType gdal_type(enum sample_type type)
{
	switch (type) {
	case SAMPLE_I8:
#if GDAL_VERSION_NUM >= 3070000
		return GDT_Int8;
#endif
	case SAMPLE_U8:
		return GDT_Byte;
	case SAMPLE_U16:
		return GDT_UInt16;
	case SAMPLE_I16:
		return GDT_Int16;
	case SAMPLE_U32:
		return GDT_UInt32;
	case SAMPLE_I32:
		return GDT_Int32;
	case SAMPLE_F32:
		return GDT_Float32;
	case SAMPLE_F64:
	case N_SAMPLE_TYPES:
		break;
	}
	return GDT_Float64;
}

static void gdal_close(void *handle)
{
	struct gdal_handle *h = handle;
	struct gdal_log log;

	if (!h)
		return;
	if (h->dataset) {
		gdal_log_begin(&log, &h->reach);
		GDALClose(h->dataset);
		gdal_log_end(&log);
	}
	gdal_reach_release(&h->reach);
	free(h->path);
	free(h);
}

static struct gdal_handle *handle_new(const char *path, const struct raster_info *info)
{
	struct gdal_handle *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	*h = (struct gdal_handle){
		.path = strdup(path),
		.type = gdal_type(info->type),
		.sample_bytes = sample_size(info->type),
		.x_size = info->x_size,
		.y_size = info->y_size,
		.n_bands = info->n_bands,
		.block_x_size = info->block_x_size,
		.block_y_size = info->block_y_size,
		.block_bytes = info->block_bytes,
		.band_interleaved = info->band_interleaved,
		.fills = strcmp(info->codec, "GTiff") == 0 && info->fill != 0,
		.fill = info->fill,
	};
	if (h->path)
		return h;
	free(h);
	return NULL;
}

/* Is the file still the one that was probed? */
static bool same_shape(const struct gdal_handle *h)
{
	return GDALGetRasterXSize(h->dataset) == (int)h->x_size &&
	       GDALGetRasterYSize(h->dataset) == (int)h->y_size &&
	       GDALGetRasterCount(h->dataset) == (int)h->n_bands;
}

static int gdal_open(void **handle, const char *path, const struct raster_info *info,
		     struct error *err)
{
	struct gdal_handle *h = handle_new(path, info);
	struct gdal_log log;
	int rc = 0;

	*handle = NULL;
	if (!h)
		return error_memory(err, "a GDAL handle", sizeof(*h));
	if (gdal_reach_init(&h->reach, path, info->reach, err) != 0) {
		gdal_close(h);
		return -1;
	}
	gdal_log_begin(&log, &h->reach);
	h->dataset = gdal_open_dataset(h->reach.name);
	gdal_log_end(&log);
	if (*h->reach.refused)
		rc = gdal_reach_error(&h->reach, path, err);
	else if (!h->dataset)
		rc = error_set(err, gdal_log_code(&log), "%s: %s; the file cannot be opened again",
			       path, gdal_log_words(&log, path));
	else if (!same_shape(h) ||
		 (h->reach.place.archive && !gdal_archived_same(&h->reach.place, info)))
		rc = error_set(err, EX_DATAERR,
			       "%s: changed while the program ran; run again when it is complete",
			       path);
	if (rc != 0)
		gdal_close(h);
	else
		*handle = h;
	return rc;
}

/* Does the request stay within the file? GDAL would check the window, not the bands' meaning. */
static bool request_fits(const struct gdal_handle *h, const struct read_request *request)
{
	const struct window *w = &request->window;

	if (w->x_off >= h->x_size || w->x_size > h->x_size - w->x_off || w->y_off >= h->y_size ||
	    w->y_size > h->y_size - w->y_off || request->n_bands > READ_MAX_BANDS)
		return false;
	for (unsigned i = 0; i < request->n_bands; i++)
		if (request->band[i] < 1 || request->band[i] > h->n_bands)
			return false;
	return true;
}

/* Pixels along one side that the blocks under a window hold of the image. */
static uint64_t spanned(uint64_t off, uint64_t size, uint64_t block, uint64_t image)
{
	uint64_t end = ceil_div(off + size, block) * block;

	return (end < image ? end : image) - off / block * block;
}

/* Counted as the TIFF reader does: of the bands asked for, padding at the edges left out. */
static void count_read(const struct gdal_handle *h, const struct read_request *request,
		       struct meter *meter)
{
	const struct window *w = &request->window;
	uint64_t across = ceil_div((uint64_t)w->x_off + w->x_size, h->block_x_size) -
			  w->x_off / h->block_x_size;
	uint64_t down = ceil_div((uint64_t)w->y_off + w->y_size, h->block_y_size) -
			w->y_off / h->block_y_size;
	uint64_t tiles = across * down * (h->band_interleaved ? request->n_bands : 1);
	uint64_t needed = window_pixels(w) * h->sample_bytes * request->n_bands;
	uint64_t x_size = spanned(w->x_off, w->x_size, h->block_x_size, h->x_size);
	uint64_t y_size = spanned(w->y_off, w->y_size, h->block_y_size, h->y_size);
	struct meter_row *row = &meter->row[METER_DECODE];

	row->tiles += tiles;
	row->bytes_out += tiles * h->block_bytes;
	meter->bytes_needed += needed;
	meter->bytes_decoded += x_size * y_size * h->sample_bytes * request->n_bands;
}

/* Fetching and decoding cannot be told apart in GDAL: all time is DECODE's. */
static int gdal_read(void *handle, struct read_request *request, struct arena *arena,
		     struct meter *meter, struct error *err)
{
	struct gdal_handle *h = handle;
	struct meter_span span = meter_begin();

	request->constant = false;
	if (!request_fits(h, request))
		return error_set(err, EX_SOFTWARE, "%s: a window outside the image was asked for",
				 h->path);
	if (gdal_read_window(h, request, arena, err) != 0)
		return -1;
	meter_lap(meter, METER_DECODE, &span);
	count_read(h, request, meter);
	return 0;
}

extern __attribute__((visibility("default"))) const struct reader imgpipe_gdal_reader;

const struct reader imgpipe_gdal_reader = {
	.name = "gdal",
	.probe = gdal_probe,
	.scratch = gdal_scratch,
	.open = gdal_open,
	.read = gdal_read,
	.stored = gdal_stored,
	.close = gdal_close,
	.geographic = gdal_geographic,
	.geo_tags = gdal_geo_tags,
};
