/*
 * Kernels for several instruction sets. Each is written once, as a plain loop that compilers turn
 * into vectors, and compiled for each set; which one runs is chosen at run time. The loops use
 * integers and single IEEE operations only, so every set gives the same bits; a test forces each.
 *
 *     SIMD_KERNEL(name, (float *out, const float *in, size_t n), (out, in, n))
 *     {
 *             loop
 *     }
 *
 * defines `static void name(...)`.
 */
#ifndef IMGPIPE_STAGES_SIMD_H
#define IMGPIPE_STAGES_SIMD_H

enum simd_level {
	SIMD_PORTABLE, /* what the compiler was told to assume: the reference */
	SIMD_AVX2,     /* x86-64-v3 */
	SIMD_AVX512,   /* x86-64-v4 */
	N_SIMD_LEVELS
};

/* The level in use: the best of this machine, or of IMGPIPE_SIMD=portable|avx2|avx512. */
enum simd_level simd_level(void);
/* For tests: use this one from now on. Returns what is used, which the machine may limit. */
enum simd_level simd_force(enum simd_level level);

#if defined(__x86_64__) && defined(__GNUC__)
#define SIMD_KERNEL(name, parameters, arguments)                                                 \
	static inline __attribute__((always_inline)) void name##_loop parameters;                \
	static __attribute__((noinline)) void name##_portable parameters                         \
	{                                                                                        \
		name##_loop arguments;                                                           \
	}                                                                                        \
	static __attribute__((noinline, target("arch=x86-64-v3"))) void name##_avx2 parameters   \
	{                                                                                        \
		name##_loop arguments;                                                           \
	}                                                                                        \
	static __attribute__((noinline, target("arch=x86-64-v4"))) void name##_avx512 parameters \
	{                                                                                        \
		name##_loop arguments;                                                           \
	}                                                                                        \
	static void name parameters                                                              \
	{                                                                                        \
		enum simd_level level = simd_level();                                            \
                                                                                                 \
		if (level == SIMD_AVX512)                                                        \
			name##_avx512 arguments;                                                 \
		else if (level == SIMD_AVX2)                                                     \
			name##_avx2 arguments;                                                   \
		else                                                                             \
			name##_portable arguments;                                               \
	}                                                                                        \
	static inline __attribute__((always_inline)) void name##_loop parameters
#else
#define SIMD_KERNEL(name, parameters, arguments) static void name parameters
#endif

#endif
