/*
 * By the type of the file system; /dev, which is of the same type as /tmp may be, by its name.
 */
#include "kernel_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool kernel_type(int fd)
{
	static const unsigned long types[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC,         DEVPTS_SUPER_MAGIC, CGROUP_SUPER_MAGIC,
		DEBUGFS_MAGIC,    CGROUP2_SUPER_MAGIC, SECURITYFS_MAGIC,   TRACEFS_MAGIC,
		BPF_FS_MAGIC,     PSTOREFS_MAGIC,      EFIVARFS_MAGIC,     SELINUX_MAGIC,
		BINFMTFS_MAGIC,   NSFS_MAGIC,          SMACK_MAGIC,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((unsigned long)fs.f_type == types[i])
			return true;
	return false;
}

static bool is_under(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '/' || !path[n]);
}

DIR *folder_open(const char *path, bool follow)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK, reason;
	int fd = open(*path ? path : ".", follow ? flags : flags | O_NOFOLLOW);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	reason = errno;
	if (!dir && fd >= 0)
		(void)close(fd);
	errno = reason;
	return dir;
}

bool kernel_folder(int fd, const char *path)
{
	char *real;
	bool dev;

	if (kernel_type(fd))
		return true;
	real = realpath(*path ? path : ".", NULL);
	dev = real && is_under(real, "/dev") && !is_under(real, "/dev/shm");
	free(real);
	return dev;
}

bool kernel_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_PATH | O_CLOEXEC);
	bool kernel = fd >= 0 && kernel_type(fd);

	if (fd >= 0)
		(void)close(fd);
	return kernel;
}
