/*
 * Tiles of made-up images, cut in many ways, against loops over the whole image: each tile of each
 * level comes once and holds what it should, in the memory that was planned, for every size of
 * chunks and blocks.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output/tile_maker.h"
#include "output/tile_record.h"
#include "../random.h"

enum { TILE = 128, LEVELS = 8, ARENA = 64 << 20, MOST_ARTIFACTS = 1 << 16 };

static struct spools *spools;
static struct arena arena;
static struct tile_encoder *encoder;
static unsigned char room[4 * TILE * TILE];
static struct artifact artifacts[MOST_ARTIFACTS];

/* The pyramid of an image by the definition, level by level, in doubles; nodata is NaN. */
struct image {
	unsigned n_levels;
	uint32_t x[LEVELS], y[LEVELS];
	double *pixel[LEVELS];
};

static double round_as(const struct map_def *map, double v)
{
	return map->type == MAP_FLOAT32 ? (double)(float)v : trunc(v + copysign(0.5, v));
}

static double mean_of_four(const struct map_def *map, const struct image *image, unsigned level,
			   uint32_t x, uint32_t y)
{
	double sum = 0;
	unsigned n = 0;

	for (uint32_t j = 2 * y; j < 2 * y + 2 && j < image->y[level]; j++)
		for (uint32_t i = 2 * x; i < 2 * x + 2 && i < image->x[level]; i++) {
			double v = image->pixel[level][(size_t)j * image->x[level] + i];

			sum += isnan(v) ? 0 : v;
			n += !isnan(v);
		}
	return n ? round_as(map, sum / n) : NAN;
}

static void make_levels(struct image *image, const struct map_def *map)
{
	unsigned l = 0;

	for (; image->x[l] > TILE || image->y[l] > TILE; l++) {
		uint32_t x = (image->x[l] + 1) / 2, y = (image->y[l] + 1) / 2;

		image->x[l + 1] = x;
		image->y[l + 1] = y;
		image->pixel[l + 1] = malloc((size_t)x * y * sizeof(double));
		for (uint32_t j = 0; j < y; j++)
			for (uint32_t i = 0; i < x; i++)
				image->pixel[l + 1][(size_t)j * x + i] =
					mean_of_four(map, image, l, i, j);
	}
	image->n_levels = l + 1;
}

/* Patches of one number, patches of nodata, and noise. */
static double any_pixel(uint32_t x, uint32_t y)
{
	uint32_t patch = (x / 200 * 7 + y / 150 * 5) % 6;

	if (patch == 0)
		return NAN;
	if (patch == 1 || patch == 2)
		return 7 * patch;
	return random_bits() % 16 ? (double)(int)(random_bits() % 200) + 20 : NAN;
}

static struct image any_image(uint32_t x, uint32_t y, const struct map_def *map, bool one_number)
{
	struct image image = {.x = {x}, .y = {y}};

	image.pixel[0] = malloc((size_t)x * y * sizeof(double));
	for (uint32_t j = 0; j < y; j++)
		for (uint32_t i = 0; i < x; i++)
			image.pixel[0][(size_t)j * x + i] = one_number ? 42 : any_pixel(i, j);
	make_levels(&image, map);
	return image;
}

static void free_image(struct image *image)
{
	for (unsigned l = 0; l < image->n_levels; l++)
		free(image->pixel[l]);
}

static void store(const struct map_def *map, double v, void *out, size_t i)
{
	v = isnan(v) ? map->nodata : v;
	if (map->type == MAP_FLOAT32)
		((float *)out)[i] = (float)v;
	else if (map->type == MAP_INT16)
		((int16_t *)out)[i] = (int16_t)v;
	else
		((uint8_t *)out)[i] = (uint8_t)v;
}

