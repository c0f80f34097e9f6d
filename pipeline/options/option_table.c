/*
 * The table of options and the table of commands: what users type, in one place.
 */
#include "option_table.h"

#include "option_values.h"

/* Sets of commands that take an option. */
enum {
	RUNS = 1 << COMMAND_RUN | 1 << COMMAND_PLAN,
	GRAPHS = 1 << COMMAND_GRAPH,
	SCENES = RUNS | GRAPHS | 1 << COMMAND_INFO | 1 << COMMAND_MERGE,
	SWEEPS = 1 << COMMAND_SWEEP,
	ALSO_SWEEPS = SCENES | SWEEPS, /* a sweep hands them to the runs it is made of */
	PI = 1 << COMMAND_PI,
	SUM = 1 << COMMAND_SUM,
	RECUR = 1 << COMMAND_RECUR,
	LABS = PI | SUM | RECUR, /* no files; lists of workers */
	ALL = ~0
};

static const char sweep_examples[] =
	"imgpipe sweep --chunk 64..4096 --workers 1,2 scene.tif\n"
	"imgpipe sweep --workers 1..16 --executor threads,processes --html s.html scenes/\n"
	"imgpipe sweep --chunk tile,512,4096 --working-set tile,chunk --memory 64M big.tif\n";

const struct command_row command_rows[] = {
	[COMMAND_RUN] = {"run", "FILE|DIRECTORY|@LIST|- ...", "the statistics (the default)", NULL},
	[COMMAND_PLAN] = {"plan", "FILE|DIRECTORY|@LIST|- ...",
			  "what run would do, and the memory for it", NULL},
	[COMMAND_GRAPH] = {"graph", "FILE|DIRECTORY|@LIST|- ...",
			   "the graph of run's tasks, a picture (SVG) on standard output",
			   "imgpipe graph scene.tif > graph.svg\n"
			   "imgpipe graph --text --workers 4 --chunk 1024 scenes/\n"},
	[COMMAND_INFO] = {"info", "FILE|DIRECTORY|@LIST|- ...",
			  "what the files say, and where it stands", NULL},
	[COMMAND_MERGE] = {"merge", "PARTIAL ...", "join what --partial wrote", NULL},
	[COMMAND_SWEEP] = {"sweep", "FILE|DIRECTORY|@LIST ...",
			   "time runs over chunk sizes and workers, with pictures", sweep_examples},
	[COMMAND_PI] =
		{"pi", "", "pi by random numbers: the bare executor, without any file",
		 "imgpipe pi                                    all generators, 1, 2 ... workers\n"
		 "imgpipe pi -N 1e8 --generator own --workers 1,2,4\n"
		 "imgpipe pi -N 1e5                             too small: what overhead is\n"
		 "imgpipe pi -N 1e7 --chunk 1000 --workers 2 --generator vector\n"
		 "imgpipe pi --executor processes --generator vector --report pi.json "
		 "--workers 2\n"},
	[COMMAND_SUM] = {"sum", "", "a big sum in chunks, and as one array in memory",
			 "imgpipe sum                                   chunks, array, floats\n"
			 "imgpipe sum -N 1e9 --how array --memory 1G    refused: exit status 75\n"
			 "imgpipe sum -N 1e9 --how chunks --memory 64M --workers 1,2\n"
			 "imgpipe sum -N 1e7 --how floats --chunk 1e5\n"},
	[COMMAND_RECUR] = {"recur", "",
			   "steps that need the step before: over time, and over pixels",
			   "imgpipe recur --workers 1,2,4\n"
			   "imgpipe recur -N 1e6 --steps 100 --over pixels\n"
			   "imgpipe recur --over time --workers 2         waits in turn: see its "
			   "stage table\n"},
};

const int n_command_rows = sizeof(command_rows) / sizeof(command_rows[0]);

