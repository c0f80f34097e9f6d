/*
 * Fuzz the TIFF reader as a whole: header, tags, GeoTIFF keys, GDAL's metadata, masks, every
 * decoder. Input: the bytes of one file, mutated by structure (tiff_mutate.h) and at random.
 *
 * Findings, beside what the sanitizers see:
 *   memory    the heap holds more than the plan counts for a probe, or for an open handle;
 *   two ways  the corner of the image, read at once and read in windows that cut its blocks, is not
 *             the same: other samples, or a refusal in other words; or what imgpipe check does, to
 *             look up the places of blocks and decode them to nowhere, passes and refuses others;
 *   libtiff   a block that libtiff decodes without a word of complaint has other samples here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tiffio.h>
#include <unistd.h>

#include "heap.h"
#include "tiff/read.h"
#include "tiff_mutate.h"

enum {
	MOST_SIDE = 300, /* of the corner that is read */
	MOST_SCRATCH = 64 << 20,
	PROBE_BYTES = 4 << 20, /* of heap for any header of a file this small */
	HANDLE_SLACK =
		5 << 18 /* names, directory records; libtiff takes 10^6 bytes to read a value */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	size_t got = seed % 5 ? tiff_mutate(data, size, room, seed) : 0;

	return got ? got : LLVMFuzzerMutate(data, size, room);
}

/* What a way of reading gave. */
struct outcome {
	bool failed;
	struct error error;
	unsigned char *pixels; /* bands one behind the other, then the mask; x_size * y_size each */
};

struct corner {
	const char *path;
	const struct raster_info *info;
	uint32_t x_size, y_size;
	unsigned n_bands;
	size_t sample;
};

static size_t corner_bytes(const struct corner *c)
{
	size_t pixels = (size_t)c->x_size * c->y_size;

	return pixels * c->n_bands * c->sample + (c->info->has_mask ? pixels : 0);
}

/* One window of the corner, copied to where the whole corner has it. */
static int read_part(const struct corner *c, void *handle, const struct window *w,
		     struct outcome *outcome)
{
	size_t pixels = (size_t)w->x_size * w->y_size, whole = (size_t)c->x_size * c->y_size;
	size_t scratch =
		reader_tiff.scratch(c->info, w->x_size, w->y_size, c->n_bands, c->info->has_mask);
	struct read_request request = {.window = *w, .n_bands = c->n_bands};
	struct meter meter = {0};
	struct arena arena;
	unsigned char *part;
	int rc;

	if (scratch > MOST_SCRATCH || arena_init(&arena, scratch, &outcome->error))
		return error_set(&outcome->error, EX_TEMPFAIL, "too large for this target");
	part = malloc(pixels * (c->n_bands * c->sample + 1));
	for (unsigned i = 0; i < c->n_bands; i++) {
		request.band[i] = i + 1;
		request.plane[i] = part + i * pixels * c->sample;
	}
	request.mask = c->info->has_mask ? part + c->n_bands * pixels * c->sample : NULL;
	rc = reader_tiff.read(handle, &request, &arena, &meter, &outcome->error);
	for (unsigned i = 0; !rc && i < c->n_bands + c->info->has_mask; i++) {
		size_t size = i < c->n_bands ? c->sample : 1;
		const unsigned char *from = part + i * pixels * c->sample;
		unsigned char *to = outcome->pixels + i * whole * c->sample;

		for (uint32_t y = 0; y < w->y_size; y++)
			for (uint32_t x = 0; x < w->x_size; x++)
				memcpy(to + ((size_t)(w->y_off + y) * c->x_size + w->x_off + x) *
						       size,
				       from + (request.constant ? 0 : (size_t)y * w->x_size + x) *
						       size,
				       size);
	}
	free(part);
	arena_release(&arena);
	return rc;
}

/* The corner in windows of this size. */
static struct outcome read_corner(const struct corner *c, uint32_t x_step, uint32_t y_step)
{
	struct outcome outcome = {.pixels = calloc(1, corner_bytes(c) + 1)};
	void *handle = NULL;

	outcome.failed = reader_tiff.open(&handle, c->path, c->info, &outcome.error) != 0;
	for (uint32_t y = 0; !outcome.failed && y < c->y_size; y += y_step)
		for (uint32_t x = 0; !outcome.failed && x < c->x_size; x += x_step) {
			struct window w = {x, y, x_step < c->x_size - x ? x_step : c->x_size - x,
					   y_step < c->y_size - y ? y_step : c->y_size - y};

			outcome.failed = read_part(c, handle, &w, &outcome) != 0;
		}
	reader_tiff.close(handle);
	return outcome;
}

