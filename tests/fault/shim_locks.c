/*
 * Preloaded: the file system is another one than it is, and may have no locks. For two_runs.py.
 *
 *   LOCKS_MAGIC  what statfs says it is, as a number
 *   LOCKS_ERRNO  what flock fails with
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/vfs.h>

int fstatfs(int fd, struct statfs *fs)
{
	int (*next)(int, struct statfs *) =
		(int (*)(int, struct statfs *))dlsym(RTLD_NEXT, "fstatfs");
	const char *magic = getenv("LOCKS_MAGIC");
	int rc = next(fd, fs);

	if (!rc && magic)
		fs->f_type = (__fsword_t)strtoul(magic, NULL, 0);
	return rc;
}

int flock(int fd, int operation)
{
	int (*next)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
	const char *why = getenv("LOCKS_ERRNO");

	if (!why)
		return next(fd, operation);
	errno = atoi(why);
	return -1;
}
