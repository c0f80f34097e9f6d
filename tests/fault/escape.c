/*
 * Loaded by LD_PRELOAD: a decoder that a file has taken over. The first read of pixels of the file
 * ESCAPE_FILE tries what such a decoder would; what came back goes to ESCAPE_LOG. It knows nothing
 * of the program.
 *
 *   ESCAPE_LOG   a file of 64 KiB, mapped when the program starts: what a process may write to then
 *                it may write to ever after
 *   ESCAPE_FILE  the end of a path: reads of 4096 bytes or more from there count
 *   ESCAPE_KIND  "all": lines "NAME ERRNO" (0: it worked); "memory": 256 MiB are asked for, and the
 *                read fails where they are refused; "ptrace": the worst at once; "opens": nothing
 *                is tried, and each open of a file ending in .tif is a line "PID PATH", but for
 *                O_PATH, which reads nothing; "garbage": nonsense goes to all pipes that the
 *                process has; "half": ten bytes of it, and silence
 *   ESCAPE_AT    garbage comes with this read of the process (1, the first, where it is not given)
 *   ESCAPE_SECRET, ESCAPE_DECOY, ESCAPE_PORT   a file to read, one to change, a loopback port
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOG_BYTES = 65536 };

struct log {
	atomic_uint used, done;
	char text[LOG_BYTES - 2 * sizeof(atomic_uint)];
};

static struct log *lines;

__attribute__((constructor)) static void map_log(void)
{
	const char *path = getenv("ESCAPE_LOG");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	lines = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (lines == MAP_FAILED)
		lines = NULL;
	close(fd);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[512];
	va_list args;
	unsigned at;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (!lines || n <= 0 || (size_t)n >= sizeof line)
		return;
	at = atomic_fetch_add(&lines->used, (unsigned)n);
	if (at + (unsigned)n < sizeof lines->text)
		memcpy(lines->text + at, line, (size_t)n);
}

static bool is_kind(const char *kind)
{
	const char *asked = getenv("ESCAPE_KIND");

	return asked && strcmp(asked, kind) == 0;
}

static bool ends_in(const char *path, const char *end)
{
	size_t length = strlen(path), n = end ? strlen(end) : length + 1;

	return length >= n && strcmp(path + length - n, end) == 0;
}

/* --- attempts --- */

/* `worked`: what the attempt returned was no failure. */
static void outcome(const char *name, bool worked)
{
	int number = errno;

	say("%s %d\n", name, worked ? 0 : number ? number : -1);
}

static void try_open(const char *name, const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	outcome(name, fd >= 0);
	if (fd >= 0)
		close(fd);
}

static void try_network(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons((uint16_t)atoi(getenv("ESCAPE_PORT")))};
	int fd = socket(AF_INET, SOCK_STREAM, 0), pair[2];

	outcome("connect", fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	if (fd >= 0)
		close(fd);
	outcome("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
}

static void *nothing(void *arg)
{
	return arg;
}

static void try_processes(void)
{
	char *none[] = {NULL};
	pthread_t thread;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	outcome("fork", child > 0);
	if (child > 0)
		waitpid(child, NULL, 0);
	execve("/no/such/program", none, none); /* ENOENT where it may be tried */
	outcome("exec", false);
	outcome("kill", kill(getppid(), 0) == 0);
	outcome("thread", pthread_create(&thread, NULL, nothing, NULL) == 0);
	pthread_join(thread, NULL);
}

/* Descriptors of files that could be written to. */
static void count_writable(void)
{
	unsigned n = 0;
	struct stat st;

	for (int fd = 3; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFL);

		n += flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !fstat(fd, &st) &&
		     S_ISREG(st.st_mode);
	}
	say("writable %u\n", n);
}