static int decode(const struct corner *c, void *handle, struct read_request *request,
		  struct error *err)
{
	size_t scratch = reader_tiff.scratch(c->info, c->x_size, c->y_size, 1, request->mask);
	struct meter meter = {0};
	struct arena arena;
	int rc;

	if (arena_init(&arena, scratch, err))
		abort();
	rc = reader_tiff.read(handle, request, &arena, &meter, err);
	arena_release(&arena);
	return rc;
}

/* Does the corner hold all blocks that the index has? */
static bool is_whole(const struct corner *c)
{
	const struct raster_info *info = c->info;

	return c->x_size == info->x_size && c->y_size == info->y_size &&
	       (!info->band_interleaved || c->n_bands == info->n_bands);
}

/* The corner as imgpipe check has it: band by band where they are stored apart, then the mask. */
static struct outcome decode_corner(const struct corner *c)
{
	const struct window all = {0, 0, c->x_size, c->y_size};
	const unsigned planes = c->info->band_interleaved ? c->n_bands : 1;
	struct outcome outcome = {.pixels = calloc(c->x_size, c->y_size)};
	struct error *err = &outcome.error;
	struct raster_stored stored;
	void *handle = NULL;

	outcome.failed = reader_tiff.open(&handle, c->path, c->info, err) ||
			 (is_whole(c) && reader_tiff.stored(handle, &stored, err));
	for (unsigned i = 0; !outcome.failed && i < planes; i++) {
		struct read_request request = {.window = all, .n_bands = 1, .band = {i + 1}};

		outcome.failed = decode(c, handle, &request, err) != 0;
	}
	if (!outcome.failed && c->info->has_mask) {
		struct read_request request = {.window = all, .mask = outcome.pixels};

		outcome.failed = decode(c, handle, &request, err) != 0;
	}
	reader_tiff.close(handle);
	return outcome;
}

static void finding(const char *what, const struct outcome *a, const struct outcome *b)
{
	fprintf(stderr, "%s differ: %s | %s\n", what, a->failed ? a->error.text : "read",
		b->failed ? b->error.text : "read");
	abort();
}

/* Of several damaged blocks each way may meet another one first: only that there is one counts. */
static void compare(const struct corner *c, const struct outcome *a, const struct outcome *b)
{
	if (a->failed != b->failed)
		finding("two ways of reading", a, b);
	if (!a->failed && memcmp(a->pixels, b->pixels, corner_bytes(c)) != 0)
		finding("the pixels of two ways of reading", a, b);
}

/* --- libtiff --- */

static int quiet(TIFF *tif, void *said, const char *module, const char *format, va_list args)
{
	(void)tif, (void)module, (void)format, (void)args;
	*(bool *)said = true;
	return 1;
}

/* Block 0 in a buffer that is full of `fill`; how much of it libtiff has read. */
static tmsize_t read_block(TIFF *tif, const struct raster_info *info, int fill, unsigned char *rows)
{
	memset(rows, fill, info->block_bytes);
	return TIFFIsTiled(tif) ? TIFFReadEncodedTile(tif, 0, rows, (tmsize_t)info->block_bytes)
				: TIFFReadEncodedStrip(tif, 0, rows, (tmsize_t)info->block_bytes);
}

