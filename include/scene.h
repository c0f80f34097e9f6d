/*
 * Scenes: one acquisition, as a set of bands on one reference grid, and where each fact came from.
 *
 * A raster_info is what the header of one file says; a scene is what the program made of one or
 * several of them. Neither holds pixels or open files. Both are read-only once built, and may then
 * be read from any thread.
 */
#ifndef IMGPIPE_SCENE_H
#define IMGPIPE_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "error.h"
#include "mask.h"
#include "recipe.h"
#include "sample.h"

/* What a file says a band is (TIFF photometric and extra samples, GDAL colour interpretation). */
enum color_label {
	COLOR_UNKNOWN,
	COLOR_GRAY,
	COLOR_RED,
	COLOR_GREEN,
	COLOR_BLUE,
	COLOR_NIR,
	COLOR_ALPHA,
	COLOR_OTHER /* palette, CMYK, YCbCr ...: a label, but none that helps */
};

/* Facts that a file of metadata beside the image can give: FILE.aux.xml (stages/input/pam.h). */
enum {
	FACT_NODATA = 1,
	FACT_SCALE = 2,
	FACT_NAME = 4,
	FACT_COLOR = 8,
	FACT_WAVELENGTH = 16,
	FACT_CRS = 32,
	FACT_PLACE = 64 /* the geotransform */
};

enum wavelength_unit { WAVELENGTH_UNIT_UNKNOWN, WAVELENGTH_NM, WAVELENGTH_UM };

struct band_info {
	char description[80]; /* band name in the file, "" if none */
	enum color_label color;
	double scale, offset; /* physical value = stored * scale + offset */
	bool has_scale;       /* the file states scale or offset (also when they are 1 and 0) */
	double nodata;
	bool has_nodata;
	double wavelength; /* of the band's centre, as it is stated; 0: it is not */
	enum wavelength_unit wavelength_unit;
	bool bad;       /* a list of bad bands names it: "bbl" */
	uint8_t beside; /* FACT_...: those that the file beside the image gave */
};

/* How far a file may lead: what it refers to is read only where the user vouches for it. */
enum file_reach {
	REACH_OWN, /* found in a folder: itself and its side files, nothing that is made of others
		    */
	REACH_FOLDER, /* named by the user: also a VRT of files below its folder, or a network name
		       */
	REACH_ANY     /* named, with --follow: whatever it refers to */
};

enum { RASTER_USUAL_BANDS = 3 }; /* red, nir, quality */

/* The header of one raster file. Sizes in pixels, memory in bytes. */
struct raster_info {
	uint32_t x_size, y_size;
	uint32_t n_bands;
	enum sample_type type; /* of all bands, as the reader delivers them */
	uint32_t block_x_size; /* the stored tile, or strip (then block_x_size == x_size) */
	uint32_t block_y_size; /* may exceed the image */
	bool tiled;
	bool band_interleaved; /* each band in blocks of its own (planar, "BSQ") */
	char codec[24];        /* "DEFLATE+p2", "LZW", "none", "JP2OpenJPEG" ... */
	uint64_t file_bytes;
	struct timespec changed; /* st_ctim; zero where other files may decide what is read */
	struct timespec
		written;        /* st_mtim and inode of the file itself, by which the TIFF reader */
	uint64_t inode;         /* knows it again */
	bool empty;             /* no block is stored, so all pixels of a band are the same */
	size_t block_bytes;     /* one stored block decoded, all samples it interleaves */
	size_t raw_bytes;       /* buffer for one stored block as it is in the file */
	size_t codec_bytes;     /* what the decoder itself allocates for one open handle */
	size_t codec_band;      /* and for each band that is read beyond RASTER_USUAL_BANDS */
	bool rows_can_stream;   /* a block can be decoded row by row, not only as a whole */
	bool has_mask;          /* per-dataset mask: a mask IFD or a .msk file beside it */
	double fill;            /* what a block that is not stored holds: nodata, or 0 */
	double geotransform[6]; /* GDAL's order: x = g0 + col*g1 + row*g2, y = g3 + ... */
	bool has_geotransform;
	bool projected;          /* the CRS is projected: areas in metres make sense */
	double unit_metres;      /* length of the CRS unit in metres, 0 if not known */
	char crs[96];            /* "EPSG:32633", or the file's own name for it, "" if none */
	char camera_band[24];    /* of a file of one band: what the camera's XMP calls it, or "" */
	uint8_t beside;          /* FACT_CRS, FACT_PLACE: the file beside the image gave them */
	uint8_t n_spectral;      /* items on wavelengths of all bands that were taken */
	char reader[8];          /* "tiff" or "gdal": who can read it */
	enum file_reach reach;   /* how it was opened, and is opened again */
	char note[200];          /* what it reads besides, for the report; "" if nothing */
	uint32_t n_pages;        /* images of this size in the file, of which the first is read */
	uint32_t other_page;     /* the next one's number, from 1, among all that it holds */
	struct band_info *bands; /* n_bands of them, owned; NULL if it was unpacked */
	bool unknown;            /* did not open, and no reader knows its form: no image */
	/* Of a file that only holds others: their names, as GDAL takes them, one a line; owned. */
	char *images;
};

