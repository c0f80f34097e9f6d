/*
 * Catalogues joined, and what is found in one that is damaged or forged within its rows.
 */
#include "store_fixture.h"

#include "run_totals.h"

static void checked(struct store *s)
{
	struct catalogue *c = store_open(s, CATALOGUE_READ);

	WORKS(catalogue_check(c, &s->err));
	WORKS(catalogue_close(c, &s->err));
}

/* The check says so, and opening does not mind. */
static void found(struct store *s, const char *sql, const char *words)
{
	struct catalogue *c;

	(void)store_fill(s);
	checked(s);
	store_sql(s, sql);
	c = store_open(s, CATALOGUE_READ);
	if (catalogue_check(c, &s->err) == 0)
		fail_msg("%s: not noticed", sql);
	assert_int_equal(s->err.code, EX_DATAERR);
	if (!strstr(s->err.text, words))
		fail_msg("%s: %s", sql, s->err.text);
	WORKS(catalogue_close(c, &s->err));
	(void)store_empty(s);
}

static void faults_in_rows(void **state)
{
	struct store *s = *state;

	found(s, "DELETE FROM scenes", "belongs to one that is not there");
	found(s, "UPDATE scenes SET status = 'ok'", "differ");
	found(s, "UPDATE scenes SET gone = 1", "differ");
	found(s, "DELETE FROM records", "differ");
	found(s, "UPDATE records SET set_id = 5", "differ");
	found(s, "UPDATE records SET status = 0; UPDATE scenes SET status = 'ok'", "status");
	found(s, "UPDATE records SET record = zeroblob(100)", "");
	found(s, "UPDATE records SET record = substr(record, 1, length(record) - 1)", "");
	found(s,
	      "UPDATE records SET record = CAST(substr(record, 1, 40) || x'00' ||"
	      " substr(record, 42) AS BLOB) WHERE status = 0",
	      "");
	found(s, "UPDATE scenes SET geom = x'4750' WHERE geom IS NOT NULL", "geometry");
	found(s,
	      "UPDATE scenes SET geom = substr(geom, 1, length(geom) - 8) || x'0000000000000000'"
	      " WHERE geom IS NOT NULL",
	      "geometry");
	found(s, "UPDATE sets SET definition = '{}'", "recipe");
	found(s, "DELETE FROM gpkg_contents WHERE table_name = 'runs'", "gpkg_contents");
	found(s, "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('x', 'attributes')",
	      "not there");
	found(s, "UPDATE gpkg_contents SET last_change = 'today'", "time");
	found(s, "UPDATE gpkg_geometry_columns SET geometry_type_name = 'POINT'",
	      "gpkg_geometry_columns");
	found(s, "DELETE FROM gpkg_spatial_ref_sys WHERE srs_id = 0", "gpkg_spatial_ref_sys");
	found(s, "UPDATE records SET source = x'612F0062' WHERE status = 0", "text");
}

static void other_path(struct store *s, const char *name)
{
	snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, name);
}

static bool count_scene(void *context, const struct catalogue_scene *scene)
{
	unsigned *n = context;

	assert_non_null(scene->source);
	++*n;
	return true;
}

