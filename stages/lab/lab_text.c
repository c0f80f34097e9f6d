/*
 * Labs for people: a heading that says what is measured, a line for each run, and below them what
 * the lines show. Fits the screen.
 */
#include "lab_stages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "budget.h"
#include "options.h"
#include "report/run_figures.h"
#include "base/table.h"
#include "base/text.h"
#include "window.h"

/* Below this share of wall time x workers inside the stages that compute, the rest is looked at. */
static const double good_share = 0.80;
/* A line this short is start-up for a good part, however large its tasks are. */
static const double short_s = 0.1;
/* Tasks that keep a worker longer than this are not made better by being larger. */
static const double small_task_s = 0.001;

/* --- heading --- */

static void head_pi(const struct lab *lab)
{
	char text[400];

	(void)snprintf(text, sizeof(text),
		       "pi by random numbers: of %" PRIu64 " points in the unit square, a share "
		       "of pi/4 is inside the quarter circle. Each task (%" PRIu64 " points) draws "
		       "and counts; the counts of all tasks are added. Standard error to be "
		       "expected: sqrt(pi (4 - pi) / N) = %.2e",
		       lab->n, lab->chunk, lab_pi_error(lab->n));
	text_fold(stdout, 0, 0, text);
}

static void head_sum(const struct lab *lab)
{
	char text[240], array[24];

	(void)snprintf(text, sizeof(text),
		       "A big sum: x_i = i mod 1000 + 0.5 for i = 0 ... %" PRIu64
		       ". As an array it "
		       "takes %s; a task in chunks is %" PRIu64 " values.",
		       lab->n - 1, bytes_text(array, size_mul(lab->n, sizeof(double))), lab->chunk);
	text_fold(stdout, 0, 0, text);
}

static void head_recur(const struct lab *lab)
{
	uint64_t tasks = ceil_div(lab->n, lab->chunk);
	char text[240];

	(void)snprintf(text, sizeof(text),
		       "A recurrence: exponential smoothing of %" PRIu64 " pixels over %" PRIu64
		       " steps; each step of a pixel needs the one before.",
		       lab->n, lab->steps);
	text_fold(stdout, 0, 0, text);
	(void)snprintf(text, sizeof(text),
		       "a task is one step of all pixels: critical path = %" PRIu64
		       " tasks, width = 1",
		       lab->steps);
	text_item(stdout, 13, "over time", text);
	(void)snprintf(text, sizeof(text),
		       "a task is all steps of %" PRIu64 " pixels: critical path = 1 task of "
		       "%" PRIu64 " steps, width = %" PRIu64,
		       lab->chunk, lab->steps, tasks);
	text_item(stdout, 13, "over pixels", text);
}

void lab_print_head(const struct lab_set *set, const struct options *options)
{
	static void (*const heads[N_LAB_KINDS])(const struct lab *lab) = {head_pi, head_sum,
									  head_recur};

	if (lab_shows_text(options))
		heads[set->lab.kind](&set->lab);
}

/* --- a line --- */

/* Twice a sum, as the sum. */
static const char *halves_text(char text[48], int128 twice)
{
	(void)snprintf(text, 48, "%" PRIu64 ".%d", (uint64_t)(twice / 2), twice % 2 ? 5 : 0);
	return text;
}

enum { LAB_CELL_BYTES = 48, LAB_COLUMNS = 10 };
typedef char lab_cell[LAB_CELL_BYTES];

/* The columns that all labs have come first. */
enum { AT_MODE, AT_WORKERS, AT_WALL, AT_CPU, AT_SPEED_UP, AT_EFFICIENCY, AT_WORK, AT_OWN };

#define COMMON_COLUMNS(mode, columns)                                                        \
	{.head = (mode), .width = (columns), .left = true}, {.head = "workers", .width = 7}, \
		{.head = "wall s", .width = 7}, {.head = "CPU s", .width = 7, .drop = 1},    \
		{.head = "speed-up", .width = 8}, {.head = "efficiency", .width = 10},       \
	{                                                                                    \
		.head = "work %", .width = 6                                                 \
	}

static const struct table_column columns_pi[] = {
	COMMON_COLUMNS("generator", 9),
	{.head = "estimate", .width = 11},
	{.head = "error", .width = 9, .drop = 2},
	{.head = "in s.e.", .width = 7},
};
static const struct table_column columns_sum[] = {
	COMMON_COLUMNS("how", 6),
	{.head = "peak", .width = 8},
	{.head = "sum", .width = 17},
};
static const struct table_column columns_recur[] = {
	COMMON_COLUMNS("over", 6),
	{.head = "waiting %", .width = 9},
	{.head = "mean of last step", .width = 17},
};

