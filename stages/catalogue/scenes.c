/*
 * Reading rows, and what is changed of them apart from a run.
 */
#include <fnmatch.h>
#include <stdlib.h>

#include "geopackage.h"
#include "record.h"
#include "rows.h"

/* --- one row --- */

static bool read_status(int64_t number, enum scene_status *status)
{
	*status = (enum scene_status)number;
	return number == SCENE_OK || number == SCENE_FAILED || number == SCENE_SKIPPED;
}

int catalogue_find(struct catalogue *catalogue, int64_t set, const char *source,
		   struct catalogue_scene *scene, struct error *err)
{
	const struct bound value[] = {bound_bytes(source), bound_integer(set)};
	sqlite3_stmt *row;
	int rc;

	if (statement_view(catalogue, err))
		return -1;
	row = statement_begin(catalogue, RECORD_FIND, value, N_BOUND(value), err);
	rc = row ? statement_next(catalogue, row, err) : -1;
	if (rc <= 0)
		return rc;
	*scene = (struct catalogue_scene){
		.id = sqlite3_column_int64(row, 0),
		.set = set,
		.source = source,
		.gone = sqlite3_column_int(row, 2),
	};
	if (!read_status(sqlite3_column_int64(row, 1), &scene->status))
		rc = catalogue_bad(catalogue, "a scene has a status that is none", err);
	else if (column_copy(catalogue, row, 3, &catalogue->inputs, &scene->inputs, err) ||
		 column_copy(catalogue, row, 4, &catalogue->maps, &scene->maps, err))
		rc = -1;
	statement_end(row);
	return rc;
}

static int read_output(struct catalogue *catalogue, sqlite3_stmt *row,
		       struct catalogue_output *output, struct error *err)
{
	*output = (struct catalogue_output){
		.kind = column_text(catalogue, row, 1, err),
		.index = column_text(catalogue, row, 2, err),
		.bytes = (uint64_t)sqlite3_column_int64(row, 3),
		.head = (uint64_t)sqlite3_column_int64(row, 4),
		.clamped = (uint64_t)sqlite3_column_int64(row, 5),
	};
	if (!output->kind || !output->index)
		return -1;
	return column_copy_name(catalogue, row, 0, &catalogue->path_room, &output->path, err);
}

int catalogue_outputs(struct catalogue *catalogue, int64_t scene,
		      bool (*see)(void *context, const struct catalogue_output *output),
		      void *context, struct error *err)
{
	const struct bound value[] = {bound_integer(scene)};
	sqlite3_stmt *row = statement_begin(catalogue, OUTPUT_LIST, value, N_BOUND(value), err);
	int rc = row ? 0 : -1;

	while (row && (rc = statement_next(catalogue, row, err)) > 0) {
		struct catalogue_output output;

		rc = read_output(catalogue, row, &output, err);
		if (rc == 0 && see(context, &output))
			continue;
		statement_end(row);
		break;
	}
	return rc;
}

int catalogue_outputs_of_others(struct catalogue *catalogue, const struct options *options,
				bool (*see)(void *context, int64_t set,
					    const struct catalogue_output *output),
				void *context, struct error *err)
{
	char *text = set_options_text(options, err);
	const struct bound value[] = {bound_text(text)};
	sqlite3_stmt *row =
		text ? statement_begin(catalogue, OUTPUT_OTHERS, value, N_BOUND(value), err) : NULL;
	int rc = row ? 0 : -1;

	while (row && (rc = statement_next(catalogue, row, err)) > 0) {
		struct catalogue_output output;

		rc = read_output(catalogue, row, &output, err);
		if (rc == 0 && see(context, sqlite3_column_int64(row, 6), &output))
			continue;
		statement_end(row);
		break;
	}
	free(text);
	return rc;
}

int catalogue_recall(struct catalogue *catalogue, int64_t id, const struct recipe *recipe,
		     struct scene *scene, struct histogram *histogram, struct scene_result *result,
		     struct error *err)
{
	const struct bound value[] = {bound_integer(id)};
	sqlite3_stmt *row = NULL;
	int rc = statement_view(catalogue, err);

