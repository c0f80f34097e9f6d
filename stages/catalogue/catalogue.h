/*
 * The catalogue: what is known of the scenes of an archive, from one night to the next. An SQLite
 * database that is also a GeoPackage 1.3: scenes as polygons, their statistics, the runs; and for
 * each scene its exact partial (record.h), so that scenes of many runs fold to the bits of one.
 *
 * One writer: the process that leads a run, from one thread at a time. Readers may come at any
 * time. A catalogue is hostile input as any other file: nothing of it is believed before it is
 * checked, and no SQL is made of text from outside.
 *
 * A *set* is what scenes must have in common for their numbers to be joined: results version,
 * recipe, and all options that change numbers (identity.h). Rows of several sets stand side by
 * side. Within a set a scene is known by its *source* (discover/scene_inputs.h).
 */
#ifndef IMGPIPE_CATALOGUE_H
#define IMGPIPE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "options.h"
#include "recipe.h"
#include "run_totals.h"
#include "workload.h"

struct catalogue;
struct partial_head;

enum catalogue_access { CATALOGUE_READ, CATALOGUE_WRITE };

/*
 * Open; with CATALOGUE_WRITE made where it is not there, and brought to the present schema. -1:
 * EX_NOINPUT it is not there, EX_DATAERR it is no catalogue, damaged, or of a later program,
 * EX_CANTCREAT, EX_IOERR. The error names the file and the remedy.
 */
int catalogue_open(struct catalogue **catalogue, const char *path, enum catalogue_access access,
		   struct error *err) MUST_CHECK;
/* What the user should know of how it is kept (no WAL on a network file system); NULL: nothing. */
const char *catalogue_note(const struct catalogue *catalogue);
/*
 * Checkpointed, and back to journal_mode=DELETE, so that it is one file that opens on read-only
 * media. NULL is allowed. The catalogue is gone also on -1.
 */
int catalogue_close(struct catalogue *catalogue, struct error *err) MUST_CHECK;
/* Where it is given up (a signal): no checkpoint, no wait; nothing committed is lost. */
void catalogue_abandon(struct catalogue *catalogue);

/* --- sets --- */

struct catalogue_set {
	int64_t id;
	unsigned results_version;
	uint64_t scenes, gone; /* rows; of these, whose inputs are gone */
	char *identity;        /* options that change numbers, as text: "--index ndvi --mask scl" */
	struct recipe *recipe; /* for recipe_free(); NULL where only listed */
};

/*
 * The set of these options. 1 and *id; 0: there is none yet and `make` is false. -1 with an error.
 */
int catalogue_set_of(struct catalogue *catalogue, const struct options *options, bool make,
		     int64_t *id, struct error *err) MUST_CHECK;
/* By id, with its recipe; -1 with EX_DATAERR where it is none. Release it whatever comes. */
int catalogue_set_read(struct catalogue *catalogue, int64_t id, struct catalogue_set *set,
		       struct error *err) MUST_CHECK;
/* What a partial of it would have at its head (report/partial.h): recipe and options, and no files.
 * Release it whatever comes. -1 also where the set is of another results version. */
int catalogue_set_head(struct catalogue *catalogue, int64_t id, struct partial_head *head,
		       struct error *err) MUST_CHECK;
/* All, without recipes, oldest first; ends where see() says false. */
int catalogue_sets(struct catalogue *catalogue,
		   bool (*see)(void *context, const struct catalogue_set *set), void *context,
		   struct error *err) MUST_CHECK;
void catalogue_set_release(struct catalogue_set *set);
/*
 * In what the set and these options differ: "other options (--mask scl there, --mask scl:land
 * here)", of several the first; "other options" where it cannot be told.
 */
enum { CATALOGUE_DIFFERS_BYTES = 256 };
int catalogue_set_differs(struct catalogue *catalogue, int64_t id, const struct options *options,
			  char words[CATALOGUE_DIFFERS_BYTES], struct error *err) MUST_CHECK;

/* --- runs --- */

/* A run begins; it is there, unfinished, until catalogue_run_end(). The command line is redacted.
 */
int catalogue_run_begin(struct catalogue *catalogue, const struct options *options, int64_t set,
			int64_t *run, struct error *err) MUST_CHECK;
/* The last one that began; texts as of a row. 1; 0: there is none. */
struct catalogue_run {
	int64_t id;
	const char *started,
		*ended; /* "2026-07-01T02:30:00.000Z"; ended "": it did not come to its end */
	const char *command, *host;
	int exit_status;
	uint64_t scenes, ok, failed;
};
int catalogue_last_run(struct catalogue *catalogue, struct catalogue_run *run,
		       struct error *err) MUST_CHECK;
