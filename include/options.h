/*
 * Options: what the command line asked for, parsed and checked, read-only once a command runs.
 * Made by pipeline/options/, read by both sides. What one command alone takes (lists of a sweep,
 * the size of a lab) is not here but with that command, behind `own`.
 */
#ifndef IMGPIPE_OPTIONS_H
#define IMGPIPE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confinement.h"
#include "error.h"
#include "recipe.h"
#include "report_option.h"
#include "scene.h"

struct lab;
struct maps;
struct masks;
struct metrics;
struct option_sources;
struct recipe;

enum chunk_kind { CHUNK_AUTO, CHUNK_TILE, CHUNK_PIXELS, CHUNK_BYTES };
enum working_set { WORKING_SET_TILE, WORKING_SET_CHUNK };
enum transport { TRANSPORT_SHM, TRANSPORT_PIPE };
enum reader_choice { READER_AUTO, READER_TIFF, READER_GDAL };

enum on_missing { MISSING_NULL, MISSING_SKIP_SCENE, MISSING_FAIL };
enum grid_choice { GRID_FINE, GRID_COARSE };
enum duplicates { DUPLICATES_NOTE, DUPLICATES_NEWEST, DUPLICATES_FAIL };
enum alpha_choice { ALPHA_AUTO, ALPHA_IGNORE };

/* Values of an option that may be given several times, as typed; of argv, not owned. */
enum { OPTION_TEXTS_MOST = 32 };
struct text_list {
	unsigned n;
	const char *text[OPTION_TEXTS_MOST];
};

/* --index, --expr, --const, --range, --valid-range. What they mean is known once a recipe is made
 * of them. */
struct index_choice {
	struct text_list index, expression, constant, range, valid_range;
};

/* -o and what belongs to it, as typed; NULL: not given. What they mean is known once maps are made
 * of them (stages/output/maps_make.h). */
struct map_choice {
	const char *output, *name, *format, *type, *nodata, *mask_output, *bands_output;
	const char *quicklook; /* its pattern, where one was given */
	const char *stretch, *contact_sheet, *spool_folder;
	struct text_list creation; /* --co */
	bool pictures;             /* --quicklook */
	bool no_legend;            /* of them */
	bool overwrite, no_sync;
};

/*
 * One `name=...` of --bands: a band number of a stack, or a file name pattern. Of all choices
 * either all are numbers or all are patterns; which band a name means is discovery's business.
 */
struct band_choice {
	char name[BAND_WORD_BYTES]; /* as given: "red", "B8A" */
	uint32_t index;             /* 1-based, 0 if not given */
	const char *pattern;        /* fnmatch() pattern for the base name, NULL if not given */
};

/* --shard: every n-th scene, from the i-th on (from 1). n 0: all of them. */
struct shard {
	uint32_t i, n;
};

/* What a run that comes again every night does beside its numbers. */
enum resume { RESUME_NO, RESUME_YES, RESUME_STRICT };
enum failure_limit { FAILURES_ANY, FAILURES_COUNT, FAILURES_SHARE };
enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct nightly {
	const char *catalogue;            /* --catalog FILE; NULL: none */
	enum resume resume;               /* --resume, --resume=strict */
	bool forget_missing;              /* --forget-missing */
	uint64_t wait_lock_ms;            /* --wait-lock; 0: it is not waited for */
	bool stop_on_error;               /* --on-error stop: the first failed scene ends the run */
	enum failure_limit failure_limit; /* --max-failures; one more ends the run */
	uint32_t most_failures;           /* FAILURES_COUNT */
	double most_failed;               /* FAILURES_SHARE: percent of the scenes of the run */
	unsigned timeout_s;               /* --timeout: of a scene, from its opening on; 0: none */
	enum log_format log_format;
	const char *log_file; /* NULL: standard error */
};

/* --teach: what was asked for. What the modes are is in teach.h. */
struct teach {
	unsigned modes;       /* of enum teach_mode */
	uint64_t overhead_ns; /* of TEACH_TASK_OVERHEAD: CPU time a chunk */
};

