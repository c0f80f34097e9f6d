/*
 * Spools (spool.h). Knows nothing of what lies in them.
 *
 * Files are without a name where the file system can do that (O_TMPFILE), else they lose it at
 * once. Those of ranks are called .imgpipe-TOKEN-RANK-PLACE.spool and locked as long as their
 * process lives, so a lock that can be taken shows that the file is left over.
 */
#include "spool.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "locks.h"
#include "new_file.h"
#include "text.h"

enum {
	APART = 128,
	NAME_BYTES = 64,
	TRIES = 100,
	LITTLE_BYTES = 4 << 20 /* no more than a few tiles of a map */
};

/* Seen by all processes that append. They may be out of their mind: nothing that is read later
 * depends on it. */
struct counter {
	_Alignas(APART) atomic_uint_least64_t bytes;
};

struct shared {
	struct counter total, peak;
	struct counter end[]; /* by place: where the next range begins */
};

/* Of a place, by a rank. */
struct use {
	bool used;
	uint32_t scene_id;
	unsigned appends;
};

/* A spool of another rank, opened by rank 0 for one scene. */
struct borrowed {
	int fd; /* -1: not open */
	uint32_t scene_id;
};

struct spools {
	char *path;
	int folder; /* not in worker processes */
	unsigned rank, n_ranks;
	uint64_t token;
	bool named, local; /* local: who writes on this machine is seen by all at once */
	bool in_memory;
	uint64_t limit; /* 0: none */
	uint32_t n;
	int *fd;
	struct shared *shared;
	size_t shared_bytes;
	/* Ranks alone: whose bytes lie in a place, and how many appends are under way. A new scene
	 * there means that the one before is over. */
	pthread_mutex_t lock;
	struct use *use;
	struct borrowed *borrowed; /* rank 0 of several: place * n_ranks + rank */
};

/* --- names --- */

static const char prefix[] = ".imgpipe-", tail[] = ".spool";

static void spool_name(char name[NAME_BYTES], uint64_t token, unsigned rank, uint32_t place)
{
	(void)snprintf(name, NAME_BYTES, "%s%016" PRIx64 "-%u-%" PRIu32 "%s", prefix, token, rank,
		       place, tail);
}

static const char *skip(const char *at, int (*kind)(int))
{
	const char *end = at;

	while (at && kind((unsigned char)*end))
		end++;
	return end > at ? end : NULL;
}

static const char *skip_dash(const char *at)
{
	return at && *at == '-' ? at + 1 : NULL;
}

/* Of another run: those of this one belong to ranks that may not have locked them yet. */
static bool is_other_spool(const char *name, const void *context)
{
	const uint64_t *token = context;
	const char *at = name;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return false;
	at = skip(name + sizeof(prefix) - 1, isxdigit);
	at = skip(skip_dash(at), isdigit);
	at = skip(skip_dash(at), isdigit);
	return at && strcmp(at, tail) == 0 &&
	       strtoull(name + sizeof(prefix) - 1, NULL, 16) != *token;
}

/* --- making them --- */

