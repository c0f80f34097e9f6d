/*
 * The machine: limits of a batch system count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "budget.h"

static void slurm_limits_count(void **state)
{
	struct machine machine;

	(void)state;
	setenv("SLURM_MEM_PER_NODE", "7", 1);
	setenv("SLURM_CPUS_PER_TASK", "1", 1);
	machine_probe(&machine);
	unsetenv("SLURM_MEM_PER_NODE");
	unsetenv("SLURM_CPUS_PER_TASK");
	assert_int_equal(machine.limit_bytes, 7 << 20);
	assert_string_equal(machine.limit_source, "SLURM_MEM_PER_NODE");
	assert_int_equal(machine.workers, 1);
	machine_probe(&machine);
	assert_true(machine.limit_bytes > 7 << 20 && machine.limit_bytes <= machine.ram_bytes);
	assert_true(machine.workers >= 1 && machine.workers <= machine.cpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slurm_limits_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