/* Pixels of a level, nodata beyond. */
static void store_part(const struct map_def *map, const struct image *image, unsigned level,
		       uint32_t x, uint32_t y, uint32_t x_size, uint32_t y_size, void *out)
{
	for (uint32_t j = 0; j < y_size; j++)
		for (uint32_t i = 0; i < x_size; i++) {
			bool in = level < image->n_levels && x + i < image->x[level] &&
				  y + j < image->y[level];

			store(map,
			      in ? image->pixel[level][(size_t)(y + j) * image->x[level] + x + i]
				 : NAN,
			      out, (size_t)j * x_size + i);
		}
}

/* The machinery's part: blocks of a chunk, slices of blocks, constant ones whole. */
struct work {
	struct maps maps;
	struct chunk_grid grid;
	const struct image *image;
	struct tile_maker_env env;
	unsigned *seen; /* by number: tiles, quadrants and samples */
	uint64_t n_tiles;
};

static bool is_one_number(const struct work *work, const struct window *w)
{
	const double *pixel = work->image->pixel[0];
	double first = pixel[(size_t)w->y_off * work->grid.x_size + w->x_off];

	for (uint32_t j = w->y_off; j < w->y_off + w->y_size; j++)
		for (uint32_t i = w->x_off; i < w->x_off + w->x_size; i++) {
			double v = pixel[(size_t)j * work->grid.x_size + i];

			if (v != first && !(isnan(v) && isnan(first)))
				return false;
		}
	return true;
}

static void put(struct work *work, struct tile_maker *maker, const struct window *window)
{
	bool constant = is_one_number(work, window);
	void *samples = malloc(window_pixels(window) * sizeof(float));
	struct error err;

	store_part(&work->maps.map[0], work->image, 0, window->x_off, window->y_off, window->x_size,
		   window->y_size, samples);
	assert_int_equal(tile_maker_put(maker, &work->env, window, samples, constant, &err), 0);
	free(samples);
}

static void put_block(struct work *work, struct tile_maker *maker, const struct window *block)
{
	uint32_t rows = 1 + (uint32_t)(random_bits() % block->y_size);

	if (is_one_number(work, block))
		rows = block->y_size;
	for (uint32_t y = 0; y < block->y_size; y += rows) {
		struct window slice = *block;

		slice.y_off += y;
		slice.y_size = rows < block->y_size - y ? rows : block->y_size - y;
		put(work, maker, &slice);
	}
}

static void check_tile(struct work *work, const struct artifact *a, const unsigned char *bytes)
{
	const struct map_def *map = &work->maps.map[0];
	size_t tile_bytes = (size_t)TILE * TILE * map_sample_bytes(map->type);
	unsigned char expected[4 * TILE * TILE];
	struct pyramid pyramid;
	unsigned level;
	uint32_t x, y;

	pyramid_make(&pyramid, work->grid.x_size, work->grid.y_size, TILE, true);
	assert_true(pyramid_tile(&pyramid, a->number, &level, &x, &y));
	if (a->kind == ARTIFACT_QUADRANT) {
		assert_int_equal(a->bytes, tile_bytes / 4);
		store_part(map, work->image, level + 1, x * TILE / 2, y * TILE / 2, TILE / 2,
			   TILE / 2, expected);
		assert_memory_equal(bytes, expected, tile_bytes / 4);
		return;
	}
	store_part(map, work->image, level, x * TILE, y * TILE, TILE, TILE, expected);
	if (a->kind == ARTIFACT_TILE) {
		assert_int_equal(a->bytes, tile_bytes + TILE_RECORD_MORE);
		assert_int_equal(bytes[0] | bytes[1] << 8 | bytes[2] << 16, tile_bytes);
		assert_memory_equal(bytes + TILE_LEADER_BYTES + tile_bytes,
				    expected + tile_bytes - TILE_TRAILER_BYTES, TILE_TRAILER_BYTES);
		bytes += TILE_LEADER_BYTES;
	}
	assert_memory_equal(bytes, expected, tile_bytes);
}

