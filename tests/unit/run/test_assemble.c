/*
 * Files of scenes, as the machinery sees them, under a made-up workload: each chunk appends records
 * to the spool and says so; all of them are placed once, the scene is assembled once when they are
 * there, by somebody who shares the run's memory, and failures, deaths and signals belong to their
 * scene. `test_assemble ranks FOLDER`, started by mpirun: the same with ranks
 * (oracle/assemble_ranks.py).
 */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/signals.h"
#include "confine/confine.h"
#include "mpi/session.h"
#include "pixels/stages.h"
#include "remote/wire.h"
#include "report_sink.h"
#include "run/execute.h"

enum {
	MOST_SCENES = 40,
	KIB = 1024,
	POOL = 4000 * KIB,
	CHUNK_KEPT = 3000,
	BLOCK_KEPT = 1000,
	SIDE = 512,
	BLOCKS = 4
};

struct story {
	uint32_t n_scenes, chunks; /* of each scene */
	uint32_t records;          /* of a chunk, besides those that its number adds */
	uint32_t slots;            /* scenes in flight */
	uint64_t memory;           /* limit of the plan */
	unsigned work_us, assemble_us;
	bool chunks_fail;   /* of some scenes, the last one */
	int chunks_errno;   /* all fail so; 0: none */
	bool chunks_kill;   /* its worker, after it has appended */
	bool begins_fail;   /* chunk_begin() does */
	bool places_fail;   /* place() does */
	bool checks_fail;   /* totals_check() does */
	bool dates_lie;     /* a worker says another date than names do */
	bool confirms_fail; /* scene_confirm() does */
	bool opens_fail;    /* open() of the outputs does */
	int assemble_errno; /* some fail so; 0: none */
	bool all_fail;      /* all of them do */
	bool signal;        /* comes while the second scene is assembled */
	bool stuck;         /* and that does not end */
};

static struct story story;
static char folder[PATH_MAX];
static const char *spool_folder = folder;
static struct session session = {.n_ranks = 1, .ranks_here = 1};
static enum confine_choice confinement = CONFINE_OFF;

/* --- what happened; in the process of the run alone --- */

static atomic_int assembled[MOST_SCENES], checked[MOST_SCENES], opened[MOST_SCENES],
	freed[MOST_SCENES];
static atomic_int at_place[MOST_SCENES], begun, most_begun, foreign;
static enum scene_status status_of[MOST_SCENES];
static struct error error_of[MOST_SCENES];
static struct run_totals last_totals;
static struct error last_error;

static pid_t run_pid;
static const char lie[] = "1999-12-31";

static bool is_odd_one(uint32_t id)
{
	return id % 7 == 3;
}

/* --- stage --- */

static uint32_t records_of(uint64_t chunk)
{
	return story.records + (uint32_t)(chunk % 3);
}

static size_t record_bytes(uint32_t id, uint64_t number)
{
	return 1 + (id * 31 + number * 17) % 90;
}

static void record_fill(unsigned char *at, uint32_t id, uint64_t number)
{
	for (size_t i = 0; i < record_bytes(id, number); i++)
		at[i] = (unsigned char)(id * 5 + number * 3 + i);
}

/* Numbers of artifacts: those of chunk 0 first. */
static uint64_t first_number(uint64_t chunk)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < chunk; i++)
		n += records_of(i);
	return n;
}

struct fake_state {
	const struct stage_env *env;
	struct spools *spools;
	const struct scene *scene;
	unsigned char *kept;
	uint64_t chunk;
	struct artifact *artifact;
};

static int fake_open_stage(void **state, const struct stage_env *env, struct error *err)
{
	struct fake_state *fake = calloc(1, sizeof(*fake));

	(void)err;
	assert_non_null(fake);
	assert_non_null(env->spools);
	*state = fake;
	return 0;
}

static void fake_close_stage(void *state)
{
	struct fake_state *fake = state;

	free(fake->artifact);
	free(fake);
}

static size_t fake_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	(void)scene;
	(void)x_size;
	(void)y_size;
	(void)options;
	return arena_cost(BLOCK_KEPT);
}

static size_t fake_chunk_kept(const struct scene *scene, const struct chunk_grid *grid,
			      const struct options *options)
{
	(void)scene;
	(void)grid;
	(void)options;
	return arena_cost(CHUNK_KEPT);
}

