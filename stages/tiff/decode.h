/*
 * From the stored blocks of a window to samples in planes: decode.c. For read.c and ahead.c.
 */
#ifndef IMGPIPE_TIFF_DECODE_H
#define IMGPIPE_TIFF_DECODE_H

#include "handle.h"

/* The reader's scratch(); see input/raster_reader.h. */
size_t tiff_scratch(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
		    unsigned n_bands, bool mask);

/*
 * act() on the blocks that meet the window, row by row; each plane that is asked for where they are
 * apart. Stops with -1 where that does.
 */
int tiff_each_part(const struct tiff_job *job,
		   int (*act)(const struct tiff_job *, const struct tiff_part *));

/* Fill the part of the planes that one block covers; all scratch is given back. */
int tiff_part_read(const struct tiff_job *job, const struct tiff_part *part);

/*
 * The stored bytes that tiff_part_read() is going to fetch: how many, from *offset on. 0 where
 * nothing is stored, or where a block is fetched bit by bit, which the kernel sees for itself.
 */
uint64_t tiff_part_bytes(const struct tiff_job *job, const struct tiff_part *part,
			 uint64_t *offset);

#endif
