/*
 * Values of the options of imgpipe sweep: lists, and ranges that double.
 */
#include "option_values.h"

#include <stdio.h>
#include <string.h>

/* Reads one word of a list and adds what it means. */
typedef int add_word(struct sweep_options *sweep, const char *word, struct error *err);

static int for_each_word(struct options *o, const char *value, add_word *add, struct error *err)
{
	for (const char *at = value;; at++) {
		size_t length = strcspn(at, ",");
		char word[2 * SWEEP_WORD];

		if (!length)
			return error_set(err, EX_USAGE, "'%s' has an empty place in its list",
					 value);
		if (length >= sizeof(word))
			return error_set(err, EX_USAGE, "'%.*s' is too long", (int)length, at);
		memcpy(word, at, length);
		word[length] = '\0';
		if (add(&o->sweep, word, err))
			return -1;
		at += length;
		if (!*at)
			return 0;
	}
}

static int too_many(struct error *err)
{
	return error_set(err, EX_USAGE, "more than %d values; leave some out", SWEEP_VALUES);
}

/* "64..8192": 1 and its ends where it is a range, 0 where not, -1 where it is a bad one. */
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

static int add_chunk(struct sweep_options *sweep, const char *word, struct error *err)
{
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

static int add_workers(struct sweep_options *sweep, const char *word, struct error *err)
{
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
static int add_executor(struct sweep_options *sweep, const char *word, struct error *err)
{
	struct options scratch = {0};

	if (set_executor(&scratch, word, err))
		return -1;
	if (strcmp(word, "mpi") == 0)
		return error_set(err, EX_USAGE,
				 "a sweep cannot start ranks; for mpi run "
				 "mpirun -n N imgpipe --report FILE ... for each N");
	return add_name(sweep->executor, &sweep->n_executors, SWEEP_VALUES, word, err);
}

static int add_set(struct sweep_options *sweep, const char *word, struct error *err)
{
	struct options scratch = {0};

	if (set_working_set(&scratch, word, err))
		return -1;
	return add_name(sweep->set, &sweep->n_sets, 2, word, err);
}

/* An option that is given twice means its last value. */
int set_sweep_chunk(struct options *o, const char *value, struct error *err)
{
	o->sweep.n_chunks = 0;
	return for_each_word(o, value, add_chunk, err);
}

int set_sweep_workers(struct options *o, const char *value, struct error *err)
{
	o->sweep.n_workers = 0;
	return for_each_word(o, value, add_workers, err);
}

int set_sweep_executor(struct options *o, const char *value, struct error *err)
{
	o->sweep.n_executors = 0;
	return for_each_word(o, value, add_executor, err);
}

int set_sweep_set(struct options *o, const char *value, struct error *err)
{
	o->sweep.n_sets = 0;
	return for_each_word(o, value, add_set, err);
}

int set_sweep_repeat(struct options *o, const char *value, struct error *err)
{
	uint64_t n;
	char *end;

	if (option_whole(value, 1, 1000, &n, &end) || *end)
		return error_set(err, EX_USAGE, "'%s' is not a number from 1 to 1000", value);
	o->sweep.repeat = (unsigned)n;
	return 0;
}

int set_sweep_cold(struct options *o, const char *value, struct error *err)
{
	(void)value;
	(void)err;
	o->sweep.cold = true;
	return 0;
}