static int fake_begin_chunk(void *state, const struct stage_env *env, const struct scene *scene,
			    const struct chunk_grid *grid, const struct window *chunk,
			    struct error *err)
{
	struct fake_state *fake = state;

	assert_int_equal(grid->x_size, scene->x_size);
	assert_int_equal(chunk->x_size, SIDE);
	fake->scene = scene;
	fake->spools = env->spools;
	fake->chunk = chunk->x_off / SIDE;
	fake->kept = NULL;
	if (story.begins_fail && is_odd_one(scene->id))
		return error_set(err, EX_DATAERR, "chunk does not begin");
	fake->kept = arena_alloc(env->arena, CHUNK_KEPT);
	assert_non_null(fake->kept);
	memset(fake->kept, (int)fake->chunk + 1, CHUNK_KEPT);
	return 0;
}

/* What the chunk keeps stays from one block to the next. */
static int fake_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	struct fake_state *fake = state;
	unsigned char *own = arena_alloc(env->arena, BLOCK_KEPT);
	struct accum *accum =
		group_cell(result->group, layout_find(env->layout, 0, &reducer_moments));

	assert_non_null(own);
	memset(own, 0xee, BLOCK_KEPT);
	for (size_t i = 0; i < CHUNK_KEPT; i++)
		assert_int_equal(fake->kept[i], (unsigned char)(fake->chunk + 1));
	assert_int_equal(block->window.y_size, SIDE / BLOCKS);
	usleep(story.work_us / BLOCKS);
	accum->n[PIXEL_NODATA] += block->n_pixels;
	if (story.chunks_fail && is_odd_one(fake->scene->id) && fake->chunk + 1 == story.chunks)
		return error_set(err, EX_DATAERR, "chunk is bad");
	if (story.chunks_errno)
		return error_errno(err, EX_IOERR, story.chunks_errno, "chunk");
	return 0;
}

static void append_all(struct fake_state *fake, struct chunk_result *result)
{
	uint32_t id = fake->scene->id;

	for (uint32_t i = 0; i < records_of(fake->chunk); i++) {
		struct artifact *a = &fake->artifact[i];
		unsigned char bytes[100];
		struct iovec part = {.iov_base = bytes};

		*a = (struct artifact){.output = (uint16_t)(i % 2)};
		a->number = first_number(fake->chunk) + i;
		a->bytes = part.iov_len = record_bytes(id, a->number);
		record_fill(bytes, id, a->number);
		if (spool_append(fake->spools, id, &part, 1, &a->offset, &result->error)) {
			result->status = CHUNK_FAILED;
			return;
		}
	}
	result->artifact = fake->artifact;
	result->n_artifacts = records_of(fake->chunk);
}

static void fake_end_chunk(void *state, struct chunk_result *result)
{
	struct fake_state *fake = state;

	if (result->status != CHUNK_DONE)
		return;
	free(fake->artifact);
	fake->artifact = calloc(records_of(fake->chunk) + 1, sizeof(*fake->artifact));
	assert_non_null(fake->artifact);
	append_all(fake, result);
	if (story.chunks_kill && is_odd_one(fake->scene->id) && fake->chunk == 1)
		raise(SIGKILL);
}

static const struct stage fake_stage = {
	.name = "fake",
	.meter = METER_ENCODE,
	.kept = fake_kept,
	.chunk_kept = fake_chunk_kept,
	.open = fake_open_stage,
	.chunk_begin = fake_begin_chunk,
	.run = fake_run,
	.chunk_end = fake_end_chunk,
	.close = fake_close_stage,
};

/* --- outputs --- */

struct outputs {
	uint32_t id;
	uint64_t n, n_placed;
	struct artifact *artifact;
	uint64_t n_foreign; /* of those placed: of other ranks */
	struct output_file file;
	unsigned n_files;
};

static const char *fake_spool_folder(const struct options *options)
{
	(void)options;
	return spool_folder;
}

static void fake_unit(const struct scene *scene, const struct options *options, uint32_t *side,
		      unsigned *most_level)
{
	(void)scene;
	(void)options;
	*side = SIDE;
	*most_level = 0;
}

static size_t fake_bytes(const struct scene *scene, const struct chunk_grid *grid,
			 const struct options *options)
{
	(void)scene;
	(void)options;
	assert_int_equal(chunk_grid_count(grid), story.chunks);
	return 50 * KIB;
}

