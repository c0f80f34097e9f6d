/*
 * What is opened as a catalogue: files that are none, of others, of a later program, with SQL of
 * somebody else's in them, damaged, in use, on full disks and in folders that cannot be written.
 */
#include "store_fixture.h"

#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

#include "error.h"

/* In place of the C library's: as if the folder were on NFS. */
static bool on_network;

int fstatfs(int fd, struct statfs *fs)
{
	int rc = (int)syscall(SYS_fstatfs, fd, fs);

	if (rc == 0 && on_network)
		fs->f_type = NFS_SUPER_MAGIC;
	return rc;
}

/* It is not opened either way, with this status and these words. */
static void refused(struct store *s, int code, const char *words)
{
	for (int access = CATALOGUE_READ; access <= CATALOGUE_WRITE; access++) {
		struct catalogue *c = (struct catalogue *)1;

		if (catalogue_open(&c, s->path, (enum catalogue_access)access, &s->err) == 0)
			fail_msg("%s: opened", words);
		assert_null(c);
		if (s->err.code != code || !strstr(s->err.text, words))
			fail_msg("%s (%d): %s (%d)", words, code, s->err.text, s->err.code);
		assert_non_null(strstr(s->err.text, s->path)); /* the file, and a remedy */
		assert_non_null(strchr(s->err.text, ';'));
	}
}

