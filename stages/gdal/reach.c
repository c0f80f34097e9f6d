/*
 * What a file may make GDAL read: itself, what lies below its own folder, and what the libraries
 * need for themselves. What it refers to beyond that is refused and kept, so that the scene fails
 * with words instead of going on without its mask or its pixels. It decides on names and on the
 * first bytes of files; it must not know formats.
 *
 * The rule stands in front of every open() of every library below GDAL (gate.h).
 */
#include "reach.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archived.h"
#include "base/text.h"
#include "hdf5.h"
#include "input/network.h"
#include "log.h"
#include "setup.h"
#include "vrt.h"

/* Text that is looked at for what it says it is. GDAL looks at 1 KiB, some drivers fetch more. */
enum { HEAD_BYTES = 1 << 16 };

/* "/a/b" from "b" in /a, "/a//./b", "/a/c/../b": by its letters alone, no file is looked at. */
static bool plain_path(const char *path, char plain[PATH_MAX])
{
	size_t n = 0;

	if (*path != '/' && !getcwd(plain, PATH_MAX))
		return false;
	if (*path != '/')
		n = strlen(plain) > 1 ? strlen(plain) : 0;
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && strncmp(path, "..", 2) == 0)
			while (n > 0 && plain[--n] != '/')
				;
		else if (length > 0 && !(length == 1 && *path == '.')) {
			if (n + length + 2 > PATH_MAX)
				return false;
			plain[n++] = '/';
			memcpy(plain + n, path, length);
			n += length;
		}
		path += length + (path[length] == '/');
	}
	if (n == 0)
		plain[n++] = '/';
	plain[n] = '\0';
	return true;
}

/* Is `path` the folder or below it? Both absolute and plain. */
static bool is_below(const char *path, const char *folder)
{
	size_t length = folder ? strlen(folder) : 0;

	if (length == 0 || strncmp(path, folder, length) != 0)
		return false;
	return length == 1 || path[length] == '\0' || path[length] == '/';
}

static bool is_below_any(const char *path, char *const *folder, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_below(path, folder[i]))
			return true;
	return false;
}

static bool refuse(struct gdal_reach *reach, const char *what, const char *path)
{
	gdal_refuse(reach, what, path);
	errno = EACCES;
	return false;
}

/* The file's first bytes, up to the first NUL: what a driver that looks for text can see. */
static size_t read_head(const char *path, char *head, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = 0;
	size_t n = 0;

	while (fd >= 0 && n + 1 < size && !memchr(head, '\0', n) &&
	       (got = pread(fd, head + n, n < 1024 ? 1024 - n : size - 1 - n, (off_t)n)) > 0)
		n += (size_t)got;
	if (fd >= 0)
		(void)close(fd);
	head[n] = '\0';
	return n;
}

static bool is_tiff(const char *head, size_t n)
{
	return n >= 4 && ((memcmp(head, "II*\0", 4) == 0 || memcmp(head, "MM\0*", 4) == 0) ||
			  (memcmp(head, "II+\0", 4) == 0 || memcmp(head, "MM\0+", 4) == 0));
}

static bool ends_in(const char *path, const char *end)
{
	size_t length = strlen(path);

	return length >= strlen(end) && strcasecmp(path + length - strlen(end), end) == 0;
}

/*
 * Files that GDAL opens with any driver beside an image: a mask (.msk) decides what is read, and
 * overviews (.ovr) are not used. Either is a TIFF or is not opened.
 */
static bool side_file_is_fine(struct gdal_reach *reach, const char *path)
{
	bool mask = ends_in(path, ".msk"), overview = ends_in(path, ".ovr"), fine = true;
	char *head = malloc(HEAD_BYTES);
	size_t n;

	if (!head)
		return refuse(reach, "(no memory to look at it)", path);
	n = read_head(path, head, HEAD_BYTES);
	errno = EACCES;
	if (overview)
		fine = is_tiff(head, n);
	else if (mask && !is_tiff(head, n))
		fine = refuse(reach, "a mask that is no TIFF,", path);
	else if (strstr(head, "<VRTDataset") && reach->how == REACH_OWN)
		fine = refuse(reach, "the VRT", path);
	else if (strstr(head, "<VRTDataset") && !gdal_vrt_is_plain(path))
		fine = refuse(reach, "what it must not: text or a server in place of a file, in",
			      path);
	free(head);
	return fine;
}

/*
 * A name without a folder is tried in the working directory, too, and "DRIVER:sub/file" as if it
 * were a path; only if it is there, it counts.
 */
static bool is_only_tried(const struct gdal_reach *reach, const char *path)
{
	struct stat st;

	return (!strchr(path, '/') || strcmp(path, reach->name) == 0) && lstat(path, &st) != 0;
}