static struct outputs *fake_open_outputs(const struct scene *scene, const struct chunk_grid *grid,
					 const struct options *options, struct error *err)
{
	struct outputs *outputs = calloc(1, sizeof(*outputs));

	(void)options;
	(void)grid;
	assert_non_null(outputs);
	assert_string_equal(scene->acquired, ""); /* files may be called by it */
	if (story.opens_fail && is_odd_one(scene->id)) {
		free(outputs);
		error_set(err, EX_CANTCREAT, "outputs do not open");
		return NULL;
	}
	outputs->id = scene->id;
	outputs->n = first_number(story.chunks);
	outputs->artifact = calloc(outputs->n + 1, sizeof(*outputs->artifact));
	assert_non_null(outputs->artifact);
	atomic_fetch_add(&opened[scene->id], 1);
	return outputs;
}

static void raise_most(atomic_int *most, int now)
{
	for (int seen = atomic_load(most); now > seen;)
		if (atomic_compare_exchange_weak(most, &seen, now))
			break;
}

static int fake_place(struct outputs *outputs, const struct artifact *artifact, size_t n,
		      struct error *err)
{
	assert_int_equal(atomic_fetch_add(&at_place[outputs->id], 1), 0);
	if (!outputs->n_placed && n)
		raise_most(&most_begun, atomic_fetch_add(&begun, 1) + 1);
	for (size_t i = 0; i < n; i++) {
		assert_true(artifact[i].number < outputs->n);
		assert_true(artifact[i].rank < session.n_ranks);
		outputs->n_foreign += artifact[i].rank > 0;
		assert_int_equal(outputs->artifact[artifact[i].number].bytes, 0);
		outputs->artifact[artifact[i].number] = artifact[i];
		outputs->n_placed++;
	}
	atomic_fetch_sub(&at_place[outputs->id], 1);
	if (story.places_fail && is_odd_one(outputs->id))
		return error_set(err, EX_SOFTWARE, "not to be placed");
	return 0;
}

static void check_contents(const struct outputs *outputs, const struct outputs_env *env)
{
	for (uint64_t number = 0; number < outputs->n; number++) {
		const struct artifact *a = &outputs->artifact[number];
		unsigned char got[100], wanted[100];
		struct error error;

		assert_int_equal(a->bytes, record_bytes(outputs->id, number));
		record_fill(wanted, outputs->id, number);
		assert_int_equal(spool_read(env->spools, outputs->id, a->rank, a->offset, got,
					    a->bytes, &error),
				 0);
		assert_memory_equal(got, wanted, a->bytes);
	}
}

static void check_cells(const struct outputs_env *env)
{
	const struct accum *accum =
		group_cell(env->cells, layout_find(env->layout, 0, &reducer_moments));

	assert_int_equal(accum->n[PIXEL_NODATA], SIDE * SIDE * story.chunks);
}

static int wait_for_end(const struct outputs_env *env, struct error *err)
{
	signals_note(SIGINT);
	while (story.stuck)
		sleep(1);
	while (!env->cancelled(env->context))
		usleep(100);
	return error_set(err, EX_SOFTWARE, "cancelled");
}

static int fake_assemble(struct outputs *outputs, const struct outputs_env *env, struct error *err)
{
	atomic_fetch_add(&assembled[outputs->id], 1);
	assert_int_equal(outputs->n_placed, outputs->n);
	atomic_fetch_add(&foreign, (int)outputs->n_foreign);
	check_contents(outputs, env);
	check_cells(env);
	assert_non_null(env->meter);
	usleep(story.assemble_us);
	atomic_fetch_sub(&begun, 1);
	if (story.signal && outputs->id == 1)
		return wait_for_end(env, err);
	if (story.assemble_errno && (story.all_fail || is_odd_one(outputs->id)))
		return error_errno(err, EX_IOERR, story.assemble_errno, "scene %u", outputs->id);
	outputs->file = (struct output_file){.path = "map", .kind = "map", .bytes = 1000};
	outputs->n_files = 1;
	return 0;
}

static const struct output_file *fake_files(const struct outputs *outputs, unsigned *n)
{
	*n = outputs->n_files;
	return &outputs->file;
}

