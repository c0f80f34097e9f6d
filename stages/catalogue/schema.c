/*
 * What tables there are. A new version is one more list of SQL in `steps`; lists that were once
 * released are never changed.
 *
 * SQL in a database is code: triggers and views run when their tables are used. So a catalogue is
 * taken only where each object that has to do with our tables is, letter by letter, what we make.
 * Tables, views and indexes beside them are left alone, whatever they are, as nothing here reads
 * or writes them: layer_styles and gpkg_* tables of QGIS and GDAL. Of what these hang on our tables
 * the spatial index and the counters of features are known; who writes would have to keep them
 * up to date by functions that SQLite does not have, so they are dropped when a run opens it.
 */
#include "schema.h"

#include <string.h>

#define DROPPED_NOTE                                                                             \
	"a spatial index or counters of features that another program had made in it are gone, " \
	"as imgpipe does not keep them; make them again there if you need them"

static const char *const step_1[] = {
	"CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL,"
	" srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,"
	" organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)",
	"CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY,"
	" data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',"
	" last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),"
	" min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,"
	" CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id)"
	" REFERENCES gpkg_spatial_ref_sys(srs_id))",
	"CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,"
	" geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,"
	" m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),"
	" CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY"
	" (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY"
	" (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))",
	"CREATE TABLE imgpipe_schema (version INTEGER NOT NULL)",
	"CREATE TABLE sets (id INTEGER PRIMARY KEY, results_version INTEGER NOT NULL,"
	" options TEXT NOT NULL, definition TEXT NOT NULL UNIQUE)",
	"CREATE TABLE runs (id INTEGER PRIMARY KEY, set_id INTEGER NOT NULL REFERENCES sets (id),"
	" started DATETIME NOT NULL, ended DATETIME, exit_status INTEGER, command TEXT,"
	" program TEXT, host TEXT, pid INTEGER, scenes INTEGER, ok INTEGER, failed INTEGER,"
	" skipped INTEGER, cancelled INTEGER, wall_seconds DOUBLE, cpu_seconds DOUBLE)",
	"CREATE INDEX runs_started ON runs (started)",
	"CREATE TABLE scenes (fid INTEGER PRIMARY KEY, geom MULTIPOLYGON,"
	" set_id INTEGER NOT NULL REFERENCES sets (id), run_id INTEGER REFERENCES runs (id),"
	" name TEXT NOT NULL, sensor TEXT, acquired TEXT, date DATE, status TEXT NOT NULL,"
	" error TEXT, error_code TEXT, gone BOOLEAN NOT NULL, crs TEXT, x_size INTEGER,"
	" y_size INTEGER, source TEXT NOT NULL, updated DATETIME NOT NULL)",
	"CREATE INDEX scenes_set ON scenes (set_id, gone)",
	"CREATE TABLE records (scene_id INTEGER PRIMARY KEY"
	" REFERENCES scenes (fid) ON DELETE CASCADE, set_id INTEGER NOT NULL,"
	" source BLOB NOT NULL, status INTEGER NOT NULL, gone BOOLEAN NOT NULL,"
	" inputs BLOB NOT NULL, maps BLOB, record BLOB NOT NULL)",
	"CREATE UNIQUE INDEX records_source ON records (source, set_id)",
	"CREATE TABLE statistics (id INTEGER PRIMARY KEY,"
	" scene_id INTEGER NOT NULL REFERENCES scenes (fid) ON DELETE CASCADE,"
	" index_name TEXT NOT NULL, missing TEXT, pixels INTEGER, valid INTEGER, nodata INTEGER,"
	" masked INTEGER, zero_denominator INTEGER, nonfinite INTEGER, outside_range INTEGER,"
	" min DOUBLE, max DOUBLE, mean DOUBLE, std DOUBLE, median DOUBLE, p2 DOUBLE, p5 DOUBLE,"
	" p25 DOUBLE, p75 DOUBLE, p95 DOUBLE, p98 DOUBLE, valid_percent DOUBLE, area_ha DOUBLE,"
	" area_m2 DOUBLE, masked_cloud INTEGER, masked_shadow INTEGER, masked_cirrus INTEGER,"
	" masked_snow INTEGER, masked_saturated INTEGER, masked_other INTEGER,"
	" masked_alpha INTEGER, masked_dataset INTEGER, masked_range INTEGER)",
	"CREATE UNIQUE INDEX statistics_scene ON statistics (scene_id, index_name)",
	"CREATE TABLE outputs (id INTEGER PRIMARY KEY,"
	" scene_id INTEGER NOT NULL REFERENCES scenes (fid) ON DELETE CASCADE,"
	" path TEXT NOT NULL, kind TEXT NOT NULL, index_name TEXT, bytes INTEGER NOT NULL,"
	" head INTEGER NOT NULL, clamped INTEGER NOT NULL)",
	"CREATE INDEX outputs_scene ON outputs (scene_id)",
	"INSERT INTO gpkg_spatial_ref_sys VALUES"
	" ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\","
	"SPHEROID[\"WGS 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],"
	"AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],"
	"UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],"
	"AUTHORITY[\"EPSG\",\"4326\"]]',"
	" 'longitude and latitude in degrees on the WGS 84 ellipsoid'),"
	" ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined',"
	" 'undefined Cartesian coordinate reference system'),"
	" ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined',"
	" 'undefined geographic coordinate reference system')",
	"INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES"
	" ('scenes', 'features', 'scenes', 'a row for each scene and set of options', 4326),"
	" ('statistics', 'attributes', 'statistics', 'a row for each scene and index', NULL),"
	" ('outputs', 'attributes', 'outputs', 'files that were made of scenes', NULL),"
	" ('runs', 'attributes', 'runs', 'runs of imgpipe that wrote here', NULL),"
	" ('sets', 'attributes', 'sets', 'options that change numbers', NULL)",
	"INSERT INTO gpkg_geometry_columns VALUES ('scenes', 'geom', 'MULTIPOLYGON', 4326, 0, 0)",
	NULL,
};

