/*
 * Waiting for children: one that has ended, one that ends later, one that does not end.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/reap.h"
#include "clock.h"

static pid_t child_that(unsigned sleeps_ms, int status)
{
	pid_t child = fork();

	if (child)
		return child;
	usleep(sleeps_ms * 1000);
	_exit(status);
}

static void its_status_is_had(void **state)
{
	int status = -1;

	(void)state;
	assert_true(reap(child_that(0, 7), &status, 10000));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_true(reap(child_that(100, 8), &status, 10000));
	assert_int_equal(WEXITSTATUS(status), 8);
}

static void one_that_does_not_end_is_not_waited_for(void **state)
{
	const uint64_t begin = clock_now();
	pid_t child = child_that(60000, 0);
	int status;

	(void)state;
	assert_true(child > 0);
	assert_false(reap(child, &status, 0));
	assert_false(reap(child, &status, 100));
	assert_in_range(clock_now() - begin, UINT64_C(100000000), UINT64_C(5000000000));
	(void)kill(child, SIGKILL);
	assert_true(reap(child, &status, 10000));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void somebody_else_has_waited(void **state)
{
	pid_t child = child_that(0, 1);
	int status = -1;

	(void)state;
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(reap(child, &status, 10000));
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_status_is_had),
		cmocka_unit_test(one_that_does_not_end_is_not_waited_for),
		cmocka_unit_test(somebody_else_has_waited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