static void fake_free_outputs(struct outputs *outputs)
{
	if (!outputs)
		return;
	atomic_fetch_add(&freed[outputs->id], 1);
	free(outputs->artifact);
	free(outputs);
}

static const struct output_maker fake_outputs = {
	.spool_folder = fake_spool_folder,
	.unit = fake_unit,
	.bytes = fake_bytes,
	.open = fake_open_outputs,
	.place = fake_place,
	.assemble = fake_assemble,
	.files = fake_files,
	.free = fake_free_outputs,
};

/* --- scenes and reports --- */

static int fake_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		     const struct options *options, struct error *err)
{
	(void)scene_list;
	(void)options;
	(void)err;
	scene->id = id;
	scene->name = strdup("fake");
	scene->x_size = story.chunks * SIDE;
	scene->y_size = SIDE;
	if (story.dates_lie && getpid() != run_pid)
		memcpy(scene->acquired, lie, sizeof(lie));
	scene->store_x_size = scene->tile_x_size = SIDE;
	scene->store_y_size = scene->tile_y_size = SIDE / BLOCKS;
	return 0;
}

static int fake_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		      struct error *err)
{
	(void)scene_list;
	(void)err;
	*scene = (struct scene){.id = id, .name = strdup("fake")};
	return 0;
}

/* Workers of other processes say a date that names do not. */
static int fake_confirm(struct scene *scene, const struct scene_list *scene_list, struct error *err)
{
	(void)scene_list;
	if (story.dates_lie)
		assert_string_equal(scene->acquired, lie);
	scene->acquired[0] = '\0';
	if (story.confirms_fail && is_odd_one(scene->id))
		return error_set(err, EX_SOFTWARE, "is no scene");
	return 0;
}

static bool fake_is_fresh(const struct scene *scene)
{
	(void)scene;
	return true;
}

static void fake_reach(const struct scene_list *scene_list,
		       void (*take)(void *context, const char *path), void *context, bool *network)
{
	(void)scene_list;
	(void)take;
	(void)context;
	(void)network;
}

struct report_set {
	uint32_t rows;
};

static struct report_set told;

static int sink_open(const struct report_sink *sink, struct report_set **set,
		     const struct plan *plan, const struct options *options, struct error *err)
{
	(void)sink;
	(void)plan;
	(void)options;
	(void)err;
	told = (struct report_set){0};
	*set = &told;
	return 0;
}

static int sink_scene(struct report_set *set, const struct scene_result *result, struct error *err)
{
	uint32_t id = result->scene->id;

	(void)err;
	assert_int_equal(id, set->rows++);
	assert_int_equal(result->n_files, result->status == SCENE_OK);
	if (result->status == SCENE_OK)
		assert_int_equal(result->file->bytes, 1000);
	status_of[id] = result->status;
	error_of[id] = result->error;
	return 0;
}

static int sink_commit(struct report_set *set, const struct run_totals *totals, struct error *err)
{
	(void)set;
	(void)err;
	last_totals = *totals;
	return 0;
}

static void sink_free(struct report_set *set)
{
	(void)set;
}

static const struct report_sink sink = {
	.open = sink_open, .scene = sink_scene, .commit = sink_commit, .free = sink_free};

/* Once all of the scene has come, before anything is made of it. */
static int fake_check(const struct scene_totals *totals, struct scene *scene, struct error *err)
{
	uint32_t id = scene->id;

	assert_non_null(totals);
	assert_int_equal(atomic_load(&assembled[id]), 0);
	atomic_fetch_add(&checked[id], 1);
	if (story.checks_fail && is_odd_one(id))
		return error_set(err, EX_DATAERR, "makes no sense");
	return 0;
}

static const struct stage *const stages[] = {&fake_stage};
static const struct workload fake = {
	.name = "fake",
	.stage = stages,
	.n_stages = 1,
	.slice_rows = block_slice_rows,
	.slice = block_slice,
	.pixel_bytes = scene_pixel_bytes,
	.layout = pixels_layout,
	.scene_open = fake_open,
	.scene_is_fresh = fake_is_fresh,
	.scene_begin = fake_begin,
	.scene_pack = scene_pack,
	.scene_unpack = scene_unpack,
	.scene_confirm = fake_confirm,
	.reach = fake_reach,
	.totals_bytes = scene_totals_bytes,
	.totals_new = scene_totals_new,
	.totals_fold = scene_totals_fold,
	.totals_check = fake_check,
	.totals_finish = scene_totals_finish,
	.totals_free = scene_totals_free,
	.totals_cells = scene_totals_cells,
	.outputs = &fake_outputs,
};

