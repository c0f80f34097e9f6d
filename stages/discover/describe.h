/*
 * Band descriptions: what the text a file keeps with a band says about it. Pure.
 */
#ifndef IMGPIPE_DESCRIBE_H
#define IMGPIPE_DESCRIBE_H

#include <stdbool.h>

#include "band_name.h"

enum meaning {
	MEANS_NOTHING,
	MEANS_RED,
	MEANS_NIR,
	MEANS_CODE /* a band number, whose meaning depends on the sensor */
};

struct band_meaning {
	enum meaning meaning;
	enum band_name name; /* what its words call it; NAME_NONE: nothing, or several bands */
	int rank;            /* of NIR: 0, or 1 for a narrow one */
	char code[4];        /* "4", "8A", beside a name too; "" if it holds none */
	bool plain;          /* "Band 4", "band4" and no other word: may be mere counting */
	bool modis;    /* written as MODIS products do: "Nadir_Reflectance_Band1", "sur_refl_b01" */
	bool landsat;  /* "SR_B4" */
	bool sentinel; /* "B04", "B8A" */
};

struct band_meaning describe(const char *description);

#endif