static void put_seconds(lab_cell cell, double s)
{
	(void)snprintf(cell, LAB_CELL_BYTES, "%.*f", s < 100 ? 3 : s < 10000 ? 1 : 0, s);
}

/* What others are compared with has no speed-up of its own. */
static void put_against(lab_cell cell, int decimals, const char *unit, double value)
{
	if (isfinite(value))
		(void)snprintf(cell, LAB_CELL_BYTES, "%.*f%s", decimals, value, unit);
	else
		(void)snprintf(cell, LAB_CELL_BYTES, "-");
}

static void cells_common(lab_cell *cell, const struct lab *lab)
{
	const struct lab_line *line = lab->line;

	(void)snprintf(cell[AT_MODE], LAB_CELL_BYTES, "%s", lab_mode_name(line->mode));
	(void)snprintf(cell[AT_WORKERS], LAB_CELL_BYTES, "%u", line->workers);
	put_seconds(cell[AT_WALL], line->wall_s);
	put_seconds(cell[AT_CPU], line->cpu_s);
	put_against(cell[AT_SPEED_UP], 2, "", lab_speed_up(line, lab->base));
	put_against(cell[AT_EFFICIENCY], 0, " %", 100 * lab_efficiency(line, lab->base));
	(void)snprintf(cell[AT_WORK], LAB_CELL_BYTES, "%.0f", 100 * lab_work_share(line));
}

static void cells_pi(lab_cell *cell, const struct lab *lab)
{
	double error = lab_pi(lab->line) - M_PI;

	(void)snprintf(cell[AT_OWN], LAB_CELL_BYTES, "%.9f", lab_pi(lab->line));
	(void)snprintf(cell[AT_OWN + 1], LAB_CELL_BYTES, "%+.2e", error);
	(void)snprintf(cell[AT_OWN + 2], LAB_CELL_BYTES, "%+.2f", error / lab_pi_error(lab->n));
}

static void cells_sum(lab_cell *cell, const struct lab *lab)
{
	(void)bytes_text(cell[AT_OWN], lab->line->peak_bytes);
	(void)halves_text(cell[AT_OWN + 1], lab->line->sum);
}

static void cells_recur(lab_cell *cell, const struct lab *lab)
{
	const struct lab_line *line = lab->line;

	(void)snprintf(cell[AT_OWN], LAB_CELL_BYTES, "%.0f",
		       100 * (line->order_s + line->idle_s) / (line->wall_s * line->workers));
	(void)snprintf(cell[AT_OWN + 1], LAB_CELL_BYTES, "%.15f", lab_mean(line));
}

static const struct {
	const struct table_column *column;
	unsigned n;
	void (*cells)(lab_cell *cell, const struct lab *lab);
} tables[N_LAB_KINDS] = {
	[LAB_PI] = {columns_pi, sizeof(columns_pi) / sizeof(columns_pi[0]), cells_pi},
	[LAB_SUM] = {columns_sum, sizeof(columns_sum) / sizeof(columns_sum[0]), cells_sum},
	[LAB_RECUR] = {columns_recur, sizeof(columns_recur) / sizeof(columns_recur[0]),
		       cells_recur},
};

/* Heads stand over the first line, and over each where stages are shown between lines. */
void lab_print_line(FILE *out, const struct lab *lab)
{
	lab_cell text[LAB_COLUMNS];
	const char *cell[LAB_COLUMNS];
	struct table table;

	table_init(&table, out, tables[lab->kind].column, tables[lab->kind].n);
	if (lab->first || lab->costs) {
		(void)fputc('\n', out);
		table_head(&table);
	}
	cells_common(text, lab);
	tables[lab->kind].cells(text, lab);
	for (unsigned i = 0; i < tables[lab->kind].n; i++)
		cell[i] = text[i];
	table_row(&table, INK_PLAIN, cell);
}

/* --- what they show --- */

static bool has(const struct lab_set *set, enum lab_mode mode)
{
	for (unsigned i = 0; i < set->n_lines; i++)
		if (set->line[i].mode == mode && lab_done(&set->line[i]))
			return true;
	return false;
}