/* --- runs --- */

static unsigned entries(void)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	(void)closedir(dir);
	return n;
}

static void clear(void)
{
	memset(assembled, 0, sizeof(assembled));
	memset(checked, 0, sizeof(checked));
	memset(opened, 0, sizeof(opened));
	memset(freed, 0, sizeof(freed));
	memset(at_place, 0, sizeof(at_place));
	memset(error_of, 0, sizeof(error_of));
	last_totals = (struct run_totals){0};
	atomic_store(&begun, 0);
	atomic_store(&foreign, 0);
	atomic_store(&most_begun, 0);
}

static int run_story(const char *executor, unsigned workers)
{
	struct options options = {.executor = executor,
				  .verbosity = -1,
				  .chunk_kind = CHUNK_PIXELS,
				  .chunk_x = SIDE,
				  .chunk_y = SIDE,
				  .confine = confinement,
				  .recipe = &recipe_ndvi};
	struct plan plan = {.n_scenes = story.n_scenes,
			    .workers = workers,
			    .workers_asked = workers,
			    .scene_slots = story.slots ? story.slots : 2 * workers + 2,
			    .budget = {.limit = story.memory ? story.memory : POOL},
			    .ranks = session.cluster ? session.n_ranks : 0,
			    .per_worker_fixed = 16 << 20,
			    .pool = POOL};
	struct samples samples = {0};
	struct error err = {0};
	FILE *saved = stderr;
	struct run_setup setup = {.options = &options,
				  .plan = &plan,
				  .workload = &fake,
				  .samples = &samples,
				  .sink = &sink,
				  .executor = executor_find(executor, false, &err),
				  .session = &session};
	int status;

	assert_non_null(setup.executor);
	pixels_layout(&plan.layout, &options);
	assert_int_equal(
		confine_prepare(&plan.confinement, &options, setup.executor, &fake, NULL, &err), 0);
	clear();
	run_pid = getpid();
	stderr = fopen("/dev/null", "w");
	alarm(60); /* a hang ends the test */
	status = execute(&setup, &err);
	alarm(0);
	fclose(stderr);
	stderr = saved;
	last_error = err;
	if (last_totals.end != RUN_ENDED_BY_FULL)
		assert_int_equal(err.code, 0);
	if (session.rank)
		return status;
	assert_int_equal(told.rows + last_totals.n_cancelled >= story.n_scenes, 1);
	for (uint32_t id = 0; id < story.n_scenes; id++) {
		assert_in_range(atomic_load(&assembled[id]), 0, 1);
		assert_int_equal(atomic_load(&opened[id]), atomic_load(&freed[id]));
	}
	if (!session.cluster) /* else other ranks may not have parted */
		assert_int_equal(entries(), 0);
	return status;
}

struct way {
	const char *executor;
	unsigned workers;
};

/* TSan does not know OpenMP's locks. */
static const struct way ways[] = {
	{"serial", 1},    {"threads", 1},   {"threads", 2},   {"threads", 5},
#ifndef __SANITIZE_THREAD__
	{"openmp", 3},
#endif
	{"processes", 1}, {"processes", 2}, {"processes", 5},
};
enum { N_WAYS = sizeof(ways) / sizeof(ways[0]) };

/* The odd ones have failed so; all others are whole. */
static void check_odd_failed(int code, const char *text, bool after_assembly)
{
	for (uint32_t id = 0; id < story.n_scenes; id++) {
		bool odd = is_odd_one(id);

		assert_int_equal(status_of[id], odd ? SCENE_FAILED : SCENE_OK);
		assert_int_equal(atomic_load(&assembled[id]), !odd || after_assembly);
		if (odd)
			assert_int_equal(error_of[id].code, code);
		if (odd)
			assert_non_null(strstr(error_of[id].text, text));
	}
}

static void check_all_whole(void)
{
	for (uint32_t id = 0; id < story.n_scenes; id++) {
		assert_int_equal(status_of[id], SCENE_OK);
		assert_int_equal(atomic_load(&assembled[id]), 1);
		assert_int_equal(atomic_load(&checked[id]), 1);
	}
}