const struct option_row option_rows[] = {
	{LABS, 0, NULL, NULL, "What to compute", NULL},
	{PI, 'N', "points", "N", "how many points; 1e8 is a number, too (default 1e7)", set_n},
	{SUM, 'N', "values", "N", "how many values; 1e9 is a number, too (default 1e8)", set_n},
	{RECUR, 'N', "pixels", "N", "how many pixels (default 1e5)", set_n},
	{RECUR, 'T', "steps", "T", "how many steps, at most 1e9 (default 500)", set_steps},
	{PI, 'g', "generator", "shared|own|vector",
	 "where random numbers come from: one generator behind a lock, one for each piece of work, "
	 "or made of the point's number by vector instructions; lists as own,vector; default: all",
	 set_generator},
	{SUM, 0, "how", "chunks|array|floats",
	 "made and added chunk by chunk; all in memory first; in single precision, in several "
	 "orders; lists as chunks,array; default: all",
	 set_how},
	{RECUR, 0, "over", "time|pixels",
	 "a task is one step of all pixels, or all steps of some pixels; default: both", set_over},
	{PI | RECUR, 0, "seed", "S", "another sequence of random numbers (default 0)", set_seed},
	{LABS, 0, NULL, NULL, "How to work", NULL},
	{LABS, 'j', "workers", "N|auto,...",
	 "workers at once, one line of the table for each, as in 1,2,4; auto: physical cores "
	 "within "
	 "affinity, cgroup quota and Slurm's share; default: 1, 2, 4 ... up to those",
	 set_workers_list},
	{LABS, 0, "chunk", "auto|N", "points, values or pixels of one task; auto: about 64 tasks",
	 set_lab_chunk},
	{ALSO_SWEEPS, 0, NULL, NULL, "What to read", NULL},
	{ALSO_SWEEPS, 'b', "bands", "SPEC",
	 "which bands are red and NIR: numbers of a stack (red=3,nir=4) or patterns of file names "
	 "(red=*_B04.tif,nir=*_B08.tif); wins over all other evidence",
	 set_bands},
	{ALSO_SWEEPS, 0, "mask", "RULE",
	 "keep pixels by a quality band: SCL=4,5,6,7,11 keeps the listed values of the file whose "
	 "name holds SCL; 'QA_PIXEL&31' keeps pixels with none of these bits set",
	 set_mask},
	{ALSO_SWEEPS, 0, "raw", NULL, "stored numbers as they are: no scale, no offset", set_raw},
	{ALSO_SWEEPS, 0, "scale", "S",
	 "value = stored * S + offset, for red and NIR, whatever the files say", set_scale},
	{ALSO_SWEEPS, 0, "offset", "O", "see --scale", set_offset},
	{ALSO_SWEEPS, 0, "nodata", "V", "nodata value of red and NIR, whatever the files say",
	 set_nodata},
	{ALSO_SWEEPS, 0, "reader", "auto|tiff|gdal",
	 "who reads the files; auto: TIFF where it can, else GDAL", set_reader},
	{ALSO_SWEEPS, 0, "follow", NULL,
	 "read what inputs named here or in a list refer to, wherever it is (VRT, side files); "
	 "without it, only below their own folders; files found in folders never refer to others",
	 set_follow},
	{GRAPHS, 0, NULL, NULL, "What to draw", NULL},
	{GRAPHS, 0, "text", NULL, "the graph in words and numbers, no picture", set_text},
	{ALSO_SWEEPS, 0, NULL, NULL, "How to work", NULL},
	{SCENES, 'j', "workers", "N|auto",
	 "workers at once; auto: physical cores within affinity, cgroup quota and Slurm's share",
	 set_workers},
	{SCENES | LABS, 0, "executor", "NAME",
	 "who the workers are: serial, threads, openmp, processes, mpi; auto: mpi under mpirun or "
	 "srun, else threads",
	 set_executor},
	{ALSO_SWEEPS | LABS, 0, "transport", "shm|pipe",
	 "how results of processes travel: through shared memory (default) or pipes",
	 set_transport},
	{ALSO_SWEEPS, 0, "confine", "auto|off|must",
	 "processes: workers may read the inputs and libraries, and reach nothing else; auto: as "
	 "far as the kernel can; must: refuse to run without; off: for debuggers and profilers",
	 set_confine},
	{ALSO_SWEEPS | LABS, 'm', "memory", "64M|2G|25%",
	 "limit for the memory of the whole program; default: 25 % of the smallest of RAM, cgroup, "
	 "ulimit and Slurm limits",
	 set_memory},
	{SCENES, 0, "chunk", "auto|tile|N|WxH|64MiB",
	 "what one task is: whole tiles (auto, tile), a window in pixels, or bytes of red and NIR",
	 set_chunk},
	{SCENES, 0, "working-set", "tile|chunk",
	 "what is in memory at once: a tile of the chunk (default), or the whole chunk as array "
	 "libraries have it",
	 set_working_set},
	{SCENES, 0, "shard", "I/N|auto",
	 "this job's share: every N-th scene from the I-th on; auto: of a Slurm array or srun step",
	 set_shard},
	{SWEEPS, 0, NULL, NULL, "What to vary (each combination is a point)", NULL},
	{SWEEPS, 0, "chunk", "LIST",
	 "chunk sizes: 256,1024 or 64..8192 (doubling), also auto, tile, WxH, 64MiB; default "
	 "128..4096",
	 set_sweep_chunk},
	{SWEEPS, 'j', "workers", "LIST",
	 "workers: 1,2,4 or 1..16 (doubling); default: from 1 to what run takes",
	 set_sweep_workers},
	{SWEEPS, 0, "executor", "LIST", "threads (default), processes, openmp, serial",
	 set_sweep_executor},
	{SWEEPS, 0, "working-set", "LIST",
	 "tile (default), chunk: what is in memory at once of a chunk", set_sweep_set},
	{SWEEPS, 0, NULL, NULL, "How to measure", NULL},
	{SWEEPS, 0, "repeat", "N", "runs of each point, in rounds over all points; default 5",
	 set_sweep_repeat},
	{SWEEPS, 0, "cold", NULL,
	 "ask the system to forget the files before each run; default: they are read once first",
	 set_sweep_cold},
	{SWEEPS, 0, NULL, NULL, "What to write beside the table (FILE may be -)", NULL},
	{SCENES | LABS, 0, NULL, NULL, "What to write (FILE may be -)", NULL},
	{0, 0, NULL, NULL, NULL, NULL}, /* here stand those of the reports */
	{SCENES, 0, "tile-grid", "N|WxH",
	 "tiles of the per-tile table; default: as stored in the file", set_tile_grid},
	{ALSO_SWEEPS | LABS, 'q', "quiet", NULL,
	 "no report on standard output, no progress; errors only", set_quiet},
	{SCENES, 'v', "verbose", NULL, "say more on standard error", set_verbose},
	{LABS, 'v', "verbose", NULL,
	 "what every stage cost below each line, not only where there is one", set_verbose},
	{SCENES, 0, "progress", NULL, "show progress also where standard error is no terminal",
	 set_progress},
	{RUNS, 0, "monitor", NULL,
	 "a live view on the terminal: what each worker does, cores, memory, where the time goes",
	 set_monitor},
	{RUNS | SWEEPS, 0, NULL, NULL,
	 "For teaching (costs that imgpipe avoids; README, For teachers)", NULL},
	{RUNS | SWEEPS, 0, "teach", "MODE,...",
	 "gil: one lock is held while computing; task-overhead=1ms: CPU time of a scheduler for "
	 "each "
	 "chunk; ship-pixels: send pixels, not answers; float-sums: sums that depend on their "
	 "order; "
	 "no-backpressure: read everything before reducing anything",
	 set_teach},
	{ALL, 0, NULL, NULL, "Help", NULL},
	{ALL, 'h', "help", NULL, "this text", NULL},
	{ALL, 0, "version", NULL, "the version", NULL},
	{ALL, 0, "man", NULL, "this text as a man page, for man -l -", NULL},
	{ALL, 0, "completion", NULL, "completions for bash, to be sourced", NULL},
};

