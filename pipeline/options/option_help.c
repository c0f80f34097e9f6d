/*
 * What the tables of options and commands print: --help, the man page, completions.
 */
#include "option_table.h"

#include <string.h>

static const char exit_statuses[] =
	"0 all fine; 1 some scenes failed, the rest is complete and reported; 64 usage;\n"
	"65 bad data in every scene; 66 no input; 69 a reader that is needed is missing;\n"
	"73 cannot create output; 74 I/O error; 75 the memory limit is too small;\n"
	"129, 130, 143 and 152 after SIGHUP, SIGINT, SIGTERM and SIGXCPU, with what was done\n"
	"reported.\n";

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

static void print_option(FILE *out, const struct option_row *row)
{
	int column;

	if (!row->name) {
		fprintf(out, "\n%s:\n", row->help);
		return;
	}
	column = row->letter ? fprintf(out, "  -%c, ", row->letter) : fprintf(out, "      ");
	column += fprintf(out, "--%s", row->name);
	if (row->argument)
		column += fprintf(out, " %s", row->argument);
	print_wrapped(out, row->help, column);
}

static void print_commands(FILE *out)
{
	fprintf(out, "\nCommands (imgpipe COMMAND --help):\n");
	for (int i = 0; i < n_command_rows; i++)
		print_wrapped(out, command_rows[i].purpose,
			      fprintf(out, "  %s", command_rows[i].word));
}

void option_print_help(FILE *out, const struct option_list *list, enum command command, bool named)
{
	const struct command_row *row = &command_rows[command];

	if (named)
		fprintf(out, "usage: imgpipe %s [options]%s%s\n\nimgpipe %s: %s.\n", row->word,
			*row->arguments ? " " : "", row->arguments, row->word, row->purpose);
	else
		fprintf(out,
			"usage: imgpipe [COMMAND] [options] %s\n\n"
			"NDVI statistics of satellite scenes, exact and in bounded memory.\n",
			row->arguments);
	if (!named)
		print_commands(out);
	for (int i = 0; i < list->n; i++)
		if (option_is_for(&list->row[i], command))
			print_option(out, &list->row[i]);
	fprintf(out, "\nExit status:\n%s\nExamples:\n%s", exit_statuses,
		row->examples ? row->examples : examples);
}

static void print_man_option(FILE *out, const struct option_row *row)
{
	if (!row->name) {
		fprintf(out, ".SS %s\n", row->help);
		return;
	}
	fprintf(out, ".TP\n\\fB");
	if (row->letter)
		fprintf(out, "\\-%c\\fR, \\fB", row->letter);
	fprintf(out, "\\-\\-%s\\fR", row->name);
	if (row->argument)
		fprintf(out, " \\fI%s\\fR", row->argument);
	fprintf(out, "\n%s\n", row->help);
}

void option_print_man(FILE *out, const struct option_list *list)
{
	fprintf(out,
		".TH IMGPIPE 1 \"\" \"imgpipe %s\" \"User Commands\"\n"
		".SH NAME\nimgpipe \\- NDVI statistics of satellite scenes in bounded memory\n"
		".SH SYNOPSIS\n.B imgpipe [COMMAND] [options] FILE|DIRECTORY|@LIST|- ...\n"
		".SH DESCRIPTION\n"
		"Reads scenes, maps NDVI and statistics over tiles on a pool of workers within a "
		"memory limit, reduces them exactly, and reports what every stage cost.\n"
		".SH COMMANDS\n",
		IMGPIPE_VERSION);
	for (int i = 0; i < n_command_rows; i++)
		fprintf(out, ".TP\n\\fB%s\\fR \\fI%s\\fR\n%s\n", command_rows[i].word,
			command_rows[i].arguments, command_rows[i].purpose);
	fprintf(out, ".SH OPTIONS\n");
	for (int i = 0; i < list->n; i++)
		print_man_option(out, &list->row[i]);
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

/* An option of two commands has two rows and one word. */
static bool is_first_of_name(const struct option_list *list, int row)
{
	for (int i = 0; i < row; i++)
		if (list->row[i].name && strcmp(list->row[i].name, list->row[row].name) == 0)
			return false;
	return true;
}

void option_print_completion(FILE *out, const struct option_list *list)
{
	fprintf(out, "complete -o default -W '");
	for (int i = 0; i < list->n; i++)
		if (list->row[i].name && is_first_of_name(list, i))
			fprintf(out, "--%s ", list->row[i].name);
	for (int i = 0; i < n_command_rows; i++)
		fprintf(out, "%s%s", command_rows[i].word, i + 1 < n_command_rows ? " " : "");
	fprintf(out, "' imgpipe\n");
}
