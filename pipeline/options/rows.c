/*
 * The options that commands share: what users type and what --help says of it.
 */
#include "rows.h"

#include "values.h"

/* --- how to work --- */

const struct option_row option_workers = {
	.letter = 'j',
	.name = "workers",
	.argument = "N|auto",
	.kind = VALUE_WORD,
	.brief = "number of workers; default: all physical cores",
	.help = "number of workers; auto: physical cores within affinity, cgroup quota and Slurm's "
		"share",
	.set = set_workers,
};
const struct option_row option_transport = {
	.name = "transport",
	.argument = "shm|pipe",
	.kind = VALUE_WORD,
	.help = "how worker processes send results: through shared memory (default) or pipes",
	.set = set_transport,
};
const struct option_row option_confine = {
	.name = "confine",
	.argument = "auto|off|must",
	.kind = VALUE_WORD,
	.help = "for --executor processes: workers may read inputs and libraries and do nothing "
		"else. auto: as much of this as the kernel offers; must: refuse to run with less; "
		"off: no confinement, for debuggers and profilers",
	.set = set_confine,
};
const struct option_row option_memory = {
	.letter = 'm',
	.name = "memory",
	.argument = "64M|2G|25%",
	.brief = "limit for the memory of the whole program; default: 25%",
	.help = "limit for the memory of the whole program; default: 25% of the smallest of RAM, "
		"cgroup, ulimit and Slurm limits",
	.set = set_memory,
};
const struct option_row option_chunk = {
	.name = "chunk",
	.argument = "auto|tile|N|WxH|64MiB",
	.kind = VALUE_WORD,
	.help = "what one task is: whole tiles (auto, tile), a window of N x N or W x H pixels, or "
		"a window of so many bytes of decoded bands",
	.set = set_chunk,
};
const struct option_row option_working_set = {
	.name = "working-set",
	.argument = "tile|chunk",
	.kind = VALUE_WORD,
	.help = "what is in memory at once: a tile of the chunk (default), or the whole chunk as "
		"array libraries do",
	.set = set_working_set,
};
const struct option_row option_shard = {
	.name = "shard",
	.argument = "I/N|auto",
	.kind = VALUE_WORD,
	.help = "this job's share of the scenes: every N-th, from the I-th on; auto: as the Slurm "
		"array or srun step says",
	.set = set_shard,
};

const struct option_row option_timeout = {
	.name = "timeout",
	.argument = "SECONDS",
	.help = "time for a scene, from its opening on, while a worker has it; one that takes "
		"longer fails, for reads that hang. --executor processes kills the worker and goes "
		"on; a thread cannot be stopped: it is lost to the run, which ends without it; 0: "
		"no limit (default)",
	.set = set_timeout,
};

/* --- what to write --- */

const struct option_row option_tile_grid = {
	.name = "tile-grid",
	.argument = "N|WxH",
	.help = "tile size in pixels for --tiles and maps; default: as stored in the file",
	.set = set_tile_grid,
};

const struct option_row option_histogram = {
	.name = "histogram",
	.help = "--csv and --tiles have 66 columns more, the histogram: histogram_0 to "
		"histogram_63 count valid pixels in equal parts of the index's range, "
		"histogram_below and histogram_above those outside it",
	.set = set_histogram,
};

/* --- what to say --- */

const struct option_row option_quiet = {
	.letter = 'q',
	.name = "quiet",
	.brief = "errors only",
	.help = "no report on standard output, no progress; errors only",
	.set = set_quiet,
};
const struct option_row option_verbose = {
	.letter = 'v',
	.name = "verbose",
	.help = "print more on standard error",
	.set = set_verbose,
};
const struct option_row option_progress = {
	.name = "progress",
	.help = "show progress even if standard error is no terminal",
	.set = set_progress,
};
const struct option_row option_monitor = {
	.name = "monitor",
	.help = "a live view on the terminal: what each worker does, cores, memory, where the time "
		"goes",
	.set = set_monitor,
};

/* --- options that stand elsewhere --- */

static const struct option_row config = {
	.name = "config",
	.argument = "FILE",
	.kind = VALUE_FILE,
	.help = "more options, one a line as on the command line (memory = 2G); what the command "
		"line says itself wins",
	.set = set_config,
};
static const struct option_row *const config_rows[] = {&config, NULL};

const struct option_group config_group = {.title = "Options from a file", .rows = config_rows};

/* --- the screen --- */

static const struct option_row color = {
	.name = "color",
	.argument = "auto|always|never",
	.kind = VALUE_WORD,
	.help = "colours in what is printed for people: on a terminal, unless NO_COLOR is set or "
		"TERM is dumb (auto, the default); always, as for less -R; never. Files have none",
	.set = set_color,
};
static const struct option_row *const screen_rows[] = {&color, NULL};

const struct option_group screen_group = {.title = "Screen", .rows = screen_rows};

/* --- help: without a setter, which prints and ends --- */

static const struct option_row help = {
	.letter = 'h',
	.name = "help",
	.help = "print this help; imgpipe -h: a page of what is used most",
};
static const struct option_row version = {.name = "version", .help = "print the version"};
static const struct option_row man = {
	.name = "man",
	.help = "print the man page (all commands, exit status, environment), for man -l -",
};
static const struct option_row completion = {
	.name = "completion",
	.argument = "bash|zsh|fish",
	.kind = VALUE_WORD,
	.may_lack = true,
	.help = "print completions for this shell (default: bash), to be sourced; make install "
		"puts them where shells look",
};

static const struct option_row *const help_rows[] = {&help, &version, &man, &completion, NULL};

const struct option_group help_group = {.title = "Help", .rows = help_rows};