/* Regular files and folders, where they really are; what is not there may be looked for. */
static bool real_file_is_fine(struct gdal_reach *reach, const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(path, real))
		return true;
	if (stat(real, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return refuse(reach, "what is no regular file,", path);
	if (reach->main && strcmp(real, reach->main) == 0)
		return true; /* check_kind() has looked at it */
	if (is_below(real, "/proc") || is_below(real, "/sys"))
		return refuse(reach, "a file of the system,", path);
	if (reach->how != REACH_ANY && !is_below_any(real, reach->folder, GDAL_REACH_FOLDERS))
		return refuse(reach, "by a link, a file outside its folder:", path);
	return S_ISDIR(st.st_mode) || side_file_is_fine(reach, real);
}

/* Where netCDF looks for what a user wants of servers: it is told that there is nothing. */
static bool is_settings_file(const char *path)
{
	static const char *const name[] = {"/.ncrc", "/.daprc", "/.dodsrc", "/.aws/credentials",
					   "/.aws/config"};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (ends_in(path, name[i]))
			return true;
	return false;
}

/* Nothing beside an archive belongs to what is in it. */
static bool archive_may_open(const struct gdal_reach *reach, const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	errno = ENOENT;
	return realpath(path, real) && strcmp(real, reach->main) == 0 && stat(real, &st) == 0 &&
	       S_ISREG(st.st_mode);
}

static bool reach_may_open(void *ctx, const char *path)
{
	struct gdal_reach *reach = ctx;
	char plain[PATH_MAX];

	if (!plain_path(path, plain))
		return false;
	if (gdal_library_file(plain, reach->network))
		return true;
	if (reach->nothing || (reach->how != REACH_ANY && is_settings_file(plain))) {
		errno = ENOENT;
		return false;
	}
	if (reach->place.archive)
		return archive_may_open(reach, path);
	if (reach->how != REACH_ANY && !is_below_any(plain, reach->folder, GDAL_REACH_FOLDERS)) {
		errno = ENOENT;
		return is_only_tried(reach, path)
			       ? false
			       : refuse(reach, "a file outside its folder:", path);
	}
	return real_file_is_fine(reach, path);
}

/* Which folders does this file speak for: as it is named, and where it really is. */
static int set_folders(struct gdal_reach *reach, const char *file, struct error *err)
{
	char plain[PATH_MAX], *folder = path_folder(file);
	bool fine = folder && plain_path(folder, plain);

	if (fine) {
		reach->main = realpath(file, NULL);
		reach->folder[0] = strdup(plain);
		reach->folder[1] = realpath(folder, NULL);
		reach->folder[2] = reach->main ? path_folder(reach->main) : NULL;
		fine = reach->main && reach->folder[0] && reach->folder[1] && reach->folder[2];
	}
	free(folder);
	return fine ? 0 : error_errno(err, EX_NOINPUT, errno, "%s", file);
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/*
 * The file inside one of GDAL's names: the longest part that is a file, from the first place where
 * one can begin, as in /vsizip/a.zip/b.tif, NETCDF:"a.nc":red, HDF4_SDS:UNKNOWN:a.hdf:0. A new
 * string; NULL if there is none.
 */
static char *file_in_name(const char *name)
{
	for (const char *from = name; *from; from++) {
		if (from != name && !strchr(":\"/{", from[-1]))
			continue;
		for (size_t length = strlen(from); length > 0; length--) {
			char *part;

			if (from[length] && !strchr(":\"/}", from[length]))
				continue;
			part = strndup(from, length);
			if (part && strspn(part, "/.") < length && is_file(part))
				return part;
			free(part);
		}
	}
	return NULL;
}

/* Text that names other files or servers, and what to call it. */
static const struct {
	const char *mark, *words;
	bool vrt;
} kinds[] = {
	{"<VRTDataset", "a VRT, which is made of other files", true},
	{"<GDAL_WMS", "a description of a web service (WMS)", false},
	{"<WMS_", "a description of a web service (WMS)", false},
	{"<WMT_MS_Capabilities", "a description of a web service (WMS)", false},
	{"<WCS_GDAL", "a description of a web service (WCS)", false},
	{"<GDAL_WMTS", "a description of a web service (WMTS)", false},
	{"<Capabilities", "a description of a web service (WMTS)", false},
	{"<GDALTileIndexDataset", "an index of other files (GTI)", false},
	{"<MRF_META", "a description of other files (MRF)", false},
	{"\"stac_version\"", "a catalogue of other files (STAC)", false},
};

static int refuse_kind(const struct gdal_reach *reach, const char *path, size_t i,
		       struct error *err)
{
	if (!kinds[i].vrt)
		return error_set(err, EX_DATAERR,
				 "%s: is %s; only files of pixels are read: save "
				 "what it shows as GeoTIFF",
				 path, kinds[i].words);
	if (reach->place.archive)
		return error_set(err, EX_DATAERR,
				 "%s: is %s; in an archive it is not followed: unpack the archive",
				 path, kinds[i].words);
	if (reach->how == REACH_OWN)
		return error_set(
			err, EX_DATAERR,
			"%s: is %s; in a folder that is searched it is not followed: name it "
			"itself on the command line or in a list",
			path, kinds[i].words);
	return error_set(err, EX_DATAERR,
			 "%s: is %s, with no folder of its own; it is read only "
			 "with --follow",
			 path, kinds[i].words);
}

/* What the text at the front of the file says it is; -1: none of kinds[]. */
static int kind_of(const char *head)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strstr(head, kinds[i].mark))
			return (int)i;
	return -1;
}

