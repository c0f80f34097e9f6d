/*
 * Joining catalogues: of shards, of ranks, of two machines. Rows are read as those of any hostile
 * file, and written as a run writes them; statistics are worked out again from the records.
 */
#include <stdlib.h>
#include <string.h>

#include "geopackage.h"
#include "printable.h"
#include "rows.h"

enum { JOIN_OUTPUTS_MOST = 4096, OPTIONS_MOST = 1 << 16 };

/* Numbers of a run, there and here; in order of those there. */
struct run_pair {
	int64_t from, into;
};

struct join {
	struct catalogue *into, *from;
	struct run_pair *run;
	size_t n_runs, runs_room;
	/* Of the set at work. */
	const struct catalogue_set *set;
	int64_t into_set;
	struct histogram *histogram;
	/* Of the scene at work. */
	unsigned n_outputs;
	struct catalogue_output *output; /* their texts are owned */
	struct error *err;
	int rc;
};

/* --- sets --- */

/* As it is dumped: jansson writes nothing else in ASCII. */
static bool is_definition(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static int add_set(struct catalogue *into, const struct catalogue *from, sqlite3_stmt *row,
		   int64_t *id, struct error *err)
{
	const char *options = column_text(from, row, 2, err);
	const char *definition = column_text(from, row, 3, err);
	size_t size;
	char *text;
	int rc;

	if (!options || !definition)
		return -1;
	size = 4 * strlen(options) + 1;
	if (size > OPTIONS_MOST || !is_definition(definition))
		return catalogue_bad(from, "the options of a set are none", err);
	text = malloc(size);
	if (!text)
		return error_memory(err, "a set of the catalogue", size);
	rc = set_with(into, (unsigned)sqlite3_column_int(row, 1),
		      printable_copy(text, size, options), definition, id, err);
	free(text);
	return rc;
}

/* The set of the same definition, there or made. Also sets that have no rows. */
static int map_set(struct join *join, int64_t set, int64_t *id)
{
	const struct bound value[] = {bound_integer(set)};
	sqlite3_stmt *row = statement_begin(join->from, SET_READ, value, N_BOUND(value), join->err);
	int rc = row ? statement_next(join->from, row, join->err) : -1;

	if (rc == 0)
		return catalogue_bad(join->from, "it lacks a set that its rows name", join->err);
	if (rc < 0)
		return -1;
	rc = add_set(join->into, join->from, row, id, join->err);
	statement_end(row);
	return rc;
}

/* --- runs --- */

enum { ID, SET, STARTED, COMMAND, PROGRAM, HOST, PID, ENDED, STATUS, SCENES, WALL = 14, CPU };

static int find_run(struct catalogue *into, const struct bound *run, int64_t *id, struct error *err)
{
	const struct bound value[] = {run[STARTED - 1], run[HOST - 1], run[PID - 1]};
	sqlite3_stmt *row = statement_begin(into, RUN_FIND, value, N_BOUND(value), err);
	int rc = row ? statement_next(into, row, err) : -1;

	if (rc <= 0)
		return rc;
	*id = sqlite3_column_int64(row, 0);
	statement_end(row);
	return 1;
}

static struct bound number_or_null(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_INTEGER
		       ? bound_integer(sqlite3_column_int64(row, column))
		       : bound_null();
}

/* As RUN_COPY wants them; texts are those of the row. */
static int read_run(struct join *join, sqlite3_stmt *row, struct bound value[CPU])
{
	const char *text[ENDED + 1] = {NULL};
	int64_t set;

	for (int i = STARTED; i <= ENDED; i++)
		if (i != PID && !(text[i] = column_text(join->from, row, i, join->err)))
			return -1;
	if (!row_time(text[STARTED]) || (*text[ENDED] && !row_time(text[ENDED])))
		return catalogue_bad(join->from, "a run has a time that is none", join->err);
	if (map_set(join, sqlite3_column_int64(row, SET), &set))
		return -1;
	value[SET - 1] = bound_integer(set);
	for (int i = STARTED; i <= ENDED; i++)
		value[i - 1] = i == PID ? number_or_null(row, i) : bound_word(text[i]);
	for (int i = STATUS; i < WALL; i++)
		value[i - 1] = number_or_null(row, i);
	for (int i = WALL; i <= CPU; i++)
		value[i - 1] = sqlite3_column_type(row, i) == SQLITE_FLOAT
				       ? bound_real(sqlite3_column_double(row, i))
				       : bound_null();
	return 0;
}

static int keep_pair(struct join *join, int64_t from, int64_t into)
{
	if (join->n_runs == join->runs_room) {
		size_t room = join->runs_room ? 2 * join->runs_room : 64;
		struct run_pair *more = realloc(join->run, room * sizeof(*more));

		if (!more)
			return error_memory(join->err, "runs of a catalogue", room * sizeof(*more));
		join->run = more;
		join->runs_room = room;
	}
	join->run[join->n_runs++] = (struct run_pair){from, into};
	return 0;
}

static int join_run(struct join *join, sqlite3_stmt *row)
{
	struct bound value[CPU];
	int64_t id;
	int rc;

	if (read_run(join, row, value))
		return -1;
	rc = find_run(join->into, value, &id, join->err);
	if (rc == 0) {
		rc = statement_run(join->into, RUN_COPY, value, N_BOUND(value), join->err);
		id = sqlite3_last_insert_rowid(join->into->db);
	}
	return rc < 0 ? -1 : keep_pair(join, sqlite3_column_int64(row, ID), id);
}

static int join_runs(struct join *join)
{
	sqlite3_stmt *row = statement_begin(join->from, RUN_LIST, NULL, 0, join->err);
	int rc = row ? 0 : -1;

	while (row && (rc = statement_next(join->from, row, join->err)) > 0)
		if (join_run(join, row)) {
			statement_end(row);
			return -1;
		}
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const struct run_pair *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* 0: none. */
static int64_t run_here(const struct join *join, int64_t from)
{
	const struct run_pair key = {.from = from}, *pair = NULL;

	if (join->n_runs)
		pair = bsearch(&key, join->run, join->n_runs, sizeof(key), by_number);
	return pair ? pair->into : 0;
}

/* --- scenes --- */

/* What a scene's row has beside its record, as long as it is at work. */
struct origin_row {
	sqlite3_stmt *row;
	int64_t run;
	struct row_origin origin;
};

static int read_origin(struct catalogue *catalogue, int64_t id, struct origin_row *out,
		       struct error *err)
{
	const struct bound value[] = {bound_integer(id)};
	double extent[4];
	int rc;

	*out = (struct origin_row){0};
	out->row = statement_begin(catalogue, SCENE_ORIGIN, value, N_BOUND(value), err);
	rc = out->row ? statement_next(catalogue, out->row, err) : -1;
	if (rc == 0)
		rc = catalogue_bad(catalogue, "a record has no scene", err);
	if (rc < 0)
		return -1;
	out->run = sqlite3_column_int64(out->row, 1);
	out->origin.geometry = sqlite3_column_blob(out->row, 0);
	out->origin.geometry_bytes = (size_t)sqlite3_column_bytes(out->row, 0);
	if (!geometry_extent(out->origin.geometry, out->origin.geometry_bytes, extent))
		out->origin.geometry = NULL;
	out->origin.updated = column_text(catalogue, out->row, 2, err);
	if (out->origin.updated && row_time(out->origin.updated))
		return 0;
	if (out->origin.updated)
		(void)catalogue_bad(catalogue, "a scene has a time that is none", err);
	statement_end(out->row);
	return -1;
}

/* 1: here is none, or an older one; 0: the one here stays. */
static int is_newer(struct join *join, const char *source, const char *updated)
{
	struct catalogue_scene here;
	struct origin_row old;
	int rc = catalogue_find(join->into, join->into_set, source, &here, join->err);

	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	if (read_origin(join->into, here.id, &old, join->err))
		return -1;
	rc = strcmp(updated, old.origin.updated) > 0;
	statement_end(old.row);
	return rc;
}

static void clear_outputs(struct join *join)
{
	for (unsigned i = 0; i < join->n_outputs; i++) {
		free((void *)(uintptr_t)join->output[i].path);
		free((void *)(uintptr_t)join->output[i].kind);
		free((void *)(uintptr_t)join->output[i].index);
	}
	join->n_outputs = 0;
}

static bool take_output(void *context, const struct catalogue_output *output)
{
	struct join *join = context;
	struct catalogue_output *to = &join->output[join->n_outputs];

	if (join->n_outputs == JOIN_OUTPUTS_MOST) {
		join->rc = catalogue_bad(join->from, "a scene has more outputs than one can have",
					 join->err);
		return false;
	}
	*to = *output;
	to->path = strdup(output->path ? output->path : "");
	to->kind = strdup(output->kind);
	to->index = strdup(output->index);
	join->n_outputs++;
	if (to->path && to->kind && to->index)
		return true;
	join->rc = error_memory(join->err, "an output of the catalogue", 1 << 12);
	return false;
}

static int copy_scene(struct join *join, const struct catalogue_scene *found,
		      const struct origin_row *from)
{
	struct scene_result result = {0};
	struct scene scene;
	struct catalogue_row row = {
		.set = join->into_set,
		.run = run_here(join, from->run),
		.source = found->source,
		.inputs = found->inputs,
		.maps = found->maps,
		.result = &result,
		.recipe = join->set->recipe,
		.output = join->output,
	};
	int rc = catalogue_recall(join->from, found->id, join->set->recipe, &scene, join->histogram,
				  &result, join->err);

	if (rc == 0)
		rc = catalogue_outputs(join->from, found->id, take_output, join, join->err);
	row.n_outputs = join->n_outputs;
	if (rc == 0 && join->rc == 0)
		rc = row_write(join->into, &row, &from->origin, join->err);
	clear_outputs(join);
	scene_release(&scene);
	return rc ? rc : join->rc;
}

static bool join_scene(void *context, const struct catalogue_scene *found)
{
	struct join *join = context;
	struct origin_row from;
	int rc;

	join->rc = -1;
	if (read_origin(join->from, found->id, &from, join->err))
		return false;
	from.origin.gone = found->gone;
	rc = is_newer(join, found->source, from.origin.updated);
	join->rc = rc < 0 ? -1 : 0;
	if (rc > 0)
		join->rc = copy_scene(join, found, &from);
	statement_end(from.row);
	return join->rc == 0;
}

static int join_rows(struct join *join, int64_t set)
{
	const struct catalogue_filter filter = {.set = set};
	unsigned n = join->set->recipe->n_values;

	join->histogram = calloc(n, sizeof(*join->histogram));
	if (!join->histogram)
		return error_memory(join->err, "histograms", n * sizeof(*join->histogram));
	join->rc = 0;
	if (catalogue_each(join->from, &filter, join_scene, join, join->err))
		join->rc = -1;
	free(join->histogram);
	return join->rc;
}

static bool join_set(void *context, const struct catalogue_set *listed)
{
	struct join *join = context;
	struct catalogue_set set;

	join->rc = catalogue_set_read(join->from, listed->id, &set, join->err);
	join->set = &set;
	if (join->rc == 0)
		join->rc = map_set(join, listed->id, &join->into_set);
	if (join->rc == 0)
		join->rc = join_rows(join, listed->id);
	catalogue_set_release(&set);
	return join->rc == 0;
}

static int join_all(struct join *join)
{
	if (join_runs(join))
		return -1;
	if (join->n_runs)
		qsort(join->run, join->n_runs, sizeof(*join->run), by_number);
	join->rc = 0;
	if (catalogue_sets(join->from, join_set, join, join->err))
		return -1;
	return join->rc;
}

int catalogue_join(struct catalogue *into, struct catalogue *from, struct error *err)
{
	struct join join = {.into = into, .from = from, .err = err};
	int rc = -1;

	join.output = calloc(JOIN_OUTPUTS_MOST, sizeof(*join.output));
	if (!join.output)
		return error_memory(err, "outputs", JOIN_OUTPUTS_MOST * sizeof(*join.output));
	if (statement_transaction(into, err) == 0) {
		rc = join_all(&join);
		into->changed = true;
		if (rc == 0)
			rc = statement_commit(into, err);
		else
			statement_rollback(into);
	}
	free(join.run);
	free(join.output);
	return rc;
}
