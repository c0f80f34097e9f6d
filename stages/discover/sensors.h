/*
 * Sensors: how their files are named, which of their bands are red and NIR, and what their products
 * say about scale and offset. One table; a new sensor is one row.
 */
#ifndef IMGPIPE_SENSORS_H
#define IMGPIPE_SENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"

/* Red and NIR of a stack that holds n_min ... n_max bands in the sensor's own order. */
struct stack_order {
	uint8_t n_min, n_max;
	uint8_t red, nir; /* 1-based */
	bool assumed;     /* customary, but no product specification says so: worth a note */
};

enum scale_rule {
	SCALE_NONE,       /* the sensor's products do not say */
	SCALE_FIXED,      /* integer samples: scale and offset of the row */
	SCALE_SENTINEL2,  /* depends on the processing baseline */
	SCALE_LANDSAT_C2, /* as SCALE_FIXED for uint16 samples, worth a note; others as the next */
	SCALE_LANDSAT_SR, /* may be Collection 2 surface reflectance; the name does not say */
	SCALE_NUMBERS     /* digital numbers, not reflectance: used as stored */
};

struct sensor {
	const char *name;
	const char *pattern; /* name_matches() pattern of stems and product folders */
	const char *red;     /* band codes in order of preference, separated by blanks */
	const char *nir;
	struct stack_order stack[3]; /* n_min 0 ends */
	enum date_form date;
	enum scale_rule rule;
	double scale, offset; /* with SCALE_FIXED */
	bool has_fill;        /* the product defines a nodata value, also where a file omits it */
	double fill;
};

/*
 * By the stem of a file, else by the name of its folder, and of that and the stem together where
 * these say more; NULL if neither is known.
 */
const struct sensor *sensor_find(const char *stem, size_t stem_len, const char *folder);

/*
 * By how band codes are written, for names that say nothing else: "B04", "B8A" are Sentinel-2's
 * way. NULL where `token` is written in no sensor's own way.
 */
const struct sensor *sensor_by_token(const struct band_token *token);

/* The sensor whose rows name bands "Nadir_Reflectance_Band1", "sur_refl_b01" (MODIS). */
const struct sensor *sensor_modis(void);
const struct sensor *sensor_sentinel2(void);
/* Landsat 8/9 by band set, for descriptions "SR_B1" ... "SR_B7". */
const struct sensor *sensor_landsat_oli(void);

/* Rank of a code in a row's list: 0 for the first; -1 if it is not in it. */
int sensor_code_rank(const char *codes, const char *code);

/* Red and NIR of a stack of n bands; NULL if the sensor's order for n bands is not known. */
const struct stack_order *sensor_stack(const struct sensor *sensor, uint32_t n_bands);

#endif