/* Put it into the note that single bands have masks of their own beside `path`. */
void raster_note_band_masks(struct raster_info *info, const char *path);

/* Free what the raster_info owns; it may be reused afterwards. */
void raster_info_release(struct raster_info *info);

/*
 * Where a scene's bands lie: what recipe->band[i] asks for is band[i]; the quality bands that its
 * masks read are those from band[SCENE_QA] on.
 */
enum { SCENE_QA = RECIPE_MAX_BANDS, SCENE_QA_MOST = 8, SCENE_MAX_BANDS = SCENE_QA + SCENE_QA_MOST };

struct band {
	char name[BAND_WORD_BYTES]; /* as the recipe asks for it: "nir", "B8A", "#5"; of
				       a quality band its own: "scl", "alpha" */
	char code[4];               /* the product's own number: "8", "8A"; "" if not known */
	char *path;                 /* owned by the scene */
	uint32_t index;             /* 1-based, as GDAL counts */
	enum sample_type type;
	double scale, offset; /* as applied: 1 and 0 with --raw */
	double nodata;        /* as the sample type holds it */
	bool has_nodata;
	uint32_t ratio; /* pixels of the scene along one pixel of this band: 1, or it is coarser */
	uint32_t finer; /* pixels of this band along one of the scene, which averages them; 0: none
			 */
	unsigned file;  /* which of the scene's files holds it */
	char source[120]; /* how it was found: "option --bands", "band description 'B8'" ... */
	char scale_source[160]; /* why this scale and offset: "file metadata", "product rule ..." */
};

/* One of the files of a scene that pixels are read from. */
struct scene_file {
	char *path;              /* owned */
	bool named;              /* by the user, not found in a folder */
	struct raster_info info; /* owned */
};

enum { SCENE_MAX_FILES = SCENE_MAX_BANDS, SCENE_MAX_NOTES = 8, SCENE_NOTE_BYTES = 240 };

/*
 * Areas on the ground where they vary within a scene: the area of a pixel at some places of it, in
 * m2, from which that of all others is interpolated (stages/discover/ground.h). All 0: they do not
 * vary, or are not known.
 */
enum { GROUND_NODES_X = 17, GROUND_NODES_Y = 33 };

struct ground_area {
	uint32_t n_x, n_y;  /* places across and down; 0: the area does not vary */
	uint32_t block;     /* columns that are taken to have one area */
	double least, most; /* of a pixel, in m2 */
	double node[GROUND_NODES_X * GROUND_NODES_Y]; /* row by row */
};

struct scene {
	uint32_t id;       /* place in the run, from 0 */
	char *name;        /* owned; the stem of the file, or what its band files share */
	char sensor[40];   /* "Sentinel-2 L2A", "" if not recognised */
	char acquired[24]; /* ISO date (and time) from the name, "" if not recognised */
	unsigned n_files;
	struct scene_file files[SCENE_MAX_FILES];
	bool has_band[SCENE_MAX_BANDS];
	struct band band[SCENE_MAX_BANDS];
	uint16_t missing;     /* bit v: value v of the recipe cannot be had of this scene */
	uint16_t unread;      /* bit i: it has recipe->band[i], but no value that it gives reads it,
				 so that has_band[i] is not set */
	bool has_reflectance; /* the samples, scale and offset applied, are known to be reflectance
			       */
	uint32_t x_size, y_size;             /* the reference grid: that of the first band on it */
	uint32_t store_x_size, store_y_size; /* stored block of that band's file, cut to the image
					      */
	uint32_t tile_x_size,
		tile_y_size;       /* grid of the per-tile table: as stored, or --tile-grid */
	double pixel_area_m2;      /* 0 where it is not known, or varies */
	struct ground_area ground; /* how it varies */
	char area_source[160];     /* what the area is, or why it is not known */
	bool no_scene;             /* did not open: found by searching, and no image of a scene */
	bool unjoined;             /* no_scene: a band that --bands by number left alone */
	bool masked;               /* a per-dataset mask of one of the bands is honoured */
	struct scene_masks masks;  /* of --mask, and alpha bands */
	unsigned n_notes;          /* assumptions and warnings the user should see */
	unsigned n_more_notes;     /* that had no room: the last one says so */
	char notes[SCENE_MAX_NOTES][SCENE_NOTE_BYTES];
};

