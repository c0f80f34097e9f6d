/*
 * Partial results: exact totals of scenes as text, from one job to imgpipe merge (schema
 * imgpipe-partial/2, in report/schema.md). What is written here is read back to the same bits.
 *
 * The input may be damaged, old, from another run, or malicious. Three checks, in this order:
 *
 * - the checksum. Each line ends with the CRC-32 of all bytes of the file before it, and is parsed
 *   only where that agrees. It finds every change of up to 32 bits in a row and all but one in
 *   2^32 of the others, a line that is lost, doubled or from another file, and a file that is cut.
 *   It protects from accidents only: who forges a part can work out its checksum, too.
 * - the identity, in the head: parts that cannot be joined are told apart (identity.h).
 * - the contradictions (partial_check.c): counts, extremes, sums and histogram of a scene have to
 *   be such as some pixels give. So a forged part gives at most the numbers of some possible image,
 *   never an overflow, a crash, or statistics that do not belong together.
 *
 * Whether the pixels were ever seen by anybody no file can prove: take parts from those you trust.
 */
#ifndef IMGPIPE_PARTIAL_H
#define IMGPIPE_PARTIAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "accum.h"
#include "error.h"
#include "identity.h"
#include "plan.h"
#include "workload.h"

#define PARTIAL_FORMAT "imgpipe-partial/"
#define PARTIAL_SCHEMA PARTIAL_FORMAT "2"
#define PARTIAL_INDEX  "ndvi"

enum {
	/* A line: a full histogram is 10,242 slots of up to 20 bytes; a name, two paths (4096 bytes
	 * each, up to six for one of them in JSON) and words are the rest. */
	PARTIAL_LINE_MOST = 1 << 20,
	PARTIAL_VALUES_MOST = HIST_SLOTS + 256, /* values in a line */
	PARTIAL_DEPTH_MOST = 4,                 /* scene, accum, n */
	PARTIAL_MAKERS_MOST = 8                 /* programs in made_by; later ones are left out */
};

/* --- partial.c: a scene --- */

/* One scene; NULL without memory. */
json_t *partial_scene(const struct scene_result *result, uint64_t number);

/*
 * Back again. *scene and *histogram are filled and pointed to by *result; release the scene
 * whatever comes back. -1 with EX_DATAERR where the object is no such scene, or contradicts itself.
 */
int partial_read_scene(const json_t *object, struct scene *scene, struct histogram *histogram,
		       struct scene_result *result, uint64_t *number, struct error *err) MUST_CHECK;

/* Text as JSON, whatever its bytes, in the form of include/printable.h. NULL without memory. */
json_t *partial_text(const char *text);
/* Back again, owned by the caller; NULL if it is none, or longer than `most` bytes. */
char *partial_read_text(const json_t *value, size_t most);

/* Write an object on one line without its last brace, which the seal brings. Frees it. */
int partial_emit(FILE *out, json_t *object, struct error *err) MUST_CHECK;

/* --- partial_check.c: can there be such a scene? --- */

/* 0, or -1 with EX_DATAERR and the contradiction. Pure. The grid is valid. */
int partial_check(const struct scene_result *result, const struct value_grid *grid,
		  struct error *err) MUST_CHECK;
/* Can the scene be added to the totals without overflow? Likewise. */
int partial_fits(const struct accum *totals, const struct accum *more,
		 struct error *err) MUST_CHECK;

/* --- partial_head.c: whose part it is --- */

struct partial_head {
	uint64_t part, parts, scenes_in_all;
	uint64_t files;           /* scene_list_checksum() */
	struct identity identity; /* as the part was made */
	json_t *made_by;          /* an array: programs and libraries */
};

/* What this run has to say, or the parts that are merged. Release it on -1, too. */
int partial_head_make(struct partial_head *head, const struct plan *plan,
		      const struct options *options, struct error *err) MUST_CHECK;
int partial_head_write(FILE *out, const struct partial_head *head, struct error *err) MUST_CHECK;
/* `path` is for messages. Release it on -1, too. */
int partial_head_read(struct partial_head *head, const json_t *object, const char *path,
		      struct error *err) MUST_CHECK;
void partial_head_release(struct partial_head *head);
/* -1 with EX_DATAERR and what differs. */
int partial_head_same(const struct partial_head *a, const char *a_path,
		      const struct partial_head *b, const char *b_path,
		      struct error *err) MUST_CHECK;
/* The programs of `from` join those of `into`. */
int partial_head_credit(struct partial_head *into, const struct partial_head *from,
			struct error *err) MUST_CHECK;

/* --- partial_file.c: line by line --- */

/* Room for one line, which all parts share. */
struct partial_room {
	char *text;
	size_t length, size;
};

struct partial_file {
	const char *path; /* not owned */
	FILE *in;
	uint64_t line; /* number of the line last read, from 1 */
	uint32_t crc;  /* of all bytes read */
	struct partial_head head;
};

/* Open a regular file and read its head; close it on -1, too. Never waits for a writer. */
int partial_open(struct partial_file *file, const char *path, struct partial_room *room,
		 struct error *err) MUST_CHECK;
/* The next scene: as partial_read_scene(). */
int partial_next(struct partial_file *file, struct partial_room *room, struct scene *scene,
		 struct histogram *histogram, struct scene_result *result, uint64_t *number,
		 struct error *err) MUST_CHECK;
/* After the last scene: the part is whole, and nothing follows. */
int partial_finish(struct partial_file *file, struct partial_room *room,
		   struct error *err) MUST_CHECK;
void partial_close(struct partial_file *file);
/* -1 with EX_DATAERR: "PATH: line N: ...". */
int partial_bad_line(const struct partial_file *file, const char *what, struct error *err);

#endif