static void each_scene_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_WAYS; i++) {
		const struct meter_row *row = last_totals.meter.row;
		uint64_t bytes = 0;

		story = (struct story){.n_scenes = 20, .chunks = 11, .records = 3};
		assert_int_equal(run_story(ways[i].executor, ways[i].workers), 0);
		check_all_whole();
		for (uint32_t id = 0; id < story.n_scenes; id++)
			for (uint64_t number = 0; number < first_number(story.chunks); number++)
				bytes += record_bytes(id, number);
		assert_int_equal(row[METER_GATHER].chunks, 20);
		assert_int_equal(row[METER_GATHER].bytes_in, bytes);
		assert_int_equal(row[METER_GATHER].bytes_out, 20 * 1000);
		assert_true(row[METER_GATHER].busy_ns > 0);
		assert_in_range(last_totals.spool_bytes_peak, bytes / 20, bytes);
		assert_int_equal(last_totals.n_workers, ways[i].workers);
	}
}

/* One chunk, without any record; and so many that they take several messages. */
static void few_and_many_records(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_WAYS; i++) {
		story = (struct story){.n_scenes = 30, .chunks = 1};
		assert_int_equal(run_story(ways[i].executor, ways[i].workers), 0);
		check_all_whole();
	}
	story = (struct story){.n_scenes = 2, .chunks = 2};
	{
		struct result_layout layout = {0};
		struct options options = {.recipe = &recipe_ndvi};

		pixels_layout(&layout, &options);
		story.records = (uint32_t)(5 * wire_room(&layout) / (2 * sizeof(struct artifact)));
	}
	assert_int_equal(run_story("processes", 2), 0);
	check_all_whole();
}

static void failures_are_their_scenes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_WAYS; i++) {
		const struct way *way = &ways[i];
		const struct story base = {.n_scenes = 12, .chunks = 5, .records = 2};

		story = base;
		story.chunks_fail = true;
		assert_int_equal(run_story(way->executor, way->workers), 1);
		check_odd_failed(EX_DATAERR, "chunk is bad", false);
		story = base;
		story.begins_fail = true;
		assert_int_equal(run_story(way->executor, way->workers), 1);
		check_odd_failed(EX_DATAERR, "does not begin", false);
		story = base;
		story.places_fail = true;
		assert_int_equal(run_story(way->executor, way->workers), 1);
		check_odd_failed(EX_SOFTWARE, "not to be placed", false);
		story = base;
		story.checks_fail = true;
		assert_int_equal(run_story(way->executor, way->workers), 1);
		check_odd_failed(EX_DATAERR, "makes no sense", false);
		story = base;
		story.opens_fail = true;
		assert_int_equal(run_story(way->executor, way->workers), 1);
		check_odd_failed(EX_CANTCREAT, "do not open", false);
		story = base;
		story.assemble_errno = EACCES;
		assert_int_equal(run_story(way->executor, way->workers), 1);
		check_odd_failed(EX_IOERR, "Permission denied", true);
	}
}

/* A worker dies when it has appended and not yet said so: the others' bytes are whole. */
static void deaths_are_their_scenes(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 3; workers += 2) {
		story = (struct story){.n_scenes = 12,
				       .chunks = 5,
				       .records = 20,
				       .assemble_us = 3000,
				       .chunks_kill = true};
		assert_int_equal(run_story("processes", workers), 1);
		check_odd_failed(EX_SOFTWARE, "was killed", false);
	}
}

/* Names of files are no worker's to choose. */
static void scenes_of_workers_are_confirmed(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 3; workers += 2) {
		story = (struct story){
			.n_scenes = 12, .chunks = 5, .records = 2, .dates_lie = true};
		assert_int_equal(run_story("processes", workers), 0);
		check_all_whole();
		story.confirms_fail = true;
		assert_int_equal(run_story("processes", workers), 1);
		check_odd_failed(EX_SOFTWARE, "is no scene", false);
	}
}

/* Confined workers write to the spools that they inherited, and can make no file. */
static void confined_workers_append(void **state)
{
	(void)state;
	confinement = CONFINE_AUTO;
	for (unsigned workers = 1; workers <= 3; workers += 2) {
		story = (struct story){.n_scenes = 12, .chunks = 5, .records = 20, .slots = 12};
		assert_int_equal(run_story("processes", workers), 0);
		check_all_whole();
	}
	confinement = CONFINE_OFF;
}

