/*
 * Options: the table, and everything made from it: the parser, --help, the man page, completions.
 * How each value is read is in option_values.c. Knows no imagery beyond the words users type.
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "option_values.h"

static const char synopsis[] = "imgpipe [run|plan|info|merge] [options] FILE|DIRECTORY|@LIST|- ...";

static const struct option_row rows[] = {
	{0, NULL, NULL, "What to read", NULL},
	{'b', "bands", "SPEC",
	 "which bands are red and NIR: numbers of a stack (red=3,nir=4) or patterns of file names "
	 "(red=*_B04.tif,nir=*_B08.tif); wins over all other evidence",
	 set_bands},
	{0, "mask", "RULE",
	 "keep pixels by a quality band: SCL=4,5,6,7,11 keeps the listed values of the file whose "
	 "name holds SCL; 'QA_PIXEL&31' keeps pixels with none of these bits set",
	 set_mask},
	{0, "raw", NULL, "stored numbers as they are: no scale, no offset", set_raw},
	{0, "scale", "S", "value = stored * S + offset, for red and NIR, whatever the files say",
	 set_scale},
	{0, "offset", "O", "see --scale", set_offset},
	{0, "nodata", "V", "nodata value of red and NIR, whatever the files say", set_nodata},
	{0, "reader", "auto|tiff|gdal", "who reads the files; auto: TIFF where it can, else GDAL",
	 set_reader},
	{0, NULL, NULL, "How to work", NULL},
	{'j', "workers", "N|auto",
	 "workers at once; auto: physical cores within affinity, cgroup quota and Slurm's share",
	 set_workers},
	{0, "executor", "NAME",
	 "who the workers are: serial, threads, openmp, processes, mpi; auto: mpi under mpirun or "
	 "srun, else threads",
	 set_executor},
	{0, "transport", "shm|pipe",
	 "how results of processes travel: through shared memory (default) or pipes",
	 set_transport},
	{'m', "memory", "64M|2G|25%",
	 "limit for the memory of the whole program; default: 25 % of the smallest of RAM, cgroup, "
	 "ulimit and Slurm limits",
	 set_memory},
	{0, "chunk", "auto|tile|N|WxH|64MiB",
	 "what one task is: whole tiles (auto, tile), a window in pixels, or bytes of red and NIR",
	 set_chunk},
	{0, "working-set", "tile|chunk",
	 "what is in memory at once: a tile of the chunk (default), or the whole chunk as array "
	 "libraries have it",
	 set_working_set},
	{0, "shard", "I/N|auto",
	 "this job's share: every N-th scene from the I-th on; auto: of a Slurm array or srun step",
	 set_shard},
	{0, NULL, NULL, "What to write (FILE may be -)", NULL},
	{0, "summary", "FILE", "the numbers alone, JSON; the same bytes however the work was done",
	 set_summary},
	{0, "report", "FILE", "numbers, plan, provenance and costs, JSON (imgpipe-report/1)",
	 set_report},
	{0, "csv", "FILE", "a line a scene", set_csv},
	{0, "tiles", "FILE", "a line a tile, CSV", set_tiles},
	{0, "tile-grid", "N|WxH", "tiles of the per-tile table; default: as stored in the file",
	 set_tile_grid},
	{0, "partial", "FILE",
	 "exact totals for imgpipe merge; with --shard the default is part-I-of-N.json",
	 set_partial},
	{'q', "quiet", NULL, "no report on standard output, no progress; errors only", set_quiet},
	{'v', "verbose", NULL, "say more on standard error", set_verbose},
	{0, "progress", NULL, "show progress also where standard error is no terminal",
	 set_progress},
	{0, NULL, NULL, "Help", NULL},
	{'h', "help", NULL, "this text", NULL},
	{0, "version", NULL, "the version", NULL},
	{0, "man", NULL, "this text as a man page, for man -l -", NULL},
	{0, "completion", NULL, "completions for bash, to be sourced", NULL},
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]), ROW_CODE = 1000 };

/* --- what the table prints --- */

static const char exit_statuses[] =
	"0 all fine; 1 some scenes failed, the rest is complete and reported; 64 usage;\n"
	"65 bad data in every scene; 66 no input; 69 a reader that is needed is missing;\n"
	"73 cannot create output; 74 I/O error; 75 the memory limit is too small;\n"
	"130 and 143 after SIGINT and SIGTERM, with what was done reported.\n";

static const char examples[] =
	"imgpipe --workers 16 scenes/*.tif\n"
	"imgpipe --memory 2G --summary ndvi.json S2B_MSIL2A_20260701T100031.SAFE\n"
	"imgpipe --bands red=3,nir=4 --csv ndvi.csv planet/\n"
	"imgpipe plan --memory 64M big.tif\n"
	"mpirun -n 4 imgpipe --workers 2 --summary ndvi.json scenes/\n"
	"imgpipe --shard 3/8 scenes/ && imgpipe merge --summary ndvi.json part-*.json\n";