static const char *const *const steps[SCHEMA_VERSION] = {step_1};

/* --- making --- */

static int take_steps(sqlite3 *db, unsigned from, unsigned to)
{
	for (unsigned step = from; step < to; step++)
		for (const char *const *sql = steps[step]; *sql; sql++)
			if (sqlite3_exec(db, *sql, NULL, NULL, NULL) != SQLITE_OK)
				return -1;
	return 0;
}

static int set_version(struct catalogue *catalogue, struct error *err)
{
	_Static_assert(SCHEMA_VERSION == 1, "the number is below");
	return statement_once(catalogue,
			      "DELETE FROM imgpipe_schema; INSERT INTO imgpipe_schema VALUES (1)",
			      err);
}

static int make(struct catalogue *catalogue, unsigned from, struct error *err)
{
	if (statement_transaction(catalogue, err))
		return -1;
	if (take_steps(catalogue->db, from, SCHEMA_VERSION))
		(void)statement_failed(catalogue, err);
	else if (set_version(catalogue, err) == 0 &&
		 statement_once(catalogue, "PRAGMA application_id = 1196444487", err) == 0 &&
		 statement_once(catalogue, "PRAGMA user_version = 10300", err) == 0)
		return statement_commit(catalogue, err);
	statement_rollback(catalogue);
	return -1;
}

int schema_make(struct catalogue *catalogue, struct error *err)
{
	_Static_assert(GPKG_APPLICATION == 1196444487 && GPKG_VERSION == 10300, "as above");
	return make(catalogue, 0, err);
}

/* --- comparing --- */

#define OBJECTS "SELECT type, name, tbl_name, sql FROM sqlite_master"

enum { TYPE, NAME, TABLE, SQL };

/* The tables as they should be, in a database of their own. */
struct model {
	sqlite3 *db;
	sqlite3_stmt *find, *owns;
	int64_t objects;
};

static int model_failed(struct error *err)
{
	return error_memory(err, "the schema of a catalogue", 1 << 20);
}

