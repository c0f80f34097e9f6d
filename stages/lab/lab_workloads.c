/*
 * The table of labs: which workload does a line, and the memory that its workers have in common.
 */
#include "lab_stages.h"

#include <sys/mman.h>

#include "window.h"

const struct workload *lab_workload(const struct lab *lab)
{
	static const struct workload *const workloads[N_LAB_MODES] = {
		[LAB_SHARED] = &workload_pi,      [LAB_OWN] = &workload_pi,
		[LAB_VECTOR] = &workload_pi,      [LAB_CHUNKS] = &workload_sum,
		[LAB_ARRAY] = &workload_sum,      [LAB_FLOATS] = &workload_floats,
		[LAB_TIME] = &workload_over_time, [LAB_PIXELS] = &workload_over_pixels,
	};

	return workloads[lab->mode];
}

/* --- what workers have in common --- */

const char *lab_needs_memory(const struct lab *lab)
{
	switch (lab->mode) {
	case LAB_SHARED:
		return "its one generator is in memory that all workers share";
	case LAB_TIME:
		return "the step before is in memory that all workers share";
	case LAB_FLOATS:
		return "its sums are left in memory";
	case LAB_OWN:
	case LAB_VECTOR:
	case LAB_CHUNKS:
	case LAB_ARRAY:
	case LAB_PIXELS:
	case N_LAB_MODES:
		break;
	}
	return NULL;
}

size_t lab_shared_bytes(const struct lab *lab)
{
	if (lab->mode == LAB_SHARED)
		return lab_generator_bytes();
	return lab->mode == LAB_TIME ? size_mul(lab->n, sizeof(double)) : 0;
}

/* Written once, so that it is resident when the plan looks. */
int lab_prepare(struct lab *lab, struct error *err)
{
	void *memory;

	lab->shared_bytes = lab_shared_bytes(lab);
	if (!lab->shared_bytes)
		return 0;
	memory = mmap(NULL, lab->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (memory == MAP_FAILED)
		return error_memory(err, "what all workers share", lab->shared_bytes);
	lab->shared = memory;
	if (lab->mode == LAB_SHARED)
		lab_generator_init(lab->shared, lab->seed);
	else
		lab_states_init(lab->shared, lab->n);
	return 0;
}

void lab_release(struct lab *lab)
{
	if (lab->shared)
		munmap(lab->shared, lab->shared_bytes);
	lab->shared = NULL;
}
