/*
 * Files of all lines: JSON (imgpipe-lab/2), CSV, and the page (lab_page.c).
 */
#include "lab_stages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "report/html_part.h"
#include "report/json_stats.h"
#include "report/report_file.h"
#include "report/report_json.h"
#include "report/report_words.h"

static const char *const kind_names[N_LAB_KINDS] = {"pi", "sum", "recur"};

static void put_outcome(json_t **o, const struct lab *lab)
{
	const struct lab_line *line = lab->line;

	switch (lab->kind) {
	case LAB_PI:
		js_put(o, "inside", js_count(line->n_valid));
		js_put(o, "points", js_count(line->n_valid + line->n_masked));
		js_put(o, "estimate", js_number(lab_pi(line)));
		js_put(o, "estimate_error", js_number(lab_pi(line) - M_PI));
		js_put(o, "standard_error", js_number(lab_pi_error(lab->n)));
		break;
	case LAB_SUM:
		js_put(o, "twice_the_sum", js_wide(line->sum));
		js_put(o, "exact", json_boolean(line->sum == lab_sum_twice(lab->n)));
		if (line->mode != LAB_FLOATS)
			break;
		js_put(o, "float_running", js_number((double)line->floats.running));
		js_put(o, "float_by_chunk", js_number((double)line->floats.by_chunk));
		js_put(o, "float_pairwise", js_number((double)line->floats.pairwise));
		break;
	case LAB_RECUR:
		js_put(o, "mean", js_number(lab_mean(line)));
		js_put(o, "sum_2_40", js_wide(line->sum));
		js_put(o, "sum_of_bits", js_wide((int128)line->sum_sq));
		js_put(o, "critical_path_tasks", js_count(line->mode == LAB_TIME ? lab->steps : 1));
		js_put(o, "width", js_count(line->mode == LAB_TIME ? 1 : line->n_chunks));
		break;
	case N_LAB_KINDS:
		break;
	}
}

static json_t *line_object(const struct lab *lab)
{
	const struct lab_line *line = lab->line;
	json_t *o = json_object();

	js_put(&o, "mode", js_text(lab_mode_name(line->mode)));
	js_put(&o, "workers_asked", js_count(line->workers_asked));
	js_put(&o, "status", line->status < 0 ? json_null() : js_count((uint64_t)line->status));
	js_put(&o, "error", js_text_or_null(line->error.text));
	if (!lab_done(line))
		return o;
	js_put(&o, "workers", js_count(line->workers));
	js_put(&o, "executor", js_text(line->executor));
	js_put(&o, "tasks", js_count(line->n_chunks));
	js_put(&o, "wall_s", js_number(line->wall_s));
	js_put(&o, "cpu_s", js_number(line->cpu_s));
	js_put(&o, "speed_up", js_number(lab_speed_up(line, lab->base)));
	js_put(&o, "efficiency", js_number(lab_efficiency(line, lab->base)));
	js_put(&o, "work_share", js_number(lab_work_share(line)));
	js_put(&o, "start_s", js_number(line->start_s));
	js_put(&o, "idle_s", js_number(line->idle_s));
	js_put(&o, "order_wait_s", js_number(line->order_s));
	js_put(&o, "resident_peak_bytes", js_count(line->peak_bytes));
	js_put(&o, "planned_peak_bytes", js_count(line->planned_bytes));
	js_put(&o, "budget_bytes", js_count(line->budget_bytes));
	put_outcome(&o, lab);
	return o;
}

/* What a report is made of. */
struct written {
	const struct lab_set *set;
	const struct options *options;
	struct html_part *timelines;
};

static int write_json(FILE *out, const struct written *of, struct error *err)
{
	const struct lab_set *set = of->set;
	json_t *o = json_object();

	js_put(&o, "schema", json_string("imgpipe-lab/2"));
	js_put(&o, "version", json_string(IMGPIPE_VERSION));
	js_put(&o, "command", js_text(kind_names[set->lab.kind]));
	js_put(&o, "n", js_count(set->lab.n));
	if (set->lab.kind == LAB_RECUR)
		js_put(&o, "steps", js_count(set->lab.steps));
	js_put(&o, "chunk", js_count(set->lab.chunk));
	js_put(&o, "seed", js_count(set->lab.seed));
	(void)fputs("{\"lab\":", out);
	if (js_emit(out, o, err))
		return -1;
	(void)fputs(",\n\"lines\":[", out);
	for (unsigned i = 0; i < set->n_lines; i++) {
		struct lab lab = lab_of_line(set, i);

		(void)fputs(i ? ",\n" : "\n", out);
		if (js_emit(out, line_object(&lab), err))
			return -1;
	}
	(void)fputs("\n]}\n", out);
	return report_check(out, err);
}

/* Enough digits to be read back as they were; nothing where there is no number. */
static void put_number(FILE *out, double value)
{
	if (isfinite(value))
		(void)fprintf(out, ",%.17g", value);
	else
		(void)fputc(',', out);
}

static double result_of(const struct lab *lab)
{
	switch (lab->kind) {
	case LAB_PI:
		return lab_pi(lab->line);
	case LAB_SUM:
		return (double)lab->line->sum / 2;
	case LAB_RECUR:
		return lab_mean(lab->line);
	case N_LAB_KINDS:
		break;
	}
	return NAN;
}

