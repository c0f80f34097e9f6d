/*
 * Spools (spool.h): appending and reading. Knows nothing of what lies in them. Their files are made
 * by spool_open.c.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "new_file.h"
#include "spool_files.h"
#include "text.h"

enum { LITTLE_BYTES = 4 << 20 /* no more than a few tiles of a map */ };

/* --- what is asked of all of them --- */

bool spools_in_memory(const struct spools *spools)
{
	return spools->in_memory;
}

void spools_limit(struct spools *spools, uint64_t bytes)
{
	spools->limit = bytes ? bytes : 1;
}

uint64_t spools_peak(const struct spools *spools)
{
	return atomic_load(&spools->shared->peak.bytes);
}

unsigned spools_descriptors(const struct spools *spools, const int **fd)
{
	*fd = spools->fd;
	return spools->n;
}

unsigned spools_rank(const struct spools *spools)
{
	return spools->rank;
}

/* --- appending --- */

static void raise_peak(struct spools *spools, uint64_t total)
{
	uint64_t peak = atomic_load(&spools->shared->peak.bytes);

	while (total > peak &&
	       !atomic_compare_exchange_weak(&spools->shared->peak.bytes, &peak, total))
		;
}

static int no_memory_left(const struct spools *spools, uint64_t bytes, struct error *err)
{
	char limit[24];

	return error_set(err, EX_TEMPFAIL,
			 "%s: pixels wait there for their place, and it is in memory, of which "
			 "--memory leaves %s for that; %" PRIu64
			 " bytes more were wanted: name a folder on a "
			 "disk with --spool-dir, or raise --memory",
			 spools->path, bytes_text(limit, spools->limit), bytes);
}

/* Drop the first n bytes of the parts that are left. */
static void advance(struct iovec **part, int *n_parts, size_t n)
{
	while (*n_parts && n >= (*part)->iov_len) {
		n -= (*part)->iov_len;
		(*part)++;
		(*n_parts)--;
	}
	if (n) {
		(*part)->iov_base = (unsigned char *)(*part)->iov_base + n;
		(*part)->iov_len -= n;
	}
}

/* 0 or errno. */
static int write_parts(int fd, struct iovec *part, int n_parts, uint64_t offset)
{
	advance(&part, &n_parts, 0);
	while (n_parts) {
		ssize_t n;

		if (offset > INT64_MAX)
			return EFBIG;
		n = pwritev(fd, part, n_parts, (off_t)offset);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n == 0)
			return ENOSPC; /* no system that says less */
		if (n > 0) {
			offset += (uint64_t)n;
			advance(&part, &n_parts, (size_t)n);
		}
	}
	return 0;
}

static void forget(struct spools *spools, uint32_t place)
{
	uint64_t bytes = atomic_exchange(&spools->shared->end[place].bytes, 0);

	atomic_fetch_sub(&spools->shared->total.bytes, bytes);
	(void)!ftruncate(spools->fd[place], 0);
}

/* Ranks: the run has told rank 0 alone that the scene before is over. */
static void begin_append(struct spools *spools, uint32_t place, uint32_t scene_id)
{
	struct spool_use *use = &spools->use[place];

	if (!spools->rank)
		return;
	pthread_mutex_lock(&spools->lock);
	if (!use->used || use->scene_id != scene_id)
		forget(spools, place);
	use->used = true;
	use->scene_id = scene_id;
	use->appends++;
	pthread_mutex_unlock(&spools->lock);
}

static void end_append(struct spools *spools, uint32_t place)
{
	if (!spools->rank)
		return;
	pthread_mutex_lock(&spools->lock);
	spools->use[place].appends--;
	pthread_mutex_unlock(&spools->lock);
}

/*
 * Ranks: rank 0 has emptied places whose scenes are over. Nobody is at them, something was written
 * there, and the file is empty.
 */
static void forget_emptied(struct spools *spools)
{
	struct stat st;

	if (!spools->rank)
		return;
	pthread_mutex_lock(&spools->lock);
	for (uint32_t i = 0; i < spools->n; i++)
		if (!spools->use[i].appends && atomic_load(&spools->shared->end[i].bytes) &&
		    fstat(spools->fd[i], &st) == 0 && st.st_size == 0)
			forget(spools, i);
	pthread_mutex_unlock(&spools->lock);
}

/* Bytes of all spools, with so many more; 0: there may not be so many. */
static uint64_t take_bytes(struct spools *spools, uint64_t bytes)
{
	uint64_t total = atomic_fetch_add(&spools->shared->total.bytes, bytes) + bytes;

	if (!spools->limit || total <= spools->limit)
		return total;
	atomic_fetch_sub(&spools->shared->total.bytes, bytes);
	return 0;
}

/* Where in the file the next so many bytes may be written. */
static int take_range(struct spools *spools, uint32_t place, uint64_t bytes, uint64_t *offset,
		      struct error *err)
{
	uint64_t total = take_bytes(spools, bytes);

	if (!total && bytes) {
		forget_emptied(spools);
		total = take_bytes(spools, bytes);
		if (!total)
			return no_memory_left(spools, bytes, err);
	}
	raise_peak(spools, total);
	*offset = atomic_fetch_add(&spools->shared->end[place].bytes, bytes);
	return 0;
}

/* 0 or errno, or -1 with the error. */
static int append(struct spools *spools, uint32_t place, struct iovec *part, int n_parts,
		  uint64_t bytes, uint64_t *offset, struct error *err)
{
	if (take_range(spools, place, bytes, offset, err))
		return -1;
	return write_parts(spools->fd[place], part, n_parts, *offset);
}

