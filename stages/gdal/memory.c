/*
 * What GDAL's decoders allocate for one open file, so that the plan can count it. GDAL does not
 * tell, so the factors here are measured (peak resident memory, GDAL 3.6, OpenJPEG 2.5). It must
 * not open datasets or read pixels.
 */
#include "memory.h"

#include <limits.h>
#include <string.h>

#include "window.h"

/* Larger blocks are refused: GDAL counts the bytes of a block in an int. */
static const size_t max_block_bytes = INT_MAX;

enum {
	/* GDAL's objects for an open file: measured 10 to 100 KiB, and room for tables of tiles. */
	HANDLE_BYTES = 1 << 20,
	/* Header of a JPEG 2000 file that is searched for the form of its tiles. */
	JP2_HEAD_BYTES = 1 << 16,
	/*
	 * OpenJPEG decodes all components of a tile, whichever band is asked for, to 32-bit
	 * numbers. Bytes a sample of what is decoded at once: of a whole tile 4.0 to 4.3, 1 to 4
	 * components of 8 and 16 bit, 1024 to 4096 pixels; of a part, a window of 1024 x 1024 in
	 * one tile of the image's size, 30 for one component and 19 to 21 for each of 2 to 4.
	 */
	JP2_WHOLE_QUARTERS = 17,
	JP2_PART_BYTES = 20,
	JP2_PART_ONCE_BYTES = 12, /* and so many once, not for each component */
	/* Of the compressed tile it keeps 1.0 to 1.6 copies, and tables of each code block: 580
	   bytes (0.19 a sample between tiles of 3000 and 8000 pixels, blocks of 64 x 64, all
	   levels). */
	JP2_STORED_COPIES = 2,
	JP2_BLOCK_BYTES = 640,
	/* Coding parameters are kept for each tile of the image: 10.3 KiB with two components. */
	JP2_TILE_BYTES = 8 << 10,
	JP2_TILE_BAND_BYTES = 1300,
	PNG_LINES_BYTES = 100000000,
	/*
	 * netCDF's cache of chunks, 16 MiB, or 64 where a chunk is larger, and what HDF5 takes
	 * under it: measured 18 to 27 MiB beside three blocks.
	 */
	NETCDF_CACHE_BYTES = 16 << 20,
	NETCDF_BYTES = 28 << 20,
	NETCDF_LARGE_BYTES = 76 << 20,
	GRIB_PIXEL_BYTES = 16, /* a band as float64, and what is unpacked to it: 14.1 */
};

/* What memory depends on in a JPEG 2000 codestream. */
struct jp2_form {
	uint32_t x_size, y_size; /* of a tile */
	uint64_t n_tiles;
	uint32_t n_components;
	uint32_t block_pixels; /* of a code block */
};

