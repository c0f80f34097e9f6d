/*
 * Labs for people: a heading that says what is measured, a line for each run, and below them what
 * the lines show. Fits in 100 columns.
 */
#include "lab_stages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "budget.h"
#include "options.h"
#include "report/run_figures.h"
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
	printf("pi by random numbers: of %" PRIu64 " points in the unit square, those inside the "
	       "quarter circle\nare pi / 4. Each task (%" PRIu64 " points) draws and counts; the "
	       "counts of all tasks are added.\n"
	       "Standard error to be expected: sqrt(pi (4 - pi) / N) = %.2e\n\n"
	       "%-9s %7s %9s %9s %8s %10s %6s  %12s %10s %8s\n",
	       lab->n, lab->chunk, lab_pi_error(lab->n), "generator", "workers", "wall s", "CPU s",
	       "speed-up", "efficiency", "work %", "estimate", "error", "in s.e.");
}

static void head_sum(const struct lab *lab)
{
	char array[24];

	printf("A big sum: x_i = i mod 1000 + 0.5 for i = 0 ... %" PRIu64 ".\n"
	       "As an array it takes %s; a task in chunks is %" PRIu64 " values.\n\n"
	       "%-7s %7s %9s %9s %8s %10s %6s %11s  %s\n",
	       lab->n - 1, bytes_text(array, size_mul(lab->n, sizeof(double))), lab->chunk, "how",
	       "workers", "wall s", "CPU s", "speed-up", "efficiency", "work %", "peak memory",
	       "sum");
}

static void head_recur(const struct lab *lab)
{
	uint64_t tasks = ceil_div(lab->n, lab->chunk);

	printf("A recurrence: exponential smoothing of %" PRIu64 " pixels over %" PRIu64
	       " steps; each step of a pixel\nneeds the one before.\n"
	       "over time    a task is one step of all pixels: critical path = %" PRIu64
	       " tasks, width = 1\n"
	       "over pixels  a task is all steps of %" PRIu64 " pixels: critical path = 1 task of "
	       "%" PRIu64 " steps, width = %" PRIu64 "\n\n"
	       "%-7s %7s %9s %9s %8s %10s %6s %9s  %s\n",
	       lab->n, lab->steps, lab->steps, lab->chunk, lab->steps, tasks, "over", "workers",
	       "wall s", "CPU s", "speed-up", "efficiency", "work %", "waiting %",
	       "mean of the last step");
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

static void put_common(FILE *out, const struct lab *lab, int columns)
{
	const struct lab_line *line = lab->line;

	(void)fprintf(out, "%-*s %7u %9.3f %9.3f %8.2f %8.0f %% %6.0f", columns,
		      lab_mode_name(line->mode), line->workers, line->wall_s, line->cpu_s,
		      lab_speed_up(line, lab->base), 100 * lab_efficiency(line, lab->base),
		      100 * lab_work_share(line));
}

static void line_pi(FILE *out, const struct lab *lab)
{
	double error = lab_pi(lab->line) - M_PI;

	put_common(out, lab, 9);
	(void)fprintf(out, "  %12.9f %+10.2e %+8.2f\n", lab_pi(lab->line), error,
		      error / lab_pi_error(lab->n));
}

static void line_sum(FILE *out, const struct lab *lab)
{
	char peak[24], sum[48];

	put_common(out, lab, 7);
	(void)fprintf(out, " %11s  %s\n", bytes_text(peak, lab->line->peak_bytes),
		      halves_text(sum, lab->line->sum));
}

static void line_recur(FILE *out, const struct lab *lab)
{
	const struct lab_line *line = lab->line;

	put_common(out, lab, 7);
	(void)fprintf(out, " %9.0f  %.15f\n",
		      100 * (line->order_s + line->idle_s) / (line->wall_s * line->workers),
		      lab_mean(line));
}

void lab_print_line(FILE *out, const struct lab *lab)
{
	static void (*const lines[N_LAB_KINDS])(FILE * out, const struct lab *lab) = {
		line_pi, line_sum, line_recur};

	lines[lab->kind](out, lab);
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
			note("array", "does not fit in the memory limit, and is refused before "
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
		if (!lab_done(line) || line->mode == LAB_SHARED || line->workers < 2 ||
		    line->wall_s < short_s || running >= RUNNING_SHARE)
			continue;
		(void)snprintf(
			text, sizeof(text),
			"in the line %s, busy workers had a CPU only %.0f %% of the time: too few "
			"free cores (other programs, a CPU quota, more workers than cores)",
			lab_line_name(name, line), 100 * running);
		note("cores", text);
		return;
	}
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
	put_overhead(set);
	put_cores(set);
	note("columns", "speed-up and efficiency compare with the first line of the same kind; "
			"work %: the share of wall time x workers inside the stages that compute");
}
