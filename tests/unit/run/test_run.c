/*
 * Claim, delivery and memory, under a made-up workload: scenes of very different footprints in a
 * pool that holds few of them, failing scenes and chunks, workers that stall. Every chunk must be
 * delivered once, nothing may hang, and the reservation may never exceed the pool.
 *
 * Linked without pipeline/teach/ (Makefile): a run needs nothing of it.
 */
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/decorator.h"
#include "run/execute.h"
#include "report_sink.h"
#include "pixels/stages.h"

enum { MOST_SCENES = 60, MAX_CHUNKS = 40, KIB = 1024, POOL = 1000 * KIB };

/* What happened, by scene and chunk. */
static atomic_int delivered[MOST_SCENES][MAX_CHUNKS];
static atomic_long in_use, most_in_use;
static atomic_int at_work, most_at_work; /* workers on the last scene */

/* What the scenes of a test are like. */
struct story {
	uint32_t n_scenes;
	uint32_t (*chunks)(uint32_t id);
	size_t (*footprint)(uint32_t id);
	size_t (*totals)(uint32_t id);
	bool failures; /* some scenes and chunks are bad */
	bool stalls;
	bool sequential;      /* a chunk needs the one before */
	bool hangs;           /* the first scene's read does not come back; a second's time */
	bool deaths;          /* some chunks and headers end the worker: for processes */
	unsigned pause_us;    /* of each chunk */
	struct scene *sample; /* the first scene as it was opened before the run; NULL: none */
	struct nightly nightly;
	bool may_end; /* before all scenes are done */
};

static struct story story;

static uint32_t hash(uint32_t x)
{
	x = (x ^ (x >> 16)) * 0x45d9f3bu;
	return (x ^ (x >> 16)) * 0x45d9f3bu ^ (x >> 9);
}

static uint32_t many_chunks(uint32_t id)
{
	return 1 + hash(id) % MAX_CHUNKS;
}

static uint32_t chunks_of(uint32_t id)
{
	return story.chunks(id);
}

static bool scene_is_bad(uint32_t id)
{
	return story.failures && id % 13 == 5;
}

static bool chunk_is_bad(uint32_t id, uint64_t chunk)
{
	return story.failures && id % 17 == 3 && chunk % 5 == 2;
}

static bool scene_is_deadly(uint32_t id)
{
	return story.deaths && id % 19 == 7;
}

static bool chunk_is_deadly(uint32_t id, uint64_t chunk)
{
	return story.deaths && id % 11 == 4 && chunk % 3 == 0;
}

/* From 1 KiB to nearly the whole pool. */
static size_t mixed_footprint(uint32_t id)
{
	return (1 + hash(id + 99) % 900) * KIB;
}

static size_t small_totals(uint32_t id)
{
	(void)id;
	return 20 * KIB;
}

static int fake_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		     const struct options *options, struct error *err)
{
	(void)scene_list;
	(void)options;
	scene->id = id;
	scene->name = strdup("fake");
	if (story.stalls)
		usleep(hash(id) % 2000);
	if (scene_is_deadly(id)) {
		signal(SIGSEGV, SIG_DFL); /* cmocka would catch it */
		raise(SIGSEGV);
	}
	if (scene_is_bad(id))
		return error_set(err, EX_DATAERR, "scene %u is bad", id);
	scene->n_files = 0;
	scene->x_size = chunks_of(id);
	scene->y_size = scene->store_x_size = scene->store_y_size = 1;
	scene->tile_x_size = scene->tile_y_size = 1;
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

/* Made-up scenes say by their sensor whether their files are as they were. */
static bool fake_is_fresh(const struct scene *scene)
{
	return scene->sensor[0] != '\0';
}

static size_t fake_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	(void)options;
	return story.footprint(scene->id) / 64 * 64 * x_size * y_size;
}

static void raise_most(atomic_int *most, int now)
{
	for (int seen = atomic_load(most); now > seen;)
		if (atomic_compare_exchange_weak(most, &seen, now))
			break;
}

static struct accum *accum_of(const struct result_layout *layout, const struct cell_group *group)
{
	return group_cell(group, layout_find(layout, 0, &reducer_moments));
}

