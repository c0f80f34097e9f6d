/*
 * Two values at once, from the mask stage to the row of the scene: on every executor of one
 * machine, whatever the chunks and wherever the pixels are reduced, the same bytes, and those of a
 * reference that adds pixel by pixel. A value that a scene lacks is left out there. Scenes are made
 * up, so no file is read.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "pixels/stages.h"
#include "report_sink.h"
#include "run/execute.h"
#include "teach/costs.h"

enum { WIDTH = 300, HEIGHT = 200, TILE = 64, N_SCENES = 2, N_VALUES = 2, NODATA = 9 };
enum { ACROSS = (WIDTH + TILE - 1) / TILE, DOWN = (HEIGHT + TILE - 1) / TILE };
enum { N_TILES = ACROSS * DOWN, LACKS_ONE = 1 /* number of the scene */ };

/* --- made-up scenes --- */

static uint16_t sample(unsigned band, uint32_t x, uint32_t y)
{
	uint32_t h = (x * 2654435761u) ^ (y * 40503u) ^ (band * 977u);

	h = (h ^ (h >> 13)) * 0x5bd1e995u;
	if (h % 41 == 0)
		return band ? 0 : NODATA;
	if (h % 43 == 0)
		return 0; /* both 0 now and then: a zero denominator */
	return (uint16_t)(h >> 16) % 4000;
}

/* Shared by all processes: how often scene 0 was opened. NULL: nothing changes. */
static atomic_int *opened;

static int made_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		      struct error *err)
{
	(void)scene_list;
	(void)err;
	*scene = (struct scene){.id = id, .name = strdup("made up")};
	return 0;
}

static int made_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		     const struct options *options, struct error *err)
{
	(void)options;
	(void)made_begin(scene, scene_list, id, err);
	scene->x_size = WIDTH;
	scene->y_size = HEIGHT;
	scene->store_x_size = scene->store_y_size = 50;
	scene->tile_x_size = scene->tile_y_size = TILE;
	scene->pixel_area_m2 = 100;
	scene->missing = id == LACKS_ONE ? 2 : 0;
	if (opened && id == 0 && atomic_fetch_add(opened, 1))
		scene->missing = 2;
	scene->n_files = 1;
	scene->files[0].path = strdup("made up");
	scene->files[0].info = (struct raster_info){.x_size = WIDTH,
						    .y_size = HEIGHT,
						    .n_bands = 2,
						    .type = SAMPLE_U16,
						    .block_x_size = 50,
						    .block_y_size = 50,
						    .reader = "tiff"};
	for (unsigned band = 0; band < 2; band++) {
		scene->has_band[band] = true;
		scene->band[band] = (struct band){.path = strdup("made up"),
						  .index = band + 1,
						  .type = SAMPLE_U16,
						  .scale = 1,
						  .ratio = 1};
	}
	strcpy(scene->band[0].name, "red");
	strcpy(scene->band[1].name, "nir");
	scene->band[0].has_nodata = true;
	scene->band[0].nodata = NODATA;
	return 0;
}

static size_t made_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	(void)scene;
	(void)options;
	return 2 * arena_cost((size_t)x_size * y_size * sizeof(uint16_t));
}

static int made_read(void *state, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	const struct window *w = &block->window;

	(void)state;
	(void)result;
	(void)err;
	while (opened && atomic_load(opened) < 2) /* another worker has it, too */
		usleep(1000);
	for (unsigned band = 0; band < 2; band++) {
		uint16_t *plane = arena_alloc(env->arena, block->n_pixels * sizeof(*plane));

		for (size_t i = 0; i < block->n_pixels; i++)
			plane[i] = sample(band, w->x_off + (uint32_t)(i % w->x_size),
					  w->y_off + (uint32_t)(i / w->x_size));
		block->plane[band] = plane;
	}
	return 0;
}

static const struct stage stage_made = {
	.name = "read", .meter = METER_DECODE, .kept = made_kept, .run = made_read};
static const struct stage *const stages[] = {&stage_made, &stage_mask, &stage_index, &stage_stats};

/* --- the reference --- */

struct expected {
	struct accum accum;
	struct histogram histogram;
};

/* Value 0: (nir - red) / (nir + red); value 1 the other way round. */
static void add_pixel(struct expected *e, unsigned value, uint32_t x, uint32_t y)
{
	int red = sample(0, x, y), nir = sample(1, x, y);
	float v = (float)(value ? red - nir : nir - red) / (float)(nir + red);

	if (red == NODATA) {
		e->accum.n[PIXEL_NODATA]++;
	} else if (nir + red == 0) {
		e->accum.n[PIXEL_DIV0]++;
	} else {
		accum_add(&e->accum, &recipe_ndvi.value[0].grid, v + 0.0F, 1);
		e->histogram.count[histogram_slot(&recipe_ndvi.value[0].grid, v)]++;
	}
}