int spool_append(struct spools *spools, uint32_t scene_id, const struct iovec *part, int n_parts,
		 uint64_t *offset, struct error *err)
{
	uint32_t place = scene_id % spools->n;
	struct iovec left[SPOOL_PARTS];
	uint64_t bytes = 0;
	int why;

	if (n_parts < 0 || n_parts > SPOOL_PARTS)
		return error_set(err, EX_SOFTWARE, "too many parts for one append to a spool");
	for (int i = 0; i < n_parts; i++) {
		left[i] = part[i];
		bytes += part[i].iov_len;
	}
	begin_append(spools, place, scene_id);
	why = append(spools, place, left, n_parts, bytes, offset, err);
	end_append(spools, place);
	if (why <= 0)
		return why;
	return error_errno(err, EX_IOERR, why,
			   "%s: %" PRIu64
			   " bytes that wait there for their place in a file cannot be written "
			   "(--spool-dir names another folder)",
			   spools->path, bytes);
}

int spool_hand_over(struct spools *spools, uint32_t scene_id, struct error *err)
{
	if (!spools->rank || spools->local || new_file_sync(spools->fd[scene_id % spools->n]) == 0)
		return 0;
	return error_errno(err, EX_IOERR, errno,
			   "%s: what rank %u has written there does not get to the others",
			   spools->path, spools->rank);
}

/* --- in the process of the run --- */

static struct spool_borrowed *borrowed_of(struct spools *spools, uint32_t scene_id, unsigned rank)
{
	return &spools->borrowed[(size_t)(scene_id % spools->n) * spools->n_ranks + rank];
}

/* Anew for each scene: on file systems of a network an open file shows what there was. */
static int borrow(struct spools *spools, uint32_t scene_id, unsigned rank)
{
	struct spool_borrowed *borrowed = borrowed_of(spools, scene_id, rank);
	char name[SPOOL_NAME_BYTES];
	struct stat st;

	if (borrowed->fd >= 0 && borrowed->scene_id == scene_id)
		return borrowed->fd;
	spool_close_fd(&borrowed->fd);
	spool_name(name, spools->token, rank, scene_id % spools->n);
	borrowed->fd = openat(spools->folder, name,
			      O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (borrowed->fd >= 0 && (fstat(borrowed->fd, &st) || !S_ISREG(st.st_mode))) {
		spool_close_fd(&borrowed->fd);
		errno = EINVAL;
	}
	borrowed->scene_id = scene_id;
	return borrowed->fd;
}

int spool_descriptor(struct spools *spools, uint32_t scene_id, unsigned rank, struct error *err)
{
	int fd;

	if (rank == spools->rank)
		return spools->fd[scene_id % spools->n];
	if (spools->rank || rank >= spools->n_ranks)
		return error_set(err, EX_SOFTWARE, "there is no spool of rank %u here", rank);
	fd = borrow(spools, scene_id, rank);
	if (fd < 0)
		error_errno(err, EX_IOERR, errno,
			    "%s: what rank %u has written there cannot be opened; all ranks must "
			    "see the same folder (--spool-dir)",
			    spools->path, rank);
	return fd;
}

int spool_read(struct spools *spools, uint32_t scene_id, unsigned rank, uint64_t offset, void *out,
	       size_t bytes, struct error *err)
{
	int fd = spool_descriptor(spools, scene_id, rank, err);
	unsigned char *at = out;

	if (fd < 0)
		return -1;
	while (bytes) {
		ssize_t n = offset > INT64_MAX ? 0 : pread(fd, at, bytes, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, EX_IOERR, errno,
					   "%s: pixels that wait there cannot be read",
					   spools->path);
		if (n == 0)
			return error_set(err, EX_IOERR,
					 "%s: pixels that should wait there are not to be found",
					 spools->path);
		at += n;
		offset += (uint64_t)n;
		bytes -= (size_t)n;
	}
	return 0;
}

static int open_already(struct spools *spools, uint32_t scene_id, unsigned rank)
{
	const struct spool_borrowed *borrowed;

	if (rank == spools->rank)
		return spools->fd[scene_id % spools->n];
	if (spools->rank || rank >= spools->n_ranks)
		return -1;
	borrowed = borrowed_of(spools, scene_id, rank);
	return borrowed->scene_id == scene_id ? borrowed->fd : -1;
}

uint64_t spool_bytes(struct spools *spools, uint32_t scene_id, unsigned rank)
{
	struct stat st;
	int fd = open_already(spools, scene_id, rank);

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* Quotas are known by trying alone. What is taken goes when the place is emptied. */
bool spools_full(struct spools *spools, uint32_t scene_id)
{
	int fd = spools->fd[scene_id % spools->n], rc;
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return false;
	if (fs.f_blocks && (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize < LITTLE_BYTES)
		return true;
	do
		rc = fallocate(fd, FALLOC_FL_KEEP_SIZE, st.st_size, LITTLE_BYTES);
	while (rc && errno == EINTR);
	return rc && (errno == ENOSPC || errno == EDQUOT);
}

void spool_empty(struct spools *spools, uint32_t scene_id)
{
	forget(spools, scene_id % spools->n);
	for (unsigned rank = 1; rank < spools->n_ranks && !spools->rank; rank++) {
		int fd = borrow(spools, scene_id, rank);

		if (fd >= 0)
			(void)!ftruncate(fd, 0);
		spool_close_fd(&borrowed_of(spools, scene_id, rank)->fd);
	}
}
