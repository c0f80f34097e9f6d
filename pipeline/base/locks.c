/*
 * flock(2), and on which file systems it can be trusted.
 */
#include "locks.h"

#include <errno.h>
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