/* A band that names or descriptions tell of a scene: its name, and what says so. */
struct told_band {
	enum band_name name;
	uint32_t index;             /* of the stack, from 1; 0: a file of its own */
	char word[BAND_WORD_BYTES]; /* "swir16" */
	char source[120];
};

/* All of them, whatever is asked for, in the order of names. */
struct told_bands {
	unsigned n;
	uint32_t names; /* bit by enum band_name */
	struct told_band band[N_BAND_NAMES];
};

/* Quality files and described quality bands of a scene, and the layouts that fit their names. */
enum { TOLD_QUALITY_MOST = 12 };
struct told_quality_band {
	char name[120];
	char layouts[120]; /* "landsat-c1 or landsat-pre"; "" if none is known */
};
struct told_quality {
	unsigned n, n_more;
	struct told_quality_band band[TOLD_QUALITY_MOST];
};

/* Free what the scene owns. */
void scene_release(struct scene *scene);

/* The first band that the scene has, in the recipe's order; NULL: none. */
const struct band *scene_first_band(const struct scene *scene);

/* The file whose grid is the scene's; NULL: a scene without bands. */
const struct scene_file *scene_grid_file(const struct scene *scene);

/*
 * "no map of swir16: this scene does not have that band", of what --bands-output asks for. Returns
 * the text's length; 0 with "" where no band is missing.
 */
int scene_missing_maps(const struct scene *scene, const struct recipe *recipe, char *text,
		       size_t size);
/*
 * Is a value of the recipe missing, or a band that was to be written? recipe NULL: no band is asked
 * for.
 */
bool scene_is_incomplete(const struct scene *scene, const struct recipe *recipe);

/*
 * Why value v of the recipe is missing: "needs swir16, which this scene does not have". Returns the
 * text's length; 0 with "" where the value is not missing.
 */
enum { MISSING_TEXT_BYTES = 512 };
int scene_missing_reason(const struct scene *scene, const struct recipe *recipe, unsigned v,
			 char *text, size_t size);

/*
 * Add a note (printf-like), made printable. Where there are more than SCENE_MAX_NOTES the last one
 * says how many have no room.
 */
void scene_note(struct scene *scene, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * Scenes travel between processes of the same program. What is packed is all that a run needs to
 * plan, read, reduce and report it; the files' band records stay behind, as scene_open() alone
 * looks at them.
 */
enum {
	SCENE_TEXT_MAX = 4096,       /* of a name or path; a longer one is not packed */
	SCENE_PACKED_MAX = 160 << 10 /* all records, and 1.7 KiB for each of the paths of 24 bands
				      */
};

/* `out` has room for SCENE_PACKED_MAX bytes. 0 with an error where paths are too long. */
size_t scene_pack(void *out, const struct scene *scene, struct error *err) MUST_CHECK;

/*
 * Nothing of `in` is believed: a process that was taken over by a file may send anything. Lengths,
 * counts, enums, ends of texts and sizes that others divide by are checked. opened: false where
 * scene_open() had failed, and a scene may lack most. -1 with an empty scene.
 */
int scene_unpack(struct scene *scene, const void *in, size_t bytes, bool opened,
		 struct error *err) MUST_CHECK;

/*
 * A fingerprint of all that decides the numbers of a scene but its pixels: which bands of its files
 * are read, how they are scaled and masked. Two processes that opened the same files have the same.
 */
uint64_t scene_print(const struct scene *scene);

/* Tiles of the per-tile table: across, down. */
uint32_t scene_tiles_across(const struct scene *scene);
uint32_t scene_tiles_down(const struct scene *scene);

#endif
