/*
 * The statements of the room: all SQL that is not of the schema, in one table. Values are bound.
 */
#include "statement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

static const char *const sql[N_STATEMENTS_KEPT] = {
	[BEGIN_READ] = "BEGIN",
	[BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",

	[SET_FIND] = "SELECT id FROM sets WHERE definition = ?1",
	[SET_ADD] = "INSERT INTO sets (results_version, options, definition) VALUES (?1, ?2, ?3)",
	[SET_READ] = "SELECT id, results_version, options, definition,"
		     " (SELECT count(*) FROM scenes WHERE set_id = ?1),"
		     " (SELECT count(*) FROM scenes WHERE set_id = ?1 AND gone)"
		     " FROM sets WHERE id = ?1",
	[SET_LIST] = "SELECT id, results_version, options, definition,"
		     " (SELECT count(*) FROM scenes WHERE set_id = sets.id),"
		     " (SELECT count(*) FROM scenes WHERE set_id = sets.id AND gone)"
		     " FROM sets ORDER BY id",

	[RUN_ADD] = "INSERT INTO runs (set_id, started, command, program, host, pid)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[RUN_END] = "UPDATE runs SET ended = ?2, exit_status = ?3, scenes = ?4, ok = ?5,"
		    " failed = ?6, skipped = ?7, cancelled = ?8, wall_seconds = ?9,"
		    " cpu_seconds = ?10 WHERE id = ?1",
	[RUN_FIND] = "SELECT id FROM runs WHERE started = ?1 AND host IS ?2 AND pid IS ?3",
	[RUN_LIST] = "SELECT id, set_id, started, command, program, host, pid, ended, exit_status,"
		     " scenes, ok, failed, skipped, cancelled, wall_seconds, cpu_seconds"
		     " FROM runs ORDER BY id",
	[RUN_COPY] = "INSERT INTO runs (set_id, started, command, program, host, pid, ended,"
		     " exit_status, scenes, ok, failed, skipped, cancelled, wall_seconds,"
		     " cpu_seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		     " ?13, ?14, ?15)",

	[RUN_LAST] = "SELECT id, started, ended, command, host, exit_status, scenes, ok, failed"
		     " FROM runs ORDER BY id DESC LIMIT 1",

	[SCENE_ADD] = "INSERT INTO scenes (fid, geom, set_id, run_id, name, sensor, acquired, date,"
		      " status, error, error_code, gone, crs, x_size, y_size, source, updated)"
		      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
		      " ?16, ?17)",
	[SCENE_CHANGE] = "UPDATE scenes SET geom = ?2, set_id = ?3, run_id = ?4, name = ?5,"
			 " sensor = ?6, acquired = ?7, date = ?8, status = ?9, error = ?10,"
			 " error_code = ?11, gone = ?12, crs = ?13, x_size = ?14, y_size = ?15,"
			 " source = ?16, updated = ?17 WHERE fid = ?1",
	[SCENE_GONE] = "UPDATE scenes SET gone = ?2 WHERE fid = ?1",
	[SCENE_FORGET] = "DELETE FROM scenes WHERE fid = ?1",
	[SCENE_ORIGIN] = "SELECT geom, run_id, updated FROM scenes WHERE fid = ?1",
	[SCENE_GEOMETRY] = "SELECT geom FROM scenes WHERE geom IS NOT NULL",
	[SCENE_LIST] = "SELECT r.scene_id, r.set_id, r.status, r.gone, r.source, r.inputs, r.maps,"
		       " s.name, s.sensor, s.acquired, s.error, s.updated"
		       " FROM records AS r JOIN scenes AS s ON s.fid = r.scene_id"
		       " WHERE (?1 = 0 OR r.set_id = ?1) AND (?2 IS NULL OR s.acquired >= ?2)"
		       " AND (NOT ?3 OR r.status = 1) AND (NOT ?4 OR r.gone)"
		       " ORDER BY r.source, r.set_id",

	[RECORD_FIND] = "SELECT scene_id, status, gone, inputs, maps FROM records"
			" WHERE source = ?1 AND set_id = ?2",
	[RECORD_ADD] = "INSERT INTO records (scene_id, set_id, source, status, gone, inputs, maps,"
		       " record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[RECORD_CHANGE] = "UPDATE records SET set_id = ?2, source = ?3, status = ?4, gone = ?5,"
			  " inputs = ?6, maps = ?7, record = ?8 WHERE scene_id = ?1",
	[RECORD_GONE] = "UPDATE records SET gone = ?2 WHERE scene_id = ?1",
	[RECORD_READ] = "SELECT record, set_id, status FROM records WHERE scene_id = ?1",

	[STATISTICS_ADD] =
		"INSERT INTO statistics (scene_id, index_name, missing, pixels, valid, nodata,"
		" masked, zero_denominator, nonfinite, outside_range, min, max, mean, std, median,"
		" p2, p5, p25, p75, p95, p98, valid_percent, area_ha, area_m2, masked_cloud,"
		" masked_shadow, masked_cirrus, masked_snow, masked_saturated, masked_other,"
		" masked_alpha, masked_dataset, masked_range) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		" ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,"
		" ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33)",
	[STATISTICS_CLEAR] = "DELETE FROM statistics WHERE scene_id = ?1",

	[OUTPUT_ADD] = "INSERT INTO outputs (scene_id, path, kind, index_name, bytes, head,"
		       " clamped) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[OUTPUT_CLEAR] = "DELETE FROM outputs WHERE scene_id = ?1",
	[OUTPUT_LIST] = "SELECT path, kind, index_name, bytes, head, clamped FROM outputs"
			" WHERE scene_id = ?1 ORDER BY id",
	[OUTPUT_OTHERS] =
		"SELECT o.path, o.kind, o.index_name, o.bytes, o.head, o.clamped, r.set_id"
		" FROM outputs AS o JOIN records AS r USING (scene_id)"
		" WHERE r.set_id IN (SELECT id FROM sets WHERE options <> ?1) AND NOT EXISTS"
		" (SELECT 1 FROM records AS q JOIN outputs AS p USING (scene_id)"
		" WHERE q.source = r.source AND q.set_id IN (SELECT id FROM sets WHERE options = "
		"?1)"
		" AND p.path = o.path AND p.bytes = o.bytes AND p.head = o.head) ORDER BY o.id",

	[EXTENT_READ] = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents"
			" WHERE table_name = 'scenes'",
	[EXTENT_GROW] = "UPDATE gpkg_contents SET min_x = ?1, min_y = ?2, max_x = ?3, max_y = ?4"
			" WHERE table_name = 'scenes'",
	[CONTENTS_CHANGED] = "UPDATE gpkg_contents SET last_change = ?1 WHERE table_name IN"
			     " ('scenes', 'statistics', 'outputs', 'runs', 'sets')",
};

