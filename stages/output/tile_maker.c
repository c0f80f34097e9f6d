/*
 * Assembly of tiles. A tile of any level has its place by its number, as many as can be open at
 * once (tile_places()). What holds one number alone needs no samples until it turns out that it
 * holds another, too.
 */
#include "tile_maker.h"

#include "average.h"
#include "stored.h"
#include "tile_parts.h"
#include "window.h"

/* --- open tiles --- */

/* The part of a tile that lies in the image. */
static struct window inside(const struct tile_maker *maker, unsigned level, uint32_t x, uint32_t y)
{
	uint32_t x_off = x * maker->tile, y_off = y * maker->tile;

	return (struct window){x_off, y_off,
			       least(maker->tile, pyramid_x_size(&maker->pyramid, level) - x_off),
			       least(maker->tile, pyramid_y_size(&maker->pyramid, level) - y_off)};
}

static bool is_full(const struct tile_maker *maker, unsigned level, const struct open_tile *tile)
{
	struct window window = inside(maker, level, tile->x, tile->y);

	return window.x_size == maker->tile && window.y_size == maker->tile;
}

/* What a tile is made of: pixels, or tiles of the level below. */
static uint64_t parts_of(const struct tile_maker *maker, unsigned level, uint32_t x, uint32_t y)
{
	const struct pyramid *pyramid = &maker->pyramid;
	struct window window = inside(maker, level, x, y);

	if (level == 0)
		return window_pixels(&window);
	return (uint64_t)least(2, pyramid_across(pyramid, level - 1) - 2 * x) *
	       least(2, pyramid_down(pyramid, level - 1) - 2 * y);
}

/* NULL with an error where another tile is at its place. */
static struct open_tile *open_tile(struct tile_maker *maker, unsigned level, uint32_t x, uint32_t y,
				   struct error *err)
{
	const struct open_level *open = &maker->open[level];
	struct open_tile *tile =
		&open->tile[(size_t)(y % open->places.rows) * open->places.columns +
			    x % open->places.columns];

	if (tile->used && tile->x == x && tile->y == y)
		return tile;
	if (tile->used) {
		error_set(err, EX_SOFTWARE, "encode: more open tiles than were planned");
		return NULL;
	}
	*tile = (struct open_tile){
		.used = true,
		.x = x,
		.y = y,
		.missing = parts_of(maker, level, x, y),
		.samples = tile->samples,
	};
	return tile;
}

/* A rectangle of a tile. */
static void fill_part(const struct tile_maker *maker, unsigned char *samples,
		      const struct window *part, const struct sample *value)
{
	for (uint32_t row = 0; row < part->y_size; row++)
		sample_fill(samples + ((size_t)(part->y_off + row) * maker->tile + part->x_off) *
					      maker->bytes,
			    value, maker->bytes, part->x_size);
}

/* What lies beyond the image is nodata. */
static void pad(const struct tile_maker *maker, unsigned level, struct open_tile *tile)
{
	if (!is_full(maker, level, tile))
		sample_fill(tile->samples, &maker->nodata, maker->bytes, samples_of(maker));
}

/* --- up the pyramid --- */

static struct window quadrant_of(const struct tile_maker *maker, unsigned q)
{
	uint32_t half = maker->tile / 2;

	return (struct window){q & 1 ? half : 0, q & 2 ? half : 0, half, half};
}

static void fill_quadrant(const struct tile_maker *maker, struct open_tile *tile, unsigned q,
			  const struct sample *value)
{
	const struct window part = quadrant_of(maker, q);

	fill_part(maker, tile->samples, &part, value);
}

/* What was one number alone so far, or nothing, becomes samples. */
static void materialise(const struct tile_maker *maker, unsigned level, struct open_tile *tile)
{
	if (tile->quadrants && !tile->uniform)
		return;
	pad(maker, level, tile);
	for (unsigned q = 0; q < QUADRANTS; q++)
		if (tile->quadrants >> q & 1)
			fill_quadrant(maker, tile, q, &tile->value);
	tile->uniform = false;
}

/* A finished tile becomes a quarter of the one above. */
static int raise_tile(struct tile_maker *maker, unsigned level, const struct open_tile *child,
		      struct open_tile **above, struct error *err)
{
	unsigned q = (child->x & 1) | (child->y & 1) << 1;
	struct open_tile *tile = open_tile(maker, level + 1, child->x / 2, child->y / 2, err);
	const struct window part = quadrant_of(maker, q);

