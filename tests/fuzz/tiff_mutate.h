/*
 * Mutations that know what a TIFF file is made of: entries of directories, arrays of offsets and
 * byte counts, the streams of blocks. Bytes at random rarely get past the header; these do.
 */
#ifndef IMGPIPE_FUZZ_TIFF_MUTATE_H
#define IMGPIPE_FUZZ_TIFF_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Change the file of `size` bytes in place, within `room` bytes; returns its new size, or 0 where
 * it has no directory that can be found (then mutate it otherwise).
 */
size_t tiff_mutate(uint8_t *data, size_t size, size_t room, unsigned seed);

#endif
