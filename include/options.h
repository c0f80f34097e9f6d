/*
 * Options: what the command line asked for, parsed and checked, read-only after options_parse().
 * One table in pipeline/options.c makes the parser, --help, the man page and the completions.
 */
#ifndef IMGPIPE_OPTIONS_H
#define IMGPIPE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confinement.h"
#include "error.h"
#include "lab.h"
#include "report_option.h"
#include "scene.h"
#include "teach.h"

enum command {
	COMMAND_RUN,
	COMMAND_PLAN,
	COMMAND_GRAPH,
	COMMAND_INFO,
	COMMAND_MERGE,
	COMMAND_SWEEP,
	COMMAND_PI,
	COMMAND_SUM,
	COMMAND_RECUR
};
enum chunk_kind { CHUNK_AUTO, CHUNK_TILE, CHUNK_PIXELS, CHUNK_BYTES };
enum working_set { WORKING_SET_TILE, WORKING_SET_CHUNK };
enum transport { TRANSPORT_SHM, TRANSPORT_PIPE };
enum reader_choice { READER_AUTO, READER_TIFF, READER_GDAL };

/* One `role=...` of --bands: a band number of a stack, or a file name pattern. */
struct band_choice {
	uint32_t index;      /* 1-based, 0 where not given */
	const char *pattern; /* fnmatch() pattern for the base name, NULL where not given */
};

/* --shard: every n-th scene, from the i-th on (from 1). n 0: all of them. */
struct shard {
	uint32_t i, n;
};

/* --mask: which pixels of a quality band are kept. */
struct mask_rule {
	bool set;
	char pattern[48]; /* what the quality file's name holds: "SCL", "QA_PIXEL" ... */
	bool by_bits;     /* true: keep where (value & bits) == 0; false: keep listed values */
	uint32_t bits;
	unsigned n_values;
	uint32_t values[32];
};

/* imgpipe sweep: lists whose every combination is a point, and options that all points share. */
enum { SWEEP_VALUES = 32, SWEEP_WORD = 24 };
struct sweep_options {
	unsigned n_chunks, n_workers, n_executors, n_sets; /* 0: the default */
	char chunk[SWEEP_VALUES][SWEEP_WORD];              /* as --chunk takes them */
	unsigned workers[SWEEP_VALUES];
	char executor[SWEEP_VALUES][SWEEP_WORD];
	char set[2][SWEEP_WORD]; /* as --working-set takes them */
	unsigned repeat;         /* 0: the default */
	bool cold;               /* the files leave the page cache before each run */
	unsigned n_passed;       /* options of run, for every point as they were typed */
	struct {
		const char *name, *value; /* value NULL: takes none */
	} passed[SWEEP_VALUES];
};

struct options {
	enum command command;
	unsigned n_args;
	char **args; /* files, directories, @lists, "-"; with merge: partial files; not owned */

	char *bands_text; /* what the patterns below point into; owned */
	struct band_choice bands[N_BAND_ROLES];
	struct mask_rule mask;
	bool raw;       /* no scale, no offset, stored numbers as they are */
	bool has_scale; /* --scale/--offset given: they win over everything but --raw */
	double scale, offset;
	bool has_nodata;
	double nodata;
	enum reader_choice reader;
	bool follow; /* what named inputs refer to is read wherever it is */

	unsigned workers;     /* 0: as many as the machine allows */
	const char *executor; /* a name of the table in executor.h, or "auto" */
	struct shard shard;
	enum transport transport;    /* of the processes executor */
	enum confine_choice confine; /* likewise */
	uint64_t memory_bytes;       /* 0: default share, unless memory_percent */
	unsigned memory_percent;     /* of the smallest limit, 0 where not given */
	enum chunk_kind chunk_kind;
	uint32_t chunk_x, chunk_y; /* CHUNK_PIXELS */
	uint64_t chunk_bytes;      /* CHUNK_BYTES: decoded bytes of red and NIR */
	enum working_set working_set;
	struct teach teach;
	uint32_t tile_grid_x, tile_grid_y; /* 0: as stored */

	struct report_choices reports; /* that are wanted, those by default included */
	bool text;                     /* graph: words instead of a picture */
	int verbosity;                 /* -1 with -q, 0, 1 with -v ... */
	bool progress;                 /* --progress: also where stderr is no terminal */
	bool monitor;                  /* --monitor: a live view on stderr */

	struct lab_request lab_request; /* pi, sum, recur */
	const struct lab *lab;          /* the line that a run works on; NULL: scenes */
	struct sweep_options sweep;
};

/* pi, sum, recur: no files to read, but executors to work with. */
static inline bool command_is_lab(enum command command)
{
	return command == COMMAND_PI || command == COMMAND_SUM || command == COMMAND_RECUR;
}

/*
 * Parse argv. `reports`: the options of all reports, in the order of --help. Returns 0, or 1 where
 * the work is already done (--help, --version printed to stdout), or -1 with EX_USAGE and a message
 * that names the option and what it takes. Not thread-safe (getopt). Strings in *options point into
 * argv and into *options itself, which has to outlive its copies; release it whatever comes back.
 */
int options_parse(struct options *options, report_list *reports, int argc, char **argv,
		  struct error *err) MUST_CHECK;

void options_release(struct options *options);

/* "64M", "2GiB", "512MB", "1000000": bytes, suffixes are powers of 1024. 0 or -1. */
int options_bytes(const char *text, uint64_t *bytes) MUST_CHECK;

#endif
