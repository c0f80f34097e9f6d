/*
 * Teaching: names and values of the modes, pixels as messages, sums that round, and the lock. What
 * is expected is worked out by hand, or follows from IEEE arithmetic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "teach/gil.h"
#include "teach/pixel_message.h"
#include "teach/shares.h"
#include "teach.h"

static void modes_are_named(void **state)
{
	struct teach teach = {0};
	struct error err = {0};
	char label[TEACH_LIST_BYTES];

	(void)state;
	assert_int_equal(teach_parse(&teach, "gil,task-overhead=250us,float-sums", &err), 0);
	assert_int_equal(teach.modes, TEACH_GIL | TEACH_TASK_OVERHEAD | TEACH_FLOAT_SUMS);
	assert_int_equal(teach.overhead_ns, 250000);
	assert_string_equal(teach_label(label, &teach, &teach_rows[1]), "task-overhead=250us");
	teach = (struct teach){0};
	assert_int_equal(teach_parse(&teach, "task-overhead", &err), 0);
	assert_int_equal(teach.overhead_ns, 1000000);
	assert_int_equal(teach_parse(&teach, "task-overhead=0.5s", &err), 0);
	assert_int_equal(teach.overhead_ns, 500000000);
	assert_string_equal(teach_label(label, &teach, &teach_rows[1]), "task-overhead=500ms");
}

static void wrong_names_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"gill",
		"gil,",
		"GIL",
		"gil=1",
		"task-overhead=",
		"task-overhead=1",
		"task-overhead=-1ms",
		"task-overhead=nanms",
		"task-overhead=1msx",
		"task-overhead=2000s",
		"ship-pixels,no-backpressure",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct teach teach = {0};
		struct error err = {0};

		assert_int_equal(teach_parse(&teach, wrong[i], &err), -1);
		assert_int_equal(err.code, EX_USAGE);
	}
}

static void unknown_mode_lists_all(void **state)
{
	struct teach teach = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(teach_parse(&teach, "jit", &err), -1);
	for (int i = 0; i < N_TEACH_MODES; i++)
		assert_non_null(strstr(err.text, teach_rows[i].name));
}

static void executors_that_cannot(void **state)
{
	struct teach ship = {.modes = TEACH_SHIP_PIXELS},
		     backlog = {.modes = TEACH_NO_BACKPRESSURE};
	struct error err;

	(void)state;
	assert_int_equal(teach_check(&ship, "processes", &err), 0);
	assert_int_equal(teach_check(&ship, "mpi", &err), -1);
	assert_int_equal(teach_check(&backlog, "threads", &err), 0);
	assert_int_equal(teach_check(&backlog, "processes", &err), -1);
}

static void pixels_travel(void **state)
{
	float value[6] = {0.5F, -0.25F, 0, 1.5F, 2, 3}, other_value[6] = {1, 2, 3, 0, 5, 6};
	uint8_t class[6] = {0, 0, 1, 0, 0, 0}, other_class[6] = {0, 0, 0, 2, 0, 0};
	struct block block = {.window = {4, 5, 3, 2}, .n_pixels = 6};
	struct window chunk = {0, 0, 7, 7}, other = {0, 0, 6, 7};
	size_t bytes = pixel_message_bytes(6, 2);
	void *room = malloc(bytes);
	struct error err = {0};
	struct block back;

	(void)state;
	assert_non_null(room);
	assert_int_equal(bytes, sizeof(struct pixel_message) + 2 * 6 * 5);
	/* values 0 and 5 of the recipe; the others are missing in the scene */
	block.out[0] = (struct value_plane){value, class};
	block.out[5] = (struct value_plane){other_value, other_class};
	assert_int_equal(block_values(&block), 2);
	pixel_message_pack(room, &block);
	assert_int_equal(pixel_message_unpack(&back, room, bytes, NULL, &chunk, &err), 0);
	assert_int_equal(back.n_pixels, 6);
	assert_memory_equal(&back.window, &block.window, sizeof(block.window));
	assert_memory_equal(back.out[0].value, value, sizeof(value));
	assert_memory_equal(back.out[0].pixel_class, class, sizeof(class));
	assert_null(back.out[1].value);
	assert_memory_equal(back.out[5].value, other_value, sizeof(value));
	assert_memory_equal(back.out[5].pixel_class, other_class, sizeof(class));

	assert_int_equal(pixel_message_unpack(&back, room, bytes - 1, NULL, &chunk, &err), -1);
	assert_int_equal(pixel_message_unpack(&back, room, 3, NULL, &chunk, &err), -1);
	assert_int_equal(pixel_message_unpack(&back, room, bytes, NULL, &other, &err), -1);
	((struct pixel_message *)room)->n_pixels = 5;
	assert_int_equal(
		pixel_message_unpack(&back, room, pixel_message_bytes(5, 2), NULL, &chunk, &err),
		-1);
	((struct pixel_message *)room)->n_pixels = 6;
	((struct pixel_message *)room)->present = 7;
	assert_int_equal(pixel_message_unpack(&back, room, bytes, NULL, &chunk, &err), -1);
	((struct pixel_message *)room)->present = 1u << 31 | 1;
	assert_int_equal(pixel_message_unpack(&back, room, bytes, NULL, &chunk, &err), -1);
	free(room);
}

