/*
 * The gate replaces the C library's functions that open or change files, connect, and start
 * programs. It has no rule itself: it asks the gate that the current thread has set. Every open()
 * of the program passes here, so that without a gate nothing is done but the call.
 *
 * The names are given by asm labels: the C library's headers may bind `open` to another symbol.
 */
#include "gate.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

static _Thread_local const struct gate *gate;

const struct gate *gate_enter(const struct gate *next)
{
	const struct gate *before = gate;

	gate = next;
	return before;
}

void gate_leave(const struct gate *before)
{
	gate = before;
}

const struct gate *gate_now(void)
{
	return gate;
}

static bool may_open(const char *path)
{
	const struct gate *asked = gate;
	bool allowed;

	if (!asked)
		return true;
	gate = NULL;
	errno = EACCES;
	allowed = asked->may_open(asked->ctx, path);
	gate = asked;
	return allowed;
}

/* Nothing is written behind a gate. */
static bool may_open_as(const char *path, int flags)
{
	if (gate && ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)))) {
		errno = EROFS;
		return false;
	}
	return may_open(path);
}

static bool may_fopen(const char *path, const char *mode)
{
	return may_open_as(path, strpbrk(mode, "wa+") ? O_RDWR : O_RDONLY);
}

static int refuse(int why)
{
	errno = why;
	return -1;
}

/*
 * The next definition of a function: the C library's, or that of a tool loaded in front of it. A
 * copy of the address is kept per function; threads that race for it store the same.
 */
#define NEXT(type, name)                                         \
	static type *next;                                       \
	type *call = __atomic_load_n(&next, __ATOMIC_RELAXED);   \
	if (!call) {                                             \
		*(void **)&call = dlsym(RTLD_NEXT, name);        \
		__atomic_store_n(&next, call, __ATOMIC_RELAXED); \
	}

typedef int open_function(const char *path, int flags, ...);
typedef FILE *fopen_function(const char *path, const char *mode);
typedef int path_function(const char *path);
typedef int paths_function(const char *from, const char *to);
typedef int mkdir_function(const char *path, mode_t mode);

#define NAMED(symbol) __asm__(symbol) __attribute__((visibility("default")))

int gate_open(const char *path, int flags, ...) NAMED("open");
int gate_open64(const char *path, int flags, ...) NAMED("open64");
FILE *gate_fopen(const char *path, const char *mode) NAMED("fopen");
FILE *gate_fopen64(const char *path, const char *mode) NAMED("fopen64");
void *gate_opendir(const char *path) NAMED("opendir");
int gate_unlink(const char *path) NAMED("unlink");
int gate_remove(const char *path) NAMED("remove");
int gate_rmdir(const char *path) NAMED("rmdir");
int gate_rename(const char *from, const char *to) NAMED("rename");
int gate_symlink(const char *from, const char *to) NAMED("symlink");
int gate_mkdir(const char *path, mode_t mode) NAMED("mkdir");
int gate_mkstemp64(char *path) NAMED("mkstemp64");
int gate_socket(int domain, int type, int protocol) NAMED("socket");
int gate_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		     struct addrinfo **result) NAMED("getaddrinfo");
pid_t gate_fork(void) NAMED("fork");
int gate_posix_spawnp(pid_t *pid, const char *file, const void *actions, const void *attributes,
		      char *const *argv, char *const *envp) NAMED("posix_spawnp");

/* The mode, where open() has one. O_TMPFILE has the bit of O_DIRECTORY in it, which has none. */
#define MODE_OF(flags, mode)                                         \
	if (((flags)&O_CREAT) || ((flags)&O_TMPFILE) == O_TMPFILE) { \
		va_list args;                                        \
		va_start(args, flags);                               \
		(mode) = va_arg(args, mode_t);                       \
		va_end(args);                                        \
	}

int gate_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	NEXT(open_function, "open");

	MODE_OF(flags, mode);
	return may_open_as(path, flags) ? call(path, flags, mode) : -1;
}

int gate_open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	NEXT(open_function, "open64");

	MODE_OF(flags, mode);
	return may_open_as(path, flags) ? call(path, flags, mode) : -1;
}

FILE *gate_fopen(const char *path, const char *mode)
{
	NEXT(fopen_function, "fopen");
	return may_fopen(path, mode) ? call(path, mode) : NULL;
}

FILE *gate_fopen64(const char *path, const char *mode)
{
	NEXT(fopen_function, "fopen64");
	return may_fopen(path, mode) ? call(path, mode) : NULL;
}

void *gate_opendir(const char *path)
{
	typedef void *opendir_function(const char *);
	NEXT(opendir_function, "opendir");
	return may_open(path) ? call(path) : NULL;
}

int gate_unlink(const char *path)
{
	NEXT(path_function, "unlink");
	return gate ? refuse(EROFS) : call(path);
}

int gate_remove(const char *path)
{
	NEXT(path_function, "remove");
	return gate ? refuse(EROFS) : call(path);
}

int gate_rmdir(const char *path)
{
	NEXT(path_function, "rmdir");
	return gate ? refuse(EROFS) : call(path);
}

int gate_rename(const char *from, const char *to)
{
	NEXT(paths_function, "rename");
	return gate ? refuse(EROFS) : call(from, to);
}

int gate_symlink(const char *from, const char *to)
{
	NEXT(paths_function, "symlink");
	return gate ? refuse(EROFS) : call(from, to);
}

int gate_mkdir(const char *path, mode_t mode)
{
	NEXT(mkdir_function, "mkdir");
	return gate ? refuse(EROFS) : call(path, mode);
}

int gate_mkstemp64(char *path)
{
	typedef int mkstemp_function(char *);
	NEXT(mkstemp_function, "mkstemp64");
	return gate ? refuse(EROFS) : call(path);
}

int gate_socket(int domain, int type, int protocol)
{
	typedef int socket_function(int, int, int);
	NEXT(socket_function, "socket");
	return gate && !gate->network ? refuse(EACCES) : call(domain, type, protocol);
}

int gate_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		     struct addrinfo **result)
{
	typedef int lookup_function(const char *, const char *, const struct addrinfo *,
				    struct addrinfo **);
	NEXT(lookup_function, "getaddrinfo");
	return gate && !gate->network ? EAI_FAIL : call(node, service, hints, result);
}

pid_t gate_fork(void)
{
	typedef pid_t fork_function(void);
	NEXT(fork_function, "fork");
	return gate ? refuse(EPERM) : call();
}

int gate_posix_spawnp(pid_t *pid, const char *file, const void *actions, const void *attributes,
		      char *const *argv, char *const *envp)
{
	typedef int spawn_function(pid_t *, const char *, const void *, const void *, char *const *,
				   char *const *);
	NEXT(spawn_function, "posix_spawnp");
	return gate ? EPERM : call(pid, file, actions, attributes, argv, envp);
}
