/*
 * Cutting scenes into chunks along the tiles of files of pixels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pixels/stages.h"
#include "plan/fit_scene.h"
#include "plan.h"
#include "../random.h"

enum { TILE = 512, MIB = 1 << 20 };

static size_t no_totals(const struct scene *scene, const struct chunk_grid *grid,
			const struct result_layout *layout, unsigned workers, bool by_tile)
{
	(void)scene, (void)grid, (void)layout, (void)workers, (void)by_tile;
	return 1000;
}

/* Two bytes a pixel in each of two planes, whole stored tiles; rows of a block alone. */
static size_t decode(const struct scene *scene, uint32_t x_size, uint32_t y_size,
		     const struct options *options)
{
	(void)options;
	return y_size < scene->store_y_size && scene->files[0].info.rows_can_stream
		       ? (size_t)x_size * y_size * 4
		       : scene->files[0].info.block_bytes;
}

/* A row of tiles of 2 bytes a pixel. */
static size_t row_of_tiles(const struct scene *scene, const struct chunk_grid *grid,
			   const struct options *options)
{
	(void)scene, (void)options;
	assert_int_equal(grid->unit, TILE);
	return (size_t)grid->chunk_x_size * TILE * 2;
}

static void unit(const struct scene *scene, const struct options *options, uint32_t *side,
		 unsigned *most_level)
{
	uint32_t longer = scene->x_size > scene->y_size ? scene->x_size : scene->y_size;

	(void)options;
	*side = TILE;
	for (*most_level = 0; (uint64_t)TILE << *most_level < longer;)
		++*most_level;
}

static size_t outputs_bytes(const struct scene *scene, const struct chunk_grid *grid,
			    const struct options *options)
{
	(void)scene, (void)options;
	return chunk_grid_count(grid) * 40 + 7;
}

static const struct output_maker outputs = {.unit = unit, .bytes = outputs_bytes};
static const struct stage reads = {.scratch = decode};
static const struct stage encodes = {.chunk_kept = row_of_tiles, .by_slice = true};
static const struct stage *const stages[] = {&reads, &encodes};
static const struct workload workload = {
	.stage = stages,
	.n_stages = 2,
	.slice_rows = block_slice_rows,
	.slice = block_slice,
	.pixel_bytes = scene_pixel_bytes,
	.totals_bytes = no_totals,
	.outputs = &outputs,
};

static char name[] = "made-up";

static struct scene stored(uint32_t size, uint32_t store_x, uint32_t store_y)
{
	struct scene scene = {.n_files = 1,
			      .x_size = size,
			      .y_size = size,
			      .store_x_size = store_x < size ? store_x : size,
			      .store_y_size = store_y < size ? store_y : size,
			      .tile_x_size = 256,
			      .tile_y_size = 256};

	scene.name = name;
	scene.has_band[0] = scene.has_band[1] = true;
	scene.band[0].type = scene.band[1].type = SAMPLE_U16;
	scene.files[0].info.block_bytes = (size_t)scene.store_x_size * scene.store_y_size * 2;
	return scene;
}

static struct plan plan_of(unsigned workers, uint64_t pool)
{
	return (struct plan){
		.pool = pool, .workers = workers, .workers_asked = workers, .ranks = 1};
}

static struct chunk_grid cut(const struct scene *scene, const struct options *options,
			     unsigned workers, uint64_t pool)
{
	const struct plan plan = plan_of(workers, pool);
	struct chunk_grid grid;
	struct error err;

	assert_int_equal(plan_scene(&grid, &plan, options, &workload, scene, &err), 0);
	return grid;
}

static void expect(uint32_t size, uint32_t store_x, uint32_t store_y, unsigned workers, uint32_t x,
		   uint32_t y, unsigned level)
{
	const struct options options = {.chunk_kind = CHUNK_AUTO};
	const struct scene scene = stored(size, store_x, store_y);
	struct chunk_grid grid = cut(&scene, &options, workers, 1ull << 40);

	assert_int_equal(grid.chunk_x_size, x);
	assert_int_equal(grid.chunk_y_size, y);
	assert_int_equal(grid.level, level);
}

/*
 * By hand: what all share, 2 + 1/4 + ... of the chunk's levels, times 1/workers + (1 - 1/workers) *
 * chunk/scene, and what is one worker's, 1/3 of the last of these levels; the least of these sums
 * by 1 %, unless stored blocks would be cut.
 */