/* a: one of its own, and "one" of today; b: "one" of long ago, and one of its own. */
static void rows_join(void **state)
{
	struct store *s = *state;
	struct catalogue *a, *b;
	struct catalogue_row row;
	struct catalogue_output output = {
		.path = "/o/x.tif", .kind = "map", .index = "ndvi", .bytes = 5, .head = 6};
	struct catalogue_filter all = {0};
	struct run_totals totals = {.n_scenes = 2, .n_ok = 1};
	int64_t set, run;
	unsigned n = 0;

	other_path(s, "a");
	(void)store_fill(s);
	other_path(s, "b");
	b = store_open(s, CATALOGUE_WRITE);
	s->options.raw = true; /* so that numbers of sets differ */
	assert_int_equal(catalogue_set_of(b, &s->options, true, &set, &s->err), 1);
	s->options.raw = false;
	assert_int_equal(catalogue_set_of(b, &s->options, true, &set, &s->err), 1);
	WORKS(catalogue_run_begin(b, &s->options, set, &run, &s->err));
	row = store_row(s, set, "/data/one.tif", &s->bad_result);
	row.run = run;
	WORKS(catalogue_put(b, &row, &s->err));
	row = store_row(s, set, "/data/two.tif", &s->good_result);
	row.run = run;
	row.n_outputs = 1;
	row.output = &output;
	row.maps = "cog";
	WORKS(catalogue_put(b, &row, &s->err));
	WORKS(catalogue_run_end(b, run, &totals, 0, &s->err));
	WORKS(catalogue_close(b, &s->err));
	store_sql(s, "UPDATE scenes SET updated = '2020-01-01T00:00:00.000Z'");

	b = store_open(s, CATALOGUE_READ);
	other_path(s, "a");
	for (int twice = 0; twice < 2; twice++) {
		a = store_open(s, CATALOGUE_WRITE);
		WORKS(catalogue_join(a, b, &s->err));
		n = 0;
		WORKS(catalogue_each(a, &all, count_scene, &n, &s->err));
		assert_int_equal(n, 3);
		WORKS(catalogue_close(a, &s->err));
		checked(s);
	}
	WORKS(catalogue_close(b, &s->err));
	assert_string_equal(store_ask(s, "SELECT group_concat(name || ' ' || status || ' ' ||"
					 " ifnull(run_id, 0), ',') FROM"
					 " (SELECT * FROM scenes WHERE source LIKE '%/%e.tif' OR"
					 " source LIKE '%two.tif' ORDER BY source)"),
			    "b\\xE4d\\one failed 0,one ok 0,one ok 1");
	assert_string_equal(store_ask(s, "SELECT updated FROM scenes WHERE source = "
					 "'/data/two.tif'"),
			    "2020-01-01T00:00:00.000Z");
	assert_string_equal(store_ask(s, "SELECT count(*) || ' ' || sum(scenes) FROM runs"), "1 2");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM sets"), "2");
	assert_string_equal(store_ask(s, "SELECT path || ' ' || head FROM outputs"), "/o/x.tif 6");
	assert_string_equal(store_ask(s, "SELECT count(*) FROM statistics"), "2");

	/* A newer one wins: of b, which is joined by a. */
	other_path(s, "b");
	store_sql(s, "UPDATE scenes SET updated = '2020-01-02T00:00:00.000Z'"
		     " WHERE source LIKE '%one%'");
	b = store_open(s, CATALOGUE_WRITE);
	other_path(s, "a");
	a = store_open(s, CATALOGUE_READ);
	WORKS(catalogue_join(b, a, &s->err));
	WORKS(catalogue_close(b, &s->err));
	WORKS(catalogue_close(a, &s->err));
	other_path(s, "b");
	checked(s);
	assert_string_equal(store_ask(s, "SELECT status FROM scenes WHERE source = "
					 "'/data/one.tif'"),
			    "ok");
}

/* One bad row: nothing of it is taken. */
static void all_or_nothing(void **state)
{
	static const char *const sql[] = {
		"UPDATE records SET record = zeroblob(50) WHERE status = 0",
		"UPDATE scenes SET updated = '2020' WHERE status = 'ok'",
		"UPDATE sets SET definition = '{\"a\":1}'",
		"INSERT INTO runs (set_id, started) VALUES (1, 'x')",
		"INSERT INTO runs (set_id, started) VALUES (77, '2020-01-01T00:00:00.000Z')",
		"UPDATE records SET status = 7",
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		struct catalogue *a, *b;

		other_path(s, "b");
		(void)store_fill(s);
		store_sql(s, sql[i]);
		b = store_open(s, CATALOGUE_READ);
		other_path(s, "a");
		a = store_open(s, CATALOGUE_WRITE);
		if (catalogue_join(a, b, &s->err) != -1)
			fail_msg("%s: joined", sql[i]);
		assert_int_equal(s->err.code, EX_DATAERR);
		WORKS(catalogue_close(a, &s->err));
		WORKS(catalogue_close(b, &s->err));
		assert_string_equal(store_ask(s, "SELECT (SELECT count(*) FROM scenes) +"
						 " (SELECT count(*) FROM sets) +"
						 " (SELECT count(*) FROM runs)"),
				    "0");
		checked(s);
		(void)store_empty(s);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(faults_in_rows),
		TEST(rows_join),
		TEST(all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
