/*
 * Inside spools: what they consist of, and the names of their files. For spool.c, which appends and
 * reads, and spool_open.c, which makes and removes the files.
 */
#ifndef IMGPIPE_BASE_SPOOL_FILES_H
#define IMGPIPE_BASE_SPOOL_FILES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SPOOL_APART = 128,
	SPOOL_NAME_BYTES = 64,
};

/* Seen by all processes that append. They may be out of their mind: nothing that is read later
 * depends on it. */
struct spool_counter {
	_Alignas(SPOOL_APART) atomic_uint_least64_t bytes;
};

struct spools_shared {
	struct spool_counter total, peak;
	struct spool_counter end[]; /* by place: where the next range begins */
};

/* Of a place, by a rank. */
struct spool_use {
	bool used;
	uint32_t scene_id;
	unsigned appends;
};

/* A spool of another rank, opened by rank 0 for one scene. */
struct spool_borrowed {
	int fd; /* -1: not open */
	uint32_t scene_id;
};

struct spools {
	char *path;
	int folder; /* not in worker processes */
	unsigned rank, n_ranks;
	uint64_t token;
	bool named, local; /* local: who writes on this machine is seen by all at once */
	bool in_memory;
	uint64_t limit; /* 0: none */
	uint32_t n;
	int *fd;
	struct spools_shared *shared;
	size_t shared_bytes;
	/* Ranks alone: whose bytes lie in a place, and how many appends are under way. A new scene
	 * there means that the one before is over. */
	pthread_mutex_t lock;
	struct spool_use *use;
	struct spool_borrowed *borrowed; /* rank 0 of several: place * n_ranks + rank */
};

/* Of the rank's spool of a place; the token is the run's. */
void spool_name(char name[SPOOL_NAME_BYTES], uint64_t token, unsigned rank, uint32_t place);

/* Close it where it is open; -1 then. */
void spool_close_fd(int *fd);

#endif