struct bound bound_bytes(const char *text)
{
	return bound_blob(text, text ? strlen(text) : 0);
}

/* --- errors --- */

static const struct problem {
	int code;   /* primary, of SQLite */
	int status; /* of the program */
	const char *words;
} problems[] = {
	{SQLITE_FULL, EX_IOERR,
	 "the disk is full; make room: what was recorded stays, and the rest is done again"},
	{SQLITE_IOERR, EX_IOERR, "cannot read or write it"},
	{SQLITE_BUSY, EX_TEMPFAIL,
	 "another program holds it; close it there, or try again when it has ended"},
	{SQLITE_LOCKED, EX_TEMPFAIL,
	 "another program holds it; close it there, or try again when it has ended"},
	{SQLITE_READONLY, EX_CANTCREAT,
	 "it, or its folder, cannot be written; change the permissions, or name another file"},
	{SQLITE_CANTOPEN, EX_CANTCREAT,
	 "it, or a file beside it (-wal, -journal), cannot be opened"},
	{SQLITE_PERM, EX_CANTCREAT, "there is no permission"},
	{SQLITE_AUTH, EX_DATAERR, "it asks for what a catalogue may not do"},
	{SQLITE_CORRUPT, EX_DATAERR,
	 "it is damaged; take a copy from a backup, or remove it and run again"},
	{SQLITE_NOTADB, EX_DATAERR,
	 "it is no catalogue of imgpipe (no SQLite database); name another file"},
	{SQLITE_TOOBIG, EX_DATAERR, "it holds a value that is longer than any of a catalogue"},
	{SQLITE_CONSTRAINT, EX_DATAERR, "its rows contradict each other"},
};

