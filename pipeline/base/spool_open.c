/*
 * Making spools and removing them (spool.h).
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "locks.h"
#include "spool_files.h"

enum { TRIES = 100 };

/* --- names --- */

static const char prefix[] = ".imgpipe-", tail[] = ".spool";

void spool_name(char name[SPOOL_NAME_BYTES], uint64_t token, unsigned rank, uint32_t place)
{
	(void)snprintf(name, SPOOL_NAME_BYTES, "%s%016" PRIx64 "-%u-%" PRIu32 "%s", prefix, token,
		       rank, place, tail);
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
	char name[SPOOL_NAME_BYTES];

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
	char name[SPOOL_NAME_BYTES];

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
	/* What there is will be closed, also where the rest cannot be had. */
	for (uint32_t i = 0; spools->fd && i < spools->n; i++)
		spools->fd[i] = -1;
	for (size_t i = 0; spools->borrowed && i < n_borrowed; i++)
		spools->borrowed[i] = (struct spool_borrowed){.fd = -1};
	if (!spools->fd || !spools->use || !spools->borrowed || !spools->shared)
		return error_memory(err, "the spools", spools->shared_bytes);
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

void spool_close_fd(int *fd)
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
		spool_close_fd(&spools->borrowed[i].fd);
	for (uint32_t i = 0; spools->fd && i < spools->n; i++) {
		if (spools->named && spools->fd[i] >= 0)
			unlink_named(spools, i);
		spool_close_fd(&spools->fd[i]);
	}
	spool_close_fd(&spools->folder);
	if (spools->shared)
		(void)munmap(spools->shared, spools->shared_bytes);
	pthread_mutex_destroy(&spools->lock);
	free(spools->borrowed);
	free(spools->use);
	free(spools->fd);
	free(spools->path);
	free(spools);
}
