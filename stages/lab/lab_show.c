/*
 * What the lines of a lab show, in sentences. Says only what was measured.
 */
#include "lab_stages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "budget.h"
#include "report/run_figures.h"
#include "base/text.h"
#include "window.h"

/* Below this share of wall time x workers inside the stages that compute, the rest is looked at. */
static const double good_share = 0.80;
/* Share of the CPU time that is outside of the work, from which it is told what it is. */
static const double memory_share = 0.25;
/* A line this short is start-up for a good part, however large its tasks are. */
static const double short_s = 0.1;
/* Workers with caches of their own may be a little better than one; noise is far more than that. */
static const double most_possible = 1.15;
/* Tasks that keep a worker longer than this are not made better by being larger. */
static const double small_task_s = 0.001;

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

/* Whom it is told. */
struct listener {
	lab_say *say;
	void *to;
};

static void note(const struct listener *who, const char *label, const char *text)
{
	who->say(who->to, INK_PLAIN, label, text);
}

static void warn(const struct listener *who, const char *label, const char *text)
{
	who->say(who->to, INK_WARNING, label, text);
}

static void foot_pi(const struct lab_set *set, const struct listener *who)
{
	char text[320];

	if (has(set, LAB_SHARED))
		note(who, "shared",
		     "one generator behind a lock, taken for each number: workers wait "
		     "for each other, and which number goes to which point depends on "
		     "who came first, so with several workers the estimate is not the "
		     "same from run to run; waiting is part of its work %");
	if (has(set, LAB_OWN)) {
		(void)snprintf(text, sizeof(text),
			       "a generator (PCG64) for each piece of work, set to its place in "
			       "one sequence: point i has draws 2 i and 2 i + 1, so the estimate "
			       "is the same bits for every executor, number of workers and chunk%s",
			       agreement(set, 1u << LAB_OWN));
		note(who, "own", text);
	}
	if (has(set, LAB_VECTOR)) {
		(void)snprintf(text, sizeof(text),
			       "the numbers of point i are computed from i alone (Philox4x32-10), "
			       "several points per instruction; also the same bits everywhere%s",
			       agreement(set, 1u << LAB_VECTOR));
		note(who, "vector", text);
	}
}

static void put_refused(const struct lab_set *set, const struct listener *who)
{
	for (unsigned i = 0; i < set->n_lines; i++)
		if (set->line[i].mode == LAB_ARRAY && set->line[i].status == EX_TEMPFAIL)
			warn(who, "array",
			     "does not fit in the memory limit, and is refused before "
			     "anything is computed; chunks need a block for each worker, "
			     "whatever N is");
}

/* An array is given by the system before the work begins, as a block is; but this one is large. */
static void put_array(const struct lab_set *set, const struct listener *who)
{
	const struct lab_line *line = find(set, LAB_ARRAY);
	double outside_s = line ? fmax(0, line->cpu_s - line->work_cpu_s) : 0;
	char text[320], size[24];

	if (!line || line->wall_s < LAB_LEAST_S || outside_s < memory_share * line->cpu_s)
		return;
	(void)snprintf(text, sizeof(text),
		       "%.3f of its %.3f s CPU are outside of the work: before it, the system "
		       "gives the memory (%s), page by page, each filled with zeros; tasks in "
		       "chunks use one small block again and again",
		       outside_s, line->cpu_s,
		       bytes_text(size, size_mul(set->lab.n, sizeof(double))));
	note(who, "array", text);
}

static void foot_sum(const struct lab_set *set, const struct listener *who)
{
	int128 twice = lab_sum_twice(set->lab.n);
	char text[160], sum[48];
	bool right = true, any = false;

	for (unsigned i = 0; i < set->n_lines; i++) {
		right = right && (!lab_done(&set->line[i]) || set->line[i].sum == twice);
		any = any || lab_done(&set->line[i]);
	}
	(void)snprintf(text, sizeof(text), "%s by the closed form%s", lab_halves_text(sum, twice),
		       !any    ? ""
		       : right ? "; every sum in the table is equal to it"
			       : "; NOT every sum in the table is equal to it");
	note(who, "exact", text);
	put_refused(set, who);
	put_array(set, who);
}

static void foot_recur(const struct lab_set *set, const struct listener *who)
{
	int all = agree(set, 1u << LAB_TIME | 1u << LAB_PIXELS);

	if (has(set, LAB_TIME))
		note(who, "time",
		     "sequential: a step can begin only when the step before is done, so "
		     "one worker is busy and the others wait");
	if (has(set, LAB_PIXELS))
		note(who, "pixels", "no pixel needs another one: the tasks are independent");
	if (all >= 0)
		note(who, "results",
		     all ? "the same bits in all lines (sums over the bits of all "
			   "states are equal)"
			 : "NOT the same bits in all lines");
}

/* Where the time went that was not computing, of the line that used its workers worst. */
static void put_overhead(const struct lab_set *set, const struct listener *who)
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
	note(who, "overhead", text);
}