static const struct lab_line *find(const struct lab_set *set, enum lab_mode mode)
{
	for (unsigned i = 0; i < set->n_lines; i++)
		if (set->line[i].mode == mode && lab_done(&set->line[i]))
			return &set->line[i];
	return NULL;
}

static bool same_bits(const struct lab_line *a, const struct lab_line *b)
{
	return a->n_valid == b->n_valid && a->n_masked == b->n_masked && a->sum == b->sum &&
	       a->sum_sq == b->sum_sq;
}

/* Do all lines of these modes (bits) have the same bits? -1: fewer than two lines. */
static int agree(const struct lab_set *set, unsigned modes)
{
	const struct lab_line *first = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < set->n_lines; i++) {
		const struct lab_line *line = &set->line[i];

		if (!(modes >> line->mode & 1) || !lab_done(line))
			continue;
		if (first && !same_bits(first, line))
			return 0;
		first = line;
		n++;
	}
	return n < 2 ? -1 : 1;
}

static const char *agreement(const struct lab_set *set, unsigned modes)
{
	int all = agree(set, modes);

	return all < 0 ? "" : all ? "; here: all lines are" : "; here: NOT all lines are";
}

static void note(const char *label, const char *text)
{
	text_item(stdout, 9, label, text);
}

static void warn(const char *label, const char *text)
{
	(void)fputs(screen_ink(stdout, INK_WARNING), stdout);
	note(label, text);
	(void)fputs(screen_ink(stdout, INK_PLAIN), stdout);
}

static void foot_pi(const struct lab_set *set)
{
	char text[320];

	if (has(set, LAB_SHARED))
		note("shared", "one generator behind a lock, taken for each number: workers wait "
			       "for each other, and which number goes to which point depends on "
			       "who came first, so with several workers the estimate is not the "
			       "same from run to run; waiting is part of its work %");
	if (has(set, LAB_OWN)) {
		(void)snprintf(text, sizeof(text),
			       "a generator (PCG64) for each piece of work, set to its place in "
			       "one sequence: point i has draws 2 i and 2 i + 1, so the estimate "
			       "is the same bits for every executor, number of workers and chunk%s",
			       agreement(set, 1u << LAB_OWN));
		note("own", text);
	}
	if (has(set, LAB_VECTOR)) {
		(void)snprintf(text, sizeof(text),
			       "the numbers of point i are computed from i alone (Philox4x32-10), "
			       "several points per instruction; also the same bits everywhere%s",
			       agreement(set, 1u << LAB_VECTOR));
		note("vector", text);
	}
}

static void put_refused(const struct lab_set *set)
{
	for (unsigned i = 0; i < set->n_lines; i++)
		if (set->line[i].mode == LAB_ARRAY && set->line[i].status == EX_TEMPFAIL)
			warn("array", "does not fit in the memory limit, and is refused before "
				      "anything is computed; chunks need a block for each worker, "
				      "whatever N is");
}

static void foot_sum(const struct lab_set *set)
{
	const struct lab_line *floats = find(set, LAB_FLOATS);
	int128 twice = lab_sum_twice(set->lab.n);
	double exact = (double)twice / 2;
	char text[160], sum[48];
	bool right = true, any = false;

	for (unsigned i = 0; i < set->n_lines; i++) {
		right = right && (!lab_done(&set->line[i]) || set->line[i].sum == twice);
		any = any || lab_done(&set->line[i]);
	}
	(void)snprintf(text, sizeof(text), "%s by the closed form%s", halves_text(sum, twice),
		       !any    ? ""
		       : right ? "; every line above is equal to it"
			       : "; NOT every line is equal to it");
	note("exact", text);
	put_refused(set);
	if (!floats)
		return;
	printf("In single precision the order decides, as every addition rounds:\n");
	printf("  one after another     %20.1f  %+.2e of it\n", (double)floats->floats.running,
	       ((double)floats->floats.running - exact) / exact);
	printf("  by chunks, then those %20.1f  %+.2e of it\n", (double)floats->floats.by_chunk,
	       ((double)floats->floats.by_chunk - exact) / exact);
	printf("  pairwise              %20.1f  %+.2e of it\n", (double)floats->floats.pairwise,
	       ((double)floats->floats.pairwise - exact) / exact);
	printf("  double, exact here    %20s\n", halves_text(sum, floats->sum));
}