static int open_named(struct spools *spools, uint32_t place)
{
	char name[NAME_BYTES];

	for (int i = 0; i < TRIES; i++) {
		int fd;

		spool_name(name, spools->token, spools->rank, place);
		fd = openat(spools->folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		if (!spools->local || locks_take(fd))
			return fd;
		(void)close(fd); /* somebody sweeps it just now */
	}
	errno = EEXIST;
	return -1;
}

static void unlink_named(struct spools *spools, uint32_t place)
{
	char name[NAME_BYTES];

	spool_name(name, spools->token, spools->rank, place);
	(void)unlinkat(spools->folder, name, 0);
}

static int open_one(struct spools *spools, uint32_t place)
{
	int fd;

	if (spools->named)
		return open_named(spools, place);
	fd = openat(spools->folder, ".", O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	fd = open_named(spools, place);
	if (fd >= 0)
		unlink_named(spools, place);
	return fd;
}

static bool is_in_memory(int folder)
{
	struct statfs fs;

	return fstatfs(folder, &fs) == 0 &&
	       ((unsigned long)fs.f_type == TMPFS_MAGIC || (unsigned long)fs.f_type == RAMFS_MAGIC);
}

static int refuse(const struct spools *spools, int why, struct error *err)
{
	return error_errno(err, EX_CANTCREAT, why,
			   "%s: cannot make the files in which pixels wait for their place "
			   "(--spool-dir names another folder)",
			   spools->path);
}

static int open_folder(struct spools *spools, const struct spools_place *place, struct error *err)
{
	spools->folder = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spools->folder < 0)
		return refuse(spools, errno, err);
	spools->local = locks_hold(spools->folder);
	spools->in_memory = is_in_memory(spools->folder);
	if (!spools->named && getrandom(&spools->token, sizeof(spools->token), 0) < 0)
		spools->token = (uint64_t)getpid();
	if (spools->local)
		locks_sweep(spools->folder, is_other_spool, &spools->token);
	return 0;
}

static int open_all(struct spools *spools, struct error *err)
{
	for (uint32_t i = 0; i < spools->n; i++) {
		spools->fd[i] = open_one(spools, i);
		if (spools->fd[i] < 0)
			return refuse(spools, errno, err);
	}
	return 0;
}

/* Spools of other ranks that this process may open. */
static size_t most_borrowed(const struct spools *spools)
{
	return spools->n_ranks > 1 && !spools->rank ? (size_t)spools->n * spools->n_ranks : 0;
}

static int make_room(struct spools *spools, struct error *err)
{
	const size_t n_borrowed = most_borrowed(spools);

	spools->fd = malloc(spools->n * sizeof(*spools->fd));
	spools->use = calloc(spools->n, sizeof(*spools->use));
	spools->borrowed = malloc((n_borrowed ? n_borrowed : 1) * sizeof(*spools->borrowed));
	spools->shared_bytes = sizeof(*spools->shared) + spools->n * sizeof(*spools->shared->end);
	spools->shared = mmap(NULL, spools->shared_bytes, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (spools->shared == MAP_FAILED)
		spools->shared = NULL;
	if (!spools->fd || !spools->use || !spools->borrowed || !spools->shared)
		return error_memory(err, "the spools", spools->shared_bytes);
	for (uint32_t i = 0; i < spools->n; i++)
		spools->fd[i] = -1;
	for (size_t i = 0; i < n_borrowed; i++)
		spools->borrowed[i] = (struct borrowed){.fd = -1};
	return 0;
}

int spools_open(struct spools **out, const struct spools_place *place, struct error *err)
{
	struct spools *spools = calloc(1, sizeof(*spools));

	*out = NULL;
	if (!spools)
		return error_memory(err, "the spools", sizeof(*spools));
	*spools = (struct spools){
		.path = strdup(place->folder),
		.folder = -1,
		.rank = place->rank,
		.n_ranks = place->n_ranks,
		.token = place->token,
		.named = place->n_ranks > 1,
		.n = place->n ? place->n : 1,
	};
	pthread_mutex_init(&spools->lock, NULL);
	if (!spools->path)
		error_memory(err, "the spools", strlen(place->folder) + 1);
	else if (make_room(spools, err) == 0 && open_folder(spools, place, err) == 0 &&
		 open_all(spools, err) == 0)
		*out = spools;
	if (*out)
		return 0;
	spools_close(spools);
	return -1;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Names go before locks do: nobody can take the file for a dead one's. */
void spools_close(struct spools *spools)
{
	if (!spools)
		return;
	for (size_t i = 0; spools->borrowed && i < most_borrowed(spools); i++)
		close_fd(&spools->borrowed[i].fd);
	for (uint32_t i = 0; spools->fd && i < spools->n; i++) {
		if (spools->named && spools->fd[i] >= 0)
			unlink_named(spools, i);
		close_fd(&spools->fd[i]);
	}
	close_fd(&spools->folder);
	if (spools->shared)
		(void)munmap(spools->shared, spools->shared_bytes);
	pthread_mutex_destroy(&spools->lock);
	free(spools->borrowed);
	free(spools->use);
	free(spools->fd);
	free(spools->path);
	free(spools);
}

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
	struct use *use = &spools->use[place];

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

static struct borrowed *borrowed_of(struct spools *spools, uint32_t scene_id, unsigned rank)
{
	return &spools->borrowed[(size_t)(scene_id % spools->n) * spools->n_ranks + rank];
}

/* Anew for each scene: on file systems of a network an open file shows what there was. */
static int borrow(struct spools *spools, uint32_t scene_id, unsigned rank)
{
	struct borrowed *borrowed = borrowed_of(spools, scene_id, rank);
	char name[NAME_BYTES];
	struct stat st;

	if (borrowed->fd >= 0 && borrowed->scene_id == scene_id)
		return borrowed->fd;
	close_fd(&borrowed->fd);
	spool_name(name, spools->token, rank, scene_id % spools->n);
	borrowed->fd = openat(spools->folder, name,
			      O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (borrowed->fd >= 0 && (fstat(borrowed->fd, &st) || !S_ISREG(st.st_mode))) {
		close_fd(&borrowed->fd);
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
	const struct borrowed *borrowed;

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
		close_fd(&borrowed_of(spools, scene_id, rank)->fd);
	}
}