	*above = tile;
	if (!tile)
		return -1;
	if (child->uniform &&
	    (!tile->quadrants ||
	     (tile->uniform && same_number(maker, &tile->value, &child->value)))) {
		tile->uniform = true;
		tile->value = child->value;
	} else {
		materialise(maker, level + 1, tile);
		if (child->uniform)
			fill_quadrant(maker, tile, q, &child->value);
		else
			average_tile(maker->map, maker->tile, child->samples,
				     tile->samples +
					     ((size_t)part.y_off * maker->tile + part.x_off) *
						     maker->bytes,
				     maker->tile);
	}
	tile->quadrants |= 1u << q;
	tile->missing--;
	return 0;
}

/* One number alone? Most tiles differ in their first samples. */
static void find_uniform(const struct tile_maker *maker, unsigned level, struct open_tile *tile)
{
	size_t bytes = samples_of(maker) * maker->bytes;

	if (tile->uniform) {
		if (!same_number(maker, &tile->value, &maker->nodata) &&
		    !is_full(maker, level, tile))
			materialise(maker, level, tile);
		return;
	}
	if (memcmp(tile->samples, tile->samples + maker->bytes, bytes - maker->bytes) != 0)
		return;
	tile->uniform = true;
	memcpy(tile->value.byte, tile->samples, maker->bytes);
}

/* All of this tile is there; maybe so are tiles above. */
static int finish(struct tile_maker *maker, struct tile_maker_env *env, struct open_tile *tile,
		  struct error *err)
{
	for (unsigned level = 0;; level++) {
		find_uniform(maker, level, tile);
		tile->used = false;
		if (tile_emit(maker, env, level, tile, err))
			return -1;
		if (level == maker->top)
			return 0;
		if (raise_tile(maker, level, tile, &tile, err))
			return -1;
		if (tile->missing)
			return 0;
	}
}

/* --- pixels --- */

/* A part of a window, and where its samples are. */
struct piece {
	const struct window *window;
	const unsigned char *samples; /* of the window */
	bool constant;
};

static void put_rows(const struct tile_maker *maker, struct open_tile *tile,
		     const struct piece *piece, const struct window *part)
{
	const struct window *window = piece->window;
	size_t row_bytes = part->x_size * maker->bytes, stride = window->x_size * maker->bytes;
	const unsigned char *from = piece->samples + (part->y_off - window->y_off) * stride +
				    (part->x_off - window->x_off) * maker->bytes;
	uint32_t x = part->x_off - tile->x * maker->tile, y = part->y_off - tile->y * maker->tile;
	unsigned char *to = tile->samples + ((size_t)y * maker->tile + x) * maker->bytes;

	for (uint32_t row = 0; row < part->y_size; row++) {
		memcpy(to, from, row_bytes);
		to += (size_t)maker->tile * maker->bytes;
		from += stride;
	}
}

static void put_constant(const struct tile_maker *maker, struct open_tile *tile,
			 const struct window *part, const struct sample *value)
{
	const struct window here = {part->x_off - tile->x * maker->tile,
				    part->y_off - tile->y * maker->tile, part->x_size,
				    part->y_size};

	fill_part(maker, tile->samples, &here, value);
}

/* All of the tile comes at once, and is one number, padding included. */
static bool comes_uniform(const struct tile_maker *maker, const struct open_tile *tile,
			  const struct window *part, const struct sample *value)
{
	return !tile->quadrants && tile->missing == window_pixels(part) &&
	       (is_full(maker, 0, tile) || same_number(maker, value, &maker->nodata));
}

/* What comes to one tile at once. */
static int put_part(struct tile_maker *maker, struct tile_maker_env *env, const struct piece *piece,
		    const struct window *part, struct error *err)
{
	struct open_tile *tile =
		open_tile(maker, 0, part->x_off / maker->tile, part->y_off / maker->tile, err);

	if (!tile)
		return -1;
	if (piece->constant)
		memcpy(tile->value.byte, piece->samples, maker->bytes);
	tile->uniform = piece->constant && comes_uniform(maker, tile, part, &tile->value);
	if (!tile->quadrants && !tile->uniform)
		pad(maker, 0, tile);
	tile->quadrants = 1;
	if (!piece->constant)
		put_rows(maker, tile, piece, part);
	else if (!tile->uniform)
		put_constant(maker, tile, part, &tile->value);
	tile->missing -= window_pixels(part);
	return tile->missing ? 0 : finish(maker, env, tile, err);
}

/* The tiles that meet this part of the window, row by row. */
static int put_tiles(struct tile_maker *maker, struct tile_maker_env *env,
		     const struct piece *piece, const struct window *area, struct error *err)
{
	const uint32_t t = maker->tile;
	struct window part;

	for (uint32_t y = area->y_off / t; y <= (area->y_off + area->y_size - 1) / t; y++)
		for (uint32_t x = area->x_off / t; x <= (area->x_off + area->x_size - 1) / t; x++) {
			struct window tile = inside(maker, 0, x, y);

			if (window_intersect(&tile, area, &part) &&
			    put_part(maker, env, piece, &part, err))
				return -1;
		}
	return 0;
}