static int fake_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	size_t bytes = fake_kept(block->scene, 1, 1, NULL);
	unsigned char *memory = arena_alloc(env->arena, bytes);
	long now, most;

	(void)state;
	assert_non_null(memory);
	memory[0] = memory[bytes - 1] = 1;
	now = atomic_fetch_add(&in_use, (long)bytes) + (long)bytes;
	for (most = atomic_load(&most_in_use); now > most;)
		if (atomic_compare_exchange_weak(&most_in_use, &most, now))
			break;
	if (story.sequential && result->chunk)
		assert_int_equal(atomic_load(&delivered[block->scene->id][result->chunk - 1]), 1);
	if (block->scene->id == story.n_scenes - 1)
		raise_most(&most_at_work, atomic_fetch_add(&at_work, 1) + 1);
	usleep(story.pause_us);
	if (block->scene->id == story.n_scenes - 1)
		atomic_fetch_sub(&at_work, 1);
	if (story.stalls && hash((uint32_t)result->chunk + block->scene->id) % 4 == 0)
		usleep(hash((uint32_t)result->chunk) % 1500);
	atomic_fetch_sub(&in_use, (long)bytes);
	while (story.hangs && block->scene->id == 0)
		(void)pause();
	if (chunk_is_deadly(block->scene->id, result->chunk))
		raise(SIGKILL);
	if (chunk_is_bad(block->scene->id, result->chunk))
		return error_set(err, EX_DATAERR, "chunk %d is bad", (int)result->chunk);
	accum_of(env->layout, result->group)->n[PIXEL_NODATA] += block->n_pixels;
	return 0;
}

static const struct stage fake_stage = {
	.name = "fake",
	.meter = METER_INDEX,
	.kept = fake_kept,
	.run = fake_run,
};

struct scene_totals {
	const struct scene *scene;
	const struct result_layout *layout;
	struct histogram histogram;
	uint64_t pixels;
};

static size_t fake_totals_bytes(const struct scene *scene, const struct chunk_grid *grid,
				const struct result_layout *layout, unsigned workers, bool by_tile)
{
	(void)grid;
	(void)layout;
	(void)workers;
	(void)by_tile;
	return story.totals(scene->id);
}

static struct scene_totals *fake_totals_new(const struct scene *scene,
					    const struct chunk_grid *grid,
					    const struct result_layout *layout, bool by_tile,
					    struct error *err)
{
	struct scene_totals *totals = calloc(1, sizeof(*totals));

	(void)grid;
	(void)by_tile;
	(void)err;
	assert_non_null(totals);
	totals->scene = scene;
	totals->layout = layout;
	return totals;
}

static int fake_fold(struct scene_totals *totals, const struct chunk_result *chunk,
		     struct error *err)
{
	(void)err;
	atomic_fetch_add(&delivered[totals->scene->id][chunk->chunk], 1);
	totals->pixels += accum_of(totals->layout, chunk->group)->n[PIXEL_NODATA];
	return 0;
}

static void fake_finish(struct scene_totals *totals, struct scene_result *result)
{
	result->n_values = 1;
	accum_clear(&result->value[0].accum);
	result->value[0].accum.n[PIXEL_NODATA] = totals->pixels;
	result->value[0].histogram = &totals->histogram;
	assert_int_equal(totals->pixels, chunks_of(totals->scene->id));
}

static void fake_free(struct scene_totals *totals)
{
	free(totals);
}

/* --- a sink: rows come in the order of the scenes, each once --- */

struct report_set {
	uint32_t rows;
	enum scene_status status[MOST_SCENES];
	struct run_totals totals;
	int code[MOST_SCENES]; /* of the scenes' errors */
};

static struct report_set told;

/* The one that hangs, one that needs its memory, and two that do not. */
static bool hung_as_it_should(const struct report_set *set)
{
	return set->rows == 4 && set->code[0] == EX_IOERR && set->code[1] == EX_TEMPFAIL &&
	       !set->code[2] && !set->code[3];
}

