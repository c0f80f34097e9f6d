/*
 * What GDAL's decoders allocate for one open file, so that the plan can count it. GDAL does not
 * tell, so the factors here are measured (peak resident memory, GDAL 3.6, OpenJPEG 2.5). It must
 * not open datasets or read pixels.
 */
#include "read_gdal.h"

#include <string.h>

#include "window.h"

enum {
	/* GDAL's objects for an open file: measured 10 to 100 KiB, and room for tables of tiles. */
	HANDLE_BYTES = 1 << 20,
	/* Header of a JPEG 2000 file that is searched for the size of its tiles. */
	JP2_HEAD_BYTES = 1 << 16,
	/*
	 * Bytes a sample in OpenJPEG: two 32-bit copies for a whole tile; a third, sparse one for
	 * a part of a tile. Of the compressed tile it keeps two copies.
	 */
	JP2_TILE_BYTES = 8,
	JP2_PART_BYTES = 12,
	JP2_STORED_COPIES = 2,
};

static uint32_t big_endian(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/*
 * Size of the tiles of a JPEG 2000 file, from the SIZ marker at the start of its codestream (ISO
 * 15444-1, A.5.1): XTsiz and YTsiz stand 24 and 28 bytes behind SOC. False where it is not found.
 */
static bool jp2_tile_size(const char *path, uint32_t *x, uint32_t *y)
{
	static const unsigned char marker[] = {0xff, 0x4f, 0xff, 0x51};
	VSILFILE *file = VSIFOpenL(path, "rb");
	unsigned char *head = VSI_MALLOC_VERBOSE(JP2_HEAD_BYTES);
	size_t length = file && head ? VSIFReadL(head, 1, JP2_HEAD_BYTES, file) : 0;
	const unsigned char *siz = head ? memmem(head, length, marker, sizeof(marker)) : NULL;
	bool found = siz && (size_t)(siz - head) + 32 <= length;

	if (found) {
		*x = big_endian(siz + 24);
		*y = big_endian(siz + 28);
	}
	VSIFree(head);
	if (file)
		(void)VSIFCloseL(file);
	return found && *x && *y;
}

static size_t jp2_bytes(const char *path, const struct raster_info *info)
{
	size_t samples = info->block_bytes / sample_size(info->type);
	uint32_t x = info->x_size, y = info->y_size;
	double share;
	bool whole;

	if (!jp2_tile_size(path, &x, &y)) {
		x = info->x_size;
		y = info->y_size;
	}
	whole = x <= info->block_x_size && y <= info->block_y_size;
	share = (double)x * y / ((double)info->x_size * info->y_size);
	share = share > 1.0 ? 1.0 : share;
	return size_add(size_mul(samples, whole ? JP2_TILE_BYTES : JP2_PART_BYTES),
			(size_t)((double)info->file_bytes * share) * JP2_STORED_COPIES);
}

size_t gdal_codec_bytes(const char *path, const struct raster_info *info)
{
	size_t bytes = info->block_bytes;

	/* The stored block and its decoded form, beside the copy in the cache. */
	if (strncmp(info->codec, "JP2", 3) == 0)
		bytes = size_add(bytes, jp2_bytes(path, info));
	else
		bytes = size_mul(3, bytes);
	return size_add(bytes, HANDLE_BYTES);
}

/* The stored block, its decoded form and the copy in the cache, of a file of its own. */
size_t gdal_mask_bytes(size_t block_bytes)
{
	return size_add(size_mul(3, block_bytes), HANDLE_BYTES);
}
