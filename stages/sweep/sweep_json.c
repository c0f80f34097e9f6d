/*
 * The sweep as data: --json (imgpipe-sweep/1) and --csv, both described in report/schema.md.
 */
#include <math.h>

#include "base/csv.h"
#include "report/json_stats.h"
#include "report/report_teach.h"
#include "sweep_kinds.h"

static const char *const heads[] = {"executor",
				    "workers",
				    "working_set",
				    "chunk",
				    "round",
				    "status",
				    "wall_s",
				    "cpu_s",
				    "peak_bytes",
				    "overhead",
				    "read_amplification",
				    "messages",
				    "message_bytes",
				    "problem",
				    "running_share"};

static void put_real(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, ",%.9g", value);
	else
		fputc(',', out);
}

static void put_head_of(FILE *out, const struct sweep_point *point)
{
	csv_words(out, point->executor);
	fprintf(out, ",%u,", point->workers);
	csv_words(out, point->set);
	fputc(',', out);
	csv_words(out, point->chunk);
}

static void put_run(FILE *out, const struct sweep_point *point, unsigned run)
{
	const struct sweep_sample *s = &point->sample[run];

	put_head_of(out, point);
	fprintf(out, ",%u,0", run);
	put_real(out, s->wall_s);
	put_real(out, s->cpu_s);
	put_real(out, s->peak_bytes);
	put_real(out, s->overhead);
	put_real(out, s->amplification);
	put_real(out, s->messages);
	put_real(out, s->message_bytes);
	fputc(',', out);
	csv_words(out, point->problem);
	put_real(out, s->running);
	fputc('\n', out);
}

void sweep_csv(FILE *out, const struct sweep *sweep)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		fprintf(out, "%s%s", i ? "," : "", heads[i]);
	fputc('\n', out);
	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *point = &sweep->point[i];

		for (unsigned run = 0; run < point->n; run++)
			put_run(out, point, run);
		if (!point->status)
			continue;
		put_head_of(out, point);
		fprintf(out, ",%u,%d,,,,,,,,", point->n, point->status);
		csv_words(out, point->problem);
		fputs(",\n", out);
	}
}

static json_t *spread_object(const struct sweep_point *point, enum sweep_figure figure)
{
	struct spread spread = point_spread(point, figure);
	json_t *o = json_object();

	js_put(&o, "min", js_number(spread.min));
	js_put(&o, "median", js_number(spread.median));
	js_put(&o, "max", js_number(spread.max));
	return o;
}

static json_t *run_list(const struct sweep_point *point)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < point->n; i++) {
		const struct sweep_sample *s = &point->sample[i];
		json_t *o = json_object();

		js_put(&o, "wall_s", js_number(s->wall_s));
		js_put(&o, "cpu_s", js_number(s->cpu_s));
		js_put(&o, "peak_bytes", js_number(s->peak_bytes));
		js_put(&o, "overhead", js_number(s->overhead));
		js_put(&o, "read_amplification", js_number(s->amplification));
		js_put(&o, "messages", js_number(s->messages));
		js_put(&o, "message_bytes", js_number(s->message_bytes));
		js_put(&o, "running_share", js_number(s->running));
		js_append(&list, o);
	}
	return list;
}

static json_t *point_object(const struct sweep_point *point, unsigned cores)
{
	json_t *o = json_object();
	double least;

	js_put(&o, "executor", js_text(point->executor));
	js_put(&o, "workers", js_count(point->workers));
	js_put(&o, "working_set", js_text(point->set));
	js_put(&o, "chunk", js_text(point->chunk));
	js_put(&o, "status", js_count((uint64_t)point->status));
	js_put(&o, "problem", js_text_or_null(point->problem));
	js_put(&o, "fits_budget", json_boolean(!point->shrunk && point->status != EX_TEMPFAIL));
	js_put(&o, "chunk_x_size", js_count(point->chunk_x));
	js_put(&o, "chunk_y_size", js_count(point->chunk_y));
	js_put(&o, "chunks", js_count(point->chunks));
	js_put(&o, "workers_used", js_count(point->workers_used));
	js_put(&o, "wall_s", spread_object(point, SWEEP_WALL));
	js_put(&o, "cpu_s", spread_object(point, SWEEP_CPU));
	js_put(&o, "peak_bytes", spread_object(point, SWEEP_PEAK));
	js_put(&o, "overhead", spread_object(point, SWEEP_OVERHEAD));
	js_put(&o, "read_amplification", spread_object(point, SWEEP_READ));
	js_put(&o, "running_share", spread_object(point, SWEEP_RUNNING));
	js_put(&o, "runs_short_of_cores", js_count(point_short_of_cores(point, cores, &least)));
	js_put(&o, "runs", run_list(point));
	return o;
}

