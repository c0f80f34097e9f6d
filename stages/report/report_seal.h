/*
 * Sealing: a stream in front of a report's file, which knows the CRC-32 (that of zlib and gzip) of
 * all that has passed. Knows nothing of what a report says.
 */
#ifndef IMGPIPE_REPORT_SEAL_H
#define IMGPIPE_REPORT_SEAL_H

#include <stdint.h>
#include <stdio.h>

#include "error.h"

struct seal {
	FILE *out;   /* write here; NULL: not open */
	FILE *below; /* not owned */
	uint32_t crc;
};

/* The struct must stay where it is while the seal is open. */
int seal_open(struct seal *seal, FILE *below, struct error *err) MUST_CHECK;
/* The sum of everything written so far. */
int seal_sum(struct seal *seal, uint32_t *crc, struct error *err) MUST_CHECK;
/* Everything is handed on; -1 where something could not be. `below` stays open. */
int seal_close(struct seal *seal, struct error *err) MUST_CHECK;
/* As seal_close(), for a report that is given up. */
void seal_release(struct seal *seal);

#endif