static int write_csv(FILE *out, const struct written *of, struct error *err)
{
	const struct lab_set *set = of->set;

	(void)fputs("command,mode,executor,workers,n,steps,chunk,tasks,status,wall_s,cpu_s,"
		    "speed_up,efficiency,work_share,resident_peak_bytes,result\n",
		    out);
	for (unsigned i = 0; i < set->n_lines; i++) {
		struct lab lab = lab_of_line(set, i);
		const struct lab_line *line = lab.line;
		bool done = lab_done(line);

		(void)fprintf(out, "%s,%s,%s,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%d",
			      kind_names[lab.kind], lab_mode_name(line->mode), line->executor,
			      line->workers_asked, lab.n, lab.steps, lab.chunk, line->n_chunks,
			      line->status);
		put_number(out, done ? line->wall_s : NAN);
		put_number(out, done ? line->cpu_s : NAN);
		put_number(out, lab_speed_up(line, lab.base));
		put_number(out, done ? lab_efficiency(line, lab.base) : NAN);
		put_number(out, done ? lab_work_share(line) : NAN);
		put_number(out, done ? (double)line->peak_bytes : NAN);
		put_number(out, done ? result_of(&lab) : NAN);
		(void)fputc('\n', out);
	}
	return report_check(out, err);
}

static int write_page(FILE *out, const struct written *of, struct error *err)
{
	lab_page_begin(out, of->set, of->options);
	if (html_part_copy(of->timelines, out, err))
		return -1;
	lab_page_end(out);
	return report_check(out, err);
}

/* A row of the table. Without write: somebody else's to write, and only looked at. The text is
 * printed line by line as they are done. */
static const struct lab_report {
	struct report_option option;
	int (*write)(FILE *out, const struct written *of, struct error *err);
} table[] = {
	{{.kind = "--json",
	  .name = "json",
	  .help = "all lines, JSON (imgpipe-lab/2)",
	  .made_by = REPORT_BY_LAB},
	 write_json},
	{{.kind = "--csv", .name = "csv", .help = "all lines, CSV", .made_by = REPORT_BY_LAB},
	 write_csv},
	{{.kind = "--html",
	  .name = "html",
	  .help = "one page with the lines, what they show and timelines, no script",
	  .made_by = REPORT_BY_LAB,
	  .needs = REPORT_NEEDS_TRACE},
	 write_page},
	{{.kind = "text", .made_by = REPORT_BY_LAB, .by_default = report_text_by_default}, NULL},
};

enum { AT_PAGE = 2, N_TABLE = sizeof(table) / sizeof(table[0]), N_FILES = N_TABLE + 1 };

const struct report_option *lab_report_option(unsigned i)
{
	return i < N_TABLE ? &table[i].option : NULL;
}

bool lab_shows_text(const struct options *options)
{
	return report_path(&options->reports, &table[N_TABLE - 1].option) != NULL;
}

/* The last one is --report: of the one line's run. */
struct lab_files {
	struct report_file file[N_FILES];
	bool wanted[N_FILES];
	struct html_part timelines;
};

static int open_one(struct lab_files *files, int i, const struct options *options,
		    struct error *err)
{
	const struct report_option *report = i < N_TABLE ? &table[i].option : &report_json.option;
	const char *path = report_path(&options->reports, report);
	const char *kind = i < N_TABLE ? report->kind : "--report";
	struct report_file *file = &files->file[i];

	if (!path)
		return 0;
	files->wanted[i] = true;
	if (i < N_TABLE && table[i].write ? report_file_open(file, kind, path, err)
					  : report_file_probe(file, kind, path, err))
		return -1;
	for (int other = 0; other < i; other++)
		if (files->wanted[other] && report_file_apart(&files->file[other], file, err))
			return -1;
	return 0;
}

int lab_files_open(struct lab_files **files, const struct options *options, struct error *err)
{
	int status = 0;

	*files = calloc(1, sizeof(**files));
	if (!*files)
		return error_memory(err, "reports", sizeof(**files));
	for (int i = 0; !status && i < N_FILES; i++)
		status = open_one(*files, i, options, err);
	if (!status && (*files)->wanted[AT_PAGE])
		status =
			html_part_open(&(*files)->timelines,
				       report_path(&options->reports, &table[AT_PAGE].option), err);
	return status;
}

FILE *lab_files_timelines(const struct lab_files *files)
{
	return files ? files->timelines.out : NULL;
}

static int write_one(struct report_file *file,
		     int (*write)(FILE *out, const struct written *of, struct error *err),
		     const struct written *of, struct error *err)
{
	struct error own = {0};

	if (write(file->out, of, &own) == 0 && report_file_commit(file, &own) == 0)
		return 0;
	(void)error_prefix(&own, "%s", report_file_name(file));
	if (!err->code)
		*err = own;
	return -1;
}

int lab_files_write(struct lab_files *files, const struct lab_set *set,
		    const struct options *options, struct error *err)
{
	const struct written of = {set, options, &files->timelines};
	int status = 0;

	for (int i = 0; i < N_TABLE; i++)
		if (files->wanted[i] && table[i].write &&
		    write_one(&files->file[i], table[i].write, &of, err))
			status = -1;
	return status;
}

void lab_files_forget(struct lab_files *files)
{
	for (int i = 0; files && i < N_FILES; i++)
		report_file_forget(&files->file[i]);
	free(files);
}

void lab_files_free(struct lab_files *files)
{
	for (int i = 0; files && i < N_FILES; i++)
		report_file_release(&files->file[i]);
	if (files)
		html_part_close(&files->timelines);
	free(files);
}
