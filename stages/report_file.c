/*
 * One file of a report: under a temporary name beside its final one until it is whole; never over
 * somebody's image. Knows nothing of what a report says.
 */
#include "report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report_kinds.h"

enum {
	TEMP_BASE_BYTES = 200, /* of the final name in the temporary one; NAME_MAX is 255 */
	TEMP_TRIES = 100       /* left-overs of killed runs with the same process id */
};

bool path_is_stdout(const char *path)
{
	static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};

	for (size_t i = 0; path && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

bool report_file_same(const struct report_file *a, const struct report_file *b)
{
	if (!a->path || !b->path)
		return !a->path && !b->path;
	return a->temp && b->temp && strcmp(a->path, b->path) == 0;
}

const char *report_file_name(const struct report_file *file)
{
	return file->path ? file->path : "standard output";
}

static int cannot_create(const struct report_file *file, const char *path, int code,
			 struct error *err)
{
	return error_set(err, EX_CANTCREAT,
			 "%s: cannot create the %s report: %s; give a path in a folder that exists "
			 "and may be written",
			 path, file->kind, strerror(code));
}

/* Open a new file beside file->path, under a name nobody has. */
static int open_temp(struct report_file *file, struct error *err)
{
	const char *slash = strrchr(file->path, '/');
	const char *base = slash ? slash + 1 : file->path;
	int folder = (int)(base - file->path);
	int fd = -1;

	for (int i = 0; fd < 0 && i < TEMP_TRIES; i++) {
		free(file->temp);
		if (asprintf(&file->temp, "%.*s.%.*s.%ld-%d.tmp", folder, file->path,
			     TEMP_BASE_BYTES, base, (long)getpid(), i) < 0) {
			file->temp = NULL;
			return error_memory(err, "name of a report", strlen(file->path));
		}
		fd = open64(file->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		int code = errno;

		free(file->temp);
		file->temp = NULL; /* not ours to remove */
		return cannot_create(file, file->path, code, err);
	}
	return fd;
}

/*
 * Devices, pipes and descriptors by name cannot be renamed to: write into them. O_APPEND is for a
 * descriptor that the shell has opened on a file (3>>log --csv /dev/fd/3).
 */
static int open_direct(struct report_file *file, struct error *err)
{
	int fd = open64(file->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);

	return fd >= 0 ? fd : cannot_create(file, file->path, errno, err);
}

static bool under(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

/* TIFF, BigTIFF and JPEG 2000 by their first bytes: what somebody's data look like. */
static bool holds_image(const char *path)
{
	static const struct {
		unsigned char bytes[8];
		size_t n;
	} magic[] = {
		{{'I', 'I', 42, 0}, 4},
		{{'M', 'M', 0, 42}, 4},
		{{'I', 'I', 43, 0}, 4},
		{{'M', 'M', 0, 43}, 4},
		{{0, 0, 0, 12, 'j', 'P', ' ', ' '}, 8},
	};
	unsigned char head[8] = {0};
	FILE *in = fopen(path, "re");
	size_t n = in ? fread(head, 1, sizeof(head), in) : 0;

	if (in)
		(void)fclose(in);
	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (n >= magic[i].n && memcmp(head, magic[i].bytes, magic[i].n) == 0)
			return true;
	return false;
}

/* The one name of a file that is yet to be made: its folder resolved, so that names can be
 * compared. */
static char *new_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	char *real = folder ? realpath(folder, NULL) : NULL, *whole = NULL;

	if (real && asprintf(&whole, "%s/%s", real, slash ? slash + 1 : path) < 0)
		whole = NULL;
	free(folder);
	free(real);
	return whole;
}

/* Find how `path` is to be written, and open it: a descriptor or -1. */
static int open_path(struct report_file *file, const char *path, struct error *err)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;
	bool direct =
		exists && (!S_ISREG(st.st_mode) || under(path, "/dev/") || under(path, "/proc/"));

	if (exists && S_ISDIR(st.st_mode))
		return cannot_create(file, path, EISDIR, err);
	if (exists && !direct && holds_image(path))
		return error_set(err, EX_USAGE,
				 "%s: an image, which the %s report would replace; give the report "
				 "another name",
				 path, file->kind);
	/* A link keeps being one: what it points to is replaced. */
	file->path = direct ? strdup(path) : exists ? realpath(path, NULL) : new_path(path);
	if (!file->path)
		return cannot_create(file, path, errno, err);
	return direct ? open_direct(file, err) : open_temp(file, err);
}

int report_file_open(struct report_file *file, const char *kind, const char *path,
		     struct error *err)
{
	int fd;

	*file = (struct report_file){.kind = kind};
	if (path_is_stdout(path)) {
		file->out = stdout;
		return 0;
	}
	if (*path == '\0')
		return cannot_create(file, "\"\"", ENOENT, err);
	fd = open_path(file, path, err);
	if (fd < 0)
		return -1;
	file->out = fdopen(fd, "w");
	if (!file->out) {
		int code = errno;

		(void)close(fd); /* nothing was written to it */
		return cannot_create(file, file->path, code, err);
	}
	return 0;
}

/* Bring everything to the disk. Devices and pipes cannot be synchronised, which is no failure. */
static int flush_file(struct report_file *file, struct error *err)
{
	if (fflush(file->out) != 0)
		return error_errno(err, EX_IOERR, errno, "cannot write");
	if (report_check(file->out, err))
		return -1;
	if (file->temp && fsync(fileno(file->out)) != 0 && errno != EINVAL && errno != ENOTSUP)
		return error_errno(err, EX_IOERR, errno, "cannot write");
	return 0;
}

static int close_file(struct report_file *file, struct error *err)
{
	FILE *out = file->out;

	file->out = NULL;
	if (out == stdout || fclose(out) == 0)
		return 0;
	return error_errno(err, EX_IOERR, errno, "cannot write");
}

int report_file_commit(struct report_file *file, struct error *err)
{
	if (flush_file(file, err) || close_file(file, err))
		return -1;
	if (!file->temp)
		return 0;
	if (rename(file->temp, file->path) != 0)
		return error_errno(err, EX_CANTCREAT, errno, "cannot give the report its name");
	free(file->temp);
	file->temp = NULL;
	return 0;
}

void report_file_release(struct report_file *file)
{
	if (file->out && file->out != stdout)
		(void)fclose(file->out); /* it is removed, or has failed already */
	if (file->temp)
		(void)unlink(file->temp);
	free(file->temp);
	free(file->path);
	*file = (struct report_file){0};
}
