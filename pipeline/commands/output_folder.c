/*
 * Making the folder of the outputs, and taking that back.
 */
#include "output_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const char *path, int why, struct error *err)
{
	if (why == ENOENT)
		return error_set(err, EX_CANTCREAT,
				 "--output %s: the folder that it is to be in is not there; make "
				 "that first",
				 path);
	return error_errno(err, EX_CANTCREAT, why, "--output %s: cannot be made", path);
}

int output_folder_have(const char *path, bool *made, struct error *err)
{
	struct stat st;
	int why = mkdir(path, 0777) == 0 ? 0 : errno;

	*made = !why;
	if (why && why != EEXIST && stat(path, &st))
		return refuse(path, why, err);
	if (stat(path, &st))
		return error_errno(err, EX_CANTCREAT, errno, "--output %s", path);
	if (!S_ISDIR(st.st_mode))
		return error_errno(err, EX_CANTCREAT, ENOTDIR, "--output %s", path);
	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS))
		return error_errno(err, EX_CANTCREAT, errno,
				   "--output %s: no files can be made in it", path);
	return 0;
}

static bool is_among(const char *name, const char *const *file, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const char *slash = strrchr(file[i], '/');

		if (strcmp(name, slash ? slash + 1 : file[i]) == 0)
			return true;
	}
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool holds_others(const char *path, const char *const *file, unsigned n)
{
	DIR *dir = opendir(path);
	bool found = !dir;

	for (struct dirent *entry; !found && (entry = readdir(dir));)
		found = !is_among(entry->d_name, file, n);
	if (dir)
		(void)closedir(dir);
	return found;
}

void output_folder_give_back(const char *path, const char *const *file, unsigned n)
{
	if (holds_others(path, file, n))
		return;
	for (unsigned i = 0; i < n; i++)
		(void)unlink(file[i]);
	(void)rmdir(path);
}
