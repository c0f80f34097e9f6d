/*
 * What the files of the TIFF reader share: one open image of a TIFF file and the steps of reading
 * it. Private to read_tiff.c and tiff_*.c.
 *
 * Stored bytes are fetched with pread(), so that fetch and decode can be told apart, bounded and
 * checked, and so that a file that is cut short meanwhile is an error: nothing is mapped.
 * tiff_decode.c decodes what it knows, libtiff the rest. Handles are opened with libtiff's
 * per-handle error handlers: nothing is printed, no global handler is touched, and handles of
 * several threads do not meet.
 */
#ifndef IMGPIPE_TIFF_H
#define IMGPIPE_TIFF_H

#include <tiffio.h>

#include "reader.h"
#include "decoder.h"

enum {
	TIFF_MAX_BANDS = 4096,           /* more samples a pixel are taken for damage */
	TIFF_MAX_IFDS = 1024,            /* directories looked at in search of images and masks */
	TIFF_MAX_PIXEL_BITS = 53,        /* 2^53 pixels: counts are exact in every report */
	TIFF_MAX_RATIO = 1024,           /* to which stored blocks shrink, as a rule: DEFLATE's */
	TIFF_MAX_CURSORS = 16,           /* row decoders of one handle: tile columns x planes */
	TIFF_PIECE_BYTES = 1 << 18,      /* rows of uncompressed blocks fetched at once */
	TIFF_INPUT_BYTES = 1 << 15,      /* stored bytes of a row decoder fetched at once */
	TIFF_WINDOW_MARGIN = 1 << 20,    /* windows of one setting differ by less */
	TIFF_HEADER_ALLOC = 32 << 20,    /* libtiff may allocate at once while reading headers */
	TIFF_MAX_ENTRIES = 47,           /* of a directory that are used; see tiff_view.c */
	TIFF_STREAM_MIN_BYTES = 8 << 20, /* smaller blocks are always decoded as a whole */
};

/* Tags of GeoTIFF (OGC 19-008). */
enum {
	TAG_PIXEL_SCALE = 33550,
	TAG_TIEPOINT = 33922,
	TAG_TRANSFORMATION = 34264,
	TAG_GEO_KEYS = 34735,
	TAG_GEO_DOUBLES = 34736,
	TAG_GEO_ASCII = 34737,
};

/* What libtiff said since the log was cleared. */
struct tiff_log {
	bool failed;  /* an error; `text` is the first one */
	bool corrupt; /* a warning that means damaged pixels; `text` likewise */
	/* A JPEG of another size than its block: that is damage where rows of the image miss. */
	uint32_t want_x, want_y, jpeg_x, jpeg_y;
	char text[200];
};

/* An entry of a directory. */
struct tiff_entry {
	uint16_t tag, type;
	uint64_t count;
	unsigned char value[8]; /* as stored: the value or, where it is longer, its place */
};

/* An array of places of blocks, and the part of it that was looked at last; see tiff_places.c. */
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
	char *path; /* owned */
	TIFF *tif;
	int fd;
	uint64_t position; /* libtiff's in the file */
	int io_errno;      /* of a read that failed under libtiff, 0 while none has */
	struct tiff_log log;
	uint64_t file_bytes;
	struct timespec changed; /* st_ctim */
	struct timespec written; /* st_mtim */
	uint64_t inode;
	bool big, swapped; /* BigTIFF; byte order is not the machine's */
	uint64_t first_ifd;
	struct tiff_ifd ifd;
	struct tiff_entry entry[TIFF_MAX_ENTRIES]; /* those of this directory that are used */
	unsigned n_entries;
	unsigned char view[32 + TIFF_MAX_ENTRIES * 20]; /* what libtiff sees; see tiff_view.c */
	size_t view_bytes;
	bool view_begun; /* libtiff has got as far as the directory */
	struct tiff_places offsets, counts;
	bool own_places;   /* those tell where blocks are, and not libtiff */
	bool counts_wrong; /* but for the counts: each block has the size that it has to have */
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
	struct decoder *decoder; /* of whole blocks; NULL: libtiff decodes them */
};

