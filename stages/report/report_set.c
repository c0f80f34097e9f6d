/*
 * The set of reports of one run: those of a table that are wanted, and each row to all of them.
 * Knows nothing of what a report says, nor which there are.
 */
#include "report.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>

#include "report_file.h"
#include "report_words.h"

/*
 * A stream in front of a report's file, which knows the CRC-32 (that of zlib and gzip) of all that
 * has passed.
 */
struct seal {
	FILE *out;   /* write here; NULL: not open */
	FILE *below; /* not owned */
	uint32_t crc;
};

/* One of the set. */
struct member {
	const struct report *report;
	struct open_report open; /* .out: the file, or what goes to it through the seal */
	struct report_file file;
	struct seal seal; /* only where report->seal */
	bool failed;      /* an error was returned for it; it is not touched again */
};

struct report_set {
	struct pixel_totals pixels; /* of the rows so far */
	unsigned n;
	struct member member[REPORTS_MOST];
};

/* --- the seal --- */

static ssize_t pass(void *cookie, const char *bytes, size_t size)
{
	struct seal *seal = cookie;

	seal->crc = libdeflate_crc32(seal->crc, bytes, size);
	return fwrite(bytes, 1, size, seal->below) == size ? (ssize_t)size : 0;
}

static int cannot_write(struct error *err)
{
	return error_errno(err, EX_IOERR, errno ? errno : EIO, "cannot write");
}

/* The struct must stay where it is while the seal is open. */
static int seal_open(struct seal *seal, FILE *below, struct error *err)
{
	*seal = (struct seal){.below = below};
	seal->out = fopencookie(seal, "w", (cookie_io_functions_t){.write = pass});
	return seal->out ? 0 : error_memory(err, "a report", BUFSIZ);
}

/* The sum of everything written so far. */
static int seal_sum(struct seal *seal, uint32_t *crc, struct error *err)
{
	if (fflush(seal->out))
		return cannot_write(err);
	*crc = seal->crc;
	return 0;
}

/* Everything is handed on. `below` stays open. */
static int seal_close(struct seal *seal, struct error *err)
{
	FILE *out = seal->out;

	seal->out = NULL;
	return fclose(out) ? cannot_write(err) : 0;
}

/* As seal_close(), for a report that is given up. */
static void seal_release(struct seal *seal)
{
	if (seal->out)
		(void)fclose(seal->out);
	seal->out = NULL;
}

/* --- the set --- */

static int refuse_same_file(const struct report_set *set, const struct member *member,
			    struct error *err)
{
	for (unsigned i = 0; i < set->n; i++)
		if (&set->member[i] != member &&
		    report_file_apart(&set->member[i].file, &member->file, err))
			return -1;
	return 0;
}

/* A piece is written: put the seal behind it, where there is one. */
static int seal_piece(struct member *member, enum report_piece piece, struct error *err)
{
	FILE *out = member->open.out;
	uint32_t crc = 0;

	if (!member->report->seal)
		return 0;
	if (seal_sum(&member->seal, &crc, err))
		return -1;
	member->report->seal(out, piece, crc);
	return report_check(out, err);
}

static int report_begin(struct member *member, struct error *err)
{
	const struct report *report = member->report;
	int status = 0;

	member->open.out = member->file.out;
	if (report->state_bytes) {
		member->open.state = calloc(1, report->state_bytes);
		if (!member->open.state)
			return error_memory(err, "a report", report->state_bytes);
	}
	if (report->seal) {
		status = seal_open(&member->seal, member->file.out, err);
		member->open.out = member->seal.out;
	}
	if (!status && report->begin)
		status = report->begin(&member->open, err);
	if (!status)
		status = seal_piece(member, REPORT_HEAD, err);
	return status ? error_prefix(err, "%s", report_file_name(&member->file)) : 0;
}

