/*
 * Options of pi, sum and recur: their values and what --help says of them.
 */
#include "lab_options.h"

#include <string.h>

#include "base/spelling.h"
#include "choices.h"
#include "options/rows.h"
#include "options/values.h"

static int set_count(uint64_t *count, const char *value, double most, struct error *err)
{
	if (option_count(value, most, count) || !*count)
		return error_set(err, EX_USAGE,
				 "'%s' is no whole number from 1 to %.0e, as in 1000000 or 1e6",
				 value, most);
	return 0;
}

static int set_n(struct options *o, const char *value, struct error *err)
{
	struct lab_request *request = o->own;

	return set_count(&request->n, value, 1e12, err);
}

static int set_pixels(struct options *o, const char *value, struct error *err)
{
	struct lab_request *request = o->own;

	return set_count(&request->n, value, 1e9, err);
}

static int set_steps(struct options *o, const char *value, struct error *err)
{
	struct lab_request *request = o->own;

	return set_count(&request->steps, value, 1e9, err);
}

static int set_task(struct options *o, const char *value, struct error *err)
{
	struct lab_request *request = o->own;

	request->chunk = 0;
	if (strcmp(value, "auto") == 0)
		return 0;
	if (option_count(value, 2e9, &request->chunk) || !request->chunk)
		return error_set(err, EX_USAGE,
				 "'%s' is neither auto nor a whole number from 1 to 2e9, as in "
				 "100000 or 1e5",
				 value);
	return 0;
}

static int set_seed(struct options *o, const char *value, struct error *err)
{
	struct lab_request *request = o->own;

	if (option_count(value, 0x1p53, &request->seed))
		return error_set(err, EX_USAGE, "'%s' is no whole number from 0 to 2^53", value);
	return 0;
}

static int take_workers(void *to, const char *word, struct error *err)
{
	struct lab_request *request = to;
	uint64_t n = 0;

	(void)err;
	if (request->n_workers == LAB_MAX_WORKERS_LIST ||
	    (strcmp(word, "auto") != 0 && (option_count(word, 1024, &n) || !n)))
		return -1;
	request->workers[request->n_workers++] = (unsigned)n;
	return 0;
}

static int set_worker_list(struct options *o, const char *value, struct error *err)
{
	struct lab_request *request = o->own;

	request->n_workers = 0;
	if (option_each(value, take_workers, request, NULL))
		return error_set(err, EX_USAGE,
				 "'%s' is no list of at most %d numbers from 1 to 1024 (or auto), "
				 "as in 1,2,4",
				 value, LAB_MAX_WORKERS_LIST);
	return 0;
}

static int take_mode(struct lab_request *request, enum lab_kind kind, const char *const *words,
		     const char *word, struct error *err)
{
	int mode = lab_mode_find(kind, word);

	if (mode < 0)
		return spelling_none_of(err, word, words);
	request->modes |= 1u << mode;
	return 0;
}

static int take_generator(void *to, const char *word, struct error *err)
{
	static const char *const words[] = {"shared", "own", "vector", NULL};

	return take_mode(to, LAB_PI, words, word, err);
}

static int take_how(void *to, const char *word, struct error *err)
{
	static const char *const words[] = {"chunks", "array", "floats", NULL};

	return take_mode(to, LAB_SUM, words, word, err);
}

static int take_over(void *to, const char *word, struct error *err)
{
	static const char *const words[] = {"time", "pixels", NULL};

	return take_mode(to, LAB_RECUR, words, word, err);
}

static int set_modes(struct options *o, const char *value,
		     int (*take)(void *to, const char *word, struct error *err), struct error *err)
{
	struct lab_request *request = o->own;

	request->modes = 0;
	return option_each(value, take, request, err);
}

static int set_generator(struct options *o, const char *value, struct error *err)
{
	return set_modes(o, value, take_generator, err);
}

static int set_how(struct options *o, const char *value, struct error *err)
{
	return set_modes(o, value, take_how, err);
}

static int set_over(struct options *o, const char *value, struct error *err)
{
	return set_modes(o, value, take_over, err);
}

/* --- what to compute --- */

static const struct option_row seed = {
	.name = "seed",
	.argument = "S",
	.help = "seed of the random numbers (default 0)",
	.set = set_seed,
};

static const struct option_row points = {
	.letter = 'N',
	.name = "points",
	.argument = "N",
	.help = "how many points, for example 1e8 (default 1e7)",
	.set = set_n,
};
static const struct option_row generator = {
	.letter = 'g',
	.name = "generator",
	.argument = "shared|own|vector",
	.kind = VALUE_WORDS,
	.help = "random numbers: from one generator behind a lock (shared), one for each task "
		"(own), or computed from the point's number by vector instructions (vector); lists "
		"as own,vector; default: all",
	.set = set_generator,
};
const struct option_row *const pi_rows[] = {&points, &generator, &seed, NULL};

static const struct option_row values = {
	.letter = 'N',
	.name = "values",
	.argument = "N",
	.help = "how many values, for example 1e9 (default 1e8)",
	.set = set_n,
};
static const struct option_row how = {
	.name = "how",
	.argument = "chunks|array|floats",
	.kind = VALUE_WORDS,
	.help = "made and added chunk by chunk; all in memory first; in single precision, in "
		"several orders; lists as chunks,array; default: all",
	.set = set_how,
};
const struct option_row *const sum_rows[] = {&values, &how, NULL};

static const struct option_row pixels = {
	.letter = 'N',
	.name = "pixels",
	.argument = "N",
	.help = "how many pixels (default 1e5)",
	.set = set_pixels,
};
static const struct option_row steps = {
	.letter = 'T',
	.name = "steps",
	.argument = "T",
	.help = "how many steps, at most 1e9 (default 500)",
	.set = set_steps,
};
static const struct option_row over = {
	.name = "over",
	.argument = "time|pixels",
	.kind = VALUE_WORDS,
	.help = "a task is one step of all pixels, or all steps of some pixels; default: both",
	.set = set_over,
};
const struct option_row *const recur_rows[] = {&pixels, &steps, &over, &seed, NULL};

/* --- how to work, what to say --- */

static const struct option_row workers = {
	.letter = 'j',
	.name = "workers",
	.argument = "N|auto,...",
	.kind = VALUE_WORDS,
	.help = "number of workers, one line of the table for each, as in 1,2,4; auto: physical "
		"cores within affinity, cgroup quota and Slurm's share; default: 1, 2, 4 ... up to "
		"those",
	.set = set_worker_list,
};
static const struct option_row chunk = {
	.name = "chunk",
	.argument = "auto|N",
	.kind = VALUE_WORD,
	.help = "points, values or pixels of one task; auto: about 64 tasks",
	.set = set_task,
};
const struct option_row *const lab_working_rows[] = {
	&workers, &chunk, &option_executor, &option_transport, &option_memory, NULL};

static const struct option_row verbose = {
	.letter = 'v',
	.name = "verbose",
	.help = "what every stage cost below each line, not only where there is one",
	.set = set_verbose,
};
const struct option_row *const lab_saying_rows[] = {&option_quiet, &verbose, NULL};
