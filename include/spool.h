/*
 * Spools: files without a name, to whose end workers append what they make for a scene's files, in
 * any order, until it is laid out. Each place in the ring of scenes in flight has one, which all
 * workers of a machine share: worker processes inherit the descriptors, so that confined ones need
 * no path. Under MPI each rank has its own, with names that rank 0 can open: the folder is on a
 * file system that all ranks see.
 *
 * Whoever appends reserves a range with an atomic counter in memory that processes share, and
 * writes there: no lock, and what a worker that dies has begun is a hole that nobody points to.
 *
 * Made before the first worker starts. Implemented in pipeline/base/spool.c; spool_open.c makes
 * and removes the files.
 */
#ifndef IMGPIPE_SPOOL_H
#define IMGPIPE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "error.h"

struct spools;

struct spools_place {
	const char *folder; /* --spool-dir, or the folder of the outputs; exists */
	uint32_t n;         /* scene i is in spool i % n: as many as there are scenes in flight */
	unsigned rank;      /* of this process */
	unsigned n_ranks;   /* 1: no names are needed */
	uint64_t token;     /* ranks: the same in all of them, different in every run */
};

/*
 * -1 with EX_CANTCREAT, folder and reason. Files that dead runs of this program left there with
 * names are removed first.
 */
int spools_open(struct spools **spools, const struct spools_place *place,
		struct error *err) MUST_CHECK;
void spools_close(struct spools *spools); /* NULL is allowed */

/* Is the folder on a file system in memory? Then what waits there takes memory. */
bool spools_in_memory(const struct spools *spools);

/*
 * From here on no more than so many bytes may lie in all of them together: append then fails with
 * EX_TEMPFAIL, naming --spool-dir. For spools in memory; before the first worker starts.
 */
void spools_limit(struct spools *spools, uint64_t bytes);

/* Most bytes that lay in all spools of this process (and its workers) at once. */
uint64_t spools_peak(const struct spools *spools);

/* The open files, which a worker process has to keep; *fd belongs to the spools. */
unsigned spools_descriptors(const struct spools *spools, const int **fd);

unsigned spools_rank(const struct spools *spools);

/*
 * Append to this rank's spool of the scene, all of it or nothing that counts; *offset is where it
 * begins. Thread-safe, and safe between processes that inherited the spools. n_parts: at the most
 * SPOOL_PARTS. -1 with EX_IOERR: folder, bytes wanted, reason (no space, quota, file size limit);
 * err->number is errno.
 */
enum { SPOOL_PARTS = 16 };
int spool_append(struct spools *spools, uint32_t scene_id, const struct iovec *part, int n_parts,
		 uint64_t *offset, struct error *err) MUST_CHECK;

/*
 * In the process of the run, by one thread for one scene: read what any rank has appended. -1 with
 * EX_IOERR where it does not lie there.
 */
int spool_read(struct spools *spools, uint32_t scene_id, unsigned rank, uint64_t offset, void *out,
	       size_t bytes, struct error *err) MUST_CHECK;

/* Likewise: the descriptor, for copying from. Belongs to the spools. -1 with an error. */
int spool_descriptor(struct spools *spools, uint32_t scene_id, unsigned rank, struct error *err);

/*
 * Length of that spool now, holes included; for checks of artifacts. Opens none: of another rank's
 * it is 0 unless spool_descriptor() or spool_read() has come by.
 */
uint64_t spool_bytes(struct spools *spools, uint32_t scene_id, unsigned rank);

/*
 * Is there hardly any room left where they lie? Asks the file system, for who does not believe
 * workers that say so. In the process of the run.
 */
bool spools_full(struct spools *spools, uint32_t scene_id);

/*
 * The scene is over, and nobody appends to it any more: its space is given back. In the process of
 * the run; other ranks see it when they come to the next scene of that place, or run short of room.
 */
void spool_empty(struct spools *spools, uint32_t scene_id);

/*
 * A rank but the first: what it has appended can now be read by others. Costs something on file
 * systems of a network alone.
 */
int spool_hand_over(struct spools *spools, uint32_t scene_id, struct error *err) MUST_CHECK;

#endif
