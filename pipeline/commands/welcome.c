/*
 * imgpipe without arguments: rasters are looked for by their names, in this folder and in those
 * within, and the first one by name is shown in what may be typed next. What earlier runs have made
 * is no scene to begin with: maps say who made them, here and in folders of -o, which hold a lock
 * file.
 */
#include "welcome.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/screen.h"
#include "commands.h"
#include "printable.h"

/* Names that are looked at: in the working folder, in one below, and how many of those; and files
 * that are opened. */
enum { NAMES_HERE = 400, NAMES_WITHIN = 60, FOLDERS_WITHIN = 20, FILES_OPENED = 50 };

struct found {
	char file[NAME_MAX + 1];   /* a raster here; "": none */
	char folder[NAME_MAX + 1]; /* a product's folder, or one that holds rasters */
	bool more;                 /* more rasters than the one here */
	int opened;
};

static bool ends_in(const char *name, const char *const *endings)
{
	const size_t length = strlen(name);

	for (; *endings; endings++) {
		const size_t n = strlen(*endings);

		if (length > n && strcasecmp(name + length - n, *endings) == 0)
			return true;
	}
	return false;
}

static bool is_raster(const char *name)
{
	static const char *const endings[] = {".tif", ".tiff", ".jp2", ".img",    ".vrt", ".nc",
					      ".hdf", ".zip",  ".tar", ".tar.gz", ".tgz", NULL};

	return ends_in(name, endings);
}

static bool is_product(const char *name)
{
	static const char *const endings[] = {".SAFE", NULL};

	return ends_in(name, endings);
}

/* It can be copied from the screen as it stands. */
static bool is_plain(const char *name)
{
	for (const char *at = name; *at;) {
		size_t n = utf8_length(at);

		if (!n || !printable_as_is(at, n))
			return false;
		at += n;
	}
	return *name != '.';
}

/* A map that imgpipe has made: its header comes first, and has the name as TIFF's Software. */
static bool is_map(int folder, const char *name)
{
	static const char *const endings[] = {".tif", ".tiff", NULL};
	static const char software[] = "\0imgpipe ";
	char head[4096];
	ssize_t n;
	int fd;

	if (!ends_in(name, endings))
		return false;
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	n = read(fd, head, sizeof(head));
	(void)close(fd);
	return n > 0 && memmem(head, (size_t)n, software, sizeof(software) - 1);
}

/* The folder of -o of some run. */
static bool is_output(const char *folder)
{
	char path[NAME_MAX + sizeof("/.imgpipe.lock")];

	(void)snprintf(path, sizeof(path), "%s/.imgpipe.lock", folder);
	return access(path, F_OK) == 0;
}

static void keep_first(char kept[NAME_MAX + 1], const char *name)
{
	if (is_plain(name) && (!*kept || strcmp(name, kept) < 0))
		(void)snprintf(kept, NAME_MAX + 1, "%s", name);
}

static bool is_folder(const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_DIR;
	return stat(entry->d_name, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool holds_rasters(const char *folder)
{
	DIR *dir = opendir(folder);
	const bool has_maps = is_output(folder);
	const struct dirent *entry;
	bool found = false;

	for (int n = 0; dir && !found && n < NAMES_WITHIN && (entry = readdir(dir)); n++)
		found = (is_raster(entry->d_name) &&
			 !(has_maps && is_map(dirfd(dir), entry->d_name))) ||
			is_product(entry->d_name);
	if (dir)
		closedir(dir);
	return found;
}

static void look(struct found *found)
{
	DIR *dir = opendir(".");
	const struct dirent *entry;
	int folders = 0;

	for (int n = 0; dir && n < NAMES_HERE && (entry = readdir(dir)); n++) {
		const char *name = entry->d_name;

		if (*name == '.') {
			continue;
		} else if (!is_folder(entry)) {
			if (!is_raster(name) ||
			    (found->opened++ < FILES_OPENED && is_map(AT_FDCWD, name)))
				continue;
			found->more |= *found->file;
			keep_first(found->file, name);
		} else if (is_product(name) ||
			   (folders++ < FOLDERS_WITHIN && holds_rasters(name))) {
			found->more |= *found->file;
			keep_first(found->folder, name);
		}
	}
	if (dir)
		closedir(dir);
}

/* A name as a shell takes it; one that could be taken for an option or a list is made a path.
 * Returns its bytes. */
static int put_name(FILE *out, const char *name, const char *end)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+.,/:@%";
	const bool quoted = name[strspn(name, plain)] != '\0';
	int n = fprintf(out, "%s%s", quoted ? "'" : "", *name == '-' || *name == '@' ? "./" : "");

	for (; *name; name++)
		n += fprintf(out, *name == '\'' ? "'\\%c'" : "%c", *name);
	return n + fprintf(out, "%s%s", end, quoted ? "'" : "");
}

/* "  imgpipe info x.tif    what ..." */
static void put_command(FILE *out, const char *words, const char *name, const char *end,
			const char *what)
{
	enum { WHAT_COLUMN = 34 };
	int column;

	(void)fputs("  ", out);
	column = 2 + fprintf(out, "imgpipe%s%s", *words ? " " : "", words);
	if (*name) {
		(void)fputc(' ', out);
		column += 1 + put_name(out, name, end);
	}
	if (column >= WHAT_COLUMN - 1) {
		(void)fputc('\n', out);
		column = 0;
	}
	(void)fprintf(out, "%*s%s\n", WHAT_COLUMN - column, "", what);
}

static void put_next(FILE *out, const struct found *found)
{
	if (!*found->file && !*found->folder) {
		put_command(out, "", "FOLDER", "", "statistics of NDVI of all scenes in a folder");
		put_command(out, "index", "", "", "the indices that it knows");
		return;
	}
	if (*found->file)
		put_command(out, "info", found->file, "", "what is in it: bands, scale, nodata");
	else
		put_command(out, "info", found->folder, "/", "what is in it: bands, scale, nodata");
	if (found->more || !*found->file)
		put_command(out, "", ".", "", "statistics of NDVI of all scenes here");
	else
		put_command(out, "", found->file, "", "statistics of its NDVI");
}

void welcome(FILE *out)
{
	struct found found = {"", "", false, 0};

	look(&found);
	(void)fprintf(out, "usage: imgpipe [COMMAND] [options] %s\n\n", commands[0]->arguments);
	screen_put(out, INK_HEADING,
		   *found.file || *found.folder ? "Next, for example"
						: "No scenes in this folder; elsewhere");
	(void)fputs(":\n", out);
	put_next(out, &found);
	put_command(out, "-h", "", "", "commands and options on one page; --help: all");
}