/* The front of whatever GDAL's file layer makes of the name. */
static void read_named_head(const char *name, char *head, size_t size)
{
	VSILFILE *file = VSIFOpenL(name, "rb");
	size_t n = file ? VSIFReadL(head, 1, size - 1, file) : 0;

	head[n] = '\0';
	if (file)
		(void)VSIFCloseL(file);
}

static int check_kind(struct gdal_reach *reach, const char *path, const char *file,
		      struct error *err)
{
	char *head = malloc(HEAD_BYTES);
	int kind;

	if (!head)
		return error_memory(err, "the front of a file", HEAD_BYTES);
	*head = '\0';
	if (*path == '<')
		(void)snprintf(head, HEAD_BYTES, "%s", path);
	else if (file && strcmp(file, path) == 0)
		(void)read_head(file, head, HEAD_BYTES);
	else
		read_named_head(reach->place.archive ? reach->name : path, head, HEAD_BYTES);
	kind = kind_of(head);
	free(head);
	if (kind < 0)
		return 0;
	if (!kinds[kind].vrt || reach->how == REACH_OWN ||
	    (reach->how == REACH_FOLDER && (reach->network || *path == '<')))
		return refuse_kind(reach, path, (size_t)kind, err);
	if (*path != '<' && !gdal_vrt_is_plain(reach->name))
		return error_set(err, EX_DATAERR,
				 "%s: a VRT that cannot be read, or that names text or a server in "
				 "place of a file; write it again with file names",
				 path);
	gdal_allow_vrt();
	return 0;
}

/* A URL that a library would fetch by itself (OPeNDAP); HDF5:"file"://path is none. */
static bool is_server_name(const char *name)
{
	return gdal_is_dap(name) ||
	       (isalpha((unsigned char)*name) && strstr(name, "://") &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz") == (size_t)(strstr(name, "://") - name));
}

/* A member of an archive reaches the archive's file, whoever named it. */
static int init_archived(struct gdal_reach *reach, const char *path, struct error *err)
{
	struct gdal_log log;
	int rc;

	if (archive_find(path, &reach->place, err))
		return -1;
	reach->how = REACH_OWN;
	reach->gate.network = false;
	reach->main = realpath(reach->place.archive, NULL);
	reach->name = gdal_archived_name(path, &reach->place);
	if (!reach->main || !reach->name) {
		rc = error_memory(err, "a path", strlen(path));
	} else {
		reach->hdf5 = hdf5_reads(reach->main, reach->name);
		gdal_log_begin(&log, reach);
		rc = check_kind(reach, path, NULL, err);
		gdal_log_end(&log);
	}
	if (rc != 0)
		gdal_reach_release(reach);
	return rc;
}

int gdal_reach_init(struct gdal_reach *reach, const char *path, enum file_reach how,
		    struct error *err)
{
	bool is_plain = is_file(path);
	bool is_member = !is_plain && archive_part(path);
	char *file;
	struct gdal_log log;
	int rc = 0;

	*reach = (struct gdal_reach){.how = how};
	reach->gate = (struct gate){.may_open = reach_may_open, .ctx = reach};
	reach->curl = gdal_network_is_open();
	if (is_member)
		return init_archived(reach, path, err);
	file = is_plain ? strdup(path) : how == REACH_OWN ? NULL : file_in_name(path);
	reach->network = !is_plain && how != REACH_OWN && network_name(path);
	reach->gate.network = reach->network || how == REACH_ANY;
	/* What is a file is that file, and no name of GDAL's. */
	if (asprintf(&reach->name, "%s%s", is_plain && *path != '/' ? "./" : "", path) < 0)
		reach->name = NULL;
	if (!is_plain && is_server_name(path))
		rc = error_set(err, EX_NOINPUT,
			       "%s: data on a server; read it through /vsicurl/, or get it first",
			       path);
	else if (!reach->name || (is_plain && !file))
		rc = error_memory(err, "a path", strlen(path));
	else if (file)
		rc = set_folders(reach, file, err);
	else
		reach->nothing = how != REACH_ANY;
	if (rc == 0) {
		reach->hdf5 = hdf5_reads(reach->main, reach->name);
		gdal_log_begin(&log, reach);
		rc = check_kind(reach, path, is_plain ? file : NULL, err);
		gdal_log_end(&log);
	}
	free(file);
	if (rc != 0)
		gdal_reach_release(reach);
	return rc;
}

void gdal_reach_release(struct gdal_reach *reach)
{
	free(reach->name);
	free(reach->main);
	archive_place_release(&reach->place);
	for (size_t i = 0; i < GDAL_REACH_FOLDERS; i++)
		free(reach->folder[i]);
	*reach = (struct gdal_reach){0};
}

int gdal_reach_error(const struct gdal_reach *reach, const char *path, struct error *err)
{
	return error_set(err, EX_DATAERR, "%s: refers to %s; not followed%s%s", path,
			 reach->refused,
			 reach->how == REACH_ANY ? "" : ": pass --follow if you trust it",
			 reach->how == REACH_OWN ? ", and name the file itself" : "");
}
