/*
 * flock(2), on which file systems it can be trusted, and files of which it says that they are left.
 */
#include "locks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

bool locks_hold(int fd)
{
	static const unsigned long kinds[] = {
		EXT4_SUPER_MAGIC,  XFS_SUPER_MAGIC,       BTRFS_SUPER_MAGIC, TMPFS_MAGIC,
		RAMFS_MAGIC,       OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,  MSDOS_SUPER_MAGIC,
		EXFAT_SUPER_MAGIC, 0x2fc12fc1 /* ZFS */,  0xca451a4e /* bcachefs */
	};
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((unsigned long)fs.f_type == kinds[i])
			return true;
	return false;
}

bool locks_take(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return false;
	return fstat(fd, &st) || st.st_nlink > 0;
}

bool locks_left(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() && locks_hold(fd) &&
	       flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void remove_if_left(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st, again;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && locks_left(fd) &&
	    fstatat(folder, name, &again, AT_SYMLINK_NOFOLLOW) == 0 && again.st_ino == st.st_ino)
		(void)unlinkat(folder, name, 0);
	(void)close(fd);
}

void locks_sweep(int folder, bool (*ours)(const char *name, const void *context),
		 const void *context)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	for (struct dirent *entry; (entry = readdir(dir));)
		if (ours(entry->d_name, context))
			remove_if_left(folder, entry->d_name);
	(void)closedir(dir);
}
