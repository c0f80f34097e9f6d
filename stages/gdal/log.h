/*
 * Stretches of calls to GDAL: what it says in one is kept as a value, and what it may not reach is
 * refused. log.c, below everything else in this room but the record of a reach.
 */
#ifndef IMGPIPE_GDAL_LOG_H
#define IMGPIPE_GDAL_LOG_H

#include <stdbool.h>

#include "library.h"
#include "reach.h"

/* The first failure, and the first warning, that GDAL logged in a thread between gdal_log_begin()
 * and gdal_log_end(). */
struct gdal_log {
	bool failed;
	CPLErrorNum number;
	char text[400];
	char warning[160]; /* cut; "" if there was none */
	const struct gate *gate_before;
	bool hdf5; /* the stretch has HDF5 to itself */
};

/*
 * A stretch of calls to GDAL, within what `reach` allows. Nothing GDAL says meanwhile reaches
 * stderr. Stretches nest; *log must outlive gdal_log_end().
 */
void gdal_log_begin(struct gdal_log *log, const struct gdal_reach *reach);
void gdal_log_end(const struct gdal_log *log);

/* GDAL's words, without the path that it, too, puts in front; and the sysexits code for them. */
const char *gdal_log_words(const struct gdal_log *log, const char *path);
int gdal_log_code(const struct gdal_log *log);

/* Open read-only; NULL if it does not open. Within a log. */
GDALDatasetH gdal_open_dataset(const char *path);

/* What `reach` was refused, in words; the first thing counts. */
void gdal_refuse(struct gdal_reach *reach, const char *what, const char *path);

/* Something on the network was asked for by this thread, and is refused. */
void gdal_refuse_network(const char *path);

#endif