/* One stored block. `strile` is libtiff's number of it. */
struct tiff_block {
	uint32_t strile, column, row;
	uint32_t y_size;        /* rows stored, if the padding is: of strips, the last has fewer */
	uint16_t plane;         /* 0 where samples are interleaved */
	struct window window;   /* the part of the image that it covers */
	uint64_t offset, bytes; /* in the file; both 0: sparse */
};

/* A decoder in the middle of a block that is decoded row by row; NULL `stream`: not in use. */
struct tiff_cursor {
	struct stream *stream;
	struct stream_input input;
	const struct tiff_image *image;
	uint32_t strile;
	uint32_t next_row; /* the row of the block that the decoder gives next */
	uint64_t last_used;
	unsigned char *buffer; /* TIFF_INPUT_BYTES of the stored bytes */
	uint64_t offset, left; /* of those not fetched yet, in the file */
	bool unread;           /* a fetch failed: */
	int io_errno;          /* for this errno, or 0 where the file ended too early */
};

/* The per-dataset mask; see tiff_mask.c. */
struct tiff_mask;

/* An open file. */
struct tiff_handle {
	struct tiff_image image;
	struct raster_info info; /* what the file was planned with; `bands` is not kept */
	unsigned char fill[8];   /* a sample of a sparse block */
	struct tiff_mask *mask;  /* opened when first wanted */
	struct tiff_cursor cursor[TIFF_MAX_CURSORS];
	uint64_t n_used; /* counts uses of cursors */
};

/* One read(): what its steps share. */
struct tiff_batch;
struct tiff_job {
	struct tiff_batch *batch; /* blocks fetched and not yet decoded */
	struct tiff_handle *handle;
	struct read_request *request;
	struct arena *arena;
	struct meter *meter;
	struct error *err;
	size_t size; /* of a sample */
};

/* The meeting of one stored block with the window, and the bands of the request that it holds. */
struct tiff_part {
	struct tiff_block block;
	struct window window;
	unsigned first, n_bands; /* request->band[first ...] */
};

/* --- tiff_io.c: the file's bytes --- */

/* pread() until `size` bytes or the end of the file: bytes read, -1 with errno on failure. */
ssize_t tiff_pread(int fd, void *buffer, size_t size, uint64_t offset);

/* libtiff on the image's file; a read that fails leaves its errno in image->io_errno. */
TIFF *tiff_io_open(struct tiff_image *image, const char *mode, TIFFOpenOptions *options);

/* That error in words; always -1. */
int tiff_io_error(const struct tiff_image *image, struct error *err);

/* Has the file been written to since it was opened? */
bool tiff_file_changed(const struct tiff_image *image);

/* --- tiff_ifd.c: directories --- */

/* Is this the start of a TIFF file? Fills big, swapped and first_ifd. */
bool tiff_ifd_begin(struct tiff_image *image);

/* Read one directory; false where it does not lie in the file. */
bool tiff_ifd_read(const struct tiff_image *image, uint64_t offset, struct tiff_ifd *ifd);

/* act() on each entry of a directory that was read; false where it cannot be read any more. */
bool tiff_ifd_each(const struct tiff_image *image, const struct tiff_ifd *ifd,
		   void (*act)(void *user, const struct tiff_entry *entry), void *user);

/*
 * The image to read: the first directory that is neither overview nor mask, or else the first. This
 * and the next look at no more directories than a file of this size can hold side by side, so that
 * a chain that leads in circles ends in linear time.
 */
bool tiff_ifd_main(const struct tiff_image *image, struct tiff_ifd *ifd);

/* The mask of the whole image: same size, marked as mask and not as overview. */
bool tiff_ifd_mask(const struct tiff_image *image, struct tiff_ifd *ifd);

/* Bytes of one whole number of this type; 0 for types that are none. */
size_t tiff_number_bytes(uint64_t type);

/* Bytes of an entry's values; 0 for types that do not exist and counts that cannot be. */
uint64_t tiff_entry_bytes(const struct tiff_entry *entry);

/* Where values lie that do not stand in the entry itself. */
uint64_t tiff_entry_offset(const struct tiff_image *image, const struct tiff_entry *entry);