static void put_file(const struct store *s, const void *bytes, size_t size)
{
	FILE *out = fopen(s->path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

static void no_file(void **state)
{
	struct store *s = *state;
	struct catalogue *c;
	char other[200];

	assert_int_equal(catalogue_open(&c, s->path, CATALOGUE_READ, &s->err), -1);
	assert_int_equal(s->err.code, EX_NOINPUT);
	assert_int_equal(store_empty(s), 0);
	snprintf(other, sizeof(other), "%s/none/c.gpkg", s->folder);
	assert_int_equal(catalogue_open(&c, other, CATALOGUE_READ, &s->err), -1);
	assert_int_equal(s->err.code, EX_NOINPUT);
	assert_int_equal(catalogue_open(&c, other, CATALOGUE_WRITE, &s->err), -1);
	assert_int_equal(s->err.code, EX_CANTCREAT);
	snprintf(other, sizeof(other), "%s/", s->folder);
	assert_int_equal(catalogue_open(&c, other, CATALOGUE_WRITE, &s->err), -1);
	assert_int_equal(s->err.code, EX_USAGE);
	assert_int_equal(catalogue_open(&c, "", CATALOGUE_WRITE, &s->err), -1);
	assert_int_equal(s->err.code, EX_USAGE);
}

static void other_kinds(void **state)
{
	static const char text[] = "this is no database, though it is long enough for the head of "
				   "one, which has a hundred bytes, as everybody knows.";
	struct store *s = *state;
	char target[200];

	assert_int_equal(mkdir(s->path, 0700), 0);
	refused(s, EX_CANTCREAT, "a folder");
	(void)store_empty(s);
	assert_int_equal(mkfifo(s->path, 0600), 0);
	refused(s, EX_CANTCREAT, "a pipe");
	(void)store_empty(s);
	snprintf(target, sizeof(target), "%s/target", s->folder);
	assert_int_equal(symlink(target, s->path), 0);
	refused(s, EX_CANTCREAT, "symbolic link");
	(void)store_empty(s);
	put_file(s, text, sizeof(text));
	refused(s, EX_DATAERR, "no SQLite database");
	assert_int_equal(store_empty(s), 1);
	put_file(s, "x", 1);
	refused(s, EX_DATAERR, "");
	assert_int_equal(store_empty(s), 1);
}

/* A file of no bytes is what a run leaves that dies at once. */
static void empty_file(void **state)
{
	struct store *s = *state;
	struct catalogue *c;

	put_file(s, "", 0);
	assert_int_equal(catalogue_open(&c, s->path, CATALOGUE_READ, &s->err), -1);
	assert_int_equal(s->err.code, EX_DATAERR);
	(void)store_fill(s);
	assert_string_equal(store_ask(s, "SELECT count(*) FROM scenes"), "2");
}

static void of_others(void **state)
{
	struct store *s = *state;

	store_sql(s, "CREATE TABLE scenes (x)");
	refused(s, EX_DATAERR, "of another program");
	(void)store_empty(s);
	store_sql(s, "PRAGMA application_id = 5; PRAGMA user_version = 3");
	refused(s, EX_DATAERR, "of another program");
	(void)store_empty(s);
	store_sql(s, "PRAGMA application_id = 1196444487; CREATE TABLE gpkg_contents (x)");
	refused(s, EX_DATAERR, "GeoPackage of another program");
	(void)store_empty(s);
	(void)store_fill(s);
	store_sql(s, "UPDATE imgpipe_schema SET version = 2");
	refused(s, EX_DATAERR, "later imgpipe");
	store_sql(s, "UPDATE imgpipe_schema SET version = -1");
	refused(s, EX_DATAERR, "has no version");
	store_sql(s, "DELETE FROM imgpipe_schema");
	refused(s, EX_DATAERR, "has no version");
}

/* Whatever is hung on our tables, or stands in their place. */
static void foreign_sql(void **state)
{
	static const char *const sql[] = {
		"CREATE TRIGGER t AFTER INSERT ON scenes BEGIN DELETE FROM records; END",
		"CREATE TRIGGER t AFTER UPDATE ON gpkg_contents BEGIN DELETE FROM records; END",
		"CREATE INDEX i ON scenes (hex(name))",
		"CREATE INDEX i ON scenes (name)",
		"ALTER TABLE scenes ADD COLUMN mine",
		"ALTER TABLE scenes RENAME COLUMN name TO title",
		"ALTER TABLE scenes RENAME TO schenes",
		"DROP TABLE outputs",
		"DROP TABLE outputs; CREATE VIEW outputs AS SELECT * FROM scenes",
		"DROP TABLE outputs; CREATE VIRTUAL TABLE outputs USING fts3(a)",
		"DROP INDEX records_source",
		"CREATE TABLE imgpipe_more (x)",
		"CREATE TRIGGER trigger_insert_feature_count_x AFTER INSERT ON scenes"
		" BEGIN DELETE FROM records; END; CREATE TRIGGER u AFTER INSERT ON runs BEGIN"
		" SELECT 1; END",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		(void)store_fill(s);
		store_sql(s, sql[i]);
		refused(s, EX_DATAERR, "");
		(void)store_empty(s);
	}
}

/* By its name that of GDAL, by its words not: a trigger does not run, and writers remove it. */
static void disguised_trigger(void **state)
{
	struct store *s = *state;
	struct catalogue *c;
	struct catalogue_scene row;
	int64_t set = store_fill(s);

	store_sql(s, "CREATE TRIGGER trigger_insert_feature_count_scenes AFTER INSERT ON scenes"
		     " BEGIN DELETE FROM records; END");
	c = store_open(s, CATALOGUE_READ);
	assert_null(catalogue_note(c));
	WORKS(catalogue_close(c, &s->err));
	(void)store_fill(s);
	c = store_open(s, CATALOGUE_READ);
	assert_int_equal(catalogue_find(c, set, "/data/one.tif", &row, &s->err), 1);
	WORKS(catalogue_close(c, &s->err));
	assert_string_equal(store_ask(s, "SELECT count(*) FROM sqlite_master WHERE type ="
					 " 'trigger'"),
			    "0");
	store_sql(s, "CREATE TRIGGER trigger_insert_feature_count_other AFTER INSERT ON scenes"
		     " BEGIN DELETE FROM records; END");
	assert_int_equal(catalogue_open(&c, s->path, CATALOGUE_WRITE, &s->err), -1);
	assert_int_equal(s->err.code, EX_DATAERR);
}

/* What QGIS and GDAL put beside our tables, by their own words. */
static void beside(void **state)
{
	struct store *s = *state;
	struct catalogue *c;

	(void)store_fill(s);
	store_sql(s,
		  "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT);"
		  "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('layer_styles',"
		  " 'attributes');"
		  "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT,"
		  " extension_name TEXT, definition TEXT, scope TEXT);"
		  "INSERT INTO gpkg_extensions VALUES ('scenes', 'geom', 'gpkg_rtree_index', 'x',"
		  " 'write-only');"
		  "CREATE TABLE gpkg_ogr_contents (table_name TEXT PRIMARY KEY,"
		  " feature_count INTEGER);"
		  "INSERT INTO gpkg_ogr_contents VALUES ('scenes', 2), ('mine', 3);"
		  "CREATE TRIGGER trigger_delete_feature_count_scenes AFTER DELETE ON scenes"
		  " BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count - 1; END;"
		  "CREATE TABLE mine (a); CREATE INDEX mine_a ON mine (a);"
		  "CREATE TRIGGER trigger_insert_feature_count_mine AFTER INSERT ON mine BEGIN"
		  " UPDATE gpkg_ogr_contents SET feature_count = feature_count + 1; END;"
		  "CREATE VIEW v AS SELECT name FROM scenes;"
		  "CREATE VIRTUAL TABLE rtree_scenes_geom USING rtree(id, minx, maxx, miny,"
		  " maxy);"
		  "CREATE TRIGGER rtree_scenes_geom_insert AFTER INSERT ON scenes BEGIN"
		  " INSERT INTO rtree_scenes_geom VALUES (NEW.fid, 0, 0, 0, 0); END");
	c = store_open(s, CATALOGUE_READ);
	WORKS(catalogue_check(c, &s->err));
	WORKS(catalogue_close(c, &s->err));
	assert_string_equal(store_ask(s, "SELECT count(*) FROM gpkg_ogr_contents"), "2");
	c = store_open(s, CATALOGUE_WRITE);
	assert_non_null(strstr(catalogue_note(c), "spatial index"));
	WORKS(catalogue_check(c, &s->err));
	WORKS(catalogue_close(c, &s->err));
	(void)store_fill(s);
	assert_string_equal(store_ask(s, "SELECT group_concat(name) FROM (SELECT name FROM"
					 " sqlite_master WHERE type = 'trigger' OR name LIKE"
					 " 'rtree%' OR name = 'v' OR name LIKE 'mine%' ORDER BY"
					 " name)"),
			    "mine,mine_a,trigger_insert_feature_count_mine,v");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM gpkg_extensions"), "0");
	assert_string_equal(store_ask(s, "SELECT group_concat(table_name) FROM gpkg_ogr_contents"),
			    "mine");
	c = store_open(s, CATALOGUE_WRITE);
	assert_null(catalogue_note(c));
	WORKS(catalogue_close(c, &s->err));
}

static char *slurp(const struct store *s, size_t *size)
{
	FILE *in = fopen(s->path, "r");
	char *bytes = malloc(1 << 20);

	assert_non_null(in);
	assert_non_null(bytes);
	*size = fread(bytes, 1, 1 << 20, in);
	fclose(in);
	return bytes;
}

static bool see(void *context, const struct catalogue_scene *scene)
{
	(void)context;
	return scene->id >= INT64_MIN;
}

/* All that is done with one; whatever comes, it ends, and errors have words. */
static bool used(struct store *s, int64_t set)
{
	const struct catalogue_filter all = {0};
	struct catalogue_row row = store_row(s, set, "/data/new.tif", &s->good_result);
	struct catalogue_scene found;
	struct catalogue *c;
	bool good = true;

	if (catalogue_open(&c, s->path, CATALOGUE_WRITE, &s->err))
		return false;
	if (catalogue_find(c, set, "/data/one.tif", &found, &s->err) != 1 ||
	    catalogue_recall(c, found.id, &recipe_ndvi, &s->scene, &s->again, &s->result, &s->err))
		good = false;
	scene_release(&s->scene);
	good = catalogue_each(c, &all, see, NULL, &s->err) == 0 && good;
	good = catalogue_put(c, &row, &s->err) == 0 && good;
	good = catalogue_check(c, &s->err) == 0 && good;
	return catalogue_close(c, &s->err) == 0 && good;
}

/* Cut, and with bytes changed all over it. */
static void damaged(void **state)
{
	struct store *s = *state;
	int64_t set = store_fill(s);
	unsigned random = 1, bad = 0;
	size_t size, n = 0;
	char *bytes = slurp(s, &size), *copy = malloc(size);

	assert_non_null(copy);
	assert_true(size > 50000);
	for (size_t length = 1; length < size; length += 4096 / 3, n++) {
		(void)store_empty(s);
		put_file(s, bytes, length);
		bad += !used(s, set);
	}
	for (int i = 0; i < 300; i++, n++) {
		memcpy(copy, bytes, size);
		for (int k = 0; k < 30; k++) {
			random = random * 1103515245 + 12345;
			copy[(random >> 4) % size] ^= (char)(1 << (random >> 28) % 8);
		}
		(void)store_empty(s);
		put_file(s, copy, size);
		bad += !used(s, set);
	}
	assert_true(bad > n * 9 / 10);
	free(bytes);
	free(copy);
}

/* A file that may not grow: as on a full disk, without the write-ahead log's help. */
static void full(void **state)
{
	struct store *s = *state;
	int64_t set = store_fill(s);
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	const struct rlimit tight = {100000, RLIM_INFINITY}, wide = {RLIM_INFINITY, RLIM_INFINITY};
	struct catalogue_scene found;
	struct catalogue_row row;
	unsigned done = 0;
	char source[32];

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	row = store_row(s, set, source, &s->good_result);
	do
		snprintf(source, sizeof(source), "/data/%u", done++);
	while (catalogue_put(c, &row, &s->err) == 0 && done < 1000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &wide), 0);
	assert_in_range(done, 2, 999);
	assert_int_equal(s->err.code, EX_IOERR);
	assert_int_equal(catalogue_find(c, set, source, &found, &s->err), 0);
	WORKS(catalogue_put(c, &row, &s->err)); /* there is room again */
	WORKS(catalogue_check(c, &s->err));
	WORKS(catalogue_close(c, &s->err));
	assert_int_equal(atoi(store_ask(s, "SELECT count(*) FROM scenes")), (int)done + 2);
}

/* Another program holds it. */
static void busy(void **state)
{
	struct store *s = *state;
	int64_t set = store_fill(s);
	struct catalogue *c = store_open(s, CATALOGUE_WRITE);
	struct catalogue_row row = store_row(s, set, "/data/new.tif", &s->good_result);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(catalogue_put(c, &row, &s->err), -1); /* after five seconds */
	assert_int_equal(s->err.code, EX_TEMPFAIL);
	assert_int_equal(
		sqlite3_exec(db, "ROLLBACK; BEGIN; SELECT * FROM scenes", NULL, NULL, NULL),
		SQLITE_OK);
	WORKS(catalogue_put(c, &row, &s->err));
	WORKS(catalogue_close(c, &s->err)); /* a reader does not stop it */
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	c = store_open(s, CATALOGUE_WRITE);
	WORKS(catalogue_close(c, &s->err));
	assert_string_equal(store_ask(s, "PRAGMA journal_mode"), "delete");
	assert_int_equal(store_empty(s), 1);
}

/* Whoever may not write the folder: in a process of its own. */
static int as_nobody(struct store *s, int (*work)(struct store *s))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(setgid(65534) || setuid(65534) ? 99 : work(s));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int reads(struct store *s)
{
	struct catalogue_scene row;
	struct catalogue *c;

	if (catalogue_open(&c, s->path, CATALOGUE_READ, &s->err))
		return s->err.code;
	if (catalogue_find(c, 1, "/data/one.tif", &row, &s->err) != 1)
		return 1;
	return catalogue_close(c, &s->err) ? 2 : 0;
}

static int writes(struct store *s)
{
	struct catalogue *c;

	return catalogue_open(&c, s->path, CATALOGUE_WRITE, &s->err) ? s->err.code : 0;
}

/* By the head of the file: 1 a rollback journal, 2 a write-ahead log. */
static int journal_version(const struct store *s)
{
	FILE *in = fopen(s->path, "r");
	int version;

	assert_non_null(in);
	assert_int_equal(fseek(in, 18, SEEK_SET), 0);
	version = fgetc(in);
	fclose(in);
	return version;
}

static void read_only(void **state)
{
	struct store *s = *state;
	struct catalogue_row row;
	struct catalogue *c;
	char other[200];

	if (geteuid() != 0)
		skip(); /* only root becomes another user */
	(void)store_fill(s);
	assert_int_equal(chmod(s->folder, 0755), 0);
	assert_int_equal(chmod(s->path, 0644), 0);
	assert_int_equal(as_nobody(s, reads), 0);
	assert_int_equal(as_nobody(s, writes), EX_CANTCREAT);
	/* Left with a write-ahead log that holds nothing: by a run that was killed at once. */
	c = store_open(s, CATALOGUE_WRITE);
	catalogue_abandon(c);
	assert_int_equal(journal_version(s), 2);
	assert_int_equal(as_nobody(s, reads), 0);
	assert_int_equal(journal_version(s), 2);
	/* With rows that are not in the file itself. */
	(void)store_fill(s);
	c = store_open(s, CATALOGUE_WRITE);
	row = store_row(s, 1, "/data/new.tif", &s->good_result);
	WORKS(catalogue_put(c, &row, &s->err));
	catalogue_abandon(c);
	snprintf(other, sizeof(other), "%s-shm", s->path);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(as_nobody(s, reads), EX_DATAERR);
	c = store_open(s, CATALOGUE_WRITE);
	WORKS(catalogue_close(c, &s->err));
	assert_int_equal(as_nobody(s, reads), 0);
	assert_string_equal(store_ask(s, "SELECT count(*) FROM scenes"), "3");
}

/* No memory that is shared by hosts: told, and kept with a rollback journal. */
static void network(void **state)
{
	struct store *s = *state;
	struct catalogue *c, *reader;
	struct catalogue_scene found;
	struct catalogue_row row;
	int64_t set = store_fill(s);

	c = store_open(s, CATALOGUE_WRITE);
	row = store_row(s, set, "/data/new.tif", &s->good_result);
	WORKS(catalogue_put(c, &row, &s->err));
	catalogue_abandon(c); /* on a local disk, with its log */
	assert_int_equal(journal_version(s), 2);
	on_network = true;
	c = store_open(s, CATALOGUE_WRITE);
	on_network = false;
	assert_int_equal(journal_version(s), 1);
	assert_non_null(strstr(catalogue_note(c), "rollback journal"));
	assert_int_equal(catalogue_find(c, set, "/data/new.tif", &found, &s->err), 1);
	row.source = "/data/more.tif";
	WORKS(catalogue_put(c, &row, &s->err));
	reader = store_open(s, CATALOGUE_READ);
	assert_int_equal(catalogue_find(reader, set, "/data/more.tif", &found, &s->err), 1);
	row.source = "/data/again.tif";
	WORKS(catalogue_put(c, &row, &s->err));
	assert_int_equal(catalogue_find(reader, set, "/data/again.tif", &found, &s->err), 1);
	WORKS(catalogue_close(reader, &s->err));
	WORKS(catalogue_close(c, &s->err));
	assert_int_equal(journal_version(s), 1);
	assert_int_equal(store_empty(s), 1);
}

/* Killed while it writes: what was said to be there is, and the rest is whole. */
static void killed(void **state)
{
	struct store *s = *state;
	int64_t set = store_fill(s);
	int said[2];

	for (int i = 0; i < 12; i++) {
		const struct timespec wait = {0, 3000000 + i * 2500000};
		struct catalogue_scene found;
		struct catalogue *c;
		unsigned n, last = 0;
		char source[64];
		int status;
		pid_t pid;

		assert_int_equal(pipe(said), 0);
		pid = fork();
		if (pid == 0) {
			struct catalogue_row row;

			on_network = i % 3 == 2;
			c = store_open(s, CATALOGUE_WRITE);
			for (n = 1;; n++) {
				snprintf(source, sizeof(source), "/data/%d-%u", i, n);
				row = store_row(s, set, source,
						n % 2 ? &s->good_result : &s->bad_result);
				if (catalogue_put(c, &row, &s->err) ||
				    write(said[1], &n, sizeof(n)) != sizeof(n))
					_exit(1);
			}
		}
		assert_int_equal(close(said[1]), 0);
		assert_int_equal(nanosleep(&wait, NULL), 0);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		while (read(said[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		assert_int_equal(close(said[0]), 0);
		c = store_open(s, CATALOGUE_WRITE);
		for (n = 1; n <= last; n++) {
			snprintf(source, sizeof(source), "/data/%d-%u", i, n);
			assert_int_equal(catalogue_find(c, set, source, &found, &s->err), 1);
		}
		WORKS(catalogue_check(c, &s->err));
		WORKS(catalogue_close(c, &s->err));
		assert_string_equal(store_ask(s, "PRAGMA journal_mode"), "delete");
	}
}

/* No room for the first tables. */
static void full_at_once(void **state)
{
	const struct rlimit tight = {8192, RLIM_INFINITY}, wide = {RLIM_INFINITY, RLIM_INFINITY};
	struct store *s = *state;
	struct catalogue *c;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_int_equal(catalogue_open(&c, s->path, CATALOGUE_WRITE, &s->err), -1);
	assert_int_equal(s->err.code, EX_IOERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &wide), 0);
	(void)store_fill(s);
	assert_string_equal(store_ask(s, "SELECT count(*) FROM scenes"), "2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(no_file),   TEST(other_kinds),  TEST(empty_file),
		TEST(of_others), TEST(foreign_sql),  TEST(disguised_trigger),
		TEST(beside),    TEST(damaged),      TEST(full),
		TEST(busy),      TEST(read_only),    TEST(network),
		TEST(killed),    TEST(full_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
