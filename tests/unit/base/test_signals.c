/*
 * Signals that ask: they end nothing, and worker processes do not hear them.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/signals.h"

static void a_question_is_noted(void **state)
{
	(void)state;
	assert_false(signals_asked());
	signals_init();
	assert_int_equal(raise(SIGUSR1), 0);
	assert_true(signals_asked());
	assert_true(signals_asked()); /* until it is answered */
	assert_int_equal(raise(SIGUSR1), 0);
	signals_answered();
	assert_false(signals_asked());
	assert_int_equal(raise(SIGUSR1), 0); /* not the first time alone */
	assert_true(signals_asked());
	signals_answered();
	assert_int_equal(signals_caught(), 0);
}

static void workers_do_not_hear_it(void **state)
{
	struct sigaction action;

	(void)state;
	signals_catch();
	signals_release();
	assert_int_equal(raise(SIGUSR1), 0);
	assert_false(signals_asked());
	assert_int_equal(sigaction(SIGUSR1, NULL, &action), 0);
	assert_ptr_equal(action.sa_handler, SIG_IGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_noted),
		cmocka_unit_test(workers_do_not_hear_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
