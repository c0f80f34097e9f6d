/*
 * Targets of reports. Everything that can stop a report is found here before the first pixel: a
 * missing folder, a path that is a folder or too long, a file that cannot or must not be replaced.
 * Writes nothing.
 */
#include "report_target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "gzip.h"
#include "report_option.h"
#include "sheet_pages.h"

enum {
	MOST_LINKS = 40, /* as the kernel follows (path_resolution(7)) */
	MAGIC_BYTES = 16
};

int report_target_refuse(const char *kind, const char *path, int code, struct error *err)
{
	return error_set(err, EX_CANTCREAT,
			 "%s: cannot create the %s report: %s; give a path in a folder that exists "
			 "and may be written",
			 path, kind, strerror(code));
}

/* --- whose file it is --- */

/* The first bytes of a plain file; 0: it is none, or empty. */
static size_t read_head(const char *path, int flags, char head[SHEET_HEAD_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
	struct stat st;
	bool plain = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	ssize_t n = plain ? read(fd, head, SHEET_HEAD_BYTES) : 0;

	if (fd >= 0)
		(void)close(fd);
	return n > 0 ? (size_t)n : 0;
}

bool report_target_is_sheet_page(const char *path, unsigned page)
{
	char head[SHEET_HEAD_BYTES];

	return sheet_page_in(head, read_head(path, O_NOFOLLOW, head)) == page;
}

/*
 * What somebody's data look like by their first bytes: images, archives that GDAL reads, and the
 * XML and text files that stand beside images. No report begins like that.
 */
static bool holds_data(const char *path)
{
	static const struct {
		unsigned char bytes[MAGIC_BYTES];
		size_t n;
	} magic[] = {
		{{'I', 'I', 42, 0}, 4}, /* TIFF */
		{{'M', 'M', 0, 42}, 4},
		{{'I', 'I', 43, 0}, 4}, /* BigTIFF */
		{{'M', 'M', 0, 43}, 4},
		{{0, 0, 0, 12, 'j', 'P', ' ', ' '}, 8}, /* JPEG 2000 */
		{{0xff, 0x4f, 0xff, 0x51}, 4},          /* its codestream */
		{{0, 0, 0, 12, 'J', 'X', 'L', ' '}, 8}, /* JPEG XL */
		{{0xff, 0xd8, 0xff}, 3},                /* JPEG */
		{{0x89, 'P', 'N', 'G'}, 4},
		{{'R', 'I', 'F', 'F'}, 4},                          /* WebP */
		{{'E', 'H', 'F', 'A', '_', 'H', 'E', 'A', 'D'}, 9}, /* HFA */
		{{0x89, 'H', 'D', 'F'}, 4},                         /* HDF5, netCDF-4 */
		{{0x0e, 0x03, 0x13, 0x01}, 4},                      /* HDF4 */
		{{'C', 'D', 'F'}, 3},                               /* netCDF */
		{{'N', 'I', 'T', 'F'}, 4},
		{{'G', 'R', 'I', 'B'}, 4},
		{{'S', 'Q', 'L', 'i', 't', 'e'}, 6}, /* GeoPackage, MBTiles */
		{{'P', 'K', 3, 4}, 4},               /* zip */
		{{0x1f, 0x8b}, 2},                   /* gzip */
		{{'<', '?', 'x', 'm', 'l'}, 5},      /* product metadata */
		{{'<', 'V', 'R', 'T'}, 4},
		{{'<', 'P', 'A', 'M'}, 4},                /* .aux.xml */
		{{'E', 'N', 'V', 'I', '\n'}, 5},          /* header of ENVI */
		{{'G', 'R', 'O', 'U', 'P', ' ', '='}, 7}, /* Landsat's MTL */
	};
	char head[SHEET_HEAD_BYTES];
	size_t n = read_head(path, 0, head);

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (n >= magic[i].n && memcmp(head, magic[i].bytes, magic[i].n) == 0)
			return !sheet_page_in(head, n) && !gzip_is_ours(head, n);
	return false;
}

/* --- what the rename at the end would fail of --- */

static int cannot_replace(const char *kind, const char *path, const char *why, struct error *err)
{
	return error_set(err, EX_CANTCREAT,
			 "%s: cannot replace it by the %s report: %s; give the report another name",
			 path, kind, why);
}

/* unlink(2), EPERM: in a sticky folder a file is its owner's, the folder's owner's and root's. */
static bool is_kept_by_folder(const struct report_target *target)
{
	struct stat folder;
	uid_t me = geteuid();

	return fstat(target->folder, &folder) == 0 && folder.st_mode & S_ISVTX && me != 0 &&
	       folder.st_uid != me && target->st.st_uid != me;
}

static int look_at_existing(struct report_target *target, const char *kind, struct error *err)
{
	struct statx more = {0};

	if (holds_data(target->path))
		return error_set(err, EX_USAGE,
				 "%s: an image or part of one, and the %s report would replace it; "
				 "give the report another name",
				 target->path, kind);
	if (is_kept_by_folder(target))
		return cannot_replace(kind, target->path, "it belongs to another user", err);
	if (statx(target->folder, target->base, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &more))
		return 0; /* what it does not tell, the rename will */
	if (more.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND))
		return cannot_replace(kind, target->path, "it is immutable (chattr)", err);
	if (more.stx_attributes & STATX_ATTR_MOUNT_ROOT)
		return cannot_replace(kind, target->path,
				      "it is a mount of its own (mount its folder instead)", err);
	return 0;
}

