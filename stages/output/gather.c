/*
 * From spools to a finished file. Records that are neighbours in both are copied in one go, by the
 * kernel where it can (copy_file_range: nothing passes through this process, and file systems may
 * share what is copied), else through a buffer.
 */
#include "gather.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tile_record.h"

enum { PIECE_BYTES = 4 << 20 };

/* A stretch of bytes that is copied as one. */
struct run {
	unsigned rank;
	uint64_t from, to, bytes; /* offsets in spool and file */
};

static int no_room(const struct gather *gather, struct error *err)
{
	return error_errno(err, EX_IOERR, errno, "%s: a map of %llu bytes cannot be written there",
			   gather->folder, (unsigned long long)gather->wanted);
}

static int write_all(const struct gather *gather, int fd, const void *bytes, size_t n, uint64_t at,
		     struct error *err)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pwrite(fd, (const char *)bytes + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = ENOSPC; /* no system that says less */
		if (got <= 0)
			return no_room(gather, err);
		done += (size_t)got;
	}
	return 0;
}

static bool is_cancelled(struct gather *gather, uint64_t bytes)
{
	gather->unasked += bytes;
	if (gather->unasked < PIECE_BYTES || !gather->env->cancelled)
		return false;
	gather->unasked = 0;
	return gather->env->cancelled(gather->env->context);
}

/* Does this errno say that these files cannot be copied so, rather than that it failed? */
static bool not_by_kernel(int why)
{
	return why == EXDEV || why == EINVAL || why == ENOSYS || why == EOPNOTSUPP ||
	       why == EPERM || why == EBADF;
}

/* Bytes that the kernel copied; 0: it does not; -1 with an error. */
static ssize_t by_kernel(struct gather *gather, int from, int to, const struct run *run,
			 struct error *err)
{
	off_t in = (off_t)run->from, out = (off_t)run->to;
	size_t most = run->bytes < PIECE_BYTES ? (size_t)run->bytes : PIECE_BYTES;
	ssize_t n;

	do
		n = copy_file_range(from, &in, to, &out, most, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	if (n == 0 || not_by_kernel(errno)) {
		gather->plain = true;
		return 0;
	}
	return no_room(gather, err);
}

/* Bytes that went through the buffer, or -1. */
static ssize_t by_buffer(struct gather *gather, int to, const struct run *run, struct error *err)
{
	size_t n = run->bytes < GATHER_BUFFER_BYTES ? (size_t)run->bytes : GATHER_BUFFER_BYTES;

	if (spool_read(gather->env->spools, gather->scene_id, run->rank, run->from, gather->buffer,
		       n, err) ||
	    write_all(gather, to, gather->buffer, n, run->to, err))
		return -1;
	return (ssize_t)n;
}

static int copy_run(struct gather *gather, struct run run, int to, struct error *err)
{
	int from = spool_descriptor(gather->env->spools, gather->scene_id, run.rank, err);

	if (from < 0)
		return -1;
	while (run.bytes) {
		ssize_t n = gather->plain ? 0 : by_kernel(gather, from, to, &run, err);

		if (n == 0)
			n = by_buffer(gather, to, &run, err);
		if (n < 0)
			return -1;
		run.from += (uint64_t)n;
		run.to += (uint64_t)n;
		run.bytes -= (uint64_t)n;
		if (is_cancelled(gather, (uint64_t)n))
			return error_set(err, EX_TEMPFAIL, "the run is ending");
	}
	return 0;
}

/* The next record: goes on where the run ends, or the run is copied and a new one begins. */
static int add_record(struct gather *gather, struct run *run, const struct run *record, int to,
		      struct error *err)
{
	if (run->bytes && record->rank == run->rank && record->from == run->from + run->bytes &&
	    record->to == run->to + run->bytes) {
		run->bytes += record->bytes;
		return 0;
	}
	if (run->bytes && copy_run(gather, *run, to, err))
		return -1;
	*run = *record;
	return 0;
}

/* A spool that is shorter than what was said of it would leave a hole in the file. */
static int check_spool(struct gather *gather, const struct run *record, struct error *err)
{
	uint64_t there;

	if (spool_descriptor(gather->env->spools, gather->scene_id, record->rank, err) < 0)
		return -1;
	there = spool_bytes(gather->env->spools, gather->scene_id, record->rank);
	if (record->bytes <= there && record->from <= there - record->bytes)
		return 0;
	return error_set(err, EX_SOFTWARE,
			 "what a worker says of a map does not lie in its spool (%llu bytes at "
			 "%llu of %llu)",
			 (unsigned long long)record->bytes, (unsigned long long)record->from,
			 (unsigned long long)there);
}

static int copy_tiles(struct gather *gather, const struct tiff_file *file,
		      const struct map_places *places, int to, struct error *err)
{
	struct run run = {0};

	for (unsigned level = places->file.n_levels; level-- > 0;) {
		uint64_t first = pyramid_first(&places->file, level);
		uint64_t end = pyramid_first(&places->file, level + 1);

		for (uint64_t i = first; i < end; i++) {
			struct run record = {
				.rank = place_rank(places->place[i]),
				.from = place_offset(places->place[i]),
				.to = tiff_file_offset(file, i),
				.bytes = (uint64_t)places->bytes[i] + TILE_RECORD_MORE,
			};

			if (!places->bytes[i])
				continue;
			if (check_spool(gather, &record, err) ||
			    add_record(gather, &run, &record, to, err))
				return -1;
		}
	}
	return run.bytes ? copy_run(gather, run, to, err) : 0;
}

/* A full disk is known before anything is written, where the file system can say so. */
static int reserve(const struct gather *gather, int fd, struct error *err)
{
	int rc;

	do
		rc = fallocate(fd, 0, 0, (off_t)gather->wanted);
	while (rc && errno == EINTR);
	if (rc == 0 || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)
		return 0;
	return no_room(gather, err);
}

int gather_file(struct gather *gather, const struct tiff_file *file,
		const struct map_places *places, int fd, struct error *err)
{
	size_t n;
	const void *header = tiff_file_header(file, &n);

	gather->wanted = tiff_file_bytes(file);
	if (reserve(gather, fd, err) || write_all(gather, fd, header, n, 0, err))
		return -1;
	return copy_tiles(gather, file, places, fd, err);
}
