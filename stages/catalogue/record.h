/*
 * A finished scene as bytes, exact to the last bit, for the catalogue: what --partial writes of it
 * (report/partial.h), in binary, so that thousands are read back in a second. Little-endian,
 * versioned, of one form (what unpacks packs to the same bytes): version, length and CRC-32, then
 * the fields, then for each value its sums and the slots of its histogram that are not zero. The
 * layout is in README.md, "Record".
 *
 * Not compressed: a slot takes one to three bytes as it is, so that zlib's format would save a half
 * of the smallest scenes (4 to 2 KB), a fifth of large ones (13 to 10 KB), and cost 12 to 40 us to
 * read; and there would be as many forms as there are compressors.
 *
 * What is read back may be damaged or malicious: lengths, counts and texts are checked, and the
 * contradictions of partial_check().
 */
#ifndef IMGPIPE_RECORD_H
#define IMGPIPE_RECORD_H

#include <stddef.h>

#include "error.h"
#include "recipe.h"
#include "workload.h"

enum { RECORD_VERSION = 1, RECORD_MOST = 16 << 20 };

/* *bytes is the caller's to free. Any status but SCENE_CANCELLED. Thread-safe. */
int record_pack(unsigned char **bytes, size_t *size, const struct scene_result *result,
		const struct recipe *recipe, struct error *err) MUST_CHECK;

/*
 * Back again: as partial_read_scene(). -1 with EX_DATAERR where it is no such scene of this recipe,
 * or contradicts itself. Release the scene whatever comes. Thread-safe.
 */
int record_unpack(const void *bytes, size_t size, const struct recipe *recipe, struct scene *scene,
		  struct histogram *histogram, struct scene_result *result,
		  struct error *err) MUST_CHECK;

#endif
