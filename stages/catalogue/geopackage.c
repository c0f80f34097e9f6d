/*
 * GeoPackage: geometry blobs and the table of contents.
 */
#include "geopackage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- geometry --- */

enum { WKB_POLYGON = 3, WKB_MULTIPOLYGON = 6, WKB_LITTLE = 1, WGS84 = 4326 };

static unsigned char *put_u32(unsigned char *at, uint32_t n)
{
	for (unsigned i = 0; i < 4; i++)
		*at++ = (unsigned char)(n >> 8 * i);
	return at;
}

static unsigned char *put_double(unsigned char *at, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	for (unsigned i = 0; i < 8; i++)
		*at++ = (unsigned char)(bits >> 8 * i);
	return at;
}

static unsigned char *put_head(unsigned char *at, uint32_t type, uint32_t n)
{
	*at++ = WKB_LITTLE;
	at = put_u32(at, type);
	return put_u32(at, n);
}

static void extent_of(const struct footprint *footprint, double extent[4])
{
	extent[0] = extent[1] = INFINITY;
	extent[2] = extent[3] = -INFINITY;
	for (unsigned p = 0; p < footprint->n_parts; p++)
		for (unsigned i = 0; i < footprint->part[p].n; i++) {
			const struct footprint_point *at = &footprint->part[p].point[i];

			extent[0] = fmin(extent[0], at->x);
			extent[1] = fmin(extent[1], at->y);
			extent[2] = fmax(extent[2], at->x);
			extent[3] = fmax(extent[3], at->y);
		}
}

/* "GP", version 0, flags: little-endian, envelope of x and y; its order is x, x, y, y. */
static unsigned char *put_gpkg_head(unsigned char *at, const double extent[4])
{
	*at++ = 'G';
	*at++ = 'P';
	*at++ = 0;
	*at++ = 1 | 1 << 1;
	at = put_u32(at, WGS84);
	at = put_double(at, extent[0]);
	at = put_double(at, extent[2]);
	at = put_double(at, extent[1]);
	return put_double(at, extent[3]);
}

size_t geometry_pack(unsigned char blob[GPKG_GEOMETRY_MOST], const struct footprint *footprint)
{
	unsigned char *at;
	double extent[4];

	if (!footprint->n_parts)
		return 0;
	extent_of(footprint, extent);
	at = put_gpkg_head(blob, extent);
	at = put_head(at, WKB_MULTIPOLYGON, footprint->n_parts);
	for (unsigned p = 0; p < footprint->n_parts; p++) {
		at = put_head(at, WKB_POLYGON, 1);
		at = put_u32(at, footprint->part[p].n);
		for (unsigned i = 0; i < footprint->part[p].n; i++) {
			at = put_double(at, footprint->part[p].point[i].x);
			at = put_double(at, footprint->part[p].point[i].y);
		}
	}
	return (size_t)(at - blob);
}

/* What is left of a blob. */
struct bytes {
	const unsigned char *at;
	size_t left;
};

static bool get_u32(struct bytes *from, uint32_t *n)
{
	if (from->left < 4)
		return false;
	*n = 0;
	for (unsigned i = 0; i < 4; i++)
		*n |= (uint32_t)from->at[i] << 8 * i;
	from->at += 4;
	from->left -= 4;
	return true;
}

static bool get_double(struct bytes *from, double *value)
{
	uint64_t bits = 0;

	if (from->left < 8)
		return false;
	for (unsigned i = 0; i < 8; i++)
		bits |= (uint64_t)from->at[i] << 8 * i;
	memcpy(value, &bits, sizeof(bits));
	from->at += 8;
	from->left -= 8;
	return isfinite(*value);
}

static bool get_head(struct bytes *from, uint32_t type, uint32_t most, uint32_t *n)
{
	uint32_t found;

	if (!from->left || *from->at != WKB_LITTLE)
		return false;
	from->at++;
	from->left--;
	return get_u32(from, &found) && found == type && get_u32(from, n) && *n >= 1 && *n <= most;
}

static bool get_ring(struct bytes *from, struct footprint *footprint, unsigned p)
{
	uint32_t rings, n;

	if (!get_head(from, WKB_POLYGON, 1, &rings) || !get_u32(from, &n) || n < 4 ||
	    n > FOOTPRINT_RING)
		return false;
	footprint->part[p].n = n;
	for (uint32_t i = 0; i < n; i++)
		if (!get_double(from, &footprint->part[p].point[i].x) ||
		    !get_double(from, &footprint->part[p].point[i].y))
			return false;
	return true;
}

