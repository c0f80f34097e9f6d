/*
 * Fault injection: loaded by LD_PRELOAD, makes the Nth call of one system or library function fail.
 * It knows nothing of the program.
 *
 *   FAULT_CALL   pread open openat linkat mmap malloc fflush rename pthread_create
 *   FAULT_AT     number of the call that fails, from 1; 0: none
 *   FAULT_ALL    set: all later calls fail as well
 *   FAULT_KIND   "error" (default); pread: "short" (half the bytes), "eintr", "stall" (all calls
 *                that count), "kill" and "segv" (the process gets that signal)
 *   FAULT_MS     how long a stall takes, ms; 50 where it is not set
 *   FAULT_SIZE   set: only calls of pread for so many bytes or more count
 *   FAULT_FILE   set: only calls of pread on files whose path ends in this count
 *   FAULT_FROM   set: only calls from files whose name holds this text count ("": all calls);
 *                otherwise those of the program, its modules and libtiff
 *   FAULT_NO_TMPFILE  set: no file without a name can be had, which does not count as a call
 *   FAULT_CRASH  set: who crashes is told on stderr, "crash in FILE (FUNCTION)"
 *   FAULT_MARK   file that holds a 1 once a call was hit; a stall is still going on then
 *   FAULT_COUNT  file that receives the number of calls when the program ends
 *
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* glibc's own, so that looking up the real malloc needs no malloc. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

enum kind { KIND_NONE, KIND_ERROR, KIND_SHORT, KIND_EINTR, KIND_STALL, KIND_KILL, KIND_SEGV };

static atomic_long n_calls;

static enum kind kind_of(const char *name)
{
	static const struct {
		const char *name;
		enum kind kind;
	} kinds[] = {{"short", KIND_SHORT},
		     {"eintr", KIND_EINTR},
		     {"stall", KIND_STALL},
		     {"kill", KIND_KILL},
		     {"segv", KIND_SEGV}};

	for (size_t i = 0; name && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(name, kinds[i].name) == 0)
			return kinds[i].kind;
	return KIND_ERROR;
}

/* A byte of a file, for a confined worker may open none. */
static char *mark;

static void set_mark(void)
{
	if (mark)
		*mark = '1';
}

/* Does a call from here count? dladdr() takes the loader's lock and no memory. */
static bool counts(const void *caller)
{
	const char *from = getenv("FAULT_FROM");
	Dl_info info;

	if (!dladdr(caller, &info) || !info.dli_fname)
		return false;
	if (from)
		return strstr(info.dli_fname, from) != NULL;
	return strstr(info.dli_fname, "imgpipe") || strstr(info.dli_fname, "libtiff");
}

/* What shall happen to this call. */
static enum kind fault(const char *name, const void *caller)
{
	static _Thread_local bool inside;
	const char *call, *at;
	long number;
	bool hit;

	if (inside)
		return KIND_NONE;
	call = getenv("FAULT_CALL");
	if (!call || strcmp(call, name) != 0)
		return KIND_NONE;
	inside = true;
	hit = counts(caller);
	inside = false;
	if (!hit)
		return KIND_NONE;
	number = atomic_fetch_add(&n_calls, 1) + 1;
	at = getenv("FAULT_AT");
	if (!at || atol(at) == 0 || number < atol(at))
		return KIND_NONE;
	if (number > atol(at) && !getenv("FAULT_ALL"))
		return KIND_NONE;
	set_mark();
	return kind_of(getenv("FAULT_KIND"));
}

/* Does this pread count? */
static bool read_counts(int fd, size_t size)
{
	const char *least = getenv("FAULT_SIZE"), *name = getenv("FAULT_FILE");
	char link[64], path[4096];
	ssize_t length;

	if (least && size < (size_t)atol(least))
		return false;
	if (!name)
		return true;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path - 1);
	if (length < (ssize_t)strlen(name))
		return false;
	path[length] = '\0';
	return strcmp(path + length - strlen(name), name) == 0;
}

