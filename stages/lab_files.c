/*
 * Labs for programs: all lines as JSON (imgpipe-lab/1) or CSV.
 */
#include "lab_stages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json_stats.h"
#include "options.h"
#include "report_file.h"
#include "report_kinds.h"

static const char *const kind_names[N_LAB_KINDS] = {"pi", "sum", "recur"};

static void put_outcome(json_t **o, const struct lab *lab)
{
	const struct lab_line *line = lab->line;

	switch (lab->kind) {
	case LAB_PI:
		js_put(o, "inside", js_count(line->n_valid));
		js_put(o, "points", js_count(line->n_valid + line->n_masked));
		js_put(o, "estimate", js_number(lab_pi(line)));
		js_put(o, "error", js_number(lab_pi(line) - M_PI));
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

static int write_json(FILE *out, const struct lab_set *set, struct error *err)
{
	json_t *o = json_object();

	js_put(&o, "schema", json_string("imgpipe-lab/1"));
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

static int write_csv(FILE *out, const struct lab_set *set, struct error *err)
{
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

static int write_file(const char *kind, const char *path, const struct lab_set *set,
		      int (*write)(FILE *out, const struct lab_set *set, struct error *err),
		      struct error *err)
{
	struct report_file file = {0};
	int status = 0;

	if (!path)
		return 0;
	status = report_file_open(&file, kind, path, err);
	if (!status)
		status = write(file.out, set, err);
	if (!status)
		status = report_file_commit(&file, err);
	report_file_release(&file);
	return status;
}

/* Opened, compared and removed again: they are written at the end, --report by the run. */
int lab_check_files(const struct options *options, struct error *err)
{
	const char *const path[] = {options->lab_request.json_path, options->csv_path,
				    options->report_path};
	static const char *const kind[] = {"--json", "--csv", "--report"};
	enum { N = sizeof(kind) / sizeof(kind[0]) };
	struct report_file file[N] = {0};
	int status = 0;

	for (int i = 0; !status && i < N; i++) {
		if (!path[i])
			continue;
		status = report_file_open(&file[i], kind[i], path[i], err);
		for (int j = 0; !status && j < i; j++)
			if (path[j] && report_file_same(&file[i], &file[j]))
				status = error_set(err, EX_USAGE,
						   "%s: %s and %s both go there; give each a file "
						   "of its own",
						   report_file_name(&file[i]), kind[j], kind[i]);
	}
	for (int i = 0; i < N; i++)
		report_file_release(&file[i]);
	return status;
}

int lab_write_files(const struct lab_set *set, const struct options *options, struct error *err)
{
	if (write_file("json", options->lab_request.json_path, set, write_json, err))
		return -1;
	return write_file("csv", options->csv_path, set, write_csv, err);
}
