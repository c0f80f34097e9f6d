/*
 * From a scene's description to its files: directory after directory (image, mask, overviews and
 * theirs), each block by block in order, made by a pool of threads and stored by the calling one.
 * Knows no content.
 */
#include "scene_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "block.h"
#include "ordered_pool.h"
#include "window.h"

enum {
	STREAM_BYTES = 32 << 20, /* a strip above this is written row by row */
	GROUP_BYTES = 1 << 20,   /* by groups of rows of this size */
	FLIGHT_BYTES = 256 << 20 /* of blocks that are made and not yet written */
};

struct output {
	struct sink sink;
	TIFF *tif;
	char *temporary;
};

struct writer {
	const struct scene_spec *spec;
	const char *const *paths;
	const volatile sig_atomic_t *interrupted;
	unsigned n_outputs;
	struct output outputs[MAX_BANDS];
	/* the directory that is being written */
	struct directory dir;
	bool stream;           /* row by row */
	unsigned stream_plane; /* the plane of this pass, where planes share a file */
	uint32_t job_x, job_y; /* pixels of a job: a block, or a group of rows */
	uint64_t across;       /* jobs */
	struct block *slots;
};

static unsigned samples_per_file(const struct writer *w)
{
	return w->dir.mask || w->spec->split ? 1 : w->spec->n_bands;
}

static int make_block(void *context, uint64_t number, unsigned slot, struct error *err)
{
	const struct writer *w = context;
	struct block *block = w->slots + slot;
	bool padded = w->spec->tiled;

	block->x = (uint32_t)(number % w->across) * w->job_x;
	block->y = (uint32_t)(number / w->across) * w->job_y;
	block->x_size = w->job_x;
	block->y_size = w->job_y;
	if (!padded && w->dir.y_size - block->y < block->y_size)
		block->y_size = w->dir.y_size - block->y;
	return block_make(block, w->spec, &w->dir, w->stream, err);
}

static int store_encoded(struct writer *w, struct output *out, uint64_t strile,
			 const struct blob *blob, const char *path, struct error *err)
{
	tmsize_t n = (tmsize_t)blob->size;
	unsigned char *at = blob->data + blob->begin;

	if (!blob->size)
		return 0;
	if (strile > UINT32_MAX)
		return error_set(err, EX_USAGE, "%s: more than 2^32 tiles; choose larger ones",
				 path);
	if ((w->spec->tiled ? TIFFWriteRawTile(out->tif, (uint32_t)strile, at, n)
			    : TIFFWriteRawStrip(out->tif, (uint32_t)strile, at, n)) < 0)
		return sink_error(&out->sink, path, err);
	return 0;
}

static int store_rows(struct writer *w, struct output *out, const struct block *block, unsigned p,
		      const char *path, struct error *err)
{
	size_t row_bytes = directory_row_bytes(w->spec, &w->dir, block->x_size);

	for (uint32_t y = 0; y < block->y_size; y++)
		if (TIFFWriteScanline(out->tif, block->blobs[p].data + y * row_bytes, block->y + y,
				      (uint16_t)(w->n_outputs > 1 ? 0 : p)) < 0)
			return sink_error(&out->sink, path, err);
	return 0;
}

static int take_block(void *context, uint64_t number, unsigned slot, struct error *err)
{
	struct writer *w = context;
	struct block *block = w->slots + slot;
	uint64_t per_plane = w->across * ceil_div(w->dir.y_size, w->job_y);
	bool apart = w->n_outputs > 1;
	unsigned planes = apart ? w->n_outputs : w->dir.planes;
	int status = 0;

	for (unsigned k = 0; k < planes && !status; k++) {
		struct output *out = w->outputs + (apart ? k : 0);
		const char *path = w->paths[apart ? k : 0];
		/* A mask is one plane, stored in every file. */
		unsigned p = w->dir.planes > 1 ? k : 0;

		if (!w->stream)
			status = store_encoded(w, out, number + (apart ? 0 : k * per_plane),
					       &block->blobs[p], path, err);
		else if (apart || p == w->stream_plane)
			status = store_rows(w, out, block, p, path, err);
	}
	block_release(block);
	return status;
}

static int run_jobs(struct writer *w, struct error *err)
{
	size_t bytes = size_mul(directory_row_bytes(w->spec, &w->dir, w->job_x),
				size_mul(w->job_y, w->dir.planes));
	uint64_t room = bytes < FLIGHT_BYTES ? FLIGHT_BYTES / bytes : 1;
	unsigned workers = w->spec->workers < room ? w->spec->workers : (unsigned)room;
	struct ordered_jobs jobs = {
		.n_jobs = w->across * ceil_div(w->dir.y_size, w->job_y),
		.n_workers = workers,
		.n_slots = 2 * workers < room ? 2 * workers : (unsigned)room,
		.context = w,
		.make = make_block,
		.take = take_block,
		.interrupted = w->interrupted,
	};
	int status;

	w->slots = calloc(jobs.n_slots, sizeof(*w->slots));
	if (!w->slots)
		return error_memory(err, "the blocks", jobs.n_slots * sizeof(*w->slots));
	status = ordered_run(&jobs, err);
	for (unsigned i = 0; i < jobs.n_slots; i++)
		block_release(w->slots + i);
	free(w->slots);
	w->slots = NULL;
	return status;
}