static void stall(void)
{
	const char *text = getenv("FAULT_MS");
	long ms = text ? atol(text) : 50;

	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* A stall happens here; what ends the process does, too. */
static enum kind read_fault(int fd, size_t size, const void *caller)
{
	enum kind kind = read_counts(fd, size) ? fault("pread", caller) : KIND_NONE;

	if (kind == KIND_STALL)
		stall();
	if (kind == KIND_KILL)
		raise(SIGKILL);
	if (kind == KIND_SEGV)
		raise(SIGSEGV);
	return kind == KIND_STALL ? KIND_NONE : kind;
}

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

/* The innermost function that is not of the languages' own libraries, nor of this file. */
static void on_crash(int number)
{
	void *frame[32];
	int n = backtrace(frame, 32);
	const char *base;
	Dl_info info;

	for (int i = 1; i < n; i++) {
		if (!dladdr(frame[i], &info) || !info.dli_fname)
			continue;
		base = strrchr(info.dli_fname, '/');
		base = base ? base + 1 : info.dli_fname;
		if (strncmp(base, "libc.", 5) == 0 || strncmp(base, "libstdc++", 9) == 0 ||
		    strncmp(base, "libgcc", 6) == 0 || strncmp(base, "shim", 4) == 0)
			continue;
		say("crash in ");
		say(base);
		say(" (");
		say(info.dli_sname ? info.dli_sname : "?");
		say(")\n");
		break;
	}
	(void)signal(number, SIG_DFL);
	raise(number);
}

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
enum { N_CRASH_SIGNALS = sizeof crash_signals / sizeof crash_signals[0] };

__attribute__((constructor)) static void watch_crashes(void)
{
	static char stack[1 << 16];
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
	void *frame[2];

	if (!getenv("FAULT_CRASH"))
		return;
	(void)backtrace(frame, 2); /* loads what it needs now, while it may ask for memory */
	sigaltstack(&other, NULL);
	for (size_t i = 0; i < N_CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &action, NULL);
}

__attribute__((constructor)) static void open_mark(void)
{
	const char *path = getenv("FAULT_MARK");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *byte;

	if (fd < 0)
		return;
	byte = ftruncate(fd, 1) ? MAP_FAILED
				: mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	mark = byte == MAP_FAILED ? NULL : byte;
	close(fd);
}

__attribute__((destructor)) static void write_count(void)
{
	const char *path = getenv("FAULT_COUNT");
	char text[32];
	int fd, length;

	if (!path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	length = snprintf(text, sizeof text, "%ld\n", atomic_load(&n_calls));
	if (write(fd, text, (size_t)length) != length)
		(void)unlink(path);
	close(fd);
}

/* The function of this name behind this one. */
static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

#define CALLER __builtin_return_address(0)

ssize_t pread64(int fd, void *buf, size_t size, off64_t offset)
{
	ssize_t (*next)(int, void *, size_t, off64_t) = real("pread64");
	enum kind kind = read_fault(fd, size, CALLER);

	if (kind == KIND_NONE)
		return next(fd, buf, size, offset);
	if (kind == KIND_SHORT)
		return next(fd, buf, size > 1 ? size / 2 : size, offset);
	errno = kind == KIND_EINTR ? EINTR : EIO;
	return -1;
}

ssize_t pread(int fd, void *buf, size_t size, off_t offset)
{
	ssize_t (*next)(int, void *, size_t, off_t) = real("pread");
	enum kind kind = read_fault(fd, size, CALLER);

	if (kind == KIND_NONE)
		return next(fd, buf, size, offset);
	if (kind == KIND_SHORT)
		return next(fd, buf, size > 1 ? size / 2 : size, offset);
	errno = kind == KIND_EINTR ? EINTR : EIO;
	return -1;
}

int open(const char *path, int flags, ...)
{
	int (*next)(const char *, int, ...) = real("open");
	enum kind kind = fault("open", CALLER);
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int); /* garbage where there is none, and then not looked at */
	va_end(args);
	if (kind == KIND_NONE)
		return next(path, flags, mode);
	errno = kind == KIND_EINTR ? EINTR : EMFILE;
	return -1;
}

int open64(const char *path, int flags, ...)
{
	int (*next)(const char *, int, ...) = real("open64");
	enum kind kind = fault("open", CALLER);
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	if (kind == KIND_NONE)
		return next(path, flags, mode);
	errno = kind == KIND_EINTR ? EINTR : EMFILE;
	return -1;
}

int openat(int folder, const char *path, int flags, ...)
{
	int (*next)(int, const char *, int, ...) = real("openat");
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	errno = EOPNOTSUPP;
	if ((flags & O_TMPFILE) == O_TMPFILE && getenv("FAULT_NO_TMPFILE"))
		return -1;
	if (fault("openat", CALLER) == KIND_NONE)
		return next(folder, path, flags, mode);
	errno = EACCES;
	return -1;
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	int (*next)(int, const char *, int, const char *, int) = real("linkat");

	if (fault("linkat", CALLER) == KIND_NONE)
		return next(from_folder, from, to_folder, to, flags);
	errno = EACCES;
	return -1;
}

FILE *fopen(const char *path, const char *mode)
{
	FILE *(*next)(const char *, const char *) = real("fopen");

	if (fault("open", CALLER) == KIND_NONE)
		return next(path, mode);
	errno = EMFILE;
	return NULL;
}

int fflush(FILE *file)
{
	int (*next)(FILE *) = real("fflush");

	if (fault("fflush", CALLER) == KIND_NONE)
		return next(file);
	errno = ENOSPC;
	return EOF;
}

int rename(const char *from, const char *to)
{
	int (*next)(const char *, const char *) = real("rename");

	if (fault("rename", CALLER) == KIND_NONE)
		return next(from, to);
	errno = EACCES;
	return -1;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	int (*next)(int, const char *, int, const char *) = real("renameat");

	if (fault("rename", CALLER) == KIND_NONE)
		return next(from_folder, from, to_folder, to);
	errno = EACCES;
	return -1;
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	void *(*next)(void *, size_t, int, int, int, off_t) = real("mmap");

	if (fault("mmap", CALLER) == KIND_NONE)
		return next(at, size, protection, flags, fd, offset);
	errno = ENOMEM;
	return MAP_FAILED;
}

void *malloc(size_t size)
{
	if (fault("malloc", CALLER) == KIND_NONE)
		return __libc_malloc(size);
	errno = ENOMEM;
	return NULL;
}

void *calloc(size_t n, size_t size)
{
	if (fault("malloc", CALLER) == KIND_NONE)
		return __libc_calloc(n, size);
	errno = ENOMEM;
	return NULL;
}

void *realloc(void *old, size_t size)
{
	if (fault("malloc", CALLER) == KIND_NONE)
		return __libc_realloc(old, size);
	errno = ENOMEM;
	return NULL;
}

/* A thread that blocks them would crash without a word. */
int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	int (*next)(int, const sigset_t *, sigset_t *) = real("pthread_sigmask");
	sigset_t fewer;

	if (!set || how == SIG_UNBLOCK || !getenv("FAULT_CRASH"))
		return next(how, set, old);
	fewer = *set;
	for (size_t i = 0; i < N_CRASH_SIGNALS; i++)
		sigdelset(&fewer, crash_signals[i]);
	return next(how, &fewer, old);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
		   void *argument)
{
	int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
		real("pthread_create");

	if (fault("pthread_create", CALLER) == KIND_NONE)
		return next(thread, attributes, start, argument);
	return EAGAIN;
}
