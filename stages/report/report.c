/*
 * The set of reports of one run: which are wanted, and each row to all of them. Knows nothing of
 * what a report says.
 */
#include "report_kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report_file.h"
#include "report_seal.h"

/* Text comes last: where stdout fails (a closed pipe), the files have been written. */
const struct report *const reports[] = {
	&report_json,  &report_summary, &report_csv, &report_tiles, &report_partial,
	&report_trace, &report_html,    &report_lab, &report_text,  NULL,
};

enum { N_REPORTS = sizeof(reports) / sizeof(reports[0]) - 1 };

struct open_report {
	const struct report *report;
	struct report_file file;
	struct seal seal; /* only where report->seal */
	FILE *out;        /* what the report writes to: the file, or through the seal */
	bool failed;      /* an error was returned for it; it is not touched again */
	uint64_t row;     /* scenes written */
};

struct report_set {
	const struct plan *plan;
	const struct options *options;
	struct pixel_totals pixels; /* of the rows so far */
	unsigned n;
	struct open_report open[N_REPORTS];
};

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

uint64_t scene_number(const struct scene *scene, const struct options *options)
{
	if (!options->shard.n)
		return scene->id;
	return options->shard.i - 1 + (uint64_t)scene->id * options->shard.n;
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

static int refuse_same_file(const struct report_set *set, const struct open_report *open,
			    struct error *err)
{
	for (unsigned i = 0; i < set->n; i++)
		if (&set->open[i] != open &&
		    report_file_apart(&set->open[i].file, &open->file, err))
			return -1;
	return 0;
}

/* A piece is written: put the seal behind it, where there is one. */
static int seal_piece(struct open_report *open, enum report_piece piece, struct error *err)
{
	uint32_t crc;

	if (!open->report->seal)
		return 0;
	if (seal_sum(&open->seal, &crc, err))
		return -1;
	open->report->seal(open->out, piece, crc);
	return report_check(open->out, err);
}

static int report_begin(struct report_set *set, struct open_report *open, struct error *err)
{
	const struct report *report = open->report;
	int status = 0;

	open->out = open->file.out;
	if (report->seal) {
		status = seal_open(&open->seal, open->file.out, err);
		open->out = open->seal.out;
	}
	if (!status && report->begin)
		status = report->begin(open->out, set->plan, set->options, err);
	if (!status)
		status = seal_piece(open, REPORT_HEAD, err);
	return status ? error_prefix(err, "%s", report_file_name(&open->file)) : 0;
}

int report_set_open(struct report_set **set, const struct plan *plan, const struct options *options,
		    struct error *err)
{
	struct report_set *s = calloc(1, sizeof(*s));

	*set = NULL;
	if (!s)
		return error_memory(err, "reports", sizeof(*s));
	pixel_totals_init(&s->pixels);
	s->plan = plan;
	s->options = options;
	for (size_t i = 0; i < N_REPORTS; i++) {
		const char *path = reports[i]->path(options);
		struct open_report *open = &s->open[s->n];

		if (!path)
			continue;
		open->report = reports[i];
		s->n++;
		if (report_file_open(&open->file, open->report->name, path, err) ||
		    refuse_same_file(s, open, err) || report_begin(s, open, err)) {
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

	pixel_totals_add(&set->pixels, result);
	for (unsigned i = 0; i < set->n; i++) {
		struct open_report *open = &set->open[i];
		struct error own;

		if (open->failed || !open->report->scene)
			continue;
		if (open->report->scene(open->out, open->row++, result, set->options, &own) == 0 &&
		    seal_piece(open, REPORT_SCENE, &own) == 0)
			continue;
		open->failed = true;
		(void)error_prefix(&own, "%s", report_file_name(&open->file));
		if (rc == 0 && err)
			*err = own;
		rc = -1;
	}
	return rc;
}

static int report_finish(struct report_set *set, struct open_report *open,
			 const struct run_totals *totals, struct error *err)
{
	const struct report *report = open->report;

	if (report->end && report->end(open->out, totals, set->plan, set->options, err))
		return -1;
	if (seal_piece(open, REPORT_TAIL, err) || (report->seal && seal_close(&open->seal, err)))
		return -1;
	return report_file_commit(&open->file, err);
}

int report_set_commit(struct report_set *set, const struct run_totals *run, struct error *err)
{
	struct run_totals totals = *run;
	int rc = 0;

	totals.pixels = &set->pixels;
	for (unsigned i = 0; i < set->n; i++) {
		struct open_report *open = &set->open[i];
		struct error own;

		if (open->failed) {
			if (rc == 0)
				(void)error_set(err, EX_IOERR,
						"%s: the %s report could not be "
						"written",
						report_file_name(&open->file), open->report->name);
			rc = -1;
			continue;
		}
		if (report_finish(set, open, &totals, &own) == 0)
			continue;
		open->failed = true;
		(void)error_prefix(&own, "%s", report_file_name(&open->file));
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
		seal_release(&set->open[i].seal);
		report_file_release(&set->open[i].file);
	}
	free(set);
}

const struct pixel_totals *report_set_pixels(const struct report_set *set)
{
	return &set->pixels;
}

const struct report_sink report_sink = {
	.open = report_set_open,
	.scene = report_set_scene,
	.commit = report_set_commit,
	.free = report_set_free,
};
