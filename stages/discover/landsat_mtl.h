/*
 * Landsat's product metadata (..._MTL.txt, .json, .xml): how Level-1 numbers become reflectance at
 * the top of the atmosphere (USGS, Landsat 8-9 Data Users Handbook, section 5):
 *
 *     reflectance = (REFLECTANCE_MULT_BAND_n * DN + REFLECTANCE_ADD_BAND_n) / sin(SUN_ELEVATION)
 *
 * Level-2 products state other coefficients under the same keys in another group: those of Level-1
 * alone are taken. landsat_mtl.c finds the file, landsat_mtl_parse.c reads it. Thread-safe.
 */
#ifndef IMGPIPE_LANDSAT_MTL_H
#define IMGPIPE_LANDSAT_MTL_H

#include <stdbool.h>
#include <stddef.h>

#include "side_file.h"
#include "input/side_names.h"

enum {
	LANDSAT_BANDS = 11,
	LANDSAT_MTL_MOST = 128 << 10 /* bytes; real ones have 8 to 20 KiB */
};

struct landsat_mtl {
	char where[SIDE_NAME_BYTES]; /* the file's name; "" if none was found */
	char level[8];               /* of the product: "L1TP", "L1T", "L2SP"; "" if not stated */
	double sun_elevation;        /* degrees; 0 if not stated */
	double mult[LANDSAT_BANDS + 1], add[LANDSAT_BANDS + 1]; /* by band number, from 1 */
	int lack; /* errno of what was lacking to read it (side_file.h); 0: nothing was */
	bool has_mult[LANDSAT_BANDS + 1], has_add[LANDSAT_BANDS + 1];
};

enum landsat_mtl_form { MTL_ODL, MTL_JSON, MTL_XML };

/* Read what a file of this form says; text[size] is NUL. false: it is not of that form. */
bool landsat_mtl_parse(char *text, size_t size, enum landsat_mtl_form form,
		       struct landsat_mtl *mtl);

/*
 * Look for the metadata beside an image: the image's name, or that of its folder, cut at a '_' and
 * with "_MTL.txt", "_MTL.json" or "_MTL.xml" behind it. true where a file was found and understood;
 * problem says what is wrong with one that cannot be used, "" otherwise. image_path is absolute.
 */
bool landsat_mtl_find(const char *image_path, struct landsat_mtl *mtl,
		      char problem[SIDE_PROBLEM_BYTES]);

/* The names that are looked for, in their order. 1: it was enough; 0; -1 without memory. */
int landsat_mtl_names(const char *image_path, const struct side_names *names);

/* Scale and offset of a Level-1 band, by its code ("4"); false: the file does not give them. */
bool landsat_mtl_scale(const struct landsat_mtl *mtl, const char *code, double *scale,
		       double *offset);

#endif
