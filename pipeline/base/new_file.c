/*
 * Files on their way to a name. They are without one as long as the file system can do that
 * (O_TMPFILE); else, and for the moment of replacing another file, they are called .NAME.PID-N.tmp
 * and locked, so a lock that can be taken shows that its process is dead and the file is left over;
 * the number in the name would not.
 */
#include "new_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "locks.h"

enum {
	BASE_BYTES = 100, /* of the final name in the temporary one: fits where NAME_MAX is 143 */
	TRIES = 100,      /* names in use */
	ACL_BYTES = 4096,
	COPY_BYTES = 1 << 20
};

static const char tail[] = ".tmp";
static const char acl[] = "system.posix_acl_access";

/* How much of a name goes into the temporary one: not a part of a character in UTF-8. */
static int base_bytes(const char *base)
{
	size_t n = strlen(base);

	if (n <= BASE_BYTES)
		return (int)n;
	for (n = BASE_BYTES; n && ((unsigned char)base[n] & 0xc0) == 0x80;)
		n--;
	return (int)n;
}

/* Not one that this process has used before: it may have many at once. */
static int set_name(struct new_file *file)
{
	static atomic_uint number;

	free(file->name);
	if (asprintf(&file->name, ".%.*s.%ld-%u%s", base_bytes(file->temp), file->temp,
		     (long)getpid(), atomic_fetch_add(&number, 1), tail) >= 0)
		return 0;
	file->name = NULL;
	errno = ENOMEM;
	return -1;
}

/* --- what others have left --- */

static const char *skip_digits(const char *text)
{
	const char *end = text;

	while (isdigit((unsigned char)*end))
		end++;
	return end > text ? end : NULL;
}

/* ".NAME.PID-N.tmp"? */
static bool is_temp_of(const char *name, const void *context)
{
	const char *base = context;
	int n = base_bytes(base);
	const char *at;

	if (name[0] != '.' || strncmp(name + 1, base, (size_t)n) != 0 || name[1 + n] != '.')
		return false;
	at = skip_digits(name + 2 + n);
	at = at && *at == '-' ? skip_digits(at + 1) : NULL;
	return at && strcmp(at, tail) == 0;
}

/* --- making one --- */

/* The file without a name gets that of the temporary one. */
static int link_temp(struct new_file *file, int fd, const char *name)
{
	char self[40];

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, file->folder, name, AT_SYMLINK_FOLLOW);
}

