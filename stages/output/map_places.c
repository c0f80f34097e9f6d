/*
 * An index of artifacts by number, in arrays of 64 bits: 12 bytes a tile, 9 a quadrant.
 */
#include "map_places.h"

#include <stdlib.h>
#include <string.h>

#include "tile_codec.h"
#include "tile_record.h"
#include "window.h"

static void list_of_level(struct place_list *list, const struct pyramid *pyramid, unsigned level,
			  size_t bytes)
{
	*list = (struct place_list){.first = pyramid_first(pyramid, level),
				    .n = pyramid_tiles(pyramid, level),
				    .bytes = bytes};
}

void map_places_shape(struct map_places *places, const struct maps *maps, unsigned output,
		      const struct chunk_grid *grid)
{
	const struct map_format *format = &maps->format;
	size_t sample = map_sample_bytes(maps->map[output].type);
	size_t whole = (size_t)format->tile * format->tile * sample;
	unsigned theirs;

	*places = (struct map_places){.format = format, .type = maps->map[output].type};
	if (maps->files)
		pyramid_make(&places->file, grid->x_size, grid->y_size, format->tile,
			     format->overviews);
	map_pyramid(&places->pyramid, maps, output, grid->x_size, grid->y_size);
	places->level =
		grid->level < places->pyramid.n_levels ? grid->level : places->pyramid.n_levels - 1;
	places->n_tiles = pyramid_first(&places->file, places->file.n_levels);
	places->picture = picture_level(&places->pyramid);
	if (places->file.n_levels)
		places->last = places->file.n_levels - 1;
	if (map_has_picture(maps, output)) {
		list_of_level(&places->samples, &places->pyramid, places->picture, whole);
		if (places->picture > places->last)
			places->last = places->picture;
	}
	if (places->level + 1 < places->pyramid.n_levels)
		list_of_level(&places->quadrant, &places->pyramid, places->level, whole / 4);
	theirs = places->level + 1;
	if (theirs > places->file.n_levels)
		theirs = places->file.n_levels;
	places->n_theirs = pyramid_first(&places->file, theirs);
}

static size_t list_bytes(const struct place_list *list)
{
	return size_mul(list->n, sizeof(*list->place) + sizeof(*list->empty));
}

size_t map_places_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid)
{
	struct map_places places;

	map_places_shape(&places, maps, output, grid);
	return size_add(size_mul(places.n_tiles, sizeof(*places.place) + sizeof(*places.bytes)),
			size_add(list_bytes(&places.quadrant), list_bytes(&places.samples)));
}

static bool list_init(struct place_list *list)
{
	if (!list->n)
		return true;
	list->place = malloc(list->n * sizeof(*list->place));
	list->empty = calloc(list->n, sizeof(*list->empty));
	if (list->place)
		memset(list->place, 0xff, list->n * sizeof(*list->place));
	return list->place && list->empty;
}

int map_places_init(struct map_places *places, const struct maps *maps, unsigned output,
		    const struct chunk_grid *grid, struct error *err)
{
	bool fine = true;

	map_places_shape(places, maps, output, grid);
	if (places->n_tiles) {
		places->bytes = calloc(places->n_tiles, sizeof(*places->bytes));
		places->place = malloc(places->n_tiles * sizeof(*places->place));
		fine = places->bytes && places->place;
	}
	if (fine && places->n_tiles)
		memset(places->place, 0xff, places->n_tiles * sizeof(*places->place));
	if (fine && list_init(&places->quadrant) && list_init(&places->samples))
		return 0;
	return error_memory(err, "the places of a map's tiles",
			    map_places_bytes(maps, output, grid));
}

void map_places_release(struct map_places *places)
{
	free(places->bytes);
	free(places->place);
	free(places->quadrant.place);
	free(places->quadrant.empty);
	free(places->samples.place);
	free(places->samples.empty);
	*places = (struct map_places){0};
}

/* --- what comes from workers --- */

static int refuse(const struct artifact *artifact, const char *what, struct error *err)
{
	return error_set(err, EX_SOFTWARE,
			 "what a worker says of a map is %s (output %u, kind %u, number %llu, "
			 "%llu bytes at %llu of rank %u)",
			 what, artifact->output, artifact->kind,
			 (unsigned long long)artifact->number, (unsigned long long)artifact->bytes,
			 (unsigned long long)artifact->offset, artifact->rank);
}

static uint64_t place_of(unsigned rank, uint64_t offset)
{
	return (uint64_t)rank << PLACE_OFFSET_BITS | offset;
}

