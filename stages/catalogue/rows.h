/*
 * Rows of scenes, as the files of this room hand them on. Not for other rooms.
 */
#ifndef IMGPIPE_CATALOGUE_ROWS_H
#define IMGPIPE_CATALOGUE_ROWS_H

#include "statement.h"

/* What a row takes over from another catalogue, where it is not made here. */
struct row_origin {
	const void *geometry; /* NULL: there is none */
	size_t geometry_bytes;
	const char *updated;
	bool gone;
};

/* catalogue_put(), within a transaction; origin NULL: of this run, and now. */
int row_write(struct catalogue *catalogue, const struct catalogue_row *row,
	      const struct row_origin *origin, struct error *err) MUST_CHECK;

/* Is it a time as geopackage_time() writes it? Pure. */
bool row_time(const char *text);

/* Options that change numbers, as `sets` has them: "--index ndvi --mask scl". NULL with an error.
 */
char *set_options_text(const struct options *options, struct error *err);

/* A set by its definition, which is there from now on. Within a transaction. */
int set_with(struct catalogue *catalogue, unsigned results_version, const char *options,
	     const char *definition, int64_t *id, struct error *err) MUST_CHECK;

#endif
