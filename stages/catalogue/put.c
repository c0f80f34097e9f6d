/*
 * Writing a row: the scene for people, its statistics and outputs, and its record.
 */
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "geopackage.h"
#include "printable.h"
#include "record.h"
#include "report/report_words.h"
#include "rows.h"

/* --- texts --- */

/* The form of a name that can be turned back; in `room`. NULL without memory. */
static char *name_text(struct text_room *room, const char *name)
{
	char piece[PRINTABLE_PIECE];
	size_t used = 0, size = 4 * strlen(name) + 1;

	if (size > room->size) {
		free(room->text);
		room->text = malloc(size);
		room->size = room->text ? size : 0;
	}
	if (!room->text)
		return NULL;
	while (*name) {
		size_t n = printable_name_next(piece, &name);

		memcpy(room->text + used, piece, n);
		used += n;
	}
	room->text[used] = '\0';
	return room->text;
}

/* Words for people, of fields of so many bytes at the most. */
enum { WORDS_BYTES = 4 * ERROR_TEXT_BYTES };

/* "2026-07-01" of a time that begins so; else NULL. */
static const char *date_of(char date[11], const char *acquired)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == 'd' ? acquired[i] < '0' || acquired[i] > '9' : acquired[i] != '-')
			return NULL;
	(void)snprintf(date, 11, "%.10s", acquired);
	return date;
}