/* Can it lie there at all? That it does is seen when it is read. */
static bool fits(const struct artifact *artifact)
{
	uint64_t most = UINT64_C(1) << PLACE_OFFSET_BITS;

	return artifact->rank < UINT16_MAX && artifact->offset < most &&
	       artifact->bytes <= most - artifact->offset;
}

static bool tile_length_fits(const struct map_places *places, uint64_t bytes)
{
	return bytes == 0 ? places->format->sparse
			  : bytes > TILE_RECORD_MORE &&
				    bytes - TILE_RECORD_MORE <=
					    tile_encoded_most(places->format, places->type);
}

static int take_tile(struct map_places *places, const struct artifact *artifact, struct error *err)
{
	uint64_t i = artifact->number;

	if (i >= places->n_theirs)
		return refuse(artifact, "no tile of it", err);
	if (places->place[i] != PLACE_NONE)
		return refuse(artifact, "said twice", err);
	if (!tile_length_fits(places, artifact->bytes))
		return refuse(artifact, "of a length that no tile has", err);
	places->place[i] = place_of(artifact->rank, artifact->offset);
	places->bytes[i] = artifact->bytes ? (uint32_t)(artifact->bytes - TILE_RECORD_MORE) : 0;
	places->n_there++;
	return 0;
}

static int take_part(struct place_list *list, const struct artifact *artifact, struct error *err)
{
	uint64_t i = artifact->number - list->first;

	if (artifact->number < list->first || i >= list->n)
		return refuse(artifact, "no part of it", err);
	if (list->place[i] != PLACE_NONE)
		return refuse(artifact, "said twice", err);
	if (artifact->bytes && artifact->bytes != list->bytes)
		return refuse(artifact, "of a length that no part has", err);
	list->place[i] = place_of(artifact->rank, artifact->offset);
	list->empty[i] = !artifact->bytes;
	list->n_there++;
	return 0;
}

int map_places_take(struct map_places *places, const struct artifact *artifact, struct error *err)
{
	if (!fits(artifact))
		return refuse(artifact, "in no spool", err);
	switch (artifact->kind) {
	case ARTIFACT_TILE:
		return take_tile(places, artifact, err);
	case ARTIFACT_QUADRANT:
		return take_part(&places->quadrant, artifact, err);
	case ARTIFACT_SAMPLES:
		if (places->picture > places->level)
			break; /* the assembling makes them */
		return take_part(&places->samples, artifact, err);
	default:
		break;
	}
	return refuse(artifact, "of no kind", err);
}

static int missing(const char *what, uint64_t there, uint64_t all, struct error *err)
{
	if (there == all)
		return 0;
	return error_set(err, EX_SOFTWARE, "of a map %llu of %llu %s came from the workers",
			 (unsigned long long)there, (unsigned long long)all, what);
}

int map_places_complete(const struct map_places *places, struct error *err)
{
	bool theirs = places->picture <= places->level;

	if (missing("tiles", places->n_there, places->n_theirs, err) ||
	    missing("quarters of tiles", places->quadrant.n_there, places->quadrant.n, err))
		return -1;
	return theirs ? missing("tiles of samples", places->samples.n_there, places->samples.n, err)
		      : 0;
}

/* --- what the assembling makes --- */

static int check_own(unsigned rank, uint64_t offset, uint64_t bytes, struct error *err)
{
	const struct artifact artifact = {.rank = rank, .offset = offset, .bytes = bytes};

	if (fits(&artifact))
		return 0;
	return error_set(err, EX_SOFTWARE,
			 "%llu bytes of a map were put at %llu of a spool, where none can be: a "
			 "worker has spoiled what tells its end",
			 (unsigned long long)bytes, (unsigned long long)offset);
}

int map_places_set_tile(struct map_places *places, uint64_t number, unsigned rank, uint64_t offset,
			uint32_t bytes, struct error *err)
{
	if (check_own(rank, offset, (uint64_t)bytes + TILE_RECORD_MORE, err))
		return -1;
	places->place[number] = place_of(rank, offset);
	places->bytes[number] = bytes;
	return 0;
}

int map_places_set_samples(struct map_places *places, uint64_t number, unsigned rank,
			   uint64_t offset, struct error *err)
{
	if (check_own(rank, offset, places->samples.bytes, err))
		return -1;
	places->samples.place[number - places->samples.first] = place_of(rank, offset);
	return 0;
}
