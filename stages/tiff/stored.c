/*
 * Which blocks of image and mask are stored, and that all of them lie in the file. Places alone are
 * looked up; no block is fetched.
 */
#include "stored.h"

#include <stdio.h>

#include "block.h"
#include "handle.h"
#include "ifd.h"

/* A walk over the blocks of an image, in the order of the index. */
struct walk {
	struct tiff_image *image;
	struct tiff_block block;
	uint64_t at, n; /* strile numbers; n: of all planes */
};

static struct walk walk_of(struct tiff_image *image)
{
	uint64_t planes = image->planar ? image->samples : 1;

	return (struct walk){.image = image, .n = (uint64_t)image->across * image->down * planes};
}

/* Look up the next block. */
static int walk_next(struct walk *walk, struct error *err)
{
	struct tiff_image *image = walk->image;
	uint64_t row = walk->at / image->across, column = walk->at % image->across;

	walk->at++;
	return tiff_block_find(image, (uint32_t)column, (uint32_t)(row % image->down),
			       (uint16_t)(row / image->down), &walk->block, err);
}

static bool lies_behind(const struct walk *walk)
{
	return walk->block.bytes && walk->block.offset >= walk->image->file_bytes;
}

/*
 * The walk has come to a block that begins behind the file's end, as it does after a download that
 * broke off: how many more do? The index is read no further than it lies in the file.
 */
static int cut_off(struct walk *walk, struct error *err)
{
	const struct tiff_block first = walk->block;
	uint64_t behind = 1;
	char text[220];

	while (walk->at < walk->n && walk->at < walk->image->ifd.n_offsets)
		if (walk_next(walk, NULL))
			behind += lies_behind(walk);
	(void)snprintf(text, sizeof(text),
		       "it starts at byte %llu, the file ends at byte %llu, and %llu of %llu "
		       "blocks lie behind that; the file is not complete, fetch it again",
		       (unsigned long long)first.offset,
		       (unsigned long long)walk->image->file_bytes, (unsigned long long)behind,
		       (unsigned long long)walk->n);
	return tiff_block_error(walk->image, &first, err, EX_DATAERR, text);
}

static int count(struct tiff_image *image, uint64_t *n_blocks, uint64_t *n_sparse,
		 struct error *err)
{
	struct walk walk = walk_of(image);

	*n_blocks = walk.n;
	*n_sparse = 0;
	while (walk.at < walk.n) {
		if (walk_next(&walk, err))
			return lies_behind(&walk) ? cut_off(&walk, err) : -1;
		*n_sparse += tiff_block_sparse(&walk.block);
	}
	return 0;
}

/* One that is gone since is told by who reads it. */
static int count_mask(struct tiff_handle *handle, struct raster_stored *stored, struct error *err)
{
	int rc = PROBE_OK;

	if (!handle->info.has_mask)
		return 0;
	if (!handle->mask)
		rc = tiff_mask_open(&handle->mask, &handle->image, err);
	if (rc != PROBE_OK)
		return rc < 0 ? -1 : 0;
	if (count(tiff_mask_image(handle->mask), &stored->n_mask_blocks, &stored->n_mask_sparse,
		  err))
		return error_prefix(err, "mask");
	return 0;
}

int tiff_stored(void *state, struct raster_stored *stored, struct error *err)
{
	struct tiff_handle *handle = state;

	*stored = (struct raster_stored){0};
	tiff_ifd_others(&handle->image, &stored->n_overviews, &stored->n_pages);
	if (count(&handle->image, &stored->n_blocks, &stored->n_sparse, err))
		return -1;
	return count_mask(handle, stored, err);
}