static void try_all(const char *input)
{
	const char *decoy = getenv("ESCAPE_DECOY"), *secret = getenv("ESCAPE_SECRET");
	struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
	char other[4096];

	snprintf(other, sizeof other, "%s.new", decoy);
	try_open("input", input, O_RDONLY);
	try_open("secret", secret, O_RDONLY);
	try_open("passwd", "/etc/passwd", O_RDONLY);
	try_open("list", "/", O_RDONLY | O_DIRECTORY);
	try_open("library", "/usr/lib/os-release", O_RDONLY);
	try_open("write", decoy, O_WRONLY);
	try_open("create", other, O_WRONLY | O_CREAT);
	try_open("write-input", input, O_RDWR);
	outcome("chmod", chmod(decoy, 0644) == 0);
	outcome("truncate", truncate(decoy, 1) == 0);
	outcome("rename", rename(decoy, other) == 0 && rename(other, decoy) == 0);
	outcome("unlink", unlink(other) == 0 || errno == ENOENT);
	outcome("mkdir", mkdir(other, 0700) == 0 && rmdir(other) == 0);
	outcome("limit", setrlimit(RLIMIT_DATA, &most) == 0);
	try_network();
	try_processes();
	count_writable();
}

static void write_garbage(size_t size)
{
	static unsigned char bytes[4096];
	static atomic_uint reads;
	const char *at = getenv("ESCAPE_AT");
	struct stat st;

	if (atomic_fetch_add(&reads, 1) + 1 < (unsigned)(at ? atoi(at) : 1))
		return;
	memset(bytes, 0xff, sizeof bytes);
	for (int fd = 3; fd < 1024; fd++)
		if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
		    (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
			(void)!write(fd, bytes, size);
	for (;;)
		pause();
}

/* False: the read fails for want of memory. */
static bool ask_for_memory(void)
{
	enum { BYTES = 256 << 20 };
	char *memory = malloc(BYTES);

	outcome("memory", memory != NULL);
	if (memory)
		memset(memory, 1, BYTES);
	free(memory);
	errno = ENOMEM;
	return memory != NULL;
}

static bool reads_pixels(int fd, size_t size, char path[4096])
{
	char link[64];
	ssize_t length;

	if (size < 4096 || !getenv("ESCAPE_FILE"))
		return false;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, 4095);
	path[length > 0 ? length : 0] = '\0';
	return ends_in(path, getenv("ESCAPE_FILE"));
}

/* --- what is hooked --- */

static bool on_read(int fd, size_t size)
{
	char path[4096];

	if (!lines || !reads_pixels(fd, size, path))
		return true;
	if (is_kind("memory"))
		return ask_for_memory();
	if (is_kind("all") && !atomic_fetch_add(&lines->done, 1))
		try_all(path);
	if (is_kind("ptrace"))
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	if (is_kind("garbage"))
		write_garbage(4096);
	if (is_kind("half"))
		write_garbage(10);
	return true;
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	ssize_t (*next)(int, void *, size_t, off_t) =
		(ssize_t(*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread");

	return on_read(fd, size) ? next(fd, buffer, size, offset) : -1;
}

ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	return pread(fd, buffer, size, offset);
}

static void on_open(const char *path)
{
	if (lines && is_kind("opens") && ends_in(path, ".tif"))
		say("%ld %s\n", (long)getpid(), path);
}

#define OPEN(name)                                                                \
	int name(const char *path, int flags, ...)                                \
	{                                                                         \
		int (*next)(const char *, int, ...) =                             \
			(int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
		va_list args;                                                     \
		mode_t mode;                                                      \
                                                                                  \
		va_start(args, flags);                                            \
		mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;  \
		va_end(args);                                                     \
		if (!(flags & O_PATH))                                            \
			on_open(path);                                            \
		return next(path, flags, mode);                                   \
	}

OPEN(open)
OPEN(open64)

#define FOPEN(name)                                                                       \
	FILE *name(const char *path, const char *mode)                                    \
	{                                                                                 \
		FILE *(*next)(const char *, const char *) =                               \
			(FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, #name); \
                                                                                          \
		on_open(path);                                                            \
		return next(path, mode);                                                  \
	}

FOPEN(fopen)
FOPEN(fopen64)