/* An option that was given, in the order in which they were taken. Not owned. */
struct given_option {
	const char *name, *value; /* value NULL: it has none */
	const char *from;         /* file or variable; NULL: the command line */
	unsigned line;            /* of the file, from 1; else 0 */
};

struct options {
	unsigned n_args;
	char **args; /* files, directories, @lists, "-"; with merge: partial files; not owned */
	unsigned n_words;
	char *const *words; /* the command line, program and all; options may stand before other
			     * words though they were typed behind; not owned */
	unsigned n_given;
	struct given_option *given;     /* owned */
	struct option_sources *sources; /* what texts of options that stand elsewhere point into;
					 * owned */
	void *own; /* options of the command alone, of its own type, owned; NULL: it has none */

	struct index_choice index;
	const struct recipe *recipe; /* made of them; not owned; NULL: the command has none */
	enum on_missing on_missing;  /* what a scene without a band of an index is */
	bool assume_reflectance;     /* samples without a scale are reflectance from 0 to 1 */
	bool valid_reflectance;      /* pixels with reflectance outside 0 to 1 are masked */
	enum grid_choice grid;       /* of scenes with bands of several pixel sizes */

	char *bands_text; /* what the patterns below point into; owned */
	unsigned n_bands; /* 0 if --bands was not given */
	struct band_choice bands[RECIPE_MAX_BANDS];
	struct text_list mask_texts; /* --mask, each as typed */
	const struct masks *masks;   /* made of them (stages/masks); not owned; NULL: none */
	const char *masks_text;      /* of masks: the same text, the same pixels; NULL: none */
	enum alpha_choice alpha;     /* does a band that is labelled alpha mask? */
	bool raw;                    /* no scale, no offset, stored numbers as they are */
	bool has_scale;  /* --scale/--offset given: they win over everything but --raw */
	bool has_offset; /* --offset was */
	double scale, offset;
	bool has_nodata;
	double nodata;
	bool no_nodata;   /* --nodata none: every stored number counts */
	bool reflectance; /* digital numbers are made reflectance, or the scene fails */
	enum reader_choice reader;
	struct text_list include, exclude; /* patterns of files that are found in folders */
	enum duplicates duplicates;        /* scenes that are one acquisition, by their names */
	bool follow;                       /* files that named inputs refer to are read anywhere */

	unsigned workers;     /* 0: as many as the machine allows */
	const char *executor; /* a name of the table in executor.h, or "auto" */
	struct shard shard;
	enum transport transport;    /* of the processes executor */
	enum confine_choice confine; /* likewise */
	uint64_t memory_bytes;       /* 0: default share, unless memory_percent */
	unsigned memory_percent;     /* of the smallest limit, 0 if not given */
	enum chunk_kind chunk_kind;
	uint32_t chunk_x, chunk_y; /* CHUNK_PIXELS */
	uint64_t chunk_bytes;      /* CHUNK_BYTES: decoded bytes of the bands */
	enum working_set working_set;
	struct teach teach;
	uint32_t tile_grid_x, tile_grid_y; /* 0: as stored */
	bool histogram;                    /* tables have columns of the histogram */

	struct map_choice map;
	const struct maps
		*maps; /* made of it: files of pixels (stages/output); not owned; NULL: none */

	struct nightly nightly;

	struct report_choices reports; /* that are wanted, those by default included */
	struct metrics *metrics; /* of --metrics: what the run leaves for them (stages/report); not
				  * owned; NULL: not wanted */
	bool text;               /* graph: words instead of a picture */
	int verbosity;           /* -1 with -q, 0, 1 with -v ... */
	bool progress;           /* --progress: also where stderr is no terminal */
	bool monitor;            /* --monitor: a live view on stderr */

	const struct lab *lab; /* the lab that a run works on; NULL: scenes */
};

/* Frees what the options own; they may have been parsed to no good end. */
void options_release(struct options *options);

/* "64M", "2GiB", "512MB", "1000000": bytes, suffixes are powers of 1024. 0 or -1. */
int options_bytes(const char *text, uint64_t *bytes) MUST_CHECK;

#endif