/* One of the image's entries that are used; NULL where it has none. */
const struct tiff_entry *tiff_entry_find(const struct tiff_image *image, uint16_t tag);

/*
 * Values `first` to first + n of a tag, where it is of this type, in native byte order: how many
 * were there. What nobody asks for is not read. A failed read leaves its errno in image->io_errno.
 */
size_t tiff_values(struct tiff_image *image, uint16_t tag, TIFFDataType type, uint64_t first,
		   size_t n, void *out);

/* --- tiff_places.c: where blocks are stored --- */

/* Once what the image is has been read. */
void tiff_places_begin(struct tiff_image *image);

/*
 * Entry i of one of the arrays, with image->own_places. -1 where it does not lie in the file, or
 * cannot be read (then image->io_errno is set).
 */
int tiff_places_get(struct tiff_image *image, struct tiff_places *places, uint64_t i,
		    uint64_t *value);

/* --- tiff_view.c: what libtiff sees --- */

/* Keep the entries of image->ifd that are used, and make libtiff's view of them. */
int tiff_view_make(struct tiff_image *image, struct error *err);

/* What libtiff reads at its position: of the view or of the file. -1 with errno on failure. */
ssize_t tiff_view_read(struct tiff_image *image, void *buffer, size_t size);

/* --- tiff_image.c, tiff_block.c: one image, its blocks --- */

/*
 * Open the image of `path` in the directory at `ifd_offset` (0: tiff_ifd_main()). `max_alloc`: what
 * libtiff may allocate at once. PROBE_OK, PROBE_DECLINED (not a TIFF, with err set) or -1; close it
 * only after PROBE_OK.
 */
int tiff_image_open(struct tiff_image *image, const char *path, uint64_t ifd_offset,
		    size_t max_alloc, struct error *err);
void tiff_image_close(struct tiff_image *image);

/* Options whose handlers write to `log`. NULL where there is no memory. */
TIFFOpenOptions *tiff_log_options(struct tiff_log *log, size_t max_alloc);
void tiff_log_clear(struct tiff_log *log);

/* Where the block in this column and row is stored; -1 where the file does not say. */
int tiff_block_find(struct tiff_image *image, uint32_t column, uint32_t row, uint16_t plane,
		    struct tiff_block *block, struct error *err);

static inline bool tiff_block_sparse(const struct tiff_block *block)
{
	return block->bytes == 0;
}

/* "path: tile 17 (column 3, row 2): <text>". Always -1. */
int tiff_block_error(const struct tiff_image *image, const struct tiff_block *block,
		     struct error *err, int code, const char *text);

/* The same with EX_DATAERR, and the remedy behind the text. */
int tiff_block_damaged(const struct tiff_image *image, const struct tiff_block *block,
		       struct error *err, const char *text);

/* The decoder has refused it, with these words: of damage, or of a file that was cut off. Always
 * -1.
 */
int tiff_block_undecodable(const struct tiff_image *image, const struct tiff_block *block,
			   struct error *err, const char *words);

/* Bytes of the block, decoded, that lie in the image: all that has to be there. */
static inline size_t tiff_block_needed(const struct tiff_image *image,
				       const struct tiff_block *block)
{
	return image->row_bytes * block->window.y_size;
}

/* The stored bytes of a block that are looked at: no more than one can need, nor the file has. */
static inline uint64_t tiff_block_stored(const struct tiff_image *image,
					 const struct tiff_block *block)
{
	uint64_t left = image->file_bytes - block->offset;
	uint64_t room = left < image->raw_bytes ? left : image->raw_bytes;

	return block->bytes < room ? block->bytes : room;
}

/* The block cannot be read, for this errno; 0: the file has ended before it. Always -1. */
int tiff_block_unread(const struct tiff_image *image, const struct tiff_block *block,
		      struct error *err, int errno_value);

/* Fetch the stored bytes of a block, *bytes of them, into raw (raw_bytes). */
int tiff_block_fetch(struct tiff_image *image, const struct tiff_block *block, void *raw,
		     size_t *bytes, struct meter *meter, struct error *err);

