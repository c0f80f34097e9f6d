/*
 * Sensors: how their files are named, which number each of their bands has, and what their products
 * say about scale and offset. One table; a new sensor is one row. Pure, thread-safe.
 */
#ifndef IMGPIPE_SENSORS_H
#define IMGPIPE_SENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "band_name.h"

enum { SENSOR_MAX_CODES = 4 };

/* The bands of a stack that holds n of them in the sensor's own order. */
struct stack_order {
	uint8_t n_min, n_max; /* the order goes on as far as it is known */
	const char *order;    /* codes, or names where the sensor has no codes */
	bool assumed;         /* customary, but no product specification says so: worth a note */
};

enum scale_rule {
	SCALE_FIXED,      /* integer samples: scale and offset of the row */
	SCALE_SENTINEL2,  /* depends on the processing baseline */
	SCALE_LANDSAT_C2, /* as SCALE_FIXED for uint16 samples, worth a note; others as the next */
	SCALE_LANDSAT_SR, /* may be Collection 2 surface reflectance; the name does not say */
	SCALE_LANDSAT_L1, /* digital numbers; reflectance by the product's MTL file, on request */
	SCALE_RADIANCE,   /* radiance; reflectance by the XML file beside it */
	SCALE_NUMBERS     /* digital numbers, not reflectance: used as stored */
};

/* The value of pixels without data. It holds whether or not a file has a tag that says so. */
enum fill_rule {
	FILL_NONE,    /* the product defines none */
	FILL_VALUE,   /* that of the row */
	FILL_LANDSAT, /* 0 of uint16, -9999 of int16: Collection 2, and 1 with ESPA's products */
	FILL_MODIS    /* -28672 of "sur_refl_*" (MOD09), 32767 of "Nadir_Reflectance_*" (MCD43A4) */
};

/* How names write the date of an image. */
enum date_form {
	DATE_NONE,
	DATE_YMD,     /* the first 20200131, with T101010 or _101010 behind it where there is one */
	DATE_YEARDOY, /* 2020031, with T101010 behind it where there is one; MODIS's A2020031 too */
	DATE_LANDSAT  /* LT52240631988227CUB02: year and day at byte 9; else as DATE_YMD */
};

struct sensor {
	const char *name;
	const char *called;  /* what users type for it, separated by blanks; NULL: other row's */
	const char *pattern; /* name_matches() pattern of stems and product folders */
	/* By name: codes in order of preference, separated by blanks; NULL: no such band. */
	const char *code[N_BAND_NAMES];
	struct stack_order stack[4]; /* n_min 0 ends */
	enum date_form date;
	enum scale_rule rule;
	double scale, offset; /* with SCALE_FIXED */
	enum fill_rule fill_rule;
	double fill; /* with FILL_VALUE */
};

/*
 * By the stem of a file, else by the name of its folder, and of that and the stem together where
 * these say more; NULL if neither is known.
 */
const struct sensor *sensor_find(const char *stem, size_t stem_len, const char *folder);
/* The same; *by_folder: the stem alone did not say it. */
const struct sensor *sensor_find_by(const char *stem, size_t stem_len, const char *folder,
				    bool *by_folder);

/* The sensor whose rows name bands "Nadir_Reflectance_Band1", "sur_refl_b01" (MODIS). */
const struct sensor *sensor_modis(void);
const struct sensor *sensor_sentinel2(void);
/* Landsat 8/9 by band set, for descriptions "SR_B1" ... "SR_B7". */
const struct sensor *sensor_landsat_oli(void);

/*
 * By what users type: "sentinel2", "Sentinel-2", "landsat8", "HLS S30". Case and separators do not
 * matter. NULL if unknown.
 */
const struct sensor *sensor_called(const char *text);

/* Sensors that users may ask for, in the table's order: the first for NULL; NULL behind the last.
 */
const struct sensor *sensor_next(const struct sensor *sensor);

/* Codes of a band in order of preference; returns their number, 0: the sensor has none. */
unsigned sensor_codes(const struct sensor *sensor, enum band_name name,
		      char codes[SENSOR_MAX_CODES][4]);

/* The same for people: "8 or 8A"; "" if there is none. Returns text. */
const char *sensor_codes_text(const struct sensor *sensor, enum band_name name, char text[24]);

/* Rank of a code among those of a band: 0 for the first; -1 if it is none of them. */
int sensor_code_rank(const struct sensor *sensor, enum band_name name, const char *code);

/* The common name that fits a code best; NAME_NONE where the table has none. */
enum band_name sensor_name_of(const struct sensor *sensor, const char *code);

/* Does the sensor have the band, in files of its own or in a stack whose order is known? */
bool sensor_has(const struct sensor *sensor, enum band_name name);

/* The order of a stack of n bands; NULL if the sensor's order for n bands is not known. */
const struct stack_order *sensor_stack(const struct sensor *sensor, uint32_t n_bands);

/* Code of the band at a place (from 1) of a stack: "" where it has none or is not known. */
void stack_code(const struct stack_order *order, uint32_t place, char code[4]);

/* Common name of the band at a place (from 1); NAME_NONE where it has none or is not known. */
enum band_name stack_name(const struct sensor *sensor, const struct stack_order *order,
			  uint32_t place);

/* Place (from 1) of a band in a stack, the preferred one of several; 0: it is not there. */
uint32_t stack_place(const struct sensor *sensor, const struct stack_order *order,
		     enum band_name name);

/* Place (from 1) of the band with a code; 0: it is not there. */
uint32_t stack_place_of_code(const struct stack_order *order, const char *code);

#endif
