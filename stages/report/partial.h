/*
 * Partial results: exact totals of scenes as text, from one job to imgpipe merge (schema
 * imgpipe-partial/4, in report/schema.md). What is written here is read back to the same bits.
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
#include "recipe.h"
#include "workload.h"

#define PARTIAL_FORMAT "imgpipe-partial/"
#define PARTIAL_SCHEMA PARTIAL_FORMAT "4"

/* In place of a band's file: the scene has the band, but nothing read it. */
#define PARTIAL_UNREAD "unread"

enum {
	/* A line, for one value: names, words, and paths (4096 bytes each, up to six for one of
	 * them in JSON) of up to 16 bands take less than three quarters. */
	PARTIAL_LINE_ONE = 1 << 20,
	/* For one more: a full histogram is 10,242 slots of up to 20 bytes, and sums. */
	PARTIAL_LINE_MORE = 208 << 10,
	PARTIAL_VALUES_ONE = HIST_SLOTS + 256, /* JSON values in a line, likewise */
	PARTIAL_VALUES_MORE = HIST_SLOTS + 48,
	PARTIAL_DEPTH_MOST = 5,  /* scene, indices, ndvi, accum, n */
	PARTIAL_MAKERS_MOST = 8, /* programs in made_by; later ones are left out */
};

/* Bytes of a line at the most: 1 MiB for one value of the recipe, 4.1 MiB for 16. */
static inline size_t partial_line_most(unsigned n_values)
{
	return PARTIAL_LINE_ONE + (n_values ? n_values - 1 : 0) * (size_t)PARTIAL_LINE_MORE;
}

/* --- partial.c: a scene --- */

/* One scene of a run of this recipe; NULL without memory. */
json_t *partial_scene(const struct scene_result *result, const struct recipe *recipe,
		      uint64_t number);

/*
 * Back again. *scene and the histograms, one for each value of the recipe, are filled and pointed
 * to by *result; release the scene whatever comes back. -1 with EX_DATAERR where the object is no
 * such scene, or contradicts itself.
 */
int partial_read_scene(const json_t *object, const struct recipe *recipe, struct scene *scene,
		       struct histogram *histogram, struct scene_result *result, uint64_t *number,
		       struct error *err) MUST_CHECK;

/* --- partial_text.c --- */

/* Text as JSON, whatever its bytes, in the form of include/printable.h. NULL without memory. */
json_t *partial_text(const char *text);
/* Back again, owned by the caller; NULL if it is none, or longer than `most` bytes. */
char *partial_read_text(const json_t *value, size_t most);

/* --- partial_masks.c: what masks took --- */

/* By rule: layout and source. NULL without memory. */
json_t *partial_masks(const struct scene *scene);
/* Back again into a scene that has none; false where it is no such list. */
bool partial_read_masks(const json_t *list, struct scene *scene);
/* The rules of the parts, for masks_free(); NULL where there are none. They are for words only. */
struct masks *partial_rules(const struct identity *identity);

/*
 * Write an object, of a recipe of so many values, on one line without its last brace, which the
 * seal brings. Frees it.
 */
int partial_emit(FILE *out, json_t *object, unsigned n_values, struct error *err) MUST_CHECK;

/* --- partial_check.c: can there be such a scene? --- */

/* 0, or -1 with EX_DATAERR and the contradiction. Pure. Grids are valid. */
int partial_check(const struct scene_result *result, const struct recipe *recipe,
		  struct error *err) MUST_CHECK;
/* Of one value alone, which has a histogram: its counts, extremes, sums and area. Likewise. */
int partial_check_value(const struct scene *scene, const struct value_result *value,
			const struct value_grid *grid, struct error *err) MUST_CHECK;
/* Can the scene be added to the totals without overflow? Likewise. */
int partial_fits(const struct accum *totals, const struct accum *more,
		 struct error *err) MUST_CHECK;

/* --- partial_recipe.c: what was computed --- */

/* Names of the bands; the values. NULL without memory. */
json_t *partial_bands(const struct recipe *recipe);
json_t *partial_values(const struct recipe *recipe);
/*
 * Back again, for recipe_free(); NULL where they are no such lists, or without memory. Its bands
 * have their texts only, its values no program: it says what was computed, and which values are
 * normalised differences. Bands that no value reads are `kept`: there are none without
 * --bands-output.
 */
struct recipe *partial_read_recipe(const json_t *bands, const json_t *values);
/* -1 with EX_DATAERR and what differs. */
int partial_recipe_same(const struct recipe *a, const char *a_path, const struct recipe *b,
			const char *b_path, struct error *err) MUST_CHECK;

/* --- partial_head.c: whose part it is --- */

struct partial_head {
	uint64_t part, parts, scenes_in_all;
	uint64_t files;           /* scene_list_checksum() */
	struct identity identity; /* as the part was made */
	const struct recipe *recipe;
	struct recipe *own_recipe; /* that recipe, where it was read; owned */
	json_t *made_by;           /* an array: programs and libraries */
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
/* How many options that change numbers differ; of the first what both have. */
unsigned partial_head_differs(const struct partial_head *a, const struct partial_head *b,
			      struct identity_pair *shown);
/* This program and its libraries: an array of one object. NULL without memory. */
json_t *partial_made_by(void);
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
	struct gzip_reader *gzip; /* which `in` is of; NULL: the file is not compressed */
	uint64_t line;            /* number of the line last read, from 1 */
	uint32_t crc;             /* of all bytes read */
	struct partial_head head;
};

/*
 * Open a regular file, which may be compressed (gzip.h), and read its head; close it on -1, too.
 * Never waits for a writer.
 */
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
