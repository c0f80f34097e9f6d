/*
 * Where the artifacts of one map of a scene lie in the spools: map_places.c. Each is known by its
 * number, so that it does not matter in which order they come. For scene_maps.c, upper.c, gather.c
 * and pictures.
 */
#ifndef IMGPIPE_OUTPUT_MAP_PLACES_H
#define IMGPIPE_OUTPUT_MAP_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artifact.h"
#include "chunk.h"
#include "error.h"
#include "maps.h"
#include "pyramid.h"

/* A spool and an offset in one number; PLACE_NONE: there is no such artifact (yet). */
#define PLACE_NONE UINT64_MAX
enum { PLACE_OFFSET_BITS = 48 };

static inline uint32_t place_rank(uint64_t place)
{
	return (uint32_t)(place >> PLACE_OFFSET_BITS);
}

static inline uint64_t place_offset(uint64_t place)
{
	return place & ((UINT64_C(1) << PLACE_OFFSET_BITS) - 1);
}

/* Things of one kind that all have the same bytes, or none, where they are nodata alone. */
struct place_list {
	uint64_t first, n; /* numbers of map_pyramid() */
	uint64_t n_there;
	size_t bytes; /* of one */
	uint64_t *place;
	bool *empty; /* it is nodata alone, and lies nowhere */
};

struct map_places {
	const struct map_format *format;
	enum map_type type;
	struct pyramid file;    /* of the file */
	struct pyramid pyramid; /* by which artifacts are numbered: that of map_pyramid() */
	unsigned level;         /* K: workers make the levels up to here */
	uint64_t n_tiles;       /* of the file */
	uint64_t n_theirs;      /* that workers make */
	uint64_t n_there;
	uint32_t *bytes;            /* of each encoded tile, 0: not stored */
	uint64_t *place;            /* of its record */
	struct place_list quadrant; /* of tiles of level K; n 0: there is no level above */
	struct place_list samples;  /* of tiles of picture_level(); n 0: no picture */
	unsigned picture;           /* that level */
	unsigned last;              /* the last level that is made; <= level: by workers all */
};

/* All of it but the arrays. Pure. */
void map_places_shape(struct map_places *places, const struct maps *maps, unsigned output,
		      const struct chunk_grid *grid);
/* Bytes of the arrays. Pure. SIZE_MAX where it cannot be done. */
size_t map_places_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid);
/* Release it whatever comes back. */
int map_places_init(struct map_places *places, const struct maps *maps, unsigned output,
		    const struct chunk_grid *grid, struct error *err) MUST_CHECK;
void map_places_release(struct map_places *places);

/* An artifact of a worker. Nothing of it is believed: -1 with EX_SOFTWARE. */
int map_places_take(struct map_places *places, const struct artifact *artifact,
		    struct error *err) MUST_CHECK;
/* Has all come that workers make? -1: what is missing. */
int map_places_complete(const struct map_places *places, struct error *err) MUST_CHECK;

/*
 * A tile or samples that the assembling makes itself, in spool `rank`. bytes 0: not stored. Where
 * the spool ends is in memory that workers can write to: -1 with EX_SOFTWARE where no spool can be
 * so long.
 */
int map_places_set_tile(struct map_places *places, uint64_t number, unsigned rank, uint64_t offset,
			uint32_t bytes, struct error *err) MUST_CHECK;
int map_places_set_samples(struct map_places *places, uint64_t number, unsigned rank,
			   uint64_t offset, struct error *err) MUST_CHECK;

#endif
