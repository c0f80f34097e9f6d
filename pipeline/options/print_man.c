/*
 * The man page: a section a command with the options that it alone takes; options of several
 * commands once, with the commands that take them.
 */
#include "print.h"

#include <ctype.h>
#include <string.h>

enum { ROWS_MOST = 256 };

/* For roff: what it would take for its own is written so that it is text. */
static void put_text(FILE *out, const char *text)
{
	for (bool begins = true; *text; text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '\'')
			fputs("\\(aq", out);
		else
			fputc(*text, out);
		begins = *text == '\n';
	}
}

static unsigned takers(command_table commands, const void *identity)
{
	unsigned n = 0;

	for (; *commands; commands++)
		n += command_takes(*commands, identity);
	return n;
}

static void put_option(FILE *out, const struct option_row *row)
{
	fputs(".TP\n\\fB", out);
	if (row->letter)
		fprintf(out, "\\-%c\\fR, \\fB", row->letter);
	fputs("\\-\\-", out);
	put_text(out, row->name);
	fputs("\\fR", out);
	if (row->argument) {
		fputs(row->may_lack ? "[=\\fI" : " \\fI", out);
		put_text(out, row->argument);
		fputs(row->may_lack ? "\\fR]" : "\\fR", out);
	}
	fputc('\n', out);
	put_text(out, row->help);
}

static void put_takers(FILE *out, command_table commands, const void *identity)
{
	const char *between = " (";
	unsigned n = 0;

	while (commands[n])
		n++;
	if (takers(commands, identity) == n)
		return;
	for (; *commands; commands++)
		if (command_takes(*commands, identity)) {
			fprintf(out, "%s%s", between, (*commands)->word);
			between = ", ";
		}
	fputc(')', out);
}

static void put_own_options(FILE *out, command_table commands, const struct command *command)
{
	struct option_list list;

	option_list_make(&list, command);
	for (unsigned i = 0; i < list.n; i++)
		if (takers(commands, list.item[i].identity) == 1) {
			put_option(out, &list.item[i].row);
			fputc('\n', out);
		}
}

static void put_command(FILE *out, command_table commands, const struct command *command)
{
	fprintf(out, ".SS imgpipe %s\n%c", command->word, toupper(*command->purpose));
	put_text(out, command->purpose + 1);
	fputs(".\n", out);
	put_own_options(out, commands, command);
	fputs(".PP\nExamples:\n.PP\n.nf\n.RS\n", out);
	put_text(out, command->examples);
	fputs(".RE\n.fi\n", out);
}

/* Options that have been described already. */
struct shown {
	unsigned n;
	const void *identity[ROWS_MOST];
};

static bool is_new(struct shown *shown, const void *identity)
{
	for (unsigned i = 0; i < shown->n; i++)
		if (shown->identity[i] == identity)
			return false;
	if (shown->n == ROWS_MOST)
		return false;
	shown->identity[shown->n++] = identity;
	return true;
}

/* All shared options under this heading, whichever command has it. */
static void put_heading(FILE *out, command_table commands, const char *title, struct shown *shown)
{
	struct option_list list;
	bool headed = false;

	for (command_table c = commands; *c; c++) {
		option_list_make(&list, *c);
		for (unsigned i = 0; i < list.n; i++) {
			const struct option_item *item = &list.item[i];

			if (strcmp(item->title, title) != 0 ||
			    takers(commands, item->identity) < 2 || !is_new(shown, item->identity))
				continue;
			if (!headed)
				fprintf(out, ".SS %s\n", title);
			headed = true;
			put_option(out, &item->row);
			put_takers(out, commands, item->identity);
			fputc('\n', out);
		}
	}
}

static void put_shared_options(FILE *out, command_table commands)
{
	struct option_list list;
	struct shown shown = {0};
	const char *last = NULL;

	for (command_table c = commands; *c; c++) {
		option_list_make(&list, *c);
		last = list.item[list.n - 1].title; /* of every command: at the end */
		for (unsigned i = 0; i < list.n; i++)
			if (list.item[i].title != last)
				put_heading(out, commands, list.item[i].title, &shown);
	}
	put_heading(out, commands, last, &shown);
}