static void check_artifacts(struct work *work)
{
	unsigned char *bytes = malloc(4 * TILE * TILE + TILE_RECORD_MORE);
	struct error err;

	for (size_t i = 0; i < work->env.n; i++) {
		const struct artifact *a = &work->env.artifact[i];

		assert_int_equal(a->output, 0);
		assert_true(a->kind <= ARTIFACT_SAMPLES && a->number < work->n_tiles);
		work->seen[a->kind * work->n_tiles + a->number]++;
		assert_true(a->bytes <= 4 * TILE * TILE + TILE_RECORD_MORE);
		assert_int_equal(spool_read(spools, 0, 0, a->offset, bytes, a->bytes, &err), 0);
		check_tile(work, a, bytes);
	}
	free(bytes);
}

static void do_chunk(struct work *work, uint64_t number)
{
	struct window chunk = chunk_grid_window(&work->grid, number), block = {0};
	struct tile_maker *maker;
	struct error err;

	arena.used = arena.peak = 0;
	work->env.n = 0;
	work->env.most = tile_maker_artifacts(&work->maps, &work->grid);
	maker = tile_maker_begin(&work->env, 0, &work->grid, &chunk, &err);
	assert_non_null(maker);
	assert_true(arena.used <= tile_maker_bytes(&work->maps, 0, &work->grid));
	if (is_one_number(work, &chunk))
		put(work, maker, &chunk);
	else
		while (chunk_next_block(&work->grid, &chunk, &block))
			put_block(work, maker, &block);
	check_artifacts(work);
}

/* Tiles up to the level of the chunks, their quadrants, and samples of the picture's level. */
static void check_all_came(const struct work *work)
{
	struct pyramid pyramid;
	unsigned level, top, picture;
	uint32_t x, y;

	pyramid_make(&pyramid, work->grid.x_size, work->grid.y_size, TILE, true);
	top = work->grid.level < pyramid.n_levels ? work->grid.level : pyramid.n_levels - 1;
	picture = work->maps.picture.wanted ? picture_level(&pyramid) : PYRAMID_LEVELS_MOST;
	for (uint64_t i = 0; i < work->n_tiles; i++) {
		const unsigned *seen = work->seen + i;

		assert_true(pyramid_tile(&pyramid, i, &level, &x, &y));
		assert_int_equal(seen[ARTIFACT_TILE * work->n_tiles], level <= top);
		assert_int_equal(seen[ARTIFACT_QUADRANT * work->n_tiles],
				 level == top && level + 1 < pyramid.n_levels);
		assert_int_equal(seen[ARTIFACT_SAMPLES * work->n_tiles],
				 level == picture && level <= top);
	}
}

static void do_image(struct work *work)
{
	struct pyramid pyramid;

	pyramid_make(&pyramid, work->grid.x_size, work->grid.y_size, TILE, true);
	work->n_tiles = pyramid_first(&pyramid, pyramid.n_levels);
	work->seen = calloc(3 * work->n_tiles, sizeof(*work->seen));
	for (uint64_t i = 0; i < chunk_grid_count(&work->grid); i++)
		do_chunk(work, i);
	check_all_came(work);
	assert_true(spool_bytes(spools, 0, 0) <= tile_maker_spool_bytes(&work->maps, &work->grid));
	spool_empty(spools, 0);
	free(work->seen);
}

static struct work work_of(enum map_type type, uint32_t x, uint32_t y)
{
	struct work work = {
		.maps = {.files = true,
			 .n = 1,
			 .format = {.tile = TILE, .overviews = true, .predictor = 1}},
		.grid = {.x_size = x, .y_size = y, .unit = TILE},
	};

	work.maps.map[0].type = type;
	work.maps.map[0].scale = 1;
	work.maps.map[0].nodata = type == MAP_FLOAT32 ? -9999 : type == MAP_INT16 ? -32768 : 255;
	work.env = (struct tile_maker_env){
		.encoder = encoder,
		.spools = spools,
		.arena = &arena,
		.room = room,
		.artifact = artifacts,
	};
	return work;
}

static uint32_t cut_to(uint64_t size, uint32_t most)
{
	return (uint32_t)(size < most ? size : most);
}

