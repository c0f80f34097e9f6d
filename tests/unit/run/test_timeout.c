/*
 * The time of a scene: it runs while somebody has the scene, and for several workers at once. And
 * what is said of one that is over it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/run.h"
#include "run/timeout.h"

enum { MS = 1000000 };

static struct options options;
static unsigned n_freed;

static void free_totals(struct scene_totals *totals)
{
	(void)totals;
	n_freed++;
}

static const struct workload workload = {.totals_free = free_totals};
static struct run run;

static struct slot *new_slot(unsigned timeout_s)
{
	struct slot *slot = slot_new(1);

	assert_non_null(slot);
	options.nightly.timeout_s = timeout_s;
	run = (struct run){.options = &options, .workload = &workload, .n_pools = 1};
	slot->state = SLOT_READY;
	slot->n_chunks = 5;
	return slot;
}

static void waiting_does_not_count(void **state)
{
	struct slot *slot = new_slot(2);
	uint64_t begin = clock_now(), had;

	(void)state;
	scene_taken(&run, slot);
	assert_in_range(slot->deadline_ns, begin + UINT64_C(2000) * MS,
			clock_now() + UINT64_C(2000) * MS);
	usleep(30000);
	scene_given_back(&run, slot);
	had = slot->had_ns;
	assert_in_range(had, 30 * MS, clock_now() - begin);
	usleep(200000); /* nobody has it */
	assert_int_equal(slot->had_ns, had);
	begin = clock_now();
	scene_taken(&run, slot);
	assert_in_range(slot->deadline_ns, begin + UINT64_C(2000) * MS - had,
			clock_now() + UINT64_C(2000) * MS - had);
	scene_given_back(&run, slot);
	assert_false(scene_runs_out(&run, slot));
	assert_int_equal(slot->status, SCENE_OK);
	slot_delete(slot);
}

/* Wall time, not the workers' together: the deadline does not move while they come and go. */
static void workers_at_once_count_once(void **state)
{
	struct slot *slot = new_slot(2);
	uint64_t begin = clock_now(), deadline;

	(void)state;
	scene_taken(&run, slot);
	deadline = slot->deadline_ns;
	for (int i = 0; i < 5; i++) {
		scene_taken(&run, slot);
		assert_int_equal(slot->deadline_ns, deadline);
		usleep(10000);
	}
	for (int i = 0; i < 5; i++)
		scene_given_back(&run, slot);
	assert_int_equal(slot->had_ns, 0);
	scene_given_back(&run, slot);
	assert_int_equal(slot->n_at, 0);
	assert_in_range(slot->had_ns, 50 * MS, clock_now() - begin);
	slot_delete(slot);
}

static void what_is_not_handed_out_fails(void **state)
{
	struct slot *slot = new_slot(1);

	(void)state;
	slot->next_chunk = 2;
	slot->had_ns = UINT64_C(999) * MS;
	assert_false(scene_runs_out(&run, slot));
	slot->had_ns = UINT64_C(1000) * MS;
	assert_true(scene_runs_out(&run, slot));
	assert_int_equal(slot->status, SCENE_FAILED);
	assert_int_equal(slot->error.code, EX_IOERR);
	assert_int_equal(slot->error_chunk, 2);
	assert_int_equal(slot->n_chunks, 2); /* no more of them */
	assert_int_equal(slot->state, SLOT_DONE);
	slot_delete(slot);

	slot = new_slot(1); /* others have chunks of it still */
	slot->n_out = slot->n_at = 1;
	slot->deadline_ns = clock_now() + UINT64_C(60000) * MS;
	assert_false(scene_runs_out(&run, slot));
	slot->deadline_ns = clock_now() - 1;
	assert_true(scene_runs_out(&run, slot));
	assert_int_equal(slot->state, SLOT_READY);
	slot_delete(slot);
}

static void without_a_limit_nothing_runs_out(void **state)
{
	struct slot *slot = new_slot(0);

	(void)state;
	scene_taken(&run, slot);
	assert_int_equal(slot->deadline_ns, 0);
	assert_false(timeout_is_over(slot->deadline_ns));
	scene_given_back(&run, slot);
	assert_int_equal(slot->had_ns, 0);
	slot->had_ns = UINT64_MAX;
	assert_false(scene_runs_out(&run, slot));
	assert_true(timeout_is_over(1));
	assert_false(timeout_is_over(UINT64_MAX));
	slot_delete(slot);
}

/* What was reserved for the scene is given back with the last worker that comes back. */
static void the_last_one_frees_a_forsaken_slot(void **state)
{
	struct slot *in_ring = new_slot(1), *old = new_slot(1), *ring[] = {in_ring};
	struct pool pool = {.reserved = 5000};

	(void)state;
	run.slots = ring;
	run.n_slots = 1;
	run.pools = &pool;
	run.n_stuck = 2;
	pthread_cond_init(&run.changed, NULL);
	atomic_store(&in_ring->n_forsaken, 1);
	old->forsaken = true;
	old->shared_bytes = 3000;
	n_freed = 0;
	old->n_at = 1; /* of two: scene_given_back() has counted one off */
	forsaken_given_back(&run, old);
	assert_int_equal(run.n_stuck, 1);
	assert_int_equal(pool.reserved, 5000);
	assert_int_equal(n_freed, 0);
	old->n_at = 0;
	forsaken_given_back(&run, old);
	assert_int_equal(run.n_stuck, 0);
	assert_int_equal(pool.reserved, 2000);
	assert_int_equal(n_freed, 1);
	assert_int_equal(atomic_load(&in_ring->n_forsaken), 0);
	assert_ptr_equal(slot_of(&run, 7), in_ring);
	slot_delete(in_ring);
}

static void file_and_scene_are_named(void **state)
{
	static char red[] = "/data/red.tif", nir[] = "/data/nir.tif", name[] = "scene";
	struct scene *scene = calloc(1, sizeof(*scene));
	struct error err;

	(void)state;
	assert_non_null(scene);
	scene->name = name;
	scene->n_files = 1;
	scene->files[0].path = red;
	assert_int_equal(timeout_error(&err, scene, 60), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_int_equal(err.number, ETIMEDOUT);
	assert_string_equal(err.text,
			    "scene: no result within 60 s (--timeout); was reading /data/red.tif; "
			    "see whether it can be read, or give it more time");
	scene->n_files = 2;
	scene->files[1].path = nir;
	(void)timeout_error(&err, scene, 1);
	assert_non_null(strstr(err.text, "/data/red.tif or another of its 2 files; see"));
	scene->n_files = 0;
	scene->name = NULL;
	(void)timeout_error(&err, scene, 1);
	assert_non_null(strstr(err.text, "a scene: no result within 1 s"));
	assert_int_equal(timeout_error(NULL, scene, 1), -1);
	free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_does_not_count),
		cmocka_unit_test(workers_at_once_count_once),
		cmocka_unit_test(what_is_not_handed_out_fails),
		cmocka_unit_test(without_a_limit_nothing_runs_out),
		cmocka_unit_test(the_last_one_frees_a_forsaken_slot),
		cmocka_unit_test(file_and_scene_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