/* --- the way there --- */

/* What a link at the end of `path` points to, as a path from here; NULL: it is none. */
static char *link_target(const char *path)
{
	const char *slash = strrchr(path, '/');
	char to[PATH_MAX], *whole = NULL;
	ssize_t n = readlink(path, to, sizeof(to) - 1);

	if (n <= 0)
		return NULL;
	to[n] = '\0';
	if (to[0] == '/' || !slash)
		return strdup(to);
	return asprintf(&whole, "%.*s%s", (int)(slash + 1 - path), path, to) < 0 ? NULL : whole;
}

/* A link keeps being one: what it points to is made or replaced, though it be missing now. */
static char *follow_links(const char *path)
{
	char *now = strdup(path), *next;

	for (int i = 0; now && i < MOST_LINKS && (next = link_target(now)); i++) {
		free(now);
		now = next;
	}
	return now;
}

/* The folder open and its name resolved: target->path, ->base and ->folder. -1 with errno. */
static int find_folder(struct report_target *target, const char *path)
{
	char *way = follow_links(path), *real = NULL, *folder = NULL;
	const char *base = way ? path_name(way) : "";
	int rc = -1;

	errno = !way ? ENOMEM : EISDIR;
	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		goto out;
	folder = path_folder(way);
	real = folder ? realpath(folder, NULL) : NULL;
	if (!real || asprintf(&target->path, "%s/%s", strcmp(real, "/") == 0 ? "" : real, base) < 0)
		goto out;
	target->base = path_name(target->path);
	target->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = target->folder < 0 ? -1 : 0;
out:
	free(way);
	free(folder);
	free(real);
	return rc;
}

/* Names of descriptors; /dev/shm/r.json is a file like any other. */
static bool names_descriptor(const char *path)
{
	static const char *const folders[] = {"/dev/fd/", "/proc/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return strcmp(path, "/dev/stderr") == 0;
}

static int find_direct(struct report_target *target, const char *kind, const char *path,
		       struct error *err)
{
	target->direct = true;
	target->path = strdup(path);
	if (!target->path)
		return error_memory(err, "name of a report", strlen(path));
	target->base = path_name(target->path);
	if (S_ISBLK(target->st.st_mode))
		return cannot_replace(kind, path, "it is a disk", err);
	return 0;
}

static int find_stdout(struct report_target *target)
{
	target->direct = true;
	target->exists = fstat(STDOUT_FILENO, &target->st) == 0;
	return 0;
}

int report_target_find(struct report_target *target, const char *kind, const char *path,
		       struct error *err)
{
	*target = (struct report_target){.folder = -1};
	if (path_is_stdout(path))
		return find_stdout(target);
	if (*path == '\0')
		return report_target_refuse(kind, "\"\"", ENOENT, err);
	target->exists = stat(path, &target->st) == 0;
	if (!target->exists && errno != ENOENT)
		return report_target_refuse(kind, path, errno, err);
	if (target->exists && S_ISDIR(target->st.st_mode))
		return report_target_refuse(kind, path, EISDIR, err);
	if (target->exists && (!S_ISREG(target->st.st_mode) || names_descriptor(path)))
		return find_direct(target, kind, path, err);
	if (find_folder(target, path))
		return report_target_refuse(kind, path, errno, err);
	if (!target->exists)
		return fstat(target->folder, &target->st) == 0
			       ? 0
			       : report_target_refuse(kind, path, errno, err);
	return look_at_existing(target, kind, err);
}

void report_target_release(struct report_target *target)
{
	if (target->folder >= 0)
		(void)close(target->folder);
	free(target->path);
	*target = (struct report_target){.folder = -1};
}

bool report_target_same(const struct report_target *a, const struct report_target *b)
{
	if (!a->path && !b->path)
		return true;
	if (a->exists != b->exists || a->st.st_dev != b->st.st_dev || a->st.st_ino != b->st.st_ino)
		return false;
	if (a->exists)
		return S_ISREG(a->st.st_mode) || S_ISFIFO(a->st.st_mode);
	return a->path && b->path && strcmp(a->base, b->base) == 0;
}
