/*
 * The hidden folder is called .imgpipe-old.PID-N and locked while its process lives. It holds "I",
 * a hard link to the old file, and "I.to", a symbolic link to nothing whose text says the inode of
 * the new file and the name: "1234/a_ndvi.tif". Renamed to .imgpipe-done.PID-N it holds nothing
 * that anybody needs.
 */
#include "kept_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "locks.h"

enum { TO_BYTES = NAME_MAX + 32, NUMBER_BYTES = 24, TRIES = 100 };

static const char old[] = ".imgpipe-old.", done[] = ".imgpipe-done.";

static char *to_name(char name[NUMBER_BYTES], unsigned i)
{
	(void)snprintf(name, NUMBER_BYTES, "%u.to", i);
	return name;
}

static char *old_name(char name[NUMBER_BYTES], unsigned i)
{
	(void)snprintf(name, NUMBER_BYTES, "%u", i);
	return name;
}

/* --- keeping --- */

static int open_own(int folder, const char *name)
{
	return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* -1 where another run sweeps it just now, before it is locked. */
static int open_locked(int folder, const char *name)
{
	int fd = open_own(folder, name);

	if (fd < 0 || locks_take(fd))
		return fd;
	(void)close(fd);
	return -1;
}

static int make_folder(struct kept_files *kept, int folder)
{
	static atomic_uint number;

	kept->folder = folder;
	for (int i = 0; i < TRIES && kept->fd < 0; i++) {
		free(kept->name);
		if (asprintf(&kept->name, "%s%ld-%u", old, (long)getpid(),
			     atomic_fetch_add(&number, 1)) < 0) {
			kept->name = NULL;
			errno = ENOMEM;
			return -1;
		}
		if (mkdirat(folder, kept->name, 0700) == 0)
			kept->fd = open_locked(folder, kept->name);
		else if (errno != EEXIST)
			return -1;
	}
	return kept->fd < 0 ? -1 : 0;
}

int kept_files_add(struct kept_files *kept, int folder, const char *base, ino_t inode)
{
	char text[TO_BYTES], name[NUMBER_BYTES];

	if (kept->fd < 0 && make_folder(kept, folder))
		return -1;
	(void)snprintf(text, sizeof(text), "%ju/%s", (uintmax_t)inode, base);
	if (symlinkat(text, kept->fd, to_name(name, kept->n)))
		return -1;
	kept->n++;
	if (linkat(folder, base, kept->fd, old_name(name, kept->n - 1), 0))
		return -1;
	return (int)kept->n - 1;
}

int kept_files_put_back(struct kept_files *kept, int i, const char *base)
{
	char name[NUMBER_BYTES];

	return renameat(kept->fd, old_name(name, (unsigned)i), kept->folder, base);
}

/* --- the end --- */

/* From the last one on, so that what is left begins with number 0. */
static void remove_all(int folder, int fd, const char *name, unsigned n)
{
	char entry[NUMBER_BYTES];

	while (n-- > 0) {
		(void)unlinkat(fd, old_name(entry, n), 0);
		(void)unlinkat(fd, to_name(entry, n), 0);
	}
	(void)unlinkat(folder, name, AT_REMOVEDIR);
}

/* Half of it removed would be put back by halves: it gets another name first. */
void kept_files_end(struct kept_files *kept)
{
	char *over = NULL;

	if (kept->fd >= 0) {
		if (asprintf(&over, "%s%s", done, kept->name + sizeof(old) - 1) < 0)
			over = NULL;
		if (over && renameat(kept->folder, kept->name, kept->folder, over)) {
			free(over);
			over = NULL;
		}
		remove_all(kept->folder, kept->fd, over ? over : kept->name, kept->n);
		free(over);
		(void)close(kept->fd);
	}
	free(kept->name);
	*kept = (struct kept_files){.fd = -1};
}

/* --- what others have left --- */

/* Only in place of the very file that the process had named: any other is somebody's since. */
static void put_back_left(int folder, int fd, unsigned i, const char *text)
{
	char name[NUMBER_BYTES], *base;
	const uintmax_t inode = strtoumax(text, &base, 10);
	struct stat st;

	if (*base++ != '/' || !*base || strchr(base, '/') || strcmp(base, ".") == 0 ||
	    strcmp(base, "..") == 0)
		return;
	if (fstatat(folder, base, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == inode)
		(void)renameat(fd, old_name(name, i), folder, base);
}

static void sweep_one(int folder, const char *name, bool put_back)
{
	char text[TO_BYTES + 1], entry[NUMBER_BYTES];
	int fd = open_own(folder, name);
	unsigned i = 0;
	ssize_t n;

	if (fd < 0)
		return;
	if (locks_left(fd)) {
		for (; (n = readlinkat(fd, to_name(entry, i), text, TO_BYTES)) > 0; i++) {
			text[n] = '\0';
			if (put_back)
				put_back_left(folder, fd, i, text);
		}
		remove_all(folder, fd, name, i);
	}
	(void)close(fd);
}

void kept_files_sweep(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *name = entry->d_name;
		const bool is_old = strncmp(name, old, sizeof(old) - 1) == 0;

		if (is_old || strncmp(name, done, sizeof(done) - 1) == 0)
			sweep_one(folder, name, is_old);
	}
	(void)closedir(dir);
}
