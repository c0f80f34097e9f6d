/*
 * The files of a sweep: opened before the first run, written after the last.
 */
#include <stdlib.h>

#include "report/report_file.h"
#include "report/report_kinds.h"
#include "sweep.h"
#include "sweep_kinds.h"

enum sweep_kind { KIND_CSV, KIND_JSON, KIND_HTML, N_KINDS };
static const char *const kind_names[N_KINDS + 1] = {"CSV", "JSON", "HTML", "text"};

struct sweep_reports {
	struct report_file file[N_KINDS + 1]; /* the last: standard output, for the text */
	bool wanted[N_KINDS + 1];
};

static const char *path_of(const struct options *options, enum sweep_kind kind)
{
	switch (kind) {
	case KIND_CSV:
		return options->csv_path;
	case KIND_JSON:
		return options->sweep.json_path;
	case KIND_HTML:
	case N_KINDS:
		break;
	}
	return options->sweep.html_path;
}

/* Quiet, or another report is on standard output. */
static bool text_is_left_out(const struct options *options)
{
	bool taken = options->verbosity < 0;

	for (int kind = 0; kind < N_KINDS; kind++)
		taken = taken || path_is_stdout(path_of(options, (enum sweep_kind)kind));
	return taken;
}

int sweep_reports_open(struct sweep_reports **set, const struct options *options, struct error *err)
{
	struct sweep_reports *r = calloc(1, sizeof(*r));

	*set = r;
	if (!r)
		return error_memory(err, "reports", sizeof(*r));
	for (int kind = 0; kind <= N_KINDS; kind++) {
		const char *path = kind < N_KINDS ? path_of(options, (enum sweep_kind)kind)
				   : text_is_left_out(options) ? NULL
							       : "-";

		if (!path)
			continue;
		if (report_file_open(&r->file[kind], kind_names[kind], path, err))
			return -1;
		r->wanted[kind] = true;
		for (int other = 0; other < kind; other++)
			if (r->wanted[other] &&
			    report_file_apart(&r->file[other], &r->file[kind], err))
				return -1;
	}
	return 0;
}

static int write_kind(FILE *out, enum sweep_kind kind, const struct sweep *sweep, struct error *err)
{
	switch (kind) {
	case KIND_CSV:
		sweep_csv(out, sweep);
		break;
	case KIND_JSON:
		if (sweep_json(out, sweep, err))
			return -1;
		break;
	case KIND_HTML:
	case N_KINDS:
		sweep_page(out, sweep);
		break;
	}
	return report_check(out, err);
}

static int write_file(struct report_file *file, enum sweep_kind kind, const struct sweep *sweep,
		      struct error *err)
{
	struct error own = {0};

	if (write_kind(file->out, kind, sweep, &own) == 0 && report_file_commit(file, &own) == 0)
		return 0;
	(void)error_prefix(&own, "%s", report_file_name(file));
	if (!err->code)
		*err = own;
	return -1;
}

/* One that cannot be written does not cost the others, or what is said. */
int sweep_reports_write(struct sweep_reports *set, const struct sweep *sweep,
			const struct options *options, struct error *err)
{
	bool taken = text_is_left_out(options);
	int status = 0;

	for (int kind = 0; kind < N_KINDS; kind++)
		if (set->wanted[kind] &&
		    write_file(&set->file[kind], (enum sweep_kind)kind, sweep, err))
			status = -1;
	if (!taken)
		sweep_text(stdout, sweep);
	return status ? -1 : report_check(stdout, err);
}

void sweep_reports_free(struct sweep_reports *set)
{
	if (!set)
		return;
	for (int kind = 0; kind <= N_KINDS; kind++)
		report_file_release(&set->file[kind]);
	free(set);
}