/*
 * Fetch and decode a whole block into `out` (block_bytes); raw: raw_bytes of scratch. By libtiff,
 * predictor and byte order included, or by image->decoder, which leaves them to the caller. 0, or
 * -1 where any of the rows in the image cannot be had.
 */
int tiff_block_decode(struct tiff_image *image, const struct tiff_block *block, void *raw,
		      void *out, struct meter *meter, struct error *err);

/* --- tiff_codec.c: what is known of codecs --- */

/* Name for people, NULL where this reader does not read the codec. */
const char *tiff_codec_name(uint16_t compression);
bool tiff_codec_has_predictor(uint16_t compression);
size_t tiff_codec_raw_bytes(uint16_t compression, size_t block_bytes);
/*
 * What the decoder allocates. Looks into the first stored block where that decides, and keeps what
 * it found in image->window_bytes.
 */
size_t tiff_codec_memory(struct tiff_image *image);

/* Does the decoder of this block, which starts with these n bytes, need more than was planned? */
int tiff_codec_check(const struct tiff_image *image, const struct tiff_block *block,
		     const void *stored, size_t n, struct error *err);

/* --- tiff_claims.c: what streams claim of themselves --- */

/* The same for a JPEG, WebP or LERC block of which all n stored bytes are at hand. */
int tiff_claims_check(struct tiff_image *image, const struct tiff_block *block, const void *stored,
		      size_t n, struct error *err);

/* --- tiff_geo.c, tiff_metadata.c: what the tags say --- */

/* Geotransform, CRS, length of its unit. */
void tiff_geo(struct tiff_image *image, struct raster_info *info);

/*
 * Descriptions, scales, offsets, colours from GDAL's metadata; nodata. Needs info->bands. Metadata
 * that are not well-formed count as none, as in GDAL; those beyond all bounds are an error.
 */
int tiff_metadata(struct tiff_image *image, struct raster_info *info, struct error *err);

/* INTERNAL_MASK_FLAGS_1 of a .msk file; 0 where it does not say. */
int tiff_metadata_mask_flags(struct tiff_image *image, int *flags, struct error *err);

/* --- tiff_probe.c --- */

int tiff_probe(const char *path, struct raster_info *info, struct error *err);

/* --- tiff_mask.c --- */

/*
 * PROBE_OK: *mask is open; PROBE_DECLINED: there is none; -1: there is one that cannot be read,
 * with EX_UNAVAILABLE where only its form is not known here.
 */
int tiff_mask_open(struct tiff_mask **mask, const struct tiff_image *image, struct error *err);
size_t tiff_mask_memory(struct tiff_mask *mask); /* bytes it holds at most */
int tiff_mask_read(struct tiff_mask *mask, const struct window *window, uint8_t *out,
		   struct meter *meter, struct error *err);
void tiff_mask_close(struct tiff_mask *mask); /* NULL is allowed */

/* --- read_tiff.c --- */

/*
 * act() on the blocks that meet the window, row by row; each plane that is asked for where they are
 * apart. Stops with -1 where that does.
 */
int tiff_each_part(const struct tiff_job *job,
		   int (*act)(const struct tiff_job *, const struct tiff_part *));

/* --- tiff_ahead.c --- */

/* The reader's ahead(); see include/reader.h. */
uint64_t tiff_ahead(void *state, const struct read_request *request, uint64_t most);

/* --- tiff_copy.c: samples --- */

/* n samples of `size` bytes that stand `stride` samples apart, put side by side. */
void tiff_copy_samples(void *to, const void *from, uint32_t n, uint16_t stride, size_t size);
void tiff_fill_samples(void *to, const void *sample, uint32_t n, size_t size);

/* The nearest float; beyond the largest one infinity. */
float tiff_to_float(double value);

/* `value` as a sample of this type, converted as GDAL fills sparse blocks with a nodata value. */
void tiff_make_sample(unsigned char out[8], enum sample_type type, double value);

/* --- tiff_ways.c: from a block to planes --- */

/* The reader's scratch(); see include/reader.h. */
size_t tiff_scratch(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
		    unsigned n_bands, bool mask);