static void put_left_out(const struct lab_set *set, const struct listener *who)
{
	char text[160];

	for (enum lab_mode mode = 0; mode < N_LAB_MODES; mode++) {
		const struct lab lab = {.mode = mode};

		if (!(set->left_out >> mode & 1))
			continue;
		(void)snprintf(text, sizeof(text), "left out between ranks of MPI: %s",
			       lab_needs_memory(&lab));
		note(who, lab_mode_name(mode), text);
	}
}

/* Without free cores there is no speed-up, whatever the work is: that must not be missed. */
static void put_cores(const struct lab_set *set, const struct listener *who)
{
	char text[240], name[48];

	for (unsigned i = 0; i < set->n_lines; i++) {
		const struct lab_line *line = &set->line[i];
		double running = line->work_s > 0 ? line->work_cpu_s / line->work_s : 1;

		/*
		 * Who waits for the lock of LAB_SHARED does so inside its stage. What is shorter
		 * than LAB_LEAST_S has no speed-up: put_short() says so.
		 */
		if (!lab_done(line) || (line->mode == LAB_SHARED && line->workers > 1) ||
		    line->wall_s < LAB_LEAST_S || running >= RUNNING_SHARE)
			continue;
		(void)snprintf(
			text, sizeof(text),
			"cores were busy elsewhere: in the line %s, workers with work to do had a "
			"CPU only %.0f %% of the time (other programs, a CPU quota, more workers "
			"than cores); do not compare these timings",
			lab_line_name(name, line), 100 * running);
		warn(who, "timings", text);
		return;
	}
}

/* A speed-up that cannot be: of more than the workers, or of steps that wait for each other. */
static bool is_impossible(const struct lab *lab)
{
	double share = lab->line->mode == LAB_TIME ? lab_speed_up(lab->line, lab->base)
						   : lab_efficiency(lab->line, lab->base);

	return share > most_possible;
}

static void put_impossible(const struct lab_set *set, const struct listener *who)
{
	char text[240], name[48];

	for (unsigned i = 0; i < set->n_lines; i++) {
		struct lab lab = lab_of_line(set, i);

		if (!is_impossible(&lab))
			continue;
		(void)snprintf(
			text, sizeof(text),
			"the line %s has a speed-up of %.2f, more than %s can give: the line "
			"that it is compared with was slowed down by something else; do not "
			"compare these timings",
			lab_line_name(name, lab.line), lab_speed_up(lab.line, lab.base),
			lab.line->mode == LAB_TIME ? "a sequence" : "its workers");
		warn(who, "timings", text);
		return;
	}
}

static void put_short(const struct lab_set *set, const struct listener *who)
{
	char text[240];

	for (unsigned i = 0; i < set->n_lines; i++) {
		struct lab lab = lab_of_line(set, i);

		if (!lab_too_short(lab.line, lab.base))
			continue;
		(void)snprintf(text, sizeof(text),
			       "\"short\": one of the two lines took under %.0f ms, which a "
			       "single tick of the system's scheduler can double; no speed-up is "
			       "read from it: try -N ten times as large",
			       1000 * LAB_LEAST_S);
		warn(who, "timings", text);
		return;
	}
}

/* What columns mean, where there are any. */
static void put_columns(const struct lab_set *set, const struct listener *who)
{
	bool any = false;

	for (unsigned i = 0; i < set->n_lines; i++)
		any = any || lab_done(&set->line[i]);
	if (any)
		note(who, "columns",
		     "speed-up and efficiency compare a line with the first of the same kind; "
		     "work %: the share of wall time x workers inside the stages that compute");
}

unsigned lab_float_rows(struct lab_float_row row[LAB_FLOAT_ROWS], const struct lab_set *set)
{
	const struct lab_line *line = find(set, LAB_FLOATS);
	const double exact = (double)lab_sum_twice(set->lab.n) / 2;

	if (!line)
		return 0;
	row[0] = (struct lab_float_row){"one after another", (double)line->floats.running, 0};
	row[1] = (struct lab_float_row){"by chunks, then those", (double)line->floats.by_chunk, 0};
	row[2] = (struct lab_float_row){"pairwise", (double)line->floats.pairwise, 0};
	row[3] = (struct lab_float_row){"double, exact here", (double)line->sum / 2, 0};
	for (unsigned i = 0; i < LAB_FLOAT_ROWS; i++)
		row[i].error = (row[i].value - exact) / exact;
	return LAB_FLOAT_ROWS;
}

void lab_conclude(const struct lab_set *set, lab_say *say, void *to)
{
	static void (*const feet[N_LAB_KINDS])(const struct lab_set *set,
					       const struct listener *who) = {foot_pi, foot_sum,
									      foot_recur};
	const struct listener who = {say, to};

	feet[set->lab.kind](set, &who);
	put_left_out(set, &who);
	put_cores(set, &who);
	put_impossible(set, &who);
	put_short(set, &who);
	put_overhead(set, &who);
	put_columns(set, &who);
}
