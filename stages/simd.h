/*
 * SIMD_CLONES: compile a function for several instruction sets and choose at load time. The loops
 * so marked use integers and single IEEE operations only, so every clone gives the same bits.
 * Sanitizers and the resolver do not mix; clang builds the plain loops, its clones being too new.
 */
#ifndef IMGPIPE_STAGES_SIMD_H
#define IMGPIPE_STAGES_SIMD_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(IMGPIPE_SANITIZED)
#define SIMD_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SIMD_CLONES
#endif

#endif