/* Text in lines of at most 80 columns, from column 26 on. */
static void print_wrapped(FILE *out, const char *text, int column)
{
	enum { LEFT = 26, RIGHT = 80 };

	if (column >= LEFT) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", LEFT - column, "");
	column = LEFT;
	for (bool first = true; *text; first = false) {
		int word = (int)strcspn(text, " ");

		if (!first && column + 1 + word > RIGHT) {
			fprintf(out, "\n%*s", LEFT, "");
			column = LEFT;
			first = true;
		}
		column += fprintf(out, "%s%.*s", first ? "" : " ", word, text);
		text += word + (text[word] == ' ');
	}
	fputc('\n', out);
}

static void print_help(FILE *out)
{
	fprintf(out,
		"usage: %s\n\n"
		"NDVI statistics of satellite scenes, exact and in bounded memory.\n",
		synopsis);
	for (int i = 0; i < N_ROWS; i++) {
		int column;

		if (!rows[i].name) {
			fprintf(out, "\n%s:\n", rows[i].help);
			continue;
		}
		column = rows[i].letter ? fprintf(out, "  -%c, ", rows[i].letter)
					: fprintf(out, "      ");
		column += fprintf(out, "--%s", rows[i].name);
		if (rows[i].argument)
			column += fprintf(out, " %s", rows[i].argument);
		print_wrapped(out, rows[i].help, column);
	}
	fprintf(out, "\nExit status:\n%s\nExamples:\n%s", exit_statuses, examples);
}

static void print_man(FILE *out)
{
	fprintf(out,
		".TH IMGPIPE 1 \"\" \"imgpipe %s\" \"User Commands\"\n"
		".SH NAME\nimgpipe \\- NDVI statistics of satellite scenes in bounded memory\n"
		".SH SYNOPSIS\n.B %s\n"
		".SH DESCRIPTION\n"
		"Reads scenes, maps NDVI and statistics over tiles on a pool of workers within a "
		"memory limit, reduces them exactly, and reports what every stage cost.\n"
		".SH OPTIONS\n",
		IMGPIPE_VERSION, synopsis);
	for (int i = 0; i < N_ROWS; i++) {
		if (!rows[i].name) {
			fprintf(out, ".SS %s\n", rows[i].help);
			continue;
		}
		fprintf(out, ".TP\n\\fB");
		if (rows[i].letter)
			fprintf(out, "\\-%c\\fR, \\fB", rows[i].letter);
		fprintf(out, "\\-\\-%s\\fR", rows[i].name);
		if (rows[i].argument)
			fprintf(out, " \\fI%s\\fR", rows[i].argument);
		fprintf(out, "\n%s\n", rows[i].help);
	}
	fprintf(out, ".SH EXIT STATUS\n%s", exit_statuses);
	fprintf(out, ".SH EXAMPLES\n.nf\n%s.fi\n", examples);
	fprintf(out,
		".SH ENVIRONMENT\nIMGPIPE_MODULE_DIR: the folder of imgpipe-gdal.so, the module "
		"that reads files through GDAL. IMGPIPE_SIMD: portable, avx2 or avx512, the most "
		"that kernels use. IMGPIPE_MPI: openmpi or mpich, where "
		"the launcher does not say. SLURM_CPUS_PER_TASK, SLURM_MEM_PER_NODE, "
		"SLURM_MEM_PER_CPU: limits that hold where --workers and --memory are not "
		"given. SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT and SLURM_PROCID, SLURM_NTASKS: "
		"--shard auto. OMP_NUM_THREADS: workers of --executor openmp.\n.SH SEE "
		"ALSO\ngdalinfo(1), gdal_calc.py(1)\n");
}

static void print_completion(FILE *out)
{
	fprintf(out, "complete -o default -W '");
	for (int i = 0; i < N_ROWS; i++)
		if (rows[i].name)
			fprintf(out, "--%s ", rows[i].name);
	fprintf(out, "run plan info merge' imgpipe\n");
}

/* --- the parser --- */

/* getopt's two forms of the table. */
struct getopt_tables {
	char letters[2 * N_ROWS + 2];
	struct option longs[N_ROWS + 1];
};

static void make_getopt_tables(struct getopt_tables *tables)
{
	char *letter = tables->letters;
	struct option *o = tables->longs;

	*letter++ = ':';
	for (int i = 0; i < N_ROWS; i++) {
		if (!rows[i].name)
			continue;
		*o++ = (struct option){rows[i].name,
				       rows[i].argument ? required_argument : no_argument, NULL,
				       ROW_CODE + i};
		if (rows[i].letter) {
			*letter++ = rows[i].letter;
			if (rows[i].argument)
				*letter++ = ':';
		}
	}
	*letter = '\0';
	*o = (struct option){0};
}