/* Size of the directory, its blocks, and how the work on it is cut. */
static void plan_directory(struct writer *w, unsigned level, bool mask)
{
	const struct scene_spec *spec = w->spec;
	struct directory *dir = &w->dir;
	bool apart = spec->band_interleaved || spec->split;
	size_t row_bytes;

	dir->step = 1u << level;
	dir->mask = mask;
	dir->x_size = (uint32_t)ceil_div(spec->x_size, dir->step);
	dir->y_size = (uint32_t)ceil_div(spec->y_size, dir->step);
	dir->samples = mask || apart ? 1 : spec->n_bands;
	dir->planes = mask || !apart ? 1 : spec->n_bands;
	dir->block_x_size = spec->tiled ? spec->block_x_size : dir->x_size;
	dir->block_y_size = spec->block_y_size;
	if (!spec->tiled && (!dir->block_y_size || dir->block_y_size > dir->y_size))
		dir->block_y_size = dir->y_size;
	row_bytes = directory_row_bytes(spec, dir, dir->block_x_size);
	w->stream = !spec->tiled && size_mul(row_bytes, dir->block_y_size) > STREAM_BYTES;
	w->job_x = dir->block_x_size;
	w->job_y = dir->block_y_size;
	if (w->stream)
		w->job_y = row_bytes < GROUP_BYTES ? (uint32_t)(GROUP_BYTES / row_bytes) : 1;
	w->across = ceil_div(dir->x_size, w->job_x);
}

static int begin_directory(struct writer *w, unsigned o, struct error *err)
{
	struct output *out = w->outputs + o;
	unsigned samples = samples_per_file(w);

	if (tags_layout(out->tif, w->spec, &w->dir, w->dir.x_size, w->dir.y_size, samples) ||
	    tags_describe(out->tif, w->spec, &w->dir, o, samples) ||
	    /* libtiff's own buffer would be as large as the strip. */
	    (w->stream && !TIFFWriteBufferSetup(out->tif, NULL, GROUP_BYTES)))
		return sink_error(&out->sink, w->paths[o], err);
	return 0;
}

static int write_directory(struct writer *w, unsigned level, bool mask, struct error *err)
{
	unsigned passes;

	plan_directory(w, level, mask);
	if (w->stream && w->spec->predictor == 3 && w->spec->big_endian)
		return error_set(
			err, EX_USAGE,
			"%s: libtiff cannot stream predictor 3 in big-endian order; choose "
			"smaller strips or predictor 1",
			w->paths[0]);
	for (unsigned o = 0; o < w->n_outputs; o++)
		if (begin_directory(w, o, err))
			return -1;
	passes = w->stream && w->n_outputs == 1 ? w->dir.planes : 1;
	for (w->stream_plane = 0; w->stream_plane < passes; w->stream_plane++)
		if (run_jobs(w, err))
			return -1;
	for (unsigned o = 0; o < w->n_outputs; o++)
		if (!TIFFWriteDirectory(w->outputs[o].tif))
			return sink_error(&w->outputs[o].sink, w->paths[o], err);
	return 0;
}

/* Raw samples above this many bytes may pass 4 GB once stored, badly compressed, with overviews. */
static bool needs_bigtiff(const struct scene_spec *spec)
{
	double bytes = (double)spec->x_size * spec->y_size * sample_bits(spec->type) / 8;

	return spec->bigtiff || bytes * (spec->split ? 1 : spec->n_bands) > 2.8e9;
}

static int open_output(struct output *out, const struct scene_spec *spec, const char *path,
		       struct error *err)
{
	char mode[8];

	if (asprintf(&out->temporary, "%s.part-%ld", path, (long)getpid()) < 0) {
		out->temporary = NULL;
		return error_memory(err, "a file name", strlen(path));
	}
	if (sink_create(&out->sink, out->temporary, path, err))
		return -1;
	out->tif = sink_open(&out->sink, write_mode(spec, needs_bigtiff(spec), mode));
	return out->tif ? 0 : sink_error(&out->sink, path, err);
}

static int close_outputs(struct writer *w, int status, struct error *err)
{
	for (unsigned o = 0; o < w->n_outputs; o++) {
		struct output *out = w->outputs + o;

		if (out->tif)
			TIFFClose(out->tif);
		if (!status && out->sink.errno_value)
			status = sink_error(&out->sink, w->paths[o], err);
		if (sink_close(&out->sink, w->paths[o], status ? NULL : err))
			status = -1;
	}
	for (unsigned o = 0; o < w->n_outputs && !status; o++)
		if (rename(w->outputs[o].temporary, w->paths[o]))
			status = error_errno(err, EX_CANTCREAT, errno, "%s: cannot create",
					     w->paths[o]);
	for (unsigned o = 0; o < w->n_outputs; o++) {
		if (status && w->outputs[o].temporary)
			unlink(w->outputs[o].temporary);
		free(w->outputs[o].temporary);
	}
	return status;
}

int scene_write(const struct scene_spec *spec, const char *const *paths,
		const volatile sig_atomic_t *interrupted, struct error *err)
{
	struct writer w = {.spec = spec, .paths = paths, .interrupted = interrupted};
	int status = 0;

	w.n_outputs = spec->split ? spec->n_bands : 1;
	for (unsigned o = 0; o < w.n_outputs; o++)
		w.outputs[o].sink.fd = -1;
	for (unsigned o = 0; o < w.n_outputs && !status; o++)
		status = open_output(w.outputs + o, spec, paths[o], err);
	for (unsigned level = 0; level <= spec->overviews && !status; level++) {
		status = write_directory(&w, level, false, err);
		if (!status && spec->mask)
			status = write_directory(&w, level, true, err);
	}
	return close_outputs(&w, status, err);
}
