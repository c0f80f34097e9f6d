/*
 * Opening and closing: which file it is, how SQLite is held to it, and how it is journaled.
 */
#include "catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "geopackage.h"
#include "locks.h"
#include "record.h"
#include "schema.h"

enum { WAIT_MS = 5000, WAIT_AT_CLOSE_MS = 500, PAGE_LEAST = 512 };

#define NETWORK_NOTE                                                                              \
	"it lies on a network or cluster file system, so it is kept with a rollback journal "     \
	"instead of a write-ahead log: readers may have to wait for the run, and two hosts must " \
	"not write it at once"

/* --- which file --- */

/*
 * The folder's canonical path and the name in it: it begins with a slash, so that no name is taken
 * for a URI ("file:...") or for a database in memory.
 */
static int resolve(struct catalogue *catalogue, const char *path, struct error *err)
{
	const char *name = path_name(path);
	char *folder = path_folder(path), *real = folder ? realpath(folder, NULL) : NULL;
	int number = errno, rc = 0;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		rc = error_set(err, EX_USAGE, "catalogue %s: is a folder; name a file in it", path);
	else if (!folder)
		rc = error_memory(err, "a path", strlen(path));
	else if (!real)
		rc = error_errno(err, catalogue->writes ? EX_CANTCREAT : EX_NOINPUT, number,
				 "catalogue %s: its folder %s cannot be used; make it first", path,
				 folder);
	else if (asprintf(&catalogue->path, "%s/%s", strcmp(real, "/") ? real : "", name) < 0) {
		catalogue->path = NULL;
		rc = error_memory(err, "a path", strlen(path));
	}
	free(folder);
	free(real);
	return rc;
}

static int refuse_kind(const struct catalogue *catalogue, const struct stat *st, struct error *err)
{
	if (S_ISLNK(st->st_mode))
		return error_set(err, EX_CANTCREAT,
				 "catalogue %s: is a symbolic link; name the file that it leads "
				 "to, so that all runs know it by one name",
				 catalogue->path);
	return error_set(err, EX_CANTCREAT, "catalogue %s: is %s, no file; name another one",
			 catalogue->path,
			 S_ISDIR(st->st_mode)    ? "a folder"
			 : S_ISFIFO(st->st_mode) ? "a pipe"
						 : "a device or socket");
}

