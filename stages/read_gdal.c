/*
 * The GDAL reader: everything GDAL opens and the TIFF reader does not (JPEG 2000, VRT, /vsi...,
 * odd bit depths). A module of its own, loaded by reader.c; the one symbol it exports is the table
 * at the end. It must not know what the pixels mean, and it never writes: files are opened
 * read-only, and GDAL's side files (.aux.xml) are off.
 *
 * GDAL's handlers, options and drivers belong to the process, so they are set once, by gdal_init().
 */
#include "read_gdal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

/* Pixels of a read at least, where blocks are smaller: a call of GDAL costs about 1 us. */
enum { MIN_PIECE_PIXELS = 1 << 16 };

static void CPL_STDCALL log_add(CPLErr kind, CPLErrorNum number, const char *text)
{
	struct gdal_log *log = CPLGetErrorHandlerUserData();

	if (!log || log->failed || (kind != CE_Failure && kind != CE_Fatal))
		return;
	log->failed = true;
	log->number = number;
	(void)snprintf(log->text, sizeof(log->text), "%s", text);
	for (char *at = log->text; *at; at++) /* GDAL's messages may have several lines */
		if (*at == '\n' || *at == '\r' || *at == '\t')
			*at = ' ';
}

void gdal_log_begin(struct gdal_log *log)
{
	*log = (struct gdal_log){0};
	CPLPushErrorHandlerEx(log_add, log);
	CPLErrorReset();
}

void gdal_log_end(void)
{
	CPLPopErrorHandler();
}

const char *gdal_log_words(const struct gdal_log *log, const char *path)
{
	size_t length = strlen(path);

	if (!log->failed || !*log->text)
		return "GDAL gives no reason";
	if (strncmp(log->text, path, length) == 0 && strncmp(log->text + length, ": ", 2) == 0)
		return log->text + length + 2;
	return log->text;
}

int gdal_log_code(const struct gdal_log *log)
{
	return log->number == CPLE_OutOfMemory ? EX_TEMPFAIL : EX_DATAERR;
}

static void gdal_init(void)
{
	char text[16];

	/* For libraries under GDAL that speak outside our calls; never undone. */
	CPLSetErrorHandler(CPLQuietErrorHandler);
	/* Workers are the only threads, and the cache is what the plan counts. */
	CPLSetConfigOption("GDAL_NUM_THREADS", "1");
	/*
	 * .aux.xml, world and TAB files: the TIFF reader does not read them, and the numbers must
	 * not depend on the reader. It also keeps GDAL from writing .aux.xml beside the input.
	 */
	CPLSetConfigOption("GDAL_PAM_ENABLED", "NO");
	CPLSetConfigOption("GDAL_GEOREF_SOURCES", "INTERNAL");
	/* Sources of a VRT are not to be shared between the handles of two workers. */
	CPLSetConfigOption("VRT_SHARED_SOURCE", "0");
	(void)snprintf(text, sizeof(text), "%d", GDAL_POOL_DATASETS);
	CPLSetConfigOption("GDAL_MAX_DATASET_POOL_SIZE", text);
	GDALSetCacheMax64(READER_GDAL_CACHE_BYTES);
	GDALAllRegister();
}

GDALDatasetH gdal_open_dataset(const char *path)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (pthread_once(&once, gdal_init) != 0)
		return NULL;
	return GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, NULL, NULL, NULL);
}

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

struct gdal_handle {
	char *path;
	GDALDatasetH dataset;
	GDALDataType type;
	size_t sample_bytes;
	uint32_t x_size, y_size, n_bands;
	uint32_t block_x_size, block_y_size;
	size_t block_bytes;
	bool band_interleaved;
};

/* GDAL allocates for itself: codec_bytes and the cache, not the arena. */
static size_t gdal_scratch(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
			   unsigned n_bands, bool mask)
{
	(void)info, (void)x_size, (void)y_size, (void)n_bands, (void)mask;
	return 0;
}

