/*
 * Files of pixels that a run makes of each scene: what was asked for with -o and its options, as
 * numbers. Made before anything is opened (maps_make.c), read-only afterwards, the same in every
 * process of a run.
 */
#ifndef IMGPIPE_OUTPUT_MAPS_H
#define IMGPIPE_OUTPUT_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "recipe.h"

enum map_kind {
	MAP_VALUE,   /* a value of the recipe */
	MAP_CLASSES, /* why a pixel is out (map_classes.h) */
	MAP_BAND, /* a band of the recipe, as reflectance where the scene has it, else as stored */
};

enum map_type { MAP_FLOAT32, MAP_INT16, MAP_UINT8 };

enum map_codec { MAP_NONE, MAP_LZW, MAP_DEFLATE, MAP_ZSTD };

enum map_container { CONTAINER_COG, CONTAINER_GTIFF };
enum bigtiff { BIGTIFF_IF_NEEDED, BIGTIFF_YES, BIGTIFF_NO, BIGTIFF_IF_SAFER };

/* One file of each scene. */
struct map_def {
	enum map_kind kind;
	unsigned item;               /* value or band of the recipe */
	char name[VALUE_NAME_BYTES]; /* {index} of the file's name: "ndvi", "classes", "red" */
	enum map_type type;
	/* value = stored * scale + offset; float32: 1 and 0. */
	double scale, offset;
	double nodata; /* NaN for float32 by default */
	char unit[16]; /* "" none */
};

/* How they are stored. */
struct map_format {
	enum map_container container;
	enum map_codec codec;
	int level;          /* of the codec; its own scale */
	unsigned predictor; /* 1 none, 2 horizontal differences, 3 floating point */
	uint32_t tile;      /* pixels a side: 128 to 4096, a power of two */
	bool overviews;
	enum bigtiff bigtiff;
	bool sparse; /* tiles of nodata alone are not stored */
};

/* Pictures of them. */
struct picture_choice {
	bool wanted;               /* --quicklook */
	bool plain;                /* --no-legend: no legend, but a world file */
	const char *name;          /* its pattern, by default that of maps with .png */
	const char *contact_sheet; /* --contact-sheet: its file; NULL: none */
	bool stretched; /* --stretch: between these percentiles of the scene, else fixed */
	double low, high;
};

enum { MAPS_MOST = RECIPE_MAX_VALUES + 1 + RECIPE_MAX_BANDS };

struct maps {
	char *folder;             /* -o, or that of the contact sheet; owned; exists */
	bool sheet_alone;         /* no -o: folder is that of the contact sheet, all that is made */
	const char *name;         /* pattern: "{scene}_{index}.tif" */
	const char *spool_folder; /* --spool-dir, or folder */
	bool overwrite;
	bool sync;  /* files are on the disk before they get their names: not --no-fsync */
	bool files; /* maps are written, not pictures alone (--format none) */
	unsigned n;
	struct map_def map[MAPS_MOST];
	struct map_format format;
	struct picture_choice picture;
};

/*
 * The predictor that a map's tiles have, as its tag says: floating point is for reals, so integer
 * types of the same run have differences; what is not compressed has none.
 */
static inline unsigned map_predictor(const struct map_format *format, enum map_type type)
{
	if (format->codec == MAP_NONE)
		return 1;
	return format->predictor == 3 && type != MAP_FLOAT32 ? 2 : format->predictor;
}

/* Bytes of a stored sample. */
static inline size_t map_sample_bytes(enum map_type type)
{
	return type == MAP_FLOAT32 ? 4 : type == MAP_INT16 ? 2 : 1;
}

#endif
