/*
 * Files without names, until all of a scene's are whole.
 */
#include "file_set.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What temporary names begin with, of all files: one look at the folder finds them. */
static const char temp[] = "imgpipe-map";

void file_set_sweep(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	new_files_sweep(fd, temp);
	kept_files_sweep(fd);
	(void)close(fd);
}

static int failed(const struct file_set *files, const char *base, const char *what,
		  struct error *err)
{
	return error_errno(
		err, errno == ENOSPC || errno == EDQUOT || errno == EIO ? EX_IOERR : EX_CANTCREAT,
		errno, "%s/%s: %s", files->folder, base, what);
}

int file_set_init(struct file_set *files, const char *folder, unsigned most, bool overwrite,
		  bool sync, struct error *err)
{
	*files = (struct file_set){.folder = folder,
				   .most = most,
				   .overwrite = overwrite,
				   .sync = sync,
				   .kept.fd = -1,
				   .folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (files->folder_fd < 0)
		return error_errno(err, EX_CANTCREAT, errno,
				   "%s: the folder of the outputs cannot be opened", folder);
	files->set = calloc(most, sizeof(*files->set));
	return files->set ? 0 : error_memory(err, "files of a scene", most);
}

int file_set_add(struct file_set *files, const char *base, struct error *err)
{
	struct set_file *new = &files->set[files->n];

	if (files->n == files->most)
		return error_set(err, EX_SOFTWARE, "%s/%s: more files than were planned",
				 files->folder, base);
	*new = (struct set_file){.base = base, .kept = -1};
	new->fd = new_file_open_as(&new->file, files->folder_fd, temp, 0666);
	if (new->fd < 0) {
		int rc = failed(files, base, "cannot be made", err);

		new_file_drop(&new->file);
		return rc;
	}
	files->n++;
	return new->fd;
}

static int is_there(const struct file_set *files, const char *base, struct error *err)
{
	return error_set(err, EX_CANTCREAT,
			 "%s/%s: is there already, made by another program while this one ran; "
			 "pass --overwrite to replace it",
			 files->folder, base);
}

static int give_name(struct file_set *files, struct set_file *file, struct error *err)
{
	struct stat st;

	file->replaced = fstatat(files->folder_fd, file->base, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (file->replaced && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return error_set(err, EX_CANTCREAT,
				 "%s/%s: is there and is no file; give another --output or --name",
				 files->folder, file->base);
	if (new_file_commit(&file->file, file->fd, file->base, files->overwrite) == 0) {
		file->has_name = true;
		return 0;
	}
	if (errno == EEXIST)
		return is_there(files, file->base, err);
	return failed(files, file->base, "cannot get its name", err);
}

/* Without hard links there is no way back. */
static bool cannot_link(int why)
{
	return why == EPERM || why == EACCES || why == EMLINK || why == ENOSYS || why == ENOTSUP ||
	       why == EXDEV || why == EROFS;
}

static int keep_old(struct file_set *files, struct set_file *file, struct error *err)
{
	struct stat old, new;

	if (fstatat(files->folder_fd, file->base, &old, AT_SYMLINK_NOFOLLOW) ||
	    (!S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode)) || fstat(file->fd, &new))
		return 0;
	file->kept = kept_files_add(&files->kept, files->folder_fd, file->base, new.st_ino);
	if (file->kept >= 0 || cannot_link(errno) || errno == ENOENT)
		return 0;
	return failed(files, file->base, "the file that it replaces cannot be kept until then",
		      err);
}

static int keep_all(struct file_set *files, struct error *err)
{
	for (unsigned i = 0; files->overwrite && i < files->n; i++)
		if (keep_old(files, &files->set[i], err))
			return -1;
	if (files->sync && files->kept.fd >= 0)
		(void)new_file_sync(files->kept.fd);
	return 0;
}

static int is_ending(struct error *err)
{
	return error_set(err, EX_TEMPFAIL, "the run is ending");
}

/* A disk may take long: a signal that comes meanwhile ends it with the next file. */
static int sync_all(const struct file_set *files, const struct outputs_env *env, struct error *err)
{
	for (unsigned i = 0; files->sync && i < files->n; i++) {
		if (env && env->cancelled && env->cancelled(env->context))
			return is_ending(err);
		if (new_file_sync(files->set[i].fd))
			return failed(files, files->set[i].base, "cannot be written to the disk",
				      err);
	}
	return 0;
}

/* Some file systems have folders that cannot be synced; names are as safe there as they get. */
static int sync_folder(const struct file_set *files, struct error *err)
{
	if (!files->sync || new_file_sync(files->folder_fd) == 0 || errno == EINVAL ||
	    errno == ENOTSUP)
		return 0;
	return failed(files, ".", "cannot be written to the disk", err);
}

static int name_all(struct file_set *files, struct error *err)
{
	for (unsigned i = 0; i < files->n; i++)
		if (give_name(files, &files->set[i], err))
			return -1;
	return sync_folder(files, err);
}

static void take_back_names(struct file_set *files)
{
	for (unsigned i = 0; i < files->n; i++) {
		const struct set_file *file = &files->set[i];

		if (!file->has_name)
			continue;
		if (file->kept >= 0)
			(void)kept_files_put_back(&files->kept, file->kept, file->base);
		else if (!file->replaced)
			(void)unlinkat(files->folder_fd, file->base, 0);
	}
}

/*
 * What GDAL, and so QGIS, has written beside a file and reads with it: statistics, overviews, a
 * mask. They are of the pixels that are gone, as GDAL has it, which removes them with a file that
 * it replaces.
 */
static void drop_beside(const struct file_set *files, const char *base)
{
	static const char *const suffix[] = {".aux.xml", ".ovr", ".msk"};
	char name[NAME_MAX + 16];

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", base, suffix[i]);
		(void)unlinkat(files->folder_fd, name, 0);
	}
}

static void drop_all_beside(const struct file_set *files)
{
	for (unsigned i = 0; i < files->n; i++)
		if (files->set[i].replaced)
			drop_beside(files, files->set[i].base);
}

int file_set_commit(struct file_set *files, const struct outputs_env *env, struct error *err)
{
	int rc = sync_all(files, env, err);

	if (rc == 0 && env && env->may_name && !env->may_name(env->context))
		rc = is_ending(err);
	if (rc == 0)
		rc = keep_all(files, err);
	if (rc == 0 && name_all(files, err)) {
		take_back_names(files);
		rc = -1;
	}
	if (rc == 0)
		drop_all_beside(files);
	kept_files_end(&files->kept);
	return rc;
}

void file_set_drop(struct file_set *files)
{
	for (unsigned i = 0; i < files->n; i++) {
		new_file_drop(&files->set[i].file);
		(void)close(files->set[i].fd);
	}
	free(files->set);
	if (files->folder_fd >= 0)
		(void)close(files->folder_fd);
	*files = (struct file_set){.folder_fd = -1};
}