static void gdal_close(void *handle)
{
	struct gdal_handle *h = handle;
	struct gdal_log log;

	if (!h)
		return;
	if (h->dataset) {
		gdal_log_begin(&log);
		GDALClose(h->dataset);
		gdal_log_end();
	}
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
	gdal_log_begin(&log);
	h->dataset = gdal_open_dataset(path);
	gdal_log_end();
	if (!h->dataset)
		rc = error_set(err, gdal_log_code(&log), "%s: %s; the file cannot be opened again",
			       path, gdal_log_words(&log, path));
	else if (!same_shape(h))
		rc = error_set(err, EX_DATAERR,
			       "%s: changed while the program ran; run again when it is complete",
			       path);
	if (rc != 0)
		gdal_close(h);
	else
		*handle = h;
	return rc;
}

/*
 * One band (0: the mask of band 1) of `part`, which lies in `window`, into its place in the
 * window's plane. A failure that GDAL logs and does not return is a failure here.
 */
static int read_part(const struct gdal_handle *h, uint32_t band, const struct window *window,
		     const struct window *part, void *plane, struct error *err)
{
	GDALRasterBandH source = GDALGetRasterBand(h->dataset, band ? (int)band : 1);
	size_t bytes = band ? h->sample_bytes : 1;
	size_t skip = (size_t)(part->y_off - window->y_off) * window->x_size +
		      (part->x_off - window->x_off);
	struct gdal_log log;
	CPLErr result = CE_Failure;

	gdal_log_begin(&log);
	if (!band)
		source = GDALGetMaskBand(source);
	if (source)
		result = GDALRasterIOEx(source, GF_Read, (int)part->x_off, (int)part->y_off,
					(int)part->x_size, (int)part->y_size,
					(unsigned char *)plane + skip * bytes, (int)part->x_size,
					(int)part->y_size, band ? h->type : GDT_Byte,
					(GSpacing)bytes, (GSpacing)bytes * window->x_size, NULL);
	gdal_log_end();
	if (result == CE_None && !log.failed)
		return 0;
	return error_set(err, gdal_log_code(&log),
			 "%s: %s %u, block at pixel %u, row %u: %s; the data are damaged or "
			 "missing, get the file again",
			 h->path, band ? "band" : "mask of band", band ? band : 1, part->x_off,
			 part->y_off, gdal_log_words(&log, h->path));
}

/*
 * All bands of one part before the next part: where a block interleaves its bands, it is then still
 * in GDAL's cache for the second band.
 */
static int read_bands(const struct gdal_handle *h, const struct read_request *request,
		      const struct window *part, struct error *err)
{
	const struct window *window = &request->window;

	for (unsigned i = 0; i < request->n_bands; i++)
		if (read_part(h, request->band[i], window, part, request->plane[i], err) != 0)
			return -1;
	return request->mask ? read_part(h, 0, window, part, request->mask, err) : 0;
}

static int read_window(const struct gdal_handle *h, const struct read_request *request,
		       struct error *err)
{
	const struct window *w = &request->window;
	uint64_t x_step = h->block_x_size, y_step = h->block_y_size;
	uint64_t x_end = (uint64_t)w->x_off + w->x_size, y_end = (uint64_t)w->y_off + w->y_size;

	if (x_step * y_step < MIN_PIECE_PIXELS)
		y_step *= ceil_div(MIN_PIECE_PIXELS, x_step * y_step);
	for (uint64_t y = w->y_off / y_step * y_step; y < y_end; y += y_step)
		for (uint64_t x = w->x_off / x_step * x_step; x < x_end; x += x_step) {
			struct window part = {(uint32_t)x, (uint32_t)y, (uint32_t)x_step,
					      (uint32_t)y_step};

			if (window_intersect(w, &part, &part) &&
			    read_bands(h, request, &part, err) != 0)
				return -1;
		}
	return 0;
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
	const struct gdal_handle *h = handle;
	struct meter_span span = meter_begin();

	(void)arena;
	request->constant = false;
	if (!request_fits(h, request))
		return error_set(err, EX_SOFTWARE, "%s: a window outside the image was asked for",
				 h->path);
	if (read_window(h, request, err) != 0)
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
	.close = gdal_close,
};