/* Squares, bands, or several squares; blocks of any size. */
static void any_grid(struct chunk_grid *grid)
{
	unsigned kind = (unsigned)(random_bits() % 4);
	uint64_t side;

	grid->level = (unsigned)(random_bits() % 4);
	side = (uint64_t)TILE << grid->level;
	grid->chunk_x_size = kind == 1 ? grid->x_size : cut_to(side, grid->x_size);
	grid->chunk_y_size = cut_to(side, grid->y_size);
	if (kind == 2) {
		grid->chunk_x_size = cut_to(3 * side, grid->x_size);
		grid->chunk_y_size = cut_to(2 * side, grid->y_size);
	}
	grid->block_x_size = cut_to(1 + random_bits() % 700, grid->chunk_x_size);
	grid->block_y_size = cut_to(1 + random_bits() % 300, grid->chunk_y_size);
	if (random_bits() % 2)
		grid->block_x_size = cut_to(UINT64_C(32) << random_bits() % 6, grid->chunk_x_size);
	if (random_bits() % 2)
		grid->block_y_size = cut_to(UINT64_C(32) << random_bits() % 6, grid->chunk_y_size);
	grid->whole_chunk = random_bits() % 8 == 0;
	if (grid->whole_chunk || random_bits() % 8 == 0) {
		grid->block_x_size = grid->chunk_x_size;
		grid->block_y_size = grid->whole_chunk ? grid->chunk_y_size : 1;
	}
}

static void cut_in_many_ways(void **state)
{
	(void)state;
	for (int i = 0; i < 240; i++) {
		uint32_t x = 1 + (uint32_t)(random_bits() % 1500);
		uint32_t y = 1 + (uint32_t)(random_bits() % 900);
		struct work work = work_of((enum map_type)(random_bits() % 3), x, y);
		struct image image = any_image(x, y, &work.maps.map[0], random_bits() % 8 == 0);

		work.env.maps = &work.maps;
		work.image = &image;
		work.maps.picture.wanted = random_bits() % 2;
		any_grid(&work.grid);
		do_image(&work);
		free_image(&image);
	}
}

static struct artifact only(const struct work *work, unsigned kind, uint64_t number)
{
	struct artifact found = {0};
	unsigned n = 0;

	for (size_t i = 0; i < work->env.n; i++)
		if (work->env.artifact[i].kind == kind && work->env.artifact[i].number == number) {
			found = work->env.artifact[i];
			n++;
		}
	assert_int_equal(n, 1);
	return found;
}

/* One number everywhere: encoded once; at the edge, padding makes it another tile. */
static void one_number_is_encoded_once(void **state)
{
	struct work work = work_of(MAP_INT16, 3 * TILE, 3 * TILE + 1);
	struct image image = any_image(3 * TILE, 3 * TILE + 1, &work.maps.map[0], true);
	struct window chunk;
	struct error err;
	int16_t value = 42;

	(void)state;
	work.env.maps = &work.maps;
	work.image = &image;
	work.grid.level = 2;
	work.grid.chunk_x_size = 3 * TILE;
	work.grid.chunk_y_size = 3 * TILE + 1;
	work.grid.block_x_size = work.grid.block_y_size = 1;
	chunk = chunk_grid_window(&work.grid, 0);
	arena.used = 0;
	work.env.most = tile_maker_artifacts(&work.maps, &work.grid);
	assert_int_equal(tile_maker_put(tile_maker_begin(&work.env, 0, &work.grid, &chunk, &err),
					&work.env, &chunk, &value, true, &err),
			 0);
	for (uint64_t i = 1; i < 9; i++)
		assert_int_equal(only(&work, ARTIFACT_TILE, i).offset,
				 only(&work, ARTIFACT_TILE, 0).offset);
	assert_int_not_equal(only(&work, ARTIFACT_TILE, 9).offset,
			     only(&work, ARTIFACT_TILE, 0).offset);
	spool_empty(spools, 0);
	free_image(&image);
}

