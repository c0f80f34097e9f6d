/*
 * Arenas: what they cost, and that they are bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena.h"

static void arenas_are_bounded(void **state)
{
	struct arena arena;
	struct error err;

	(void)state;
	assert_int_equal(arena_init(&arena, 10000, &err), 0);
	assert_non_null(arena_alloc(&arena, 100));
	assert_int_equal(arena.used, 128);
	assert_null(arena_alloc(&arena, arena.size));
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_int_equal(arena.used, 128);
	arena_rewind(&arena, 0);
	assert_non_null(arena_alloc(&arena, arena.size));
	arena_release(&arena);
	assert_int_equal(arena_init(&arena, SIZE_MAX - 100, &err), -1);
	assert_int_equal(err.code, EX_TEMPFAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arenas_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