static int link_as_temp(struct new_file *file, int fd)
{
	for (int i = 0; i < TRIES; i++) {
		if (set_name(file))
			return -1;
		if (link_temp(file, fd, file->name) == 0) {
			file->named = true;
			return 0;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int unlink_temp(struct new_file *file)
{
	file->named = false;
	return unlinkat(file->folder, file->name, 0);
}

static int open_named(struct new_file *file, mode_t mode)
{
	int fd;

	for (int i = 0; i < TRIES; i++) {
		if (set_name(file))
			return -1;
		fd = openat(file->folder, file->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd < 0 && errno != EEXIST)
			return -1;
		file->named = fd >= 0;
		if (fd >= 0 && (!file->locked || locks_take(fd)))
			return fd;
		if (fd >= 0)
			(void)close(fd); /* the sweeper removes it */
		file->named = false;
	}
	errno = EEXIST;
	return -1;
}

void new_files_sweep(int folder, const char *temp)
{
	if (locks_hold(folder))
		locks_sweep(folder, is_temp_of, temp);
}

int new_file_open(struct new_file *file, int folder, const char *base, mode_t mode)
{
	new_files_sweep(folder, base);
	return new_file_open_as(file, folder, base, mode);
}

int new_file_open_as(struct new_file *file, int folder, const char *temp, mode_t mode)
{
	int fd;

	*file = (struct new_file){.folder = folder, .temp = temp, .locked = locks_hold(folder)};
	fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	if (fd < 0)
		return open_named(file, mode);
	if (file->locked) /* for the moment when it has a temporary name */
		(void)locks_take(fd);
	return fd;
}

/* --- its final name --- */

/* Group bits of a file with an access list are the most that anybody on the list may do. */
static mode_t copy_acl(int fd, int folder, const char *base, mode_t mode)
{
	char list[ACL_BYTES], path[NAME_MAX + 40];
	ssize_t n;

	/* The folder by its descriptor, as its own path may be too long. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", folder, base);
	n = lgetxattr(path, acl, list, sizeof(list));
	if (n > 0)
		return fsetxattr(fd, acl, list, (size_t)n, 0) ? mode & ~(mode_t)S_IRWXG : mode;
	if (errno == ENODATA)
		(void)fremovexattr(fd, acl); /* what the folder gives to new files */
	return mode;
}

/*
 * As the file that it replaces. What cannot be kept makes it less open, never more: the group's
 * rights are those of all others where the group is another one. The owner comes last, as root in a
 * container may not be allowed anything after that.
 */
static void keep_rights(int fd, int folder, const char *base, const struct stat *old)
{
	mode_t mode = old->st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
	struct stat own;

	if (fstat(fd, &own))
		return;
	if (own.st_gid != old->st_gid && fchown(fd, (uid_t)-1, old->st_gid))
		mode &= ~(mode_t)S_IRWXG | (mode & S_IRWXO) << 3;
	mode = copy_acl(fd, folder, base, mode);
	(void)fchmod(fd, mode);
	if (own.st_uid != old->st_uid)
		(void)!fchown(fd, old->st_uid, (gid_t)-1);
}

int new_file_sync(int fd)
{
	int rc;

	do
		rc = fsync(fd);
	while (rc && errno == EINTR);
	return rc;
}

static int copy_bytes(int from, int to)
{
	off_t at = 0;
	ssize_t n;

	while ((n = sendfile(to, from, &at, COPY_BYTES)) > 0 || (n < 0 && errno == EINTR))
		;
	return n < 0 || new_file_sync(to) ? -1 : 0;
}

/* Where a file without a name can be had and cannot be given one (no /proc, rules of a security
 * module): its bytes go into one that has. */
static int copy_to_named(struct new_file *file, int from, mode_t mode)
{
	int to = open_named(file, mode);
	int rc = to < 0 || copy_bytes(from, to) || dup3(to, from, O_CLOEXEC) < 0 ? -1 : 0;
	int why = errno;

	if (to >= 0)
		(void)close(to);
	errno = why;
	return rc;
}

/* A file system that cannot rename with a condition, as NFS. */
static int link_to_free(struct new_file *file, const char *base)
{
	struct stat st;

	if (linkat(file->folder, file->name, file->folder, base, 0) == 0) {
		(void)unlink_temp(file);
		return 0;
	}
	if (errno == EEXIST)
		return -1;
	if (fstatat(file->folder, base, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(file->folder, file->name, file->folder, base);
}

/* From the temporary name, where nobody has the final one. */
static int rename_to_free(struct new_file *file, const char *base)
{
	int rc = renameat2(file->folder, file->name, file->folder, base, RENAME_NOREPLACE);

	if (rc && (errno == EINVAL || errno == ENOSYS))
		rc = link_to_free(file, base);
	if (rc == 0)
		file->named = false;
	return rc;
}

int new_file_commit(struct new_file *file, int fd, const char *base, bool replace)
{
	struct stat old;
	bool replaces = fstatat(file->folder, base, &old, AT_SYMLINK_NOFOLLOW) == 0;

	if (!replaces && !file->named && link_temp(file, fd, base) == 0)
		return 0;
	if (!replace && (replaces || errno == EEXIST)) {
		errno = EEXIST;
		return -1;
	}
	if (!file->named && link_as_temp(file, fd) &&
	    copy_to_named(file, fd, replaces ? 0600 : 0666))
		return -1;
	if (!replace)
		return rename_to_free(file, base);
	if (replaces && S_ISREG(old.st_mode))
		keep_rights(fd, file->folder, base, &old);
	if (renameat(file->folder, file->name, file->folder, base))
		return -1;
	file->named = false;
	return 0;
}

void new_file_drop(struct new_file *file)
{
	if (file->named)
		(void)unlink_temp(file);
	free(file->name);
	*file = (struct new_file){.folder = -1};
}