	if (rc == 0)
		row = statement_begin(catalogue, RECORD_READ, value, N_BOUND(value), err);
	rc = row ? statement_next(catalogue, row, err) : -1;
	if (rc <= 0) {
		*scene = (struct scene){0};
		return rc < 0 ? -1 : catalogue_bad(catalogue, "a scene has no record", err);
	}
	rc = record_unpack(sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0),
			   recipe, scene, histogram, result, err);
	if (rc)
		(void)error_prefix(err, "catalogue %s", catalogue->path);
	else if (sqlite3_column_int64(row, 2) != (int64_t)result->status)
		rc = catalogue_bad(catalogue, "a scene and its record differ in status", err);
	result->earlier = true;
	statement_end(row);
	return rc;
}

/* --- lists --- */

enum { ID, SET, STATUS, GONE, SOURCE, INPUTS, MAPS, NAME, SENSOR, ACQUIRED, ERROR, UPDATED };

static int read_listed(struct catalogue *catalogue, sqlite3_stmt *row, struct text_room *name,
		       struct catalogue_scene *scene, struct error *err)
{
	*scene = (struct catalogue_scene){
		.id = sqlite3_column_int64(row, ID),
		.set = sqlite3_column_int64(row, SET),
		.gone = sqlite3_column_int(row, GONE),
		.source = column_text(catalogue, row, SOURCE, err),
		.inputs = column_text(catalogue, row, INPUTS, err),
		.maps = column_text(catalogue, row, MAPS, err),
		.sensor = column_text(catalogue, row, SENSOR, err),
		.acquired = column_text(catalogue, row, ACQUIRED, err),
		.error = column_text(catalogue, row, ERROR, err),
		.updated = column_text(catalogue, row, UPDATED, err),
	};
	if (!scene->source || !scene->inputs || !scene->maps || !scene->sensor ||
	    !scene->acquired || !scene->error || !scene->updated)
		return -1;
	if (!read_status(sqlite3_column_int64(row, STATUS), &scene->status))
		return catalogue_bad(catalogue, "a scene has a status that is none", err);
	if (sqlite3_column_type(row, MAPS) == SQLITE_NULL)
		scene->maps = NULL;
	return column_copy_name(catalogue, row, NAME, name, &scene->name, err);
}

static bool is_wanted(const struct catalogue_filter *filter, const struct catalogue_scene *scene)
{
	return !filter->pattern || fnmatch(filter->pattern, scene->name, 0) == 0;
}

int catalogue_each(struct catalogue *catalogue, const struct catalogue_filter *filter,
		   bool (*see)(void *context, const struct catalogue_scene *scene), void *context,
		   struct error *err)
{
	const struct bound value[] = {bound_integer(filter->set), bound_word(filter->since),
				      bound_integer(filter->failed), bound_integer(filter->gone)};
	sqlite3_stmt *row = statement_begin(catalogue, SCENE_LIST, value, N_BOUND(value), err);
	struct text_room name = {0}; /* others are asked for within see() */
	int rc = row ? 0 : -1;

	while (row && (rc = statement_next(catalogue, row, err)) > 0) {
		struct catalogue_scene scene;

		rc = read_listed(catalogue, row, &name, &scene, err);
		if (rc == 0 && (!is_wanted(filter, &scene) || see(context, &scene)))
			continue;
		statement_end(row);
		break;
	}
	free(name.text);
	return rc;
}

/* --- changes --- */

int catalogue_mark_gone(struct catalogue *catalogue, int64_t scene, bool gone, struct error *err)
{
	const struct bound value[] = {bound_integer(scene), bound_integer(gone)};

	if (statement_transaction(catalogue, err))
		return -1;
	catalogue->changed = true;
	if (statement_run(catalogue, SCENE_GONE, value, N_BOUND(value), err) == 0 &&
	    statement_run(catalogue, RECORD_GONE, value, N_BOUND(value), err) == 0)
		return statement_commit(catalogue, err);
	statement_rollback(catalogue);
	return -1;
}

int catalogue_forget(struct catalogue *catalogue, int64_t scene, struct error *err)
{
	const struct bound value[] = {bound_integer(scene)};

	catalogue->changed = true;
	return statement_change(catalogue, SCENE_FORGET, value, N_BOUND(value), err);
}
