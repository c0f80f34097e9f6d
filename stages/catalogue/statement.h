/*
 * SQLite, as this room uses it: one connection, its statements prepared once and kept, values that
 * are bound and never part of SQL, and errors in words. Not for other rooms.
 */
#ifndef IMGPIPE_CATALOGUE_STATEMENT_H
#define IMGPIPE_CATALOGUE_STATEMENT_H

#include <math.h>
#include <sqlite3.h>

#include "catalogue.h"

/* All statements of the room; their SQL is in statement.c. */
enum statement {
	BEGIN_READ,
	BEGIN_WRITE,
	COMMIT,
	ROLLBACK,
	SET_FIND,
	SET_ADD,
	SET_READ,
	SET_LIST,
	RUN_ADD,
	RUN_END,
	RUN_FIND,
	RUN_LIST,
	RUN_COPY,
	RUN_LAST,
	SCENE_ADD,
	SCENE_CHANGE,
	SCENE_GONE,
	SCENE_FORGET,
	SCENE_ORIGIN,
	SCENE_GEOMETRY,
	SCENE_LIST,
	RECORD_FIND,
	RECORD_ADD,
	RECORD_CHANGE,
	RECORD_GONE,
	RECORD_READ,
	STATISTICS_ADD,
	STATISTICS_CLEAR,
	OUTPUT_ADD,
	OUTPUT_CLEAR,
	OUTPUT_LIST,
	OUTPUT_OTHERS,
	EXTENT_READ,
	EXTENT_GROW,
	CONTENTS_CHANGED,
	N_STATEMENTS_KEPT
};

/* A text that grows, and is used again. Zero at first. */
struct text_room {
	char *text;
	size_t size;
};

enum { CATALOGUE_NOTE_BYTES = 640 };

struct catalogue {
	sqlite3 *db;
	char *path; /* canonical */
	bool writes, wal;
	bool reading; /* a transaction that only reads is open */
	bool changed; /* since the contents' last_change was set */
	bool extent_known;
	double extent[4]; /* of scenes: min x, min y, max x, max y; NaN: there is none */
	char note[CATALOGUE_NOTE_BYTES];
	sqlite3_stmt *kept[N_STATEMENTS_KEPT];
	struct text_room source, inputs, maps, path_room;
};

/* --- values --- */

struct bound {
	int type; /* SQLITE_INTEGER ... SQLITE_NULL */
	int64_t integer;
	double real;
	const void *data;
	size_t bytes;
};

static inline struct bound bound_null(void)
{
	return (struct bound){.type = SQLITE_NULL};
}

static inline struct bound bound_integer(int64_t integer)
{
	return (struct bound){.type = SQLITE_INTEGER, .integer = integer};
}

/* Over 2^63 - 1: that number, as in JSON. */
static inline struct bound bound_count(uint64_t n)
{
	return bound_integer(n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

/* What is not finite is NULL; -0 is 0. */
static inline struct bound bound_real(double real)
{
	return isfinite(real) ? (struct bound){.type = SQLITE_FLOAT, .real = real + 0.0}
			      : bound_null();
}

/* UTF-8. NULL is allowed. */
static inline struct bound bound_text(const char *text)
{
	return (struct bound){.type = text ? SQLITE_TEXT : SQLITE_NULL, .data = text};
}

/* "" is NULL. */
static inline struct bound bound_word(const char *text)
{
	return bound_text(text && *text ? text : NULL);
}

static inline struct bound bound_blob(const void *data, size_t bytes)
{
	return (struct bound){
		.type = data ? SQLITE_BLOB : SQLITE_NULL, .data = data, .bytes = bytes};
}

/* The bytes of a text, whatever they are. */
struct bound bound_bytes(const char *text);

#define N_BOUND(list) (sizeof(list) / sizeof((list)[0]))

/* --- statements --- */

/*
 * With these values, which outlive it, ready for its first row; NULL with an error. Values of the
 * same statement that is still at work: EX_SOFTWARE.
 */
sqlite3_stmt *statement_begin(struct catalogue *catalogue, enum statement which,
			      const struct bound *value, size_t n, struct error *err);
/* 1: there is a row; 0: no more; -1 with an error. After the last two it is at its end. */
int statement_next(struct catalogue *catalogue, sqlite3_stmt *statement,
		   struct error *err) MUST_CHECK;
/* Before its last row. NULL is allowed. */
void statement_end(sqlite3_stmt *statement);
/* One that gives no rows. */
int statement_run(struct catalogue *catalogue, enum statement which, const struct bound *value,
		  size_t n, struct error *err) MUST_CHECK;
/* What the connection says is wrong, as an error of this program. Always -1. */
int statement_failed(const struct catalogue *catalogue, struct error *err);
/* SQL of this program's own, for once; rows are not looked at. */
int statement_once(struct catalogue *catalogue, const char *sql, struct error *err) MUST_CHECK;
/* The first column of its only row, which is a number. */
int statement_number(struct catalogue *catalogue, const char *sql, int64_t *number,
		     struct error *err) MUST_CHECK;
/* Rules that hold where each number is 0; -1 with EX_DATAERR and the words of the first broken one.
 */
struct statement_rule {
	const char *sql, *broken;
};
int statement_rules(struct catalogue *catalogue, const struct statement_rule *rule, size_t n,
		    struct error *err) MUST_CHECK;
void statements_free(struct catalogue *catalogue);

/*
 * Who writes keeps one view of the file for all that is read between two of his own changes, and
 * its lock, which is half of what a small read costs. Who reads only does not: he would hold up
 * others.
 */
int statement_view(struct catalogue *catalogue, struct error *err) MUST_CHECK;
/* All or nothing: what follows until statement_commit() or statement_rollback(). Every change is
 * made within one. */
int statement_transaction(struct catalogue *catalogue, struct error *err) MUST_CHECK;
int statement_commit(struct catalogue *catalogue, struct error *err) MUST_CHECK;
/* Also where SQLite has done so itself. */
void statement_rollback(struct catalogue *catalogue);
/* statement_run() in one of its own. */
int statement_change(struct catalogue *catalogue, enum statement which, const struct bound *value,
		     size_t n, struct error *err) MUST_CHECK;

/* --- columns --- */

/*
 * A text or blob of the row as a text; "" where it is NULL. NULL with an error: it holds a NUL, or
 * there is no memory. Valid until the statement goes on.
 */
const char *column_text(const struct catalogue *catalogue, sqlite3_stmt *statement, int column,
			struct error *err);
/* The same, copied; and, for `name`, turned back (include/printable.h). NULL stays NULL. */
int column_copy(const struct catalogue *catalogue, sqlite3_stmt *statement, int column,
		struct text_room *room, const char **text, struct error *err) MUST_CHECK;
int column_copy_name(const struct catalogue *catalogue, sqlite3_stmt *statement, int column,
		     struct text_room *room, const char **text, struct error *err) MUST_CHECK;

/* The catalogue holds what imgpipe does not write. Always -1 with EX_DATAERR. */
int catalogue_bad(const struct catalogue *catalogue, const char *what, struct error *err);

/* One more thing for catalogue_note(). */
void catalogue_say(struct catalogue *catalogue, const char *what);

#endif