/* The disk's own word, where it has one. */
static const char *system_word(const struct catalogue *catalogue)
{
	int number = sqlite3_system_errno(catalogue->db);

	return number ? strerror(number) : sqlite3_errmsg(catalogue->db);
}

int statement_failed(const struct catalogue *catalogue, struct error *err)
{
	int code = sqlite3_errcode(catalogue->db) & 0xff;

	if (code == SQLITE_NOMEM)
		return error_memory(err, "the catalogue", 1 << 20);
	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
		if (problems[i].code != code)
			continue;
		(void)error_set(err, problems[i].status, "catalogue %s: %s (%s)", catalogue->path,
				problems[i].words, system_word(catalogue));
		if (err && code == SQLITE_FULL)
			err->number = ENOSPC;
		return -1;
	}
	return error_set(err, EX_DATAERR,
			 "catalogue %s: cannot be used as one: %s; is it of "
			 "another program?",
			 catalogue->path, sqlite3_errmsg(catalogue->db));
}

int catalogue_bad(const struct catalogue *catalogue, const char *what, struct error *err)
{
	return error_set(err, EX_DATAERR,
			 "catalogue %s: %s; take a copy from a backup, or remove it and run again",
			 catalogue->path, what);
}

void catalogue_say(struct catalogue *catalogue, const char *what)
{
	size_t used = strlen(catalogue->note);

	(void)snprintf(catalogue->note + used, sizeof(catalogue->note) - used, "%s%s",
		       used ? "; " : "", what);
}

/* --- statements --- */

