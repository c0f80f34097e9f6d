/*
 * What makes the database a GeoPackage (OGC 12-128r17, 1.3): geometry blobs, and the table of
 * contents. Not for other rooms.
 */
#ifndef IMGPIPE_CATALOGUE_GEOPACKAGE_H
#define IMGPIPE_CATALOGUE_GEOPACKAGE_H

#include "footprint.h"
#include "statement.h"

enum {
	GPKG_HEAD = 8 + 4 * 8, /* with an envelope of x and y */
	GPKG_GEOMETRY_MOST = GPKG_HEAD + 9 + FOOTPRINT_PARTS * (13 + FOOTPRINT_RING * 16),
	GPKG_TIME_BYTES = 40
};

/* A multipolygon in EPSG:4326; 0 where the footprint has no parts. Returns its bytes. Pure. */
size_t geometry_pack(unsigned char blob[GPKG_GEOMETRY_MOST], const struct footprint *footprint);

/*
 * min x, min y, max x, max y of such a blob. False where the bytes are none as geometry_pack()
 * writes them. Pure.
 */
bool geometry_extent(const void *blob, size_t bytes, double extent[4]);

/* The present time as GeoPackage has it: "2026-07-01T02:00:00.123Z". Returns text. */
const char *geopackage_time(char text[GPKG_TIME_BYTES]);

/* A scene with this geometry is there: the extent of all grows where it must. Within a transaction.
 */
int geopackage_extend(struct catalogue *catalogue, const double extent[4],
		      struct error *err) MUST_CHECK;
/* What has changed has changed now. A transaction of its own, where there is anything to say. */
int geopackage_changed(struct catalogue *catalogue, struct error *err) MUST_CHECK;
/* The rules for tables that describe others. -1 with EX_DATAERR and the first that is broken. */
int geopackage_check(struct catalogue *catalogue, struct error *err) MUST_CHECK;

#endif