/*
 * A square of tiles of which all is one value: tile by tile in the order of a quad tree, in which
 * one of each level is open.
 */
static int put_square(struct tile_maker *maker, struct tile_maker_env *env,
		      const struct piece *piece, unsigned level, uint32_t x, uint32_t y,
		      struct error *err)
{
	const struct window *chunk = piece->window;
	uint64_t side = (uint64_t)maker->tile << level;

	if (x * side >= (uint64_t)chunk->x_off + chunk->x_size ||
	    y * side >= (uint64_t)chunk->y_off + chunk->y_size)
		return 0;
	if (level == 0) {
		struct window tile = inside(maker, 0, x, y);

		return put_tiles(maker, env, piece, &tile, err);
	}
	for (unsigned q = 0; q < QUADRANTS; q++)
		if (put_square(maker, env, piece, level - 1, 2 * x + (q & 1), 2 * y + (q >> 1),
			       err))
			return -1;
	return 0;
}

/* The whole chunk is one value. */
static int put_chunk(struct tile_maker *maker, struct tile_maker_env *env,
		     const struct piece *piece, struct error *err)
{
	const struct window *chunk = piece->window;
	uint64_t side = (uint64_t)maker->tile << maker->top;
	uint64_t x_end = chunk->x_off + (uint64_t)chunk->x_size;
	uint64_t y_end = chunk->y_off + (uint64_t)chunk->y_size;

	for (uint64_t y = chunk->y_off / side; y * side < y_end; y++)
		for (uint64_t x = chunk->x_off / side; x * side < x_end; x++)
			if (put_square(maker, env, piece, maker->top, (uint32_t)x, (uint32_t)y,
				       err))
				return -1;
	return 0;
}

int tile_maker_put(struct tile_maker *maker, struct tile_maker_env *env,
		   const struct window *window, const void *samples, bool constant,
		   struct error *err)
{
	const struct piece piece = {window, samples, constant};

	if (constant && window_pixels(window) == window_pixels(&maker->chunk))
		return put_chunk(maker, env, &piece, err);
	return put_tiles(maker, env, &piece, window, err);
}

/* --- begin --- */

static int alloc_level(struct tile_maker *maker, struct arena *arena, unsigned level,
		       const struct chunk_grid *grid)
{
	struct open_level *open = &maker->open[level];
	size_t bytes = samples_of(maker) * maker->bytes, n;
	unsigned char *room;

	open->places = tile_places(maker->tile, level, grid);
	n = (size_t)open->places.columns * open->places.rows;
	open->tile = arena_alloc(arena, n * sizeof(*open->tile));
	room = arena_alloc(arena, n * bytes);
	if (!open->tile || !room)
		return -1;
	for (size_t i = 0; i < n; i++)
		open->tile[i] = (struct open_tile){.samples = room + i * bytes};
	return 0;
}

static void settle(struct tile_maker *maker, const struct maps *maps, unsigned output,
		   const struct chunk_grid *grid, const struct window *chunk)
{
	*maker = (struct tile_maker){
		.chunk = *chunk,
		.output = output,
		.map = &maps->map[output],
		.tile = maps->format.tile,
		.bytes = map_sample_bytes(maps->map[output].type),
		.picture = PYRAMID_LEVELS_MOST,
		.n_stored = maps->format.overviews ? PYRAMID_LEVELS_MOST : 1,
		.sparse = maps->format.sparse,
	};
	stored_nodata(maker->nodata.byte, maker->map);
	map_pyramid(&maker->pyramid, maps, output, grid->x_size, grid->y_size);
	maker->top = tile_top_level(&maker->pyramid, grid);
	if (map_has_picture(maps, output))
		maker->picture = picture_level(&maker->pyramid);
	if (!maps->files)
		maker->n_stored = 0;
}

struct tile_maker *tile_maker_begin(struct tile_maker_env *env, unsigned output,
				    const struct chunk_grid *grid, const struct window *chunk,
				    struct error *err)
{
	struct tile_maker *maker = arena_alloc(env->arena, sizeof(*maker));
	int status = maker ? 0 : -1;

	if (maker)
		settle(maker, env->maps, output, grid, chunk);
	for (unsigned level = 0; !status && level <= maker->top; level++)
		status = alloc_level(maker, env->arena, level, grid);
	if (!status)
		return maker;
	error_set(err, EX_SOFTWARE, "encode: the planned memory is too small");
	return NULL;
}