static void levels_by_hand(void **state)
{
	(void)state;
	expect(10980, 256, 256, 2, 2048, 2048, 2);    /* 1.217; 1.218 of 1024 */
	expect(10980, 256, 256, 1, 4096, 4096, 3);    /* nobody waits */
	expect(10980, 256, 256, 8, 2048, 2048, 2);    /* 0.380; 0.382 of 1024, 0.587 of 512 */
	expect(5490, 256, 256, 8, 1024, 1024, 1);     /* 0.433; 0.592 of 2048 */
	expect(1000, 256, 256, 8, 512, 512, 0);       /* of 4; 2.33 of one chunk */
	expect(10980, 1024, 1024, 64, 2048, 2048, 2); /* 0.136; 0.138 of 1024 */
	expect(5490, 2048, 2048, 8, 2048, 2048, 2);   /* of 1024 they would be cut */
	expect(10980, 4096, 4096, 2, 4096, 4096, 3);
	expect(100000, 8192, 8192, 2, 8192, 8192, 4);
	expect(10980, 1000, 1000, 2, 2048, 2048, 2); /* cut whatever one does */
	expect(10980, 10980, 1, 2, 10980, 1024, 1);  /* 1.313; 1.392 of 2048 */
	expect(10980, 10980, 16, 1, 10980, 2048, 2);
	expect(10980, 10980, 1024, 8, 10980, 1024, 1);
	expect(300, 256, 256, 2, 300, 300, 0);
}

static struct chunk_grid asked(const struct options *options)
{
	const struct scene scene = stored(10980, 256, 256);

	return cut(&scene, options, 2, 1ull << 40);
}

/* What the user asks for becomes whole squares, or bands. */
static void chunks_are_rounded(void **state)
{
	struct options options = {.chunk_kind = CHUNK_PIXELS, .chunk_x = 1000, .chunk_y = 200};
	struct chunk_grid grid = asked(&options);

	(void)state;
	assert_int_equal(grid.chunk_x_size, 1024);
	assert_int_equal(grid.chunk_y_size, 1024);
	options.chunk_x = 20000;
	grid = asked(&options);
	assert_int_equal(grid.chunk_x_size, 10980);
	assert_int_equal(grid.chunk_y_size, 512);
	options = (struct options){.chunk_kind = CHUNK_TILE};
	assert_int_equal(asked(&options).chunk_x_size, 512);
	options = (struct options){.chunk_kind = CHUNK_BYTES, .chunk_bytes = 4 * 1024 * 1024};
	assert_int_equal(asked(&options).chunk_x_size, 1024);
	options.chunk_bytes++;
	assert_int_equal(asked(&options).chunk_x_size, 1024); /* of pixels, none more */
	options.chunk_bytes += 4;
	assert_int_equal(asked(&options).chunk_x_size, 2048);
	options.chunk_bytes = 1ull << 60;
	assert_int_equal(asked(&options).chunk_x_size, 10980);
}

/* Less memory: lower levels, down to one square. */
static void levels_give_way_to_memory(void **state)
{
	const struct options options = {.chunk_kind = CHUNK_AUTO};
	const struct scene scene = stored(10980, 256, 256);

	(void)state;
	assert_int_equal(cut(&scene, &options, 2, 4 * MIB).level, 2);
	assert_int_equal(cut(&scene, &options, 2, 2 * MIB).level, 1);
	assert_int_equal(cut(&scene, &options, 2, MIB).level, 0);
}

/* Strips: bands of a row of tiles where they fit, else squares that decode strips again. */
static void bands_give_way_to_squares(void **state)
{
	const struct options options = {.chunk_kind = CHUNK_AUTO};
	const struct scene scene = stored(10980, 10980, 16);
	struct chunk_grid grid = cut(&scene, &options, 2, 16 * MIB);

	(void)state;
	assert_int_equal(grid.chunk_x_size, 10980);
	grid = cut(&scene, &options, 2, 4 * MIB);
	assert_int_equal(grid.chunk_x_size, 1024);
	assert_int_equal(grid.chunk_y_size, 1024);
}

/* Huge stored tiles of whole units are streamed, in chunks of their own size. */
static void rows_of_huge_tiles(void **state)
{
	const struct options options = {.chunk_kind = CHUNK_AUTO};
	struct scene scene = stored(20480, 6144, 6144);
	struct chunk_grid grid;

	(void)state;
	scene.files[0].info.rows_can_stream = true;
	grid = cut(&scene, &options, 1, 16 * MIB);
	assert_true(grid.streamed);
	assert_int_equal(grid.chunk_x_size, 6144);
	assert_int_equal(grid.chunk_y_size, 6144);
	assert_int_equal(grid.level, 2); /* 6144 = 3 * 2048 */
	assert_int_equal(grid.unit, TILE);
}

/* One strip of everything: its rows, with the whole scene as one chunk. */
static void rows_of_one_strip(void **state)
{
	const struct options options = {.chunk_kind = CHUNK_AUTO};
	struct scene scene = stored(5000, 5000, 5000);
	struct chunk_grid grid;

	(void)state;
	scene.files[0].info.rows_can_stream = true;
	grid = cut(&scene, &options, 1, 8 * MIB);
	assert_true(grid.streamed);
	assert_int_equal(chunk_grid_count(&grid), 1);
	assert_true((uint64_t)TILE << grid.level >= 5000);
}