bool geometry_extent(const void *blob, size_t bytes, double extent[4])
{
	struct bytes from = {blob, bytes};
	struct footprint footprint;
	unsigned char head[GPKG_HEAD];
	uint32_t n;

	if (!blob || bytes < GPKG_HEAD)
		return false;
	from.at += GPKG_HEAD;
	from.left -= GPKG_HEAD;
	if (!get_head(&from, WKB_MULTIPOLYGON, FOOTPRINT_PARTS, &n))
		return false;
	footprint.n_parts = n;
	for (unsigned p = 0; p < n; p++)
		if (!get_ring(&from, &footprint, p))
			return false;
	extent_of(&footprint, extent);
	(void)put_gpkg_head(head, extent);
	return from.left == 0 && memcmp(head, blob, sizeof(head)) == 0 && extent[0] >= -180 &&
	       extent[2] <= 180 && extent[1] >= -90 && extent[3] <= 90;
}

/* --- contents --- */

const char *geopackage_time(char text[GPKG_TIME_BYTES])
{
	struct timespec now;
	struct tm utc;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (!gmtime_r(&now.tv_sec, &utc))
		memset(&utc, 0, sizeof(utc));
	(void)snprintf(text, GPKG_TIME_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
		       (utc.tm_year + 1900) % 10000, (utc.tm_mon + 1) % 100, utc.tm_mday % 100,
		       utc.tm_hour % 100, utc.tm_min % 100, utc.tm_sec % 100,
		       (int)(now.tv_nsec / 1000000) % 1000);
	return text;
}

static int read_extent(struct catalogue *catalogue, struct error *err)
{
	sqlite3_stmt *row;
	int rc;

	if (catalogue->extent_known)
		return 0;
	row = statement_begin(catalogue, EXTENT_READ, NULL, 0, err);
	rc = row ? statement_next(catalogue, row, err) : -1;
	for (int i = 0; i < 4; i++)
		catalogue->extent[i] = rc > 0 && sqlite3_column_type(row, i) == SQLITE_FLOAT
					       ? sqlite3_column_double(row, i)
					       : NAN;
	if (rc > 0)
		statement_end(row);
	catalogue->extent_known = rc >= 0;
	return rc < 0 ? -1 : 0;
}

int geopackage_extend(struct catalogue *catalogue, const double extent[4], struct error *err)
{
	struct bound value[4];
	double now[4];

	if (read_extent(catalogue, err))
		return -1;
	for (int i = 0; i < 4; i++) /* fmin() and fmax() leave NaN out */
		now[i] = i < 2 ? fmin(catalogue->extent[i], extent[i])
			       : fmax(catalogue->extent[i], extent[i]);
	if (memcmp(now, catalogue->extent, sizeof(now)) == 0)
		return 0;
	for (int i = 0; i < 4; i++)
		value[i] = bound_real(now[i]);
	if (statement_run(catalogue, EXTENT_GROW, value, N_BOUND(value), err))
		return -1;
	memcpy(catalogue->extent, now, sizeof(now));
	return 0;
}

int geopackage_changed(struct catalogue *catalogue, struct error *err)
{
	char now[GPKG_TIME_BYTES];
	const struct bound value[] = {bound_text(geopackage_time(now))};

	if (!catalogue->changed)
		return 0;
	if (statement_change(catalogue, CONTENTS_CHANGED, value, N_BOUND(value), err))
		return -1;
	catalogue->changed = false;
	return 0;
}

/* --- rules --- */

/* Each must be 0. */
static const struct statement_rule rules[] = {
	{"SELECT 3 - count(*) FROM gpkg_spatial_ref_sys WHERE (srs_id = 4326 AND organization ="
	 " 'EPSG' COLLATE NOCASE AND organization_coordsys_id = 4326) OR (srs_id IN (-1, 0) AND"
	 " organization = 'NONE' COLLATE NOCASE AND organization_coordsys_id = srs_id AND"
	 " definition = 'undefined')",
	 "gpkg_spatial_ref_sys lacks a row that every GeoPackage has"},
	{"SELECT 5 - count(*) FROM gpkg_contents WHERE (table_name = 'scenes' AND data_type ="
	 " 'features' AND srs_id = 4326) OR (table_name IN ('statistics', 'outputs', 'runs',"
	 " 'sets') AND data_type = 'attributes')",
	 "gpkg_contents lacks one of its tables"},
	{"SELECT count(*) FROM gpkg_contents WHERE table_name NOT IN"
	 " (SELECT name FROM sqlite_master WHERE type IN ('table', 'view'))",
	 "gpkg_contents names a table that is not there"},
	{"SELECT count(*) FROM gpkg_contents WHERE last_change NOT GLOB '[0-9][0-9][0-9][0-9]-"
	 "[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z'",
	 "gpkg_contents has a time that is none"},
	{"SELECT 1 - count(*) FROM gpkg_geometry_columns WHERE table_name = 'scenes' AND"
	 " column_name = 'geom' AND geometry_type_name = 'MULTIPOLYGON' AND srs_id = 4326 AND"
	 " z = 0 AND m = 0",
	 "gpkg_geometry_columns lacks the scenes"},
};

int geopackage_check(struct catalogue *catalogue, struct error *err)
{
	return statement_rules(catalogue, rules, sizeof(rules) / sizeof(rules[0]), err);
}