static int check_file(const struct catalogue *catalogue, struct error *err)
{
	struct stat st;

	if (lstat(catalogue->path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return refuse_kind(catalogue, &st, err);
		if (!catalogue->writes && st.st_size == 0)
			return error_set(err, EX_DATAERR,
					 "catalogue %s: is empty; a run with --catalog fills it",
					 catalogue->path);
		if (st.st_size > 0 && st.st_size < PAGE_LEAST) /* SQLite would take it for empty */
			return error_set(err, EX_DATAERR,
					 "catalogue %s: it is no catalogue of imgpipe (no SQLite "
					 "database); name another file",
					 catalogue->path);
		return 0;
	}
	if (errno != ENOENT)
		return error_errno(err, EX_NOINPUT, errno, "catalogue %s: cannot be looked at",
				   catalogue->path);
	if (catalogue->writes)
		return 0;
	return error_set(err, EX_NOINPUT,
			 "catalogue %s: there is no such file; a run with --catalog makes it",
			 catalogue->path);
}

/* --- the connection --- */

static const struct {
	int limit, most;
} limits[] = {
	{SQLITE_LIMIT_LENGTH, RECORD_MOST + (8 << 20)},
	{SQLITE_LIMIT_SQL_LENGTH, 1 << 18},
	{SQLITE_LIMIT_COLUMN, 200},
	{SQLITE_LIMIT_EXPR_DEPTH, 100},
	{SQLITE_LIMIT_COMPOUND_SELECT, 10},
	{SQLITE_LIMIT_VDBE_OP, 250000},
	{SQLITE_LIMIT_FUNCTION_ARG, 20},
	{SQLITE_LIMIT_ATTACHED, 0},
	{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
	{SQLITE_LIMIT_VARIABLE_NUMBER, 64},
	{SQLITE_LIMIT_TRIGGER_DEPTH, 10},
	{SQLITE_LIMIT_WORKER_THREADS, 0},
};

/* What is in the file's schema may not run. */
static const struct {
	int option, value;
} settings[] = {
	{SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	{SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
};

static int hold(struct catalogue *catalogue, struct error *err)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		(void)sqlite3_limit(catalogue->db, limits[i].limit, limits[i].most);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (sqlite3_db_config(catalogue->db, settings[i].option, settings[i].value, NULL) !=
		    SQLITE_OK)
			return statement_failed(catalogue, err);
	(void)sqlite3_extended_result_codes(catalogue->db, 1);
	(void)sqlite3_busy_timeout(catalogue->db, WAIT_MS);
	return statement_once(catalogue,
			      "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
			      "PRAGMA secure_delete = OFF",
			      err);
}

static int connect_file(struct catalogue *catalogue, const char *name, int flags, struct error *err)
{
	int rc = sqlite3_open_v2(name, &catalogue->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (!catalogue->db)
		return error_memory(err, "the catalogue", 1 << 20);
	if (rc != SQLITE_OK)
		return statement_failed(catalogue, err);
	return hold(catalogue, err);
}

static void disconnect(struct catalogue *catalogue)
{
	statements_free(catalogue);
	(void)sqlite3_close(catalogue->db);
	catalogue->db = NULL;
}

/* --- read-only media --- */

/* "file:/path?immutable=1", every byte but the plainest escaped. NULL without memory. */
static char *immutable_name(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-";
	char *name = NULL;
	size_t size;
	FILE *out = open_memstream(&name, &size);

	if (!out)
		return NULL;
	(void)fputs("file:", out);
	for (const char *at = path; *at; at++)
		if (strchr(plain, *at))
			(void)fputc(*at, out);
		else
			(void)fprintf(out, "%%%02X", (unsigned char)*at);
	(void)fputs("?immutable=1", out);
	if (fclose(out) == 0)
		return name;
	free(name);
	return NULL;
}

/* A file beside it that holds what is not in it yet. */
static bool has_beside(const struct catalogue *catalogue, const char *suffix)
{
	struct stat st;
	char *name;
	bool has;

	if (asprintf(&name, "%s%s", catalogue->path, suffix) < 0)
		return true;
	has = lstat(name, &st) == 0 && st.st_size > 0;
	free(name);
	return has;
}

/*
 * It was not closed whole, and SQLite cannot make the files beside it that it would need, or cannot
 * write those that are there. Where they hold nothing, it does without.
 */
static int connect_immutable(struct catalogue *catalogue, struct error *err)
{
	char *name;
	int rc;

	if (has_beside(catalogue, "-wal") || has_beside(catalogue, "-journal"))
		return error_set(err, EX_DATAERR,
				 "catalogue %s: was left in the middle of a run; open it once "
				 "where its folder can be written, then it is whole again",
				 catalogue->path);
	name = immutable_name(catalogue->path);
	if (!name)
		return error_memory(err, "a path", strlen(catalogue->path));
	disconnect(catalogue);
	rc = connect_file(catalogue, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	free(name);
	return rc;
}

static int connect_reader(struct catalogue *catalogue, struct error *err)
{
	int64_t version;
	int code;

	if (connect_file(catalogue, catalogue->path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW,
			 err))
		return -1;
	if (statement_number(catalogue, "PRAGMA schema_version", &version, err) == 0)
		return 0;
	code = sqlite3_errcode(catalogue->db) & 0xff;
	if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
		return -1;
	return connect_immutable(catalogue, err);
}

/* --- the journal --- */

static bool on_local_disk(const struct catalogue *catalogue)
{
	char *folder = path_folder(catalogue->path);
	int fd = folder ? open(*folder ? folder : "/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	bool local = fd >= 0 && locks_hold(fd);

	if (fd >= 0)
		(void)close(fd);
	free(folder);
	return local;
}

static int set_journal(struct catalogue *catalogue, const char *sql, const char *mode, bool *set,
		       struct error *err)
{
	sqlite3_stmt *statement;
	const char *now;
	int rc;

	if (sqlite3_prepare_v2(catalogue->db, sql, -1, &statement, NULL) != SQLITE_OK)
		return statement_failed(catalogue, err);
	rc = sqlite3_step(statement);
	now = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	*set = now && strcmp(now, mode) == 0;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		(void)statement_failed(catalogue, err);
	(void)sqlite3_finalize(statement);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

/*
 * A write-ahead log needs memory that all who use the file share. Where it may not be trusted, a
 * file that still has one from elsewhere is taken for this connection alone while it changes.
 */
static int begin_journal(struct catalogue *catalogue, struct error *err)
{
	bool local = on_local_disk(catalogue), set = false;

	if (local &&
	    set_journal(catalogue, "PRAGMA journal_mode = WAL", "wal", &catalogue->wal, err))
		return -1;
	if (catalogue->wal)
		return statement_once(catalogue, "PRAGMA synchronous = NORMAL", err);
	if (!local && statement_once(catalogue, "PRAGMA locking_mode = EXCLUSIVE", err))
		return -1;
	if (set_journal(catalogue, "PRAGMA journal_mode = TRUNCATE", "truncate", &set, err))
		return -1;
	catalogue_say(catalogue, NETWORK_NOTE);
	return statement_once(catalogue,
			      "PRAGMA locking_mode = NORMAL; PRAGMA synchronous = FULL;"
			      "SELECT count(*) FROM sqlite_master",
			      err);
}

/* --- open and close --- */

static int open_writer(struct catalogue *catalogue, struct error *err)
{
	int64_t pages, application;

	if (connect_file(catalogue, catalogue->path,
			 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, err) ||
	    statement_number(catalogue, "SELECT count(*) FROM sqlite_master", &pages, err) ||
	    statement_number(catalogue, "PRAGMA application_id", &application, err))
		return -1;
	if (pages || application) /* somebody's: looked at before anything is changed */
		return schema_check(catalogue, err) || begin_journal(catalogue, err) ? -1 : 0;
	return begin_journal(catalogue, err) || schema_make(catalogue, err) ? -1 : 0;
}

static int open_reader(struct catalogue *catalogue, struct error *err)
{
	return connect_reader(catalogue, err) || schema_check(catalogue, err) ||
			       statement_once(catalogue, "PRAGMA query_only = ON", err)
		       ? -1
		       : 0;
}

int catalogue_open(struct catalogue **out, const char *path, enum catalogue_access access,
		   struct error *err)
{
	struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

	*out = NULL;
	if (!catalogue)
		return error_memory(err, "the catalogue", sizeof(*catalogue));
	catalogue->writes = access == CATALOGUE_WRITE;
	if (resolve(catalogue, path, err) || check_file(catalogue, err) ||
	    (catalogue->writes ? open_writer(catalogue, err) : open_reader(catalogue, err))) {
		catalogue_abandon(catalogue);
		return -1;
	}
	*out = catalogue;
	return 0;
}

const char *catalogue_note(const struct catalogue *catalogue)
{
	return *catalogue->note ? catalogue->note : NULL;
}

static void catalogue_free(struct catalogue *catalogue)
{
	free(catalogue->source.text);
	free(catalogue->inputs.text);
	free(catalogue->maps.text);
	free(catalogue->path_room.text);
	free(catalogue->path);
	free(catalogue);
}

/* One file again. Where a reader holds it, it stays as it is, whole: the next one to close it does
 * this. */
static int settle(struct catalogue *catalogue, struct error *err)
{
	bool set;

	(void)sqlite3_busy_timeout(catalogue->db, WAIT_AT_CLOSE_MS);
	if (catalogue->reading && statement_commit(catalogue, err))
		return -1;
	if (geopackage_changed(catalogue, err) ||
	    statement_once(catalogue, "PRAGMA analysis_limit = 400; PRAGMA optimize", err) ||
	    (catalogue->wal && statement_once(catalogue, "PRAGMA wal_checkpoint(TRUNCATE)", err)))
		return -1;
	if (set_journal(catalogue, "PRAGMA journal_mode = DELETE", "delete", &set, err) == 0)
		return 0;
	return (sqlite3_errcode(catalogue->db) & 0xff) == SQLITE_BUSY ? 0 : -1;
}

int catalogue_close(struct catalogue *catalogue, struct error *err)
{
	int rc = 0;

	if (!catalogue)
		return 0;
	if (catalogue->writes)
		rc = settle(catalogue, err);
	disconnect(catalogue);
	catalogue_free(catalogue);
	return rc;
}

void catalogue_abandon(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	if (catalogue->db)
		(void)sqlite3_db_config(catalogue->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	disconnect(catalogue);
	catalogue_free(catalogue);
}