static struct expected *expected_of(unsigned value, struct window w)
{
	struct expected *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	accum_clear(&e->accum);
	for (uint32_t y = w.y_off; y < w.y_off + w.y_size; y++)
		for (uint32_t x = w.x_off; x < w.x_off + w.x_size; x++)
			add_pixel(e, value, x, y);
	return e;
}

static struct expected *whole[N_VALUES];
static struct summary tiles[N_VALUES][N_TILES];

static int make_reference(void **state)
{
	(void)state;
	for (unsigned v = 0; v < N_VALUES; v++) {
		whole[v] = expected_of(v, (struct window){0, 0, WIDTH, HEIGHT});
		for (uint32_t t = 0; t < N_TILES; t++) {
			struct window w = {t % ACROSS * TILE, t / ACROSS * TILE, TILE, TILE};
			struct expected *e;

			w.x_size = w.x_off + TILE > WIDTH ? WIDTH - w.x_off : TILE;
			w.y_size = w.y_off + TILE > HEIGHT ? HEIGHT - w.y_off : TILE;
			e = expected_of(v, w);
			summary_make(&tiles[v][t], &e->accum, &e->histogram,
				     100.0 * (double)e->accum.n[PIXEL_VALID],
				     &recipe_ndvi.value[0].grid);
			free(e);
		}
	}
	assert_true(whole[0]->accum.n[PIXEL_DIV0] > 0 && whole[0]->accum.n[PIXEL_NODATA] > 0);
	return 0;
}

static int free_reference(void **state)
{
	(void)state;
	for (unsigned v = 0; v < N_VALUES; v++)
		free(whole[v]);
	return 0;
}

/* --- a sink that compares --- */

struct report_set {
	uint32_t rows;
	bool by_tile;
};

static struct report_set told;

static int sink_open(const struct report_sink *sink, struct report_set **set,
		     const struct plan *plan, const struct options *options, struct error *err)
{
	(void)sink;
	(void)options;
	(void)err;
	told = (struct report_set){.by_tile = plan->by_tile};
	*set = &told;
	return 0;
}

static int sink_scene(struct report_set *set, const struct scene_result *result, struct error *err)
{
	(void)err;
	if (opened && result->scene->id == 0) {
		assert_int_equal(result->status, SCENE_FAILED);
		assert_non_null(strstr(result->error.text, "did a file change during the run"));
		set->rows++;
		return 0;
	}
	assert_int_equal(result->status, SCENE_OK);
	assert_int_equal(result->n_values, N_VALUES);
	assert_int_equal(result->n_tiles, set->by_tile ? N_TILES : 0);
	for (unsigned v = 0; v < N_VALUES; v++) {
		const struct value_result *value = &result->value[v];

		if (result->scene->id == LACKS_ONE && v == 1) {
			assert_null(value->histogram);
			assert_true(isnan(value->area_m2));
			continue;
		}
		assert_memory_equal(&value->accum, &whole[v]->accum, sizeof(value->accum));
		assert_memory_equal(value->histogram, &whole[v]->histogram,
				    sizeof(*value->histogram));
		assert_true(value->area_m2 == 100.0 * (double)value->accum.n[PIXEL_VALID]);
		for (uint64_t t = 0; t < result->n_tiles; t++)
			assert_memory_equal(&result->tile[t * N_VALUES + v].summary, &tiles[v][t],
					    sizeof(tiles[v][t]));
	}
	set->rows++;
	return 0;
}

static int sink_commit(struct report_set *set, const struct run_totals *totals, struct error *err)
{
	(void)totals;
	(void)err;
	assert_int_equal(set->rows, N_SCENES);
	return 0;
}

static void sink_free(struct report_set *set)
{
	(void)set;
}

static const struct report_sink sink = {
	.open = sink_open, .scene = sink_scene, .commit = sink_commit, .free = sink_free};

/* --- runs --- */

static const struct workload workload = {
	.name = "made up",
	.stage = stages,
	.n_stages = 4,
	.stage_names = pixel_stage_names,
	.slice_rows = block_slice_rows,
	.slice = block_slice,
	.pixel_bytes = scene_pixel_bytes,
	.layout = pixels_layout,
	.scene_open = made_open,
	.scene_begin = made_begin,
	.scene_pack = scene_pack,
	.scene_unpack = scene_unpack,
	.totals_bytes = scene_totals_bytes,
	.totals_new = scene_totals_new,
	.totals_fold = scene_totals_fold,
	.totals_finish = scene_totals_finish,
	.totals_free = scene_totals_free,
};