const int n_option_rows = sizeof(option_rows) / sizeof(option_rows[0]);

unsigned command_report_maker(enum command command)
{
	switch (command) {
	case COMMAND_RUN:
	case COMMAND_PLAN:
	case COMMAND_GRAPH:
		return REPORT_BY_RUN;
	case COMMAND_MERGE:
		return REPORT_BY_MERGE;
	case COMMAND_SWEEP:
		return REPORT_BY_SWEEP;
	case COMMAND_PI:
	case COMMAND_SUM:
	case COMMAND_RECUR:
		return REPORT_BY_LAB;
	case COMMAND_INFO:
		break;
	}
	return 0;
}

static void add_reports(struct option_list *list, report_list *reports)
{
	const struct report_option *report;

	for (unsigned i = 0; (report = reports(i)) && list->n < OPTIONS_MOST; i++) {
		struct option_row row = {.name = report->name,
					 .argument = report->argument ? report->argument : "FILE",
					 .help = report->help};

		for (int c = 0; c < n_command_rows; c++)
			if (report->made_by & command_report_maker((enum command)c))
				row.commands |= 1u << c;
		if (!row.name)
			continue;
		list->report[list->n] = report;
		list->row[list->n++] = row;
	}
}

void option_list_make(struct option_list *list, report_list *reports)
{
	*list = (struct option_list){0};
	for (int i = 0; i < n_option_rows && list->n < OPTIONS_MOST; i++)
		if (option_rows[i].help)
			list->row[list->n++] = option_rows[i];
		else
			add_reports(list, reports);
}
