/*
 * Files that GDAL opens because of their names. It lists the folder, up to 1000 names
 * (GDAL_READDIR_LIMIT_ON_OPEN), and looks there for the image's name and stem in any case; in
 * larger folders it tries names one by one.
 */
#include "beside.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "aux_xml.h"
#include "base/text.h"
#include "input/file_name.h"

enum { LISTED_MOST = 1000, SUFFIX_MOST = 15 /* bytes of those below */ };

static bool blocks(mode_t mode)
{
	return !S_ISREG(mode) && !S_ISDIR(mode);
}

static int refuse(const char *path, const char *name, struct error *err)
{
	return error_set(err, EX_DATAERR,
			 "%s: GDAL would read %s beside it, which is a pipe, socket or device, not "
			 "a file; remove or rename it",
			 path, name);
}

static bool has_stem(const char *name, const char *base, size_t stem)
{
	return strncasecmp(name, base, stem) == 0 && strcmp(name, base) != 0;
}

static int check_listed(const char *path, DIR *dir, const char *base, struct error *err)
{
	size_t stem = name_stem(base);
	struct dirent *entry;
	struct stat st;

	for (int i = 0; i < LISTED_MOST && (entry = readdir(dir)); i++) {
		if (entry->d_type == DT_REG || entry->d_type == DT_DIR ||
		    !has_stem(entry->d_name, base, stem))
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && blocks(st.st_mode))
			return refuse(path, entry->d_name, err);
	}
	return 0;
}

/* Behind the first `front` bytes of the image's name. */
static int check_named(const char *path, DIR *dir, const char *base, size_t front,
		       const char *const *suffixes, struct error *err)
{
	for (; *suffixes; suffixes++) {
		char *name;
		struct stat st;
		bool bad;

		if (asprintf(&name, "%.*s%s", (int)front, base, *suffixes) < 0)
			return error_memory(err, "a path", front);
		bad = strcmp(name, base) != 0 && fstatat(dirfd(dir), name, &st, 0) == 0 &&
		      blocks(st.st_mode);
		if (bad)
			(void)refuse(path, name, err);
		free(name);
		if (bad)
			return -1;
	}
	return 0;
}

static const char *const of_name[] = {".msk", ".ovr", ".aux",     ".aux.xml", ".MSK",
				      ".OVR", ".AUX", ".AUX.XML", NULL};
static const char *const of_stem[] = {
	".aux",     ".AUX",     ".msk",          ".MSK",          ".ovr",  ".OVR", ".wld",
	".WLD",     ".tfw",     ".TFW",          ".pgw",          ".jgw",  ".j2w", ".rpb",
	".RPB",     ".imd",     ".IMD",          ".rpc",          ".RPC",  ".xml", ".XML",
	".hdr",     ".HDR",     ".prj",          ".PRJ",          ".rrd",  ".RRD", ".ige",
	".IGE",     ".tab",     ".TAB",          ".pvl",          ".PVL",  ".att", ".ATT",
	".eph",     ".EPH",     ".txt",          ".TXT",          ".til",  ".TIL", "_rpc.txt",
	"_RPC.TXT", "_RPC.txt", "_metadata.xml", "_metadata.txt", ".rdc",  ".RDC", ".smp",
	".SMP",     ".sgrd",    ".SGRD",         ".sdat",         ".SDAT", ".gri", ".GRI",
	".grd",     ".GRD",     ".stx",          ".STX",          ".clr",  ".CLR", ".sta",
	".STA",     NULL};

int beside_check(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/'), *base = path_name(path);
	char *folder;
	struct stat st;
	DIR *dir;
	int rc;

	if (strncmp(path, "/vsi", 4) == 0 || stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!folder)
		return error_memory(err, "a path", strlen(path));
	dir = opendir(folder);
	free(folder);
	if (!dir)
		return 0; /* GDAL cannot list it either */
	rc = check_listed(path, dir, base, err);
	if (rc == 0)
		rc = check_named(path, dir, base, strlen(base), of_name, err);
	if (rc == 0)
		rc = check_named(path, dir, base, name_stem(base), of_stem, err);
	(void)closedir(dir);
	return rc;
}

/* Kinds that are whole in one file, with a mask beside them. */
static bool is_whole(const char *extension)
{
	static const char *const whole[] = {".tif", ".tiff", ".gtif", ".gtiff", ".tf8",
					    ".btf", ".jp2",  ".j2k",  ".jpx",   ".vrt"};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strcasecmp(extension, whole[i]) == 0)
			return true;
	return false;
}

/* The first `front` bytes of the path and a suffix, which may make the path itself. */
static int see_each(const char *path, size_t front, const char *const *suffixes,
		    const struct side_names *names)
{
	char *name = malloc(front + SUFFIX_MOST + 1);
	bool enough = false;

	if (!name)
		return -1;
	memcpy(name, path, front);
	for (; *suffixes && !enough; suffixes++) {
		memcpy(name + front, *suffixes, strlen(*suffixes) + 1);
		enough = strcmp(name, path) != 0 && names->see(names->context, name);
	}
	free(name);
	return enough;
}

int beside_names(const char *path, const struct side_names *names)
{
	static const char *const always[] = {".msk", AUX_XML_SUFFIX, NULL}, *const bare[] = {"",
											     NULL};
	const size_t length = strlen(path);
	const size_t stem = length - strlen(path_name(path)) + name_stem(path_name(path));
	int rc;

	if (is_whole(path + stem))
		return see_each(path, length, always, names);
	rc = see_each(path, length, of_name, names);
	if (rc == 0)
		rc = see_each(path, stem, of_stem, names);
	return rc ? rc : see_each(path, stem, bare, names); /* ERS: x beside x.ers */
}