/* Without a word where it says that something is wrong. */
static TIFF *open_quietly(const struct corner *c, bool *said)
{
	TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
	TIFF *tif;

	TIFFOpenOptionsSetErrorHandlerExtR(options, quiet, said);
	TIFFOpenOptionsSetWarningHandlerExtR(options, quiet, said);
	TIFFOpenOptionsSetMaxSingleMemAlloc(options, 64 << 20);
	tif = TIFFOpenExt(c->path, "rm", options);
	TIFFOpenOptionsFree(options);
	if (tif &&
	    strncmp(c->info->codec, "JPEG", 4) == 0) /* no more than a warning if not YCbCr */
		(void)TIFFSetField(tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
	return tif;
}

/*
 * The first block of the first directory, chunky and of whole bytes, against libtiff's rows. Of a
 * DEFLATE stream that is longer than its block libtiff (with libdeflate) leaves the last bytes as
 * they were: it reads twice, and what hangs on the buffer's contents is no verdict.
 */
static void against_libtiff(const struct corner *c, const struct outcome *ours)
{
	const struct raster_info *info = c->info;
	bool said = false;
	size_t row_bytes = (size_t)info->block_x_size * c->sample * info->n_bands;
	unsigned char *rows = malloc(info->block_bytes), *again = malloc(info->block_bytes);
	tmsize_t got = -1;
	TIFF *tif = open_quietly(c, &said);

	if (tif && rows && again) {
		got = read_block(tif, info, 0, rows);
		if (read_block(tif, info, 0x55, again) != got)
			got = -1;
	}
	for (uint32_t y = 0; !said && got > 0 && y < c->y_size && y < info->block_y_size; y++)
		for (uint32_t x = 0; x < c->x_size && x < info->block_x_size; x++)
			for (unsigned b = 0; b < c->n_bands; b++) {
				size_t at =
					y * row_bytes + ((size_t)x * info->n_bands + b) * c->sample;
				size_t pixel = (size_t)y * c->x_size + x;
				size_t plane = (size_t)c->x_size * c->y_size * c->sample;

				if (at + c->sample <= (size_t)got &&
				    memcmp(rows + at, again + at, c->sample) == 0 &&
				    memcmp(rows + at, ours->pixels + b * plane + pixel * c->sample,
					   c->sample) != 0) {
					fprintf(stderr, "libtiff has other samples at %u, %u\n", x,
						y);
					abort();
				}
			}
	if (tif)
		TIFFClose(tif);
	free(rows);
	free(again);
}

/* Is there a tag Compression with the number of JPEG? For headers that were refused. */
static bool claims_jpeg(const uint8_t *data, size_t size)
{
	static const uint8_t little[] = {3, 1, 3, 0, 1, 0, 0, 0, 7, 0};
	static const uint8_t big[] = {1, 3, 0, 3, 0, 0, 0, 1, 0, 7};
	static const uint8_t little_8[] = {3, 1, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0};
	static const uint8_t big_8[] = {1, 3, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 7};

	return memmem(data, size, little, sizeof(little)) || memmem(data, size, big, sizeof(big)) ||
	       memmem(data, size, little_8, sizeof(little_8)) ||
	       memmem(data, size, big_8, sizeof(big_8));
}

/*
 * What probing may take: libtiff has offset and size of each block that a JPEG in YCbCr claims, up
 * to a million (_TIFFPartialReadStripArray()); how many that were is not known of a header that was
 * refused.
 */
static size_t probe_bytes(const struct raster_info *info, bool refused_jpeg)
{
	size_t n;

	if (refused_jpeg)
		return PROBE_BYTES + 16 * 1000000;
	if (strncmp(info->codec, "JPEG", 4) != 0)
		return PROBE_BYTES;
	n = ((size_t)info->x_size / info->block_x_size + 1) *
	    ((size_t)info->y_size / info->block_y_size + 1);
	return PROBE_BYTES + 16 * (n < 1000000 ? n : 1000000);
}

static void read_all_ways(const char *path, const struct raster_info *info)
{
	struct corner c = {.path = path,
			   .info = info,
			   .x_size = info->x_size < MOST_SIDE ? info->x_size : MOST_SIDE,
			   .y_size = info->y_size < MOST_SIDE ? info->y_size : MOST_SIDE,
			   .n_bands = info->n_bands < 2 ? 1 : 2,
			   .sample = sample_size(info->type)};
	struct outcome whole, cut;

	if (info->block_bytes > MOST_SCRATCH / 2 || info->raw_bytes > MOST_SCRATCH)
		return;
	heap_begin();
	whole = read_corner(&c, c.x_size, c.y_size);
	heap_check("a handle", info->codec_bytes + HANDLE_SLACK + corner_bytes(&c) * 2 +
				       (size_t)c.x_size * c.y_size);
	if (whole.failed && whole.error.code == EX_TEMPFAIL) {
		free(whole.pixels);
		return;
	}
	cut = read_corner(&c, c.x_size, 7);
	compare(&c, &whole, &cut);
	free(cut.pixels);
	cut = read_corner(&c, 23, 61);
	compare(&c, &whole, &cut);
	free(cut.pixels);
	cut = decode_corner(&c);
	if (cut.failed != whole.failed)
		finding("reading, and decoding to nowhere", &whole, &cut);
	free(cut.pixels);
	if (!whole.failed && !info->band_interleaved)
		against_libtiff(&c, &whole);
	free(whole.pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct raster_info info = {0};
	struct error err = {0};
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC), rc;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	heap_begin();
	rc = reader_tiff.probe(path, &info, &err);
	heap_check("a probe", probe_bytes(&info, rc != PROBE_OK && claims_jpeg(data, size)));
	if (rc == PROBE_OK)
		read_all_ways(path, &info);
	raster_info_release(&info);
	close(fd);
	return 0;
}
