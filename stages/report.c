/*
 * The set of reports of one run: which are wanted, where they go, and that a file has its final
 * name only when it is whole. Knows nothing of what a report says.
 */
#include "report_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Text comes last: where stdout fails (a closed pipe), the files have been written. */
const struct report *const reports[] = {
	&report_json, &report_summary, &report_csv, &report_tiles, &report_text, NULL,
};

enum {
	N_REPORTS = sizeof(reports) / sizeof(reports[0]) - 1,
	TEMP_BASE_BYTES = 200, /* of the final name in the temporary one; NAME_MAX is 255 */
	TEMP_TRIES = 100       /* left-overs of killed runs with the same process id */
};

struct open_report {
	const struct report *report;
	FILE *out;    /* NULL: not open */
	char *path;   /* final name, symbolic links followed; NULL for stdout */
	char *temp;   /* NULL: written directly, or already renamed */
	bool failed;  /* an error was returned for it; it is not touched again */
	uint64_t row; /* scenes written */
};

struct report_set {
	const struct plan *plan;
	const struct options *options;
	unsigned n;
	struct open_report open[N_REPORTS];
};

bool path_is_stdout(const char *path)
{
	static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};

	for (size_t i = 0; path && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

const char *scene_status_name(enum scene_status status)
{
	switch (status) {
	case SCENE_OK:
		return "ok";
	case SCENE_FAILED:
		return "failed";
	case SCENE_CANCELLED:
		return "cancelled";
	}
	return "?";
}

const char *error_code_name(int code)
{
	static const struct {
		int code;
		const char *name;
	} table[] = {
		{EX_USAGE, "EX_USAGE"},         {EX_DATAERR, "EX_DATAERR"},
		{EX_NOINPUT, "EX_NOINPUT"},     {EX_UNAVAILABLE, "EX_UNAVAILABLE"},
		{EX_SOFTWARE, "EX_SOFTWARE"},   {EX_OSERR, "EX_OSERR"},
		{EX_CANTCREAT, "EX_CANTCREAT"}, {EX_IOERR, "EX_IOERR"},
		{EX_TEMPFAIL, "EX_TEMPFAIL"},   {EX_NOPERM, "EX_NOPERM"},
		{EX_CONFIG, "EX_CONFIG"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == code)
			return table[i].name;
	return "unknown";
}

const char *scene_crs(const struct scene *scene)
{
	unsigned file = scene->has_band[BAND_RED] ? scene->band[BAND_RED].file : 0;

	return file < scene->n_files ? scene->files[file].info.crs : "";
}

bool scene_summary(const struct scene_result *result, struct summary *out)
{
	if (result->status != SCENE_OK || !result->histogram)
		return false;
	summary_make(out, &result->accum, result->histogram, result->area_m2);
	return true;
}

int report_check(FILE *out, struct error *err)
{
	if (!ferror(out))
		return 0;
	return error_errno(err, EX_IOERR, errno ? errno : EIO, "cannot write");
}

static const char *shown_path(const struct open_report *open)
{
	return open->path ? open->path : "standard output";
}

static int cannot_create(const struct report *report, const char *path, int code, struct error *err)
{
	return error_set(err, EX_CANTCREAT,
			 "%s: cannot create the %s report: %s; give a path in a folder that exists "
			 "and may be written",
			 path, report->name, strerror(code));
}

/* Open a new file beside open->path, under a name nobody has. */
static int open_temp(struct open_report *open, struct error *err)
{
	const char *slash = strrchr(open->path, '/');
	const char *base = slash ? slash + 1 : open->path;
	int folder = (int)(base - open->path);
	int fd = -1;

	for (int i = 0; fd < 0 && i < TEMP_TRIES; i++) {
		free(open->temp);
		if (asprintf(&open->temp, "%.*s.%.*s.%ld-%d.tmp", folder, open->path,
			     TEMP_BASE_BYTES, base, (long)getpid(), i) < 0) {
			open->temp = NULL;
			return error_memory(err, "name of a report", strlen(open->path));
		}
		fd = open64(open->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		int code = errno;

		free(open->temp);
		open->temp = NULL; /* not ours to remove */
		return cannot_create(open->report, open->path, code, err);
	}
	return fd;
}

/*
 * Devices, pipes and descriptors by name cannot be renamed to: write into them. O_APPEND is for a
 * descriptor that the shell has opened on a file (3>>log --csv /dev/fd/3).
 */
static int open_direct(struct open_report *open, struct error *err)
{
	int fd = open64(open->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);

	return fd >= 0 ? fd : cannot_create(open->report, open->path, errno, err);
}

static bool under(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

/* Find how `path` is to be written, and open it: a descriptor or -1. */
static int open_path(struct open_report *open, const char *path, struct error *err)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;
	bool direct =
		exists && (!S_ISREG(st.st_mode) || under(path, "/dev/") || under(path, "/proc/"));

	if (exists && S_ISDIR(st.st_mode))
		return cannot_create(open->report, path, EISDIR, err);
	/* A link keeps being one: what it points to is replaced. */
	open->path = exists && !direct ? realpath(path, NULL) : strdup(path);
	if (!open->path)
		return cannot_create(open->report, path, errno, err);
	return direct ? open_direct(open, err) : open_temp(open, err);
}

static int report_open(struct open_report *open, const char *path, struct error *err)
{
	int fd;

	if (path_is_stdout(path)) {
		open->out = stdout;
		return 0;
	}
	if (*path == '\0')
		return cannot_create(open->report, "\"\"", ENOENT, err);
	fd = open_path(open, path, err);
	if (fd < 0)
		return -1;
	open->out = fdopen(fd, "w");
	if (!open->out) {
		int code = errno;

		(void)close(fd); /* nothing was written to it */
		return cannot_create(open->report, open->path, code, err);
	}
	return 0;
}

/* Two reports in one file would be neither. */
static int refuse_same_path(const struct report_set *set, const struct open_report *open,
			    struct error *err)
{
	for (unsigned i = 0; i < set->n; i++) {
		const struct open_report *other = &set->open[i];

		if (other == open || (open->path && !open->temp)) /* /dev/null may be shared */
			continue;
		if (open->path ? other->path && strcmp(other->path, open->path) == 0 : !other->path)
			return error_set(err, EX_USAGE,
					 "%s: the %s and the %s report both go there; give each a "
					 "file of its own",
					 shown_path(open), other->report->name, open->report->name);
	}
	return 0;
}

static int report_begin(struct report_set *set, struct open_report *open, struct error *err)
{
	const struct report *report = open->report;

	if (!report->begin || report->begin(open->out, set->plan, set->options, err) == 0)
		return 0;
	return error_prefix(err, "%s", shown_path(open));
}

int report_set_open(struct report_set **set, const struct plan *plan, const struct options *options,
		    struct error *err)
{
	struct report_set *s = calloc(1, sizeof(*s));

	*set = NULL;
	if (!s)
		return error_memory(err, "reports", sizeof(*s));
	s->plan = plan;
	s->options = options;
	for (size_t i = 0; i < N_REPORTS; i++) {
		const char *path = reports[i]->path(options);
		struct open_report *open = &s->open[s->n];

		if (!path)
			continue;
		open->report = reports[i];
		s->n++;
		if (report_open(open, path, err) || refuse_same_path(s, open, err) ||
		    report_begin(s, open, err)) {
			report_set_free(s);
			return -1;
		}
	}
	*set = s;
	return 0;
}

int report_set_scene(struct report_set *set, const struct scene_result *result, struct error *err)
{
	int rc = 0;

	for (unsigned i = 0; i < set->n; i++) {
		struct open_report *open = &set->open[i];
		struct error own;

		if (open->failed || !open->report->scene)
			continue;
		if (open->report->scene(open->out, open->row++, result, set->options, &own) == 0)
			continue;
		open->failed = true;
		(void)error_prefix(&own, "%s", shown_path(open));
		if (rc == 0 && err)
			*err = own;
		rc = -1;
	}
	return rc;
}

/* Bring everything to the disk. Devices and pipes cannot be synchronised, which is no failure. */
static int report_flush(struct open_report *open, struct error *err)
{
	if (fflush(open->out) != 0)
		return error_errno(err, EX_IOERR, errno, "cannot write");
	if (report_check(open->out, err))
		return -1;
	if (open->temp && fsync(fileno(open->out)) != 0 && errno != EINVAL && errno != ENOTSUP)
		return error_errno(err, EX_IOERR, errno, "cannot write");
	return 0;
}

static int report_close(struct open_report *open, struct error *err)
{
	FILE *out = open->out;

	open->out = NULL;
	if (out == stdout || fclose(out) == 0)
		return 0;
	return error_errno(err, EX_IOERR, errno, "cannot write");
}

static int report_finish(struct report_set *set, struct open_report *open,
			 const struct run_totals *totals, struct error *err)
{
	const struct report *report = open->report;

	if (report->end && report->end(open->out, totals, set->plan, set->options, err))
		return -1;
	if (report_flush(open, err) || report_close(open, err))
		return -1;
	if (!open->temp)
		return 0;
	if (rename(open->temp, open->path) != 0)
		return error_errno(err, EX_CANTCREAT, errno, "cannot give the report its name");
	free(open->temp);
	open->temp = NULL;
	return 0;
}

int report_set_commit(struct report_set *set, const struct run_totals *totals, struct error *err)
{
	int rc = 0;

	for (unsigned i = 0; i < set->n; i++) {
		struct open_report *open = &set->open[i];
		struct error own;

		if (open->failed) {
			if (rc == 0)
				(void)error_set(err, EX_IOERR,
						"%s: the %s report could not be "
						"written",
						shown_path(open), open->report->name);
			rc = -1;
			continue;
		}
		if (report_finish(set, open, totals, &own) == 0)
			continue;
		open->failed = true;
		(void)error_prefix(&own, "%s", shown_path(open));
		if (rc == 0 && err)
			*err = own;
		rc = -1;
	}
	return rc;
}

void report_set_free(struct report_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < set->n; i++) {
		struct open_report *open = &set->open[i];

		if (open->out && open->out != stdout)
			(void)fclose(open->out); /* it is removed, or has failed already */
		if (open->temp)
			(void)unlink(open->temp);
		free(open->temp);
		free(open->path);
	}
	free(set);
}