/* SPARSE_OK: tiles of nodata alone have no bytes. */
static void sparse_tiles_have_no_bytes(void **state)
{
	struct work work = work_of(MAP_UINT8, 2 * TILE, TILE);
	const struct window left = {0, 0, TILE, TILE}, right = {TILE, 0, TILE, TILE};
	const struct window chunk = {0, 0, 2 * TILE, TILE};
	const uint8_t nodata = 255, value = 3;
	struct tile_maker *maker;
	struct error err;

	(void)state;
	work.env.maps = &work.maps;
	work.maps.format.sparse = true;
	work.grid.level = 1;
	work.grid.chunk_x_size = 2 * TILE;
	work.grid.chunk_y_size = work.grid.block_x_size = work.grid.block_y_size = TILE;
	arena.used = 0;
	work.env.most = tile_maker_artifacts(&work.maps, &work.grid);
	maker = tile_maker_begin(&work.env, 0, &work.grid, &chunk, &err);
	assert_int_equal(tile_maker_put(maker, &work.env, &left, &nodata, true, &err), 0);
	assert_int_equal(tile_maker_put(maker, &work.env, &right, &value, true, &err), 0);
	assert_int_equal(only(&work, ARTIFACT_TILE, 0).bytes, 0);
	assert_int_equal(only(&work, ARTIFACT_TILE, 1).bytes, TILE * TILE + TILE_RECORD_MORE);
	assert_int_equal(only(&work, ARTIFACT_TILE, 2).bytes, TILE * TILE + TILE_RECORD_MORE);
	spool_empty(spools, 0);
}

/* Pictures alone: nothing is encoded. */
static void pictures_alone(void **state)
{
	struct work work = work_of(MAP_UINT8, 2 * TILE, TILE);
	const struct window chunk = {0, 0, 2 * TILE, TILE};
	const uint8_t value = 3;
	struct error err;

	(void)state;
	work.env.maps = &work.maps;
	work.maps.files = false;
	work.maps.picture.wanted = true;
	work.grid.chunk_x_size = 2 * TILE;
	work.grid.chunk_y_size = work.grid.block_x_size = work.grid.block_y_size = TILE;
	arena.used = 0;
	work.env.most = tile_maker_artifacts(&work.maps, &work.grid);
	assert_int_equal(tile_maker_put(tile_maker_begin(&work.env, 0, &work.grid, &chunk, &err),
					&work.env, &chunk, &value, true, &err),
			 0);
	assert_int_equal(work.env.n, 2); /* samples of two tiles, and nothing that nobody reads */
	assert_int_equal(only(&work, ARTIFACT_SAMPLES, 1).bytes, TILE * TILE);
	spool_empty(spools, 0);
}

static int set_up(void **state)
{
	const struct spools_place place = {.folder = "/tmp", .n = 1, .n_ranks = 1};
	const struct map_format format = {.tile = TILE, .predictor = 1};
	struct error err;

	(void)state;
	encoder = tile_encoder_new(&format, MAP_FLOAT32, &err);
	return encoder && !arena_init(&arena, ARENA, &err) && !spools_open(&spools, &place, &err)
		       ? 0
		       : -1;
}

/* 5000 x 3000 is shown as 625 x 375: 5 x 3 tiles, whoever makes them, workers or the assembling. */
static void spool_has_room_for_pictures(void **state)
{
	(void)state;
	for (unsigned level = 0; level <= 4; level++) {
		struct work work = work_of(MAP_INT16, 5000, 3000);
		uint64_t without;

		work.grid.level = level;
		work.grid.chunk_x_size = work.grid.chunk_y_size = TILE << level;
		without = tile_maker_spool_bytes(&work.maps, &work.grid);
		work.maps.picture.wanted = true;
		assert_int_equal(tile_maker_spool_bytes(&work.maps, &work.grid) - without,
				 5 * 3 * TILE * TILE * 2);
	}
}

static int tear_down(void **state)
{
	(void)state;
	spools_close(spools);
	arena_release(&arena);
	tile_encoder_free(encoder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_in_many_ways),
		cmocka_unit_test(one_number_is_encoded_once),
		cmocka_unit_test(sparse_tiles_have_no_bytes),
		cmocka_unit_test(pictures_alone),
		cmocka_unit_test(spool_has_room_for_pictures),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
