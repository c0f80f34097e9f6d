/*
 * Is a catalogue whole? SQLite's own checks, the rules of a GeoPackage, what rows say of each
 * other, and each record.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geopackage.h"
#include "rows.h"

/* --- SQLite --- */

static int check_pages(struct catalogue *catalogue, struct error *err)
{
	sqlite3_stmt *statement;
	const char *said;
	char what[200];
	int rc;

	if (sqlite3_prepare_v2(catalogue->db, "PRAGMA integrity_check(1)", -1, &statement, NULL) !=
	    SQLITE_OK)
		return statement_failed(catalogue, err);
	rc = sqlite3_step(statement);
	said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	if (said && strcmp(said, "ok") == 0) {
		rc = 0;
	} else if (said) {
		(void)snprintf(what, sizeof(what), "it is damaged (%.150s)", said);
		rc = catalogue_bad(catalogue, what, err);
	} else {
		rc = statement_failed(catalogue, err);
	}
	(void)sqlite3_finalize(statement);
	return rc;
}

/* --- rows --- */

/* Each must be 0. */
static const struct statement_rule rules[] = {
	{"SELECT count(*) FROM pragma_foreign_key_check", "a row belongs to one that is not there"},
	{"SELECT count(*) FROM records WHERE scene_id NOT IN (SELECT fid FROM scenes)",
	 "a record has no scene"},
	{"SELECT count(*) FROM scenes AS s LEFT JOIN records AS r ON r.scene_id = s.fid"
	 " WHERE r.scene_id IS NULL OR r.set_id <> s.set_id OR r.gone <> s.gone OR s.status <>"
	 " CASE r.status WHEN 0 THEN 'ok' WHEN 1 THEN 'failed' WHEN 2 THEN 'skipped' END",
	 "a scene and its record differ"},
	{"SELECT count(*) FROM statistics AS t JOIN scenes AS s ON s.fid = t.scene_id"
	 " WHERE s.status <> 'ok'",
	 "a scene that is not ok has statistics"},
	{"SELECT count(*) FROM scenes WHERE typeof(geom) NOT IN ('blob', 'null')",
	 "a geometry is none"},
};

static int check_rules(struct catalogue *catalogue, struct error *err)
{
	return statement_rules(catalogue, rules, sizeof(rules) / sizeof(rules[0]), err);
}

static int check_geometries(struct catalogue *catalogue, struct error *err)
{
	sqlite3_stmt *row = statement_begin(catalogue, SCENE_GEOMETRY, NULL, 0, err);
	double extent[4];
	int rc = row ? 0 : -1;

	while (row && (rc = statement_next(catalogue, row, err)) > 0)
		if (!geometry_extent(sqlite3_column_blob(row, 0),
				     (size_t)sqlite3_column_bytes(row, 0), extent)) {
			statement_end(row);
			return catalogue_bad(catalogue, "the geometry of a scene is none", err);
		}
	return rc;
}

/* --- records --- */

struct checking {
	struct catalogue *catalogue;
	const struct recipe *recipe;
	struct histogram *histogram;
	struct error *err;
	int rc;
};

static bool check_record(void *context, const struct catalogue_scene *found)
{
	struct checking *checking = context;
	struct scene_result result = {0};
	struct scene scene;

	checking->rc = catalogue_recall(checking->catalogue, found->id, checking->recipe, &scene,
					checking->histogram, &result, checking->err);
	scene_release(&scene);
	return checking->rc == 0;
}

static bool check_set(void *context, const struct catalogue_set *listed)
{
	const struct catalogue_filter filter = {.set = listed->id};
	struct checking *checking = context;
	struct catalogue_set set;

	checking->rc = catalogue_set_read(checking->catalogue, listed->id, &set, checking->err);
	if (checking->rc == 0) {
		checking->recipe = set.recipe;
		checking->histogram = calloc(set.recipe->n_values, sizeof(struct histogram));
		if (!checking->histogram)
			checking->rc =
				error_memory(checking->err, "histograms", sizeof(struct histogram));
		else if (catalogue_each(checking->catalogue, &filter, check_record, checking,
					checking->err))
			checking->rc = -1;
		free(checking->histogram);
	}
	catalogue_set_release(&set);
	return checking->rc == 0;
}

int catalogue_check(struct catalogue *catalogue, struct error *err)
{
	struct checking checking = {.catalogue = catalogue, .err = err};

	if (check_pages(catalogue, err) || geopackage_check(catalogue, err) ||
	    check_rules(catalogue, err) || check_geometries(catalogue, err) ||
	    catalogue_sets(catalogue, check_set, &checking, err))
		return -1;
	return checking.rc;
}
