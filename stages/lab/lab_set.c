/*
 * Which lines a lab's command measures, and the figures of a line. Pure but for the memory of the
 * lines.
 */
#include "lab_stages.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "options.h"
#include "report/report_json.h"
#include "window.h"

static const struct {
	const char *command;
	unsigned modes; /* bits */
	uint64_t n, most, steps;
	uint64_t least_chunk, most_chunk; /* of those chosen by default */
} kinds[N_LAB_KINDS] = {
	[LAB_PI] = {"pi", 1u << LAB_SHARED | 1u << LAB_OWN | 1u << LAB_VECTOR, 10000000,
		    1000000000000, 1, 1 << 14, 1 << 22},
	[LAB_SUM] = {"sum", 1u << LAB_CHUNKS | 1u << LAB_ARRAY | 1u << LAB_FLOATS, 100000000,
		     1000000000000, 1, 1 << 14, 1 << 22},
	[LAB_RECUR] = {"recur", 1u << LAB_TIME | 1u << LAB_PIXELS, 100000, 1000000000, 500, 1 << 8,
		       1 << 14},
};

static const char *const mode_names[N_LAB_MODES] = {
	[LAB_SHARED] = "shared", [LAB_OWN] = "own",       [LAB_VECTOR] = "vector",
	[LAB_CHUNKS] = "chunks", [LAB_ARRAY] = "array",   [LAB_FLOATS] = "floats",
	[LAB_TIME] = "time",     [LAB_PIXELS] = "pixels",
};

const char *lab_mode_name(enum lab_mode mode)
{
	return mode_names[mode];
}

int lab_mode_find(enum lab_kind kind, const char *name)
{
	for (int mode = 0; mode < N_LAB_MODES; mode++)
		if (kinds[kind].modes >> mode & 1 && strcmp(name, mode_names[mode]) == 0)
			return mode;
	return -1;
}

const char *lab_line_name(char text[48], const struct lab_line *line)
{
	(void)snprintf(text, 48, "%s, %u worker%s", mode_names[line->mode], line->workers_asked,
		       line->workers_asked == 1 ? "" : "s");
	return text;
}

/* --- the lines --- */

/* By default some 64 tasks: enough to balance workers with, each long beside its hand-out. */
static uint64_t default_chunk(enum lab_kind kind, uint64_t n)
{
	uint64_t chunk = ceil_div(n, 64);

	chunk = chunk > kinds[kind].least_chunk ? chunk : kinds[kind].least_chunk;
	return chunk < kinds[kind].most_chunk ? chunk : kinds[kind].most_chunk;
}

/* By default 1, 2, 4 ... up to what the machine has. */
static unsigned default_workers(unsigned list[LAB_MAX_WORKERS_LIST], unsigned most)
{
	unsigned n = 0;

	for (unsigned w = 1; w < most && n + 1 < LAB_MAX_WORKERS_LIST; w *= 2)
		list[n++] = w;
	list[n++] = most;
	return n;
}

static struct lab lab_of(enum lab_kind kind, const struct lab_request *request)
{
	struct lab lab = {.kind = kind, .seed = request->seed};

	lab.n = request->n ? request->n : kinds[kind].n;
	lab.steps = request->steps ? request->steps : kinds[kind].steps;
	lab.chunk = request->chunk ? request->chunk : default_chunk(kind, lab.n);
	lab.chunk = lab.chunk < lab.n ? lab.chunk : lab.n;
	return lab;
}

static int check(const struct lab_set *set, const struct options *options, struct error *err)
{
	const struct lab *lab = &set->lab;

	if (lab->n > kinds[lab->kind].most)
		return error_set(err, EX_USAGE, "-N: %llu is more than %llu, the most for %s",
				 (unsigned long long)lab->n,
				 (unsigned long long)kinds[lab->kind].most,
				 kinds[lab->kind].command);
	if (ceil_div(lab->n, lab->chunk) > UINT32_MAX)
		return error_set(err, EX_USAGE,
				 "--chunk: %llu is too small for -N %llu: more than 2^32 tasks",
				 (unsigned long long)lab->chunk, (unsigned long long)lab->n);
	if (report_path(&options->reports, &report_json.option) && set->n_lines > 1)
		return error_set(err, EX_USAGE,
				 "--report is of one run, and this is %u: give one number of "
				 "--workers and one of what is compared, or use --json",
				 set->n_lines);
	return 0;
}