/* Some fail for want of space: they give theirs back, and the run goes on. */
static void a_disk_full_now_and_then(void **state)
{
	(void)state;
	story = (struct story){.n_scenes = 30, .chunks = 2, .records = 2, .assemble_errno = ENOSPC};
	assert_int_equal(run_story("threads", 2), 1);
	check_odd_failed(EX_IOERR, "No space left", true);
}

/* Three in a row: the rest would be computed to no end. */
static void a_full_disk_ends_the_run(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_WAYS; i++) {
		story = (struct story){.n_scenes = MOST_SCENES,
				       .chunks = 2,
				       .records = 2,
				       .slots = 4,
				       .all_fail = true,
				       .assemble_errno = ENOSPC};
		assert_int_equal(run_story(ways[i].executor, ways[i].workers), EX_IOERR);
		assert_int_equal(last_error.code, EX_IOERR);
		assert_non_null(strstr(last_error.text, "no space"));
		assert_int_equal(last_totals.n_ok, 0);
		assert_in_range(last_totals.n_failed, 3, 12);
		assert_int_equal(last_totals.n_cancelled, MOST_SCENES - last_totals.n_failed);
	}
	/* Any other error is the scenes' own. */
	story.assemble_errno = EACCES;
	(void)run_story("threads", 2);
	assert_int_equal(last_totals.n_failed, MOST_SCENES);
}

/* Workers of other processes may say that without being right. */
static void a_full_disk_is_looked_at(void **state)
{
	static const int number[] = {ENOSPC, EDQUOT};

	(void)state;
	for (unsigned i = 0; i < 2 * 2; i++) {
		story = (struct story){
			.n_scenes = 20, .chunks = 2, .slots = 4, .chunks_errno = number[i % 2]};
		(void)run_story(i < 2 ? "processes" : "threads", 2);
		assert_int_equal(last_totals.end == RUN_ENDED_BY_FULL, i >= 2);
		if (i < 2)
			assert_int_equal(last_totals.n_failed, 20);
		else
			assert_in_range(last_totals.n_failed, 3, 12);
		assert_non_null(strstr(error_of[0].text, strerror(number[i % 2])));
	}
}

/* A slow disk: no more scenes are begun than are being worked on and two that wait. */
static void a_slow_disk_holds_scenes_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_WAYS; i++) {
		story = (struct story){.n_scenes = 25,
				       .chunks = 1,
				       .records = 5,
				       .slots = 25,
				       .assemble_us = 5000};
		assert_int_equal(run_story(ways[i].executor, ways[i].workers), 0);
		check_all_whole();
		assert_in_range(atomic_load(&most_begun), 1, 2 + ways[i].workers);
		if (strcmp(ways[i].executor, "processes") == 0)
			assert_true(last_totals.meter.row[METER_WRITE].wait_ns[WAIT_WRITER] >
				    25 * 1000000);
	}
}

/* Where a scene's files are made takes as long as its chunks, both go on at a time. */
static void assembling_overlaps_work(void **state)
{
	static const struct way two[] = {{"processes", 1}, {"threads", 2}};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct meter_row *row = last_totals.meter.row;

		story = (struct story){.n_scenes = 10,
				       .chunks = 2,
				       .records = 1,
				       .work_us = 10000,
				       .assemble_us = 40000};
		assert_int_equal(run_story(two[i].executor, two[i].workers), 0);
		assert_true(last_totals.wall_ns <
			    9 * (row[METER_GATHER].busy_ns + row[METER_ENCODE].busy_ns) / 10);
	}
}

/* Spools in memory may take what the plan leaves. */
static void spools_in_memory_are_limited(void **state)
{
	(void)state;
	if (access("/dev/shm", W_OK))
		skip();
	spool_folder = "/dev/shm";
	for (unsigned i = 0; i < N_WAYS; i++) {
		story = (struct story){.n_scenes = 4, .chunks = 3, .records = 3, .memory = 100};
		assert_int_equal(run_story(ways[i].executor, ways[i].workers), EX_TEMPFAIL);
		for (uint32_t id = 0; id < 4; id++)
			assert_non_null(strstr(error_of[id].text, "--spool-dir"));
		assert_true(last_totals.spool_in_memory);
	}
	story.memory = 0;
	assert_int_equal(run_story("threads", 2), 0);
	spool_folder = folder;
}