static void put_synopsis(FILE *out, command_table commands)
{
	fputs(".SH SYNOPSIS\n.nf\n", out);
	for (command_table c = commands; *c; c++) {
		fprintf(out, c == commands ? "\\fBimgpipe\\fR [\\fB%s\\fR]" : "\\fBimgpipe %s\\fR",
			(*c)->word);
		fputs(" [options] \\fI", out);
		put_text(out, (*c)->arguments);
		fputs("\\fR\n", out);
	}
	fputs(".fi\n", out);
}

static const char *const environment[][2] = {
	{"COLUMNS", "Width of a terminal that does not tell its own; else 80."},
	{"IMGPIPE_MODULE_DIR", "Where modules (imgpipe-gdal.so ...) are looked for first; then "
			       "beside the program, then in ../lib/imgpipe."},
	{"IMGPIPE_OPTIONS",
	 "Options of run, as on the command line, with quotes where a value has blanks; nothing is "
	 "expanded. They come before those of --config and the command line, which win. Other "
	 "commands take those that mean the same to them, and pass over the rest."},
	{"IMGPIPE_MPI", "openmpi or mpich: which MPI library, if the launcher does not tell."},
	{"IMGPIPE_READAHEAD", "0: workers do not ask the system to read ahead."},
	{"IMGPIPE_SIMD", "portable, avx2 or avx512: the largest instruction set to use."},
	{"JOURNAL_STREAM", "Set by systemd: where it names standard error, lines begin with "
			   "their level (<3> to <6>)."},
	{"NO_COLOR", "Not empty: no colours, unless --color always is given."},
	{"OMP_NUM_THREADS", "Workers of --executor openmp, where --workers is not given."},
	{"SLURM_CPUS_PER_TASK, SLURM_MEM_PER_NODE, SLURM_MEM_PER_CPU",
	 "Limits that hold where --workers and --memory are not given."},
	{"SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT, SLURM_PROCID, SLURM_NTASKS",
	 "The share of --shard auto."},
	{"SOURCE_DATE_EPOCH",
	 "Seconds since 1970: the date that maps say they were made at; without "
	 "it they say none, so that the same run makes the same bytes."},
	{"TERM", "Not set or dumb: no colours, and no line of progress that is written over."},
	{"TMPDIR", "Where a sweep makes its folder; else /tmp."},
};

static const char *const files[][2] = {
	{"part-I-of-N.json", "What --shard I/N leaves in the current folder for imgpipe merge, "
			     "where --partial does not name another file. The next run of "
			     "the same shard in this folder replaces it; a note tells where "
			     "that one has other options."},
	{"$TMPDIR/imgpipe-sweep-*", "The folder of a sweep while it runs."},
	{"DIR/.imgpipe.lock, DIR/.imgpipe-I-of-N.lock",
	 "With --output DIR: locked while a run, or a shard, works there; says who. They stay."},
	{"FILE.gpkg.lock", "With --catalog FILE.gpkg: the same. It stays."},
	{"FILE.gpkg-wal, FILE.gpkg-shm", "With --catalog FILE.gpkg: belong to it while a run is at "
					 "work, and after one that was killed; "
					 "the next run takes them in. Do not remove them."},
	{"DIR/.imgpipe-*",
	 "With --output DIR, where the file system has no files without a name, "
	 "and under MPI: tiles that wait while a run goes on. The next run there removes "
	 "what a killed one has left."},
	{"DIR/.imgpipe-old.*",
	 "With --overwrite: files that are being replaced, until all of their scene are. "
	 "The next run there puts back what a killed one has left."},
	{"PREFIX/lib/imgpipe/", "Modules: imgpipe-gdal.so reads what the TIFF reader does not, "
				"imgpipe-openmp.so, imgpipe-mpi-openmpi.so, imgpipe-mpi-mpich.so."},
};

