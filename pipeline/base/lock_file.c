/*
 * Lock files. flock(2): other than locks of fcntl(2) these stay when another descriptor of the file
 * is closed, and forked processes have them too, so each closes its own at once: one that the
 * kernel holds up must not keep a lock whose run is gone.
 */
#include "lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock_holder.h"
#include "locks.h"

enum {
	TRIES = 5,   /* the file comes or goes while it is opened, or somebody looks who holds it */
	LOOK_MS = 20 /* so long a look takes at the most */
};

struct lock_file {
	int fd;
	bool none;     /* the file system has no locks */
	bool is_local; /* locks_hold() */
	enum lock_kind kind;
	struct lock_file *next;
};

/* --- forked processes --- */

/* All that this process holds. A handler can reach nothing else. */
static struct lock_file *held;

static void close_in_child(void)
{
	for (const struct lock_file *lock = held; lock; lock = lock->next)
		(void)close(lock->fd);
	held = NULL;
}

static void heed_forks(void)
{
	(void)pthread_atfork(NULL, NULL, close_in_child);
}

static void enlist(struct lock_file *lock)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, heed_forks);
	lock->next = held;
	held = lock;
}

static void delist(const struct lock_file *lock)
{
	struct lock_file **at = &held;

	while (*at && *at != lock)
		at = &(*at)->next;
	if (*at)
		*at = lock->next;
}

/* --- opening --- */

/*
 * Never with O_CREAT what may be there: a folder that all may write to refuses that for another
 * user's file (protected_regular). Who may only read it can lock it all the same.
 */
static int open_file(const char *path)
{
	const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	int fd = open(path, O_RDWR | flags);

	if (fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
		const int why = errno;

		fd = open(path, O_RDONLY | flags);
		errno = fd < 0 ? why : errno;
	}
	if (fd < 0 && errno == ENOENT)
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | flags, 0666);
	return fd;
}

static int refuse(const char *path, int why, struct error *err)
{
	if (why == ELOOP || why == EISDIR || why == ENXIO || why == ENODEV)
		return error_set(err, EX_CANTCREAT,
				 "%s: is no plain file, and the lock of a run is to be there; "
				 "remove it",
				 path);
	if (why == EBADMSG)
		return error_set(err, EX_CANTCREAT,
				 "%s: holds something else than a lock, and the lock of a run is "
				 "to be there; move it away",
				 path);
	return error_errno(err, EX_CANTCREAT, why, "%s: the lock of a run cannot be made", path);
}

/* --- locking --- */

/* 0, or errno: EWOULDBLOCK: somebody else has it. Blocks nowhere. */
static int lock_now(int fd, enum lock_kind kind)
{
	int rc;

	do
		rc = flock(fd, (kind == LOCK_ALONE ? LOCK_EX : LOCK_SH) | LOCK_NB);
	while (rc && errno == EINTR);
	return rc ? errno : 0;
}

/* EBADF: NFS, and a file that may only be read. */
static bool means_none(int why)
{
	return why == ENOSYS || why == EOPNOTSUPP || why == EINVAL || why == ENOLCK || why == EBADF;
}

/* Is it still the file of that name? */
static bool is_named(int fd, const char *path)
{
	struct stat st, named;

	return fstat(fd, &st) == 0 && lstat(path, &named) == 0 && st.st_ino == named.st_ino &&
	       st.st_dev == named.st_dev;
}

static bool is_plain(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

enum outcome { TAKEN, BUSY, AGAIN, REFUSED };

/* *fd: open where it is TAKEN. */
static enum outcome try_once(int *fd, int *why, const char *path, enum lock_kind kind)
{
	*fd = open_file(path);
	if (*fd < 0) {
		*why = errno;
		return *why == EEXIST || *why == ENOENT ? AGAIN : REFUSED;
	}
	*why = is_plain(*fd) ? lock_now(*fd, kind) : ENODEV;
	if (!*why && !is_named(*fd, path))
		*why = ESTALE;
	if ((!*why || means_none(*why)) && !lock_holder_is_text(*fd))
		*why = EBADMSG;
	if (!*why || means_none(*why))
		return TAKEN;
	(void)close(*fd);
	return *why == EWOULDBLOCK ? BUSY : *why == ESTALE ? AGAIN : REFUSED;
}

static enum outcome try(int *fd, int *why, const char *path, enum lock_kind kind)
{
	enum outcome outcome = AGAIN;

	for (int i = 0; i < TRIES && (outcome == BUSY || outcome == AGAIN); i++) {
		if (outcome == BUSY)
			(void)poll(NULL, 0, LOOK_MS / TRIES);
		outcome = try_once(fd, why, path, kind);
	}
	return outcome;
}

/* Of a shared lock nobody alone has it, so what stands there is of somebody who is gone. */
static void sign(const struct lock_file *lock)
{
	struct stat st;

	if (lock->kind == LOCK_ALONE)
		lock_holder_write(lock->fd);
	else if (fstat(lock->fd, &st) == 0 && st.st_size)
		lock_holder_clear(lock->fd);
}

static int tell_busy(const char *path, struct error *err)
{
	char holder[LOCK_HOLDER_BYTES];

	lock_holder_say(holder, path);
	return error_set(err, EXIT_BUSY, "%s: in use by %s", path, holder);
}

int lock_file_try(struct lock_file **lock, const char *path, enum lock_kind kind, struct error *err)
{
	struct lock_file *new;
	int fd, why = 0;
	enum outcome outcome = try(&fd, &why, path, kind);

	*lock = NULL;
	if (outcome == BUSY)
		return tell_busy(path, err);
	if (outcome != TAKEN)
		return refuse(path, why, err);
	new = malloc(sizeof(*new));
	if (!new) {
		(void)close(fd);
		return error_memory(err, "a lock", sizeof(*new));
	}
	*new = (struct lock_file){
		.fd = fd, .none = why != 0, .is_local = locks_hold(fd), .kind = kind};
	enlist(new);
	sign(new);
	*lock = new;
	return 0;
}

bool lock_file_is_held(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	bool is_held = fd >= 0 && is_plain(fd) && lock_now(fd, LOCK_SHARED) == EWOULDBLOCK;

	if (fd >= 0)
		(void)close(fd);
	return is_held;
}

const char *lock_file_doubt(const struct lock_file *lock)
{
	if (lock->none)
		return "this file system has no locks, so nothing keeps out a second run";
	if (!lock->is_local)
		return "on this file system the lock keeps out other runs on this machine, and "
		       "those on other machines only if its locks are known to all of them (not "
		       "with nolock, local_lock or localflock)";
	return NULL;
}

bool lock_file_unshare(struct lock_file *lock)
{
	return !lock->none && lock_now(lock->fd, LOCK_ALONE) == 0;
}

void lock_file_release(struct lock_file *lock)
{
	if (!lock)
		return;
	if (lock->kind == LOCK_ALONE)
		lock_holder_clear(lock->fd);
	delist(lock);
	(void)close(lock->fd);
	free(lock);
}