/* Fill the part of the planes that one block covers; all scratch is given back. */
int tiff_part_read(const struct tiff_job *job, const struct tiff_part *part);

/*
 * The stored bytes that tiff_part_read() is going to fetch: how many, from *offset on. 0 where
 * nothing is stored, or where a block is fetched bit by bit, which the kernel sees for itself.
 */
uint64_t tiff_part_bytes(const struct tiff_job *job, const struct tiff_part *part,
			 uint64_t *offset);

/* Place of pixel (x, y) of the image in one of the planes. */
static inline unsigned char *tiff_place(const struct tiff_job *job, unsigned band, uint32_t x,
					uint32_t y)
{
	const struct window *w = &job->request->window;
	size_t pixel = (size_t)(y - w->y_off) * w->x_size + (x - w->x_off);

	return (unsigned char *)job->request->plane[band] + pixel * job->size;
}

/* Scratch of the plan's; NULL with an error where that is too small. */
void *tiff_take(const struct tiff_job *job, size_t bytes);

/* Are rows of the block rows of the plane, one behind the other? */
bool tiff_same_rows(const struct tiff_job *job, const struct tiff_part *part);

/* So many rows of the block were decoded. */
void tiff_count_decoded(const struct tiff_job *job, const struct tiff_part *part, uint64_t rows);

/* --- tiff_direct.c: whole blocks without libtiff --- */

/* Blocks on their way: fetched, decoded together, delivered. */
struct tiff_batch {
	unsigned n;
	size_t mark; /* of the arena before the first one */
	struct tiff_part part[DECODE_BATCH];
	void *raw[DECODE_BATCH], *rows[DECODE_BATCH];
	size_t raw_bytes[DECODE_BATCH];
};

/* Can all blocks of this image be decoded so? */
bool tiff_direct_takes(const struct tiff_image *image);
/* Give the image its decoder. */
int tiff_direct_open(struct tiff_image *image, struct error *err);
/* Can a block of this size be decoded by rows as well? */
static inline bool tiff_direct_large(size_t block_bytes, size_t raw_bytes)
{
	return block_bytes >= TIFF_STREAM_MIN_BYTES ||
	       raw_bytes >= TIFF_STREAM_MIN_BYTES - block_bytes;
}
/*
 * n rows as they were decoded to the planes, the first being row y of the image: byte order and
 * predictor undone on the way, some of that in place. scratch: a row.
 */
void tiff_deliver(const struct tiff_job *job, const struct tiff_part *part, unsigned char *rows,
		  uint32_t y, uint32_t n, void *scratch);
/* Scratch for a batch, bytes. */
size_t tiff_direct_scratch(const struct raster_info *info);
/* One more block; a full batch is decoded and delivered. */
int tiff_direct_add(const struct tiff_job *job, const struct tiff_part *part);
/* What is left in the batch. */
int tiff_direct_flush(const struct tiff_job *job);

/* --- tiff_rows.c: blocks too large to be held whole --- */

/* Samples in the other byte order, turned in place. */
void tiff_swap_samples(void *samples, size_t bytes, unsigned bits);

/* Rows row0 to row0 + n (counted in the block) of an uncompressed block, in native byte order. */
int tiff_rows_fetch(const struct tiff_image *image, const struct tiff_block *block, uint32_t row0,
		    uint32_t n, void *out, struct error *err);

/*
 * A decoder of the block that stands at or before row0; started, or taken up where an earlier
 * window left it.
 */
struct tiff_cursor *tiff_cursor_get(struct tiff_handle *handle, const struct tiff_block *block,
				    uint32_t row0, struct error *err);
/* The next row of the block into `out` (row_bytes). -1 where it is damaged; then it is closed. */
int tiff_cursor_row(const struct tiff_image *image, struct tiff_cursor *cursor,
		    const struct tiff_block *block, void *out, struct error *err);
/* After the last row in the image: look at the rest of the stream, and close. */
int tiff_cursor_finish(const struct tiff_image *image, struct tiff_cursor *cursor,
		       const struct tiff_block *block, struct error *err);
/* All of the handle's: decoders of whole blocks may take their memory. */
void tiff_cursors_close(struct tiff_handle *handle);

#endif