/* A signal: the scene that is being assembled is cancelled, and nothing is assembled after it. */
static int in_a_process_of_its_own(const char *executor, unsigned workers, bool stuck)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		unsigned n = 0;

		story = (struct story){.n_scenes = 20,
				       .chunks = 3,
				       .records = 2,
				       .slots = 3,
				       .signal = true,
				       .stuck = stuck};
		if (run_story(executor, workers) != 128 + SIGINT)
			_exit(1);
		for (uint32_t id = 0; id < story.n_scenes; id++)
			n += (unsigned)atomic_load(&assembled[id]);
		if (status_of[1] != SCENE_CANCELLED || n > 2 + workers)
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void signals_cancel(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_WAYS; i++)
		assert_int_equal(in_a_process_of_its_own(ways[i].executor, ways[i].workers, false),
				 0);
}

/* A disk that does not answer any more: the run is concluded without who waits for it. */
static void a_stuck_disk_is_not_waited_for(void **state)
{
	(void)state;
	assert_int_equal(in_a_process_of_its_own("serial", 1, true), 128 + SIGINT);
	assert_int_equal(in_a_process_of_its_own("threads", 2, true), 128 + SIGINT);
}

/* The modules are built one directory above the tests. */
static int prepare(void **state)
{
	char program[PATH_MAX] = "";

	(void)state;
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) > 0)
		(void)setenv("IMGPIPE_MODULE_DIR", dirname(dirname(program)), 0);
	signals_init();
	(void)snprintf(folder, sizeof(folder), "/tmp/imgpipe-assemble-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int clean_up(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* --- ranks --- */

static void ranks_append_and_one_assembles(void **state)
{
	int status;

	(void)state;
	for (unsigned by_error = 0; by_error < 3; by_error++) {
		story = (struct story){.n_scenes = 25,
				       .chunks = 7,
				       .records = 20,
				       .slots = 4,
				       .work_us = 300,
				       .assemble_us = 1000,
				       .chunks_fail = by_error == 1,
				       .places_fail = by_error == 2};
		status = run_story("mpi", 2);
		if (session.rank)
			continue;
		assert_int_equal(status, by_error ? 1 : 0);
		if (by_error)
			check_odd_failed(by_error == 1 ? EX_DATAERR : EX_SOFTWARE, "", false);
		else
			check_all_whole();
		if (session.n_ranks > 1)
			assert_true(atomic_load(&foreign) > 0);
	}
}

/* Rank 0 tells how many files are left when all have parted. */
static int be_a_rank(const char *where)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ranks_append_and_one_assembles)};
	struct options options = {.executor = "mpi"};
	struct error err = {0};
	unsigned rank;
	int failed;

	(void)prepare(NULL);
	(void)rmdir(folder);
	(void)snprintf(folder, sizeof(folder), "%s", where);
	if (session_begin(&session, &options, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 77;
	}
	rank = session.rank;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	failed = session_end(&session, failed);
	return failed || (!rank && entries() != 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* First: OpenMP's library does not work in a process forked from one that used it.
		 */
		cmocka_unit_test(signals_cancel),
		cmocka_unit_test(a_stuck_disk_is_not_waited_for),
		cmocka_unit_test(each_scene_once),
		cmocka_unit_test(few_and_many_records),
		cmocka_unit_test(failures_are_their_scenes),
		cmocka_unit_test(deaths_are_their_scenes),
		cmocka_unit_test(scenes_of_workers_are_confirmed),
		cmocka_unit_test(confined_workers_append),
		cmocka_unit_test(a_disk_full_now_and_then),
		cmocka_unit_test(a_full_disk_ends_the_run),
		cmocka_unit_test(a_full_disk_is_looked_at),
		cmocka_unit_test(a_slow_disk_holds_scenes_back),
		cmocka_unit_test(assembling_overlaps_work),
		cmocka_unit_test(spools_in_memory_are_limited),
	};

	if (argc == 3 && strcmp(argv[1], "ranks") == 0)
		return be_a_rank(argv[2]);
	return cmocka_run_group_tests(tests, prepare, clean_up);
}
