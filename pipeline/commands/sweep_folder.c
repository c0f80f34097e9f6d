/*
 * The folder of a sweep: made, removed, and those of sweeps that were killed removed, too. A folder
 * that is in use is locked.
 */
#include "sweep_child.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "locks.h"

enum { TRIES = 5, RANDOM_CHARS = 6 };

static const char prefix[] = "imgpipe-sweep-";

/* As mkdtemp(3) makes it of imgpipe-sweep-XXXXXX. */
static bool is_ours(const char *name)
{
	const char *at = name + strlen(prefix);

	if (strncmp(name, prefix, strlen(prefix)) != 0 || strlen(at) != RANDOM_CHARS)
		return false;
	while (isalnum((unsigned char)*at))
		at++;
	return *at == '\0';
}

/* The files in it: runs leave nothing else. The stream takes the descriptor over. */
static void empty(int folder)
{
	DIR *dir = fdopendir(folder);
	struct stat st;

	if (!dir) {
		(void)close(folder);
		return;
	}
	for (struct dirent *entry; (entry = readdir(dir));)
		if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			(void)unlinkat(folder, entry->d_name, 0);
	(void)closedir(dir);
}

static void remove_if_left(int base, const char *name)
{
	int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int again = fd >= 0 && locks_left(fd) ? openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
					      : -1;

	if (again >= 0) {
		empty(again);
		(void)unlinkat(base, name, AT_REMOVEDIR);
	}
	if (fd >= 0)
		(void)close(fd);
}

static void remove_left(const char *base)
{
	DIR *dir = opendir(base);

	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (is_ours(entry->d_name))
			remove_if_left(dirfd(dir), entry->d_name);
	(void)closedir(dir);
}

/* -1 with errno. A sweep that starts at the same time may take it for one that was left. */
static int make_locked(struct sweep_folder *folder, const char *base)
{
	for (int i = 0; i < TRIES; i++) {
		(void)snprintf(folder->path, sizeof(folder->path), "%s/%sXXXXXX", base, prefix);
		if (!mkdtemp(folder->path))
			return -1;
		folder->lock = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folder->lock < 0 && errno != ENOENT)
			return -1;
		if (folder->lock >= 0 && locks_take(folder->lock))
			return 0;
		if (folder->lock >= 0)
			(void)close(folder->lock);
	}
	errno = EBUSY;
	return -1;
}

int sweep_folder_make(struct sweep_folder *folder, struct error *err)
{
	const char *base = getenv("TMPDIR");

	if (!base || !*base || strlen(base) > 100)
		base = "/tmp";
	remove_left(base);
	if (make_locked(folder, base))
		return error_errno(err, EX_CANTCREAT, errno,
				   "%s: cannot make a folder for the runs; set TMPDIR to one that "
				   "may be written",
				   base);
	(void)snprintf(folder->report, sizeof(folder->report), "%s/report.json", folder->path);
	(void)snprintf(folder->summary, sizeof(folder->summary), "%s/summary.json", folder->path);
	(void)snprintf(folder->said, sizeof(folder->said), "%s/said.txt", folder->path);
	(void)snprintf(folder->reference, sizeof(folder->reference), "%s/first.json", folder->path);
	(void)snprintf(folder->scene, sizeof(folder->scene), "%s/scene.json", folder->path);
	return 0;
}

void sweep_folder_forget_run(const struct sweep_folder *folder)
{
	(void)unlink(folder->report);
	(void)unlink(folder->summary);
	(void)unlink(folder->said);
}

void sweep_folder_remove(const struct sweep_folder *folder)
{
	int again = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (again >= 0)
		empty(again);
	(void)rmdir(folder->path);
	(void)close(folder->lock);
}
