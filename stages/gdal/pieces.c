/*
 * Windows in pieces: GDAL is asked for the same pieces of an image whatever window is wanted, so
 * that neither a value nor whether a block is damaged depends on the chunk. A piece is a block, or
 * some small ones below each other, cut to the image. It must not know formats.
 */
#include "pieces.h"

#include <string.h>

#include "log.h"
#include "window.h"

/* Pixels of a piece at least, where blocks are smaller: a call of GDAL costs about 1 us. */
enum { MIN_PIECE_PIXELS = 1 << 16 };

static uint64_t piece_height(uint32_t block_x_size, uint32_t block_y_size)
{
	uint64_t pixels = (uint64_t)block_x_size * block_y_size;

	return block_y_size * (pixels < MIN_PIECE_PIXELS ? ceil_div(MIN_PIECE_PIXELS, pixels) : 1);
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* One band of one piece. What GDAL's decoders take is theirs: codec_bytes and the cache. */
size_t gdal_scratch(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
		    unsigned n_bands, bool mask)
{
	uint64_t height = piece_height(info->block_x_size, info->block_y_size);
	size_t pixels = size_mul((size_t)less(info->block_x_size, info->x_size),
				 (size_t)less(height, info->y_size));

	(void)n_bands, (void)mask;
	if (x_size >= info->x_size && y_size >= info->y_size)
		return 0; /* no piece is cut by the window */
	return arena_cost(size_mul(pixels, sample_size(info->type)));
}

/* Give blocks that are not stored the value they stand for. Within a log. */
static void fill_sparse(const struct gdal_handle *h, GDALRasterBandH band,
			const struct window *part, unsigned char *to, uint32_t stride)
{
	for (uint32_t y = 0; y < part->y_size; y += h->block_y_size) {
		uint32_t n = (uint32_t)less(h->block_y_size, part->y_size - y);
		int status =
			GDALGetDataCoverageStatus(band, (int)part->x_off, (int)(part->y_off + y),
						  (int)part->x_size, (int)n, 0, NULL);

		if (status != GDAL_DATA_COVERAGE_STATUS_EMPTY)
			continue;
		for (uint32_t row = y; row < y + n; row++)
			GDALCopyWords(&h->fill, GDT_Float64, 0,
				      to + (size_t)row * stride * h->sample_bytes, h->type,
				      (int)h->sample_bytes, (int)part->x_size);
	}
}

/*
 * One band (0: the mask of band 1) of `part` to `to`, whose rows are `stride` samples apart. A
 * failure that GDAL logs and does not return is a failure here.
 */
static int read_part(const struct gdal_handle *h, uint32_t band, const struct window *part,
		     void *to, uint32_t stride, struct error *err)
{
	GDALRasterBandH source = GDALGetRasterBand(h->dataset, band ? (int)band : 1);
	size_t bytes = band ? h->sample_bytes : 1;
	struct gdal_log log;
	CPLErr result = CE_Failure;

	gdal_log_begin(&log, &h->reach);
	if (!band)
		source = GDALGetMaskBand(source);
	if (source)
		result = GDALRasterIOEx(source, GF_Read, (int)part->x_off, (int)part->y_off,
					(int)part->x_size, (int)part->y_size, to, (int)part->x_size,
					(int)part->y_size, band ? h->type : GDT_Byte,
					(GSpacing)bytes, (GSpacing)bytes * stride, NULL);
	if (band && h->fills && result == CE_None)
		fill_sparse(h, source, part, to, stride);
	gdal_log_end(&log);
	if (*h->reach.refused)
		return gdal_reach_error(&h->reach, h->path, err);
	if (result == CE_None && !log.failed)
		return 0;
	return error_set(err, gdal_log_code(&log),
			 "%s: %s %u, block at pixel %u, row %u: %s; the data are damaged or "
			 "missing, get the file again",
			 h->path, band ? "band" : "mask of band", band ? band : 1, part->x_off,
			 part->y_off, gdal_log_words(&log, h->path));
}

/* Rows of what window and piece share, out of the piece as it was read. */
static void copy_part(const struct window *window, const struct window *piece,
		      const unsigned char *from, unsigned char *to, size_t bytes)
{
	struct window part;

	if (!window_intersect(window, piece, &part))
		return;
	for (uint32_t y = 0; y < part.y_size; y++)
		memcpy(to + ((size_t)(part.y_off - window->y_off + y) * window->x_size +
			     (part.x_off - window->x_off)) *
				       bytes,
		       from + ((size_t)(part.y_off - piece->y_off + y) * piece->x_size +
			       (part.x_off - piece->x_off)) *
				       bytes,
		       part.x_size * bytes);
}

/* One band (0: the mask) of one piece into its place in the window's plane. */
static int read_piece(const struct gdal_handle *h, uint32_t band, const struct window *window,
		      const struct window *piece, unsigned char *plane, void *scratch,
		      struct error *err)
{
	size_t bytes = band ? h->sample_bytes : 1;

	if (!scratch)
		return read_part(h, band, piece,
				 plane + ((size_t)(piece->y_off - window->y_off) * window->x_size +
					  (piece->x_off - window->x_off)) *
						 bytes,
				 window->x_size, err);
	if (read_part(h, band, piece, scratch, piece->x_size, err) != 0)
		return -1;
	copy_part(window, piece, scratch, plane, bytes);
	return 0;
}

static bool is_within(const struct window *inner, const struct window *outer)
{
	struct window shared;

	return window_intersect(inner, outer, &shared) && shared.x_size == inner->x_size &&
	       shared.y_size == inner->y_size;
}

/*
 * All bands of one piece before the next piece: where a block interleaves its bands, it is then
 * still in GDAL's cache for the second band.
 */
static int read_bands(const struct gdal_handle *h, const struct read_request *request,
		      const struct window *piece, struct arena *arena, struct error *err)
{
	const struct window *window = &request->window;
	bool cut = !is_within(piece, window);
	size_t mark = cut ? arena->used : 0;
	void *scratch = NULL;
	int rc = 0;

	if (cut) {
		scratch = arena_alloc(arena, size_mul(window_pixels(piece), h->sample_bytes));
		if (!scratch)
			return error_set(err, EX_SOFTWARE, "%s: the planned memory is too small",
					 h->path);
	}
	for (unsigned i = 0; i < request->n_bands && rc == 0; i++)
		rc = read_piece(h, request->band[i], window, piece, request->plane[i], scratch,
				err);
	if (rc == 0 && request->mask)
		rc = read_piece(h, 0, window, piece, request->mask, scratch, err);
	if (cut)
		arena_rewind(arena, mark);
	return rc;
}

int gdal_read_window(struct gdal_handle *h, const struct read_request *request, struct arena *arena,
		     struct error *err)
{
	const struct window *w = &request->window;
	const struct window image = {0, 0, h->x_size, h->y_size};
	uint64_t x_step = h->block_x_size, y_step = piece_height(h->block_x_size, h->block_y_size);
	uint64_t x_end = (uint64_t)w->x_off + w->x_size, y_end = (uint64_t)w->y_off + w->y_size;

	for (uint64_t y = w->y_off / y_step * y_step; y < y_end; y += y_step)
		for (uint64_t x = w->x_off / x_step * x_step; x < x_end; x += x_step) {
			struct window piece = {(uint32_t)x, (uint32_t)y, (uint32_t)x_step,
					       (uint32_t)less(y_step, UINT32_MAX)};

			if (window_intersect(&image, &piece, &piece) &&
			    read_bands(h, request, &piece, arena, err) != 0)
				return -1;
		}
	return 0;
}
