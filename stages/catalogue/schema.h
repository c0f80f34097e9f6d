/*
 * The tables of a catalogue, by version; schema.c. Not for other rooms.
 */
#ifndef IMGPIPE_CATALOGUE_SCHEMA_H
#define IMGPIPE_CATALOGUE_SCHEMA_H

#include "statement.h"

/* "GPKG", and version 1.3 of it. */
enum { GPKG_APPLICATION = 0x47504B47, GPKG_VERSION = 10300 };

/* Our own number of the schema, as the user version is that of GeoPackage. */
enum { SCHEMA_VERSION = 1 };

/* Make the tables of a database that is empty. In one transaction. */
int schema_make(struct catalogue *catalogue, struct error *err) MUST_CHECK;

/*
 * Is it a catalogue? Every table, index, view and trigger is compared with what imgpipe makes;
 * nothing but plain reads happens before. One of an older schema is brought to the present one
 * where the catalogue is open for writing. -1 with EX_DATAERR otherwise. catalogue->note may be
 * set.
 */
int schema_check(struct catalogue *catalogue, struct error *err) MUST_CHECK;

#endif
