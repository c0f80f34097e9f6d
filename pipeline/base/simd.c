/*
 * The instruction set that kernels use: found once, a fact of the process.
 */
#include "simd.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int in_use = -1; /* not yet known */

static enum simd_level best(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl"))
		return SIMD_AVX512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
	    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("fma"))
		return SIMD_AVX2;
#endif
	return SIMD_PORTABLE;
}

enum simd_level simd_force(enum simd_level level)
{
	level = level < best() ? level : best();
	atomic_store_explicit(&in_use, (int)level, memory_order_relaxed);
	return level;
}

static enum simd_level asked(void)
{
	static const char *const names[N_SIMD_LEVELS] = {"portable", "avx2", "avx512"};
	const char *name = getenv("IMGPIPE_SIMD");

	for (int level = 0; name && level < N_SIMD_LEVELS; level++)
		if (strcmp(name, names[level]) == 0)
			return (enum simd_level)level;
	return N_SIMD_LEVELS - 1;
}

/* Two threads that find it at once find the same. */
enum simd_level simd_level(void)
{
	int level = atomic_load_explicit(&in_use, memory_order_relaxed);

	return level >= 0 ? (enum simd_level)level : simd_force(asked());
}
