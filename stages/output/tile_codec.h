/*
 * Encoding of one tile: predictor and codec, as TIFF wants them. An encoder belongs to one worker.
 */
#ifndef IMGPIPE_OUTPUT_TILE_CODEC_H
#define IMGPIPE_OUTPUT_TILE_CODEC_H

#include <stddef.h>

#include "error.h"
#include "maps.h"

struct tile_encoder;

/*
 * Bytes of memory that an encoder takes, codec state and its copy of a tile included; high levels
 * of ZSTD have hundreds of megabytes for large tiles. Pure.
 */
size_t tile_encoder_bytes(const struct map_format *format, enum map_type widest);
/* Bytes that an encoded tile has at the most. Pure. */
size_t tile_encoded_most(const struct map_format *format, enum map_type type);

/* For types up to `widest`. NULL with an error: the codec has no such level, or no memory. */
struct tile_encoder *tile_encoder_new(const struct map_format *format, enum map_type widest,
				      struct error *err);
void tile_encoder_free(struct tile_encoder *encoder); /* NULL is allowed */

/*
 * Encode tile * tile samples, which are not changed, into `out`, which has room for
 * tile_encoded_most() and the alignment of samples. Predictor: map_predictor(). Returns the bytes;
 * 0 with an error. The same samples give the same bytes, whatever the encoder has done before.
 */
size_t tile_encode(struct tile_encoder *encoder, enum map_type type, const void *samples, void *out,
		   struct error *err);

/*
 * "DEFLATE (libdeflate 1.14) level 6", "LZW", "NONE": for the file's metadata, since bytes of other
 * versions may differ. Holds until the same thread asks again.
 */
const char *tile_codec_text(const struct map_format *format);

#endif
