/*
 * Values of the options of imgpipe sweep: lists, and ranges that double.
 */
#include "sweep_options.h"

#include <stdio.h>
#include <string.h>

#include "choices.h"
#include "commands.h"
#include "options/rows.h"
#include "options/values.h"
#include "teach.h"

static int too_many(struct error *err)
{
	return error_set(err, EX_USAGE, "more than %d values; leave some out", SWEEP_VALUES);
}

/* "64..8192": 1 and its ends where it is a range, 0 if not, -1 if it is a bad one. */
static int range_of(const char *word, uint64_t most, uint64_t *low, uint64_t *high,
		    struct error *err)
{
	char *end;

	if (!strstr(word, ".."))
		return 0;
	if (option_whole(word, 1, most, low, &end) || strncmp(end, "..", 2) != 0 ||
	    option_whole(end + 2, *low, most, high, &end) || *end)
		return error_set(err, EX_USAGE,
				 "'%s' is no range: FROM..TO doubles from a smaller to a larger "
				 "whole number, as 64..8192 does",
				 word);
	return 1;
}

static int add_chunk_text(struct sweep_options *sweep, const char *word, struct error *err)
{
	struct options scratch = {0};

	if (set_chunk(&scratch, word, err))
		return -1;
	if (strlen(word) >= SWEEP_WORD)
		return error_set(err, EX_USAGE, "'%s' is too long", word);
	for (unsigned i = 0; i < sweep->n_chunks; i++)
		if (strcmp(sweep->chunk[i], word) == 0)
			return 0;
	if (sweep->n_chunks == SWEEP_VALUES)
		return too_many(err);
	strcpy(sweep->chunk[sweep->n_chunks++], word);
	return 0;
}

static int add_chunk(void *to, const char *word, struct error *err)
{
	struct sweep_options *sweep = to;
	uint64_t low, high;
	int range = range_of(word, INT32_MAX, &low, &high, err);
	char text[SWEEP_WORD];

	if (range <= 0)
		return range ? -1 : add_chunk_text(sweep, word, err);
	for (; low < high; low *= 2) {
		(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)low);
		if (add_chunk_text(sweep, text, err))
			return -1;
	}
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)high);
	return add_chunk_text(sweep, text, err);
}

static int add_worker_number(struct sweep_options *sweep, unsigned n, struct error *err)
{
	for (unsigned i = 0; i < sweep->n_workers; i++)
		if (sweep->workers[i] == n)
			return 0;
	if (sweep->n_workers == SWEEP_VALUES)
		return too_many(err);
	sweep->workers[sweep->n_workers++] = n;
	return 0;
}

static int add_workers(void *to, const char *word, struct error *err)
{
	struct sweep_options *sweep = to;
	uint64_t low, high;
	int range = range_of(word, 1024, &low, &high, err);
	char *end;

	if (range < 0)
		return -1;
	if (!range) {
		if (option_whole(word, 1, 1024, &low, &end) || *end)
			return error_set(err, EX_USAGE,
					 "'%s' is neither a number from 1 to 1024 nor a range "
					 "(1..16)",
					 word);
		high = low;
	}
	for (; low < high; low *= 2)
		if (add_worker_number(sweep, (unsigned)low, err))
			return -1;
	return add_worker_number(sweep, (unsigned)high, err);
}

static int add_name(char list[][SWEEP_WORD], unsigned *n, unsigned most, const char *word,
		    struct error *err)
{
	for (unsigned i = 0; i < *n; i++)
		if (strcmp(list[i], word) == 0)
			return 0;
	if (*n == most || strlen(word) >= SWEEP_WORD)
		return too_many(err);
	strcpy(list[(*n)++], word);
	return 0;
}

/* Ranks are started by a launcher, not by a program that runs inside one. */
static int add_executor(void *to, const char *word, struct error *err)
{
	struct sweep_options *sweep = to;
	struct options scratch = {0};

	if (option_executor.set(&scratch, word, err))
		return -1;
	if (strcmp(word, "mpi") == 0)
		return error_set(err, EX_USAGE,
				 "a sweep cannot start ranks; for mpi run "
				 "mpirun -n N imgpipe --report FILE ... for each N");
	return add_name(sweep->executor, &sweep->n_executors, SWEEP_VALUES, word, err);
}

static int add_set(void *to, const char *word, struct error *err)
{
	struct sweep_options *sweep = to;
	struct options scratch = {0};

	if (set_working_set(&scratch, word, err))
		return -1;
	return add_name(sweep->set, &sweep->n_sets, 2, word, err);
}