/* 2^24 + 1 is no float: the next one is lost in single precision, kept in double. */
static void sums_round(void **state)
{
	const float first[] = {16777216.0F, 1, 1}, other[] = {1, 1, 16777216.0F};
	struct float_sums a = {0}, b = {0}, both = {0};

	(void)state;
	float_sums_add(&a, first, 3);
	float_sums_add(&b, other, 3);
	assert_true(a.single_sum == 16777216.0F);
	assert_true(b.single_sum == 16777218.0F);
	assert_true(a.double_sum == 16777218.0 && b.double_sum == 16777218.0);
	float_sums_merge(&both, &a);
	float_sums_merge(&both, &b);
	assert_true(both.double_sum == 33554436.0);
}

enum { TURNS = 2000, PLAYERS = 4 };

struct game {
	struct gil gil;
	unsigned inside, turns; /* guarded by the lock: a data race where it fails */
};

struct player {
	struct game *game;
	unsigned number;
};

static void *play(void *arg)
{
	struct player *p = arg;
	struct game *game = p->game;

	for (int i = 0; i < TURNS; i++) {
		gil_take(&game->gil, p->number);
		game->inside++;
		game->turns += game->inside == 1;
		game->inside--;
		gil_drop(&game->gil, p->number);
	}
	return NULL;
}

static void lock_holds_one(void **state)
{
	struct player player[PLAYERS];
	pthread_t thread[PLAYERS];
	struct game game = {.turns = 0};

	(void)state;
	gil_init(&game.gil);
	for (unsigned i = 0; i < PLAYERS; i++) {
		player[i] = (struct player){&game, i};
		assert_int_equal(pthread_create(&thread[i], NULL, play, &player[i]), 0);
	}
	for (unsigned i = 0; i < PLAYERS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(game.turns, TURNS * PLAYERS);
}

/* Who holds it and never waits for a file gives way to one who has asked. */
static void *hold_on(void *arg)
{
	struct player *p = arg;
	struct gil *gil = &p->game->gil;

	gil_take(gil, p->number);
	p->game->turns++;
	gil_drop(gil, p->number);
	return NULL;
}

static void lock_changes_hands(void **state)
{
	struct game game = {.turns = 0};
	struct player guest = {&game, 1};
	pthread_t thread;

	(void)state;
	gil_init(&game.gil);
	gil_take(&game.gil, 0);
	assert_int_equal(pthread_create(&thread, NULL, hold_on, &guest), 0);
	while (!gil_wanted(&game.gil))
		;
	gil_drop(&game.gil, 0); /* comes back when the guest has it */
	gil_take(&game.gil, 0);
	assert_int_equal(game.turns, 1);
	gil_drop(&game.gil, 0);
	pthread_join(thread, NULL);
	assert_int_equal(game.gil.switches, 3);
}

/* Which chunks of 7 the worker takes, one after another, until there is none for it. */
static unsigned taken(struct shares *shares, struct run *run, unsigned number, const char *chunks)
{
	struct worker worker = {.run = run, .number = number};
	struct slot slot = {
		.scene = {.id = 4},
		.grid = {.x_size = 7, .y_size = 1, .chunk_x_size = 1, .chunk_y_size = 1}};
	uint64_t chunk;
	unsigned n = 0;

	for (; shares_choose(shares, &worker, &slot, &chunk); n++) {
		struct task task = {.scene_id = 4, .chunk = chunk, .grid = &slot.grid};

		assert_int_equal(chunk, chunks[n] - '0');
		shares_taken(shares, &task);
	}
	return n;
}

static void shares_are_side_by_side(void **state)
{
	struct run run = {.n_living = 3};
	struct shares shares;

	(void)state;
	shares_init(&shares, 3);
	assert_int_equal(taken(&shares, &run, 1, "23"), 2);
	assert_int_equal(taken(&shares, &run, 0, "01"), 2);
	assert_int_equal(taken(&shares, &run, 2, "456"), 3);
	assert_int_equal(taken(&shares, &run, 2, ""), 0);
	shares_release(&shares);
}

/* Who could not start is no reason to wait for ever. */
static void shares_of_nobody_are_taken(void **state)
{
	struct run run = {.n_living = 2, .n_waiting = 1};
	struct shares shares;

	(void)state;
	shares_init(&shares, 3);
	assert_int_equal(taken(&shares, &run, 1, "2301456"), 7);
	shares_release(&shares);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_side_by_side),
		cmocka_unit_test(shares_of_nobody_are_taken),
		cmocka_unit_test(modes_are_named),
		cmocka_unit_test(wrong_names_are_refused),
		cmocka_unit_test(unknown_mode_lists_all),
		cmocka_unit_test(executors_that_cannot),
		cmocka_unit_test(pixels_travel),
		cmocka_unit_test(sums_round),
		cmocka_unit_test(lock_holds_one),
		cmocka_unit_test(lock_changes_hands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