static void run_with(struct options *options, unsigned workers, bool by_tile)
{
	struct plan plan = {.n_scenes = N_SCENES,
			    .workers = workers,
			    .workers_asked = workers,
			    .scene_slots = 4,
			    .by_tile = by_tile,
			    .budget = {.limit = 1 << 30},
			    .backlog = 1 << 28,
			    .pool = 1 << 29};
	struct samples none = {0};
	struct error err = {0};
	const struct session alone = {.n_ranks = 1, .ranks_here = 1};
	struct run_setup setup = {.options = options,
				  .plan = &plan,
				  .workload = &workload,
				  .samples = &none,
				  .sink = &sink,
				  .executor = executor_find(options->executor, false, &err),
				  .session = &alone};
	struct costs costs;
	int status;

	assert_non_null(setup.executor);
	pixels_layout(&plan.layout, options);
	assert_int_equal(plan.layout.n_values, N_VALUES);
	costs_init(&costs, options, &plan, &workload);
	setup.decorator = costs_decorator(&costs);
	alarm(60); /* a hang ends the test */
	status = execute(&setup, &err);
	alarm(0);
	costs_release(&costs);
	/* One scene lacks a value. */
	if (status != 1)
		fail_msg("%s: %d %s", options->executor, status, err.text);
}

static struct options two_values(const char *executor, uint32_t chunk_x, uint32_t chunk_y)
{
	static struct recipe two;

	two = recipe_ndvi;
	two.n_values = 2;
	two.value[1] = two.value[0];
	two.value[1].a = 0;
	two.value[1].b = 1;
	return (struct options){.executor = executor,
				.verbosity = -1,
				.recipe = &two,
				.chunk_kind = CHUNK_PIXELS,
				.chunk_x = chunk_x,
				.chunk_y = chunk_y};
}

static void same_bytes_on(const char *executor, enum transport transport, unsigned modes)
{
	static const uint32_t chunk[][2] = {{WIDTH, HEIGHT}, {70, 50}, {64, 64}, {300, 7}};

	for (size_t i = 0; i < sizeof(chunk) / sizeof(chunk[0]); i++)
		for (int by_tile = 0; by_tile < 2; by_tile++) {
			struct options options = two_values(executor, chunk[i][0], chunk[i][1]);

			options.transport = transport;
			options.teach.modes = modes;
			run_with(&options, strcmp(executor, "serial") == 0 ? 1 : 3, by_tile);
		}
}

static void in_one_thread(void **state)
{
	(void)state;
	same_bytes_on("serial", TRANSPORT_SHM, 0);
}

static void in_threads(void **state)
{
	(void)state;
	same_bytes_on("threads", TRANSPORT_SHM, 0);
}

static void in_processes(void **state)
{
	(void)state;
	same_bytes_on("processes", TRANSPORT_SHM, 0);
	same_bytes_on("processes", TRANSPORT_PIPE, 0);
}

/* A file changes while it is read: a worker that opens it later lacks a value. */
static void scenes_that_change(void **state)
{
	static const enum transport transport[] = {TRANSPORT_SHM, TRANSPORT_PIPE};

	(void)state;
	opened = mmap(NULL, sizeof(*opened), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	assert_ptr_not_equal(opened, MAP_FAILED);
	for (int i = 0; i < 2; i++) {
		struct options options = two_values("processes", 64, 64);

		options.transport = transport[i];
		atomic_store(opened, 0);
		run_with(&options, 3, false);
	}
	(void)munmap(opened, sizeof(*opened));
	opened = NULL;
}

static void where_pixels_are_shipped(void **state)
{
	(void)state;
	same_bytes_on("threads", TRANSPORT_SHM, TEACH_SHIP_PIXELS);
	same_bytes_on("processes", TRANSPORT_SHM, TEACH_SHIP_PIXELS);
	same_bytes_on("threads", TRANSPORT_SHM, TEACH_SHIP_PIXELS | TEACH_NO_BACKPRESSURE);
}

/* Values that are in memory at once are planned: twice the planes, and twice the cells. */
static void memory_is_planned_by_value(void **state)
{
	struct options options = two_values("serial", 100, 100);
	struct plan one = {.pool = 1 << 29, .workers = 1, .ranks = 1}, two = one;
	struct chunk_grid small, large;
	struct scene scene = {0};
	struct error err;

	(void)state;
	assert_int_equal(made_open(&scene, NULL, 0, &options, &err), 0);
	pixels_layout(&two.layout, &options);
	assert_int_equal(plan_scene(&large, &two, &options, &workload, &scene, &err), 0);
	options.recipe = &recipe_ndvi;
	pixels_layout(&one.layout, &options);
	assert_int_equal(plan_scene(&small, &one, &options, &workload, &scene, &err), 0);
	assert_true(large.arena >= small.arena + sizeof(struct accum) + sizeof(struct histogram) +
					   100 * 100 * 5 - 8192 /* pages */);
	assert_true(scene_totals_bytes(&scene, &large, &two.layout, 1, true) >
		    scene_totals_bytes(&scene, &small, &one.layout, 1, true) +
			    N_TILES * sizeof(struct tile_summary) + sizeof(struct histogram));
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_one_thread),
		cmocka_unit_test(in_threads),
		cmocka_unit_test(in_processes),
		cmocka_unit_test(scenes_that_change),
		cmocka_unit_test(where_pixels_are_shipped),
		cmocka_unit_test(memory_is_planned_by_value),
	};

	return cmocka_run_group_tests(tests, make_reference, free_reference);
}
