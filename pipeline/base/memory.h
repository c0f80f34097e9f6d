/*
 * Memory as the system sees it, bytes; 0 if it does not say. Thread-safe.
 */
#ifndef IMGPIPE_BASE_MEMORY_H
#define IMGPIPE_BASE_MEMORY_H

#include <stdint.h>

/* Of this process. */
uint64_t memory_resident(void);      /* VmRSS */
uint64_t memory_resident_peak(void); /* VmHWM */
/*
 * Proportional set size of a process (0: this one): its own pages, and its share of those that it
 * has in common with others. Sums over processes count no page twice.
 */
uint64_t memory_pss(int pid);
uint64_t memory_available(void);   /* of the machine, without swapping; 0 if not known */
uint64_t memory_cgroup_peak(void); /* memory.peak of the own cgroup (v2), 0 if there is none */

#endif