static int row_of(int code)
{
	if (code >= ROW_CODE)
		return code - ROW_CODE;
	for (int i = 0; i < N_ROWS; i++)
		if (rows[i].letter && rows[i].letter == code)
			return i;
	return -1;
}

static int unknown_option(int code, char **argv, struct error *err)
{
	int row = row_of(optopt);
	const char *name = row >= 0 ? rows[row].name : NULL;

	if (code == ':' && name)
		return error_set(err, EX_USAGE, "option --%s needs a value: --%s %s", name, name,
				 rows[row].argument);
	if (name)
		return error_set(err, EX_USAGE, "option --%s takes no value", name);
	if (optopt)
		return error_set(err, EX_USAGE, "unknown option -%c; see imgpipe --help", optopt);
	return error_set(err, EX_USAGE, "unknown or ambiguous option %s; see imgpipe --help",
			 argv[optind - 1]);
}

/* Options that print and end. 1 where it was one of them. */
static int print_and_end(const char *name)
{
	if (strcmp(name, "help") == 0)
		print_help(stdout);
	else if (strcmp(name, "version") == 0)
		printf("imgpipe %s\n", IMGPIPE_VERSION);
	else if (strcmp(name, "man") == 0)
		print_man(stdout);
	else
		print_completion(stdout);
	return 1;
}

static bool take_command(struct options *options, const char *word)
{
	static const struct {
		const char *word;
		enum command command;
	} commands[] = {{"run", COMMAND_RUN},
			{"plan", COMMAND_PLAN},
			{"info", COMMAND_INFO},
			{"merge", COMMAND_MERGE}};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (word && strcmp(word, commands[i].word) == 0) {
			options->command = commands[i].command;
			return true;
		}
	}
	return false;
}

/* A command that stands where a file would: nobody has files called that. */
static int check_commands(const struct options *o, struct error *err)
{
	for (unsigned i = 0; i < o->n_args; i++) {
		struct options ignored;
		const char *word = o->args[i];

		if ((take_command(&ignored, word) || strcmp(word, "help") == 0) &&
		    access(word, F_OK))
			return error_set(err, EX_USAGE,
					 "%s is a command: put it first, imgpipe %s ...", word,
					 strcmp(word, "help") ? word : "--help");
	}
	return 0;
}

static bool is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

static int check_together(const struct options *o, struct error *err)
{
	int to_stdout = is_stdout(o->summary_path) + is_stdout(o->report_path) +
			is_stdout(o->csv_path) + is_stdout(o->tiles_path) +
			is_stdout(o->partial_path);

	if (!o->n_args)
		return error_set(err, EX_USAGE,
				 "nothing to read: give files, directories, @lists or - "
				 "(see imgpipe --help)");
	if (to_stdout > 1)
		return error_set(
			err, EX_USAGE,
			"only one of --summary, --report, --csv, --tiles and --partial can "
			"go to standard output (-)");
	if (o->command == COMMAND_INFO &&
	    (o->summary_path || o->report_path || o->csv_path || o->tiles_path))
		return error_set(err, EX_USAGE,
				 "info writes to standard output only; --summary, --report, --csv "
				 "and --tiles go with imgpipe run");
	if (o->command == COMMAND_MERGE && (o->report_path || o->tiles_path || o->shard.n))
		return error_set(
			err, EX_USAGE,
			"merge makes --summary, --csv, --partial and the table on standard "
			"output; --report and --tiles are of each part");
	if (o->raw && o->has_scale)
		return error_set(
			err, EX_USAGE,
			"--raw turns scale and offset off: leave out --raw, or --scale and "
			"--offset");
	return check_commands(o, err);
}

void options_release(struct options *options)
{
	free(options->bands_text);
	options->bands_text = NULL;
}

int options_parse(struct options *options, int argc, char **argv, struct error *err)
{
	struct getopt_tables tables;
	bool has_command;
	int code;

	*options = (struct options){.executor = "auto", .scale = 1};
	has_command = take_command(options, argc > 1 ? argv[1] : NULL);
	if (argc == 2 && strcmp(argv[1], "help") == 0)
		return print_and_end("help");
	make_getopt_tables(&tables);
	opterr = 0;
	optind = has_command ? 2 : 1;
	while ((code = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
		int row = code == '?' || code == ':' ? -1 : row_of(code);

		if (row < 0)
			return unknown_option(code, argv, err);
		if (!rows[row].set)
			return print_and_end(rows[row].name);
		if (rows[row].set(options, optarg, err))
			return error_prefix(err, "--%s", rows[row].name);
	}
	options->args = argv + optind;
	options->n_args = (unsigned)(argc - optind);
	if (options->shard.n && !options->partial_path && options->command == COMMAND_RUN) {
		(void)snprintf(options->partial_name, sizeof(options->partial_name),
			       "part-%u-of-%u.json", options->shard.i, options->shard.n);
		options->partial_path = options->partial_name;
	}
	return check_together(options, err);
}