/* Its counts, and the exit status as it will be. */
int catalogue_run_end(struct catalogue *catalogue, int64_t run, const struct run_totals *totals,
		      int status, struct error *err) MUST_CHECK;

/* --- scenes --- */

/* A file of pixels that was made of a scene. */
struct catalogue_output {
	const char *path; /* absolute */
	const char *kind; /* "map", "quicklook" ... (output_file.h) */
	const char *index;
	uint64_t bytes;
	uint64_t head;    /* hash of its first CATALOGUE_HEAD_BYTES: is it still the file that was
			     made? */
	uint64_t clamped; /* as of struct output_file */
};
enum { CATALOGUE_HEAD_BYTES = 4096 };

/* A row to write. */
struct catalogue_row {
	int64_t set, run;
	const char *source, *inputs;       /* scene_inputs.h */
	const struct scene_result *result; /* not SCENE_CANCELLED */
	const struct recipe *recipe;
	const char *maps; /* what its files were made by (maps' identity); NULL: none were wanted */
	unsigned n_outputs;
	const struct catalogue_output *output;
};

/* In one transaction, in place of the row of that source in that set. */
int catalogue_put(struct catalogue *catalogue, const struct catalogue_row *row,
		  struct error *err) MUST_CHECK;

/* A row as it is found. Texts are valid until the next call of the catalogue. */
struct catalogue_scene {
	int64_t id, set;
	enum scene_status status;
	bool gone; /* its inputs were not there when a run looked */
	const char *source, *inputs, *maps;
	/* For lists alone (catalogue_each()); else NULL. */
	const char *name, *sensor, *acquired, *error, *updated;
};

/* 1: found, 0: not there, -1 with an error. About 5 us. */
int catalogue_find(struct catalogue *catalogue, int64_t set, const char *source,
		   struct catalogue_scene *scene, struct error *err) MUST_CHECK;
/* The outputs of a row, until see() says false. */
int catalogue_outputs(struct catalogue *catalogue, int64_t scene,
		      bool (*see)(void *context, const struct catalogue_output *output),
		      void *context, struct error *err) MUST_CHECK;
/*
 * Those of all sets that were made with other options, likewise, but for files that a row of these
 * options has made of the same source, too. A set of another results version with the same options
 * is no other in this.
 */
int catalogue_outputs_of_others(struct catalogue *catalogue, const struct options *options,
				bool (*see)(void *context, int64_t set,
					    const struct catalogue_output *output),
				void *context, struct error *err) MUST_CHECK;
/*
 * The scene as it was finished (record_unpack() of record.h): `scene` and the histograms, one for
 * each value, are filled and pointed to by *result; release the scene whatever comes.
 */
int catalogue_recall(struct catalogue *catalogue, int64_t id, const struct recipe *recipe,
		     struct scene *scene, struct histogram *histogram, struct scene_result *result,
		     struct error *err) MUST_CHECK;

/* Which rows; all that are set must hold. */
struct catalogue_filter {
	int64_t set;         /* 0: all */
	const char *since;   /* acquired at or after this date, "2026-07-01" */
	const char *pattern; /* fnmatch() of the name; NULL: all */
	bool failed, gone;   /* these alone */
};
/* By source, in strcmp() order. No call of the catalogue that writes from inside see(). */
int catalogue_each(struct catalogue *catalogue, const struct catalogue_filter *filter,
		   bool (*see)(void *context, const struct catalogue_scene *scene), void *context,
		   struct error *err) MUST_CHECK;

/* Mark rows whose inputs are gone, and those that are there again. */
int catalogue_mark_gone(struct catalogue *catalogue, int64_t scene, bool gone,
			struct error *err) MUST_CHECK;
/* Remove a row with all that belongs to it (files on disk stay). */
int catalogue_forget(struct catalogue *catalogue, int64_t scene, struct error *err) MUST_CHECK;

/* SQLite's own check, the rules of a GeoPackage, and each record: the first fault as the error. */
int catalogue_check(struct catalogue *catalogue, struct error *err) MUST_CHECK;

/* All rows of `from` that are newer than, or not in, `into`; sets are matched by what they are. */
int catalogue_join(struct catalogue *into, struct catalogue *from, struct error *err) MUST_CHECK;

#endif