static int fake_sink_open(const struct report_sink *sink, struct report_set **set,
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

static int fake_sink_scene(struct report_set *set, const struct scene_result *result,
			   struct error *err)
{
	(void)err;
	assert_int_equal(result->scene->id, set->rows);
	set->code[set->rows] = result->status == SCENE_FAILED ? result->error.code : 0;
	set->status[set->rows++] = result->status;
	return 0;
}

static int fake_sink_commit(struct report_set *set, const struct run_totals *totals,
			    struct error *err)
{
	(void)err;
	if (story.hangs && !hung_as_it_should(set))
		_exit(99);
	set->totals = *totals;
	assert_int_equal(set->rows + totals->n_not_begun, totals->n_scenes);
	assert_int_equal(totals->n_ok + totals->n_failed + totals->n_cancelled, totals->n_scenes);
	if (!story.may_end)
		assert_int_equal(totals->n_cancelled, 0);
	return 0;
}

static void fake_sink_free(struct report_set *set)
{
	(void)set;
}

static const struct report_sink fake_sink = {
	.open = fake_sink_open,
	.scene = fake_sink_scene,
	.commit = fake_sink_commit,
	.free = fake_sink_free,
};

static const struct stage *const fake_stages[] = {&fake_stage};
static const struct workload fake = {
	.name = "fake",
	.stage = fake_stages,
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
	.totals_bytes = fake_totals_bytes,
	.totals_new = fake_totals_new,
	.totals_fold = fake_fold,
	.totals_finish = fake_finish,
	.totals_free = fake_free,
};

static const struct decorator *decorator; /* of the runs to come; NULL: none */

static bool is_to_fail(uint32_t id)
{
	bool failed = scene_is_bad(id) || scene_is_deadly(id);

	for (uint32_t chunk = 0; chunk < chunks_of(id); chunk++)
		failed = failed || chunk_is_bad(id, chunk) || chunk_is_deadly(id, chunk);
	return failed;
}

static void run_story(const char *executor, unsigned workers, uint64_t pool)
{
	struct options options = {.executor = executor,
				  .verbosity = -1,
				  .chunk_kind = CHUNK_TILE,
				  .nightly = story.nightly,
				  .recipe = &recipe_ndvi};
	struct plan plan = {.n_scenes = story.n_scenes,
			    .workers = workers,
			    .workers_asked = workers,
			    .scene_slots = 2 * workers + 2,
			    .budget = {.limit = pool},
			    .pool = pool};
	struct samples samples = {.n = story.sample ? 1 : 0, .scene = story.sample};
	struct workload workload = fake;
	struct error err = {0};
	FILE *saved = stderr;
	const struct session alone = {.n_ranks = 1, .ranks_here = 1};
	struct run_setup setup = {.options = &options,
				  .plan = &plan,
				  .workload = &workload,
				  .samples = &samples,
				  .sink = &fake_sink,
				  .executor = executor_find(executor, false, &err),
				  .session = &alone,
				  .decorator = decorator};

	if (story.hangs)
		options.nightly.timeout_s = 1;
	assert_non_null(setup.executor);
	workload.sequential = story.sequential;
	pixels_layout(&plan.layout, &options);
	memset(delivered, 0, sizeof(delivered));
	atomic_store(&most_in_use, 0);
	atomic_store(&most_at_work, 0);
	stderr = fopen("/dev/null", "w");
	alarm(60); /* a hang ends the test */
	assert_int_equal(execute(&setup, &err), story.failures || story.deaths || story.hangs);
	alarm(0);
	fclose(stderr);
	stderr = saved;
	assert_int_equal(err.code, 0);
	assert_true((uint64_t)atomic_load(&most_in_use) <= pool);
	for (uint32_t id = 0; id < story.n_scenes && !story.may_end; id++) {
		bool failed = is_to_fail(id) || (story.hangs && id < 2);

		for (uint32_t chunk = 0; chunk < chunks_of(id); chunk++)
			assert_true(atomic_load(&delivered[id][chunk]) == 1 ||
				    (failed && !atomic_load(&delivered[id][chunk])));
	}
}

/* TSan does not know OpenMP's locks. */
#ifdef __SANITIZE_THREAD__
static const char *const parallel[] = {"threads", "processes"};
#else
static const char *const parallel[] = {"threads", "processes", "openmp"};
#endif
enum { N_PARALLEL = sizeof(parallel) / sizeof(parallel[0]) };

static uint32_t n_chunks_of_one;

static uint32_t one_or_three(uint32_t id)
{
	(void)id;
	return n_chunks_of_one;
}

static uint32_t few_chunks(uint32_t id)
{
	return 1 + hash(id) % 7;
}

static const struct story mixed = {
	.n_scenes = MOST_SCENES,
	.chunks = many_chunks,
	.footprint = mixed_footprint,
	.totals = small_totals,
	.failures = true,
};

static void every_chunk_once(void **state)
{
	(void)state;
	story = mixed;
	run_story("serial", 1, POOL);
	for (unsigned workers = 1; workers <= 16; workers++)
		for (unsigned i = 0; i < N_PARALLEL; i++)
			run_story(parallel[i], workers, POOL);
}

static void with_stalls(void **state)
{
	(void)state;
	story = mixed;
	story.stalls = true;
	for (unsigned workers = 2; workers <= 9; workers += 7)
		for (unsigned i = 0; i < N_PARALLEL; i++)
			run_story(parallel[i], workers, POOL);
}

/* Workers that die at headers and in chunks: those fail, and nothing else is lost. */
static void with_deaths(void **state)
{
	(void)state;
	story = mixed;
	story.deaths = true;
	for (unsigned workers = 1; workers <= 5; workers += 2)
		run_story("processes", workers, POOL);
}

/* make stress: many starts and stops of every executor, with stalls in every stage and in between.
 */
static void many_starts(void **state)
{
	const char *rounds = getenv("STRESS_ROUNDS");

	(void)state;
	for (long round = rounds ? atol(rounds) : 10; round > 0; round--) {
		story = mixed;
		story.n_scenes = 1 + (uint32_t)round % 6;
		story.chunks = few_chunks;
		story.failures = false;
		story.stalls = true;
		for (unsigned i = 0; i < N_PARALLEL; i++)
			run_story(parallel[i], 1 + (unsigned)round % 5, POOL);
		run_story("serial", 1, POOL);
	}
}

static void with_plenty_of_memory(void **state)
{
	(void)state;
	story = mixed;
	for (unsigned i = 0; i < N_PARALLEL; i++)
		run_story(parallel[i], 8, 100 * POOL);
}

static uint32_t one_chunk(uint32_t id)
{
	(void)id;
	return 1;
}

static size_t large_then_small(uint32_t id)
{
	return (id == 0 ? 900 : 500) * KIB;
}

static size_t small_then_large(uint32_t id)
{
	return (id == 0 ? 10 : 400) * KIB;
}

/* What a worker holds from the scene before is what keeps the next one's totals from fitting. */
static void a_worker_gives_back_its_own(void **state)
{
	(void)state;
	story = (struct story){.n_scenes = 2,
			       .chunks = one_chunk,
			       .footprint = large_then_small,
			       .totals = small_then_large};
	run_story("serial", 1, POOL);
	for (unsigned workers = 1; workers <= 4; workers++)
		for (unsigned i = 0; i < N_PARALLEL; i++)
			run_story(parallel[i], workers, POOL);
}

static uint32_t twelve_then_forty(uint32_t id)
{
	return id == 0 ? 12 : 40;
}

static size_t large_then_third(uint32_t id)
{
	return (id == 0 ? 400 : 150) * KIB;
}

/* Two blocks of the first scene fit side by side, four of the second: then all workers must work.
 */
static void freed_memory_wakes_workers(void **state)
{
	(void)state;
	story = (struct story){.n_scenes = 2,
			       .chunks = twelve_then_forty,
			       .footprint = large_then_third,
			       .totals = small_totals,
			       .pause_us = 4000};
	for (unsigned workers = 3; workers <= 4; workers++) {
		run_story("threads", workers, POOL);
		assert_int_equal(atomic_load(&most_at_work), workers);
	}
}

/* However many workers there are, one is at work on the scene, and the chunk before is delivered.
 */
static void sequential_chunks(void **state)
{
	(void)state;
	story = mixed;
	story.n_scenes = 3;
	story.failures = false;
	story.sequential = true;
	for (unsigned workers = 1; workers <= 8; workers += 7) {
		run_story("threads", workers, 100 * POOL);
		assert_int_equal(atomic_load(&most_at_work), 1);
	}
	story.failures = true;
	story.n_scenes = 30;
	run_story("threads", 4, POOL);
}

/* --- a decorator's hooks --- */

static atomic_int begun, ended, handed_out, last_stages;

static int hook_last_stage(struct worker *worker, const struct block *block,
			   struct chunk_result *result)
{
	struct block own = *block;
	struct stage_env env = {
		.layout = worker->layout, .arena = &worker->arena, .meter = worker->meter};

	atomic_fetch_add(&last_stages, 1);
	return fake_run(NULL, &env, &own, result, &result->error);
}

static int hook_begin(void *context, struct worker *worker, struct error *err)
{
	struct worker_ops *ops;

	(void)err;
	assert_ptr_equal(context, &begun);
	atomic_fetch_add(&begun, 1);
	if (!worker->ops) /* the coordinator's side of a remote worker */
		return 0;
	ops = worker->extra = malloc(sizeof(*ops));
	assert_non_null(ops);
	*ops = *worker->ops;
	ops->last_stage = hook_last_stage;
	worker->ops = ops;
	return 0;
}

static void hook_end(void *context, struct worker *worker)
{
	(void)context;
	atomic_fetch_add(&ended, 1);
	free(worker->extra);
	worker->extra = NULL;
}

static void hook_handed_out(void *context, struct worker *worker, const struct task *task)
{
	(void)context;
	assert_true(task->chunk < 3);
	assert_non_null(worker->meter);
	atomic_fetch_add(&handed_out, 1);
}

static uint32_t three_chunks(uint32_t id)
{
	(void)id;
	return 3;
}

/* Each worker begins and ends with the decorator, which hears of each chunk and does its work. */
static void a_decorator_is_heard(void **state)
{
	static const struct decorator hooks = {.context = &begun,
					       .worker_begin = hook_begin,
					       .worker_end = hook_end,
					       .handed_out = hook_handed_out};
	static const char *const names[] = {"serial", "threads", "processes"};

	(void)state;
	story = (struct story){.n_scenes = 5,
			       .chunks = three_chunks,
			       .footprint = large_then_third,
			       .totals = small_totals};
	decorator = &hooks;
	for (unsigned i = 0; i < 3; i++) {
		int workers = i == 0 ? 1 : 3;

		begun = ended = handed_out = last_stages = 0;
		run_story(names[i], (unsigned)workers, 100 * POOL);
		assert_int_equal(begun, workers);
		assert_int_equal(ended, workers);
		assert_int_equal(handed_out, 15);
		assert_int_equal(last_stages, strcmp(names[i], "processes") == 0 ? 0 : 15);
	}
	decorator = NULL;
}

static bool deaf; /* SIGKILL does not get through, as where the kernel holds a process */

int kill(pid_t pid, int number)
{
	return deaf && number == SIGKILL ? 0 : (int)syscall(SYS_kill, pid, number);
}

static size_t two_are_large(uint32_t id)
{
	return id < 2 ? (size_t)600 * KIB : (size_t)100 * KIB;
}

/*
 * A worker that does not come back keeps its memory. What cannot be done without it fails, all else
 * is done, and the run ends: processes by itself, threads with the program.
 */
static void memory_that_does_not_come_back(void **state)
{
	pid_t child;
	int status = 0;

	(void)state;
	story = (struct story){.n_scenes = 4,
			       .chunks = one_chunk,
			       .footprint = two_are_large,
			       .totals = small_totals,
			       .hangs = true};
	deaf = true;
	run_story("processes", 2, POOL);
	deaf = false;
	assert_true(hung_as_it_should(&told));
	child = fork();
	if (child == 0) {
		run_story("threads", 2, POOL);
		_exit(98); /* a worker was left: it does not return */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

/* The modules are built one directory above the tests. */
static int find_modules(void **state)
{
	char program[PATH_MAX] = "";

	(void)state;
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) > 0)
		(void)setenv("IMGPIPE_MODULE_DIR", dirname(dirname(program)), 0);
	return 0;
}

/* A scene that was opened for the plan is taken as it is, unless its files have changed since. */
static void changed_scenes_are_opened_again(void **state)
{
	static const struct story one = {.n_scenes = 1,
					 .chunks = one_or_three,
					 .footprint = mixed_footprint,
					 .totals = small_totals};

	(void)state;
	for (int fresh = 0; fresh < 2; fresh++) {
		struct scene sample = {.x_size = 3, .y_size = 1};

		sample.name = strdup("fake");
		sample.store_x_size = sample.store_y_size = 1;
		sample.tile_x_size = sample.tile_y_size = 1;
		sample.sensor[0] = fresh ? 'f' : '\0';
		story = one;
		story.sample = &sample;
		n_chunks_of_one = fresh ? 3 : 1; /* as it was, and as its files are now */
		run_story("threads", 2, POOL);
		assert_null(sample.name);
	}
}

/* The id of the n-th scene that fails, from 1; n_scenes where there are fewer. */
static uint32_t nth_failure(unsigned n)
{
	uint32_t id = 0;

	while (id < story.n_scenes && (n -= is_to_fail(id)) > 0)
		id++;
	return id;
}

/* Up to the failure that is too many all is as in a whole run; no scene is begun after it. */
static void check_end(uint32_t last, enum run_end end)
{
	const struct run_totals *totals = &told.totals;
	const uint32_t n_slots = 2 * 16 + 2;

	assert_int_equal(totals->end, end);
	for (uint32_t id = 0; id < told.rows && id <= last; id++)
		assert_int_equal(told.status[id], is_to_fail(id) ? SCENE_FAILED : SCENE_OK);
	for (uint32_t id = last + 1; id < told.rows; id++)
		assert_true(told.status[id] == SCENE_CANCELLED || told.status[id] == SCENE_FAILED ||
			    (told.status[id] == SCENE_OK && !is_to_fail(id)));
	assert_true(told.rows <= last + 1 + n_slots);
	assert_int_equal(totals->n_cancelled > 0, last + 1 < story.n_scenes && end);
	assert_int_equal(run_totals_status(totals), 1);
}

/* With 60 scenes: a share is passed where failures * 100 > share * 60. */
static void too_many_failures_end_a_run(void **state)
{
	static const struct {
		struct nightly nightly;
		unsigned n; /* the failure that is one too many; 0: none is */
		enum run_end end;
	} limits[] = {
		{{.stop_on_error = true}, 1, RUN_ENDED_BY_ERROR},
		{{.failure_limit = FAILURES_COUNT, .most_failures = 0}, 1, RUN_ENDED_BY_FAILURES},
		{{.failure_limit = FAILURES_COUNT, .most_failures = 2}, 3, RUN_ENDED_BY_FAILURES},
		{{.failure_limit = FAILURES_COUNT, .most_failures = 59}, 0, RUN_COMPLETE},
		{{.failure_limit = FAILURES_SHARE, .most_failed = 5}, 4, RUN_ENDED_BY_FAILURES},
		{{.failure_limit = FAILURES_SHARE, .most_failed = 4.9}, 3, RUN_ENDED_BY_FAILURES},
		{{.failure_limit = FAILURES_SHARE, .most_failed = 100}, 0, RUN_COMPLETE},
		{{.stop_on_error = true, .failure_limit = FAILURES_COUNT, .most_failures = 2},
		 1,
		 RUN_ENDED_BY_ERROR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		for (unsigned way = 0; way <= N_PARALLEL; way++)
			for (unsigned workers = 1; workers <= 16; workers += 5) {
				story = mixed;
				story.chunks = few_chunks;
				story.may_end = limits[i].n > 0;
				story.nightly = limits[i].nightly;
				run_story(way < N_PARALLEL ? parallel[way] : "serial",
					  way < N_PARALLEL ? workers : 1, POOL);
				check_end(limits[i].n ? nth_failure(limits[i].n)
						      : story.n_scenes - 1,
					  limits[i].end);
			}
}

/* Where no scene is OK, the status is that of the failures. */
static void all_fail_before_the_end(void **state)
{
	(void)state;
	told.totals = (struct run_totals){.end = RUN_ENDED_BY_ERROR,
					  .n_scenes = 5,
					  .n_failed = 2,
					  .n_cancelled = 3,
					  .n_not_begun = 1,
					  .failure_code = EX_NOINPUT};
	char text[RUN_END_BYTES];

	assert_int_equal(run_totals_status(&told.totals), EX_NOINPUT);
	assert_true(run_end_text(text, &told.totals));
	assert_string_equal(text, "ended early by --on-error stop: 3 scenes cancelled, 1 of them "
				  "not begun");
	assert_string_equal(run_end_word(told.totals.end), "on-error");
	told.totals.n_cancelled = 0;
	assert_false(run_end_text(text, &told.totals));
	assert_null(run_end_word(RUN_COMPLETE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_chunk_once),
		cmocka_unit_test(with_stalls),
		cmocka_unit_test(with_deaths),
		cmocka_unit_test(many_starts),
		cmocka_unit_test(with_plenty_of_memory),
		cmocka_unit_test(a_worker_gives_back_its_own),
		cmocka_unit_test(freed_memory_wakes_workers),
		cmocka_unit_test(sequential_chunks),
		cmocka_unit_test(a_decorator_is_heard),
		cmocka_unit_test(changed_scenes_are_opened_again),
		cmocka_unit_test(too_many_failures_end_a_run),
		cmocka_unit_test(all_fail_before_the_end),
		cmocka_unit_test(memory_that_does_not_come_back),
	};

	return cmocka_run_group_tests(tests, find_modules, NULL);
}