/*
 * Stored blocks that are no whole units are not streamed: squares decode them again. Where not even
 * those fit, the refusal names what is enough.
 */
static void odd_huge_tiles_are_cut(void **state)
{
	const struct options options = {.chunk_kind = CHUNK_AUTO};
	struct plan plan = plan_of(1, 8 * MIB);
	struct scene scene = stored(20000, 5000, 5000);
	uint64_t smallest = plan_smallest_pool(&plan, &options, &workload, &scene);
	struct chunk_grid grid;
	struct error err;

	(void)state;
	scene.files[0].info.rows_can_stream = true;
	assert_int_equal(plan_scene(&grid, &plan, &options, &workload, &scene, &err), 0);
	assert_false(grid.streamed);
	scene.files[0].info.rows_can_stream = false;
	assert_int_equal(plan_scene(&grid, &plan, &options, &workload, &scene, &err), -1);
	assert_int_equal(err.code, EX_TEMPFAIL);
	assert_non_null(strstr(err.text, "is enough"));
	plan.pool = smallest;
	assert_int_equal(plan_scene(&grid, &plan, &options, &workload, &scene, &err), 0);
	assert_int_equal(grid.level, 0);
	plan.pool = smallest - 1;
	assert_int_equal(plan_scene(&grid, &plan, &options, &workload, &scene, &err), -1);
}

/* Nothing stored: chunks as usual, done as one pixel each. */
static void nothing_stored(void **state)
{
	const struct options options = {.chunk_kind = CHUNK_AUTO};
	struct scene scene = stored(10980, 256, 256);
	struct chunk_grid grid;

	(void)state;
	scene.files[0].info.empty = true;
	grid = cut(&scene, &options, 2, 1ull << 40);
	assert_true(grid.constant);
	assert_int_equal(grid.chunk_x_size, 2048);
	assert_int_equal(grid.block_x_size, 1);
}

static struct scene any_scene(void)
{
	struct scene scene =
		stored(1 + (uint32_t)(random_bits() % 30000), 1 + (uint32_t)(random_bits() % 9000),
		       1 + (uint32_t)(random_bits() % 9000));

	if (random_bits() % 2)
		scene.store_x_size = TILE << random_bits() % 5;
	if (random_bits() % 2)
		scene.store_y_size = scene.store_x_size;
	if (random_bits() % 3 == 0)
		scene.store_x_size = scene.x_size;
	scene.store_x_size = scene.store_x_size < scene.x_size ? scene.store_x_size : scene.x_size;
	scene.store_y_size = scene.store_y_size < scene.y_size ? scene.store_y_size : scene.y_size;
	scene.files[0].info.block_bytes = (size_t)scene.store_x_size * scene.store_y_size * 2;
	scene.files[0].info.rows_can_stream = random_bits() % 2;
	return scene;
}

/* What every cut has to be: whole squares of its level, and all of a stored block where streamed.
 */
static void check_cut(const struct chunk_grid *grid, const struct scene *scene)
{
	uint64_t square = (uint64_t)TILE << grid->level;

	assert_int_equal(grid->unit, TILE);
	assert_true(grid->chunk_x_size % square == 0 || grid->chunk_x_size == scene->x_size);
	assert_true(grid->chunk_y_size % square == 0 || grid->chunk_y_size >= scene->y_size);
	if (grid->streamed)
		assert_int_equal(grid->chunk_y_size, scene->store_y_size);
}

/* More memory never makes a scene fail, and the smallest pool is the smallest. */
static void more_memory_never_fails(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		const struct options options = {.chunk_kind = CHUNK_AUTO};
		const struct scene scene = any_scene();
		struct plan plan = plan_of(1 + (unsigned)(random_bits() % 64), 0);
		uint64_t smallest = plan_smallest_pool(&plan, &options, &workload, &scene);

		for (uint64_t pool = MIB / 4; pool < 2048ull * MIB; pool += pool / 7) {
			struct chunk_grid grid;
			struct error err;

			plan.pool = pool;
			assert_int_equal(
				plan_scene(&grid, &plan, &options, &workload, &scene, &err) == 0,
				pool >= smallest);
			if (pool >= smallest)
				check_cut(&grid, &scene);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_by_hand),
		cmocka_unit_test(chunks_are_rounded),
		cmocka_unit_test(levels_give_way_to_memory),
		cmocka_unit_test(bands_give_way_to_squares),
		cmocka_unit_test(rows_of_huge_tiles),
		cmocka_unit_test(rows_of_one_strip),
		cmocka_unit_test(odd_huge_tiles_are_cut),
		cmocka_unit_test(nothing_stored),
		cmocka_unit_test(more_memory_never_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