static json_t *fit_object(const struct series *series)
{
	struct scaling_fit fit;
	json_t *o = json_object();

	series_fit(&fit, series);
	js_put(&o, "series", js_text(series->name));
	js_put(&o, "points", js_count(fit.points));
	js_put(&o, "trusted", json_boolean(fit.points >= FIT_TRUSTED_POINTS));
	js_put(&o, "amdahl_t1_s", js_number(fit.amdahl.ok ? fit.amdahl.t1 : NAN));
	js_put(&o, "amdahl_serial", js_number(fit.amdahl.ok ? fit.amdahl.serial : NAN));
	js_put(&o, "usl_t1_s", js_number(fit.usl.ok ? fit.usl.t1 : NAN));
	js_put(&o, "usl_contention", js_number(fit.usl.ok ? fit.usl.contention : NAN));
	js_put(&o, "usl_coherency", js_number(fit.usl.ok ? fit.usl.coherency : NAN));
	js_put(&o, "usl_n_max", js_number(fit.usl.ok ? fit.usl.n_max : NAN));
	return o;
}

static json_t *optimum_object(const struct series *series, unsigned cores)
{
	const struct sweep_point *best = series_best(series), *low, *high;
	json_t *o = json_object();

	series_flat(series, SWEEP_FLAT_SHARE, &low, &high);
	js_put(&o, "series", js_text(series->name));
	js_put(&o, "best", js_text(best->chunk));
	js_put(&o, "told_apart", json_boolean(series_has_winner(series, cores)));
	js_put(&o, "within_5_percent_from", js_text(low->chunk));
	js_put(&o, "within_5_percent_to", js_text(high->chunk));
	return o;
}

static json_t *scene_object(const struct sweep *sweep)
{
	json_t *o = json_object();

	js_put(&o, "name", js_name(sweep->scene));
	js_put(&o, "scenes", js_count(sweep->n_scenes));
	js_put(&o, "x_size", js_count(sweep->x_size));
	js_put(&o, "y_size", js_count(sweep->y_size));
	js_put(&o, "store_x_size", js_count(sweep->store_x));
	js_put(&o, "store_y_size", js_count(sweep->store_y));
	js_put(&o, "auto_chunk_x_size", js_count(sweep->auto_x));
	js_put(&o, "auto_chunk_y_size", js_count(sweep->auto_y));
	return o;
}

static json_t *machine_object(const struct sweep *sweep)
{
	json_t *o = json_object();

	js_put(&o, "physical_cores", js_count(sweep->cores));
	js_put(&o, "logical_cpus", js_count(sweep->cpus));
	js_put(&o, "l2_bytes", sweep->l2_bytes ? js_count(sweep->l2_bytes) : json_null());
	js_put(&o, "l3_bytes", sweep->l3_bytes ? js_count(sweep->l3_bytes) : json_null());
	return o;
}

int sweep_json(FILE *out, const struct sweep *sweep, struct error *err)
{
	json_t *root = json_object(), *points = json_array(), *fits = json_array();
	json_t *optima = json_array(), *sentences = json_array();
	struct series_list list;
	struct advice advice;

	for (unsigned i = 0; i < sweep->n_points; i++)
		js_append(&points, point_object(&sweep->point[i], sweep->cores));
	series_by_chunk(&list, sweep);
	for (unsigned i = 0; i < list.n; i++)
		js_append(&optima, optimum_object(&list.series[i], sweep->cores));
	series_by_workers(&list, sweep);
	for (unsigned i = 0; i < list.n; i++)
		if (list.series[i].n > 1)
			js_append(&fits, fit_object(&list.series[i]));
	sweep_advise(&advice, sweep);
	for (unsigned i = 0; i < advice.n; i++)
		js_append(&sentences, js_text(advice.text[i]));
	js_put(&root, "schema", json_string("imgpipe-sweep/1"));
	js_put(&root, "version", json_string(IMGPIPE_VERSION));
	js_put(&root, "interrupted_by", js_text_or_null(sweep->interrupted_by));
	js_put(&root, "teach", teach_list(sweep->options));
	js_put(&root, "rounds", js_count(sweep->rounds));
	js_put(&root, "repeat", js_count(sweep->repeat));
	js_put(&root, "cold", json_boolean(sweep->cold));
	js_put(&root, "scene", scene_object(sweep));
	js_put(&root, "machine", machine_object(sweep));
	js_put(&root, "same_numbers",
	       sweep->n_compared ? json_boolean(sweep->same_numbers) : json_null());
	js_put(&root, "points", points);
	js_put(&root, "optima", optima);
	js_put(&root, "fits", fits);
	js_put(&root, "advice", sentences);
	if (js_emit(out, root, err))
		return -1;
	fputc('\n', out);
	return 0;
}
