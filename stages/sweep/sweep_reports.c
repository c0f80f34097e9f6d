/*
 * The reports of a sweep: their table, opened before the first run, written after the last.
 */
#include <stdlib.h>

#include "options.h"
#include "report/report_file.h"
#include "report/report_words.h"
#include "sweep.h"
#include "sweep_kinds.h"

/* A row of the table. */
struct sweep_report {
	struct report_option option;
	int (*write)(FILE *out, const struct sweep *sweep, struct error *err);
};

static int write_csv(FILE *out, const struct sweep *sweep, struct error *err)
{
	(void)err;
	sweep_csv(out, sweep);
	return 0;
}

static int write_page(FILE *out, const struct sweep *sweep, struct error *err)
{
	(void)err;
	sweep_page(out, sweep);
	return 0;
}

static int write_text(FILE *out, const struct sweep *sweep, struct error *err)
{
	(void)err;
	sweep_text(out, sweep);
	return 0;
}

/* Text comes last: its path depends on the others', and it stands where they cannot be written. */
static const struct sweep_report table[] = {
	{{.kind = "CSV", .name = "csv", .help = "one line per run", .made_by = REPORT_BY_SWEEP},
	 write_csv},
	{{.kind = "JSON",
	  .name = "json",
	  .help = "all points with what was measured (imgpipe-sweep/1)",
	  .made_by = REPORT_BY_SWEEP},
	 sweep_json},
	{{.kind = "HTML",
	  .name = "html",
	  .help = "one page with pictures, no script; needs no network",
	  .made_by = REPORT_BY_SWEEP},
	 write_page},
	{{.kind = "text", .made_by = REPORT_BY_SWEEP, .by_default = report_text_by_default},
	 write_text},
};

enum { N_KINDS = sizeof(table) / sizeof(table[0]) };

struct sweep_reports {
	struct report_file file[N_KINDS];
	bool wanted[N_KINDS];
};

const struct report_option *sweep_report_option(unsigned i)
{
	return i < N_KINDS ? &table[i].option : NULL;
}

int sweep_reports_open(struct sweep_reports **set, const struct options *options, struct error *err)
{
	struct sweep_reports *r = calloc(1, sizeof(*r));

	*set = r;
	if (!r)
		return error_memory(err, "reports", sizeof(*r));
	for (int kind = 0; kind < N_KINDS; kind++) {
		const struct report_option *report = &table[kind].option;
		const char *path = report_path(&options->reports, report);

		if (!path)
			continue;
		if (report_file_open(&r->file[kind], report->kind, path, err))
			return -1;
		r->wanted[kind] = true;
		for (int other = 0; other < kind; other++)
			if (r->wanted[other] &&
			    report_file_apart(&r->file[other], &r->file[kind], err))
				return -1;
	}
	return 0;
}

static int write_file(struct report_file *file, const struct sweep_report *report,
		      const struct sweep *sweep, struct error *err)
{
	struct error own = {0};

	if (report->write(file->out, sweep, &own) == 0 && report_check(file->out, &own) == 0 &&
	    report_file_commit(file, &own) == 0)
		return 0;
	(void)error_prefix(&own, "%s", report_file_name(file));
	if (!err->code)
		*err = own;
	return -1;
}

/* One that cannot be written does not cost the others, or what is said. */
int sweep_reports_write(struct sweep_reports *set, const struct sweep *sweep, struct error *err)
{
	int status = 0;

	for (int kind = 0; kind < N_KINDS; kind++)
		if (set->wanted[kind] && write_file(&set->file[kind], &table[kind], sweep, err))
			status = -1;
	return status;
}

void sweep_reports_free(struct sweep_reports *set)
{
	if (!set)
		return;
	for (int kind = 0; kind < N_KINDS; kind++)
		report_file_release(&set->file[kind]);
	free(set);
}