bool row_time(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

/* --- statistics --- */

static int add_known(struct catalogue *catalogue, int64_t scene, const char *index,
		     const struct summary *s, double area_m2, struct error *err)
{
	_Static_assert(N_PERCENTILES == 7 && N_MASK_REASONS == 9, "as the table has columns");
	struct bound value[33] = {
		bound_integer(scene),
		bound_text(index),
		bound_null(),
		bound_count(s->pixels),
		bound_count(s->n[PIXEL_VALID]),
		bound_count(s->n[PIXEL_NODATA]),
		bound_count(s->n[PIXEL_MASKED]),
		bound_count(s->n[PIXEL_DIV0]),
		bound_count(s->n[PIXEL_NONFINITE]),
		bound_count(s->n_outside),
		bound_real(s->min),
		bound_real(s->max),
		bound_real(s->mean),
		bound_real(s->std),
		bound_real(s->percentile[N_PERCENTILES / 2]),
	};
	size_t at = 15;

	for (unsigned i = 0; i < N_PERCENTILES; i++)
		if (i != N_PERCENTILES / 2)
			value[at++] = bound_real(s->percentile[i]);
	value[at++] = bound_real(s->valid_percent);
	value[at++] = bound_real(s->area_ha);
	value[at++] = bound_real(area_m2);
	for (unsigned i = 0; i < N_MASK_REASONS; i++)
		value[at++] = bound_count(s->masked_by.n[i]);
	return statement_run(catalogue, STATISTICS_ADD, value, at, err);
}

static int add_missing(struct catalogue *catalogue, int64_t scene, const char *index,
		       const char *why, struct error *err)
{
	struct bound value[33];

	for (size_t i = 0; i < N_BOUND(value); i++)
		value[i] = bound_null();
	value[0] = bound_integer(scene);
	value[1] = bound_text(index);
	value[2] = bound_text(why);
	return statement_run(catalogue, STATISTICS_ADD, value, N_BOUND(value), err);
}

static int add_statistics(struct catalogue *catalogue, int64_t scene,
			  const struct catalogue_row *row, struct error *err)
{
	for (unsigned v = 0; v < row->recipe->n_values; v++) {
		const char *index = row->recipe->value[v].name;
		char why[MISSING_TEXT_BYTES];
		struct summary summary;
		int rc = 0;

		if (scene_summary(&summary, row->result, v, row->recipe))
			rc = add_known(catalogue, scene, index, &summary,
				       row->result->value[v].area_m2, err);
		else if (row->result->status == SCENE_OK &&
			 scene_missing_reason(row->result->scene, row->recipe, v, why, sizeof(why)))
			rc = add_missing(catalogue, scene, index, why, err);
		if (rc)
			return -1;
	}
	return 0;
}

/* --- outputs --- */

static int add_outputs(struct catalogue *catalogue, int64_t scene, const struct catalogue_row *row,
		       struct error *err)
{
	for (unsigned i = 0; i < row->n_outputs; i++) {
		const struct catalogue_output *output = &row->output[i];
		const char *path = name_text(&catalogue->path_room, output->path);
		const struct bound value[] = {
			bound_integer(scene),         bound_text(path),
			bound_text(output->kind),     bound_word(output->index),
			bound_count(output->bytes),   bound_integer((int64_t)output->head),
			bound_count(output->clamped),
		};

		if (!path)
			return error_memory(err, "a path", 4 * strlen(output->path));
		if (statement_run(catalogue, OUTPUT_ADD, value, N_BOUND(value), err))
			return -1;
	}
	return 0;
}

/* --- the scene --- */

/* What a scene's row has beside what `row` says. */
struct scene_texts {
	char *source, *name;
	char date[11], now[GPKG_TIME_BYTES];
	char sensor[4 * 40], acquired[4 * 24], error[WORDS_BYTES], crs[4 * 96];
};

static int make_texts(struct catalogue *catalogue, const struct catalogue_row *row,
		      struct scene_texts *texts, struct error *err)
{
	const struct scene *scene = row->result->scene;

	texts->source = name_text(&catalogue->source, row->source);
	texts->name = name_text(&catalogue->path_room, scene->name ? scene->name : "");
	if (!texts->source || !texts->name)
		return error_memory(err, "a name", 4 * strlen(row->source));
	(void)printable_copy(texts->sensor, sizeof(texts->sensor), scene->sensor);
	(void)printable_copy(texts->acquired, sizeof(texts->acquired), scene->acquired);
	(void)printable_copy(texts->crs, sizeof(texts->crs), scene_crs(scene));
	(void)printable_copy(texts->error, sizeof(texts->error), scene_error(row->result));
	redact(texts->source);
	redact(texts->name);
	redact(texts->error);
	return 0;
}

static int write_scene(struct catalogue *catalogue, enum statement which, int64_t id,
		       const struct catalogue_row *row, const struct row_origin *origin,
		       struct error *err)
{
	const struct scene *scene = row->result->scene;
	struct scene_texts texts;

	if (make_texts(catalogue, row, &texts, err))
		return -1;

	const struct bound value[] = {
		id ? bound_integer(id) : bound_null(),
		bound_blob(origin->geometry, origin->geometry_bytes),
		bound_integer(row->set),
		row->run ? bound_integer(row->run) : bound_null(),
		bound_text(texts.name),
		bound_word(texts.sensor),
		bound_word(texts.acquired),
		bound_text(date_of(texts.date, scene->acquired)),
		bound_text(scene_status_name(row->result->status)),
		bound_word(texts.error),
		bound_word(scene_error_code(row->result)),
		bound_integer(origin->gone),
		bound_word(texts.crs),
		scene->x_size ? bound_integer(scene->x_size) : bound_null(),
		scene->y_size ? bound_integer(scene->y_size) : bound_null(),
		bound_text(texts.source),
		bound_text(origin->updated ? origin->updated : geopackage_time(texts.now)),
	};

	return statement_run(catalogue, which, value, N_BOUND(value), err);
}

static int write_record(struct catalogue *catalogue, enum statement which, int64_t id,
			const struct catalogue_row *row, const struct row_origin *origin,
			const void *record, size_t bytes, struct error *err)
{
	const struct bound value[] = {
		bound_integer(id),           bound_integer(row->set),
		bound_bytes(row->source),    bound_integer(row->result->status),
		bound_integer(origin->gone), bound_bytes(row->inputs),
		bound_bytes(row->maps),      bound_blob(record, bytes),
	};

	return statement_run(catalogue, which, value, N_BOUND(value), err);
}

static int clear(struct catalogue *catalogue, int64_t id, struct error *err)
{
	const struct bound value[] = {bound_integer(id)};

	if (statement_run(catalogue, STATISTICS_CLEAR, value, N_BOUND(value), err))
		return -1;
	return statement_run(catalogue, OUTPUT_CLEAR, value, N_BOUND(value), err);
}

/* The scene, which keeps its number where it was there. */
static int place_scene(struct catalogue *catalogue, const struct catalogue_row *row,
		       const struct row_origin *origin, int64_t *id, bool *there, struct error *err)
{
	struct catalogue_scene old;
	int found = catalogue_find(catalogue, row->set, row->source, &old, err);

	if (found < 0)
		return -1;
	*there = found;
	*id = found ? old.id : 0;
	if (found && clear(catalogue, *id, err))
		return -1;
	if (write_scene(catalogue, found ? SCENE_CHANGE : SCENE_ADD, *id, row, origin, err))
		return -1;
	if (!found)
		*id = sqlite3_last_insert_rowid(catalogue->db);
	return 0;
}

static int write_row(struct catalogue *catalogue, const struct catalogue_row *row,
		     const struct row_origin *origin, const void *record, size_t bytes,
		     struct error *err)
{
	double extent[4];
	int64_t id;
	bool there;

	if (place_scene(catalogue, row, origin, &id, &there, err) ||
	    write_record(catalogue, there ? RECORD_CHANGE : RECORD_ADD, id, row, origin, record,
			 bytes, err) ||
	    add_statistics(catalogue, id, row, err) || add_outputs(catalogue, id, row, err))
		return -1;
	catalogue->changed = true;
	if (!geometry_extent(origin->geometry, origin->geometry_bytes, extent))
		return 0;
	return geopackage_extend(catalogue, extent, err);
}

int row_write(struct catalogue *catalogue, const struct catalogue_row *row,
	      const struct row_origin *origin, struct error *err)
{
	unsigned char geometry[GPKG_GEOMETRY_MOST], *record;
	struct row_origin own = {0};
	struct footprint footprint;
	size_t bytes;
	int rc;

	if (record_pack(&record, &bytes, row->result, row->recipe, err))
		return -1;
	if (!origin) {
		(void)footprint_of(row->result->scene, &footprint);
		own.geometry_bytes = geometry_pack(geometry, &footprint);
		own.geometry = own.geometry_bytes ? geometry : NULL;
		origin = &own;
	}
	rc = write_row(catalogue, row, origin, record, bytes, err);
	free(record);
	return rc;
}

int catalogue_put(struct catalogue *catalogue, const struct catalogue_row *row, struct error *err)
{
	if (statement_transaction(catalogue, err))
		return -1;
	if (row_write(catalogue, row, NULL, err) == 0)
		return statement_commit(catalogue, err);
	statement_rollback(catalogue);
	return -1;
}
