/*
 * Fault injection for files that are written: loaded by LD_PRELOAD, makes calls of the program go
 * wrong that make, fill, sync and name files. It knows nothing of the program.
 *
 *   FILES_CALL   names of calls that count, with a blank between them: openat (for a file that is
 *                made) pwrite pwritev copy_file_range fallocate ftruncate fsync linkat renameat
 *                renameat2 unlinkat; "any": all of them. SQLite's own: pwrite64 fdatasync
 *                ftruncate64, which "any" does not mean
 *   FILES_AT     number of the call that goes wrong, from 1; 0: none
 *   FILES_LAST   number of the last one; not set: one alone
 *   FILES_DO     number of an error; "short": half the bytes; "zero"; "eintr": each other time;
 *                "stall": it takes FILES_MS; "kill": the process ends before it, "after": after it
 *   FILES_MS     50 where it is not set
 *   FILES_NO_TMPFILE  set: no file without a name can be had, which does not count
 *   FILES_MARK   file that holds a 1 once a call went wrong; a stall is still going on then
 *   FILES_COUNT  file that receives the number of calls when the program ends
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum what { GO, FAIL, SHORT, ZERO };

static atomic_long n_calls;
static pid_t first;
static char *mark; /* a byte of a file, for a confined worker may open none */

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FILES_MARK");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *byte = MAP_FAILED;

	first = getpid();
	if (fd >= 0 && syscall(SYS_ftruncate, fd, 1) == 0) /* the one below counts */
		byte = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	mark = byte == MAP_FAILED ? NULL : byte;
	if (fd >= 0)
		close(fd);
}

static bool counts(const char *name)
{
	const char *calls = getenv("FILES_CALL");
	size_t n = strlen(name);

	if (!calls)
		return false;
	if (strcmp(calls, "any") == 0)
		return strstr(name, "64") == NULL && strcmp(name, "fdatasync") != 0;
	for (const char *at = calls; (at = strstr(at, name)); at += n)
		if ((at == calls || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return true;
	return false;
}

static void stall(void)
{
	const char *text = getenv("FILES_MS");
	long ms = text ? atol(text) : 50;

	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static enum what act(const char *how, long number, bool *kill_after)
{
	if (mark)
		*mark = '1';
	*kill_after = strcmp(how, "after") == 0;
	if (strcmp(how, "kill") == 0)
		raise(SIGKILL);
	if (strcmp(how, "stall") == 0)
		stall();
	if (strcmp(how, "short") == 0)
		return SHORT;
	if (strcmp(how, "zero") == 0)
		return ZERO;
	errno = strcmp(how, "eintr") == 0 ? EINTR : atoi(how);
	if (errno == EINTR && number % 2 == 0)
		return GO;
	return errno ? FAIL : GO;
}

static enum what fault(const char *name, bool *kill_after)
{
	const char *at = getenv("FILES_AT"), *last = getenv("FILES_LAST"),
		   *how = getenv("FILES_DO");
	long number;

	*kill_after = false;
	if (!counts(name))
		return GO;
	number = atomic_fetch_add(&n_calls, 1) + 1;
	if (!at || !how || atol(at) == 0 || number < atol(at) ||
	    number > (last ? atol(last) : atol(at)))
		return GO;
	return act(how, number, kill_after);
}

/* The function of this name behind this one. */
static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static size_t half(size_t n)
{
	return n > 1 ? n / 2 : n;
}

__attribute__((destructor)) static void write_count(void)
{
	const char *path = getenv("FILES_COUNT");
	FILE *file = path && getpid() == first ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%ld\n", atomic_load(&n_calls));
	fclose(file);
}

#define BEFORE(name)                          \
	bool after;                           \
	enum what what = fault(name, &after); \
	if (what == FAIL)                     \
		return -1;                    \
	if (what == ZERO)                     \
	return 0
#define AFTER(type, call)               \
	do {                            \
		type got = call;        \
		if (after)              \
			raise(SIGKILL); \
		return got;             \
	} while (0)

int openat(int folder, const char *path, int flags, ...)
{
	int (*next)(int, const char *, int, ...) = real("openat");
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int); /* garbage where there is none, and then not looked at */
	va_end(args);
	errno = EOPNOTSUPP;
	if ((flags & O_TMPFILE) == O_TMPFILE && getenv("FILES_NO_TMPFILE"))
		return -1;
	if (!(flags & O_CREAT) && (flags & O_TMPFILE) != O_TMPFILE)
		return next(folder, path, flags, mode);
	BEFORE("openat");
	AFTER(int, next(folder, path, flags, mode));
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	ssize_t (*next)(int, const void *, size_t, off_t) = real("pwrite");

	BEFORE("pwrite");
	AFTER(ssize_t, next(fd, bytes, what == SHORT ? half(n) : n, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	ssize_t (*next)(int, const void *, size_t, off64_t) = real("pwrite64");

	BEFORE("pwrite64");
	AFTER(ssize_t, next(fd, bytes, what == SHORT ? half(n) : n, at));
}

ssize_t pwritev(int fd, const struct iovec *part, int n, off_t at)
{
	ssize_t (*next)(int, const struct iovec *, int, off_t) = real("pwritev");
	ssize_t (*one)(int, const void *, size_t, off_t) = real("pwrite");

	BEFORE("pwritev");
	if (what == SHORT && n > 0)
		AFTER(ssize_t, one(fd, part->iov_base, half(part->iov_len), at));
	AFTER(ssize_t, next(fd, part, n, at));
}

ssize_t copy_file_range(int from, off_t *in, int to, off_t *out, size_t n, unsigned flags)
{
	ssize_t (*next)(int, off_t *, int, off_t *, size_t, unsigned) = real("copy_file_range");

	BEFORE("copy_file_range");
	AFTER(ssize_t, next(from, in, to, out, what == SHORT ? half(n) : n, flags));
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
	int (*next)(int, int, off_t, off_t) = real("fallocate");

	BEFORE("fallocate");
	AFTER(int, next(fd, mode, at, n));
}

int ftruncate(int fd, off_t n)
{
	int (*next)(int, off_t) = real("ftruncate");

	BEFORE("ftruncate");
	AFTER(int, next(fd, n));
}

int ftruncate64(int fd, off64_t n)
{
	int (*next)(int, off64_t) = real("ftruncate64");

	BEFORE("ftruncate64");
	AFTER(int, next(fd, n));
}

int fdatasync(int fd)
{
	int (*next)(int) = real("fdatasync");

	BEFORE("fdatasync");
	AFTER(int, next(fd));
}

int fsync(int fd)
{
	int (*next)(int) = real("fsync");

	BEFORE("fsync");
	AFTER(int, next(fd));
}

int linkat(int from, const char *name, int to, const char *new, int flags)
{
	int (*next)(int, const char *, int, const char *, int) = real("linkat");

	BEFORE("linkat");
	AFTER(int, next(from, name, to, new, flags));
}

int renameat(int from, const char *name, int to, const char *new)
{
	int (*next)(int, const char *, int, const char *) = real("renameat");

	BEFORE("renameat");
	AFTER(int, next(from, name, to, new));
}

int renameat2(int from, const char *name, int to, const char *new, unsigned flags)
{
	int (*next)(int, const char *, int, const char *, unsigned) = real("renameat2");

	BEFORE("renameat2");
	AFTER(int, next(from, name, to, new, flags));
}

int unlinkat(int folder, const char *name, int flags)
{
	int (*next)(int, const char *, int) = real("unlinkat");

	BEFORE("unlinkat");
	AFTER(int, next(folder, name, flags));
}