static uint32_t big_endian(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint64_t tiles_along(uint32_t size, uint32_t off, uint32_t tile)
{
	return tile && size > off ? ceil_div(size - off, tile) : 1;
}

/*
 * Pixels of a code block, from the COD marker among those that follow SIZ (ISO 15444-1, A.6.1:
 * width and height stand 9 and 10 bytes behind its length, as exponents less 2); the smallest where
 * it is not found.
 */
static uint32_t code_block_pixels(const unsigned char *at, const unsigned char *end)
{
	enum { COD = 0xff52, SOT = 0xff90, SMALLEST = 16 };

	while (end - at >= 14) {
		uint32_t marker = (uint32_t)at[0] << 8 | at[1];
		uint32_t length = (uint32_t)at[2] << 8 | at[3];

		if (marker == COD)
			return (uint32_t)1 << ((at[10] & 15) + (at[11] & 15) + 4);
		if (marker < 0xff00 || marker == SOT || length < 2 || length > end - at - 2)
			break;
		at += 2 + length;
	}
	return SMALLEST;
}

/*
 * From the markers at the start of the codestream (ISO 15444-1, A.5.1): counted from SOC, image
 * size stands at 8, tile size at 24, tile offset at 32, components at 40. False where there are
 * none.
 */
static bool jp2_parse(const unsigned char *head, size_t length, struct jp2_form *form)
{
	static const unsigned char marker[] = {0xff, 0x4f, 0xff, 0x51};
	const unsigned char *siz = memmem(head, length, marker, sizeof(marker));
	const unsigned char *end = head + length;

	if (!siz || end - siz < 42)
		return false;
	*form = (struct jp2_form){
		.x_size = big_endian(siz + 24),
		.y_size = big_endian(siz + 28),
		.n_components = (uint32_t)siz[40] << 8 | siz[41],
		.block_pixels = 16,
	};
	form->n_tiles = tiles_along(big_endian(siz + 8), big_endian(siz + 32), form->x_size) *
			tiles_along(big_endian(siz + 12), big_endian(siz + 36), form->y_size);
	siz += 4;
	if (end - siz > ((long)siz[0] << 8 | siz[1]))
		form->block_pixels = code_block_pixels(siz + ((size_t)siz[0] << 8 | siz[1]), end);
	return form->x_size && form->y_size && form->n_components;
}

static bool jp2_look(const char *path, struct jp2_form *form)
{
	VSILFILE *file = VSIFOpenL(path, "rb");
	unsigned char *head = VSI_MALLOC_VERBOSE(JP2_HEAD_BYTES);
	size_t length = file && head ? VSIFReadL(head, 1, JP2_HEAD_BYTES, file) : 0;
	bool found = head && jp2_parse(head, length, form);

	VSIFree(head);
	if (file)
		(void)VSIFCloseL(file);
	return found;
}

/* Blocks of all bands come into the cache together, beyond its size where they are large. */
static size_t jp2_bytes(const char *path, const struct raster_info *info)
{
	size_t block = size_mul(info->block_x_size, info->block_y_size);
	struct jp2_form form = {info->x_size, info->y_size, 1, info->n_bands, 4096};
	size_t tile, samples, bytes;
	double share;

	(void)jp2_look(path, &form);
	tile = size_mul(form.x_size < info->x_size ? form.x_size : info->x_size,
			form.y_size < info->y_size ? form.y_size : info->y_size);
	samples = size_mul(tile < block ? tile : block, form.n_components);
	bytes = tile > block ? size_add(size_mul(samples, JP2_PART_BYTES),
					size_mul(block, JP2_PART_ONCE_BYTES))
			     : size_mul(samples / 4 + 1, JP2_WHOLE_QUARTERS);
	share = (double)tile / ((double)info->x_size * info->y_size);
	bytes = size_add(bytes, (size_t)((double)info->file_bytes * share) * JP2_STORED_COPIES);
	bytes = size_add(bytes, size_mul(size_mul(tile, form.n_components) / form.block_pixels,
					 JP2_BLOCK_BYTES * 4 / 3));
	bytes = size_add(bytes, size_mul(form.n_tiles,
					 JP2_TILE_BYTES + form.n_components * JP2_TILE_BAND_BYTES));
	return size_add(bytes, size_mul(size_mul(block, sample_size(info->type)), info->n_bands));
}

/* --- formats that hold more than a block --- */

static size_t read_at(VSILFILE *file, uint64_t offset, unsigned char *bytes, size_t n)
{
	return file && VSIFSeekL(file, offset, SEEK_SET) == 0 ? VSIFReadL(bytes, 1, n, file) : 0;
}

/* Adam7 by the last byte of IHDR, 28 bytes from the start (PNG, 11.2.2). Unread: yes. */
static bool png_interlaced(VSILFILE *file)
{
	unsigned char method = 1;

	return read_at(file, 28, &method, 1) != 1 || method != 0;
}

/*
 * Does libjpeg keep the coefficients of the whole image: a progressive one, or one whose first scan
 * has not all components (ITU T.81, B.2)? Unread: yes.
 */
static bool jpeg_buffered(VSILFILE *file)
{
	enum { MOST_MARKERS = 4096, SOF0 = 0xc0, SOF1, SOF15 = 0xcf, SOS = 0xda };
	unsigned char at[10], n_components = 0;
	uint64_t offset = 2;

	for (unsigned i = 0; i < MOST_MARKERS && read_at(file, offset, at, 10) >= 5; i++) {
		bool frame = at[1] >= SOF0 && at[1] <= SOF15 && at[1] % 4 != 0;

		if (at[0] != 0xff)
			return true;
		if (at[1] == 0xff || at[1] == 1 || (at[1] >= 0xd0 && at[1] <= 0xd8)) {
			offset += at[1] == 0xff ? 1 : 2; /* filling, or a marker without a length */
			continue;
		}
		if (at[1] == SOS)
			return at[4] < n_components;
		if (at[1] == SOF0 || at[1] == SOF1)
			n_components = at[9];
		else if (frame)
			return true;
		offset += 2 + ((uint64_t)at[2] << 8 | at[3]);
	}
	return true;
}

/* What a driver holds of the whole image beside blocks, in numbers measured on 3000 x 3000. */
static size_t held_bytes(VSILFILE *file, const struct raster_info *info)
{
	size_t pixels = size_mul(info->x_size, info->y_size);
	size_t image = size_mul(size_mul(pixels, info->n_bands), sample_size(info->type));

	if (strcmp(info->codec, "PNG") == 0) /* up to 100 MB of lines, as pngdataset.cpp has it */
		return !png_interlaced(file) ? 0
		       : image < PNG_LINES_BYTES
			       ? image
			       : PNG_LINES_BYTES + size_mul(2, image / info->y_size);
	if (strcmp(info->codec, "JPEG") == 0) /* 16-bit coefficients, of whole 16 x 16 pixels */
		return !jpeg_buffered(file)
			       ? 0
			       : size_mul(size_mul(2ul * info->n_bands, info->x_size + 16ul),
					  info->y_size + 16ul);
	if (strcmp(info->codec, "GIF") == 0 || strcmp(info->codec, "BIGGIF") == 0)
		return pixels;
	if (strcmp(info->codec, "WEBP") == 0) /* beside the image, ARGB where it is lossless */
		return size_add(size_add(image, size_mul(pixels, 4)), info->file_bytes);
	if (strcmp(info->codec, "GRIB") == 0)
		return size_mul(pixels, GRIB_PIXEL_BYTES);
	if (strcmp(info->codec, "HEIF") == 0 || strcmp(info->codec, "AVIF") == 0 ||
	    strcmp(info->codec, "JPEGXL") == 0) /* not measured: planes, their RGB, twice */
		return size_mul(image, 4);
	if (strcmp(info->codec, "netCDF") == 0)
		return info->block_bytes < NETCDF_CACHE_BYTES ? NETCDF_BYTES : NETCDF_LARGE_BYTES;
	return 0;
}

size_t gdal_codec_bytes(const char *path, const struct raster_info *info)
{
	VSILFILE *file;
	size_t bytes;

	if (strncmp(info->codec, "JP2", 3) == 0)
		return size_add(jp2_bytes(path, info), HANDLE_BYTES);
	file = VSIFOpenL(path, "rb");
	/* The stored block and its decoded form, beside the copy in the cache. */
	bytes = size_add(size_mul(3, info->block_bytes), held_bytes(file, info));
	if (file)
		(void)VSIFCloseL(file);
	return size_add(bytes, HANDLE_BYTES);
}

/* The stored block, its decoded form and the copy in the cache, of a file of its own. */
size_t gdal_mask_bytes(size_t block_bytes)
{
	return size_add(size_mul(3, block_bytes), HANDLE_BYTES);
}

bool gdal_block_shape(GDALDatasetH dataset, struct raster_info *info)
{
	const char *interleave = GDALGetMetadataItem(dataset, "INTERLEAVE", "IMAGE_STRUCTURE");
	int x = 0, y = 0;
	size_t bytes;

	GDALGetBlockSize(GDALGetRasterBand(dataset, 1), &x, &y);
	info->band_interleaved = info->n_bands == 1 || !interleave || !EQUAL(interleave, "PIXEL");
	bytes = x > 0 && y > 0 ? size_mul((size_t)x, (size_t)y) : SIZE_MAX;
	bytes = size_mul(bytes, sample_size(info->type));
	info->block_bytes = size_mul(bytes, info->band_interleaved ? 1 : info->n_bands);
	info->block_x_size = (uint32_t)x;
	info->block_y_size = (uint32_t)y;
	info->tiled = info->block_x_size != info->x_size;
	return info->block_bytes <= max_block_bytes;
}