static int model_open(struct model *model, unsigned version, struct error *err)
{
	sqlite3_stmt *count = NULL;

	*model = (struct model){0};
	if (sqlite3_open_v2(":memory:", &model->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK ||
	    take_steps(model->db, 0, version) ||
	    sqlite3_prepare_v2(model->db, "SELECT count(*) FROM sqlite_master", -1, &count, NULL) ||
	    sqlite3_step(count) != SQLITE_ROW ||
	    sqlite3_prepare_v2(model->db,
			       OBJECTS " WHERE type = ?1 AND name = ?2 AND tbl_name = ?3"
				       " AND sql IS ?4",
			       -1, &model->find, NULL) ||
	    sqlite3_prepare_v2(model->db,
			       "SELECT 1 FROM sqlite_master WHERE name = ?1 COLLATE NOCASE"
			       " OR (type = 'table' AND name = ?2 COLLATE NOCASE)",
			       -1, &model->owns, NULL)) {
		(void)sqlite3_finalize(count);
		return model_failed(err);
	}
	model->objects = sqlite3_column_int64(count, 0);
	(void)sqlite3_finalize(count);
	return 0;
}

static void model_close(struct model *model)
{
	(void)sqlite3_finalize(model->find);
	(void)sqlite3_finalize(model->owns);
	(void)sqlite3_close(model->db);
}

/* Has the model this row? `columns` of them are bound, from `first` on. */
static bool model_has(sqlite3_stmt *ask, sqlite3_stmt *row, int first, int columns)
{
	bool has;

	for (int i = 0; i < columns; i++)
		if (sqlite3_bind_value(ask, i + 1, sqlite3_column_value(row, first + i)))
			return false;
	has = sqlite3_step(ask) == SQLITE_ROW;
	(void)sqlite3_reset(ask);
	return has;
}

/* What QGIS and GDAL hang on tables of features, by their names. */
static bool is_known_trigger(const char *name)
{
	static const char *const known[] = {"rtree_scenes_geom_", "trigger_insert_feature_count_",
					    "trigger_delete_feature_count_"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(name, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

enum object { OBJECT_OURS, OBJECT_BESIDE, OBJECT_KNOWN, OBJECT_STRANGE };

static enum object judge(const struct model *model, sqlite3_stmt *row)
{
	const char *type = (const char *)sqlite3_column_text(row, TYPE);
	const char *name = (const char *)sqlite3_column_text(row, NAME);

	if (!type || !name)
		return OBJECT_STRANGE;
	if (model_has(model->find, row, TYPE, 4))
		return OBJECT_OURS;
	if (!model_has(model->owns, row, NAME, 2) && sqlite3_strnicmp(name, "imgpipe_", 8) != 0)
		return OBJECT_BESIDE;
	return strcmp(type, "trigger") == 0 && is_known_trigger(name) ? OBJECT_KNOWN
								      : OBJECT_STRANGE;
}

static int strange(const struct catalogue *catalogue, sqlite3_stmt *row, struct error *err)
{
	const char *type = (const char *)sqlite3_column_text(row, TYPE);
	const char *name = (const char *)sqlite3_column_text(row, NAME);

	return error_set(err, EX_DATAERR,
			 "catalogue %s: its %s %.60s is not as imgpipe makes it; undo what another "
			 "program has changed there (your own columns belong in tables of your "
			 "own), or name another file",
			 catalogue->path, type ? type : "object", name ? name : "without a name");
}

/* *known: objects of QGIS or GDAL hang on our tables. */
static int compare_rows(struct catalogue *catalogue, const struct model *model, sqlite3_stmt *rows,
			bool *known, struct error *err)
{
	int64_t ours = 0;
	int rc;

	while ((rc = statement_next(catalogue, rows, err)) > 0)
		switch (judge(model, rows)) {
		case OBJECT_OURS:
			ours++;
			break;
		case OBJECT_BESIDE:
			break;
		case OBJECT_KNOWN:
			*known = true;
			break;
		case OBJECT_STRANGE:
			return strange(catalogue, rows, err);
		}
	if (rc == 0 && ours != model->objects)
		return catalogue_bad(catalogue, "it lacks tables of a catalogue", err);
	return rc;
}

static int compare(struct catalogue *catalogue, unsigned version, bool *known, struct error *err)
{
	sqlite3_stmt *rows = NULL;
	struct model model;
	int rc = model_open(&model, version, err);

	*known = false;
	if (rc == 0 && sqlite3_prepare_v2(catalogue->db, OBJECTS, -1, &rows, NULL) != SQLITE_OK)
		rc = statement_failed(catalogue, err);
	if (rc == 0)
		rc = compare_rows(catalogue, &model, rows, known, err);
	(void)sqlite3_finalize(rows);
	model_close(&model);
	return rc;
}

/* --- what others hang on our tables --- */

#define DROP_COUNTER(table)                                              \
	"DROP TRIGGER IF EXISTS trigger_insert_feature_count_" table ";" \
	"DROP TRIGGER IF EXISTS trigger_delete_feature_count_" table ";"

#define DROP_INDEX(event) "DROP TRIGGER IF EXISTS rtree_scenes_geom_" event ";"

static const char drops[] = DROP_INDEX("insert") DROP_INDEX("update1") DROP_INDEX("update2")
	DROP_INDEX("update3") DROP_INDEX("update4") DROP_INDEX("update5") DROP_INDEX("update6")
		DROP_INDEX("update7") DROP_INDEX("delete") DROP_COUNTER("scenes")
			DROP_COUNTER("statistics") DROP_COUNTER("outputs") DROP_COUNTER("runs")
				DROP_COUNTER("sets");

/* The tables that tell of them, each where it is one. */
static const struct {
	const char *there, *sql;
} leftovers[] = {
	{"SELECT count(*) FROM sqlite_master WHERE name = 'rtree_scenes_geom' AND type = 'table'"
	 " AND sql LIKE 'CREATE VIRTUAL TABLE %rtree_scenes_geom% USING rtree(%'",
	 "DROP TABLE rtree_scenes_geom"},
	{"SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_extensions' AND type = 'table'",
	 "DELETE FROM gpkg_extensions WHERE table_name = 'scenes'"
	 " AND extension_name = 'gpkg_rtree_index'"},
	{"SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_ogr_contents' AND type = 'table'",
	 "DELETE FROM gpkg_ogr_contents WHERE table_name IN"
	 " ('scenes', 'statistics', 'outputs', 'runs', 'sets')"},
};

static int drop_leftovers(struct catalogue *catalogue, struct error *err)
{
	int64_t there;

	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
		if (statement_number(catalogue, leftovers[i].there, &there, err) ||
		    (there && statement_once(catalogue, leftovers[i].sql, err)))
			return -1;
	return 0;
}

static int drop_known(struct catalogue *catalogue, unsigned version, struct error *err)
{
	bool known;

	if (statement_transaction(catalogue, err))
		return -1;
	if (statement_once(catalogue, drops, err) || drop_leftovers(catalogue, err) ||
	    compare(catalogue, version, &known, err)) {
		statement_rollback(catalogue);
		return -1;
	}
	if (known) {
		statement_rollback(catalogue);
		return catalogue_bad(catalogue, "triggers of another program are on its tables",
				     err);
	}
	catalogue_say(catalogue, DROPPED_NOTE);
	return statement_commit(catalogue, err);
}

/* --- whose it is --- */

static int other(const struct catalogue *catalogue, const char *what, struct error *err)
{
	return error_set(err, EX_DATAERR,
			 "catalogue %s: %s, no catalogue of imgpipe; name another file",
			 catalogue->path, what);
}

/* A database of another application, or a GeoPackage that is not ours. */
static int check_application(struct catalogue *catalogue, struct error *err)
{
	int64_t application, objects, ours;

	if (statement_number(catalogue, "PRAGMA application_id", &application, err) ||
	    statement_number(catalogue, "SELECT count(*) FROM sqlite_master", &objects, err) ||
	    statement_number(catalogue,
			     "SELECT count(*) FROM sqlite_master WHERE name = 'imgpipe_schema'"
			     " AND sql = 'CREATE TABLE imgpipe_schema (version INTEGER NOT NULL)'",
			     &ours, err))
		return -1;
	if (application != GPKG_APPLICATION)
		return other(catalogue, "it is a database of another program", err);
	if (!ours)
		return other(catalogue, "it is a GeoPackage of another program", err);
	return 0;
}

static int check_version(struct catalogue *catalogue, int64_t *version, struct error *err)
{
	int64_t rows;

	if (statement_number(catalogue, "SELECT count(*) FROM imgpipe_schema", &rows, err) ||
	    statement_number(catalogue, "SELECT version FROM imgpipe_schema", version, err))
		return -1;
	if (rows != 1 || *version < 1)
		return catalogue_bad(catalogue, "its schema has no version", err);
	if (*version > SCHEMA_VERSION)
		return error_set(err, EX_DATAERR,
				 "catalogue %s: has schema %lld of a later imgpipe, this one (%s) "
				 "knows up to %d; use the later program, or name another file",
				 catalogue->path, (long long)*version, IMGPIPE_VERSION,
				 SCHEMA_VERSION);
	return 0;
}

int schema_check(struct catalogue *catalogue, struct error *err)
{
	int64_t version;
	bool known;

	if (check_application(catalogue, err) || check_version(catalogue, &version, err) ||
	    compare(catalogue, (unsigned)version, &known, err))
		return -1;
	if (known && catalogue->writes && drop_known(catalogue, (unsigned)version, err))
		return -1;
	if (version == SCHEMA_VERSION)
		return 0;
	if (!catalogue->writes)
		return error_set(err, EX_DATAERR,
				 "catalogue %s: has the older schema %lld; a run with --catalog "
				 "brings it to the present one, %d",
				 catalogue->path, (long long)version, SCHEMA_VERSION);
	return make(catalogue, (unsigned)version, err);
}
