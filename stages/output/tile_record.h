/*
 * How an encoded tile lies in a spool and in a file: its length, the tile, its last four bytes once
 * more, as readers of Cloud Optimized GeoTIFF expect it (BLOCK_LEADER, BLOCK_TRAILER). So a record
 * is copied from the spool to the file as it is. Artifacts of tiles have offset and bytes of whole
 * records; bytes 0: the tile is nodata alone, and not stored.
 */
#ifndef IMGPIPE_OUTPUT_TILE_RECORD_H
#define IMGPIPE_OUTPUT_TILE_RECORD_H

#include <stdint.h>
#include <string.h>

enum { TILE_LEADER_BYTES = 4, TILE_TRAILER_BYTES = 4, TILE_RECORD_MORE = 8 };

static inline void tile_record_ends(const void *tile, uint32_t bytes,
				    unsigned char leader[TILE_LEADER_BYTES],
				    unsigned char trailer[TILE_TRAILER_BYTES])
{
	uint32_t last = bytes < TILE_TRAILER_BYTES ? bytes : TILE_TRAILER_BYTES;

	for (int i = 0; i < TILE_LEADER_BYTES; i++)
		leader[i] = (unsigned char)(bytes >> 8 * i);
	memset(trailer, 0, TILE_TRAILER_BYTES);
	memcpy(trailer, (const unsigned char *)tile + bytes - last, last);
}

#endif