static void foot_recur(const struct lab_set *set)
{
	int all = agree(set, 1u << LAB_TIME | 1u << LAB_PIXELS);

	if (has(set, LAB_TIME))
		note("time", "sequential: a step can begin only when the step before is done, so "
			     "one worker is busy and the others wait");
	if (has(set, LAB_PIXELS))
		note("pixels", "no pixel needs another one: the tasks are independent");
	if (all >= 0)
		note("results", all ? "the same bits in all lines (sums over the bits of all "
				      "states are equal)"
				    : "NOT the same bits in all lines");
}

/* Where the time went that was not computing, of the line that used its workers worst. */
static void put_overhead(const struct lab_set *set)
{
	const struct lab_line *worst = NULL;
	double share, task_s, start, idle;
	char text[400], name[48];
	const char *advice = "";

	for (unsigned i = 0; i < set->n_lines; i++) {
		const struct lab_line *line = &set->line[i];

		if (lab_done(line) && line->mode != LAB_TIME && line->mode != LAB_ARRAY &&
		    line->mode != LAB_FLOATS &&
		    (!worst || lab_work_share(line) < lab_work_share(worst)))
			worst = line;
	}
	if (!worst || lab_work_share(worst) >= good_share)
		return;
	share = 1 - lab_work_share(worst);
	start = worst->start_s / worst->wall_s;
	idle = worst->idle_s / (worst->wall_s * worst->workers);
	task_s = worst->work_s / (double)(worst->n_chunks ? worst->n_chunks : 1);
	if (worst->n_chunks < 2 * (uint64_t)worst->workers)
		advice = "; there are too few tasks for so many workers: try a smaller --chunk";
	else if (task_s < small_task_s && worst->n_chunks > 64 * (uint64_t)worst->workers)
		advice = "; tasks are too small: try a larger --chunk";
	else if (worst->wall_s < short_s)
		advice = "; N is too small: try -N ten times as large";
	(void)snprintf(
		text, sizeof(text),
		"in the line %s, hand-out and start-up are %.0f %% of the time (measured: "
		"wall time x workers outside the stages that compute; start-up and end "
		"%.0f %%, idle at the end %.0f %%, hand-out, waiting and not running %.0f %%)%s",
		lab_line_name(name, worst), 100 * share, 100 * start, 100 * idle,
		100 * fmax(0, share - start - idle), advice);
	note("overhead", text);
}

static void put_left_out(const struct lab_set *set)
{
	char text[160];

	for (enum lab_mode mode = 0; mode < N_LAB_MODES; mode++) {
		const struct lab lab = {.mode = mode};

		if (!(set->left_out >> mode & 1))
			continue;
		(void)snprintf(text, sizeof(text), "left out between ranks of MPI: %s",
			       lab_needs_memory(&lab));
		note(lab_mode_name(mode), text);
	}
}

/* Without free cores there is no speed-up, whatever the work is: that must not be missed. */
static void put_cores(const struct lab_set *set)
{
	char text[240], name[48];

	for (unsigned i = 0; i < set->n_lines; i++) {
		const struct lab_line *line = &set->line[i];
		double running = line->work_s > 0 ? line->cpu_s / line->work_s : 1;

		/* Who waits for the lock of LAB_SHARED does so inside its stage. */
		if (!lab_done(line) || (line->mode == LAB_SHARED && line->workers > 1) ||
		    line->wall_s < short_s || running >= RUNNING_SHARE)
			continue;
		(void)snprintf(
			text, sizeof(text),
			"cores were busy elsewhere: in the line %s, workers with work to do had a "
			"CPU only %.0f %% of the time (other programs, a CPU quota, more workers "
			"than cores); do not compare these timings",
			lab_line_name(name, line), 100 * running);
		warn("cores", text);
		return;
	}
}

/* What columns mean, where there are any. */
static void put_columns(const struct lab_set *set)
{
	bool any = false;

	for (unsigned i = 0; i < set->n_lines; i++)
		any = any || lab_done(&set->line[i]);
	if (any)
		note("columns",
		     "speed-up and efficiency compare a line with the first of the same kind; "
		     "work %: the share of wall time x workers inside the stages that compute");
}

void lab_print_foot(const struct lab_set *set, const struct options *options)
{
	static void (*const feet[N_LAB_KINDS])(const struct lab_set *set) = {foot_pi, foot_sum,
									     foot_recur};

	if (!lab_shows_text(options))
		return;
	(void)putchar('\n');
	feet[set->lab.kind](set);
	put_left_out(set);
	put_cores(set);
	put_overhead(set);
	put_columns(set);
}