/* Of one that is late: can it be written? */
static int open_member(struct member *member, const char *path, struct error *err)
{
	const char *kind = member->report->option.kind;

	return member->report->late ? report_file_probe(&member->file, kind, path, err)
				    : report_file_open(&member->file, kind, path, err);
}

int report_set_open(struct report_set **set, const struct plan *plan, const struct options *options,
		    struct error *err)
{
	struct report_set *s = calloc(1, sizeof(*s));
	const struct report *const *table = plan->reports;

	*set = NULL;
	if (!s)
		return error_memory(err, "reports", sizeof(*s));
	if (pixel_totals_init(&s->pixels, &plan->layout, err)) {
		report_set_free(s);
		return -1;
	}
	for (; table && *table && s->n < REPORTS_MOST; table++) {
		const char *path = report_path(&options->reports, &(*table)->option);
		struct member *member = &s->member[s->n];

		if (!path)
			continue;
		member->report = *table;
		member->open = (struct open_report){.plan = plan, .options = options};
		s->n++;
		if (open_member(member, path, err) || refuse_same_file(s, member, err) ||
		    report_begin(member, err)) {
			report_set_free(s);
			return -1;
		}
	}
	*set = s;
	return 0;
}

/* It is not touched again; the first error of all is told. Always -1. */
static int give_up(struct member *member, const struct error *own, int so_far, struct error *err)
{
	struct error named = *own;

	member->failed = true;
	(void)error_prefix(&named, "%s", report_file_name(&member->file));
	if (so_far == 0 && err)
		*err = named;
	return -1;
}

int report_set_scene(struct report_set *set, const struct scene_result *result, struct error *err)
{
	int rc = pixel_totals_add(&set->pixels, result, err);

	for (unsigned i = 0; i < set->n; i++) {
		struct member *member = &set->member[i];
		struct error own;

		if (member->failed)
			continue;
		if (member->report->scene && (member->report->scene(&member->open, result, &own) ||
					      seal_piece(member, REPORT_SCENE, &own)))
			rc = give_up(member, &own, rc, err);
		else
			member->open.row++;
	}
	return rc;
}

static int report_finish(struct member *member, const struct run_totals *totals, struct error *err)
{
	const struct report *report = member->report;

	if (report->end && report->end(&member->open, totals, err))
		return -1;
	if (seal_piece(member, REPORT_TAIL, err) ||
	    (report->seal && seal_close(&member->seal, err)))
		return -1;
	return report->late ? 0 : report_file_commit(&member->file, err);
}

int report_set_commit(struct report_set *set, const struct run_totals *run, struct error *err)
{
	struct run_totals totals = *run;
	int rc = 0;

	totals.pixels = &set->pixels;
	for (unsigned i = 0; i < set->n; i++) {
		struct member *member = &set->member[i];
		struct error own;

		if (member->failed) {
			if (rc == 0)
				(void)error_set(err, EX_IOERR,
						"%s: the %s report could not be written",
						report_file_name(&member->file),
						member->report->option.kind);
			rc = -1;
		} else if (report_finish(member, &totals, &own)) {
			rc = give_up(member, &own, rc, err);
		}
	}
	return rc;
}

void report_set_free(struct report_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < set->n; i++) {
		struct member *member = &set->member[i];

		seal_release(&member->seal);
		if (member->open.state && member->report->release)
			member->report->release(&member->open);
		report_file_release(&member->file);
		free(member->open.state);
	}
	pixel_totals_release(&set->pixels);
	free(set);
}

const struct pixel_totals *report_set_pixels(const struct report_set *set)
{
	return &set->pixels;
}

static int open_own(const struct report_sink *sink, struct report_set **set,
		    const struct plan *plan, const struct options *options, struct error *err)
{
	(void)sink;
	return report_set_open(set, plan, options, err);
}

const struct report_sink report_sink = {
	.open = open_own,
	.scene = report_set_scene,
	.commit = report_set_commit,
	.free = report_set_free,
};
