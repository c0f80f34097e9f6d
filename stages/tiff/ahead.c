/*
 * Reading ahead: the system is told which stored bytes of a file a window takes, so that the disk
 * works while a block before it is decoded. Neighbouring blocks are asked for together. The bytes
 * wait in the page cache, which is the kernel's; here nothing is read and nothing is kept.
 */
#include "ahead.h"

#include <fcntl.h>
#include <sys/uio.h>

#include "decode.h"

enum {
	JOIN_BYTES = 4096,   /* a gap so small, as between blocks of a COG, is asked for as well */
	PROBE_BYTES = 16384, /* of smaller blocks it is not looked up whether they are there */
};

struct ask {
	struct tiff_job job;  /* first, so that one is the other */
	uint64_t begin, end;  /* of the file, not asked for yet; equal: nothing */
	uint64_t bytes, most; /* with those that were there already */
};

/*
 * Does the middle of these bytes lie in the page cache? Then the rest most likely does, as well:
 * advice on 2 MiB that are there takes 15 us, on uncompressed files 2 % of all CPU time; this takes
 * less than one. (Where they are not, it makes the kernel fetch that page.) Not the ends: those
 * pages are the neighbours' as well.
 */
static bool cached(int fd, uint64_t offset, uint64_t bytes)
{
	unsigned char byte;
	struct iovec there = {&byte, 1};

	return bytes >= PROBE_BYTES &&
	       preadv2(fd, &there, 1, (off_t)(offset + bytes / 2), RWF_NOWAIT) == 1;
}

static void send(struct ask *ask)
{
	/* Advice: where it is refused, blocks are read when they are needed. */
	if (ask->end > ask->begin)
		(void)posix_fadvise(ask->job.handle->image.fd,
				    (off_t)(ask->job.handle->image.start + ask->begin),
				    (off_t)(ask->end - ask->begin), POSIX_FADV_WILLNEED);
	ask->begin = ask->end = 0;
}

static int add(const struct tiff_job *job, const struct tiff_part *part)
{
	struct ask *ask = (struct ask *)(uintptr_t)job;
	uint64_t left = ask->most - ask->bytes, offset, bytes = tiff_part_bytes(job, part, &offset);

	if (bytes > left && ask->bytes)
		return -1; /* whole blocks, or the first part of the first one */
	bytes = bytes < left ? bytes : left;
	if (!bytes)
		return 0;
	ask->bytes += bytes;
	if (cached(ask->job.handle->image.fd, ask->job.handle->image.start + offset, bytes))
		return 0;
	if (offset < ask->end || offset - ask->end > JOIN_BYTES || ask->end == 0) {
		send(ask);
		ask->begin = offset;
	}
	ask->end = offset + bytes;
	return 0;
}

uint64_t tiff_ahead(void *state, const struct read_request *request, uint64_t most)
{
	struct tiff_handle *handle = state;
	struct read_request wanted = *request;
	struct ask ask = {.job = {.handle = handle,
				  .request = &wanted,
				  .size = sample_size(handle->info.type)},
			  .most = most};

	/* Faulty places are found again, with words, when the window is read. */
	(void)tiff_each_part(&ask.job, add);
	send(&ask);
	return ask.bytes;
}