/* All of the command; between ranks those that need no common memory. */
static unsigned modes_of(enum lab_kind kind, unsigned n_ranks)
{
	unsigned modes = kinds[kind].modes;

	for (enum lab_mode mode = 0; n_ranks > 1 && mode < N_LAB_MODES; mode++) {
		const struct lab lab = {.mode = mode};

		if (lab_needs_memory(&lab))
			modes &= ~(1u << mode);
	}
	return modes;
}

int lab_set_init(struct lab_set *set, const struct lab_request *request,
		 const struct options *options, unsigned machine_workers, unsigned n_ranks,
		 struct error *err)
{
	enum lab_kind kind = request->kind;
	unsigned modes = request->modes ? request->modes : modes_of(kind, n_ranks);
	struct lab_request list = *request;
	void *memory = mmap(NULL, LAB_MAX_LINES * sizeof(*set->line), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*set = (struct lab_set){.lab = lab_of(kind, request)};
	set->left_out = request->modes ? 0 : kinds[kind].modes & ~modes;
	if (memory == MAP_FAILED)
		return error_memory(err, "the lines", LAB_MAX_LINES * sizeof(*set->line));
	set->line = memory;
	if (!list.n_workers)
		list.n_workers = default_workers(list.workers, machine_workers);
	for (unsigned i = 0; i < list.n_workers; i++)
		if (!list.workers[i]) /* auto */
			list.workers[i] = machine_workers;
	for (enum lab_mode mode = 0; mode < N_LAB_MODES; mode++)
		for (unsigned i = 0; modes >> mode & 1 && i < list.n_workers; i++) {
			/* One task: more workers have nothing to do. */
			bool one = mode == LAB_FLOATS || mode == LAB_ARRAY;

			if (one && i)
				continue;
			set->line[set->n_lines++] =
				(struct lab_line){.mode = mode,
						  .workers_asked = one ? 1 : list.workers[i],
						  .status = -1};
		}
	return check(set, options, err);
}

void lab_set_release(struct lab_set *set)
{
	if (set->line)
		munmap(set->line, LAB_MAX_LINES * sizeof(*set->line));
	set->line = NULL;
}

/* The first line of the same mode. */
static const struct lab_line *lab_base(const struct lab_set *set, unsigned i)
{
	const struct lab_line *base = &set->line[i];

	while (base > set->line && base[-1].mode == base->mode)
		base--;
	return base;
}

struct lab lab_of_line(const struct lab_set *set, unsigned i)
{
	struct lab lab = set->lab;

	lab.mode = set->line[i].mode;
	lab.line = &set->line[i];
	lab.base = lab_base(set, i);
	lab.number = i;
	lab.first = true;
	for (unsigned k = 0; k < i; k++)
		lab.first = lab.first && !lab_done(&set->line[k]);
	return lab;
}

/* --- figures --- */

bool lab_done(const struct lab_line *line)
{
	return line->status == 0 && line->workers;
}

double lab_pi(const struct lab_line *line)
{
	uint64_t n = line->n_valid + line->n_masked;

	return n ? 4.0 * (double)line->n_valid / (double)n : NAN;
}

/* Of 4 times the mean of n trials of chance pi / 4: sqrt(16 pi/4 (1 - pi/4) / n). */
double lab_pi_error(uint64_t n)
{
	return sqrt(M_PI * (4 - M_PI) / (double)n);
}

/* Of the first m of a period, 2 x = 1 + 3 + ... + (2 m - 1) = m^2. */
int128 lab_sum_twice(uint64_t n)
{
	const int128 periods = n / 1000, rest = n % 1000;

	return periods * 1000 * 1000 + rest * rest;
}

double lab_mean(const struct lab_line *line)
{
	return line->n_valid ? (double)line->sum / 0x1p40 / (double)line->n_valid : NAN;
}

bool lab_too_short(const struct lab_line *line, const struct lab_line *base)
{
	return line != base && lab_done(line) && lab_done(base) &&
	       fmin(line->wall_s, base->wall_s) < LAB_LEAST_S;
}

double lab_speed_up(const struct lab_line *line, const struct lab_line *base)
{
	if (line == base || !lab_done(line) || !lab_done(base) || lab_too_short(line, base))
		return NAN;
	return base->wall_s / line->wall_s;
}

double lab_efficiency(const struct lab_line *line, const struct lab_line *base)
{
	return lab_speed_up(line, base) * base->workers / line->workers;
}

double lab_work_share(const struct lab_line *line)
{
	double capacity_s = line->wall_s * line->workers;

	return capacity_s > 0 ? fmin(line->work_s / capacity_s, 1) : NAN;
}
