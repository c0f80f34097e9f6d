/*
 * A disk with an empty cache, loaded by LD_PRELOAD: what a program reads with pread() or asks for
 * with posix_fadvise() from files that end in .tif is served by one device, in order. It knows
 * nothing of the program and reads nothing ahead by itself.
 *
 *   DISK_MB_S    what it gives, MB/s; not set: any amount at once
 *   DISK_US      what one request takes before the first byte, us; requests overlap in it
 *   DISK_LOG     file that receives, when the program ends, a line "advice|read INODE OFFSET BYTES"
 *                for each call, in order; preads under 4096 bytes (of headers) are left out
 *
 * preadv2(RWF_NOWAIT) is answered as the kernel answers it: EAGAIN for what is not there yet.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, MAX_FILES = 64, MAX_LOG = 1 << 20, LEAST = 4096 };

struct file {
	ino_t inode;
	uint64_t n_pages;
	uint64_t *ready_ns; /* of each page; 0: not asked for */
};

struct entry {
	char kind;
	ino_t inode;
	uint64_t offset, bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file files[MAX_FILES];
static struct entry *entries;
static unsigned n_files, n_entries;
static uint64_t free_ns; /* when the disk has served all that was asked for */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double number(const char *name)
{
	const char *text = getenv(name);

	return text ? atof(text) : 0;
}

/* The file behind a descriptor; NULL where it is none of ours. With the lock held. */
static struct file *file_of(int fd)
{
	char link[64], path[4096];
	struct stat st;
	ssize_t length;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return NULL;
	for (unsigned i = 0; i < n_files; i++)
		if (files[i].inode == st.st_ino)
			return &files[i];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path);
	if (length < 4 || memcmp(path + length - 4, ".tif", 4) != 0 || n_files == MAX_FILES)
		return NULL;
	files[n_files] =
		(struct file){.inode = st.st_ino, .n_pages = (uint64_t)st.st_size / PAGE + 1};
	files[n_files].ready_ns = calloc(files[n_files].n_pages, sizeof(uint64_t));
	return files[n_files].ready_ns ? &files[n_files++] : NULL;
}

static void note(char kind, const struct file *file, uint64_t offset, uint64_t bytes)
{
	if (!entries)
		entries = malloc(MAX_LOG * sizeof *entries);
	if (entries && n_entries < MAX_LOG)
		entries[n_entries++] = (struct entry){kind, file->inode, offset, bytes};
}

/* Ask for what was not asked for; when all of it is there. */
static uint64_t fetch(struct file *file, uint64_t offset, uint64_t bytes)
{
	uint64_t now = now_ns(), last = now, end = (offset + bytes + PAGE - 1) / PAGE;
	double page_ns = number("DISK_MB_S") > 0 ? PAGE * 1e3 / number("DISK_MB_S") : 0;

	for (uint64_t page = offset / PAGE; page < end && page < file->n_pages; page++) {
		if (!file->ready_ns[page]) {
			free_ns = (free_ns > now ? free_ns : now) + (uint64_t)page_ns;
			file->ready_ns[page] = free_ns + (uint64_t)(number("DISK_US") * 1e3);
		}
		last = file->ready_ns[page] > last ? file->ready_ns[page] : last;
	}
	return last;
}

static void serve(int fd, size_t size, off64_t offset)
{
	uint64_t until = 0;
	struct file *file;

	pthread_mutex_lock(&lock);
	file = file_of(fd);
	if (file && size >= LEAST) {
		note('r', file, (uint64_t)offset, size);
		until = fetch(file, (uint64_t)offset, size);
	}
	pthread_mutex_unlock(&lock);
	if (until)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
				&(struct timespec){(time_t)(until / 1000000000u),
						   (long)(until % 1000000000u)},
				NULL);
}

static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	ssize_t (*next)(int, void *, size_t, off64_t) = real("pread64");

	serve(fd, size, offset);
	return next(fd, buffer, size, offset);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	return pread64(fd, buffer, size, offset);
}

ssize_t preadv64v2(int fd, const struct iovec *v, int n, off64_t offset, int flags)
{
	ssize_t (*next)(int, const struct iovec *, int, off64_t, int) = real("preadv64v2");
	struct file *file;
	bool there = true;

	pthread_mutex_lock(&lock);
	file = file_of(fd);
	if (file && flags & RWF_NOWAIT && (uint64_t)offset / PAGE < file->n_pages) {
		uint64_t ready = file->ready_ns[(uint64_t)offset / PAGE];

		there = ready && ready <= now_ns();
	}
	pthread_mutex_unlock(&lock);
	errno = EAGAIN;
	return there ? next(fd, v, n, offset, flags) : -1;
}

ssize_t preadv2(int fd, const struct iovec *v, int n, off_t offset, int flags)
{
	return preadv64v2(fd, v, n, offset, flags);
}

int posix_fadvise64(int fd, off64_t offset, off64_t size, int advice)
{
	int (*next)(int, off64_t, off64_t, int) = real("posix_fadvise64");
	struct file *file;

	pthread_mutex_lock(&lock);
	file = advice == POSIX_FADV_WILLNEED ? file_of(fd) : NULL;
	if (file) {
		note('a', file, (uint64_t)offset, (uint64_t)size);
		(void)fetch(file, (uint64_t)offset, (uint64_t)size);
	}
	pthread_mutex_unlock(&lock);
	return next(fd, offset, size, advice);
}

int posix_fadvise(int fd, off_t offset, off_t size, int advice)
{
	return posix_fadvise64(fd, offset, size, advice);
}

__attribute__((destructor)) static void write_log(void)
{
	const char *path = getenv("DISK_LOG");
	FILE *out = path ? fopen(path, "we") : NULL;

	if (!out)
		return;
	for (unsigned i = 0; i < n_entries; i++)
		fprintf(out, "%s %llu %llu %llu\n", entries[i].kind == 'a' ? "advice" : "read",
			(unsigned long long)entries[i].inode, (unsigned long long)entries[i].offset,
			(unsigned long long)entries[i].bytes);
	if (fclose(out))
		(void)unlink(path);
}
