/*
 * What the files of the GDAL module share: GDAL's words kept as values, and its one-time set-up.
 * Private to read_gdal*.c, which are linked into the module and nowhere else.
 */
#ifndef IMGPIPE_READ_GDAL_H
#define IMGPIPE_READ_GDAL_H

#include "error.h"
#include "gate.h"
#include "input/network.h"
#include "input/raster_reader.h"
#include "sample.h"
#include "scene.h"

/* GDAL's headers do not compile without warnings under our set. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wundef"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#pragma GCC diagnostic pop

/*
 * Sources of VRTs that GDAL keeps open at once, in the whole process. A read needs one for each
 * level of nested VRTs, so this also bounds the workers that may read VRTs: 64, or 32 of nested.
 */
enum { GDAL_POOL_DATASETS = 64 };

/* As named, where that is without links, and where the file itself is without links. */
enum { GDAL_REACH_FOLDERS = 3 };

/*
 * How far GDAL may go for one input: the gate that is in force while it works for this input. It
 * stays where it is from gdal_reach_init() on, and belongs to one thread at a time.
 */
struct gdal_reach {
	enum file_reach how;
	bool network; /* the input itself is on the network */
	bool nothing; /* the name holds no file that is there */
	char *name;   /* what GDAL is to open */
	char *main;   /* the file, without links */
	char *folder[GDAL_REACH_FOLDERS];
	char refused[320]; /* the first thing beyond, for a message; "" while there is none */
	struct gate gate;
};

/* Take the name apart, and refuse what may not be opened at all. Release it where it is 0. */
int gdal_reach_init(struct gdal_reach *reach, const char *path, enum file_reach how,
		    struct error *err) MUST_CHECK;
void gdal_reach_release(struct gdal_reach *reach);

/* The error for reach->refused; always -1. */
int gdal_reach_error(const struct gdal_reach *reach, const char *path, struct error *err);

/* Something on the network was asked for by this thread, and is refused. */
void gdal_reach_refuse_network(const char *path);

/* The first failure GDAL logged in a thread between gdal_log_begin() and gdal_log_end(). */
struct gdal_log {
	bool failed;
	CPLErrorNum number;
	char text[400];
	const struct gate *gate_before;
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

/* Drivers, options, handlers: once. Before everything else here. 0 or -1. */
int gdal_setup(void) MUST_CHECK;

/* From now on the process has GDAL's VRT driver: an input that is named is a VRT. */
void gdal_allow_vrt(void);

/* Is this absolute path one of the libraries' own data, or of a named network source's keys? */
bool gdal_library_file(const char *path, bool network);

/* Did the user name a source on the network? */
bool gdal_network_is_open(void);

/* Open read-only; NULL where it does not open. Within a log. */
GDALDatasetH gdal_open_dataset(const char *path);

/*
 * What GDAL's decoder allocates for one open file, cache not counted. info: sizes, type, blocks and
 * codec (GDAL's driver) are set.
 */
size_t gdal_codec_bytes(const char *path, const struct raster_info *info);

/* The shape of blocks, from type, n_bands and x_size; false where a block has 2 GiB or more. */
bool gdal_block_shape(GDALDatasetH dataset, struct raster_info *info);

/* What the sources of a VRT hold open besides; opens them. */
size_t gdal_vrt_bytes(GDALDatasetH dataset, const struct gdal_reach *reach,
		      const struct raster_info *info);

/*
 * The VRT file can be read, and names neither another VRT's text in place of a file nor an OPeNDAP
 * server, which a library would ask past GDAL.
 */
bool gdal_vrt_is_plain(const char *path);
bool gdal_is_dap(const char *name);

/* Say in info->note what a VRT reads, or that an input comes over the network. Within a log. */
void gdal_note_sources(GDALDatasetH dataset, const struct gdal_reach *reach,
		       struct raster_info *info);

/* What decoding a mask with blocks of this many bytes takes. */
size_t gdal_mask_bytes(size_t block_bytes);

/* An open file; belongs to one worker. */
struct gdal_handle {
	char *path;
	struct gdal_reach reach;
	GDALDatasetH dataset;
	GDALDataType type;
	size_t sample_bytes;
	uint32_t x_size, y_size, n_bands;
	uint32_t block_x_size, block_y_size;
	size_t block_bytes;
	bool band_interleaved;
};

/* The reader's scratch() and the window of its read(); see input/raster_reader.h. */
size_t gdal_scratch(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
		    unsigned n_bands, bool mask);
int gdal_read_window(struct gdal_handle *h, const struct read_request *request, struct arena *arena,
		     struct error *err) MUST_CHECK;

/* The reader's probe(); see input/raster_reader.h. */
int gdal_probe(const char *path, struct raster_info *info, struct error *err);

#endif
