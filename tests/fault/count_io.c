/*
 * Loaded by LD_PRELOAD: when a process ends by _exit(), what the kernel has counted for it goes to
 * the file COUNT_IO: a line "pid wchar", wchar the bytes it has passed to write calls so far.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void _exit(int status)
{
	void (*next)(int) __attribute__((noreturn)) = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
	const char *path = getenv("COUNT_IO");
	FILE *io = path ? fopen("/proc/self/io", "re") : NULL;
	unsigned long long bytes = 0;
	char line[128];

	while (io && fgets(line, sizeof line, io))
		if (strncmp(line, "wchar:", 6) == 0)
			bytes = strtoull(line + 6, NULL, 10);
	if (io) {
		int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		int length = snprintf(line, sizeof line, "%ld %llu\n", (long)getpid(), bytes);

		if (fd < 0 || write(fd, line, (size_t)length) != length)
			status = 99;
	}
	next(status);
}