static const char *const signal_terms[][2] = {
	{"SIGUSR1",
	 "Prints one line of progress on standard error: scenes done and failed, chunks, "
	 "speed, memory, time left. Worker processes and other ranks ignore it."},
	{"SIGINT, SIGTERM, SIGHUP, SIGXCPU",
	 "End the run within a second; what was done is reported. A second one ends it at once. "
	 "With "
	 "--log-file SIGHUP opens that file anew, and ends nothing."},
};

static void put_terms(FILE *out, const char *heading, const char *const (*term)[2], size_t n)
{
	fprintf(out, ".SH %s\n", heading);
	for (size_t i = 0; i < n; i++) {
		fputs(".TP\n", out);
		put_text(out, term[i][0]);
		fputc('\n', out);
		put_text(out, term[i][1]);
		fputc('\n', out);
	}
}

void print_man(FILE *out, command_table commands)
{
	fprintf(out,
		".TH IMGPIPE 1 \"\" \"imgpipe %s\" \"User Commands\"\n"
		".SH NAME\nimgpipe \\- statistics and maps of NDVI and other indices of satellite "
		"scenes\n",
		IMGPIPE_VERSION);
	put_synopsis(out, commands);
	fputs(".SH DESCRIPTION\n"
	      "Reads scenes and computes NDVI, other indices (\\-\\-index) or expressions of your "
	      "own (\\-\\-expr), all in one read, tile by tile, with several workers, within a "
	      "memory limit. Statistics are added up exactly. With \\-\\-output maps and pictures "
	      "of them are written, too. The report also shows what every stage cost.\n"
	      "A command comes first; without one, imgpipe runs. Arguments are image files, "
	      "directories, lists of files (@LIST, a path a line), and \\- for a list on standard "
	      "input. Options may be shortened as long as they are not ambiguous.\n"
	      ".PP\n"
	      "imgpipe \\-h is a page of what is used most, imgpipe help WORD shows a command, a "
	      "heading of options (maps, say), an option, an index or a preset of masks.\n"
	      ".SH COMMANDS\n"
	      "Below each command are the options that only this command takes.\n",
	      out);
	for (command_table c = commands; *c; c++)
		put_command(out, commands, *c);
	fputs(".SH OPTIONS OF SEVERAL COMMANDS\n"
	      "In parentheses: the commands that take the option, if not all do. An option that a "
	      "command would ignore is refused.\n",
	      out);
	put_shared_options(out, commands);
	fputs(".SH FILES OF OPTIONS\n"
	      "A file of \\-\\-config has an option on each line: its name, with or without "
	      "dashes, "
	      "and its value, with or without = between them. A value with blanks stands in quotes "
	      "(' or \"), which end on the same line; a backslash is a character like others, and "
	      "nothing is expanded. A word that begins with # begins a comment. Names of files are "
	      "relative to the working folder. Inputs are named on the command line, and so are "
	      "\\-\\-help and its like and \\-\\-config itself.\n.PP\n"
	      "An option counts from the last place that has it: IMGPIPE_OPTIONS, the file, the "
	      "command line. That holds for options that may be given several times, too: if the "
	      "command line has some \\-\\-index, those of the file are left out. A switch cannot "
	      "be turned off again.\n"
	      ".PP\nExample:\n.PP\n.nf\n.RS\n"
	      "# ndvi.conf: imgpipe \\-\\-config ndvi.conf scenes/\n"
	      "memory = 2G\nindex = ndvi,evi\nmask = \"CLDPRB<20\"\ncsv = ndvi.csv.gz\n"
	      ".RE\n.fi\n"
	      ".SH EXIT STATUS\n",
	      out);
	for (const struct exit_row *row = exit_rows; row->status; row++) {
		fprintf(out, ".TP\n%s\n", row->status);
		put_text(out, row->meaning);
		fputc('\n', out);
	}
	put_terms(out, "SIGNALS", signal_terms, sizeof(signal_terms) / sizeof(signal_terms[0]));
	put_terms(out, "ENVIRONMENT", environment, sizeof(environment) / sizeof(environment[0]));
	put_terms(out, "FILES", files, sizeof(files) / sizeof(files[0]));
	fputs(".SH SEE ALSO\n.BR gdalinfo (1),\n.BR gdal_calc.py (1)\n", out);
}
