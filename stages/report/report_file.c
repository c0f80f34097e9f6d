/*
 * One file of a report: without its final name until it is whole (new_file.c); never over
 * somebody's data (report_target.c); compressed where its name says so (gzip.h). Knows nothing of
 * what a report says.
 */
#include "report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output_stream.h"
#include "report_option.h"
#include "report_words.h"

const char *report_file_name(const struct report_file *file)
{
	return file->target.path ? file->target.path : "standard output";
}

int report_file_apart(const struct report_file *a, const struct report_file *b, struct error *err)
{
	if (!report_target_same(&a->target, &b->target))
		return 0;
	return error_set(err, EX_USAGE,
			 "%s: the %s and the %s report both go there; give each a file of its own",
			 report_file_name(b), a->kind, b->kind);
}

/* ENXIO, EINTR: as stream_open_pipe() says. */
static int no_reader(const struct report_file *file, const char *path, struct error *err)
{
	if (errno == EINTR)
		return error_set(err, EX_CANTCREAT,
				 "%s: the %s report has no reader, and a signal has come", path,
				 file->kind);
	return error_set(err, EX_CANTCREAT,
			 "%s: a named pipe that nothing has opened for reading in %d s; start its "
			 "reader before the %s report",
			 path, STREAM_READER_MS / 1000, file->kind);
}

/*
 * Devices, pipes and descriptors by name cannot be renamed to: write into them. O_APPEND is for a
 * descriptor that the shell has opened on a file (3>>log --csv /dev/fd/3).
 */
static int open_direct(struct report_file *file, const char *path, struct error *err)
{
	bool pipe = S_ISFIFO(file->target.st.st_mode);
	int fd = pipe ? stream_open_pipe(path)
		      : open64(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 && pipe && (errno == ENXIO || errno == EINTR))
		return no_reader(file, path, err);
	if (fd < 0)
		return report_target_refuse(file->kind, path, errno, err);
	file->out = pipe || isatty(fd) ? output_stream_new(fd, true) : fdopen(fd, "w");
	if (file->out && file->out != stdout)
		return 0;
	(void)close(fd); /* nothing was written to it */
	return error_memory(err, "a report", sizeof(*file->out));
}

/* What replaces a file is nobody else's to read before it has that one's permissions. */
static int open_replacing(struct report_file *file, const char *path, struct error *err)
{
	const struct report_target *target = &file->target;
	int fd = new_file_open(&file->new_file, target->folder, target->base,
			       target->exists ? 0600 : 0666);

	if (fd < 0)
		return report_target_refuse(file->kind, path, errno, err);
	file->out = fdopen(fd, "w");
	if (file->out) {
		file->fd = fd;
		return 0;
	}
	(void)close(fd);
	return error_memory(err, "a report", sizeof(*file->out));
}

static int find(struct report_file *file, const char *kind, const char *path, struct error *err)
{
	*file = (struct report_file){.kind = kind, .fd = -1};
	return report_target_find(&file->target, kind, path, err);
}

/* --- compression --- */

static int compress_file(struct report_file *file, struct error *err)
{
	if (gzip_writer_open(&file->gzip, file->out, err))
		return -1;
	file->below = file->out;
	file->out = gzip_writer_stream(file->gzip);
	return 0;
}

/* From here on `out` is the file again. */
static void uncover(struct report_file *file)
{
	file->out = file->below;
	file->below = NULL;
	file->gzip = NULL;
}

/* All that was written has reached the file's own stream. -1 with errno. */
static int finish_compression(struct report_file *file)
{
	int rc;

	if (!file->gzip)
		return 0;
	rc = gzip_writer_finish(file->gzip);
	uncover(file);
	return rc;
}

static void give_compression_up(struct report_file *file)
{
	if (!file->gzip)
		return;
	gzip_writer_abandon(file->gzip);
	uncover(file);
}

/* --- life --- */

int report_file_open(struct report_file *file, const char *kind, const char *path,
		     struct error *err)
{
	if (find(file, kind, path, err))
		return -1;
	if (!file->target.path) {
		file->out = stdout;
		return 0;
	}
	if (file->target.direct ? open_direct(file, path, err) : open_replacing(file, path, err))
		return -1;
	return path_is_gzip(path) ? compress_file(file, err) : 0;
}

int report_file_probe(struct report_file *file, const char *kind, const char *path,
		      struct error *err)
{
	if (find(file, kind, path, err))
		return -1;
	if (file->target.direct)
		return 0;
	if (open_replacing(file, path, err))
		return -1;
	(void)fclose(file->out);
	file->out = NULL;
	file->fd = -1;
	new_file_drop(&file->new_file);
	return 0;
}

/* Bring everything to the disk. Devices and pipes cannot be synchronised, which is no failure. */
static int flush_file(struct report_file *file, struct error *err)
{
	if (fflush(file->out) != 0)
		return error_errno(err, EX_IOERR, errno, "cannot write");
	if (report_check(file->out, err))
		return -1;
	if (finish_compression(file) || fflush(file->out) != 0)
		return error_errno(err, EX_IOERR, errno, "cannot write");
	if (file->fd >= 0 && new_file_sync(file->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
		return error_errno(err, EX_IOERR, errno, "cannot write");
	return 0;
}

static int close_file(struct report_file *file, struct error *err)
{
	FILE *out = file->out;

	file->out = NULL;
	file->fd = -1;
	if (out == stdout || fclose(out) == 0)
		return 0;
	return error_errno(err, EX_IOERR, errno, "cannot write");
}

/* The name comes before the end of the descriptor, whose lock keeps it safe. */
int report_file_commit(struct report_file *file, struct error *err)
{
	if (flush_file(file, err))
		return -1;
	if (file->fd >= 0 && new_file_commit(&file->new_file, file->fd, file->target.base, true))
		return error_errno(err, EX_CANTCREAT, errno, "cannot give the report its name");
	return close_file(file, err);
}

void report_file_forget(struct report_file *file)
{
	file->new_file.named = false;
	give_compression_up(file);
	if (file->out && file->out != stdout)
		__fpurge(file->out); /* what is in its buffer is the parent's to write */
	report_file_release(file);
}

void report_file_release(struct report_file *file)
{
	if (!file->kind)
		return; /* never opened */
	give_compression_up(file);
	if (file->out && file->out != stdout)
		(void)fclose(file->out); /* it is removed, or has failed already */
	new_file_drop(&file->new_file);
	report_target_release(&file->target);
	*file = (struct report_file){.fd = -1};
}
