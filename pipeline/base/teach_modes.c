/*
 * The modes of --teach: their table, their names on the command line, and which executors can show
 * them. It must not know what they do: that is in teach/.
 */
#include "teach.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spelling.h"

const struct teach_row teach_rows[N_TEACH_MODES] = {
	{TEACH_GIL, "gil", "one lock a process is held while computing"},
	{TEACH_TASK_OVERHEAD, "task-overhead",
	 "one scheduler spends CPU time on each chunk that it hands out"},
	{TEACH_SHIP_PIXELS, "ship-pixels",
	 "workers send their pixels to be reduced elsewhere, not the answers"},
	{TEACH_FLOAT_SUMS, "float-sums",
	 "sums are also made in floating point, in the order of arrival"},
	{TEACH_NO_BACKPRESSURE, "no-backpressure",
	 "all chunks of a scene are read before the first one is reduced"},
	{TEACH_STATIC, "static", "each worker has its share of a scene's chunks beforehand"},
};

/* What Dask's documentation gives for its scheduler: about 1 ms a task. */
enum { OVERHEAD_NS = 1000000 };
/* A minute a chunk is no lesson but a hang. */
static const double most_overhead_ns = 60e9;

static int unknown_mode(const char *word, size_t length, struct error *err)
{
	const char *words[N_TEACH_MODES + 1] = {NULL};
	char name[48];

	for (int i = 0; i < N_TEACH_MODES; i++)
		words[i] = teach_rows[i].name;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : 47),
		       word);
	return spelling_none_of(err, name, words);
}

/* "1ms", "250us", "0.5s", from `text` up to `end`. */
static int parse_time(struct teach *teach, const char *text, const char *end, struct error *err)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
	char *unit;
	double n = strtod(text, &unit);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t length = strlen(units[i].name);

		if (unit == text || unit + length != end ||
		    strncmp(unit, units[i].name, length) != 0)
			continue;
		if (!(n * units[i].ns >= 1 && n * units[i].ns <= most_overhead_ns))
			break;
		teach->overhead_ns = (uint64_t)(n * units[i].ns);
		return 0;
	}
	return error_set(err, EX_USAGE,
			 "task-overhead takes a time up to 60s: 1ms, 250us, 0.5s (not '%.*s')",
			 (int)(end - text), text);
}

static int parse_one(struct teach *teach, const char *word, size_t length, struct error *err)
{
	const char *value = memchr(word, '=', length);
	size_t name = value ? (size_t)(value - word) : length;

	for (int i = 0; i < N_TEACH_MODES; i++) {
		const struct teach_row *row = &teach_rows[i];

		if (strlen(row->name) != name || strncmp(row->name, word, name) != 0)
			continue;
		teach->modes |= (unsigned)row->mode;
		if (row->mode == TEACH_TASK_OVERHEAD && !value) {
			teach->overhead_ns = OVERHEAD_NS;
			return 0;
		}
		if (row->mode == TEACH_TASK_OVERHEAD)
			return parse_time(teach, value + 1, word + length, err);
		return value ? error_set(err, EX_USAGE, "%s takes no value", row->name) : 0;
	}
	return unknown_mode(word, name, err);
}

int teach_parse(struct teach *teach, const char *text, struct error *err)
{
	for (;;) {
		size_t length = strcspn(text, ",");

		if (parse_one(teach, text, length, err))
			return -1;
		if (!text[length])
			break;
		text += length + 1;
	}
	if (teaches(teach, TEACH_SHIP_PIXELS) && teaches(teach, TEACH_NO_BACKPRESSURE))
		return error_set(err, EX_USAGE,
				 "ship-pixels and no-backpressure are two ways for the same "
				 "pixels; ask for one of them");
	return 0;
}

const char *teach_label(char text[TEACH_LIST_BYTES], const struct teach *teach,
			const struct teach_row *row)
{
	double ns = (double)teach->overhead_ns;

	if (row->mode != TEACH_TASK_OVERHEAD)
		(void)snprintf(text, TEACH_LIST_BYTES, "%s", row->name);
	else if (ns >= 1e9)
		(void)snprintf(text, TEACH_LIST_BYTES, "%s=%gs", row->name, ns / 1e9);
	else if (ns >= 1e6)
		(void)snprintf(text, TEACH_LIST_BYTES, "%s=%gms", row->name, ns / 1e6);
	else
		(void)snprintf(text, TEACH_LIST_BYTES, "%s=%gus", row->name, ns / 1e3);
	return text;
}

int teach_check(const struct teach *teach, const char *executor, struct error *err)
{
	if (teaches(teach, TEACH_SHIP_PIXELS) && strcmp(executor, "mpi") == 0)
		return error_set(
			err, EX_USAGE,
			"--teach ship-pixels is not shown over MPI, where ranks keep their "
			"answers; use --executor processes --transport pipe to see pixels "
			"travel");
	if (teaches(teach, TEACH_NO_BACKPRESSURE) &&
	    (strcmp(executor, "mpi") == 0 || strcmp(executor, "processes") == 0))
		return error_set(err, EX_USAGE,
				 "--teach no-backpressure fills one memory: use --executor "
				 "threads, openmp or serial");
	if (teaches(teach, TEACH_STATIC) &&
	    (strcmp(executor, "mpi") == 0 || strcmp(executor, "processes") == 0))
		return error_set(err, EX_USAGE,
				 "--teach static deals chunks out to workers that share memory: "
				 "use --executor threads, openmp or serial");
	return 0;
}