static int bind(sqlite3_stmt *statement, int at, const struct bound *value)
{
	switch (value->type) {
	case SQLITE_INTEGER:
		return sqlite3_bind_int64(statement, at, value->integer);
	case SQLITE_FLOAT:
		return sqlite3_bind_double(statement, at, value->real);
	case SQLITE_TEXT:
		return sqlite3_bind_text(statement, at, value->data, -1, SQLITE_STATIC);
	case SQLITE_BLOB:
		return sqlite3_bind_blob64(statement, at, value->data, value->bytes, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(statement, at);
	}
}

static sqlite3_stmt *prepared(struct catalogue *catalogue, enum statement which, struct error *err)
{
	sqlite3_stmt **kept = &catalogue->kept[which];

	if (!*kept && sqlite3_prepare_v3(catalogue->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
					 kept, NULL) != SQLITE_OK) {
		(void)statement_failed(catalogue, err);
		return NULL;
	}
	if (sqlite3_stmt_busy(*kept)) {
		(void)error_set(err, EX_SOFTWARE, "catalogue %s: asked within its own answer",
				catalogue->path);
		return NULL;
	}
	return *kept;
}

sqlite3_stmt *statement_begin(struct catalogue *catalogue, enum statement which,
			      const struct bound *value, size_t n, struct error *err)
{
	sqlite3_stmt *statement = prepared(catalogue, which, err);

	for (size_t i = 0; statement && i < n; i++)
		if (bind(statement, (int)i + 1, &value[i]) != SQLITE_OK) {
			(void)statement_failed(catalogue, err);
			return NULL;
		}
	return statement;
}

int statement_next(struct catalogue *catalogue, sqlite3_stmt *statement, struct error *err)
{
	int rc = sqlite3_step(statement);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		(void)statement_failed(catalogue, err);
	(void)sqlite3_reset(statement);
	return rc == SQLITE_DONE ? 0 : -1;
}

void statement_end(sqlite3_stmt *statement)
{
	(void)sqlite3_reset(statement);
}

int statement_run(struct catalogue *catalogue, enum statement which, const struct bound *value,
		  size_t n, struct error *err)
{
	sqlite3_stmt *statement = statement_begin(catalogue, which, value, n, err);
	int rc = statement ? statement_next(catalogue, statement, err) : -1;

	if (rc > 0)
		statement_end(statement);
	return rc < 0 ? -1 : 0;
}

int statement_once(struct catalogue *catalogue, const char *text, struct error *err)
{
	if (sqlite3_exec(catalogue->db, text, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return statement_failed(catalogue, err);
}

int statement_number(struct catalogue *catalogue, const char *text, int64_t *number,
		     struct error *err)
{
	sqlite3_stmt *statement;
	int rc;

	*number = 0;
	if (sqlite3_prepare_v2(catalogue->db, text, -1, &statement, NULL) != SQLITE_OK)
		return statement_failed(catalogue, err);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*number = sqlite3_column_int64(statement, 0);
	else if (rc != SQLITE_DONE)
		(void)statement_failed(catalogue, err);
	(void)sqlite3_finalize(statement);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

int statement_rules(struct catalogue *catalogue, const struct statement_rule *rule, size_t n,
		    struct error *err)
{
	int64_t broken;

	for (size_t i = 0; i < n; i++) {
		if (statement_number(catalogue, rule[i].sql, &broken, err))
			return -1;
		if (broken)
			return catalogue_bad(catalogue, rule[i].broken, err);
	}
	return 0;
}

void statements_free(struct catalogue *catalogue)
{
	for (unsigned i = 0; i < N_STATEMENTS_KEPT; i++) {
		(void)sqlite3_finalize(catalogue->kept[i]);
		catalogue->kept[i] = NULL;
	}
}

int statement_view(struct catalogue *catalogue, struct error *err)
{
	if (!catalogue->writes || !sqlite3_get_autocommit(catalogue->db))
		return 0;
	if (statement_run(catalogue, BEGIN_READ, NULL, 0, err))
		return -1;
	catalogue->reading = true;
	return 0;
}

int statement_transaction(struct catalogue *catalogue, struct error *err)
{
	if (catalogue->reading && statement_commit(catalogue, err))
		return -1;
	return statement_run(catalogue, BEGIN_WRITE, NULL, 0, err);
}

int statement_commit(struct catalogue *catalogue, struct error *err)
{
	catalogue->reading = false;
	if (statement_run(catalogue, COMMIT, NULL, 0, err) == 0)
		return 0;
	statement_rollback(catalogue);
	return -1;
}

void statement_rollback(struct catalogue *catalogue)
{
	struct error ignored;

	catalogue->reading = false;
	catalogue->extent_known = false;
	if (!sqlite3_get_autocommit(catalogue->db) &&
	    statement_run(catalogue, ROLLBACK, NULL, 0, &ignored))
		catalogue->changed = false; /* closing the connection does it */
}

int statement_change(struct catalogue *catalogue, enum statement which, const struct bound *value,
		     size_t n, struct error *err)
{
	if (statement_transaction(catalogue, err))
		return -1;
	if (statement_run(catalogue, which, value, n, err) == 0)
		return statement_commit(catalogue, err);
	statement_rollback(catalogue);
	return -1;
}

/* --- columns --- */

const char *column_text(const struct catalogue *catalogue, sqlite3_stmt *statement, int column,
			struct error *err)
{
	const char *text;

	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return "";
	text = (const char *)sqlite3_column_text(statement, column);
	if (!text && sqlite3_column_bytes(statement, column) == 0)
		return "";
	if (!text)
		(void)error_memory(err, "the catalogue", 1 << 20);
	else if (strlen(text) != (size_t)sqlite3_column_bytes(statement, column))
		(void)catalogue_bad(catalogue, "it holds a text that is none", err);
	else
		return text;
	return NULL;
}

static int fill_room(struct text_room *room, const char *text, struct error *err)
{
	size_t size = strlen(text) + 1;

	if (size > room->size) {
		char *more = realloc(room->text, 2 * size);

		if (!more)
			return error_memory(err, "a text of the catalogue", 2 * size);
		room->text = more;
		room->size = 2 * size;
	}
	memcpy(room->text, text, size);
	return 0;
}

int column_copy(const struct catalogue *catalogue, sqlite3_stmt *statement, int column,
		struct text_room *room, const char **text, struct error *err)
{
	const char *from;

	*text = NULL;
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return 0;
	from = column_text(catalogue, statement, column, err);
	if (!from || fill_room(room, from, err))
		return -1;
	*text = room->text;
	return 0;
}

int column_copy_name(const struct catalogue *catalogue, sqlite3_stmt *statement, int column,
		     struct text_room *room, const char **text, struct error *err)
{
	if (column_copy(catalogue, statement, column, room, text, err))
		return -1;
	if (*text)
		printable_restore(room->text);
	return 0;
}
