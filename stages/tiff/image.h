/*
 * One image (directory) of an open TIFF file: the record that all of this room works on, opened by
 * image.c. Stored bytes are fetched with pread(), so that fetch and decode can be told apart,
 * bounded and checked, and so that a file that is cut short meanwhile is an error: nothing is
 * mapped.
 *
 * The files of this room, each with a header of its own, from below: io (the file's bytes), ifd
 * (directories), view and log (what libtiff sees and says), block (where blocks are stored), codec
 * (what decoding them takes), image. From these, headers are read by geo, metadata, mask and probe;
 * and pixels by stream and decoder (stored bytes), claims and fetch (whole blocks), rows (parts of
 * them), samples and predictor, decode (from blocks to planes), ahead, and read on top.
 */
#ifndef IMGPIPE_TIFF_IMAGE_H
#define IMGPIPE_TIFF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>
#include <time.h>

#include "decoder.h"
#include "error.h"
#include "input/raster_reader.h"
#include "libtiff.h"
#include "log.h"

enum {
	TIFF_MAX_PIXEL_BITS = 53,     /* 2^53 pixels: counts are exact in every report */
	TIFF_WINDOW_MARGIN = 1 << 20, /* windows of one setting differ by less */
	TIFF_HEADER_ALLOC = 32 << 20, /* libtiff may allocate at once while reading headers */
	TIFF_MAX_ENTRIES = 48,        /* of a directory that are used; see view.c */
	TIFF_PLAIN_SAMPLES = 64,      /* of a pixel, of a plain header; see plain.h */
};

/* An entry of a directory. */
struct tiff_entry {
	uint16_t tag, type;
	uint64_t count;
	unsigned char value[8]; /* as stored: the value or, where it is longer, its place */
};

/* An array of places of blocks, and the part of it that was looked at last; see block.c. */
struct tiff_places {
	const struct tiff_entry *entry; /* of the image; NULL: there is no such array */
	uint64_t first;                 /* entries first ... first + n are in `page` */
	unsigned n;
	unsigned char page[2048];
};

/* The few facts that tell directories apart, read without libtiff. */
struct tiff_ifd {
	uint64_t offset, next;
	uint64_t n_entries;
	uint64_t subfile_type, x_size, y_size;
	uint64_t n_offsets, n_counts; /* entries of the block arrays that lie in the file */
	bool has_counts;              /* there is an array of byte counts */
	uint64_t tag_bytes;           /* of all other values that libtiff loads */
};

/* One image (directory) of an open file. Does not move: libtiff holds its address. */
struct tiff_image {
	char *path;                    /* owned */
	TIFF *tif;                     /* NULL: its header is plain */
	const struct libtiff *libtiff; /* where tif is not NULL */
	int fd;
	uint64_t position; /* libtiff's in the file */
	int io_errno;      /* of a read that failed under libtiff, 0 while none has */
	struct tiff_log log;
	uint64_t file_bytes; /* of the TIFF file, which may be a member of an archive: */
	bool in_archive;
	uint64_t start;          /* of that member in the archive's file; 0 otherwise */
	uint64_t whole_bytes;    /* of the file that is open */
	struct timespec changed; /* st_ctim */
	struct timespec written; /* st_mtim */
	uint64_t inode;
	bool big, swapped; /* BigTIFF; byte order is not the machine's */
	uint64_t first_ifd;
	struct tiff_ifd ifd;
	struct tiff_entry entry[TIFF_MAX_ENTRIES]; /* those of this directory that are used */
	unsigned n_entries;
	unsigned char view[32 + TIFF_MAX_ENTRIES * 20]; /* what libtiff sees; see view.c */
	size_t view_bytes;
	bool view_begun; /* libtiff has got as far as the directory */
	struct tiff_places offsets, counts;
	bool own_places;   /* those tell where blocks are, and not libtiff */
	bool counts_wrong; /* but for the counts: each block has the size that it has to have */
	bool places_lost;  /* libtiff cannot read them; it says so once, and has zeros then */
	uint32_t x_size, y_size;
	uint32_t block_x_size, block_y_size; /* the strip is cut to the image's height */
	uint32_t across, down;               /* blocks */
	bool tiled, planar;
	uint16_t samples;       /* of a pixel */
	uint16_t block_samples; /* interleaved in a block: 1 where planar */
	uint16_t bits, format;  /* of a sample: BitsPerSample, SampleFormat */
	uint16_t compression, photometric, predictor, fill_order;
	size_t row_bytes, block_bytes; /* decoded */
	size_t raw_bytes;              /* stored bytes of a block that are looked at, at most */
	size_t window_bytes;           /* of ZSTD or LZMA, as planned; see tiff_codec_memory() */
	uint16_t n_extra;              /* ExtraSamples */
	const uint16_t *extra;
	uint16_t own_extra[TIFF_PLAIN_SAMPLES]; /* of a plain header */
	struct decoder *decoder;                /* of whole blocks; NULL: libtiff decodes them */
};

/*
 * Open the image of `path` in the directory at `ifd_offset` (0: tiff_ifd_main()). `max_alloc`: what
 * libtiff may allocate at once. PROBE_OK, PROBE_DECLINED (not a TIFF, with err set) or -1; close it
 * only after PROBE_OK.
 */
int tiff_image_open(struct tiff_image *image, const char *path, uint64_t ifd_offset,
		    size_t max_alloc, struct error *err);
void tiff_image_close(struct tiff_image *image);

/* Can its codec be decoded, here or by libtiff? */
bool tiff_image_codec(const struct tiff_image *image);

/* Is it still the file that was examined, with pixels of that shape? -1 with EX_DATAERR. */
int tiff_image_same(const struct tiff_image *image, const struct raster_info *info,
		    struct error *err);

#endif