/* An option that is given twice means its last value. */
static int set_chunks(struct options *o, const char *value, struct error *err)
{
	struct sweep_options *sweep = o->own;

	sweep->n_chunks = 0;
	return option_each(value, add_chunk, sweep, err);
}

static int set_worker_numbers(struct options *o, const char *value, struct error *err)
{
	struct sweep_options *sweep = o->own;

	sweep->n_workers = 0;
	return option_each(value, add_workers, sweep, err);
}

static int set_executors(struct options *o, const char *value, struct error *err)
{
	struct sweep_options *sweep = o->own;

	sweep->n_executors = 0;
	return option_each(value, add_executor, sweep, err);
}

static int set_working_sets(struct options *o, const char *value, struct error *err)
{
	struct sweep_options *sweep = o->own;

	sweep->n_sets = 0;
	return option_each(value, add_set, sweep, err);
}

static int set_repeat(struct options *o, const char *value, struct error *err)
{
	struct sweep_options *sweep = o->own;
	uint64_t n;
	char *end;

	if (option_whole(value, 1, 1000, &n, &end) || *end)
		return error_set(err, EX_USAGE, "'%s' is not a number from 1 to 1000", value);
	sweep->repeat = (unsigned)n;
	return 0;
}

static int set_cold(struct options *o, const char *value, struct error *err)
{
	struct sweep_options *sweep = o->own;

	(void)value;
	(void)err;
	sweep->cold = true;
	return 0;
}

/* --- rows --- */

static const struct option_row chunk = {
	.name = "chunk",
	.argument = "LIST",
	.kind = VALUE_WORDS,
	.values = "auto tile",
	.help = "chunk sizes: 256,1024 or 64..8192 (doubling), also auto, tile, WxH, 64MiB; "
		"default 128..4096",
	.set = set_chunks,
};
static const struct option_row workers = {
	.letter = 'j',
	.name = "workers",
	.argument = "LIST",
	.help = "workers: 1,2,4 or 1..16 (doubling); default: from 1 to what run takes",
	.set = set_worker_numbers,
};
static const struct option_row executor = {
	.name = "executor",
	.argument = "LIST",
	.kind = VALUE_WORDS,
	.values = "threads processes openmp serial",
	.help = "threads (default), processes, openmp, serial",
	.set = set_executors,
};
static const struct option_row working_set = {
	.name = "working-set",
	.argument = "LIST",
	.kind = VALUE_WORDS,
	.values = "tile chunk",
	.help = "tile (default), chunk: the part of a chunk that is in memory at one time",
	.set = set_working_sets,
};
const struct option_row *const sweep_varying_rows[] = {&chunk, &workers, &executor, &working_set,
						       NULL};

static const struct option_row repeat = {
	.name = "repeat",
	.argument = "N",
	.help = "how often to run each combination, in rounds over all of them; default 5",
	.set = set_repeat,
};
static const struct option_row cold = {
	.name = "cold",
	.help = "drop the files from the page cache before each run; default: they are read once "
		"before the first run",
	.set = set_cold,
};
const struct option_row *const sweep_measuring_rows[] = {&repeat, &cold, NULL};

/* --- together --- */

/* At most once each, the last wins; but for those that repeat. */
void sweep_took(struct options *options, const struct option_item *item, const char *value)
{
	struct sweep_options *sweep = options->own;
	unsigned i = 0;

	if (!command_takes(&command_run, item->identity))
		return;
	while (i < sweep->n_passed &&
	       (item->row.repeats || strcmp(sweep->passed[i].name, item->row.name) != 0))
		i++;
	if (i == SWEEP_PASSED)
		return; /* there are fewer such rows */
	sweep->passed[i].name = item->row.name;
	sweep->passed[i].value = value;
	sweep->n_passed += i == sweep->n_passed;
}

int sweep_check(struct options *options, struct error *err)
{
	for (unsigned i = 0; i < options->n_args; i++)
		if (strcmp(options->args[i], "-") == 0)
			return error_set(err, EX_USAGE,
					 "a sweep reads its files many times: give a list of them "
					 "as @LIST, not -");
	if (teaches(&options->teach, TEACH_FLOAT_SUMS))
		return error_set(err, EX_USAGE,
				 "a sweep checks that all runs give the same bytes, and "
				 "float-sums do not; take --teach float-sums to single runs");
	return 0;
}
